"""Dossiers on paper: large ones are made in the background and kept until fetched."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hengjian.apps.accounts.models import Organ
from hengjian.apps.registry.models import Institution


class DossierPrint(models.Model):
    """One printed dossier as ordered by one person; the file holds what that person may see."""

    STATES = [("waiting", "排队中"), ("running", "生成中"), ("done", "已完成"), ("failed", "未能生成")]

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="dossier_prints")
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="+")
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    on = models.DateField("截至")
    state = models.CharField("状态", max_length=10, choices=STATES, default="waiting")
    path = models.CharField(max_length=120, blank=True)
    message = models.CharField("说明", max_length=200, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-ordered_at", "-pk"]

    def __str__(self) -> str:
        return f"案卷打印 {self.pk}"
