"""The desk's section of measures over things: what the head approves, what officers end, letters to answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.cases.assistance import letters_to
from hengjian.apps.cases.assistance_procedures import WAITING
from hengjian.apps.cases.holds_limits import last_reached
from hengjian.apps.cases.models import Hold
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited

VIEW = "evidence"


def measures_over_things(user: Any, *, now: datetime, today: date) -> Waiting:
    """Measures that wait for the head, those in force of this person, letters to this person's organ."""
    tasks = [*_to_approve(user, now, today), *_to_end(user, now, today), *_letters(user, now, today)]
    return Waiting(VIEW, "强制措施与协助", tuple(tasks[:SHOWN]), len(tasks), reverse("cases:letters"))


def _holds(user: Any, code: str, today: date) -> Any:
    rows = Hold.objects.select_related("case__organ", "officer_one")
    return visible(user, code, rows, on=today, organ="case__organ")


def _to_approve(user: Any, now: datetime, today: date) -> list[Task]:
    if not granting(user, "hold.approve", today):
        return []
    rows = _holds(user, "hold.approve", today).filter(state__in=("proposed", "urgent"))
    rows = rows.exclude(case__officers__user=user).order_by("proposed_at")
    return [
        Task(
            icon="seal",
            title=f"{'补办批准' if one.state == 'urgent' else '批准'}：{one.get_kind_display()}，{one.case.title}",
            line=f"{one.case.number} · {one.number} · {one.case.organ.short_name}",
            url=reverse("cases:hold", args=[one.case.number, one.pk]),
            button="审批",
            view=VIEW,
            since=one.proposed_at,
            clock="due" if one.state == "urgent" else clock_kind(one.proposed_at, now),
            wait="二十四小时内补办" if one.state == "urgent" else waited(one.proposed_at, now),
        )
        for one in rows[:SHOWN]
    ]


def _to_end(user: Any, now: datetime, today: date) -> list[Task]:
    """Measures in force whose officer this person is: the days left, and the reminders of a seizure."""
    if not granting(user, "hold.take", today):
        return []
    rows = _holds(user, "hold.take", today).filter(state__in=("approved", "held", "extended", "lapsed"))
    rows = rows.exclude(state="lapsed", returned_on__isnull=False)
    mine = [one for one in rows[: SHOWN * 2] if user.pk in (one.officer_one_id, one.officer_two_id)]
    kind = Hold._meta.label_lower
    ids = [str(one.pk) for one in mine]
    clocks = {
        one.thing_id: one for one in Clock.objects.filter(thing_kind=kind, thing_id__in=ids, state__in=UNFINISHED)
    }
    return [_hold_task(one, clocks.get(str(one.pk)), now, today) for one in mine]


def _hold_task(one: Hold, clock: Clock | None, now: datetime, today: date) -> Task:
    what = {"approved": "实施", "lapsed": "返还（已自动解除）"}.get(one.state, "处理")
    left = (clock.due_on - today).days if clock and clock.due_on else None
    alarm = last_reached(one, today)
    late = one.state == "lapsed" or (left is not None and left < 0)
    wait = waited(one.taken_at or one.proposed_at, now)
    if left is not None:
        wait = f"剩 {left} 日" if left > 0 else "今天到期" if left == 0 else f"逾期 {-left} 日"
    return Task(
        icon="warn" if late else "clip",
        title=f"{what}：{one.get_kind_display()} {one.number}，{one.case.title}",
        line=f"{one.case.number} · {one.case.organ.short_name}",
        url=reverse("cases:hold", args=[one.case.number, one.pk]),
        button="办理",
        view=VIEW,
        since=one.taken_at or one.proposed_at,
        clock="late" if late else "due" if alarm or (left is not None and left <= 2) else "",
        wait=wait,
        when=f"第 {alarm.day} 日：{alarm.said}" if alarm else "",
    )


def _letters(user: Any, now: datetime, today: date) -> list[Task]:
    """Letters that this person's organ still owes an answer."""
    if not granting(user, "assistance.answer", today):
        return []
    return [
        Task(
            icon="doc",
            title=f"{'签收' if one.state == 'sent' else '回复'}协助函：{one.subject}",
            line=f"{one.number} · {one.case.organ.short_name}",
            url=reverse("cases:letter", args=[one.number]),
            button="办理",
            view=VIEW,
            since=one.at,
            clock=clock_kind(one.at, now),
            wait=waited(one.at, now),
        )
        for one in letters_to(user, today).filter(state__in=WAITING).order_by("at")[:SHOWN]
    ]
