"""Calibrations: what judgements up to a moment say of each detector, and the weights that follow."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.calibrations.procedures import CALIBRATION, WAITING


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Calibration(models.Model):
    """One proposed set of weights of an organ; `number` is its version.

    `lines` are what was counted and what follows: detector, field, confirmed, judged and, as text, share, low, high,
    old_db, new_db ("" where too few were judged). They never change: another look makes another row.
    """

    number = models.CharField("版本", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    state = models.CharField(
        "状态", max_length=12, choices=list(CALIBRATION.states.items()), default=CALIBRATION.initial, db_index=True
    )
    state_at = models.DateTimeField("进入现状态的时间")
    based_on = models.CharField("拟定时生效的版本", max_length=20, blank=True)
    judged_until = models.DateTimeField("研判截至")
    fewest = models.PositiveIntegerField("最少研判数")
    lines = models.JSONField("计算", default=list)
    proposed_by = _person("拟定人", required=True)
    proposed_at = models.DateTimeField("拟定时间")
    decided_by = _person("审定人")
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    reason = models.TextField("最近的理由", max_length=1000, blank=True)

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = "检测器校准"
        constraints = [
            models.UniqueConstraint(
                fields=["organ"], condition=models.Q(state__in=WAITING), name="calibration_one_open_per_organ"
            ),
            models.UniqueConstraint(
                fields=["organ"], condition=models.Q(state="in_force"), name="calibration_one_in_force_per_organ"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def organ_path(self) -> str:
        """Where events about this calibration belong."""
        return self.organ.path

    @property
    def changed(self) -> int:
        """How many lines have a new weight."""
        return sum(1 for one in self.lines if one["new_db"])
