"""App configuration of informants."""

from __future__ import annotations

from django.apps import AppConfig


class InformantsConfig(AppConfig):
    name = "hengjian.apps.informants"
    label = "informants"
    verbose_name = "举报人保密库"
