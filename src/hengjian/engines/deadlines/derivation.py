"""Deriving the last day of a period, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from hengjian.engines.deadlines import wording
from hengjian.engines.deadlines.calendar import ONE_DAY, Calendar, NaturalDays, add_months
from hengjian.engines.deadlines.rules import SHANGHAI, Pause, Rule, Unit, granted, merged
from hengjian.kernel.errors import Refused

ALARMS = (50, 80, 100)
"""Percent of a period after which its keeper is warned."""
FIRST_YEAR, LAST_YEAR = 1949, 2999


class Days(Protocol):
    """What counts as a day: working days or all."""

    def count(self, after: date, upto: date) -> int: ...

    def nth(self, after: date, number: int) -> date: ...


@dataclass(frozen=True, slots=True)
class Alarm:
    """When so much of the period is over: a day, or a moment for periods in hours."""

    percent: int
    at: date | datetime


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day (a moment for periods in hours); None while an open pause holds the period.

    `left` is what remains after such a pause, in working days, days or hours; `steps` are sentences in Chinese.
    """

    due: date | datetime | None
    provisional: bool
    steps: tuple[str, ...]
    alarms: tuple[Alarm, ...]
    left: int | None = None


def derive(
    rule: Rule,
    *,
    start: date | datetime,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[int | None] = (),
) -> Deadline:
    """From the starting event to the last day, with every step.

    `start` is a day, or a moment where the rule counts hours (taken as +08:00 when it names no offset). `extensions`
    are those granted, in order: None takes the length that the law fixes. Refused with a sentence for what the rule
    does not allow.
    """
    _require_range("起算日", start)
    for pause in pauses:
        _require_range("暂停", pause.first)
        _require_range("暂停", pause.last or pause.first)
    together = merged(pauses)
    if rule.unit == "hours":
        return _hours(rule, start, together, extensions)
    day = start.astimezone(SHANGHAI).date() if isinstance(start, datetime) and start.tzinfo else _day(start)
    if rule.sense == "before":
        granted(rule, extensions)
        return _before(rule, day, calendar, together)
    return _forward(rule, day, calendar, together, extensions)


def _day(start: date) -> date:
    return start.date() if isinstance(start, datetime) else start


