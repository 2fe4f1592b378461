"""Inspection tasks: the two officers, the visit, what was checked, found, said and published."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.inspections.phone_clock import clock_sentence
from hengjian.apps.inspections.procedures import CANCEL_CODES, INSPECTION
from hengjian.apps.plans.models import Visit
from hengjian.apps.registry.models import Institution


class Inspection(models.Model):
    """One task of one organ at one institution. Its visit stands in the ledger of plans, where visits are merged too.

    `origin_kind`/`origin_id` name the plan or lead behind it (see `origins`); `groups` are ids of checklists (CK-A…),
    `fields` the fields whose items are asked. What was found on site stands in `OnSite`, the outcome here.
    """

    KINDS = [("notice", "事先通知"), ("unannounced", "不预先告知")]

    number = models.CharField("检查编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="检查机关")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="inspections", verbose_name="机构")
    visit = models.OneToOneField(Visit, models.PROTECT, related_name="inspection", verbose_name="入企登记")
    origin_kind = models.CharField("来源", max_length=20, db_index=True)
    origin_id = models.CharField("来源编号", max_length=60)
    origin_label = models.CharField("来源说明", max_length=200)
    title = models.CharField("检查事项", max_length=200)
    kind = models.CharField("方式", max_length=12, choices=KINDS)
    state = models.CharField(
        "状态", max_length=16, choices=list(INSPECTION.states.items()), default=INSPECTION.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="主检人员")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="检查人员")
    experts = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name="专家")
    groups = models.JSONField("检查清单", default=list)
    fields = models.JSONField("领域", default=list, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="交办人")
    created_at = models.DateTimeField("交办时间", db_index=True)
    notice_no = models.CharField("通知书文号", max_length=60, blank=True)
    notified_at = models.DateTimeField("通知时间", null=True, blank=True)
    ended_on = models.DateField("检查结束日", null=True, blank=True)
    result_code = models.CharField("检查结果", max_length=4, blank=True, db_index=True)
    result_note = models.TextField("结果说明", blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    review_note = models.TextField("审核意见", blank=True)
    public_wording = models.CharField("公示用语", max_length=300, blank=True)
    published_at = models.DateTimeField("公示时间", null=True, blank=True, db_index=True)
    cancel_code = models.CharField("取消原因", max_length=16, choices=list(CANCEL_CODES.items()), blank=True)
    cancel_note = models.TextField("取消说明", blank=True)

    class Meta:
        verbose_name = "检查任务"
        ordering = ["visit__day", "number"]
        indexes = [models.Index(fields=["origin_kind", "origin_id"], name="inspection_origin")]

    def __str__(self) -> str:
        return f"检查 {self.number}"

    @property
    def organ_path(self) -> str:
        """Where events about this task belong."""
        return self.organ.path

    @property
    def institution_uscc(self) -> str:
        """The code by which institution users reach their own rows."""
        return self.institution.uscc

    @property
    def planned_on(self) -> date:
        """The day reserved in the ledger of visits; for queries `visit__day`."""
        return self.visit.day

    @property
    def officer_ids(self) -> tuple[int, int]:
        """Lead and member."""
        return self.lead_id, self.member_id


class OfTask(models.Model):
    """What belongs to one task; rights and events follow the task."""

    class Meta:
        abstract = True

    inspection: models.ForeignKey[Inspection, Inspection]

    @property
    def organ(self) -> Organ:
        """The task's organ."""
        return self.inspection.organ

    @property
    def organ_path(self) -> str:
        """Where events about this belong."""
        return self.inspection.organ.path


class Written(OfTask):
    """Something a person wrote on site: `made_at` is the writer's clock, `received_at` the server's, both kept.

    `clock_skew_s` is how far the phone's clock was ahead of the server's when it sent (None: not told);
    `clock_flag` is set where it was off by more than the tolerance, `happened_at` is then the corrected time.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="填写人")
    made_at = models.DateTimeField("填写时间（设备）")
    received_at = models.DateTimeField("收到时间（服务器）")
    happened_at = models.DateTimeField("发生时间")
    clock_skew_s = models.IntegerField("设备时钟偏差（秒）", null=True, blank=True)
    clock_flag = models.BooleanField("设备时钟有误", default=False)

    class Meta:
        abstract = True

    @property
    def clock_sentence(self) -> str:
        """What is to be said about the clock of the phone; empty where it was right."""
        return clock_sentence(
            made_at=self.made_at, happened_at=self.happened_at, skew_s=self.clock_skew_s, flagged=self.clock_flag
        )


class Entry(Written):
    """An officer came to the institution: who, when, where, and which code was scanned."""

    METHODS = [("institution", "扫机构二维码"), ("task", "扫任务二维码"), ("typed", "手工登记")]

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="entries")
    method = models.CharField("方式", max_length=12, choices=METHODS)
    lat = models.FloatField("纬度", null=True, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    accuracy_m = models.FloatField("定位精度（米）", null=True, blank=True)
    distance_m = models.FloatField("距登记场所（米）", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "入企登记"
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"入企 {self.inspection_id} {self.happened_at:%Y-%m-%d %H:%M}"


class OnSite(OfTask):
    """The record of inspection (现场检查笔录) while it is written, and as it was closed."""

    SIGNINGS = [("signed", "签字"), ("refused", "拒绝签字"), ("absent", "无法签字")]

    inspection = models.OneToOneField(Inspection, models.PROTECT, related_name="on_site")
    cards_shown = models.BooleanField("已出示执法证件", default=False)
    recusal_asked = models.BooleanField("已告知申请回避的权利", default=False)
    recusal_answer = models.CharField("是否申请回避", max_length=200, blank=True)
    present_name = models.CharField("现场陪同人员", max_length=60, blank=True)
    present_role = models.CharField("陪同人员职务", max_length=60, blank=True)
    started_at = models.DateTimeField("检查开始", null=True, blank=True)
    facts_found = models.TextField("检查情况", blank=True)
    statement = models.TextField("被检查人陈述", blank=True)
    signing = models.CharField("签字情况", max_length=10, choices=SIGNINGS, blank=True)
    refusal_reason = models.CharField("拒签或者无法签字的原因", max_length=300, blank=True)
    witness_name = models.CharField("见证人", max_length=60, blank=True)
    witness_role = models.CharField("见证人单位、职务", max_length=120, blank=True)
    closed_at = models.DateTimeField("闭合时间", null=True, blank=True)
    closed_sha256 = models.CharField("笔录摘要值", max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "现场检查笔录"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"现场检查笔录 {self.inspection_id}"


class CheckAnswer(Written):
    """The answer to one item of the checklist; `version` rises with every change, so that a late phone is noticed."""

    ANSWERS = [("ok", "符合"), ("problem", "不符合"), ("na", "不适用"), ("unchecked", "未查")]

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="answers")
    item_id = models.CharField("检查项", max_length=12)
    answer = models.CharField("结论", max_length=10, choices=ANSWERS)
    note = models.TextField("现场看到", blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "检查项结论"
        ordering = ["item_id"]
        constraints = [models.UniqueConstraint(fields=["inspection", "item_id"], name="answer_once_per_item")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.get_answer_display()}"


class ReportSample(Written):
    """One drawing of reports on site: the frozen list (kept as a file by its hash), the seed and where it came from."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="samples")
    size = models.PositiveIntegerField("抽取份数")
    listed = models.PositiveIntegerField("名单份数")
    window_from = models.DateField("签发日起")
    window_to = models.DateField("签发日止")
    list_sha256 = models.CharField("名单摘要值", max_length=64)
    list_path = models.CharField(max_length=200)
    seed_source = models.CharField("种子来源", max_length=300)
    salt = models.CharField("盐值", max_length=64, blank=True)
    seed = models.CharField("种子", max_length=64)

    class Meta:
        verbose_name = "报告抽查"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"报告抽查 {self.inspection_id} {self.size}/{self.listed}"


