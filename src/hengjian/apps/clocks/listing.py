"""The list under the calendar: clocks by last day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.clocks import selectors
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.presenting import Line, line_of
from hengjian.engines.deadlines import Calendar
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import clock as clock_tag

STATES = [
    ("unfinished", "未办结"),
    ("late", "逾期"),
    ("pressing", "将到期"),
    ("paused", "暂停"),
    ("provisional", "暂定"),
    ("ended", "已办结"),
    ("all", "全部"),
]
VIEWS = (
    View("未办结", key="unfinished"),
    View("逾期", {"state": "late"}, key="late"),
    View("将到期", {"state": "pressing"}, key="pressing"),
    View("暂停", {"state": "paused"}, key="paused"),
    View("暂定", {"state": "provisional"}, key="provisional"),
    View("已办结", {"state": "ended"}, key="ended"),
)


def clock_list(*, today: date, now: datetime, calendar: Calendar) -> ListSpec:
    """The list as of a moment: what is late or left depends on it."""

    def line(clock: Clock) -> Line:
        return line_of(clock, today=today, now=now, calendar=calendar)

    return ListSpec(
        columns=_columns(line),
        filters=(
            Filter("q", "事项、名称、编号", lookup=_search),
            Filter("state", "状态", kind="choice", choices=STATES, lookup=_state_lookup(today, now)),
            Filter("due", "届满日", kind="range", lookup="due_on", values="day"),
            Filter("organ", "承办机关", kind="choice", lookup="organ_id"),
        ),
        views=VIEWS,
        default_sort="due_on",
        url=lambda clock: reverse("clocks:show", args=[clock.pk]),
        may_export=False,
    )


def _columns(line: Callable[[Clock], Line]) -> tuple[Column, ...]:
    def shown(clock: Clock) -> Any:
        words = line(clock)
        return clock_tag(words.kind, words.text)

    def doubt(clock: Clock) -> str:
        return "暂定" if clock.provisional and clock.state in UNFINISHED else ""

    return (
        Column("label", "事项", note=lambda clock: clock.title, sort="label"),
        Column("rule_id", "依据规则", _rule, sort="rule_id", only_wide=True),
        Column("line", "剩余", lambda clock: line(clock).text, cell=shown),
        Column("due_on", "届满日", kind="date", note=doubt, sort="due_on"),
        Column("started_on", "起算日", kind="date", sort="started_on", only_wide=True),
        Column("organ", "承办机关", "organ.short_name", sort="organ__path", only_wide=True),
        Column("responsible", "责任人", lambda one: one.responsible.name if one.responsible else "—", only_wide=True),
    )


def _rule(clock: Clock) -> str:
    """The rule of the calendar of law; a limit a person has set stands under none."""
    return clock.rule_id if clock.kind == "rule" else "机关确定"


def _state_lookup(today: date, now: datetime) -> Callable[[Any, Any], Any]:
    chosen = {
        "unfinished": Q(state__in=UNFINISHED),
        "late": selectors.late(today, now),
        "pressing": selectors.pressing(today),
        "paused": selectors.paused(today),
        "provisional": Q(state__in=UNFINISHED, provisional=True),
        "ended": ~Q(state__in=UNFINISHED),
        "all": Q(),
    }
    return lambda rows, value: rows.filter(chosen[value])


def _search(rows: Any, text: str) -> Any:
    found = Q(label__icontains=text) | Q(title__icontains=text) | Q(rule_id__istartswith=text)
    return rows.filter(found | Q(institution_uscc__istartswith=text))
