"""App configuration of measures."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "hengjian.apps.measures"
    label = "measures"
    verbose_name = "分级处置"

    def ready(self) -> None:
        from hengjian.apps.measures import papers, policies  # noqa: F401 – declares the rights
        from hengjian.apps.measures.procedures import MEASURE
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        papers.register_all()
        wording.name_procedure(MEASURE)
        wording.name_verbs({"measure.draft": "拟定处置", "measure.to_lead": "没有改正，转为线索"})
        navigation.register(
            Item("cases", "分级处置", "measures:list", permission="measure.view", counter=_waiting, order=60)
        )


def _waiting(user: Any) -> Any:
    from django.utils import timezone

    from hengjian.apps.measures.selectors import waiting_for
    from hengjian.ui.navigation import Count

    today = timezone.localdate()
    rows = waiting_for(user, on=today)
    waiting = rows.count()
    return Count(waiting, late=rows.filter(limit__lt=today).exists()) if waiting else None
