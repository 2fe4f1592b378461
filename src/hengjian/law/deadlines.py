"""The law data as the deadline engine takes them: the rule of a day, the calendar of published years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from hengjian.engines.deadlines import Calendar, Extension, Rule
from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.amending import kept
from hengjian.law.catalogue import cite
from hengjian.law.loader import lawbook
from hengjian.law.models import Clock, HolidayYear
from hengjian.law.wording import day_text


@kept
def versions_of(rule_id: str) -> tuple[Clock, ...]:
    """All versions of a clock, oldest first; NotFound for an unknown id."""
    found = tuple(one for one in lawbook().clocks if one.id == rule_id)
    if not found:
        raise NotFound(f"规则库里没有时限“{rule_id}”。")
    return found


@kept
def clock_on(rule_id: str, on: date) -> Clock:
    """The version in force on a day; NotFound with a sentence where none was."""
    versions = versions_of(rule_id)
    found = next((one for one in versions if one.holds_on(on)), None)
    if found is None:
        last = versions[-1]
        if last.valid_to is not None and on > last.valid_to:
            raise NotFound(f"{rule_id}“{last.title}”自{day_text(last.valid_to + timedelta(days=1))}起不再适用。")
        raise NotFound(f"{rule_id}“{last.title}”在{day_text(on)}适用的文本没有录入。")
    return found


@kept
def rule_on(rule_id: str, on: date, *, earliest_for_older: bool = False) -> Rule:
    """The rule of a day for the engine.

    A day before the first recorded text is refused (NotFound); with `earliest_for_older` the earliest recorded text
    answers, and its derivation says so first.
    """
    first = versions_of(rule_id)[0]
    if earliest_for_older and on < first.valid_from:
        return _as_rule(
            first,
            first.valid_from,
            caveat=f"注意：{day_text(on)}适用的文本没有录入，以下按{day_text(first.valid_from)}起有效的文本推算，须核对当时的规定。",
        )
    return _as_rule(clock_on(rule_id, on), on)


def _as_rule(clock: Clock, on: date, caveat: str = "") -> Rule:
    if not caveat and clock.certainty == "unsure" and clock.note:
        caveat = f"待核：{clock.note}。"
    return Rule(
        id=clock.id,
        title=clock.title,
        trigger=clock.trigger,
        length=clock.length,
        unit=clock.unit,
        basis=_joined(_cited(one, on) for one in clock.basis),
        sense=clock.sense,
        counting_basis=_cited(clock.counted_by, on) if clock.counted_by else "",
        rolls=clock.rolls,
        extensions=tuple(Extension(e.by, e.length, e.unit or clock.unit, e.most) for e in clock.extensions),
        pauses=clock.pauses,
        caveat=caveat,
    )


def _joined(citations: Iterable[str]) -> str:
    """《甲》第二十三条、第二十二条、《乙》第一条: an instrument is named once where its articles stand together."""
    said, last = [], ""
    for text in citations:
        title, end, place = text.partition("》")
        said.append(place if place and title == last else text)
        last = title if end else ""
    return "、".join(said)


def _cited(reference: Reference, on: date) -> str:
    try:
        return cite(reference, on).citation.text
    except NotFound:
        instrument = lawbook().instrument(reference.instrument)
        return f"《{instrument.title}》" if instrument else str(reference)


def calendar_of(years: Iterable[HolidayYear]) -> Calendar:
    """The calendar of these notices; where two name a day differently, the later entry holds."""
    off: set[date] = set()
    worked: set[date] = set()
    known: set[int] = set()
    for year in years:
        known.add(year.year)
        for day in _days_off(year):
            off.add(day)
            worked.discard(day)
        for day in year.makeup_days:
            worked.add(day)
            off.discard(day)
    return Calendar.of(holidays=off, makeup_days=worked, years=known)


@kept
def published_calendar() -> Calendar:
    """The calendar of the notices that this program brings along."""
    return calendar_of(lawbook().holiday_years)


def _days_off(year: HolidayYear) -> Iterator[date]:
    for one in year.holidays:
        for number in range((one.last - one.first).days + 1):
            yield one.first + timedelta(days=number)
