"""The month as a grid of weeks, each day with what ends on it."""

from __future__ import annotations

import calendar as weeks
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from hengjian.engines.deadlines import Calendar

MONTH = re.compile(r"(\d{4})-(\d{2})")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Day:
    """One cell: `note` is 休 or 班 where the day differs from its weekday, `count` the clocks that end on it."""

    day: date
    in_month: bool
    working: bool
    note: str
    count: int
    kind: str  # "", "late", "today"
    known: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its weeks, Monday first; `before` and `after` name the neighbours (2026-10)."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    before: str
    after: str
    known: bool


def month_asked(text: str, today: date) -> date:
    """The first day of the month in `2026-11`; this month for anything else."""
    match = MONTH.fullmatch(text)
    if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR and 1 <= int(match[2]) <= 12:
        return date(int(match[1]), int(match[2]), 1)
    return today.replace(day=1)


def span_of(first: date) -> tuple[date, date]:
    """First and last day of the grid."""
    days = weeks.Calendar().monthdatescalendar(first.year, first.month)
    return days[0][0], days[-1][-1]


def month_of(first: date, *, today: date, calendar: Calendar, counts: Mapping[date, int]) -> Month:
    """The grid of a month."""
    rows = tuple(
        tuple(_day(day, first, today, calendar, counts.get(day, 0)) for day in week)
        for week in weeks.Calendar().monthdatescalendar(first.year, first.month)
    )
    earlier, later = first - timedelta(days=1), first + timedelta(days=31)
    return Month(first, rows, f"{earlier:%Y-%m}", f"{later:%Y-%m}", first.year in calendar.years)


def _day(day: date, first: date, today: date, calendar: Calendar, count: int) -> Day:
    working, weekday = calendar.is_working(day), day.weekday() < 5
    note = "休" if weekday and not working else "班" if working and not weekday else ""
    kind = "today" if day == today else "late" if count and day < today else ""
    return Day(day, day.month == first.month, working, note, count, kind, day.year in calendar.years)
