"""The rectification ledger: problems as items, what the institution answered with which evidence, look-backs."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.inspections.models import Finding
from hengjian.apps.rectifications.procedures import (
    ESCALATIONS,
    LOOK_BACK,
    METHODS,
    OUTCOMES,
    RECTIFICATION,
    WITH_INSTITUTION,
)
from hengjian.apps.registry.models import Institution
from hengjian.engines.tables.fields import FIELD_CODES

FIELD_CHOICES = list(FIELD_CODES.items())


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Rectification(models.Model):
    """One problem that an institution has to put right; made from one finding of an inspection.

    `limit` is the last day on which an answer is in time; `first_limit` the one first ordered. `handled_by` is who
    last acted for the organ (ordered, entered papers). Who does not verify: `separation`.
    `problem_type` is the group of the check list (CK-A … CK-L), "" where the finding has no item.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="责任机关")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="rectifications", verbose_name="机构")
    finding = models.OneToOneField(Finding, models.PROTECT, related_name="rectification", verbose_name="检查发现")
    title = models.CharField("问题", max_length=200)
    field = models.CharField("领域", max_length=24, choices=FIELD_CHOICES, blank=True, db_index=True)
    problem_type = models.CharField("问题类型", max_length=16, blank=True, db_index=True)
    requirement = models.TextField("整改要求", blank=True)
    found_on = models.DateField("发现日期", db_index=True)
    found_by = _person("发现人", required=True)
    responsible = _person("承办人")
    handled_by = _person("最近办理人")
    first_limit = models.DateField("最初期限", null=True, blank=True)
    limit = models.DateField("整改期限", null=True, blank=True, db_index=True)
    state = models.CharField(
        "状态", max_length=20, choices=list(RECTIFICATION.states.items()), default=RECTIFICATION.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    rounds = models.PositiveSmallIntegerField("答复次数", default=0)
    extensions = models.PositiveSmallIntegerField("延期次数", default=0)
    escalation = models.PositiveSmallIntegerField("上报层级", choices=list(ESCALATIONS.items()), default=0)
    escalated_at = models.DateTimeField("上报时间", null=True, blank=True)
    answered_on = models.DateField("最近答复日", null=True, blank=True)
    answered_late = models.BooleanField("逾期答复", default=False)
    verified_by = _person("验收人")
    struck_off_on = models.DateField("销号日期", null=True, blank=True)
    reason = models.TextField("最近的理由", blank=True)

    class Meta:
        ordering = ["-found_on", "-pk"]
        verbose_name = "整改事项"
        indexes = [models.Index(fields=["organ", "state", "limit"], name="rectification_standing")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this item belong."""
        return self.organ.path

    @property
    def institution_uscc(self) -> str:
        """The code by which institution users reach their own items."""
        return self.institution.uscc

    def days_late(self, today: date) -> int:
        """Whole days past the limit while the institution has to act, else 0."""
        if self.state not in WITH_INSTITUTION or self.limit is None:
            return 0
        return max(0, (today - self.limit) // timedelta(days=1))


class Reply(models.Model):
    """What the institution says it did, once; `verdict` is what the organ found of it."""

    VERDICTS = [("accepted", "验收通过"), ("sent_back", "退回再改")]

    rectification = models.ForeignKey(Rectification, models.PROTECT, related_name="replies")
    round = models.PositiveSmallIntegerField("第几次")
    text = models.TextField("整改情况")
    on_paper = models.BooleanField("书面材料代录", default=False)
    by = _person("提交人", required=True)
    at = models.DateTimeField("提交时间")
    late = models.BooleanField("逾期", default=False)
    verdict = models.CharField("验收结论", max_length=12, choices=VERDICTS, blank=True)
    verdict_by = _person("验收人")
    verdict_at = models.DateTimeField("验收时间", null=True, blank=True)
    verdict_text = models.TextField("验收意见", blank=True)
    method = models.CharField("验收方式", max_length=12, choices=list(METHODS.items()), blank=True)

    class Meta:
        ordering = ["-round"]
        verbose_name = "整改答复"
        constraints = [models.UniqueConstraint(fields=["rectification", "round"], name="reply_once_a_round")]

    def __str__(self) -> str:
        return f"{self.rectification.number} 第 {self.round} 次答复"


class Evidence(models.Model):
    """One file handed in with a reply, kept by the digest of its bytes."""

    reply = models.ForeignKey(Reply, models.PROTECT, related_name="evidence")
    name = models.CharField("文件名", max_length=120)
    kind = models.CharField("类型", max_length=8)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)

    class Meta:
        ordering = ["pk"]
        verbose_name = "证明材料"
        constraints = [models.UniqueConstraint(fields=["reply", "sha256"], name="evidence_once_a_reply")]

    def __str__(self) -> str:
        return self.name


class LookBack(models.Model):
    """One round of re-checking earlier problems: which period, which of its items, which institutions."""

    TAKES = [("struck_off", "已销号的"), ("late", "逾期未改的"), ("both", "已销号的和逾期未改的")]

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="组织机关")
    title = models.CharField("名称", max_length=80)
    found_from = models.DateField("问题发现日起")
    found_to = models.DateField("问题发现日止")
    take = models.CharField("选取", max_length=12, choices=TAKES)
    state = models.CharField("状态", max_length=12, choices=list(LOOK_BACK.states.items()), default=LOOK_BACK.initial)
    created_by = _person("拟定人", required=True)
    created_at = models.DateTimeField("拟定时间")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    reason = models.TextField("理由", blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "回头看"

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this look-back belong."""
        return self.organ.path


class LookBackTarget(models.Model):
    """One institution to be re-checked and what came of it; `ref` is the origin id of the task that does it."""

    look_back = models.ForeignKey(LookBack, models.PROTECT, related_name="targets")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="责任机关")
    ref = models.CharField("对象编号", max_length=24, unique=True)
    left_out = models.CharField("不纳入的理由", max_length=200, blank=True)
    note = models.TextField("结果说明", blank=True)
    recorded_by = _person("登记人")
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)

    class Meta:
        ordering = ["institution__name", "pk"]
        verbose_name = "回头看对象"
        constraints = [models.UniqueConstraint(fields=["look_back", "institution"], name="look_back_target_once")]

    def __str__(self) -> str:
        return f"{self.look_back.number} {self.institution.name}"

    @property
    def organ_path(self) -> str:
        """Where events about this target belong."""
        return self.organ.path

    @property
    def institution_uscc(self) -> str:
        """The code of the institution re-checked."""
        return self.institution.uscc


class LookBackItem(models.Model):
    """One earlier problem in a look-back and whether it was there again."""

    target = models.ForeignKey(LookBackTarget, models.PROTECT, related_name="items")
    rectification = models.ForeignKey(Rectification, models.PROTECT, related_name="looked_back")
    outcome = models.CharField("结果", max_length=16, choices=list(OUTCOMES.items()), blank=True)

    class Meta:
        ordering = ["rectification__found_on", "pk"]
        verbose_name = "回头看事项"
        constraints = [models.UniqueConstraint(fields=["target", "rectification"], name="look_back_item_once")]

    def __str__(self) -> str:
        return f"{self.target} {self.rectification.number}"
