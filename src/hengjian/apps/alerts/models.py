"""Alerts: what screening raised about one institution, waiting for a person's judgement."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.alerts.procedures import ALERT, DISMISSAL_CODES
from hengjian.apps.registry.models import Institution
from hengjian.apps.runs.models import ScreeningRun
from hengjian.engines.tables.fields import FIELD_CODES

FIELD_CHOICES = list(FIELD_CODES.items())


class Alert(models.Model):
    """One finding key of one organ's institution; later runs add reports to it and never make a second one.

    `report_ids` only grows; `evidence` is what the latest run that found it said. `judged_reports` are the reports
    known when the last judgement was made: only reports beyond them reopen the matter. `verdict` is the last
    judgement and stays when the matter is reopened, until the next one.
    """

    SEVERITIES = [("certain", "确定"), ("strong", "较强"), ("weak", "较弱")]
    VERDICTS = [("confirmed", "确认"), ("dismissed", "排除")]

    number = models.CharField("预警编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="管辖机关")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="alerts", verbose_name="机构")
    finding_key = models.CharField("发现编号", max_length=16)
    finding_id = models.CharField(max_length=16)
    detector = models.CharField("检测器", max_length=8, db_index=True)
    version = models.PositiveIntegerField("检测器版本")
    field = models.CharField("领域", max_length=24, choices=FIELD_CHOICES, blank=True, db_index=True)
    severity = models.CharField("把握", max_length=10, choices=SEVERITIES, db_index=True)
    score = models.FloatField("贡献（分贝）")
    p_value = models.FloatField(null=True, blank=True)
    q_value = models.FloatField(null=True, blank=True)
    violation = models.CharField("违法情形", max_length=16, blank=True)
    article = models.CharField("条款", max_length=200, blank=True)
    article_as_of = models.DateField(null=True, blank=True)
    occurred_on = models.DateField("行为日", null=True, blank=True)
    title = models.CharField("标题", max_length=200)
    subject_kind = models.CharField(max_length=16)
    subject_id = models.CharField(max_length=80)
    evidence = models.JSONField(default=dict, blank=True)
    report_ids = models.JSONField(default=list, blank=True)
    n_reports = models.PositiveIntegerField("报告数", default=0)
    state = models.CharField(
        "状态", max_length=20, choices=list(ALERT.states.items()), default=ALERT.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间", db_index=True)
    run = models.ForeignKey(ScreeningRun, models.PROTECT, related_name="raised", verbose_name="首次发现的运行")
    last_run = models.ForeignKey(ScreeningRun, models.PROTECT, related_name="seen", verbose_name="最近发现的运行")
    first_seen = models.DateTimeField("首次发现", db_index=True)
    last_seen = models.DateTimeField("最近发现")
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="研判人"
    )
    judged_at = models.DateTimeField("研判时间", null=True, blank=True)
    reason_code = models.CharField("排除原因", max_length=20, choices=list(DISMISSAL_CODES.items()), blank=True)
    reason = models.TextField("理由", blank=True)
    verdict = models.CharField("结论", max_length=10, choices=VERDICTS, blank=True, db_index=True)
    verdict_code = models.CharField(max_length=20, blank=True)
    judged_reports = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-first_seen", "-pk"]
        constraints = [models.UniqueConstraint(fields=["organ", "finding_key"], name="alert_once_per_key")]
        indexes = [models.Index(fields=["detector", "verdict"], name="alert_precision")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def organ_path(self) -> str:
        """Where events about this alert belong."""
        return self.organ.path

    @property
    def is_question(self) -> bool:
        """A weak finding goes back to the institution as a data question; it accuses nobody."""
        return self.severity == "weak"

    @property
    def verdict_stands(self) -> bool:
        """Whether a person's judgement (or proposal) is in force now, so that only new reports may undo it."""
        return self.state in ("confirmed", "dismissed", "dismissal_proposed")
