"""Submissions, the files they put into the lake, and the column mappings remembered for a sender."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.intake.procedures import SUBMISSION


class Submission(models.Model):
    """One handed-in file. The same bytes handed to the same organ twice are one submission.

    `preview` holds the counts of the dry run (they go onto the record with every move), `mapping` what was confirmed;
    progress lives in `done`, `total`, `step`; `runner` is the worker that has it in hand. What the page shows of the
    sheets is a `DryRun`; refused rows are a file, not database rows.
    """

    number = models.CharField("报送编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="接收机关")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经手人")
    institution_uscc = models.CharField("报送机构代码", max_length=18, blank=True)
    sender = models.CharField("报送单位", max_length=100)
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField("大小")
    table = models.CharField("指定的数据表", max_length=40, blank=True)
    received_at = models.DateTimeField("交来时间")
    state = models.CharField("状态", max_length=20, choices=list(SUBMISSION.states.items()), default=SUBMISSION.initial)
    step = models.CharField(max_length=80, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    touched_at = models.DateTimeField(null=True, blank=True)
    runner = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    message = models.TextField("说明", blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    preview = models.JSONField(default=dict, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="收下人"
    )

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "sha256"], condition=~models.Q(state="withdrawn"), name="submission_same_file_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.file_name}"

    @property
    def organ_path(self) -> str:
        """Where this submission's events belong."""
        return self.organ.path


class DryRun(models.Model):
    """What the latest reading found, for the page: sheets as they came, columns, reasons, changes."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="dry_run", primary_key=True)
    detail = models.JSONField(default=dict)
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.submission_id}"


class LakeHead(models.Model):
    """One row: the order of the latest acceptance; whoever accepts waits for it."""

    order = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.order)


class LakeFile(models.Model):
    """One immutable Parquet file of accepted rows. It counts only because this row is committed.

    `order` grows with every acceptance; `replaces` names the file of keys whose earlier rows this one supersedes.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="lake_files")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    table = models.CharField(max_length=40, db_index=True)
    path = models.CharField(max_length=200)
    replaces = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField()
    new = models.BigIntegerField()
    changed = models.BigIntegerField()
    same = models.BigIntegerField()
    order = models.BigIntegerField(db_index=True)
    accepted_at = models.DateTimeField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["submission", "table"], name="lake_file_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.sha256[:8]}"


class RememberedMapping(models.Model):
    """The columns a person confirmed for one sender and one set of headers; a new confirmation is a new version."""

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    sender = models.CharField(max_length=100)
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    used = models.PositiveIntegerField(default=0)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        ordering = ["-confirmed_at"]
        constraints = [
            models.UniqueConstraint(fields=["organ", "sender", "signature", "version"], name="mapping_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.sender} 第 {self.version} 版"
