"""What is public of a penalty decision, its versions as they were shown, and typical cases.

Nothing here holds a text that was not made fit for the public: every text column is the outcome of the redaction.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from hengjian.apps.accounts.models import Organ
from hengjian.apps.cases.models import Case, Decision, Party
from hengjian.apps.leads.models import Lead
from hengjian.apps.publications.procedures import KINDS, PUBLIC, PUBLICATION, TIERS, TYPICAL
from hengjian.apps.registry.models import Institution


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Publication(models.Model):
    """The publication of one decision on one party: by this organ, or pushed to the party's home province.

    `party_shown`, `doc_number`, `violation`, `content` and `basis` are the summary (PUB-04) as it is shown now;
    `shown` the number of the version that is public, 0 before. `stop_on` is the last day on which it is public, None
    where the ban lasts for life. `key_product`, `closure` and `minor_person` are what the record of the case does not
    tell: industrial product under licence, closure for good, a minor.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    case = models.ForeignKey(Case, models.PROTECT, related_name="publications")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="publications")
    party = models.ForeignKey(Party, models.PROTECT, related_name="publications")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="publications")
    kind = models.CharField("种类", max_length=8, choices=list(KINDS.items()))
    state = models.CharField(
        "状态", max_length=16, choices=list(PUBLICATION.states.items()), default=PUBLICATION.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField("产生时间")
    tier = models.CharField("公示档次", max_length=8, choices=list(TIERS.items()))
    key_product = models.BooleanField("重点工业产品", default=False)
    closure = models.BooleanField("责令关闭", default=False)
    minor_person = models.BooleanField("未成年人", default=False)
    home_province = models.CharField("登记地省份代码", max_length=6, blank=True)
    away = models.BooleanField("登记地在外省", default=False)
    party_shown = models.CharField("当事人", max_length=120)
    doc_number = models.CharField("处罚决定书文号", max_length=60, blank=True, db_index=True)
    violation = models.CharField("违法行为类型", max_length=300)
    content = models.CharField("处罚内容", max_length=600)
    basis = models.CharField("处罚依据", max_length=600)
    decided_on = models.DateField("决定日期", db_index=True)
    shown = models.PositiveSmallIntegerField("公示的版本", default=0)
    prepared_by = _person("拟定人")
    published_by = _person("公示人")
    published_on = models.DateField("公示日期", null=True, blank=True, db_index=True)
    published_at = models.DateTimeField("公示时间", null=True, blank=True)
    pushed_on = models.DateField("推送日期", null=True, blank=True)
    pushed_to = models.CharField("登记地机关", max_length=80, blank=True)
    apply_from = models.DateField("可以申请提前停止的日期", null=True, blank=True)
    stop_on = models.DateField("公示期末日", null=True, blank=True)
    requested_on = models.DateField("申请提前停止的日期", null=True, blank=True)
    grounds = models.JSONField("提前停止的条件", default=list, blank=True)
    requested_by = _person("登记申请的人")
    ended_on = models.DateField("停止或者撤回日期", null=True, blank=True)
    overturned_on = models.DateField("决定被变更或者撤销的日期", null=True, blank=True)
    public_reason = models.CharField("对外说明的理由", max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "处罚公示"
        constraints = [models.UniqueConstraint(fields=["decision", "kind"], name="publication_once_a_decision")]
        indexes = [models.Index(fields=["state", "stop_on", "published_on"], name="publication_public")]

    def __str__(self) -> str:
        return str(self.number)  # the record keeps it: no name of a party there

    @property
    def organ_path(self) -> str:
        """Where events about it belong."""
        return str(self.organ.path)

    @property
    def institution_uscc(self) -> str:
        """The institution's code, "" for a person."""
        return str(self.institution.uscc) if self.institution else ""

    def is_public(self, today: date) -> bool:
        """Whether everybody may read it on that day; past its last day it is not there any more."""
        return self.state in PUBLIC and (self.stop_on is None or self.stop_on >= today)

    def is_over(self, today: date) -> bool:
        """Still in a public state after its last day."""
        return self.state in PUBLIC and self.stop_on is not None and self.stop_on < today


class PublicationVersion(models.Model):
    """The text and summary as shown, or to be shown, with the reason for the correction and who approved it.

    `counts` tells how many places of which kind were removed; not what stood there.
    """

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    summary = models.JSONField("摘要", default=dict)
    text = models.TextField("公示文本")
    counts = models.JSONField("隐去处数", default=dict, blank=True)
    reason = models.CharField("更正理由", max_length=300, blank=True)
    made_by = _person("拟定人")
    made_at = models.DateTimeField("拟定时间")
    approved_by = _person("审核人")
    approved_at = models.DateTimeField("审核时间", null=True, blank=True)
    refused = models.BooleanField("未采用", default=False)

    class Meta:
        ordering = ["number"]
        verbose_name = "公示版本"
        constraints = [models.UniqueConstraint(fields=["publication", "number"], name="publication_version_once")]

    def __str__(self) -> str:
        return f"{self.publication.number} 第 {self.number} 版"


class TypicalCase(models.Model):
    """A case told in our own words: by its organ, or chosen by a superior one; never with a person's name.

    `nominated_to` is the organ that has to choose now, `published_by` the one that published it.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="编写机关")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="typical_cases")
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, blank=True, related_name="typical_cases")
    title = models.CharField("标题", max_length=120)
    text = models.TextField("基本案情", max_length=6000, blank=True)
    lesson = models.TextField("典型意义", max_length=3000, blank=True)
    field = models.CharField("领域", max_length=24, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=list(TYPICAL.states.items()), default=TYPICAL.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    made_by = _person("编写人", required=True)
    made_at = models.DateTimeField("编写时间")
    proposed_by = _person("报请人")
    decided_by = _person("批准人")
    nominated_by = _person("推荐人")
    nominated_to = models.ForeignKey(
        Organ, models.PROTECT, null=True, blank=True, related_name="nominated_cases", verbose_name="推荐给"
    )
    published_by = models.ForeignKey(
        Organ, models.PROTECT, null=True, blank=True, related_name="typical_cases", verbose_name="公布机关"
    )
    published_at = models.DateTimeField("公布时间", null=True, blank=True, db_index=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    note = models.CharField("最近的理由", max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = "典型案例"
        constraints = [
            models.CheckConstraint(condition=Q(case__isnull=False) | Q(lead__isnull=False), name="typical_has_source")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about it belong."""
        return str(self.organ.path)

    @property
    def institution_uscc(self) -> str:
        """A typical case belongs to no institution."""
        return ""
