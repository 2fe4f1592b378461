"""App configuration of cases."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "hengjian.apps.cases"
    label = "cases"
    verbose_name = "案件"

    def ready(self) -> None:
        from hengjian.apps.cases import (
            after_setup,
            core_setup,
            evidence_setup,
            policies,  # noqa: F401 – declares the rights
        )
        from hengjian.apps.informants.rotation import register_column

        register_column("cases.party", "id_sealed")
        core_setup.register()
        after_setup.register()
        evidence_setup.register()
