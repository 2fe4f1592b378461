"""App configuration of clocks."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "hengjian.apps.clocks"
    label = "clocks"
    verbose_name = "时限"

    def ready(self) -> None:
        from hengjian.apps.clocks import policies  # noqa: F401 – declares the rights
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        wording.name_verbs(VERBS)
        navigation.register(
            Item("desk", "时限日历", "clocks:calendar", permission="clock.view", counter=_late, order=20),
            Item("system", "放假通知", "clocks:notices", permission="clock.calendar", order=60),
        )


VERBS = {
    "clock.start": "时限起算",
    "clock.pause": "时限暂停",
    "clock.resume": "时限恢复",
    "clock.extend": "时限延长",
    "clock.correct": "更正起算",
    "clock.stop": "时限办结",
    "clock.notice": "录入放假通知",
    "clock.rederive_all": "重算全部时限",
}


def _late(user: Any) -> Any:
    from django.utils import timezone

    from hengjian.apps.clocks.selectors import clocks_of_person, late
    from hengjian.ui.navigation import Count

    now = timezone.now()
    today = timezone.localdate(now)
    return Count(clocks_of_person(user, on=today).filter(late(today, now)).count(), late=True)
