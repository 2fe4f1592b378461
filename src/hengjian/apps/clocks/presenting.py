"""A clock in words: how much is left, how late, how long paused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.engines.deadlines import Calendar
from hengjian.ui.wording import zh_date, zh_datetime

UNITS_LEFT = {"working_days": "工作日", "hours": "小时"}
PRESSING_DAYS = 3
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One clock as lists show it: kind for `{% clock %}` (due, late, paused, done or ""), words, and a second line."""

    kind: str
    text: str
    when: str


def line_of(clock: Clock, *, today: date, now: datetime, calendar: Calendar) -> Line:
    """What to say of a clock on a day."""
    if clock.state not in UNFINISHED:
        return _ended(clock)
    if is_paused(clock, today):
        return _paused(clock, today)
    if clock.due_on is None:
        return Line("", "未定", "")
    doubt = "（暂定）" if clock.provisional else ""
    due = f"{zh_datetime(clock.due_at) if clock.due_at else zh_date(clock.due_on)}{doubt}"
    passed = clock.due_at < now if clock.due_at else clock.due_on < today
    if not clock.is_limit:
        return Line("done", "已期满", due) if passed else Line("", f"{_left(clock, today, calendar)}期满", due)
    if passed:
        return Line("late", f"逾期 {_days(clock, clock.due_on, today, calendar)}", f"应于 {due}")
    if clock.due_on == today:
        return Line("due", "今天到期", due)
    kind = "due" if _presses(clock, today, calendar) else ""
    return Line(kind, f"剩 {_left(clock, today, calendar)}", due)


def is_paused(clock: Clock, today: date) -> bool:
    """Whether a pause holds the clock on that day."""
    if clock.state == "paused":
        return True
    return bool(clock.paused_from and clock.paused_to and clock.paused_from <= today <= clock.paused_to)


def _presses(clock: Clock, today: date, calendar: Calendar) -> bool:
    if clock.pressing_on is not None and clock.pressing_on <= today:
        return True
    return clock.due_on is not None and calendar.count(today, clock.due_on) <= PRESSING_DAYS


def _left(clock: Clock, today: date, calendar: Calendar) -> str:
    return _days(clock, today, clock.due_on or today, calendar)


def _days(clock: Clock, first: date, last: date, calendar: Calendar) -> str:
    """Working days where the rule counts them and there is one between; else days."""
    working = calendar.count(first, last) if clock.unit == "working_days" else 0
    if working:
        return f"{working} 工作日"
    return f"{(last - first).days} 日" if last > first else "不足 1 日"


def _paused(clock: Clock, today: date) -> Line:
    since = clock.paused_from or today
    days = (today - since).days + 1
    if clock.left is not None:
        rest = f"恢复后剩 {clock.left} {UNITS_LEFT.get(clock.unit, '日')}"
    else:
        rest = f"{zh_date(clock.due_on)}届满" if clock.due_on else ""
    return Line("paused", f"暂停 {days} 日", rest)


def _ended(clock: Clock) -> Line:
    day = zh_date(clock.ended_on)
    if clock.state == "stopped":
        return Line("", "已终止", day)
    over = clock.is_limit and clock.due_on is not None and clock.ended_on is not None and clock.ended_on > clock.due_on
    if over and clock.ended_on and clock.due_on:
        return Line("late", f"逾期 {(clock.ended_on - clock.due_on).days} 日办结", day)
    return Line("done", "按期办结" if clock.is_limit else "已办结", day)


def entered_later(clock: Clock, entered_on: date | None) -> str:
    """Says when an act was entered on a later day than it was done; the record is never back-dated."""
    if clock.ended_on is None or entered_on is None or entered_on <= clock.ended_on:
        return ""
    return f"{zh_date(clock.ended_on)}办结，{zh_date(entered_on)}补记"
