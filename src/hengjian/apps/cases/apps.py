"""App configuration of cases."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "hengjian.apps.cases"
    label = "cases"
    verbose_name = "案件"
