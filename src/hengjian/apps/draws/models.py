"""A draw with everything it fixes: roster, exclusions, people, ties, custodians, partners; then its result."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from hengjian.apps.accounts.models import Organ, Role
from hengjian.apps.draws.procedures import DRAW, EXCLUSIONS, RECUSALS, SUBSTITUTIONS
from hengjian.apps.plans.models import PlanItem
from hengjian.apps.registry.models import Institution

NO_COMMIT = "0" * 64


def _person(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class Draw(models.Model):
    """One batch of one plan item, drawn once and never again.

    `lineage` is the item's, so that a new version of the plan does not open a batch again. `seq` and `prev_commit`
    chain all commitments of the organ. `holds_batch` is given up only by a draw that was made void before its entropy
    could exist: any later void keeps the batch for ever. `files` names every file of the bundle folder with its
    SHA-256. Times carry the server's clock. What others may not know yet stands in `DrawSecret` and in the units.
    """

    MODES = [("open", "公开模式"), ("sealed", "密封模式")]
    METHODS = [("equal", "等概率"), ("pareto", "按权重（Pareto）")]
    STRATA = [("field", "领域"), ("field_area", "领域与区县"), ("field_band", "领域与风险等级"), ("none", "不分层")]
    TEAMS = [("own", "本机关人员"), ("joint", "与参加机关联合"), ("exchange", "由其他地区人员交叉检查")]

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    item = models.ForeignKey(PlanItem, models.PROTECT, related_name="draws", verbose_name="计划事项")
    lineage = models.CharField(max_length=30, db_index=True)
    batch = models.PositiveSmallIntegerField("批次")
    title = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=20, choices=list(DRAW.states.items()), default=DRAW.initial)
    state_at = models.DateTimeField("进入现状态的时间")
    holds_batch = models.BooleanField(default=True, editable=False)

    mode = models.CharField("模式", max_length=10, choices=MODES, default="open")
    method = models.CharField("抽取方法", max_length=10, choices=METHODS, default="equal")
    stratify = models.CharField("分层", max_length=12, choices=STRATA, default="field")
    n = models.PositiveIntegerField("抽取家数", default=0)
    min_per_stratum = models.PositiveIntegerField("每层至少", default=1)
    quota = models.JSONField("指定配额", default=dict, blank=True)
    team = models.CharField("检查人员来源", max_length=10, choices=TEAMS, default="own")
    cap = models.PositiveIntegerField("每人最多", null=True, blank=True)
    experts_wanted = models.BooleanField("派专家", default=False)
    planned_from = models.DateField("计划检查起")
    planned_to = models.DateField("计划检查止")
    open_by = models.DateField("最迟公开", null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = _person("立项人")

    population = models.JSONField("各层核对", default=dict, blank=True)
    weights = models.JSONField("权重表", default=dict, blank=True)
    roster_sha256 = models.CharField(max_length=64, blank=True)
    roster_size = models.PositiveIntegerField("名录家数", default=0)
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)
    frozen_by = _person("冻结人")
    id_salt = models.CharField(max_length=64, editable=False)
    left_out = models.JSONField("未列入的人员", default=list, blank=True)

    sources = models.JSONField("熵的来源", default=list, blank=True)
    not_before = models.DateTimeField("熵最早公布", null=True, blank=True)
    deadline = models.DateTimeField("熵的截止", null=True, blank=True)
    seq = models.PositiveIntegerField("承诺序号", null=True, blank=True)
    prev_commit = models.CharField("上一承诺", max_length=64, blank=True)
    commit = models.JSONField("承诺", default=dict, blank=True)
    commit_sha256 = models.CharField("承诺值", max_length=64, blank=True, db_index=True)
    committed_at = models.DateTimeField("公布承诺时间", null=True, blank=True)
    committed_by = _person("公布承诺人")

    entropy = models.JSONField("熵", default=list, blank=True)
    entropy_entered_at = models.DateTimeField("录入时间", null=True, blank=True)
    entropy_entered_by = _person("录入人")
    entropy_confirmed_at = models.DateTimeField("核对时间", null=True, blank=True)
    entropy_confirmed_by = _person("核对人")
    entropy_text = models.CharField("熵的编码", max_length=2000, blank=True)

    salt = models.CharField(max_length=64, blank=True, editable=False)
    seed = models.CharField(max_length=64, blank=True, editable=False)
    result = models.JSONField("结果", default=dict, blank=True)
    result_sha256 = models.CharField("结果摘要值", max_length=64, blank=True)
    sample_size = models.PositiveIntegerField("抽中家数", default=0)
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    drawn_by = _person("抽取人")
    announced_at = models.DateTimeField("公布摘要时间", null=True, blank=True)
    published_at = models.DateTimeField("公开证明时间", null=True, blank=True)
    published_by = _person("公开人")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = _person("作废人")
    void_reason = models.TextField("作废理由", blank=True)
    files = models.JSONField("证明包文件", default=dict, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "随机抽查"
        constraints = [
            models.UniqueConstraint(fields=["lineage", "batch"], condition=Q(holds_batch=True), name="draw_batch_once"),
            models.UniqueConstraint(fields=["organ", "seq"], condition=Q(seq__isnull=False), name="draw_seq_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this draw belong."""
        return self.organ.path

    @property
    def folder(self) -> str:
        """Name of the bundle's folder below the installation's draws folder."""
        return self.number


