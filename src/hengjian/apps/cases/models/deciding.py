"""The way of a case to its decision: review, prior notice, statement, hearing, collective discussion, decision."""

from __future__ import annotations

from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.cases.models.core import Case, OfCase, Party, person
from hengjian.apps.cases.wording import OUTCOMES, REVIEW_KINDS, STATEMENT_KINDS


class Review(OfCase):
    """One round of case review or legal review; the reviewer never took part in the investigation."""

    RESULTS = [("", "审核中"), ("passed", "同意"), ("returned", "退回")]

    case = models.ForeignKey(Case, models.PROTECT, related_name="reviews")
    round = models.PositiveSmallIntegerField("第几次")
    kind = models.CharField("种类", max_length=8, choices=list(REVIEW_KINDS.items()))
    ground = models.CharField("法制审核的情形", max_length=20, blank=True)
    after_hearing = models.BooleanField("听证之后", default=False)
    submitted_by = person("送审人", required=True)
    submitted_on = models.DateField("收到材料日期")
    result = models.CharField("结论", max_length=10, choices=RESULTS, blank=True)
    reviewer = person("审核人")
    reviewed_on = models.DateField("审核日期", null=True, blank=True)
    opinion = models.TextField("审核意见", blank=True)

    class Meta:
        ordering = ["round"]
        verbose_name = "审核"
        constraints = [models.UniqueConstraint(fields=["case", "round"], name="review_round_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_kind_display()} 第 {self.round} 次"


class Notice(OfCase):
    """The prior notice to one party: what is proposed, on which facts and basis, with which rights; served when.

    `answered` says how the period ended for the party: it spoke, it waived, or nothing came. `conclusion` is the
    conclusion of the investigation that it rests on: after a later one it says nothing any more.
    """

    ANSWERS = [("", "期限内"), ("answered", "已陈述、申辩"), ("waived", "书面放弃")]

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    party = models.ForeignKey(Party, models.PROTECT, related_name="notices")
    round = models.PositiveSmallIntegerField("第几次")
    proposed = models.TextField("拟处罚内容")
    facts = models.TextField("事实和理由")
    basis = models.CharField("依据", max_length=500)
    fine_fen = models.BigIntegerField("拟罚款（分）", default=0)
    confiscated_fen = models.BigIntegerField("拟没收（分）", default=0)
    measures = models.JSONField("拟处罚种类", default=list)
    ban_months = models.PositiveSmallIntegerField("拟限制从业（月）", null=True, blank=True)
    ban_for_life = models.BooleanField("拟终身禁业", default=False)
    conclusion = models.PositiveSmallIntegerField("第几次调查终结之后", default=0)
    hearing_right = models.BooleanField("有要求听证的权利", default=False)
    hearing_why = models.CharField("听证权利的依据", max_length=300, blank=True)
    issued_on = models.DateField("告知日期")
    issued_by = person("告知人", required=True)
    served_on = models.DateField("送达日期", null=True, blank=True)
    served_how = models.CharField("送达方式", max_length=60, blank=True)
    ends_on = models.DateField("期限末日", null=True, blank=True)
    answered = models.CharField("当事人答复", max_length=10, choices=ANSWERS, blank=True)

    class Meta:
        ordering = ["round", "party__order"]
        verbose_name = "行政处罚告知"
        constraints = [models.UniqueConstraint(fields=["party", "round"], name="notice_round_once")]

    def __str__(self) -> str:
        return f"{self.case.number} 告知 {self.party.name}"


class Statement(OfCase):
    """What a party said after the notice: statement and defence, a request for a hearing, or a written waiver."""

    ANSWERS = [("", "待复核"), ("accepted", "采纳"), ("partly", "部分采纳"), ("rejected", "不采纳")]

    case = models.ForeignKey(Case, models.PROTECT, related_name="statements")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="statements")
    kind = models.CharField("种类", max_length=10, choices=list(STATEMENT_KINDS.items()))
    received_on = models.DateField("收到日期")
    text = models.TextField("内容")
    late = models.BooleanField("逾期提出", default=False)
    entered_by = person("记录人", required=True)
    entered_at = models.DateTimeField("记录时间")
    given_up_on = models.DateField("放弃听证日期", null=True, blank=True)
    answer = models.CharField("复核结论", max_length=10, choices=ANSWERS, blank=True)
    answer_reason = models.TextField("复核理由", blank=True)
    answered_by = person("复核人")
    answered_on = models.DateField("复核日期", null=True, blank=True)

    class Meta:
        ordering = ["received_on", "pk"]
        verbose_name = "陈述申辩"

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_kind_display()} {self.received_on}"


