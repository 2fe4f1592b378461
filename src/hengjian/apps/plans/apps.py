"""App configuration of plans."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig

VERBS = {
    "annual_plan.create": "起草年度计划",
    "annual_plan.edit": "修改年度计划",
    "annual_plan.new_version": "新建计划版本",
    "plan_item.create": "增加检查事项",
    "plan_item.edit": "修改检查事项",
    "plan_item.remove": "去掉检查事项",
    "visit.reserve": "预约入企检查",
    "visit.stand_alone": "入企检查改为单独进行",
    "visit_merge.propose": "提议合并检查",
    "monitoring.look": "风险监测",
    "parameter.set": "公布检查参数",
}


class PlansConfig(AppConfig):
    name = "hengjian.apps.plans"
    label = "plans"
    verbose_name = "检查计划"

    def ready(self) -> None:
        from hengjian.apps.plans import policies  # noqa: F401 – declares the rights
        from hengjian.apps.plans.procedures import MERGE, PLAN, VISIT
        from hengjian.apps.record import wording
        from hengjian.ui import navigation
        from hengjian.ui.navigation import Item

        for procedure in (PLAN, VISIT, MERGE):
            wording.name_procedure(procedure)
        wording.name_verbs(VERBS)
        navigation.register(
            Item("checks", "年度计划", "plans:list", permission="plan.view", counter=_waiting_plans, order=10),
            Item("checks", "覆盖率", "plans:coverage", permission="plan.view", order=15),
            Item("checks", "入企台账", "plans:visits", permission="visit.view", order=60),
            Item("checks", "合并检查", "plans:merges", permission="visit.view", counter=_waiting_merges, order=65),
            Item("checks", "风险监测", "plans:due", permission="plan.view", order=70),
        )


def _waiting_plans(user: Any) -> int:
    """Plans on which this person has a step to make."""
    from django.utils import timezone

    from hengjian.apps.plans.waiting import plans_waiting_for

    return len(plans_waiting_for(user, on=timezone.localdate()))


def _waiting_merges(user: Any) -> int:
    """Proposals on which this person's organ has still to speak."""
    from django.utils import timezone

    from hengjian.apps.plans.waiting import merges_waiting_for

    return len(merges_waiting_for(user, on=timezone.localdate()))
