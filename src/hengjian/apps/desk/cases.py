"""The desk's section of cases: what this person has to take forward, approve, review, hear or consent to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.rights import granting
from hengjian.apps.cases.listing import with_facts
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.waiting import FOR_CHAIR, FOR_HEAD, FOR_REVIEWER, cases_waiting
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited
from hengjian.ui.wording import zh_date

RIGHTS = ("case.handle", "case.approve", "case.review", "case.hear", "case.consent")
WHAT = {
    "proposed": ("报请立案", "去报请"),
    "filing": ("决定是否立案", "审批"),
    "investigating": ("调查取证", "办理"),
    "concluded": ("送交审核", "送审"),
    "cleared": ("告知当事人", "告知"),
    "heard": ("送交法制审核", "送审"),
    "decided": ("送达决定", "送达"),
    "enforcing": ("执行", "办理"),
    "reviewed": ("批准处罚建议", "审批"),
    "notified": ("作出决定", "看进展"),
    "ready": ("讨论和决定", "办理"),
    "collective": ("作出决定", "决定"),
}
SOON = 3
"""Days before the last day from which a clock of the case is shown as pressing."""


def cases_on_desk(user: Any, *, now: datetime, today: date) -> Waiting:
    """Cases that wait for this person, the clock that ends first on top; who holds none of the rights costs none."""
    url = reverse("cases:list")
    if not any(granting(user, code, today) for code in RIGHTS):
        return Waiting("cases", "案件", (), 0, url)
    rows = with_facts(cases_waiting(user, on=today)).order_by("due_on", "state_at", "pk")
    found = list(rows[:SHOWN])
    tasks = tuple(_task(case, now=now, today=today) for case in found)
    total = len(found) if len(found) < SHOWN else rows.count()
    return Waiting("cases", "案件", tasks, total, url)


def _task(case: Case, *, now: datetime, today: date) -> Task:
    due: date | None = case.due_on  # type: ignore[attr-defined]
    if due is not None and due < today:
        clock, wait = "late", f"逾期 {(today - due).days} 日"
    elif due is not None and (due - today).days <= SOON:
        clock, wait = "due", f"剩 {(due - today).days} 日"
    else:
        clock, wait = clock_kind(case.state_at, now), waited(case.state_at, now)
    what, button = _words(case.state)
    party: str = case.party_name or ""  # type: ignore[attr-defined]
    return Task(
        icon="case",
        title=f"{what}：{case.title}",
        line=" · ".join(part for part in (case.number, party, case.get_state_display()) if part),
        url=reverse("cases:show", args=[case.number]),
        button=button,
        view="cases",
        since=case.state_at,
        clock=clock,
        wait=wait,
        when=f"最近时限 {zh_date(due)}" if due else "",
    )


def _words(state: str) -> tuple[str, str]:
    if state in FOR_REVIEWER:
        return "审核案件", "审核"
    if state in FOR_CHAIR:
        return "主持听证", "办理"
    return WHAT.get(state, ("案件", "审批" if state in FOR_HEAD else "办理"))
