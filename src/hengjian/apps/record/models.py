"""The append-only event chain: who did what, under which role, why, and what changed."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One link of the chain. `sequence` runs without gaps; database triggers refuse UPDATE and DELETE.

    `thing_kind` is a model label such as `alerts.alert`; `organ_path` is the place in the organ tree that the
    event belongs to (`/1/4/9/`), so that a superior organ can read its subordinates' record.
    """

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_id = models.CharField(max_length=40, db_index=True)
    actor_name = models.CharField(max_length=80)
    role = models.CharField(max_length=40)
    organ_path = models.CharField(max_length=200, db_index=True)
    verb = models.CharField(max_length=60, db_index=True)
    thing_kind = models.CharField(max_length=60)
    thing_id = models.CharField(max_length=80)
    thing_label = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    basis = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["thing_kind", "thing_id"], name="event_thing")]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.verb}"


class ChainHead(models.Model):
    """The single row that every writer locks, so that the chain cannot fork."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"head #{self.sequence}"


class DailyRoot(models.Model):
    """Merkle root over the events of one day (Asia/Shanghai), for publication."""

    day = models.DateField(primary_key=True)
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField()
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.root[:8]}"


class Verification(models.Model):
    """One run over the whole chain, asked for by a person: how far it is and what it found."""

    STATES = [
        ("waiting", "排队中"),
        ("running", "校验中"),
        ("done", "已完成"),
        ("failed", "中断"),
        ("cancelled", "已取消"),
    ]

    requested_by = models.CharField("发起人", max_length=80)
    requested_at = models.DateTimeField("发起时间")
    state = models.CharField("状态", max_length=20, choices=STATES, default="waiting")
    done = models.BigIntegerField("已校验", default=0)
    total = models.BigIntegerField("共", default=0)
    cancel_requested = models.BooleanField(default=False)
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    head_hash = models.CharField("链尾摘要", max_length=64, blank=True)
    broken_sequence = models.BigIntegerField("断于", null=True, blank=True)
    broken_reason = models.CharField("原因", max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"verification {self.pk} {self.state}"
