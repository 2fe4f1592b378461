"""Which days are working days: the State Council's holiday notices over the five-day week."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Holidays, make-up days (调休上班), and the years for which a notice is published.

    A year outside `years` counts Monday to Friday, and `knows` says that this is only provisional. A day named both
    as holiday and as make-up day is a make-up day.
    """

    holidays: frozenset[date]
    makeup_days: frozenset[date]
    years: frozenset[int]
    _working: dict[int, list[int]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _off: list[date] = field(default_factory=list, init=False, repr=False, compare=False)
    _on: list[date] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        off = (day for day in self.holidays if day.weekday() < SATURDAY and day not in self.makeup_days)
        self._off.extend(sorted(off))
        self._on.extend(sorted(day for day in self.makeup_days if day.weekday() >= SATURDAY))

    @classmethod
    def of(cls, *, holidays: Iterable[date], makeup_days: Iterable[date], years: Iterable[int]) -> Calendar:
        """A calendar from any iterables."""
        return cls(frozenset(holidays), frozenset(makeup_days), frozenset(years))

    def is_working(self, day: date) -> bool:
        """Whether the day is a working day."""
        return day in self.makeup_days or (day.weekday() < SATURDAY and day not in self.holidays)

    def knows(self, first: date, last: date) -> bool:
        """Whether every year from `first` to `last` has its notice."""
        return all(year in self.years for year in range(first.year, last.year + 1))

    def unknown_years(self, first: date, last: date) -> list[int]:
        """The years from `first` to `last` without a notice."""
        return [year for year in range(first.year, last.year + 1) if year not in self.years]

    def count(self, after: date, upto: date) -> int:
        """How many working days lie in (after, upto]; 0 when upto is not later."""
        if upto <= after:
            return 0
        total = 0
        for year in range(after.year, upto.year + 1):
            days = self._of_year(year)
            low = bisect_right(days, after.toordinal())
            total += bisect_right(days, upto.toordinal()) - low
        return total

    def nth(self, after: date, number: int) -> date:
        """The `number`-th working day (from 1) strictly after a day."""
        year, days = after.year, self._of_year(after.year)
        at = bisect_right(days, after.toordinal()) + number - 1
        while at >= len(days):
            at -= len(days)
            year += 1
            days = self._of_year(year)
        return date.fromordinal(days[at])

    def nth_back(self, before: date, number: int) -> date:
        """The `number`-th working day (from 1) strictly before a day, counting backwards."""
        year, days = before.year, self._of_year(before.year)
        at = bisect_left(days, before.toordinal()) - number
        while at < 0:
            year -= 1
            days = self._of_year(year)
            at += len(days)
        return date.fromordinal(days[at])

    def from_here(self, day: date) -> date:
        """The day itself if it is a working day, else the next one."""
        return day if self.is_working(day) else self.nth(day, 1)

    def exceptions(self, after: date, upto: date) -> tuple[list[date], list[date]]:
        """In (after, upto]: weekdays that are holidays, and weekend days that are working days; both in order."""
        off, on = self._off, self._on
        return (
            off[bisect_right(off, after) : bisect_right(off, upto)],
            on[bisect_right(on, after) : bisect_right(on, upto)],
        )

    def _of_year(self, year: int) -> list[int]:
        found = self._working.get(year)
        if found is None:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            found = [n for n in range(first, last + 1) if self.is_working(date.fromordinal(n))]
            self._working[year] = found
        return found


class NaturalDays:
    """Every day counts: the same questions as of a calendar, for periods in days, months and years."""

    @staticmethod
    def count(after: date, upto: date) -> int:
        """How many days lie in (after, upto]."""
        return max(0, (upto - after).days)

    @staticmethod
    def nth(after: date, number: int) -> date:
        """The `number`-th day after a day."""
        return after + number * ONE_DAY

    @staticmethod
    def nth_back(before: date, number: int) -> date:
        """The `number`-th day before a day."""
        return before - number * ONE_DAY


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (or earlier); the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - ONE_DAY).day))
