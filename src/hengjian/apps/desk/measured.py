"""The desk's section of graded response: what this person has to approve, serve, answer, verify, or look after."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.rights import granting
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited
from hengjian.apps.measures.models import Measure
from hengjian.apps.measures.procedures import WITH_INSTITUTION
from hengjian.apps.measures.selectors import waiting_for

WHAT: dict[str, tuple[str, str]] = {
    "draft": ("报请批准", "去办"),
    "proposed": ("待批准", "审批"),
    "approved": ("待送达", "送达"),
    "issued": ("待落实", "去看"),
    "held": ("待落实", "去看"),
    "answered": ("待核实", "核实"),
}
RIGHTS = ("measure.draft", "measure.approve", "measure.verify", "measure.answer")


def measures_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Measures on which this person has the next step; who holds none of the rights costs no query."""
    url = reverse("measures:list")
    if not any(granting(user, code, today) for code in RIGHTS):
        return Waiting("measure", "处置", (), 0, url)
    rows = waiting_for(user, on=today)
    found = list(rows[:SHOWN])
    tasks = tuple(_task(row, now=now, today=today) for row in found)
    return Waiting("measure", "处置", tasks, len(found) if len(found) < SHOWN else rows.count(), url)


def _task(row: Measure, *, now: datetime, today: date) -> Task:
    what, button = WHAT[row.state]
    late = row.days_late(today)
    if late:
        clock, wait = "late", f"逾期 {late} 日"
    elif row.limit is not None and row.state in WITH_INSTITUTION:
        left = (row.limit - today).days
        clock, wait = ("due" if left <= 3 else ""), f"剩 {left} 日" if left else "今天到期"
    else:
        clock, wait = clock_kind(row.state_at, now), waited(row.state_at, now)
    return Task(
        icon="warn" if late else "flag",
        title=f"{row.get_kind_display()}{what}：{row.institution.name}，{row.title}",
        line=f"{row.number} · {row.organ.short_name}",
        url=reverse("measures:show", args=[row.number]),
        button=button,
        view="measure",
        since=row.state_at,
        clock=clock,
        wait=wait,
        when="",
    )
