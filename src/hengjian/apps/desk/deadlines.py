"""The clocks of one person on the desk: late, due today, pressing, over, coming, held; two queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hengjian.apps.accounts.rights import granting
from hengjian.apps.clocks.calendars import current_calendar
from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.presenting import Line, is_paused, line_of
from hengjian.apps.clocks.selectors import clocks_of_person

READ, COMING_SHOWN, HELD_SHOWN = 60, 8, 8


@dataclass(frozen=True, slots=True)
class ClockTask:
    """One clock with its words."""

    clock: Clock
    line: Line


@dataclass(frozen=True, slots=True)
class ClockGroup:
    """Clocks that stand alike; `hidden` are more of them, in the calendar."""

    key: str
    title: str
    kind: str
    icon: str
    tasks: tuple[ClockTask, ...]
    total: int

    @property
    def hidden(self) -> int:
        return self.total - len(self.tasks)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """All groups that are not empty, and how many are late, due today, paused, provisional of those read."""

    groups: tuple[ClockGroup, ...]
    late: int
    today: int
    paused: int
    provisional: int
    more: bool

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


NOTHING = Deadlines((), 0, 0, 0, 0, more=False)
GROUPS = (
    ("late", "已逾期", "bad", "warn", READ),
    ("today", "今天到期", "", "clock", READ),
    ("pressing", "将到期", "", "clock", READ),
    ("over", "已期满", "", "clock", COMING_SHOWN),
    ("coming", "其后到期", "", "clock", COMING_SHOWN),
    ("paused", "时限暂停", "", "pause", HELD_SHOWN),
)


def deadlines_of(user: Any, *, now: datetime, today: date, elsewhere: Collection[str] = ()) -> Deadlines:
    """The first sixty clocks of the person by last day, grouped; matters in `elsewhere` (their pages) are left out."""
    if not granting(user, "clock.view", today):
        return NOTHING
    rows = list(clocks_of_person(user, on=today).defer("steps").order_by("due_on", "pk")[:READ])
    if not rows:
        return NOTHING
    calendar = current_calendar()
    sorted_in: dict[str, list[ClockTask]] = {key: [] for key, *_ in GROUPS}
    shown = [clock for clock in rows if clock.url not in elsewhere or not clock.url]
    for clock in shown:
        task = ClockTask(clock, line_of(clock, today=today, now=now, calendar=calendar))
        sorted_in[_group_of(task, today)].append(task)
    groups = tuple(
        ClockGroup(key, title, kind, icon, tuple(sorted_in[key][:most]), len(sorted_in[key]))
        for key, title, kind, icon, most in GROUPS
        if sorted_in[key]
    )
    return Deadlines(
        groups,
        late=len(sorted_in["late"]),
        today=len(sorted_in["today"]),
        paused=len(sorted_in["paused"]),
        provisional=sum(clock.provisional for clock in shown),
        more=len(rows) == READ,
    )


def _group_of(task: ClockTask, today: date) -> str:
    if is_paused(task.clock, today):
        return "paused"
    if task.line.kind == "late":
        return "late"
    if task.clock.due_on == today:
        return "today"
    return {"due": "pressing", "done": "over"}.get(task.line.kind, "coming")
