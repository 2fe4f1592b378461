"""App configuration of rulebook."""

from typing import Any

from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "hengjian.apps.rulebook"
    label = "rulebook"
    verbose_name = "规则库"

    def ready(self) -> None:
        from django.conf import settings

        from hengjian.apps.record import wording
        from hengjian.apps.rulebook import policies
        from hengjian.apps.rulebook.procedures import AMENDMENT
        from hengjian.law.amending import use_overlay
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        if not settings.TESTING:
            use_overlay(settings.LAW_OVERLAY)
        wording.name_procedure(AMENDMENT)
        wording.name_verbs({"amendment.draft": "起草规则修订"})
        view = policies.VIEW.code
        navigation.foot_note(_edition)
        navigation.register(
            Item("rules", "总览与查找", "rulebook:home", permission=view, order=10),
            Item("rules", "条文与版本", "rulebook:articles", permission=view, order=20),
            Item("rules", "违法行为", "rulebook:violations", permission=view, order=30),
            Item("rules", "行业法", "rulebook:sector", permission=view, order=40),
            Item("rules", "时限", "rulebook:clocks", permission=view, order=50),
            Item("rules", "数值", "rulebook:thresholds", permission=view, order=60),
            Item("rules", "检查表", "rulebook:checklists", permission=view, order=70),
            Item("rules", "标准", "rulebook:standards", permission=view, order=80),
            Item("rules", "裁量计算", "rulebook:calculator", permission=view, order=82),
            Item("rules", "裁量基准", "rulebook:benchmarks", permission=view, order=83),
            Item("rules", "规则修订", "rulebook:amendments", permission=view, counter=_waiting, order=84),
            Item("rules", "两日对照", "rulebook:changes", permission=view, order=86),
            Item("rules", "检测器", "rulebook:detectors", permission=policies.DETECTORS.code, order=90),
        )


def _waiting(user: Any) -> int:
    """Amendments that wait for this person's approval."""
    from django.utils import timezone

    from hengjian.apps.rulebook.models import Amendment
    from hengjian.apps.rulebook.policies import may_approve

    if not may_approve(user, timezone.localdate()):
        return 0
    return Amendment.objects.filter(state="proposed").exclude(drafted_by=user).count()


def _edition(request: Any) -> str | None:
    """Which rulebook the page rests on; strangers at the sign-in page are told nothing."""
    from django.utils import timezone

    from hengjian.law.loader import edition

    if not request.user.is_authenticated:
        return None
    return f"规则库版本 {edition()}，按 {timezone.localdate():%Y-%m-%d} 有效的条文"
