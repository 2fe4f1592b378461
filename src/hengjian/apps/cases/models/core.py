"""A case, its investigators, parties and contraventions per party, orders to correct, and its timeline.

Sums are whole fen. What belongs to a case offers `organ` and `institution_uscc` through `OfCase`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.cases.procedures import CASE
from hengjian.apps.cases.wording import PARTY_KINDS, PARTY_ROLES, SOURCES
from hengjian.apps.registry.models import Institution


def person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Case(models.Model):
    """One case of the ordinary procedure.

    `origin_*` name the lead, inspection finding or rectification it came from; `facts` are what is found so far,
    `proposal` what the investigators propose; `legal_ground` the code of the reason why legal review is due ("" while
    nobody named one); `version` rises with every move, so that a form tells whether somebody was faster.
    """

    number = models.CharField("案件编号", max_length=24, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="cases", verbose_name="办案机关")
    title = models.CharField("案由", max_length=200)
    source_code = models.CharField("案件来源", max_length=12, choices=list(SOURCES.items()))
    source_on = models.DateField("发现或者收到材料日期")
    origin_kind = models.CharField("来源类别", max_length=24, blank=True, db_index=True)
    origin_id = models.CharField("来源编号", max_length=60, blank=True)
    origin_label = models.CharField("来源说明", max_length=200, blank=True)
    origin_url = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=16, choices=list(CASE.states.items()), default=CASE.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    version = models.PositiveIntegerField(default=0)
    field = models.CharField("领域", max_length=24, blank=True, db_index=True)
    place = models.CharField("违法行为发生地", max_length=200, blank=True)
    area_code = models.CharField("行政区划代码", max_length=12, blank=True)
    violation_text = models.CharField("涉嫌违法行为", max_length=300, blank=True)
    facts = models.TextField("案情", blank=True)
    occurred_from = models.DateField("行为日起", null=True, blank=True)
    occurred_to = models.DateField("行为日止", null=True, blank=True)
    fee_fen = models.BigIntegerField("检验检测费用（分）", null=True, blank=True)
    gain_fen = models.BigIntegerField("违法所得（分）", null=True, blank=True)
    units = models.PositiveIntegerField("涉案数量（份、辆次）", null=True, blank=True)
    conditions = models.JSONField("立案条件", default=list, blank=True)
    wants_refusal = models.BooleanField("报请不予立案", default=False)
    refusal_code = models.CharField("不予立案的情形", max_length=12, blank=True)
    registered_by = person("登记人", required=True)
    registered_at = models.DateTimeField("登记时间", db_index=True)
    proposed_by = person("报请人")
    filed_on = models.DateField("立案日期", null=True, blank=True, db_index=True)
    approved_by = person("批准人")
    report = models.TextField("调查终结报告", blank=True)
    proposal = models.TextField("处理建议", blank=True)
    concluded_on = models.DateField("调查终结日期", null=True, blank=True)
    conclusions = models.PositiveSmallIntegerField("调查终结次数", default=0)
    legal_ground = models.CharField("法制审核的情形", max_length=20, blank=True)
    major = models.BooleanField("情节复杂或者重大，须集体讨论", default=False)
    decided_on = models.DateField("决定日期", null=True, blank=True, db_index=True)
    decided_by = person("决定人")
    closed_on = models.DateField("结案日期", null=True, blank=True)
    reason = models.TextField("最近的理由", blank=True)

    class Meta:
        ordering = ["-registered_at", "-pk"]
        verbose_name = "案件"
        indexes = [
            models.Index(fields=["organ", "state", "filed_on"], name="case_standing"),
            models.Index(fields=["origin_kind", "origin_id"], name="case_origin"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this case belong."""
        return self.organ.path

    @property
    def institution_uscc(self) -> str:
        """The first institution among the parties, "" where there is none."""
        for party in self.parties.all():
            if party.institution is not None:
                return str(party.institution.uscc)
        return ""


class OfCase(models.Model):
    """What belongs to a case: its organ is the case's."""

    case: Any

    class Meta:
        abstract = True

    @property
    def organ(self) -> Organ:
        """The case's organ, for the question of rights."""
        organ: Organ = self.case.organ
        return organ

    @property
    def organ_path(self) -> str:
        """Where events about it belong."""
        return str(self.case.organ.path)

    @property
    def institution_uscc(self) -> str:
        """The case's first institution."""
        return str(self.case.institution_uscc)


