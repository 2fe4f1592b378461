"""Deriving all running clocks again, after a new holiday notice or a new text of the law; and entering a notice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from hengjian.apps.accounts.models import User
from hengjian.apps.clocks.calendars import as_year, calendar_with, current_calendar
from hengjian.apps.clocks.deriving import Outcome, due_text, outcome_of
from hengjian.apps.clocks.models import UNFINISHED, Clock, HolidayNotice, Rederivation
from hengjian.apps.clocks.moving import Move, moving
from hengjian.apps.record.services import SYSTEM, Actor, append_event
from hengjian.engines.deadlines import Calendar
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.consistency import holiday_fault
from hengjian.law.deadlines import clock_on, rule_on
from hengjian.law.loader import edition

READ = (
    "pk", "rule_id", "rule_from", "unit", "started_on", "started_at", "due_on", "due_at", "provisional", "steps",
)  # fmt: skip


@transaction.atomic
def rederive_all(
    *,
    actor: Actor,
    now: datetime,
    today: date,
    cause: str = "check",
    note: str = "",
    notice: HolidayNotice | None = None,
) -> Rederivation:
    """Derive every unfinished statutory clock again: one event for the pass, one history row for each that changed.

    A clock for which the law data hold no text any more stays as it is and is counted (`kept`). `today` dates the pass
    in its note.
    """
    run = Rederivation.objects.create(
        cause=cause,
        note=(note or f"{today.isoformat()} 全部核算")[:200],
        notice=notice,
        law_edition=edition(),
        at=now,
        actor_name=actor.name,
    )
    tally: Counter[str] = Counter()
    with moving(run, actor_name=actor.name, now=now) as write:
        for one in _changes(current_calendar(), tally):
            write(one)
            tally["moved"] += one.has_moved
            tally["settled"] += one.was_provisional and not one.found.provisional
    run.examined, run.moved = tally["examined"], tally["moved"]
    run.settled, run.kept = tally["settled"], tally["kept"]
    run.save()
    append_event(
        now=now,
        actor=actor,
        verb="clock.rederive_all",
        thing=run,
        reason=run.note,
        after={"examined": run.examined, "moved": run.moved, "settled": run.settled, "kept": run.kept},
    )
    return run


def preview(notice: HolidayNotice) -> Counter[str]:
    """What a notice not yet saved would do: counts `examined`, `moved`, `settled`; nothing is written."""
    notices = [*HolidayNotice.objects.order_by("pk"), notice]
    tally: Counter[str] = Counter()
    for one in _changes(calendar_with(notices), tally):
        tally["moved"] += one.has_moved
        tally["settled"] += one.was_provisional and not one.found.provisional
    return tally


def _changes(calendar: Calendar, tally: Counter[str]) -> Iterator[Move]:
    """Every clock whose due day, firmness or sentences differ now. Clocks with equal facts are derived once."""
    rows = Clock.objects.filter(state__in=UNFINISHED, kind="rule").order_by("pk")
    # the facts as text: decoding two empty lists a row would cost more than the derivations
    facts = {"held": Cast("pauses", TextField()), "more": Cast("extensions", TextField())}
    known: dict[tuple[Any, ...], tuple[Outcome, date] | None] = {}
    for pk, rule_id, rule_from, unit, day, moment, due_on, due_at, provisional, steps, held, more in list(
        rows.annotate(**facts).values_list(*READ, *facts)
    ):
        tally["examined"] += 1
        start = moment if unit == "hours" else day
        key = (rule_id, start, held, more)
        if key not in known:
            known[key] = _derived(rule_id, day, start, calendar, json.loads(held), json.loads(more))
        answer = known[key]
        if answer is None:
            tally["kept"] += 1
            continue
        found, version = answer
        same = (due_on, due_at, provisional, rule_from) == (found.due_on, found.due_at, found.provisional, version)
        if not same or steps != found.steps:
            yield Move(pk, due_text(due_on, due_at), provisional, found, version)


def _derived(
    rule_id: str, day: date, start: date | datetime, calendar: Calendar, pauses: Any, extensions: Any
) -> tuple[Outcome, date] | None:
    try:
        rule, version = rule_on(rule_id, day), clock_on(rule_id, day).valid_from
        return outcome_of(rule, start=start, calendar=calendar, pauses=pauses, extensions=extensions), version
    except (NotFound, Refused):
        return None  # the text is gone, or no longer allows what was granted under it: people decide, nothing moves


@transaction.atomic
def add_notice(*, notice: HolidayNotice, user: User, actor: Actor, now: datetime, today: date) -> Rederivation:
    """Enter a year's holiday notice and derive all clocks again with it, in one transaction.

    Refused with a sentence when its days cannot be. A notice for a year that is already known replaces that year.
    """
    require_sound(notice, today=today)
    notice.entered_at, notice.entered_by = now, user
    notice.full_clean()
    notice.save()
    append_event(
        now=now,
        actor=actor,
        verb="clock.notice",
        thing=notice,
        after={"year": notice.year, "number": notice.number, "holidays": notice.holidays, "worked": notice.makeup_days},
    )
    return rederive_all(actor=actor, now=now, today=today, cause="notice", note=f"录入{notice}", notice=notice)


def require_sound(notice: HolidayNotice, *, today: date) -> None:
    """Refused with a sentence for days that no notice can name."""
    if notice.published_on > today:
        raise Refused(f"发文日期 {notice.published_on.isoformat()} 还没有到。", where={"field": "published_on"})
    year = as_year(notice)
    seen: set[date] = set()
    for one in year.holidays:
        if one.last < one.first:
            raise Refused(f"“{one.name}”的止日早于起日。", where={"field": "holidays"})
        if one.first in seen:
            raise Refused(f"“{one.name}”与另一个假期重叠。", where={"field": "holidays"})
        seen.add(one.first)
        if notice.year not in (one.first.year, one.last.year):
            raise Refused(f"“{one.name}”不在 {notice.year} 年。", where={"field": "holidays"})
    for day in year.makeup_days:
        if day.weekday() < 5:
            raise Refused(f"调休上班的 {day.isoformat()} 不是周末。", where={"field": "makeup_days"})
    fault = holiday_fault(year)
    if fault:
        raise Refused(
            "假期之间有重叠，或者有的日子不在这一年、既放假又上班，请对照通知原文改正。", where={"field": "holidays"}
        )


def rederive_if_law_changed(*, now: datetime, today: date) -> Rederivation | None:
    """After a new release of the program: derive again when the law data are not those of the last pass."""
    last = Rederivation.objects.first()
    if last is not None and last.law_edition == edition():
        return None
    return rederive_all(actor=SYSTEM, now=now, today=today, cause="law", note=f"规则库更新为 {edition()}")
