"""App configuration of informants."""

from __future__ import annotations

from django.apps import AppConfig


class InformantsConfig(AppConfig):
    name = "hengjian.apps.informants"
    label = "informants"
    verbose_name = "举报人保密库"

    def ready(self) -> None:
        from hengjian.apps.informants import policies
        from hengjian.apps.informants.procedures import OPENING
        from hengjian.apps.record import wording

        wording.name_procedure(OPENING)
        wording.name_verbs(policies.VERBS)
