"""Screening runs: what was asked, how far it is, what it found; the findings themselves are files of the run."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.runs.procedures import ACTIVE, RUN


class ScreeningRun(models.Model):
    """One screening of one organ's institutions as of `today`.

    `detectors` follows `run.json` of the data contract; `counts` holds the figures the page shows; `heat` the
    findings by field and detector. Progress lives in `done`, `total`, `step` and is written outside the record.
    """

    number = models.CharField("运行编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="启动人")
    requested_at = models.DateTimeField("启动时间", db_index=True)
    state = models.CharField(
        "状态", max_length=20, choices=list(RUN.states.items()), default=RUN.initial, db_index=True
    )
    today = models.DateField("按哪一天筛查")
    attempt = models.PositiveIntegerField("第几次", default=1)
    begun_at = models.DateTimeField("开始时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    step = models.CharField(max_length=120, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    touched_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    message = models.TextField("说明", blank=True)
    engine = models.CharField("引擎", max_length=80, blank=True)
    program_version = models.CharField("程序版本", max_length=40, blank=True)
    inputs = models.JSONField("输入", default=list, blank=True)
    detectors = models.JSONField("检测器", default=list, blank=True)
    heat = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ"], condition=models.Q(state__in=ACTIVE), name="run_one_active_per_organ"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def organ_path(self) -> str:
        """Where events about this run belong."""
        return self.organ.path

    @property
    def folder(self) -> Path:
        """The run's files: `dataset/` what was screened, `out/` what came out."""
        return Path(settings.RUNS_ROOT) / self.number


class LearntWeights(models.Model):
    """Weights that judgements taught, in force for runs of an organ and of those below it that have none of their own.

    `values` is a list of {detector, field, db}, decibans as text; field "" speaks for every field without its own.
    Rows are only added and ended: a run asked for while a row was in force goes by it for ever.
    """

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    version = models.CharField("权重版本", max_length=20, unique=True)
    values = models.JSONField("权重", default=list)
    from_at = models.DateTimeField("生效时间")
    to_at = models.DateTimeField("停止时间", null=True, blank=True)

    class Meta:
        ordering = ["-from_at", "-pk"]
        verbose_name = "检测器权重"
        constraints = [
            models.UniqueConstraint(
                fields=["organ"], condition=models.Q(to_at__isnull=True), name="weights_one_in_force_per_organ"
            )
        ]

    def __str__(self) -> str:
        return self.version
