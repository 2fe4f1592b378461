"""Clocks that run, what happened to each, the holiday notices of an installation, and what a new one moved."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from hengjian.apps.accounts.models import Organ

UNFINISHED = ("running", "paused")
LIMITS = ("within", "before")
"""Senses in which a passed last day is lateness; the others only come of age."""


class Clock(models.Model):
    """One period of one matter: derived from the law (`kind` rule) or set by a person (`kind` fixed).

    `due_on` is the last day, also of periods in hours (`due_at` the moment); both empty while an open pause holds it.
    `pauses` and `extensions` are the facts the derivation rests on; `steps` its sentences, one a line. A clock is late
    when its last day has passed: that is computed, never stored. `ended_on` is the day of the act, `ended_at` when it
    was entered.
    """

    STATES = [("running", "计时中"), ("paused", "暂停"), ("met", "已完成"), ("stopped", "已终止")]
    KINDS = [("rule", "法定"), ("fixed", "指定")]

    kind = models.CharField("种类", max_length=8, choices=KINDS, default="rule")
    rule_id = models.CharField("时限", max_length=24, db_index=True)
    rule_from = models.DateField("规则版本起", null=True, blank=True)
    title = models.CharField("名称", max_length=80)
    basis = models.CharField("依据", max_length=300)
    unit = models.CharField(max_length=16)
    sense = models.CharField(max_length=10)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="承办机关")
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任人"
    )
    thing_kind = models.CharField(max_length=60)
    thing_id = models.CharField(max_length=80)
    label = models.CharField("事项", max_length=200)
    url = models.CharField(max_length=300, blank=True)
    institution_uscc = models.CharField("机构", max_length=18, blank=True)
    started_on = models.DateField("起算日")
    started_at = models.DateTimeField("起算时刻", null=True, blank=True)
    registered_at = models.DateTimeField("登记时间")
    pauses = models.JSONField("暂停", default=list, blank=True)
    extensions = models.JSONField("延长", default=list, blank=True)
    paused_from = models.DateField("最近暂停起", null=True, blank=True)
    paused_to = models.DateField("最近暂停止", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default="running")
    due_on = models.DateField("届满日", null=True, blank=True, db_index=True)
    due_at = models.DateTimeField("届满时刻", null=True, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    half_on = models.DateField("过半日", null=True, blank=True)
    pressing_on = models.DateField("八成日", null=True, blank=True)
    left = models.PositiveIntegerField("恢复后剩余", null=True, blank=True)
    steps = models.TextField("推算", blank=True)
    ended_on = models.DateField("办结日", null=True, blank=True)
    ended_at = models.DateTimeField("办结登记时间", null=True, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = "时限"
        constraints = [
            models.UniqueConstraint(
                fields=["thing_kind", "thing_id", "rule_id"],
                condition=Q(state__in=UNFINISHED),
                name="clock_runs_once",
            )
        ]
        indexes = [models.Index(fields=["organ", "state", "due_on"], name="clock_by_organ")]

    def __str__(self) -> str:
        return f"{self.title}：{self.label}"

    @property
    def organ_path(self) -> str:
        """Where events about this clock belong."""
        return self.organ.path

    @property
    def is_limit(self) -> bool:
        """Whether a passed last day is lateness (otherwise a minimum has come of age)."""
        return self.sense in LIMITS

    @property
    def first_basis(self) -> str:
        """The article that fixes the length, without those beside it."""
        return self.basis.partition("、《")[0]

    @property
    def step_list(self) -> list[str]:
        """The sentences of the derivation."""
        return self.steps.split("\n") if self.steps else []


class HolidayNotice(models.Model):
    """A year's holidays as an installation entered them; the newest notice of a year replaces the year as a whole.

    `holidays` is a list of {name, first, last}, `makeup_days` one of dates, as ISO text.
    """

    year = models.PositiveSmallIntegerField("年份", db_index=True)
    number = models.CharField("文号", max_length=60)
    published_on = models.DateField("发文日期")
    holidays = models.JSONField("放假", default=list)
    makeup_days = models.JSONField("调休上班", default=list, blank=True)
    entered_at = models.DateTimeField("录入时间")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")

    class Meta:
        ordering = ["-year", "-pk"]
        verbose_name = "放假通知"

    def __str__(self) -> str:
        return f"{self.year}年放假通知（{self.number}）"


class Rederivation(models.Model):
    """One pass over all running clocks: why, how many were looked at, how many moved or became firm."""

    CAUSES = [("notice", "放假通知"), ("law", "规则更新"), ("check", "人工核对")]

    cause = models.CharField("缘由", max_length=10, choices=CAUSES)
    note = models.CharField("说明", max_length=200)
    notice = models.ForeignKey(HolidayNotice, models.PROTECT, null=True, blank=True, related_name="rederivations")
    law_edition = models.CharField("规则库", max_length=8)
    at = models.DateTimeField("时间")
    actor_name = models.CharField("经办", max_length=80)
    examined = models.PositiveIntegerField("核算", default=0)
    moved = models.PositiveIntegerField("届满日变动", default=0)
    settled = models.PositiveIntegerField("暂定转为确定", default=0)
    kept = models.PositiveIntegerField("无规则文本、未动", default=0)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "时限重算"

    def __str__(self) -> str:
        return f"{self.get_cause_display()}：{self.note}"


class ClockEvent(models.Model):
    """One thing that happened to a clock and the derivation from then on; rows are only ever added.

    `due_before` and `due_after` are ISO dates or timestamps, empty where there was no last day.
    """

    KINDS = [
        ("start", "起算"),
        ("pause", "暂停"),
        ("resume", "恢复"),
        ("extend", "延长"),
        ("correct", "更正"),
        ("stop", "办结"),
        ("rederive", "重算"),
    ]

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="events")
    at = models.DateTimeField("时间")
    kind = models.CharField("事由", max_length=8, choices=KINDS)
    actor_name = models.CharField("经办", max_length=80)
    note = models.CharField("说明", max_length=300, blank=True)
    due_before = models.CharField(max_length=32, blank=True)
    due_after = models.CharField(max_length=32, blank=True)
    provisional_before = models.BooleanField(default=False)
    provisional_after = models.BooleanField(default=False)
    steps = models.TextField(blank=True)
    rederivation = models.ForeignKey(Rederivation, models.PROTECT, null=True, blank=True, related_name="moves")

    class Meta:
        ordering = ["pk"]
        verbose_name = "时限记录"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"

    @property
    def step_list(self) -> list[str]:
        """The sentences of the derivation after this event."""
        return self.steps.split("\n") if self.steps else []

    @property
    def has_moved(self) -> bool:
        """Whether the last day changed."""
        return self.due_before != self.due_after
