"""App configuration of inspections."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "hengjian.apps.inspections"
    label = "inspections"
    verbose_name = "检查任务"

    def ready(self) -> None:
        from django.urls import reverse

        from hengjian.apps.accounts import sharing
        from hengjian.apps.alerts.following import offer
        from hengjian.apps.inspections import origins
        from hengjian.apps.inspections.following import after_alert
        from hengjian.apps.inspections.models import Inspection
        from hengjian.apps.inspections.phone.procedures import PHONE_ENTRY
        from hengjian.apps.inspections.policies import VERBS
        from hengjian.apps.inspections.procedures import INSPECTION
        from hengjian.apps.inspections.raising import KIND, LEADS, after_lead, finding_source
        from hengjian.apps.inspections.selectors import inspections_seen_by, last_inspections
        from hengjian.apps.inspections.sources import register_all
        from hengjian.apps.leads import following as leads_following
        from hengjian.apps.leads import raising
        from hengjian.apps.record import wording
        from hengjian.apps.runs.weighing import on_last_inspections
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        register_all()
        on_last_inspections(last_inspections)
        origins.register(LEADS)
        leads_following.offer(after_lead)
        raising.register(raising.Kind(KIND, "检查发现", finding_source))
        offer(after_alert)
        sharing.offer(
            Inspection,
            label="检查任务",
            seen_by=inspections_seen_by,
            url=lambda row: reverse("inspections:show", args=[row.number]),
        )
        wording.name_verbs(VERBS)
        wording.name_procedure(INSPECTION)
        wording.name_procedure(PHONE_ENTRY)
        navigation.register(
            Item("checks", "检查任务", "inspections:list", permission="inspection.view", counter=_waiting, order=30),
            Item("checks", "现场检查（手机）", "inspections:phone", permission="inspection.carry_out", order=32),
            Item("checks", "手机待认领", "inspections:held", permission="inspection.review", counter=_held, order=34),
            Item("checks", "随机抽查说明了什么", "inspections:random_leg", permission="inspection.oversee", order=60),
        )


def _waiting(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.inspections.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate()).count()


def _held(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.inspections.phone.deciding import held_seen_by

    return held_seen_by(user, on=timezone.localdate()).filter(state="held").count()
