"""Amendments of the rulebook: what somebody proposes to change in the law data, and who approved it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.clocks.models import Rederivation
from hengjian.apps.rulebook.procedures import AMENDMENT

MODES = [("succeed", "自某日起改为新文本"), ("correct", "更正录入"), ("add", "新增条目")]


def _person(label: str, *, required: bool = False) -> models.ForeignKey:
    options = {} if required else {"null": True, "blank": True}
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


class Amendment(models.Model):
    """One change of one entry. `body` is the entry as YAML text; `based_on` the edition it was drafted against.

    `target` is a digest of the entry's versions at the draft: an entry amended meanwhile is not overwritten unseen.
    `place` orders what was approved: amendments are applied in that order.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+", verbose_name="机关")
    section = models.CharField("类别", max_length=20)
    entry = models.CharField("条目", max_length=60, db_index=True)
    mode = models.CharField("方式", max_length=10, choices=MODES)
    version = models.DateField("所更正版本的起始日", null=True, blank=True)
    valid_from = models.DateField("新文本起始日", null=True, blank=True)
    body = models.TextField("条目内容")
    source = models.CharField("依据文件", max_length=200)
    reason = models.TextField("修订理由", max_length=1000)
    state = models.CharField(
        "状态", max_length=12, choices=list(AMENDMENT.states.items()), default=AMENDMENT.initial, db_index=True
    )
    target = models.CharField(max_length=64, blank=True)
    based_on = models.CharField("起草时的规则库版本", max_length=8)
    edition = models.CharField("入库后的规则库版本", max_length=8, blank=True)
    place = models.PositiveIntegerField(null=True, blank=True, unique=True)
    drafted_by = _person("起草人", required=True)
    drafted_at = models.DateTimeField("起草时间")
    decided_by = _person("审批人")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    note = models.TextField("意见", blank=True, max_length=500)
    moved = models.ForeignKey(
        Rederivation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="时限核算"
    )

    class Meta:
        ordering = ["-drafted_at", "-pk"]
        verbose_name = "规则修订"

    def __str__(self) -> str:
        return f"{self.number} {self.entry}"

    @property
    def organ_path(self) -> str:
        """Where events about this amendment belong."""
        return self.organ.path
