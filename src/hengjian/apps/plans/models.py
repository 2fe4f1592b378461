"""Annual plans and their items, the ledger of visits to enterprises, off-site looks, locally set parameters."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.plans.procedures import EXCEPTION_CODES, EXPECTED, MERGE, ORIGINS, PLAN, VISIT
from hengjian.apps.registry.models import Institution

PERCENT = [MinValueValidator(1), MaxValueValidator(100)]
RATINGS = [("A", "A 级"), ("B", "B 级"), ("C", "C 级"), ("D", "D 级")]


class Series(models.Model):
    """The last number given out under a prefix; locked while one is taken, so that numbers are never given twice."""

    prefix = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"


class AnnualPlan(models.Model):
    """One version of one organ's plan of checks for a year; a plan is used only while it is in force (filed)."""

    number = models.CharField("计划编号", max_length=24, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="plans", verbose_name="机关")
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    version = models.PositiveSmallIntegerField("版本", default=1)
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next_version", verbose_name="上一版本"
    )
    title = models.CharField("名称", max_length=120)
    basis = models.CharField("制定依据", max_length=300, blank=True)
    change_reason = models.CharField("变更理由", max_length=300, blank=True)
    state = models.CharField(
        "状态", max_length=20, choices=list(PLAN.states.items()), default=PLAN.initial, db_index=True
    )
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人")
    drafted_at = models.DateTimeField("起草时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提请人"
    )
    submitted_at = models.DateTimeField("提请时间", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    superior = models.ForeignKey(
        Organ, models.PROTECT, null=True, blank=True, related_name="plans_filed_here", verbose_name="备案机关"
    )
    filed_at = models.DateTimeField("报备时间", null=True, blank=True)
    receipt_no = models.CharField("备案文号", max_length=60, blank=True)
    in_force_at = models.DateTimeField("备案确认时间", null=True, blank=True)
    ended_at = models.DateTimeField("办结或替代时间", null=True, blank=True)
    opinion = models.CharField("退回意见", max_length=500, blank=True)

    class Meta:
        ordering = ["-year", "organ__path", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["organ", "year", "version"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["organ", "year"], condition=models.Q(state="in_force"), name="plan_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this plan belong."""
        return self.organ.path


class PlanItem(models.Model):
    """One line of a plan: what is checked, whom it covers, how many, when, how.

    `fields` and `area_codes` empty mean all of the organ's; `lineage` is the number that the same item bore in the
    first version of the plan, so that what was done under it counts on. `n` beats `share` where both are given.
    """

    KINDS = [
        ("draw", "双随机抽查"),
        ("key_field", "重点领域全覆盖"),
        ("monitoring", "风险监测"),
        ("campaign", "专项检查"),
    ]
    METHODS = [("equal", "等概率"), ("pareto", "按风险加权")]
    NOTICES = [("required", "事先通知"), ("unannounced", "不通知（飞行检查）")]

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, related_name="items", verbose_name="计划")
    number = models.CharField("事项编号", max_length=30, unique=True)
    lineage = models.CharField(max_length=30, db_index=True)
    title = models.CharField("事项名称", max_length=120)
    kind = models.CharField("类别", max_length=12, choices=KINDS, db_index=True)
    fields = models.JSONField("领域", default=list, blank=True)
    area_codes = models.JSONField("区域", default=list, blank=True)
    share = models.PositiveSmallIntegerField("比例（%）", null=True, blank=True, validators=PERCENT)
    n = models.PositiveIntegerField("家数", null=True, blank=True, validators=[MinValueValidator(1)])
    batches = models.PositiveSmallIntegerField(
        "批次", default=1, validators=[MinValueValidator(1), MaxValueValidator(52)]
    )
    planned_months = models.JSONField("计划月份", default=list, blank=True)
    method = models.CharField("抽取方法", max_length=8, choices=METHODS, default="equal")
    min_per_stratum = models.PositiveSmallIntegerField("每层至少", default=1)
    checklist_groups = models.JSONField("检查内容", default=list, blank=True)
    notice = models.CharField("通知", max_length=12, choices=NOTICES, default="required")
    departments = models.JSONField("联合部门", default=list, blank=True)
    joined_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="joined_items", verbose_name="与哪一事项同次入企"
    )

    class Meta:
        ordering = ["plan", "number"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ(self) -> Organ:
        """The organ whose plan it is."""
        return self.plan.organ

    @property
    def organ_path(self) -> str:
        """Where events about this item belong."""
        return self.plan.organ.path

    @property
    def is_full(self) -> bool:
        """Whether everybody in scope is visited (全覆盖)."""
        return self.kind == "key_field" or (self.n is None and self.share == 100)

    @property
    def is_on_site(self) -> bool:
        """Whether the item sends people to the enterprise; risk monitoring looks from afar."""
        return self.kind != "monitoring"


class ItemShare(models.Model):
    """Another share for a part of an item's scope; empty dimensions mean all. The most specific row holds."""

    item = models.ForeignKey(PlanItem, models.CASCADE, related_name="shares")
    field = models.CharField("领域", max_length=24, blank=True)
    area_code = models.CharField("区域", max_length=12, blank=True)
    rating = models.CharField("信用等级", max_length=1, choices=RATINGS, blank=True)
    share = models.PositiveSmallIntegerField("比例（%）", validators=PERCENT)

    class Meta:
        ordering = ["item", "field", "area_code", "rating"]
        constraints = [
            models.UniqueConstraint(fields=["item", "field", "area_code", "rating"], name="item_share_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.field} {self.area_code} {self.rating} {self.share}%"


class Visit(models.Model):
    """One going of officials to one enterprise, from reservation to its end; what is not here did not happen.

    Only `counted` rows use up the yearly cap: an exception does not, nor does a visit merged into another one
    (`merged_with`), which happens together with it on the same day.
    """

    number = models.CharField("入企编号", max_length=20, unique=True)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="visits", verbose_name="机构")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="visits", verbose_name="检查机关")
    item = models.ForeignKey(
        PlanItem, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name="计划事项"
    )
    origin_kind = models.CharField("来源", max_length=16, choices=list(ORIGINS.items()), db_index=True)
    origin_id = models.CharField("来源编号", max_length=40)
    day = models.DateField("计划日期", db_index=True)
    state = models.CharField(
        "状态", max_length=10, choices=list(VISIT.states.items()), default="reserved", db_index=True
    )
    counted = models.BooleanField("计入上限", default=True)
    exception_code = models.CharField("例外情形", max_length=16, choices=list(EXCEPTION_CODES.items()), blank=True)
    exception_note = models.CharField("例外说明", max_length=300, blank=True)
    merged_with = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="guests", verbose_name="并入"
    )
    departments = models.JSONField("联合部门", default=list, blank=True)
    reserved_at = models.DateTimeField("预约时间")
    entered_at = models.DateTimeField("入企时间", null=True, blank=True)
    done_at = models.DateTimeField("结束时间", null=True, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancel_reason = models.CharField("取消理由", max_length=300, blank=True)

    class Meta:
        ordering = ["-day", "-pk"]
        indexes = [models.Index(fields=["institution", "day"], name="visit_burden")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(item__isnull=False) | ~models.Q(exception_code=""), name="visit_in_plan_or_lead"
            ),
            models.CheckConstraint(
                condition=models.Q(exception_code="") | ~models.Q(exception_note=""), name="visit_exception_has_note"
            ),
            models.CheckConstraint(
                condition=models.Q(counted=False) | models.Q(exception_code="", merged_with__isnull=True),
                name="visit_counted_once",
            ),
        ]

    def __str__(self) -> str:
        # events carry this text to every reader of the record: before entry nobody reads there who will be visited
        return f"入企 {self.number}"

    @property
    def organ_path(self) -> str:
        """Where events about this visit belong."""
        return self.organ.path

    @property
    def institution_uscc(self) -> str:
        """The code by which institution users reach their own rows."""
        return self.institution.uscc

    @property
    def burdens(self) -> bool:
        """Whether it is expected to happen or has happened."""
        return self.state in EXPECTED


class MergeProposal(models.Model):
    """Two visits to one enterprise that could be one: 进一次门，查多项事. Both organs have to agree."""

    number = models.CharField("提议编号", max_length=20, unique=True)
    host = models.ForeignKey(Visit, models.PROTECT, related_name="host_proposals", verbose_name="主查检查")
    guest = models.ForeignKey(Visit, models.PROTECT, related_name="guest_proposals", verbose_name="并入检查")
    state = models.CharField(
        "状态", max_length=14, choices=list(MERGE.states.items()), default=MERGE.initial, db_index=True
    )
    proposed_at = models.DateTimeField("提议时间")
    proposed_by = models.CharField("提议人", max_length=60)
    host_agreed_by = models.CharField("主查机关同意人", max_length=60, blank=True)
    host_agreed_at = models.DateTimeField(null=True, blank=True)
    guest_agreed_by = models.CharField("并入机关同意人", max_length=60, blank=True)
    guest_agreed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["host", "guest"], name="merge_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.guest_id}→{self.host_id}"

    @property
    def organ(self) -> Organ:
        """The host's organ."""
        return self.host.organ

    @property
    def organ_path(self) -> str:
        """Where events about this proposal belong."""
        return self.host.organ.path


class MonitoringLook(models.Model):
    """The yearly off-site look at one institution: a person has read what screening says of it (风险监测).

    It burdens nobody and is no visit. `risk`, `band` and `run` are what the person saw.
    """

    CONCLUSIONS = [
        ("clear", "未见异常"),
        ("watch", "关注，缩短监测间隔"),
        ("visit", "建议现场检查"),
    ]

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="looks", verbose_name="机构")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="监测机关")
    item = models.ForeignKey(
        PlanItem, models.PROTECT, null=True, blank=True, related_name="looks", verbose_name="计划事项"
    )
    year = models.PositiveSmallIntegerField("年度")
    looked_on = models.DateField("监测日期")
    looked_at = models.DateTimeField()
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="监测人")
    conclusion = models.CharField("结论", max_length=8, choices=CONCLUSIONS)
    note = models.CharField("说明", max_length=500, blank=True)
    run = models.CharField("依据的筛查", max_length=40)
    risk = models.FloatField("当时的风险")
    band = models.CharField("当时的风险等级", max_length=10, choices=Institution.BANDS)

    class Meta:
        ordering = ["-looked_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["institution", "run"], name="look_once_per_run")]
        indexes = [models.Index(fields=["year", "institution"], name="look_coverage")]

    def __str__(self) -> str:
        return f"{self.institution.name} {self.looked_on}"

    @property
    def organ_path(self) -> str:
        """Where events about this look belong."""
        return self.organ.path


class Parameter(models.Model):
    """A number that an organ has set and published; it holds for the organs below until they set theirs."""

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    name = models.CharField("参数", max_length=24)
    value = models.PositiveSmallIntegerField("数值")
    source = models.CharField("公布文件", max_length=200)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        ordering = ["organ__path", "name", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["organ", "name", "valid_from"], name="parameter_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}（{self.organ.short_name}）"

    @property
    def organ_path(self) -> str:
        """Where events about this parameter belong."""
        return self.organ.path
