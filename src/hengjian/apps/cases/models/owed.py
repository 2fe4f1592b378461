"""Money owed under a decision: the obligation, payments, deferral and instalments, the demand. Whole fen."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.cases.after_procedures import OBLIGATION
from hengjian.apps.cases.models.core import Case, Party
from hengjian.apps.cases.models.deciding import Decision
from hengjian.apps.cases.models.spot import OnSpotPenalty
from hengjian.apps.documents.models import Document


def _person(label: str) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label)


class Obligation(models.Model):
    """What one party has to pay after a decision was served; belongs to a case or to a penalty on the spot.

    `due_on` is the last day of the statutory fifteen. Lateness is computed on reading, never stored; `late_waived_fen`
    is what the head waived of it.
    """

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="obligations")
    spot = models.OneToOneField(OnSpotPenalty, models.PROTECT, null=True, blank=True, related_name="obligation")
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, blank=True, related_name="obligation")
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="obligations")
    payer = models.CharField("缴款人", max_length=120)
    fine_fen = models.BigIntegerField("罚款（分）")
    confiscated_fen = models.BigIntegerField("没收违法所得（分）", default=0)
    served_on = models.DateField("决定书送达日期")
    due_on = models.DateField("缴款期限", db_index=True)
    state = models.CharField(
        "状态", max_length=12, choices=list(OBLIGATION.states.items()), default=OBLIGATION.initial, db_index=True
    )
    late_waived_fen = models.BigIntegerField("减免的加处罚款（分）", default=0)
    reason = models.CharField("理由", max_length=500, blank=True)
    ended_on = models.DateField("了结日期", null=True, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = "缴款义务"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case__isnull=False, spot__isnull=True)
                | models.Q(case__isnull=True, spot__isnull=False),
                name="obligation_of_case_or_spot",
            ),
            models.CheckConstraint(
                condition=models.Q(fine_fen__gte=0, confiscated_fen__gte=0, late_waived_fen__gte=0),
                name="obligation_not_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_number} 罚没款"

    @property
    def organ_path(self) -> str:
        """Where events about it belong."""
        return str(self.organ.path)

    @property
    def whole_fen(self) -> int:
        """Fine and confiscation together, as decided."""
        return int(self.fine_fen + self.confiscated_fen)

    @property
    def source_number(self) -> str:
        """The number of the case or of the penalty on the spot."""
        return str(self.case.number if self.case is not None else self.spot.number if self.spot is not None else "")


class Payment(models.Model):
    """Money received, with the voucher; entered once, corrected only by a counter-entry with its reason."""

    PURPOSES = [("fine", "罚款"), ("confiscated", "没收违法所得"), ("late", "加处罚款")]
    WAYS = [("bank", "指定银行"), ("electronic", "电子支付系统"), ("cash", "当场收缴"), ("court", "法院执行到位")]

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="payments")
    purpose = models.CharField("款项", max_length=12, choices=PURPOSES)
    way = models.CharField("缴款途径", max_length=12, choices=WAYS)
    amount_fen = models.BigIntegerField("金额（分）")
    on = models.DateField("缴款日期")
    voucher = models.CharField("票据号码", max_length=60)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    reason = models.CharField("说明", max_length=200, blank=True)
    by = _person("登记人")
    at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["on", "pk"]
        verbose_name = "缴款"
        constraints = [
            models.UniqueConstraint(
                fields=["obligation", "voucher", "purpose"],
                condition=models.Q(reverses__isnull=True),
                name="payment_voucher_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0, reverses__isnull=True)
                | models.Q(amount_fen__lt=0, reverses__isnull=False),
                name="payment_above_zero_or_reversal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation.source_number} 缴款 {self.on}"


class Deferral(models.Model):
    """A written request to pay later or in parts, and what the head decided.

    `plan` is a list of {on, amount_fen}; a deferral has one part. It replaces the due day of what is unpaid.
    """

    KINDS = [("defer", "延期缴纳"), ("instalments", "分期缴纳")]

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="deferrals")
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    requested_on = models.DateField("书面申请日期")
    reason = models.CharField("申请理由", max_length=500)
    plan = models.JSONField("缴款安排")
    entered_by = _person("登记人")
    granted = models.BooleanField("批准", null=True, blank=True)
    opinion = models.CharField("审批意见", max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批人"
    )
    decided_on = models.DateField("审批日期", null=True, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="延期（分期）缴纳罚款通知书"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = "延期、分期缴纳"
        constraints = [
            models.UniqueConstraint(
                fields=["obligation"], condition=models.Q(granted__isnull=True), name="one_deferral_waits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.obligation.source_number} {self.get_kind_display()}"


class Demand(models.Model):
    """The demand letter (form 48): what was asked for, when it reached the party, when its ten days were over."""

    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="demand")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    served_on = models.DateField("催告书送达日期")
    fine_fen = models.BigIntegerField("未缴罚没款（分）")
    late_fen = models.BigIntegerField("加处罚款（分）")
    over_on = models.DateField("催告期满日")
    by = _person("催告人")
    answer = models.CharField("当事人陈述、申辩", max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "催告"

    def __str__(self) -> str:
        return f"{self.obligation.source_number} 催告"
