"""App configuration of plans."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "hengjian.apps.plans"
    label = "plans"
    verbose_name = "检查计划"

    def ready(self) -> None:
        from hengjian.apps.plans import policies  # noqa: F401 – declares the rights


def waiting_merges(user: Any) -> int:
    """Proposals on which this person's organ has still to speak."""
    from django.utils import timezone

    from hengjian.apps.plans.waiting import merges_waiting_for

    return len(merges_waiting_for(user, on=timezone.localdate()))
