"""The calendar of this installation: the notices that the law data bring, and those entered here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from hengjian.apps.clocks.models import HolidayNotice
from hengjian.engines.deadlines import Calendar
from hengjian.law.amending import kept
from hengjian.law.deadlines import calendar_of
from hengjian.law.loader import lawbook
from hengjian.law.models import Holiday, HolidayYear
from hengjian.law.models import HolidayNotice as PublishedNotice


def current_calendar() -> Calendar:
    """One query; the calendar itself is built once for each set of notices, known by their content."""
    rows = HolidayNotice.objects.order_by("pk").values_list("year", "holidays", "makeup_days")
    return _built(json.dumps(list(rows)))


@kept
def _built(content: str) -> Calendar:
    plain = {"number": "", "published_on": date.min}
    rows = json.loads(content)
    return calendar_with(HolidayNotice(year=y, holidays=off, makeup_days=on, **plain) for y, off, on in rows)


def calendar_with(notices: Iterable[HolidayNotice]) -> Calendar:
    """The calendar of the law data with these notices, later ones replacing the year."""
    return calendar_of(years_with(notices))


def years_with(notices: Iterable[HolidayNotice]) -> Sequence[HolidayYear]:
    """All years in order, each as its newest notice has it."""
    years = {one.year: one for one in lawbook().holiday_years}
    for notice in notices:
        years[notice.year] = as_year(notice)
    return [years[year] for year in sorted(years)]


def as_year(notice: HolidayNotice) -> HolidayYear:
    """An entered notice in the shape of the law data."""
    return HolidayYear(
        certainty="found",
        year=notice.year,
        notices=(PublishedNotice(number=notice.number, published_on=notice.published_on),),
        holidays=tuple(
            Holiday(name=one["name"], first=date.fromisoformat(one["first"]), last=date.fromisoformat(one["last"]))
            for one in notice.holidays
        ),
        makeup_days=tuple(date.fromisoformat(day) for day in notice.makeup_days),
    )
