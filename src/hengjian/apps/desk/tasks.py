"""What waits for a person, as values: one task each, grouped by how long it has waited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

MONTH, WEEK = timedelta(days=30), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Task:
    """One matter: what to do, about whom, since when; `view` names the tab it stands under.

    `clock` is the kind of the clock (`late`, `due`, `""`), `wait` its words, `when` the small line below.
    """

    icon: str
    title: str
    line: str
    url: str
    button: str
    view: str
    since: datetime
    clock: str = ""
    wait: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks of about the same age under one heading."""

    key: str
    title: str
    kind: str
    tasks: tuple[Task, ...]


def waited(since: datetime, now: datetime) -> str:
    """等了 12 日, 今天交来."""
    days = (timezone.localdate(now) - timezone.localdate(since)).days
    return "今天" if days <= 0 else f"等了 {days} 日"


def clock_kind(since: datetime, now: datetime) -> str:
    """Amber from a week on; nothing here is overdue by law until a clock says so."""
    return "due" if now - since >= WEEK else ""


def grouped(tasks: Iterable[Task], now: datetime) -> list[Group]:
    """What is overdue, then oldest first: over a month, over a week, this week; empty groups are left out."""
    ordered = sorted(tasks, key=lambda one: one.since)
    late = tuple(one for one in ordered if one.clock == "late")
    bounds = (("month", "等了 30 日以上", MONTH), ("week", "等了一周以上", WEEK), ("fresh", "一周以内", timedelta.min))
    groups = [Group("late", "逾期的事", "bad", late)] if late else []
    left = [one for one in ordered if one.clock != "late"]
    for key, title, least in bounds:
        mine = tuple(one for one in left if now - one.since >= least)
        left = [one for one in left if now - one.since < least]
        if mine:
            groups.append(Group(key, title, "warn" if key == "month" else "", mine))
    return groups


def until_text(day: date, today: date) -> tuple[str, str]:
    """How long a certificate still holds: kind of clock and words."""
    left = (day - today).days
    if left < 0:
        return "late", f"已过期 {-left} 日"
    if left == 0:
        return "due", "今天到期"
    return ("due" if left <= MONTH.days else ""), f"剩 {left} 日"
