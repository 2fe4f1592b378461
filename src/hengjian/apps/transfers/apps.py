"""App configuration of transfers."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "hengjian.apps.transfers"
    label = "transfers"
    verbose_name = "移送"

    def ready(self) -> None:
        from hengjian.apps.record import wording
        from hengjian.apps.transfers import papers, policies, sections  # noqa: F401 – policies declare the rights
        from hengjian.apps.transfers.procedures import CRIMINAL_TRANSFER, REFERRAL
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        papers.register_all()
        sections.register_all()
        for procedure in (CRIMINAL_TRANSFER, REFERRAL):
            wording.name_procedure(procedure)
        wording.name_verbs({"criminal_transfer.begin": "成立专案核实", "referral.draft": "拟定部门移送"})
        navigation.register(
            Item(
                "cases",
                "涉嫌犯罪移送",
                "transfers:criminal_list",
                permission="criminal_transfer.view",
                counter=_criminal,
                order=70,
            ),
            Item(
                "cases", "部门移送", "transfers:referral_list", permission="referral.view", counter=_referrals, order=75
            ),
        )


def _criminal(user: Any) -> int:
    return _waiting(user, 0)


def _referrals(user: Any) -> int:
    return _waiting(user, 1)


def _waiting(user: Any, which: int) -> int:
    from django.utils import timezone

    from hengjian.apps.transfers.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate())[which].count()
