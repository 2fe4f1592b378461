"""What came from phones: every entry as it was sent, and who carries which task."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.inspections.phone.procedures import PHONE_ENTRY
from hengjian.apps.inspections.phone_clock import clock_sentence


class PhoneEntry(models.Model):
    """One thing written on a phone, under the number (uuid) the phone gave it; sent again it changes nothing.

    `payload` is what was written, whatever became of it; `standing` what stood there when it collided; the file of a
    held photo is kept by its hash. `organ` is the task's: its chiefs decide on what is held.
    """

    KINDS = [
        ("enter", "入企登记"),
        ("begin", "亮证开始"),
        ("answer", "检查项"),
        ("finding", "问题"),
        ("photo", "照片与签名"),
        ("statement", "检查笔录"),
        ("close", "闭合笔录"),
        ("sample", "抽取报告"),
        ("trace", "报告溯源"),
        ("choose", "冲突的选择"),
    ]

    uuid = models.CharField(max_length=36, unique=True)
    inspection = models.ForeignKey(
        "inspections.Inspection", models.PROTECT, related_name="phone_entries", verbose_name="检查任务"
    )
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="检查机关")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    kind = models.CharField("内容", max_length=10, choices=KINDS)
    subject = models.CharField("对象", max_length=80, blank=True)
    payload = models.JSONField("所写", default=dict, blank=True)
    base_version = models.PositiveIntegerField("所见版本", null=True, blank=True)
    made_at = models.DateTimeField("填写时间（手机）")
    sent_at = models.DateTimeField("传送时间（手机）")
    received_at = models.DateTimeField("收到时间（服务器）", db_index=True)
    happened_at = models.DateTimeField("发生时间")
    clock_skew_s = models.IntegerField("手机时钟偏差（秒）", null=True, blank=True)
    clock_flag = models.BooleanField("手机时钟有误", default=False)
    state = models.CharField(
        "状态", max_length=10, choices=list(PHONE_ENTRY.states.items()), default=PHONE_ENTRY.initial, db_index=True
    )
    sentence = models.TextField("说明", blank=True)
    standing = models.JSONField("当时的内容", default=dict, blank=True)
    made_version = models.PositiveIntegerField("写入后的版本", null=True, blank=True)
    file_path = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField("摘要值", max_length=64, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人"
    )
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    decision_note = models.CharField("处理理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "手机离线内容"
        ordering = ["pk"]
        indexes = [models.Index(fields=["inspection", "state"], name="phone_entry_open")]

    def __str__(self) -> str:
        return f"手机{self.get_kind_display()} {self.uuid[:8]}"

    @property
    def organ_path(self) -> str:
        """Where events about this entry belong."""
        return self.organ.path

    @property
    def number(self) -> str:
        """The task's number."""
        return self.inspection.number

    @property
    def officer_ids(self) -> tuple[int, int]:
        """The two officers of the task: they decide on a collision."""
        return self.inspection.officer_ids

    @property
    def lead(self) -> models.Model:
        """The task's leading officer."""
        return self.inspection.lead

    @property
    def member(self) -> models.Model:
        """The task's other officer."""
        return self.inspection.member

    @property
    def clock_sentence(self) -> str:
        """What is to be said about the clock of the phone; empty where it was right."""
        return clock_sentence(
            made_at=self.made_at, happened_at=self.happened_at, skew_s=self.clock_skew_s, flagged=self.clock_flag
        )


class PhoneCopy(models.Model):
    """Who has a task on a phone: only from these people something is held when the task is no longer theirs."""

    inspection = models.ForeignKey("inspections.Inspection", models.PROTECT, related_name="phone_copies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = "手机上的任务"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["inspection", "user"], name="phone_copy_once")]

    def __str__(self) -> str:
        return f"{self.inspection_id} {self.user_id}"
