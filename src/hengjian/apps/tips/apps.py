"""App configuration of tips."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class TipsConfig(AppConfig):
    name = "hengjian.apps.tips"
    label = "tips"
    verbose_name = "举报"

    def ready(self) -> None:
        from hengjian.apps.documents import access
        from hengjian.apps.informants import subjects
        from hengjian.apps.leads.closings import on_closed
        from hengjian.apps.record import wording
        from hengjian.apps.tips import papers, policies
        from hengjian.apps.tips.handling import close_with_lead
        from hengjian.apps.tips.models import Tip
        from hengjian.apps.tips.presenting import progress_of
        from hengjian.apps.tips.procedures import REWARD, TIP
        from hengjian.apps.tips.selectors import tips_seen_by
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        for procedure in (TIP, REWARD):
            wording.name_procedure(procedure)
        wording.name_verbs(policies.VERBS)
        on_closed(close_with_lead)
        seen = _seen(tips_seen_by)
        subjects.register(
            "tips.tip", subjects.Subject("举报", Tip, seen, progress_of, papers.url_of, "respondent_uscc")
        )
        access.register(
            "tips.tip", seen, papers.context, write="tip.handle", url=papers.url_of, offers=papers.forms_for
        )
        navigation.register(
            Item("leads", "举报", "tips:list", permission="tip.view", counter=_waiting, order=20),
            Item("leads", "举报奖励", "tips:rewards", permission="reward.view", order=40),
        )


def _seen(selector: Any) -> Any:
    def seen_by(user: Any, on: Any) -> Any:
        return selector(user, on=on)

    return seen_by


def _waiting(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.tips.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate()).count()
