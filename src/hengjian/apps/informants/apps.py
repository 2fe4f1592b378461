"""App configuration of informants."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class InformantsConfig(AppConfig):
    name = "hengjian.apps.informants"
    label = "informants"
    verbose_name = "举报人保密库"

    def ready(self) -> None:
        from hengjian.apps.informants import policies
        from hengjian.apps.informants.procedures import OPENING
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        wording.name_procedure(OPENING)
        wording.name_verbs(policies.VERBS)
        wording.name_roles({"citizen": "群众"})
        navigation.register(
            Item("leads", "联系通道", "informants:list", permission="informant.view", counter=_unread, order=70),
            Item("leads", "身份开启", "informants:openings", permission="informant.see_openings", order=80),
        )


def _unread(user: Any) -> Any:
    from django.utils import timezone

    from hengjian.apps.informants.selectors import waiting_for
    from hengjian.ui.navigation import Count

    waiting = waiting_for(user, on=timezone.localdate())
    return Count(waiting) if waiting else None
