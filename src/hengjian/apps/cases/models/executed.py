"""Carrying a decision out beside money: the court, remedies that were sought, goods, refunds, bans on persons."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.cases.after_procedures import COURT, REMEDY, REMEDY_KINDS, REMEDY_OUTCOMES
from hengjian.apps.cases.models.core import Case, OfCase, Party
from hengjian.apps.cases.models.deciding import Decision
from hengjian.apps.cases.models.owed import Obligation
from hengjian.apps.documents.models import Document


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class CourtApplication(models.Model):
    """An application to a court for enforcement: amounts of that day, the window it fell into, the court's answers."""

    obligation = models.OneToOneField(Obligation, models.PROTECT, related_name="court_application")
    state = models.CharField("状态", max_length=12, choices=list(COURT.states.items()), default=COURT.initial)
    court = models.CharField("法院", max_length=120)
    applied_on = models.DateField("申请日期")
    window_from = models.DateField("可以申请之日")
    window_to = models.DateField("申请期限末日")
    fine_fen = models.BigIntegerField("申请执行的罚没款（分）")
    late_fen = models.BigIntegerField("申请执行的加处罚款（分）")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    instrument = models.CharField("最近的裁定书（通知书）文号", max_length=120, blank=True)
    answered_on = models.DateField("最近答复日期", null=True, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    by = _person("批准人", required=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "法院强制执行"

    def __str__(self) -> str:
        return f"{self.obligation.source_number} 申请法院强制执行"

    @property
    def organ(self) -> object:
        """The organ of the obligation, for the question of rights."""
        return self.obligation.organ

    @property
    def organ_path(self) -> str:
        """Where events about it belong."""
        return self.obligation.organ_path


class Remedy(OfCase):
    """Administrative review or litigation against the decision for one party, and how it ended.

    While it is pending nothing is added for lateness (from `accepted_on` to the day before the result reached the
    organ); execution itself stops only where `halts` says so, with the order that stopped it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="remedies")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="remedies")
    party = models.ForeignKey(Party, models.PROTECT, related_name="remedies")
    kind = models.CharField("种类", max_length=12, choices=list(REMEDY_KINDS.items()))
    state = models.CharField("状态", max_length=12, choices=list(REMEDY.states.items()), default=REMEDY.initial)
    body = models.CharField("复议机关、法院", max_length=120)
    number = models.CharField("案号", max_length=80)
    applied_on = models.DateField("申请、起诉日期")
    accepted_on = models.DateField("受理日期")
    halts = models.BooleanField("停止执行", default=False)
    halt_order = models.CharField("停止执行的决定、裁定", max_length=120, blank=True)
    outcome = models.CharField("结果", max_length=12, choices=list(REMEDY_OUTCOMES.items()), blank=True)
    instrument = models.CharField("决定书、裁判文书文号", max_length=120, blank=True)
    ended_on = models.DateField("收到结果日期", null=True, blank=True)
    entered_by = _person("登记人", required=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "复议、诉讼"
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "kind"], condition=models.Q(state="pending"), name="one_remedy_of_a_kind_pending"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_kind_display()}"


class ItemDisposal(OfCase):
    """What was done with goods of the case (form 52); two people and, where goods are destroyed, a witness."""

    METHODS = [
        ("returned", "发还"),
        ("destroyed", "销毁"),
        ("auctioned", "依法拍卖、变卖，价款上缴"),
        ("handed_over", "移交有关机关"),
        ("kept", "存卷、留存"),
        ("disposed", "无害化处理、其他"),
    ]

    case = models.ForeignKey(Case, models.PROTECT, related_name="disposals")
    item = models.CharField("物品", max_length=120)
    spec = models.CharField("规格", max_length=120, blank=True)
    quantity = models.CharField("数量", max_length=40)
    source = models.CharField("来源", max_length=120)
    method = models.CharField("处理方式", max_length=12, choices=METHODS)
    on = models.DateField("处理日期")
    place = models.CharField("地点", max_length=200, blank=True)
    handler = _person("处理人", required=True)
    second = _person("处理人", required=True)
    witness = models.CharField("见证人", max_length=80, blank=True)
    proceeds_fen = models.BigIntegerField("价款（分）", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
        verbose_name = "涉案物品处理"

    def __str__(self) -> str:
        return f"{self.case.number} {self.item} {self.get_method_display()}"


class RefundOrder(OfCase):
    """An order to refund what was overcharged (form 34), with its limit and what was really refunded."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="refunds")
    party = models.ForeignKey(Party, models.PROTECT, related_name="refunds")
    amount_fen = models.BigIntegerField("责令退款（分）")
    payees = models.CharField("退款对象", max_length=200)
    ordered_on = models.DateField("责令日期")
    due_on = models.DateField("退款期限")
    refunded_fen = models.BigIntegerField("已退（分）", null=True, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    by = _person("责令人", required=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "责令退款"

    def __str__(self) -> str:
        return f"{self.case.number} 责令退款"


class Ban(OfCase):
    """A person may not work in testing for a time, or for life (`to_on` empty): from the decision, by its article."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="bans")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="ban")
    party = models.ForeignKey(Party, models.PROTECT, related_name="bans")
    basis = models.CharField("依据", max_length=300)
    scope = models.CharField("限制的内容", max_length=300)
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)
    lifted_on = models.DateField("提前解除", null=True, blank=True)
    lifted_reason = models.CharField("解除理由", max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "限制从业"

    def __str__(self) -> str:
        return f"{self.case.number} 限制从业"
