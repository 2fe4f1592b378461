"""Tips: what was reported about whom, never by whom; what was told back; rewards."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.informants.models import Informant
from hengjian.apps.leads.models import Lead
from hengjian.apps.registry.models import Institution
from hengjian.apps.tips.procedures import REWARD, TIP

KINDS = {"named": "实名", "anonymous": "匿名", "insider": "内部人"}
WAYS = {
    "internet": "互联网平台",
    "phone": "电话",
    "sms": "短信",
    "email": "电子邮件",
    "letter": "信函",
    "channel": "查询码通道",
    "in_person": "当面",
    "unreachable": "无法取得联系，已记录",
}
"""How somebody was told; official notices may go by internet, phone, message, mail or letter."""


def person(label: str, *, required: bool = False) -> models.ForeignKey:
    """A link to somebody who acted."""
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Tip(models.Model):
    """One report of a suspected violation. Who reported is in the vault alone (`informant`), and nowhere in this row.

    `lead` is what the verification runs on; a repeated tip has none. `distributed_by` is the organ that sent the tip to
    the present one: who has it from another organ of the same level may only return it (CMP-41). `first_organ` received
    it first. `merged_into` is the earlier tip of which this one repeats or completes the facts.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="承办机关")
    first_organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="最先收到的机关")
    distributed_by = models.ForeignKey(
        Organ, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="分送机关"
    )
    lead = models.OneToOneField(
        Lead, models.PROTECT, null=True, blank=True, related_name="tip", verbose_name="核查线索"
    )
    informant = models.OneToOneField(Informant, models.PROTECT, related_name="tip", verbose_name="举报人（密封）")
    kind = models.CharField("举报方式", max_length=12, choices=list(KINDS.items()), db_index=True)
    channel = models.CharField("渠道", max_length=20)
    external_no = models.CharField("平台编号", max_length=40, blank=True, db_index=True)
    text = models.TextField("线索和事实")
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="tips", verbose_name="机构"
    )
    respondent_name = models.CharField("被举报人", max_length=120)
    respondent_uscc = models.CharField("被举报人代码", max_length=18, blank=True, db_index=True)
    area_code = models.CharField("违法行为发生地", max_length=12, blank=True)
    occurred_on = models.DateField("发生日期", null=True, blank=True)
    text_digest = models.CharField("内容摘要", max_length=64, db_index=True)
    received_at = models.DateTimeField("收到时间", db_index=True)
    received_on = models.DateField("收到日期")
    registered_by = models.CharField("登记", max_length=80)
    responsible = person("承办人")
    state = models.CharField(
        "状态", max_length=12, choices=list(TIP.states.items()), default=TIP.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="前次举报"
    )
    redirected_to = models.CharField("有处理权限的机关", max_length=120, blank=True)
    outcome = models.CharField("处理结果", max_length=20, blank=True)
    outcome_ref = models.CharField("处理依据编号", max_length=60, blank=True)
    outcome_url = models.CharField(max_length=300, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = "举报"
        indexes = [models.Index(fields=["organ", "state", "received_at"], name="tip_standing")]

    def __str__(self) -> str:
        return self.number

    @property
    def organ_path(self) -> str:
        """Where events about this tip belong."""
        return self.organ.path


class TipNote(models.Model):
    """One thing that was written about a tip: added clues, what was asked, what was told. Stays out of the events."""

    KINDS = [
        ("wanted", "请补充"),
        ("added", "补充的线索"),
        ("told", "告知"),
        ("repeat", "重复举报"),
        ("result", "处理结果告知"),
        ("returned", "退回理由"),
    ]

    tip = models.ForeignKey(Tip, models.PROTECT, related_name="notes")
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    text = models.TextField("内容", blank=True)
    way = models.CharField("告知方式", max_length=16, choices=list(WAYS.items()), blank=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    at = models.DateTimeField("时间")
    by_name = models.CharField("经办", max_length=80)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "举报记录"

    def __str__(self) -> str:
        return f"{self.tip.number} {self.get_kind_display()}"


class Reward(models.Model):
    """A reward for one tip about one case: how it was worked out, who approved it, against which code it was paid.

    Amounts are fen. `base` is the sum of fine and confiscation of the case; `steps` the sentences of the calculation.
    The payer sees number, amount and `claim_digest`; whoever brings the claim code is the one the vault knows.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    tip = models.OneToOneField(Tip, models.PROTECT, related_name="reward", verbose_name="举报")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    case_ref = models.CharField("案件", max_length=60)
    base = models.PositiveBigIntegerField("罚没款（分）")
    grade = models.PositiveSmallIntegerField("等级")
    major_ground = models.CharField("重大违法情形", max_length=24)
    insider = models.BooleanField("内部举报人", default=False)
    uplift = models.PositiveBigIntegerField("内部人增加（分）", default=0)
    amount = models.PositiveBigIntegerField("奖励金额（分）")
    finance_needed = models.BooleanField("须会同财政部门", default=False)
    finance_ref = models.CharField("财政部门意见文号", max_length=80, blank=True)
    rule_from = models.DateField("奖励规定版本起")
    steps = models.TextField("计算步骤")
    state = models.CharField(
        "状态", max_length=12, choices=list(REWARD.states.items()), default=REWARD.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    proposed_by = person("提出人", required=True)
    approved_by = person("审批人")
    paid_by = person("发放人")
    claim_digest = models.CharField("领取码摘要", max_length=64, blank=True)
    voucher = models.CharField("付款凭证号", max_length=60, blank=True)
    paid_on = models.DateField("发放日期", null=True, blank=True)
    reason = models.TextField("理由", blank=True)

    class Meta:
        ordering = ["-state_at", "-pk"]
        verbose_name = "举报奖励"

    def __str__(self) -> str:
        return self.number

    @property
    def organ_path(self) -> str:
        """Where events about this reward belong."""
        return self.organ.path