class DrawSecret(models.Model):
    """What a draw knows before others may: kept apart, so that no event of the draw's row tells it.

    `typed` is the first person's entropy until a second has typed the same; salt, seed and the whole result stand here
    from the draw on, and in the draw and its bundle once they are public.
    """

    draw = models.OneToOneField(Draw, models.CASCADE, related_name="secret")
    typed = models.JSONField(default=list, blank=True)
    salt = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    load = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.draw_id}"


class DrawUnit(models.Model):
    """One institution of the frozen roster; after the draw with its ticket, its probability and its place in the order.

    `unit_id` is the code as frozen. `rank` counts from 1 within the stratum; ranks beyond the quota are the reserve.
    `replaces` is the target for which a reserve came in.
    """

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="units")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="draw_units", verbose_name="机构")
    unit_id = models.CharField("统一社会信用代码", max_length=18, db_index=True)
    stratum = models.CharField("层", max_length=120)
    field = models.CharField("领域", max_length=24)
    band = models.CharField("风险等级", max_length=10, blank=True)
    weight = models.PositiveIntegerField("权重", default=1)
    pi = models.CharField("入选概率", max_length=200, blank=True)
    ticket = models.CharField("签号", max_length=64, blank=True)
    rank = models.PositiveIntegerField("层内次序", null=True, blank=True)
    selected = models.BooleanField("抽中", default=False)
    reserve = models.BooleanField("备选", default=False)
    substituted = models.BooleanField("已替换", default=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="替换"
    )

    class Meta:
        ordering = ["stratum", "unit_id"]
        verbose_name = "名录中的机构"
        constraints = [
            models.UniqueConstraint(fields=["draw", "unit_id"], name="draw_unit_once"),
            models.UniqueConstraint(fields=["draw", "institution"], name="draw_institution_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.unit_id}"

    @property
    def in_force(self) -> bool:
        """Whether this institution is to be inspected under this draw now."""
        return (self.selected or self.replaces_id is not None) and not self.substituted


class DrawExclusion(models.Model):
    """An institution of the scope that is left out of the roster, by code and with a note of the evidence."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="exclusions")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="机构")
    unit_id = models.CharField("统一社会信用代码", max_length=18)
    stratum = models.CharField("层", max_length=120)
    code = models.CharField("原因", max_length=24, choices=list(EXCLUSIONS.items()))
    note = models.CharField("依据", max_length=400)
    by_hand = models.BooleanField("人工提出", default=False)
    at = models.DateTimeField("时间")
    by = _person("提出人")

    class Meta:
        ordering = ["stratum", "unit_id"]
        verbose_name = "事前剔除"
        constraints = [models.UniqueConstraint(fields=["draw", "institution"], name="draw_exclusion_once")]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.unit_id} {self.code}"


class DrawPartner(models.Model):
    """An organ whose people take part: asked by the draw's organ, agreed by its own chief."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="partners")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="参加机关")
    asked_at = models.DateTimeField("邀请时间")
    asked_by = _person("邀请人")
    agreed_at = models.DateTimeField("同意时间", null=True, blank=True)
    agreed_by = _person("同意人")

    class Meta:
        ordering = ["organ__path"]
        verbose_name = "参加机关"
        constraints = [models.UniqueConstraint(fields=["draw", "organ"], name="draw_partner_once")]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.organ.short_name}"

    @property
    def organ_path(self) -> str:
        """Where events about the agreement belong: the partner's organ."""
        return self.organ.path


class DrawCustodian(models.Model):
    """A keeper of one salt of a sealed draw; only its hash is here until the draw, the salt from then on."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="custodians")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="保管人")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    role = models.CharField("角色", max_length=20)
    salt_sha256 = models.CharField("盐的摘要值", max_length=64, blank=True)
    committed_at = models.DateTimeField("交摘要时间", null=True, blank=True)
    salt = models.CharField(max_length=64, blank=True, editable=False)
    handed_in_at = models.DateTimeField("交盐时间", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "盐的保管人"
        constraints = [models.UniqueConstraint(fields=["draw", "user"], name="draw_custodian_once")]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.user.name}"

    @property
    def role_text(self) -> str:
        """The role under which the salt is kept, in words."""
        return str(Role(self.role).label)


class DrawInspector(models.Model):
    """A person of the pool as fixed before the commitment, under a pseudonym."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="inspectors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="检查人员")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    pseudonym = models.CharField("代号", max_length=24)
    lead = models.BooleanField("可任组长", default=False)
    expert = models.BooleanField("专家", default=False)
    domains = models.JSONField("可任组长的层", default=list)
    cap = models.PositiveIntegerField("最多", null=True, blank=True)

    class Meta:
        ordering = ["pseudonym"]
        verbose_name = "检查人员"
        constraints = [
            models.UniqueConstraint(fields=["draw", "user"], name="draw_inspector_once"),
            models.UniqueConstraint(fields=["draw", "pseudonym"], name="draw_pseudonym_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.pseudonym}"

    @property
    def domains_text(self) -> str:
        """The strata in which the person may lead, in words."""
        strata = {name for name, counts in self.draw.population.items() if counts["roster"]}
        if strata <= set(self.domains):
            return "综合（全部领域）"
        return "、".join(self.domains) or "—"


class DrawConflict(models.Model):
    """A tie that keeps a person of the pool from a target (回避); fixed before the commitment."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="conflicts")
    inspector = models.ForeignKey(DrawInspector, models.CASCADE, related_name="conflicts")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
    unit_id = models.CharField(max_length=18)
    code = models.CharField("事由", max_length=20, choices=list(RECUSALS.items()))

    class Meta:
        ordering = ["unit_id", "inspector_id"]
        verbose_name = "回避"
        constraints = [
            models.UniqueConstraint(fields=["draw", "inspector", "unit_id"], name="draw_conflict_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.inspector_id} {self.unit_id}"


class DrawAssignment(models.Model):
    """Who goes to a target in which slot; a recused person's row stays and names the reason."""

    SLOTS = [("lead", "组长"), ("member", "组员"), ("expert", "专家")]

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(DrawUnit, models.CASCADE, related_name="assignments")
    slot = models.CharField("分工", max_length=10, choices=SLOTS)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="人员")
    inspector = models.ForeignKey(DrawInspector, models.PROTECT, null=True, blank=True, related_name="assignments")
    current = models.BooleanField(default=True)
    drawn = models.BooleanField("由抽取产生", default=True)
    recusal_code = models.CharField("回避事由", max_length=20, choices=list(RECUSALS.items()), blank=True)
    recusal_note = models.CharField("说明", max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["unit_id", "slot", "pk"]
        verbose_name = "派组"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "slot"], condition=Q(current=True) & ~Q(slot="expert"), name="draw_slot_once"
            ),
            models.UniqueConstraint(fields=["unit", "user"], condition=Q(current=True), name="draw_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.slot} {self.user_id}"


class DrawSubstitution(models.Model):
    """A drawn target replaced by the next reserve of its stratum, by one of the reasons fixed in the commitment."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="substitutions")
    original = models.OneToOneField(DrawUnit, models.PROTECT, related_name="substitution", verbose_name="原抽中")
    substitute = models.OneToOneField(DrawUnit, models.PROTECT, related_name="+", verbose_name="递补")
    code = models.CharField("原因", max_length=24, choices=list(SUBSTITUTIONS.items()))
    note = models.CharField("证据说明", max_length=400)
    photo_sha256 = models.CharField("现场照片摘要值", max_length=64, blank=True)
    at = models.DateTimeField("时间")
    by = _person("办理人")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "替换"

    def __str__(self) -> str:
        return f"{self.draw_id} {self.original_id}→{self.substitute_id}"


class DrawSubstitutionAsked(models.Model):
    """One person's statement that a target cannot be inspected; it takes another person to replace the target by it.

    `done_at` is when the substitution was made or the statement was given up for a newer one.
    """

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="substitutions_asked")
    unit = models.ForeignKey(DrawUnit, models.CASCADE, related_name="substitutions_asked", verbose_name="抽中机构")
    code = models.CharField("原因", max_length=24, choices=list(SUBSTITUTIONS.items()))
    note = models.CharField("证据说明", max_length=400)
    photo_sha256 = models.CharField("现场照片摘要值", max_length=64, blank=True)
    at = models.DateTimeField("时间")
    by = _person("提出人")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "替换申请"
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(done_at__isnull=True), name="draw_asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.unit_id} {self.code}"
