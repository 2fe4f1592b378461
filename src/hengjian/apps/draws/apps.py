"""App configuration of draws."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "hengjian.apps.draws"
    label = "draws"
    verbose_name = "随机抽查"

    def ready(self) -> None:
        from django.urls import reverse

        from hengjian.apps.accounts import sharing
        from hengjian.apps.draws import policies
        from hengjian.apps.draws.drawn import institutions_drawn, sealed_draws
        from hengjian.apps.draws.models import Draw
        from hengjian.apps.draws.procedures import DRAW
        from hengjian.apps.draws.selectors import draws_seen_by
        from hengjian.apps.plans.coverage import tell_drawn
        from hengjian.apps.plans.secrecy import tell_sealed
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        tell_drawn(institutions_drawn)
        tell_sealed(sealed_draws)
        wording.name_procedure(DRAW)
        wording.name_verbs(policies.VERBS)
        sharing.offer(
            Draw, label="随机抽查", seen_by=draws_seen_by, url=lambda row: reverse("draws:show", args=[row.number])
        )
        navigation.register(
            Item("checks", "双随机抽取", "draws:list", permission="draw.view", counter=_waiting, order=20),
        )


def _waiting(user: Any) -> int:
    from django.utils import timezone

    from hengjian.apps.draws.selectors import waiting_for

    return waiting_for(user, on=timezone.localdate()).count()