class SampledReport(OfTask):
    """One drawn report with its probability and ticket; `traced` holds the steps of the trace and their answers."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="reports")
    sample = models.ForeignKey(ReportSample, models.PROTECT, related_name="reports")
    report_id = models.CharField(max_length=80)
    report_no = models.CharField("报告编号", max_length=120, blank=True)
    issued_on = models.DateField("签发日期", null=True, blank=True)
    weight = models.PositiveIntegerField("权重")
    pi = models.CharField("入选概率", max_length=40)
    ticket = models.CharField("随机数", max_length=80)
    rank = models.PositiveIntegerField("序号")
    alerts = models.JSONField("相关预警", default=list, blank=True)
    traced = models.JSONField("溯源", default=dict, blank=True)
    traced_at = models.DateTimeField("溯源完成", null=True, blank=True)

    class Meta:
        verbose_name = "抽中的报告"
        ordering = ["sample", "rank"]
        constraints = [models.UniqueConstraint(fields=["inspection", "report_id"], name="sampled_report_once")]

    def __str__(self) -> str:
        return f"报告 {self.report_no or self.report_id}"


class Finding(Written):
    """A problem found on site, with the violation and the article as of the day of conduct."""

    SEVERITIES = [("general", "一般问题"), ("serious", "严重问题")]
    STATES = [("found", "已发现"), ("withdrawn", "已撤回")]
    HANDLINGS = [("corrected", "当场改正"), ("order", "责令限期改正"), ("follow_up", "待后续处理")]
    EFFECTS = [("error", "数据、结果存在错误"), ("unverifiable", "无法复核"), ("none", "未见影响")]

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    number = models.CharField("问题编号", max_length=24, unique=True)
    item_id = models.CharField("检查项", max_length=12, blank=True)
    report = models.ForeignKey(SampledReport, models.PROTECT, null=True, blank=True, related_name="findings")
    violation_id = models.CharField("违法情形", max_length=16, blank=True)
    conduct_on = models.DateField("行为日")
    article = models.CharField("条款", max_length=200)
    text = models.TextField("问题")
    effect = models.CharField("对结果的影响", max_length=14, choices=EFFECTS, blank=True)
    severity = models.CharField("程度", max_length=10, choices=SEVERITIES)
    handling = models.CharField("处理", max_length=10, choices=HANDLINGS)
    limit_on = models.DateField("改正期限", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="found")
    withdrawn_reason = models.CharField("撤回理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "检查发现的问题"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"问题 {self.number}"


class Attachment(Written):
    """A file kept by its content's hash and read back only when the hash still holds."""

    KINDS = [("photo", "照片"), ("extract", "摘录复制件"), ("signature", "签名"), ("video", "音像"), ("other", "其他")]

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="attachments")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="attachments")
    item_id = models.CharField("检查项", max_length=12, blank=True)
    kind = models.CharField("类别", max_length=10, choices=KINDS)
    caption = models.CharField("说明", max_length=200, blank=True)
    file_name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=60)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("摘要值", max_length=64, db_index=True)
    path = models.CharField(max_length=200)

    class Meta:
        verbose_name = "检查附件"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"附件 {self.file_name}"


class Receipt(models.Model):
    """A write that already came in under a client's own number (uuid): sent again, it changes nothing."""

    client_id = models.CharField(max_length=36, unique=True)
    action = models.CharField(max_length=20)
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="receipts")
    thing_id = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "离线写入回执"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.action} {self.client_id}"


from hengjian.apps.inspections.phone.models import PhoneCopy, PhoneEntry  # noqa: E402, F401 – so that Django finds them
