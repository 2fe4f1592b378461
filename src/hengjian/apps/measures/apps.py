"""App configuration of measures."""

from __future__ import annotations

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "hengjian.apps.measures"
    label = "measures"
    verbose_name = "分级处置"
