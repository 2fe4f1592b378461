"""The list of supervised cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.oversights.models import Oversight
from hengjian.apps.oversights.procedures import GROUNDS, OVERSIGHT
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag

TAGS = {
    "reported": "warn", "listed": "blue", "answered": "warn", "lifted": "ok", "declined": "line", "withdrawn": "line",
}  # fmt: skip
OPEN = ("reported", "listed", "answered")


def standing_tag(row: Oversight, today: date) -> tuple[str, str]:
    """Kind and words of the tag that says where it stands."""
    if row.state == "listed" and row.due is not None and row.due < today:
        return "bad", f"逾期 {(today - row.due).days} 日"
    return TAGS[row.state], row.get_state_display()


def _search(rows: Any, text: str) -> Any:
    return rows.filter(Q(number=text.upper()) | Q(case__number__icontains=text) | Q(case__title__icontains=text))


def oversights_spec(today: date) -> ListSpec:
    """Columns and filters."""
    return ListSpec(
        columns=(
            Column("case", "案件", lambda row: row.case.title, note=lambda row: f"{row.number}　{row.case.number}"),
            Column("organ", "承办机关", lambda row: row.case.organ.short_name),
            Column("superior", "督办机关", "superior.short_name"),
            Column("ground", "情形", lambda row: row.get_ground_display(), only_wide=True),
            Column("due", "期限", kind="date", sort="due"),
            Column(
                "state",
                "状态",
                lambda row: standing_tag(row, today)[1],
                cell=lambda row: tag(*standing_tag(row, today), ""),
            ),
        ),
        filters=(
            Filter("q", "案件、编号", lookup=_search),
            Filter("ground", "情形", kind="choice", choices=list(GROUNDS.items())),
            Filter("state", "状态", kind="choice", choices=list(OVERSIGHT.states.items())),
            Filter("open", "未结束", kind="flag", lookup=lambda rows, _: rows.filter(state__in=OPEN)),
        ),
        views=(View("全部"), View("未结束", {"open": "1"}, key="open")),
        default_sort="-due",
        url=lambda row: reverse("oversights:show", args=[row.number]),
    )
