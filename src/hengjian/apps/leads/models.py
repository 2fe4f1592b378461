"""Leads, how they were handed on, their answers, likenesses between them, series, and files they came in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.leads.codes import (
    ANSWERS,
    CHANNELS,
    COMPLEXITY,
    HANDS,
    NOT_FILING,
    OUTCOMES,
    SUBJECTS,
)
from hengjian.apps.leads.procedures import LEAD, LIKENESS
from hengjian.apps.registry.models import Institution


def _choices(codes: dict[str, str]) -> list[tuple[str, str]]:
    return list(codes.items())


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


def _organ(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name=label, **options)


class Series(models.Model):
    """Leads that hang together (one respondent, one pattern) and are looked at as one."""

    number = models.CharField("编号", max_length=20, unique=True)
    organ = _organ("建立机关", required=True)
    title = models.CharField("名称", max_length=120)
    created_by = _person("建立人", required=True)
    created_at = models.DateTimeField("建立时间")

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "线索串"

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this series belong."""
        return self.organ.path


class Lead(models.Model):
    """Something that may show a violation, until it has its answer.

    `organ` is answerable now; `heading_to` an organ of the tree that has not acknowledged receipt yet; `handed_by` the
    organ that handed it on last and goes on seeing it. `area_code` is where the conduct took place (the site), which
    decides territory. `outcome` … `rule` are what triage settled, `department` who is competent outside. No field
    holds who reported: that is sealed elsewhere.
    """

    number = models.CharField("线索编号", max_length=20, unique=True)
    organ = _organ("承办机关", required=True)
    channel = models.CharField("来源渠道", max_length=20, choices=_choices(CHANNELS), db_index=True)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("内容")
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name="机构"
    )
    respondent_name = models.CharField("被反映单位", max_length=200, blank=True, db_index=True)
    respondent_uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, db_index=True)
    area_code = models.CharField("行为发生地", max_length=12, blank=True, db_index=True)
    fields = models.JSONField("领域", default=list, blank=True)
    traits = models.JSONField("特别情形", default=list, blank=True)
    subject = models.CharField("反映事项", max_length=24, choices=_choices(SUBJECTS), blank=True)
    report_numbers = models.JSONField("报告编号", default=list, blank=True)
    occurred_on = models.DateField("行为日", null=True, blank=True)
    received_on = models.DateField("收到日期", db_index=True)
    received_at = models.DateTimeField("登记时间", db_index=True)
    registered_by = _person("登记人")
    outside_number = models.CharField("来源编号", max_length=60, blank=True)
    origin_kind = models.CharField("来源", max_length=24, blank=True)
    origin_id = models.CharField(max_length=40, blank=True)
    origin_label = models.CharField("来源说明", max_length=200, blank=True)
    origin_url = models.CharField(max_length=300, blank=True)
    mass = models.BooleanField("疑似滥用的批量投诉", default=False)
    complexity = models.CharField("繁简", max_length=16, choices=_choices(COMPLEXITY), default="ordinary")
    state = models.CharField(
        "状态", max_length=20, choices=list(LEAD.states.items()), default=LEAD.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    responsible = _person("承办人")
    heading_to = _organ("待签收机关")
    handed_by = _organ("转来机关")
    outcome = models.CharField("研判去向", max_length=20, choices=_choices(OUTCOMES), blank=True)
    rule = models.CharField("研判规则", max_length=24, blank=True)
    special_law = models.CharField("特别法", max_length=16, blank=True)
    department = models.CharField("主管部门", max_length=24, blank=True)
    level = models.CharField("办理层级", max_length=20, blank=True)
    triage = models.JSONField("研判依据", default=dict, blank=True)
    triaged_by = _person("研判人")
    triaged_at = models.DateTimeField("研判时间", null=True, blank=True)
    findings = models.TextField("核查情况", blank=True)
    not_filing_code = models.CharField("不予立案的情形", max_length=16, choices=_choices(NOT_FILING), blank=True)
    reason = models.TextField("最近的理由", blank=True)
    proposed_by = _person("提请人")
    case_number = models.CharField("案件编号", max_length=40, blank=True)
    case_url = models.CharField(max_length=300, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入"
    )
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name="线索串"
    )

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = "线索"
        constraints = [
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id"],
                condition=~models.Q(origin_id=""),
                name="lead_once_per_origin",
            ),
            models.UniqueConstraint(
                fields=["channel", "outside_number"],
                condition=~models.Q(outside_number=""),
                name="lead_once_per_outside_number",
            ),
        ]
        indexes = [
            models.Index(fields=["organ", "state", "received_at"], name="lead_standing"),
            models.Index(fields=["organ", "received_at"], name="lead_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this lead belong."""
        return self.organ.path

    @property
    def institution_uscc(self) -> str:
        """The code of the institution it is about, or what was given for it."""
        return self.institution.uscc if self.institution else self.respondent_uscc

    @property
    def respondent(self) -> str:
        """Whom it is about, in words."""
        return self.institution.name if self.institution else self.respondent_name


class LeadWords(models.Model):
    """The words by which a lead is found, parted by blanks: character pairs of Chinese, runs of letters and digits.

    The database keeps its own full-text index over them (`searching`).
    """

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="words")
    words = models.TextField()

    class Meta:
        verbose_name = "线索检索词"

    def __str__(self) -> str:
        return self.lead.number


class LeadMark(models.Model):
    """One key by which leads with near text or the same report number find each other."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="marks")
    key = models.BigIntegerField()

    class Meta:
        verbose_name = "线索特征"
        indexes = [models.Index(fields=["key", "-lead"], name="lead_mark")]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.key}"


class Likeness(models.Model):
    """Two leads that may be one matter (`duplicate`) or belong together (`series`), until a person says so or not.

    `sure` is the probability that they are, 0–1; `reasons` the Chinese sentences with what each adds.
    """

    KINDS = [("duplicate", "疑似重复"), ("series", "疑似同串")]

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="likenesses", verbose_name="新线索")
    other = models.ForeignKey(Lead, models.PROTECT, related_name="likenesses_of", verbose_name="旧线索")
    kind = models.CharField("类别", max_length=12, choices=KINDS)
    sure = models.DecimalField("把握", max_digits=4, decimal_places=3)
    reasons = models.JSONField("理由", default=list)
    state = models.CharField(
        "状态", max_length=12, choices=list(LIKENESS.states.items()), default=LIKENESS.initial, db_index=True
    )
    found_at = models.DateTimeField("发现时间")
    decided_by = _person("决定人")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    reason = models.TextField("决定的理由", blank=True)

    class Meta:
        ordering = ["-sure", "pk"]
        verbose_name = "疑似重复"
        constraints = [models.UniqueConstraint(fields=["lead", "other"], name="likeness_once")]

    def __str__(self) -> str:
        return f"{self.lead.number} / {self.other.number}"

    @property
    def organ(self) -> Organ:
        """The organ of the newer lead decides."""
        return self.lead.organ

    @property
    def organ_path(self) -> str:
        """Where events about this proposal belong."""
        return self.lead.organ.path


class OutsideBody(models.Model):
    """A department or organ outside this tree to which leads are transferred. What is not listed does not exist."""

    name = models.CharField("名称", max_length=80, unique=True)
    department = models.CharField("主管部门", max_length=24, db_index=True)
    area_code = models.CharField("行政区划代码", max_length=12, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    organ = _organ("登记机关", required=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["department", "area_code", "name"]
        verbose_name = "外部机关"

    def __str__(self) -> str:
        return self.name

    @property
    def organ_path(self) -> str:
        """Where events about this entry belong."""
        return self.organ.path


class Handing(models.Model):
    """One time that a lead was handed on or its jurisdiction disputed, with receipt and result."""

    STATES = [
        ("sent", "待签收"),
        ("received", "已签收"),
        ("declined", "已退回"),
        ("recalled", "已撤回"),
        ("fed_back", "已反馈"),
        ("settled", "已解决"),
    ]

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="handings")
    kind = models.CharField("方式", max_length=16, choices=_choices(HANDS))
    from_organ = _organ("移出机关", required=True)
    to_organ = _organ("接收机关")
    body = models.ForeignKey(
        OutsideBody, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收部门"
    )
    superior = _organ("共同上级机关")
    reason = models.TextField("理由")
    basis = models.CharField("依据", max_length=200)
    sent_by = _person("经办人", required=True)
    sent_at = models.DateTimeField("移出时间")
    due = models.DateField("请求反馈的日期", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=STATES, default="sent")
    receipt_no = models.CharField("回执编号", max_length=40, blank=True)
    received_by = models.CharField("签收人", max_length=80, blank=True)
    received_on = models.DateField("签收日期", null=True, blank=True)
    feedback = models.TextField("反馈结果", blank=True)
    feedback_on = models.DateField("反馈日期", null=True, blank=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = "流转"

    def __str__(self) -> str:
        return f"{self.lead.number} {self.get_kind_display()}"

    @property
    def target(self) -> str:
        """Where it goes, in words."""
        return self.to_organ.name if self.to_organ else self.body.name if self.body else ""


class Answer(models.Model):
    """An answer that a lead was given; a lead that is reopened gets another."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="answers")
    kind = models.CharField("方式", max_length=20, choices=_choices(ANSWERS))
    text = models.TextField("答复")
    ref_label = models.CharField("依据", max_length=200, blank=True)
    ref_url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField("时间")
    by_name = models.CharField("经办", max_length=80)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "线索答复"

    def __str__(self) -> str:
        return f"{self.lead.number} {self.get_kind_display()}"


class ImportFile(models.Model):
    """One file of a hotline that was taken in: how many of its rows were new, how many known already."""

    organ = _organ("机关", required=True)
    channel = models.CharField("渠道", max_length=20, choices=_choices(CHANNELS))
    name = models.CharField("文件名", max_length=120)
    sha256 = models.CharField("摘要", max_length=64, db_index=True)
    rows = models.PositiveIntegerField("行数")
    created = models.PositiveIntegerField("新登记")
    known = models.PositiveIntegerField("已登记过")
    by = _person("经办人", required=True)
    at = models.DateTimeField("时间")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "导入文件"

    def __str__(self) -> str:
        return self.name

    @property
    def organ_path(self) -> str:
        """Where events about this file belong."""
        return self.organ.path
