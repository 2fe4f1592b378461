"""Response without a case: guidance, reminder, interview, admonition, order to correct; with what came of it."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.measures.procedures import KINDS, MEASURE, WITH_INSTITUTION
from hengjian.apps.registry.models import Institution


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Measure(models.Model):
    """One measure towards one institution.

    `limit` is the last day for putting it right (None: nothing to be reported); `planned_at` when an interview is to
    be. `violation_id` is set where an order to correct is the first step of a two-step breach (SUP-26, ACC-35).
    `origin_*` name what it came from; `lead_number` the lead that followed when nothing was put right.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="measures", verbose_name="机构")
    kind = models.CharField("处置", max_length=12, choices=list(KINDS.items()))
    title = models.CharField("事由", max_length=200)
    facts = models.TextField("事实", max_length=4000)
    requirement = models.TextField("要求", max_length=2000)
    violation_id = models.CharField("涉及的违法行为", max_length=20, blank=True, db_index=True)
    basis = models.CharField("依据", max_length=300)
    limit = models.DateField("期限", null=True, blank=True, db_index=True)
    planned_at = models.DateTimeField("约谈时间", null=True, blank=True)
    place = models.CharField("约谈地点", max_length=120, blank=True)
    origin_kind = models.CharField("来源类别", max_length=24, blank=True)
    origin_id = models.CharField("来源编号", max_length=60, blank=True)
    origin_label = models.CharField("来源", max_length=200, blank=True)
    origin_url = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=list(MEASURE.states.items()), default=MEASURE.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    drafted_by = _person("承办人", required=True)
    drafted_at = models.DateTimeField("拟定时间")
    approved_by = _person("批准人")
    served_on = models.DateField("送达日期", null=True, blank=True)
    recipient = models.CharField("签收人", max_length=60, blank=True)
    minutes = models.TextField("约谈内容", max_length=4000, blank=True)
    attendees = models.CharField("参加人员", max_length=200, blank=True)
    answer = models.TextField("落实情况", max_length=4000, blank=True)
    answered_on = models.DateField("报告日期", null=True, blank=True)
    answered_late = models.BooleanField("逾期报告", default=False)
    answered_by = _person("报告人")
    verified_by = _person("核实人")
    ended_on = models.DateField("办结日期", null=True, blank=True)
    note = models.TextField("最近的意见", max_length=1000, blank=True)
    lead_number = models.CharField("后续线索", max_length=20, blank=True)

    class Meta:
        ordering = ["-drafted_at", "-pk"]
        verbose_name = "分级处置"
        constraints = [
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id", "kind"],
                condition=models.Q(origin_id__gt="") & ~models.Q(state="dropped"),
                name="measure_once_an_origin",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this measure belong."""
        return self.organ.path

    @property
    def institution_uscc(self) -> str:
        """The code by which institution users reach their own measures."""
        return self.institution.uscc

    def days_late(self, today: date) -> int:
        """Whole days past the limit while the institution has to act, else 0."""
        if self.state not in WITH_INSTITUTION or self.limit is None:
            return 0
        return max(0, (today - self.limit) // timedelta(days=1))
