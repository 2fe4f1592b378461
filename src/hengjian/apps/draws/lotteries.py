"""The yearly calendar of the lotteries: which issue comes out when, so that none already drawn passes as a future one.

Numbers start at 1 every year and grow by one with every drawing. All games rest ten days around the Spring Festival
and from 1 to 4 October; the days of the festival's rest move by a day or two from year to year, which `SLACK` allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hengjian.kernel.errors import Refused

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
SPRING_FESTIVAL = {
    2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
"""First day of the first lunar month; a year that is not here is taken to have it in the middle of its range."""
USUAL_FESTIVAL = (2, 5)
REST_BEFORE, REST_DAYS = 3, 10
"""The rest begins so many days before the festival and lasts so many days."""
AUTUMN_REST = ((10, 1), (10, 4))
FAR = timedelta(days=60)
"""Days this far apart are apart by more issues than any slack."""


@dataclass(frozen=True, slots=True)
class Game:
    """A lottery: days of the week (Monday 1) and hour of its drawing, digits of the year in its issue, slack in issues.

    `slack` is how far the number of an issue may be from the calendar's for the day that is named with it.
    """

    weekdays: tuple[int, ...]
    at: time
    year_digits: int
    slack: int


GAMES = {
    "ssq": Game((2, 4, 7), time(21, 15), 4, 2),
    "kl8": Game(EVERY_DAY, time(21, 30), 4, 4),
    "dlt": Game((1, 3, 6), time(21, 25), 2, 2),
    "pl5": Game(EVERY_DAY, time(21, 25), 2, 4),
}
"""By the key of the source kind; a kind that is not here has no issues."""


def rests(day: date) -> bool:
    """Whether all lotteries rest on this day."""
    if date(day.year, *AUTUMN_REST[0]) <= day <= date(day.year, *AUTUMN_REST[1]):
        return True
    first = date(day.year, *SPRING_FESTIVAL.get(day.year, USUAL_FESTIVAL)) - timedelta(days=REST_BEFORE)
    return first <= day < first + timedelta(days=REST_DAYS)


def number_on(game: Game, day: date) -> int:
    """How many issues the calendar has from New Year through `day`."""
    first = date(day.year, 1, 1)
    days = (first + timedelta(days=passed) for passed in range((day - first).days + 1))
    return sum(1 for one in days if one.isoweekday() in game.weekdays and not rests(one))


def parts_of(game: Game, issue: str) -> tuple[int, int]:
    """(year, running number) of an issue whose form is right."""
    year = int(issue[: game.year_digits])
    return (year if game.year_digits == 4 else 2000 + year), int(issue[game.year_digits :])


def day_of(game: Game, issue: str) -> date | None:
    """The day on which the calendar has this issue; None when its year does not have so many."""
    year, number = parts_of(game, issue)
    day, passed = date(year, 1, 1), 0
    while day.year == year:
        passed += day.isoweekday() in game.weekdays and not rests(day)
        if passed == number:
            return day
        day += timedelta(days=1)
    return None


def issue_from(kind: str, moment: datetime) -> str:
    """The first issue that the calendar has at or after `moment` (naive or aware, in the time of Beijing)."""
    game, day = GAMES[kind], moment.date()
    if moment.time() > game.at:
        day += timedelta(days=1)
    while day.isoweekday() not in game.weekdays or rests(day):
        day += timedelta(days=1)
    return f"{str(day.year)[-game.year_digits :]}{number_on(game, day):03d}"


def issues_from(kind: str, at: datetime, fallback_at: datetime) -> tuple[str, str]:
    """The first issue from `at` on, and the first from `fallback_at` on that is not the same one."""
    issue = issue_from(kind, at)
    fallback = issue_from(kind, fallback_at)
    while fallback == issue:
        fallback_at += timedelta(days=1)
        fallback = issue_from(kind, fallback_at)
    return issue, fallback


def check_day(kind: str, name: str, issue: str, at: datetime) -> None:
    """Refuse an issue that cannot be the one of the day named with it. `at` is in the time of Beijing."""
    game, regular = GAMES[kind], day_of(GAMES[kind], issue)
    if regular is None or _issues_between(game, regular, at.date()) > game.slack:
        raise Refused(
            f"{name} {issue} 与写明的产生时间 {at:%Y-%m-%d} 对不上：按全年开奖日历，那天前后应是 "
            f"{issue_from(kind, at)}，最多相差 {game.slack} 期。请核对期号和时间。",
            where={"field": "sources"},
        )


def _issues_between(game: Game, one: date, other: date) -> int:
    first, last = min(one, other), min(max(one, other), min(one, other) + FAR)
    days = (first + timedelta(days=passed) for passed in range(1, (last - first).days + 1))
    return sum(1 for day in days if day.isoweekday() in game.weekdays and not rests(day))


def refuse_before(kind: str, name: str, issue: str, earliest: datetime, why: str) -> None:
    """Refuse an issue that the calendar has before `earliest` (time of Beijing): its numbers may be known by then."""
    day = day_of(GAMES[kind], issue)
    if day is None:
        raise Refused(f"{name}全年没有 {issue} 这么多期，请核对期号。", where={"field": "sources"})
    regular = datetime.combine(day, GAMES[kind].at, tzinfo=earliest.tzinfo)
    if regular < earliest:
        raise Refused(
            f"按全年开奖日历，{name} {issue} 应在 {regular:%Y-%m-%d %H:%M} 前后开奖，{why}。"
            f"请改写为 {issue_from(kind, earliest)} 或者以后的期号。",
            where={"field": "sources"},
        )
