"""App configuration of alerts."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "hengjian.apps.alerts"
    label = "alerts"
    verbose_name = "预警"

    def ready(self) -> None:
        from hengjian.apps.alerts import policies  # noqa: F401 – declares the rights
        from hengjian.apps.alerts.following import offer
        from hengjian.apps.alerts.raising import KIND, after_alert, source_of
        from hengjian.apps.alerts.taking import take_findings
        from hengjian.apps.leads import raising
        from hengjian.apps.runs.services import on_finished
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        on_finished(take_findings)
        offer(after_alert)
        raising.register(raising.Kind(KIND, "预警", source_of))
        navigation.register(
            Item("data", "预警", "alerts:queue", permission="alert.view", counter=_waiting, order=30),
            Item("data", "数据质询", "alerts:questions", permission="alert.view", order=40),
            Item("data", "检测器准否", "alerts:precision", permission="alert.view", order=60),
        )


def _waiting(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.alerts.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate()).count()
