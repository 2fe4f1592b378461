"""App configuration of publications."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    name = "hengjian.apps.publications"
    label = "publications"
    verbose_name = "公示"

    def ready(self) -> None:
        from hengjian.apps.publications import policies, sections, taking  # noqa: F401 – policies declare the rights
        from hengjian.apps.publications.procedures import PUBLICATION, TYPICAL
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        taking.register()
        sections.register_all()
        for procedure in (PUBLICATION, TYPICAL):
            wording.name_procedure(procedure)
        wording.name_verbs(
            {
                "publication.take": "列入处罚公示",
                "publication.overturned": "决定变更或者撤销，待撤回公示",
                "typical_case.write": "编写典型案例",
            }
        )
        navigation.register(
            Item(
                "cases",
                "处罚公示",
                "publications:list",
                permission="publication.view",
                counter=lambda user: _waiting(user, 0),
                order=80,
            ),
            Item(
                "cases",
                "典型案例",
                "publications:typical_list",
                permission="typical_case.view",
                counter=lambda user: _waiting(user, 1),
                order=85,
            ),
        )


def _waiting(user: Any, which: int) -> int:
    from django.utils import timezone

    from hengjian.apps.publications.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate())[which].count()
