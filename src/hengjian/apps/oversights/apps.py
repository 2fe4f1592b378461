"""App configuration of oversights."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class OversightsConfig(AppConfig):
    name = "hengjian.apps.oversights"
    label = "oversights"
    verbose_name = "督办"

    def ready(self) -> None:
        from hengjian.apps.cases.sections import Section
        from hengjian.apps.cases.sections import register as on_case_page
        from hengjian.apps.oversights import policies  # noqa: F401 – declares the rights
        from hengjian.apps.oversights.procedures import OVERSIGHT
        from hengjian.apps.oversights.views import of_case
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        wording.name_procedure(OVERSIGHT)
        wording.name_verbs(
            {
                "oversight.report": "上报督办",
                "team_member.join": "参加联合专案组",
                "team_member.leave": "退出联合专案组",
                "consultation.write": "记录会商",
            }
        )
        on_case_page(Section("oversight", "督办、专案组和会商", 90, "oversights/section.html", of_case))
        navigation.register(
            Item("cases", "挂牌督办", "oversights:list", permission="oversight.view", counter=_waiting, order=80)
        )


def _waiting(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.oversights.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate()).count()
