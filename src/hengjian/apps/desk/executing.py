"""The desk's section of what follows decisions: requests for the head, overdue money, penalties on the spot."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.cases.models import Closing, Deferral, Obligation, OnSpotPenalty
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited

RIGHTS = ("case.handle", "case.approve", "case.archive")


def executing_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Closings and deferrals to decide, fines overdue in own cases, spot papers; no right costs no query."""
    url = reverse("cases:list")
    tasks: list[Task] = []
    if granting(user, "case.approve", today):
        tasks += _for_head(user, now=now, today=today)
    if granting(user, "case.handle", today):
        tasks += _overdue(user, now=now, today=today)
    if granting(user, "case.handle", today) or granting(user, "case.archive", today):
        tasks += _spots(user, now=now, today=today)
    return Waiting("executing", "执行与结案", tuple(tasks[:SHOWN]), len(tasks), url)


def _for_head(user: Any, *, now: datetime, today: date) -> list[Task]:
    closings = Closing.objects.filter(granted__isnull=True).select_related("case__organ", "proposed_by")
    made = [
        _task(
            f"审批结案：{one.case.title}",
            f"{one.case.number} · {one.proposed_by.name}报请",
            reverse("cases:show", args=[one.case.number]),
            "审批",
            since=one.proposed_on,
            now=now,
        )
        for one in visible(user, "case.approve", closings, on=today, organ="case__organ")[:SHOWN]
    ]
    asked = Deferral.objects.filter(granted__isnull=True)
    asked = asked.select_related("obligation__case", "obligation__spot", "obligation__organ")
    made += [
        _task(
            f"审批{one.get_kind_display()}：{one.obligation.payer}",
            one.obligation.source_number,
            reverse("cases:owed", args=[one.obligation_id]),
            "审批",
            since=one.requested_on,
            now=now,
        )
        for one in visible(user, "case.approve", asked, on=today, organ="obligation__organ")[:SHOWN]
    ]
    return made


def _overdue(user: Any, *, now: datetime, today: date) -> list[Task]:
    mine = Q(case__officers__user=user, case__officers__to_on__isnull=True) | Q(spot__officer_a=user)
    rows = Obligation.objects.filter(mine, state="due", due_on__lt=today).select_related("case", "spot").distinct()
    return [
        _task(
            f"罚没款逾期：{one.payer}",
            one.source_number,
            reverse("cases:owed", args=[one.pk]),
            "催告" if one.case_id else "去看",
            since=one.due_on,
            now=now,
            late=(today - one.due_on).days,
        )
        for one in rows[:SHOWN]
    ]


def _spots(user: Any, *, now: datetime, today: date) -> list[Task]:
    mine = Q(state__in=("notified", "decided")) & (Q(officer_a=user) | Q(officer_b=user))
    condition = mine
    if granting(user, "case.archive", today):
        condition |= Q(state="handed_in") & ~Q(officer_a=user) & ~Q(officer_b=user)
    rows = visible(user, "case.view", OnSpotPenalty.objects.filter(condition), on=today)
    words = {
        "notified": ("当场处罚待决定", "去办"),
        "decided": ("当场处罚交案卷", "交案卷"),
        "handed_in": ("当场处罚归档", "归档"),
    }
    return [
        _task(
            f"{words[one.state][0]}：{one.party_name}",
            one.number,
            reverse("cases:spot", args=[one.number]),
            words[one.state][1],
            since=one.decided_on or timezone.localdate(one.notified_at),
            now=now,
        )
        for one in rows[:SHOWN]
    ]


def _task(title: str, line: str, url: str, button: str, *, since: date, now: datetime, late: int = 0) -> Task:
    moment = timezone.make_aware(datetime.combine(since, time(9)))
    return Task(
        icon="warn" if late else "seal",
        title=title,
        line=line,
        url=url,
        button=button,
        view="executing",
        since=moment,
        clock="late" if late else clock_kind(moment, now),
        wait=f"逾期 {late} 日" if late else waited(moment, now),
        when="",
    )
