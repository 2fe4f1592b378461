"""App configuration of rectifications."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class RectificationsConfig(AppConfig):
    name = "hengjian.apps.rectifications"
    label = "rectifications"
    verbose_name = "整改台账"

    def ready(self) -> None:
        from hengjian.apps.inspections import origins
        from hengjian.apps.inspections.closings import on_closed
        from hengjian.apps.leads import raising
        from hengjian.apps.record import wording
        from hengjian.apps.rectifications import policies  # noqa: F401 – declares the rights
        from hengjian.apps.rectifications.opening import take_findings
        from hengjian.apps.rectifications.origins import FOLLOW_UP
        from hengjian.apps.rectifications.procedures import LOOK_BACK, RECTIFICATION
        from hengjian.apps.rectifications.raising import KIND, source_of
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        on_closed(take_findings)
        raising.register(raising.Kind(KIND, "整改事项", source_of))
        origins.register(FOLLOW_UP)
        for procedure in (RECTIFICATION, LOOK_BACK):
            wording.name_procedure(procedure)
        wording.name_verbs(VERBS)
        navigation.register(
            Item("checks", "整改台账", "rectifications:list", permission="rectification.view", counter=_due, order=50),
            Item("checks", "回头看", "rectifications:look_backs", permission="look_back.view", order=55),
        )


VERBS = {
    "rectification.take": "列入整改台账",
    "look_back.create": "拟定回头看",
    "look_back_target.leave_out": "不纳入回头看",
    "look_back_target.take_in": "重新纳入回头看",
    "look_back_target.record": "登记回头看结果",
}


def _due(user: Any) -> Any:
    from django.utils import timezone

    from hengjian.apps.rectifications.selectors import due_for
    from hengjian.ui.navigation import Count

    waiting, late = due_for(user, on=timezone.localdate())
    return Count(waiting, late=late > 0) if waiting else None