class Hearing(OfCase):
    """The hearing of a case: chair not an investigator, notice at least seven working days before."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="hearings")
    requested_on = models.DateField("要求日期")
    opened_on = models.DateField("确定主持人日期")
    chair = person("主持人", required=True)
    recorder = person("记录员", required=True)
    held_on = models.DateField("举行日期", null=True, blank=True)
    place = models.CharField("地点", max_length=200, blank=True)
    notified_on = models.DateField("通知日期", null=True, blank=True)
    public = models.BooleanField("公开举行", default=True)
    announced_on = models.DateField("公告日期", null=True, blank=True)
    attendees = models.CharField("参加人", max_length=500, blank=True)
    record = models.TextField("听证笔录", blank=True)
    report = models.TextField("听证报告", blank=True)
    reported_on = models.DateField("报告日期", null=True, blank=True)
    dropped_reason = models.CharField("终止理由", max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "听证"

    def __str__(self) -> str:
        return f"{self.case.number} 听证"


class Collective(OfCase):
    """Minutes of one collective discussion by the heads."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="collectives")
    held_on = models.DateField("讨论日期")
    place = models.CharField("地点", max_length=120, blank=True)
    chair = models.CharField("主持人", max_length=60, blank=True)
    attendees = models.CharField("参加人员", max_length=500)
    opinions = models.TextField("讨论意见")
    conclusion = models.TextField("结论")
    about = models.CharField("事项", max_length=40, default="处理决定")
    recorded_by = person("记录人", required=True)
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        ordering = ["held_on", "pk"]
        verbose_name = "集体讨论"

    def __str__(self) -> str:
        return f"{self.case.number} 集体讨论 {self.held_on}"


class Consent(OfCase):
    """Consent of the next higher organ where this organ may not decide alone (listing: LIST 22)."""

    KINDS = [("listing", "列入严重违法失信名单")]

    case = models.ForeignKey(Case, models.PROTECT, related_name="consents")
    party = models.ForeignKey(Party, models.PROTECT, related_name="consents")
    kind = models.CharField("事项", max_length=12, choices=KINDS)
    organ_asked = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="上级机关")
    asked_on = models.DateField("报请日期")
    asked_by = person("报请人", required=True)
    reason = models.CharField("理由", max_length=500)
    granted = models.BooleanField("同意", null=True, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    answered_by = person("答复人")
    reference = models.CharField("答复文号", max_length=80, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "上级同意"

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_kind_display()}"


class Decision(OfCase):
    """What was decided for one party, with one of the five outcomes of Article 60; never changed afterwards."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField("第几次", default=1)
    outcome = models.CharField("决定", max_length=16, choices=list(OUTCOMES.items()))
    measures = models.JSONField("处罚种类", default=list, blank=True)
    fine_fen = models.BigIntegerField("罚款（分）", default=0)
    confiscated_fen = models.BigIntegerField("没收违法所得（分）", default=0)
    ban_months = models.PositiveSmallIntegerField("限制从业（月）", null=True, blank=True)
    ban_for_life = models.BooleanField("终身禁业", default=False)
    text = models.TextField("决定内容")
    basis = models.CharField("依据", max_length=500)
    reasons = models.TextField("事实和理由")
    benchmark = models.CharField("裁量基准", max_length=300, blank=True)
    deviation = models.TextField("偏离理由", blank=True)
    receiver = models.CharField("接收机关", max_length=120, blank=True)
    decided_on = models.DateField("决定日期", db_index=True)
    decided_by = person("决定人", required=True)
    served_on = models.DateField("送达日期", null=True, blank=True)
    annulled_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        ordering = ["round", "party__order"]
        verbose_name = "处理决定"
        constraints = [models.UniqueConstraint(fields=["party", "round"], name="decision_round_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.party.name} {self.get_outcome_display()}"
