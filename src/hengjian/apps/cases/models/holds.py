"""Measures over things, commissions to test or appraise, and letters that ask other organs to assist."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from hengjian.apps.accounts.models import Organ
from hengjian.apps.cases import appraisal_procedures as appraising
from hengjian.apps.cases import assistance_procedures as assisting
from hengjian.apps.cases.holds_procedures import (
    FOLLOW_UPS,
    IN_FORCE,
    KINDS,
    RELEASES,
    STATES,
    STORAGES,
    THINGS,
    procedure_of,
)
from hengjian.apps.cases.models.core import Case, OfCase, Party, person


class Hold(OfCase):
    """One measure: register-and-preserve, sealing, or seizing.

    `legal_basis` is the id of the power in the law data (seizure only), `basis_text` its article on the day it was
    proposed. `taken_at` is when it was carried out: from then the limit runs. `alarmed` keeps on which day after the
    measure its officers were reminded. `lapsed_on` is the first day after the last one, `lapse_steps` the derivation.
    """

    PREFIX = "C"

    case = models.ForeignKey(Case, models.PROTECT, related_name="holds")
    ordinal = models.PositiveIntegerField("序号")
    kind = models.CharField("措施", max_length=10, choices=list(KINDS.items()))
    state = models.CharField("状态", max_length=12, choices=list(STATES.items()), default="proposed", db_index=True)
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="当事人")
    holder = models.CharField("被采取措施的人", max_length=120)
    grounds = models.TextField("理由")
    legal_basis = models.CharField("法律依据编号", max_length=24, blank=True)
    basis_text = models.CharField("法律依据", max_length=300, blank=True)
    within_scope = models.BooleanField("不涉及无关财物、生活必需品、他机关已查封的财物", default=False)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name="承接的登记保存"
    )
    officer_one = person("执法人员一", required=True)
    officer_two = person("执法人员二", required=True)
    card_one = models.CharField("执法证号一", max_length=40)
    card_two = models.CharField("执法证号二", max_length=40)
    proposed_by = person("报请人", required=True)
    proposed_at = models.DateTimeField("报请时间")
    approved_by = person("批准人")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    opinion = models.CharField("审批意见", max_length=500, blank=True)
    urgency = models.CharField("紧急情形", max_length=300, blank=True)
    taken_at = models.DateTimeField("实施时间", null=True, blank=True)
    place = models.CharField("地点", max_length=200, blank=True)
    storage = models.CharField("保管方式", max_length=12, choices=list(STORAGES.items()), blank=True)
    keeper = models.CharField("受托保管人", max_length=120, blank=True)
    keeper_address = models.CharField("保管地点", max_length=200, blank=True)
    extended_days = models.PositiveSmallIntegerField("延长日数", null=True, blank=True)
    extended_on = models.DateField("批准延长日期", null=True, blank=True)
    noticed_on = models.DateField("书面告知延长日期", null=True, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    follow_up = models.CharField("处理方式", max_length=12, choices=list(FOLLOW_UPS.items()), blank=True)
    ground = models.CharField("解除情形", max_length=12, choices=list(RELEASES.items()), blank=True)
    receiver = models.CharField("接收人", max_length=120, blank=True)
    returned_on = models.DateField("返还日期", null=True, blank=True)
    reason = models.TextField("最近的理由", blank=True)
    lapsed_on = models.DateField("自动解除日", null=True, blank=True)
    lapse_steps = models.TextField("推算", blank=True)
    alarmed = models.JSONField("已提醒", default=list, blank=True)

    class Meta:
        ordering = ["ordinal"]
        verbose_name = "强制措施和登记保存"
        constraints = [models.UniqueConstraint(fields=["case", "ordinal"], name="hold_number_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.number} {self.get_kind_display()}"

    @property
    def number(self) -> str:
        """C-01 …, in the case."""
        return f"{self.PREFIX}-{self.ordinal:02d}"

    @property
    def procedure(self) -> Any:
        """The table of this measure."""
        return procedure_of(self.kind)

    @property
    def state_label(self) -> str:
        """The state in the words of its own table."""
        return str(self.procedure.states[self.state])

    @property
    def in_force(self) -> bool:
        """Whether things are under the measure."""
        return self.state in IN_FORCE

    @property
    def clock_rule(self) -> str:
        """The clock that limits it."""
        return "PEN-33" if self.kind == "preserve" else "PEN-38"

    @property
    def urgent_rule(self) -> str:
        """The clock within which an urgent measure is reported and approved."""
        return "PEN-33.report" if self.kind == "preserve" else "PEN-36"

    @property
    def taken_on(self) -> date | None:
        """The day of the measure."""
        return timezone.localdate(self.taken_at) if self.taken_at else None


class HoldItem(models.Model):
    """One line of the list of things under a measure (form 24), with its seal."""

    hold = models.ForeignKey(Hold, models.PROTECT, related_name="items")
    ordinal = models.PositiveIntegerField("序号")
    name = models.CharField("名称", max_length=120)
    what = models.CharField("类别", max_length=10, choices=list(THINGS.items()))
    spec = models.CharField("规格、型号、编号", max_length=120, blank=True)
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=3)
    unit = models.CharField("单位", max_length=12)
    seal_no = models.CharField("封条编号", max_length=60, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    returned_on = models.DateField("返还日期", null=True, blank=True)

    class Meta:
        ordering = ["ordinal"]
        verbose_name = "清单"
        constraints = [models.UniqueConstraint(fields=["hold", "ordinal"], name="hold_item_once")]

    def __str__(self) -> str:
        return f"{self.hold.number} {self.name}"


class Appraisal(OfCase):
    """A commission to test or appraise; `paused` lists the clocks it holds, so that exactly these go on afterwards."""

    PREFIX = "J"

    case = models.ForeignKey(Case, models.PROTECT, related_name="appraisals")
    ordinal = models.PositiveIntegerField("序号")
    kind = models.CharField("种类", max_length=10, choices=list(appraising.KINDS.items()))
    body = models.CharField("受托机构", max_length=120)
    qualification = models.CharField("资质、资格", max_length=200)
    subject = models.CharField("送检、送鉴物品", max_length=300)
    questions = models.TextField("委托事项")
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, blank=True, related_name="appraisals")
    officer_one = person("执法人员一", required=True)
    officer_two = person("执法人员二", required=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=list(appraising.APPRAISAL.states.items()),
        default=appraising.APPRAISAL.initial,
        db_index=True,
    )
    sent_on = models.DateField("送出日期", null=True, blank=True)
    expected_on = models.DateField("预计完成", null=True, blank=True)
    told_on = models.DateField("告知期间日期", null=True, blank=True)
    returned_on = models.DateField("收到结果日期", null=True, blank=True)
    report_no = models.CharField("报告编号", max_length=80, blank=True)
    result = models.TextField("结论", blank=True)
    result_told_on = models.DateField("告知结果日期", null=True, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    paused = models.JSONField("停下的时限", default=list, blank=True)
    evidence = models.OneToOneField(
        "cases.Evidence", models.PROTECT, null=True, blank=True, related_name="appraisal", verbose_name="形成的证据"
    )
    by = person("登记人", required=True)
    at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["ordinal"]
        verbose_name = "检测鉴定委托"
        constraints = [models.UniqueConstraint(fields=["case", "ordinal"], name="appraisal_number_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.number} {self.get_kind_display()}委托"

    @property
    def number(self) -> str:
        """J-01 …, in the case."""
        return f"{self.PREFIX}-{self.ordinal:02d}"


class AssistanceLetter(OfCase):
    """One letter to one organ: `to_organ` where it stands in this installation, else `to_name` alone.

    The asked organ sees the letter and nothing of the case. Its limit (PEN-45) runs from the day it received it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="letters")
    number = models.CharField("编号", max_length=24, unique=True)
    kind = models.CharField("种类", max_length=12, choices=list(assisting.KINDS.items()))
    to_organ = models.ForeignKey(
        Organ, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="受函机关"
    )
    to_name = models.CharField("受函机关名称", max_length=120)
    subject = models.CharField("事由", max_length=200)
    questions = models.TextField("请求协助的事项")
    sent_on = models.DateField("发函日期")
    state = models.CharField(
        "状态",
        max_length=12,
        choices=list(assisting.ASSISTANCE.states.items()),
        default=assisting.ASSISTANCE.initial,
        db_index=True,
    )
    received_on = models.DateField("对方收到日期", null=True, blank=True)
    told_on = models.DateField("告知不能按期日期", null=True, blank=True)
    expected_on = models.DateField("预计完成日期", null=True, blank=True)
    answered_on = models.DateField("回复日期", null=True, blank=True)
    answer = models.TextField("协助结果", blank=True)
    answered_by = models.CharField("回复人", max_length=80, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)
    by = person("发函人", required=True)
    at = models.DateTimeField("登记时间")

    class Meta:
        ordering = ["-pk"]
        verbose_name = "协助函"

    def __str__(self) -> str:
        return f"{self.number} 致{self.to_name}"

    @property
    def institution_uscc(self) -> str:
        """Nothing: institutions never see letters between organs."""
        return ""


class LetterFile(models.Model):
    """One file of an answer, kept in the store of cases by its digest."""

    letter = models.ForeignKey(AssistanceLetter, models.PROTECT, related_name="files")
    name = models.CharField("文件名", max_length=160)
    media_type = models.CharField("类型", max_length=80)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("摘要值", max_length=64)
    by = person("上传人", required=True)
    at = models.DateTimeField("上传时间")

    class Meta:
        ordering = ["pk"]
        verbose_name = "协助函附件"
        constraints = [models.UniqueConstraint(fields=["letter", "sha256"], name="letter_file_once")]

    def __str__(self) -> str:
        return self.name
