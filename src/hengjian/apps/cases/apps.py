"""App configuration of cases."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "hengjian.apps.cases"
    label = "cases"
    verbose_name = "案件"

    def ready(self) -> None:
        from hengjian.apps.cases import policies  # noqa: F401 – declares the rights
        from hengjian.apps.cases.procedures import CASE
        from hengjian.apps.record import wording

        wording.name_procedure(CASE)
