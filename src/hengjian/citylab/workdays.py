"""Days on which laboratories work, as arrays over the window; times are seconds from its first midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

DAY = 86_400
LEAD = 60
"""Days before the window that may hold sampling and production."""

SPRING = {2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13)}
"""First day of the lunar year; other years are taken as 5 February."""


def is_holiday(day: date) -> bool:
    """Whether every laboratory of the generator is closed: New Year, Spring Festival week, 1–3 May, 1–7 October."""
    month, first = SPRING.get(day.year, (2, 5))
    spring = date(day.year, month, first)
    return (
        (day.month, day.day) == (1, 1)
        or spring - timedelta(days=1) <= day <= spring + timedelta(days=6)
        or (day.month == 5 and day.day <= 3)
        or (day.month == 10 and day.day <= 7)
    )


@dataclass(frozen=True)
class Window:
    """The twelve months up to `until`; day 0 is the first day on which a report may be issued."""

    first: date
    until: date
    lab_days: Array
    lane_days: Array
    next_lab: Array
    next_lane: Array
    monday_shift: int

    @property
    def days(self) -> int:
        """Number of days in the window."""
        return (self.until - self.first).days + 1

    @property
    def end(self) -> int:
        """Last second of the window."""
        return self.days * DAY - 1

    def week_of(self, seconds: Array) -> Array:
        """Number of the calendar week, from 0 for the week in which the window begins."""
        return (seconds // DAY + self.monday_shift) // 7

    @property
    def weeks(self) -> int:
        """Weeks touched by the window and a few days beyond."""
        return (self.days + 40 + self.monday_shift) // 7 + 1

    def at(self, day: int) -> date:
        """Calendar date of a day number."""
        return self.first + timedelta(days=int(day))

    def next_open(self, day: Array, *, lanes: bool) -> Array:
        """The first working day on or after each day."""
        table = self.next_lane if lanes else self.next_lab
        return table[np.minimum(day, len(table) - 1)]


def _next_open(is_open: list[bool]) -> Array:
    following = np.zeros(len(is_open), dtype=np.int64)
    nearest = len(is_open)
    for day in range(len(is_open) - 1, -1, -1):
        nearest = day if is_open[day] else nearest
        following[day] = nearest
    return following


def window_until(until: date) -> Window:
    """The window of 365 or 366 days that ends with `until`."""
    after = until + timedelta(days=1)
    leap_day = (after.month, after.day) == (2, 29)
    first = date(after.year - 1, 3, 1) if leap_day else after.replace(year=after.year - 1)
    count = (until - first).days + 1
    calendar = [first + timedelta(days=day) for day in range(count + 40)]
    lab = [day.weekday() < 5 and not is_holiday(day) for day in calendar]
    lane = [day.weekday() < 6 and not is_holiday(day) for day in calendar]
    return Window(
        first=first,
        until=until,
        lab_days=np.flatnonzero(lab[:count]),
        lane_days=np.flatnonzero(lane[:count]),
        next_lab=_next_open(lab),
        next_lane=_next_open(lane),
        monday_shift=first.weekday(),
    )
