"""A second, slow reading of the law: walk day by day. Nothing of the engine is used but the dates handed in."""

from __future__ import annotations

from datetime import date, timedelta

ONE = timedelta(days=1)


def working(day: date, off: set[date], worked: set[date]) -> bool:
    return day in worked or (day.weekday() < 5 and day not in off)


def walk(
    start: date,
    number: int,
    *,
    working_days: bool,
    off: set[date],
    worked: set[date],
    paused: set[date],
    rolls: bool,
) -> date:
    """The day on which `number` counted days have passed, rolled onto a working day where asked."""
    day, left = start, number
    while left:
        day += ONE
        if day in paused or (working_days and not working(day, off, worked)):
            continue
        left -= 1
    while rolls and not working(day, off, worked):
        day += ONE
    return day


def days_of(pauses: list[tuple[date, date]]) -> set[date]:
    return {first + n * ONE for first, last in pauses for n in range((last - first).days + 1)}
