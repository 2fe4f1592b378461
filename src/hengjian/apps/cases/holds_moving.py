"""What every move of a measure shares: the table, who is not the second person, the clocks of the measure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.evidence_moving import UNFINISHED, move_matter
from hengjian.apps.cases.evidence_policies import matter_policy
from hengjian.apps.cases.models import Hold
from hengjian.apps.clocks.models import UNFINISHED as COUNTING
from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move


def clock_of(hold: Hold, rule_id: str) -> Clock | None:
    """The clock of the measure that has not ended."""
    rows = Clock.objects.filter(thing_kind=Hold._meta.label_lower, thing_id=str(hold.pk), rule_id=rule_id)
    return rows.filter(state__in=COUNTING).first()


def start_limit(row: Hold, rule_id: str, at: datetime, actor: Actor, now: datetime) -> None:
    """Start a clock of the measure from the moment it was carried out."""
    start_clock(
        rule_id=rule_id,
        thing=row,
        organ=row.case.organ,
        start=at,
        label=f"{row.case.number} {row.number} {row.get_kind_display()}",
        actor=actor,
        now=now,
        url=reverse("cases:hold", args=[row.case.number, row.pk]),
        responsible=row.officer_one,
    )


def end_limit(row: Hold, rule_id: str, on: date, actor: Actor, now: datetime, *, met: bool = True) -> None:
    """End a clock of the measure if it runs."""
    if clock_of(row, rule_id) is not None:
        stop_clock(thing=row, rule_id=rule_id, on=on, actor=actor, now=now, outcome="met" if met else "stopped")


def stop_limit(row: Hold, rule_id: str, user: User, code: str, on: date, now: datetime, *, met: bool = True) -> None:
    """The same, by the person who holds the right `code`."""
    actor = matter_policy(user, on=on)(code, row)
    if actor is not None:
        end_limit(row, rule_id, on, actor, now, met=met)


def took_part(row: Hold, move: Move) -> Collection[str]:
    """Who proposed or carries out a measure does not approve it; nor does any investigator of the case."""
    parts = {row.proposed_by_id, row.officer_one_id, row.officer_two_id}
    parts |= set(row.case.officers.values_list("user_id", flat=True))
    return {str(pk) for pk in parts}


def move_hold(
    hold: Hold,
    action: str,
    user: User,
    now: datetime,
    today: date,
    facts: dict[str, Any],
    apply: Any,
    seen: str,
    *,
    reason: str = "",
    private: dict[str, Any] | None = None,
    states: Collection[str] = UNFINISHED,
) -> Hold:
    moved: Hold = move_matter(
        procedure=hold.procedure, thing=hold, action=action, user=user, now=now, today=today, facts=facts,
        private=private, reason=reason, apply=apply, seen=seen, states=states, took_part=took_part,
    )  # fmt: skip
    return moved


def days_in_force(hold: Hold, today: date) -> int:
    """Whole days since the measure; 0 before it."""
    return (today - hold.taken_on) // timedelta(days=1) if hold.taken_on else 0
