"""From a clock's stored facts to its last day; the one place where the engine is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hengjian.apps.clocks.models import Clock
from hengjian.engines.deadlines import SHANGHAI, Calendar, Deadline, Pause, Rule, derive
from hengjian.law.deadlines import rule_on


@dataclass(frozen=True, slots=True)
class Outcome:
    """A derivation as the columns of a clock keep it."""

    due_on: date | None
    due_at: datetime | None
    provisional: bool
    half_on: date | None
    pressing_on: date | None
    left: int | None
    steps: str

    @property
    def due(self) -> str:
        """The last day as ISO text, empty where there is none."""
        return due_text(self.due_on, self.due_at)


def due_text(due_on: date | None, due_at: datetime | None) -> str:
    """ISO date, or timestamp at +08:00 for a period in hours."""
    if due_at is not None:
        return due_at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return due_on.isoformat() if due_on else ""


def pauses_of(stored: Sequence[Mapping[str, Any]]) -> list[Pause]:
    """The stored pauses for the engine."""
    return [
        Pause(
            date.fromisoformat(one["first"]),
            date.fromisoformat(one["last"]) if one["last"] else None,
            one.get("reason", ""),
        )
        for one in stored
    ]


def outcome_of(
    rule: Rule,
    *,
    start: date | datetime,
    calendar: Calendar,
    pauses: Sequence[Mapping[str, Any]],
    extensions: Sequence[Mapping[str, Any]],
) -> Outcome:
    """Derive from stored facts; Refused or NotFound with a sentence where the law does not allow it."""
    found = derive(
        rule,
        start=start,
        calendar=calendar,
        pauses=pauses_of(pauses),
        extensions=[one["days"] for one in extensions],
    )
    return as_outcome(found)


def as_outcome(found: Deadline) -> Outcome:
    """The engine's answer as columns."""
    marks = {one.percent: _day(one.at) for one in found.alarms}
    moment = found.due if isinstance(found.due, datetime) else None
    return Outcome(
        due_on=_day(found.due) if found.due else None,
        due_at=moment,
        provisional=found.provisional,
        half_on=marks.get(50),
        pressing_on=marks.get(80),
        left=found.left,
        steps="\n".join(found.steps),
    )


def _day(value: date | datetime) -> date:
    return value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value


def derived(clock: Clock, calendar: Calendar) -> Outcome:
    """What the clock's facts give today; the rule is the version in force on the day of the event."""
    rule = rule_on(clock.rule_id, clock.started_on)
    return outcome_of(
        rule,
        start=clock.started_at or clock.started_on,
        calendar=calendar,
        pauses=clock.pauses,
        extensions=clock.extensions,
    )


def take(clock: Clock, found: Outcome) -> None:
    """Put a derivation into the clock's columns; nothing is saved."""
    for name in Outcome.__slots__:
        setattr(clock, name, getattr(found, name))
