"""App configuration of leads."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "hengjian.apps.leads"
    label = "leads"
    verbose_name = "线索"

    def ready(self) -> None:
        from hengjian.apps.leads import policies  # noqa: F401 – declares the rights
        from hengjian.apps.leads.procedures import LEAD, LIKENESS
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        wording.name_procedure(LEAD)
        wording.name_procedure(LIKENESS)
        wording.name_verbs(VERBS)
        navigation.register(
            Item("leads", "线索", "leads:list", permission="lead.view", counter=_waiting, order=10),
            Item("leads", "件件有回音", "leads:backlog", permission="lead.view", order=90),
            Item("leads", "研判规则", "leads:rules", permission="lead.view", order=95),
            Item("leads", "外部机关名录", "leads:bodies", permission="lead.view", order=98),
        )


VERBS = {
    "lead.register": "登记线索",
    "lead.amend": "更正线索",
    "lead_series.create": "建立线索串",
    "lead_series.join": "列入线索串",
    "lead_series.leave": "移出线索串",
    "lead_import.take": "导入线索文件",
    "outside_body.add": "登记外部机关",
    "outside_body.change": "更正外部机关",
}


def _waiting(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.leads.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate()).count()
