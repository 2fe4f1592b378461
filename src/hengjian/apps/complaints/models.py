"""Consumer complaints: the dispute, what was done about it, what was marked; the complainant is in the vault alone."""

from __future__ import annotations

from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.complaints.procedures import COMPLAINT
from hengjian.apps.informants.models import Informant
from hengjian.apps.leads.models import Lead
from hengjian.apps.registry.models import Institution
from hengjian.apps.tips.models import WAYS, Tip, person


class Complaint(models.Model):
    """One consumer dispute. `claim` is what is asked for, `facts` what happened, `amount` the sum disputed in fen.

    `area_code` is where the respondent really does business or else is domiciled (CMP-13). `known_on` is when the
    complainant knew of the harm: the three years of CMP-16 run from then. `agent` is the proxy, sealed like the
    complainant. `person_mark` and `text_digest` let repeats be counted without opening the vault. `distributed_by` as
    in tips.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="承办机关")
    first_organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="最先收到的机关")
    distributed_by = models.ForeignKey(
        Organ, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="分送机关"
    )
    informant = models.OneToOneField(Informant, models.PROTECT, related_name="complaint", verbose_name="投诉人（密封）")
    agent = models.ForeignKey(
        Informant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="代理人（密封）"
    )
    has_mandate = models.BooleanField("有授权委托书原件", default=False)
    client_kind = models.CharField(
        "投诉人性质", max_length=8, choices=[("person", "自然人"), ("company", "单位")], default="person"
    )
    daily_life = models.BooleanField("为生活消费需要", default=True)
    channel = models.CharField("渠道", max_length=20)
    external_no = models.CharField("平台编号", max_length=40, blank=True, db_index=True)
    claim = models.TextField("投诉请求")
    facts = models.TextField("事实")
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name="机构"
    )
    respondent_name = models.CharField("被投诉人", max_length=120)
    respondent_uscc = models.CharField("被投诉人代码", max_length=18, blank=True, db_index=True)
    respondent_address = models.CharField("被投诉人地址", max_length=200, blank=True)
    area_code = models.CharField("实际经营地或者住所地", max_length=12, blank=True)
    amount = models.PositiveBigIntegerField("争议金额（分）", null=True, blank=True)
    bought_on = models.DateField("交易日期", null=True, blank=True)
    known_on = models.DateField("知道权益受损的日期", null=True, blank=True)
    text_digest = models.CharField("内容摘要", max_length=64, db_index=True)
    received_at = models.DateTimeField("收到时间", db_index=True)
    received_on = models.DateField("收到日期")
    registered_by = models.CharField("登记", max_length=80)
    responsible = person("承办人")
    state = models.CharField(
        "状态", max_length=16, choices=list(COMPLAINT.states.items()), default=COMPLAINT.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    supplement_limit = models.DateField("补正期限", null=True, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    ground = models.CharField("不予受理或者终止调解的情形", max_length=24, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    tip = models.ForeignKey(
        Tip, models.PROTECT, null=True, blank=True, related_name="from_complaints", verbose_name="分出的举报"
    )
    lead = models.ForeignKey(
        Lead, models.PROTECT, null=True, blank=True, related_name="from_complaints", verbose_name="调解中发现的线索"
    )
    abuse_marked_at = models.DateTimeField("标记异常投诉的时间", null=True, blank=True)
    fraud_marked_at = models.DateTimeField("标记涉嫌诈骗敲诈的时间", null=True, blank=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = "投诉"
        indexes = [models.Index(fields=["organ", "state", "received_at"], name="complaint_standing")]

    def __str__(self) -> str:
        return self.number

    @property
    def organ_path(self) -> str:
        """Where events about this complaint belong."""
        return self.organ.path


class ComplaintEntry(models.Model):
    """One entry of the handling: what was asked, told, said in mediation, tested, agreed. Stays out of the events."""

    KINDS = [
        ("wanted", "补正通知"),
        ("added", "补正材料"),
        ("told", "告知"),
        ("decision", "决定"),
        ("invite", "调解通知"),
        ("record", "调解记录"),
        ("test", "委托检测"),
        ("test_back", "检测结论"),
        ("agreement", "调解协议"),
        ("end", "终止调解"),
        ("closing", "办结"),
        ("clue", "发现线索"),
        ("mark", "标记"),
        ("returned", "退回"),
    ]

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="entries")
    kind = models.CharField("种类", max_length=12, choices=KINDS)
    text = models.TextField("内容", blank=True)
    facts = models.JSONField("要素", default=dict, blank=True)
    way = models.CharField("告知投诉人", max_length=16, choices=list(WAYS.items()), blank=True)
    way_respondent = models.CharField("告知被投诉人", max_length=16, choices=list(WAYS.items()), blank=True)
    at = models.DateTimeField("时间")
    by_name = models.CharField("经办", max_length=80)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "投诉办理记录"

    def __str__(self) -> str:
        return f"{self.complaint.number} {self.get_kind_display()}"
