"""The demonstration's annual plans: the city and one county plan their checks, have them approved and filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hengjian.apps.accounts.models import Organ, User
    from hengjian.apps.plans.models import AnnualPlan

BASIS = "《检验检测机构监督管理办法》第十八条；省局年度检查工作要点"
DRAW = {
    "kind": "draw",
    "share": 15,
    "batches": 2,
    "planned_months": [5, 11],
    "method": "pareto",
    "min_per_stratum": 1,
    "notice": "unannounced",
}
CITY_ITEMS = ({**DRAW, "title": "全市检验检测机构双随机抽查", "departments": ["生态环境局", "住房城乡建设局"]},)
COUNTY_ITEMS = (
    {**DRAW, "title": "检验检测机构双随机抽查"},
    {
        "title": "重点领域机构全覆盖检查",
        "kind": "key_field",
        "fields": ["food", "vehicle", "environment"],
        "batches": 4,
        "planned_months": [3, 6, 9, 11],
        "notice": "required",
    },
    {"title": "检验检测机构风险监测", "kind": "monitoring", "planned_months": [10, 11, 12]},
)
LOOKS = 8
"""How many low-risk institutions of the county have been looked at, so that the meter stands above zero."""


@dataclass(frozen=True, slots=True)
class Signers:
    """Who drafts, approves and acknowledges the plan of one organ."""

    drafter: User
    approver: User
    acknowledger: User


def organs_of(people: Mapping[str, User]) -> dict[str, Organ]:
    """The organs of the demonstration by the generator's key: those in which its leaders serve."""
    from hengjian.apps.accounts.models import Posting, Role

    leaders = {user.pk: name for name, user in people.items() if name.endswith(".leader")}
    rows = Posting.objects.filter(user_id__in=leaders, role=Role.LEADER).select_related("organ__parent")
    return {leaders[row.user_id].partition(".")[0]: row.organ for row in rows}


def build(*, people: Mapping[str, User], organs: Mapping[str, Organ], now: datetime, today: date) -> list[AnnualPlan]:
    """File this year's plans of the city (a draw) and of Qingtong county (draw, key fields, monitoring), with looks.

    `people` by user name, `organs` by the generator's key; everything goes through the product's services.
    """
    city = Signers(people["chengchuan.analyst"], people["chengchuan.leader"], people["yunze.section_chief"])
    county = Signers(people["qingtong.analyst"], people["qingtong.section_chief"], people["chengchuan.section_chief"])
    plans = [
        _filed(organs["chengchuan"], city, CITY_ITEMS, now=now, today=today),
        _filed(organs["qingtong"], county, COUNTY_ITEMS, now=now, today=today),
    ]
    _look(organs["qingtong"], people["qingtong.analyst"], now=now, today=today)
    return plans


def _filed(
    organ: Organ, signers: Signers, items: Sequence[Mapping[str, Any]], *, now: datetime, today: date
) -> AnnualPlan:
    from hengjian.apps.plans import planning

    common: dict[str, Any] = {"user": signers.drafter, "now": now, "today": today}
    title = f"{organ.short_name}{today.year}年度检验检测机构检查计划"
    plan = planning.create_plan(organ=organ, year=today.year, title=title, basis=BASIS, **common)
    for values in items:
        planning.save_item(plan=plan, item=None, values=values, **common)
    _move(plan, "submit", signers.drafter, now=now, today=today)
    _move(plan, "approve", signers.approver, now=now, today=today)
    _move(plan, "file", signers.approver, now=now, today=today)
    receipt = f"演示备〔{today.year}〕{plan.pk}号"
    return _move(plan, "acknowledge", signers.acknowledger, now=now, today=today, receipt_no=receipt)


def _move(plan: AnnualPlan, action: str, user: User, *, now: datetime, today: date, receipt_no: str = "") -> AnnualPlan:
    from hengjian.apps.plans import planning
    from hengjian.apps.plans.selectors import plans_seen_by

    plan.refresh_from_db()
    return planning.move_plan(
        pk=plan.pk,
        rows=plans_seen_by(user, on=today),
        action=action,
        user=user,
        now=now,
        today=today,
        seen_state=plan.state,
        receipt_no=receipt_no,
    )


def _look(organ: Organ, user: User, *, now: datetime, today: date) -> None:
    from hengjian.apps.plans.monitoring import due_for_look, record_clear_looks

    due = due_for_look(organ, year=today.year)
    pks = list(due.filter(risk_band="green").order_by("pk").values_list("pk", flat=True)[:LOOKS])
    record_clear_looks(rows=due, pks=pks, user=user, now=now, today=today)