def _require_range(what: str, day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(f"{what}的年份 {day.year} 不在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。")


def _before(rule: Rule, day: date, calendar: Calendar, pauses: list[Pause]) -> Deadline:
    if rule.unit == "working_days":
        due = calendar.nth_back(day, rule.length)
    elif rule.unit == "days":
        due = day - rule.length * ONE_DAY
    else:
        due = add_months(day, -rule.length * (12 if rule.unit == "years" else 1))
    unknown = calendar.unknown_years(due, day - ONE_DAY) if rule.unit == "working_days" else []
    steps = [*wording.opening(rule, day), wording.back(rule, day, due)]
    if rule.unit == "working_days":
        steps += wording.exceptions(calendar, due - ONE_DAY, day - ONE_DAY)
    steps += [wording.PAUSE_BEFORE] if pauses else []
    steps += wording.provisional(unknown)
    return Deadline(due, bool(unknown), tuple(steps), (Alarm(100, due),))


@dataclass(frozen=True, slots=True)
class _Run:
    """A period to be walked: `total` counted days from `start`, in the given kind of day."""

    days: Days
    start: date
    total: int
    pauses: list[Pause]

    def at(self, number: int) -> tuple[date | None, int]:
        """The day on which so many have been counted; None and the rest where an open pause comes before it."""
        cursor, left = self.start, number
        for pause in self.pauses:
            if pause.last is not None and pause.last <= cursor:
                continue
            earlier = self.days.count(cursor, pause.first - ONE_DAY)
            if left <= earlier:
                break
            left -= earlier
            if pause.last is None:
                return None, left
            cursor = max(cursor, pause.last)
        return self.days.nth(cursor, left), 0


def _forward(
    rule: Rule, day: date, calendar: Calendar, pauses: list[Pause], extensions: Sequence[int | None]
) -> Deadline:
    given = granted(rule, extensions)
    lengths = _lengths(rule.length, rule.unit, [(length, extension.unit) for extension, length in given])
    days: Days = calendar if rule.unit == "working_days" else NaturalDays()
    total = _total(day, lengths, calendar, rule.unit)
    run = _Run(days, day, total, pauses)
    end, left = run.at(total)
    steps = [*wording.opening(rule, day), wording.period(rule)]
    steps += [wording.extended(rule, n, one, length) for n, (one, length) in enumerate(given, start=1)]
    if end is None:
        steps += wording.paused(rule, day, None, pauses, days)
        steps.append(wording.open_pause(rule, left, pauses[-1]))
        return Deadline(None, False, tuple(steps), _alarms(run, None), left)
    steps += wording.paused(rule, day, end, pauses, days)
    if rule.unit == "working_days":
        steps += wording.exceptions(calendar, day, end, pauses)
    steps.append(wording.end(rule, lengths, end, total if pauses else None))
    due = calendar.from_here(end) if rule.rolls else end
    steps += [wording.rolled(rule, end, due)] if due != end else []
    first_asked = day + ONE_DAY if rule.unit == "working_days" else end
    asks_calendar = rule.unit == "working_days" or rule.rolls
    unknown = calendar.unknown_years(first_asked, due) if asks_calendar else []
    steps += wording.provisional(unknown)
    return Deadline(due, bool(unknown), tuple(steps), _alarms(run, due))


def _lengths(length: int, unit: Unit, more: Sequence[tuple[int, Unit]]) -> list[tuple[int, Unit]]:
    found = [(length, unit)]
    for extra, its_unit in more:
        if found[-1][1] == its_unit:
            found[-1] = (found[-1][0] + extra, its_unit)
        else:
            found.append((extra, its_unit))
    return found


def _total(day: date, lengths: Sequence[tuple[int, Unit]], calendar: Calendar, unit: Unit) -> int:
    """The whole period in counted days: working days, or natural days up to the same day of a later month."""
    end = day
    for length, its_unit in lengths:
        if its_unit == "working_days":
            end = calendar.nth(end, length)
        elif its_unit == "days":
            end += length * ONE_DAY
        else:
            end = add_months(end, length * (12 if its_unit == "years" else 1))
    return calendar.count(day, end) if unit == "working_days" else (end - day).days


def _alarms(run: _Run, due: date | None) -> tuple[Alarm, ...]:
    found = []
    for percent in ALARMS[:-1]:
        at, _ = run.at(-(-run.total * percent // 100))
        if at is not None:
            found.append(Alarm(percent, at))
    return (*found, Alarm(100, due)) if due is not None else tuple(found)


def _hours(rule: Rule, start: date | datetime, pauses: list[Pause], extensions: Sequence[int | None]) -> Deadline:
    if not isinstance(start, datetime):
        raise Refused(f"{rule.id}“{rule.title}”按小时计算，起算要写明时刻，例如 {start.isoformat()}T09:30。")
    begin = start.astimezone(SHANGHAI) if start.tzinfo else start.replace(tzinfo=SHANGHAI)
    given = granted(rule, extensions)
    total = timedelta(hours=rule.length + sum(length for _, length in given))
    due, left = _moment(begin, total, pauses)
    steps = [wording.opening_hours(rule, begin), wording.period(rule)]
    steps += [wording.extended(rule, n, one, length) for n, (one, length) in enumerate(given, start=1)]
    steps += wording.paused_hours(begin, due, pauses)
    hours = -(-left // timedelta(hours=1)) if due is None else None
    if due is not None:
        steps.append(wording.end_hours(rule, total, due))
    elif hours is not None:
        steps.append(wording.open_pause(rule, hours, pauses[-1]))
    marks = [(percent, _moment(begin, total * percent / 100, pauses)[0]) for percent in ALARMS]
    alarms = tuple(Alarm(percent, at) for percent, at in marks if at is not None)
    return Deadline(due, False, tuple(steps), alarms, hours)


def _moment(begin: datetime, length: timedelta, pauses: list[Pause]) -> tuple[datetime | None, timedelta]:
    cursor, left = begin, length
    for pause in pauses:
        opens = datetime.combine(pause.first, time(), SHANGHAI)
        closes = datetime.combine(pause.last + ONE_DAY, time(), SHANGHAI) if pause.last else None
        if closes is not None and closes <= cursor:
            continue
        earlier = max(opens - cursor, timedelta())
        if left <= earlier:
            break
        left -= earlier
        if closes is None:
            return None, left
        cursor = closes
    return cursor + left, timedelta()