class CaseOfficer(OfCase):
    """One investigator of a case for a time; at least two are in force from the filing on."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="officers")
    user = person("办案人员", required=True)
    lead = models.BooleanField("主办", default=False)
    enforcement_no = models.CharField("执法证号", max_length=40)
    from_on = models.DateField("起")
    to_on = models.DateField("止", null=True, blank=True)

    class Meta:
        ordering = ["-lead", "pk"]
        verbose_name = "办案人员"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"], condition=models.Q(to_on__isnull=True), name="case_officer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.user.name}"


class Recusal(OfCase):
    """Somebody asked that a person keep out of the case, and what the head decided."""

    ANSWERS = [("", "待决定"), ("granted", "决定回避"), ("denied", "驳回申请")]

    case = models.ForeignKey(Case, models.PROTECT, related_name="recusals")
    user = person("被申请回避的人", required=True)
    asked_by = models.CharField("申请人", max_length=80)
    asked_on = models.DateField("申请日期")
    ground = models.CharField("理由", max_length=300)
    answer = models.CharField("决定", max_length=8, choices=ANSWERS, blank=True)
    answered_by = person("决定人")
    answered_on = models.DateField("决定日期", null=True, blank=True)
    answer_reason = models.CharField("决定理由", max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "回避"

    def __str__(self) -> str:
        return f"{self.case.number} 回避 {self.user.name}"


class Party(OfCase):
    """A party: an institution, or a person punished beside it (处罚到人).

    `id_sealed` is ciphertext, never the number itself.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="parties")
    order = models.PositiveSmallIntegerField("序号")
    kind = models.CharField("种类", max_length=12, choices=list(PARTY_KINDS.items()))
    role = models.CharField("身份", max_length=12, choices=list(PARTY_ROLES.items()))
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="case_parties", verbose_name="机构"
    )
    name = models.CharField("名称（姓名）", max_length=120)
    code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    id_sealed = models.TextField("证件号码（密文）", blank=True)
    id_tail = models.CharField("证件号码末四位", max_length=4, blank=True)
    legal_rep = models.CharField("法定代表人", max_length=80, blank=True)
    post = models.CharField("职务", max_length=60, blank=True)
    address = models.CharField("地址", max_length=300, blank=True)
    phone = models.CharField("联系电话", max_length=60, blank=True)
    home_province = models.CharField("所在省份代码", max_length=6, blank=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = "当事人"
        constraints = [models.UniqueConstraint(fields=["case", "order"], name="party_order_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.name}"


class Contravention(OfCase):
    """One breach by one party, with the day of conduct and the law chosen by it.

    `choice` is the engine's answer as plain data (steps, provisions, blocked sentences); `provision` the id of the
    provision taken; `two_step` needs an order that was not kept before any fine.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="contraventions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="contraventions")
    violation_id = models.CharField("违法情形", max_length=24, db_index=True)
    title = models.CharField("违法事实", max_length=300)
    field = models.CharField("领域", max_length=24, blank=True)
    occurred_from = models.DateField("行为日起")
    occurred_to = models.DateField("行为日止")
    fee_fen = models.BigIntegerField("检验检测费用（分）", null=True, blank=True)
    gain_fen = models.BigIntegerField("违法所得（分）", null=True, blank=True)
    units = models.PositiveIntegerField("涉案数量", null=True, blank=True)
    article = models.CharField("违反的条款", max_length=300, blank=True)
    penalty_article = models.CharField("罚则", max_length=300, blank=True)
    provision = models.CharField("采用的罚则编号", max_length=40, blank=True)
    two_step = models.BooleanField("先责令改正", default=False)
    circumstances = models.JSONField("情节", default=dict, blank=True)
    choice = models.JSONField("选法依据", default=dict, blank=True)
    calculation = models.JSONField("裁量计算", default=dict, blank=True)
    proposed_fen = models.BigIntegerField("拟罚款（分）", null=True, blank=True)
    deviation = models.TextField("偏离裁量基准的理由", blank=True)
    proposal = models.CharField("处理建议", max_length=300, blank=True)
    by = person("填写人", required=True)
    at = models.DateTimeField("填写时间")
    struck_at = models.DateTimeField("删去时间", null=True, blank=True)
    struck_reason = models.CharField("删去理由", max_length=300, blank=True)

    class Meta:
        ordering = ["party__order", "pk"]
        verbose_name = "违法事实"

    def __str__(self) -> str:
        return f"{self.case.number} {self.party.name} {self.violation_id}"


class CorrectionOrder(OfCase):
    """An order to correct within a limit and what the re-check found: the first step of a two-step offence."""

    RESULTS = [("", "待复查"), ("corrected", "已改正"), ("failed", "逾期未改正或者改正后仍不符合要求")]

    case = models.ForeignKey(Case, models.PROTECT, related_name="orders")
    contravention = models.ForeignKey(Contravention, models.PROTECT, related_name="orders")
    ordered_on = models.DateField("责令日期")
    due_on = models.DateField("改正期限")
    requirement = models.CharField("改正要求", max_length=500)
    reference = models.CharField("文书或者来源", max_length=120, blank=True)
    result = models.CharField("复查结果", max_length=10, choices=RESULTS, blank=True)
    rechecked_on = models.DateField("复查日期", null=True, blank=True)
    note = models.CharField("复查情况", max_length=500, blank=True)
    by = person("责令人", required=True)
    rechecked_by = person("复查人")

    class Meta:
        ordering = ["pk"]
        verbose_name = "责令改正"

    def __str__(self) -> str:
        return f"{self.case.number} 责令改正 {self.ordered_on}"


class Step(OfCase):
    """One line of the case's timeline; written by every move and by whoever adds something of weight."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    action = models.CharField(max_length=40)
    label = models.CharField("事项", max_length=120)
    note = models.CharField("说明", max_length=500, blank=True)
    source = models.CharField(max_length=16, blank=True)
    target = models.CharField(max_length=16, blank=True)
    on = models.DateField("日期")
    at = models.DateTimeField("记录时间")
    by_name = models.CharField("办理人", max_length=80)
    by = person("办理人")
    url = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "经过"

    def __str__(self) -> str:
        return f"{self.case.number} {self.label}"
