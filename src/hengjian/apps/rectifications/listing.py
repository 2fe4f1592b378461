"""The list of the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html

from hengjian.apps.rectifications.counts import NO_TYPE
from hengjian.apps.rectifications.models import FIELD_CHOICES, Rectification
from hengjian.apps.rectifications.opening import problem_types
from hengjian.apps.rectifications.overdue import STANDINGS, late_text, standing_filter, standing_of
from hengjian.apps.rectifications.procedures import UNFINISHED
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag
from hengjian.ui.wording import NONE, iso_date

TAGS = {
    "registered": "warn",
    "waiting": "blue",
    "late": "bad",
    "answered": "warn",
    "struck_off": "ok",
    "withdrawn": "line",
}
TYPE_CHOICES = [(key or NO_TYPE, label) for key, label in problem_types().items()]


def standing_tag(item: Rectification, today: date) -> tuple[str, str]:
    """Kind and words of the tag that says where the item stands."""
    key = standing_of(item.state, item.limit, today)
    if key == "late":
        return TAGS[key], late_text(item, today)
    return TAGS[key], item.get_state_display() if item.state == "returned" else STANDINGS[key]


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(institution__name__icontains=text)
        | Q(institution__uscc__startswith=text.upper())
        | Q(number=text.upper())
        | Q(title__icontains=text)
    )


def ledger_spec(today: date) -> ListSpec:
    """Columns and filters; where an item stands depends on the day."""

    def in_standing(rows: Any, value: str) -> Any:
        if value == "all":
            return rows
        return (
            rows.filter(state__in=UNFINISHED) if value == "unfinished" else rows.filter(standing_filter(value, today))
        )

    return ListSpec(
        columns=_columns(today),
        filters=(
            Filter("q", "问题、机构、编号", lookup=_search),
            Filter(
                "state",
                "状态",
                kind="choice",
                choices=[("unfinished", "未办结"), *STANDINGS.items(), ("all", "全部")],
                lookup=in_standing,
            ),
            Filter("organ", "责任机关", kind="choice", lookup="organ_id"),
            Filter("field", "领域", kind="choice", choices=FIELD_CHOICES),
            Filter(
                "type",
                "问题类型",
                kind="choice",
                choices=TYPE_CHOICES,
                lookup=lambda rows, value: rows.filter(problem_type="" if value == NO_TYPE else value),
            ),
            Filter("found", "发现日期", kind="range", values="day", lookup="found_on"),
            Filter("late_answer", "逾期答复", kind="flag", lookup="answered_late"),
        ),
        views=(
            View("未办结", key="unfinished"),
            *(View(STANDINGS[key], {"state": key}, key=key) for key in STANDINGS if key != "withdrawn"),
            View("全部", {"state": "all"}, key="all"),
        ),
        default_sort="limit",
        url=lambda item: reverse("rectifications:show", args=[item.number]),
    )


def _unbroken(text: str) -> str:
    """A date or a name on one line."""
    return format_html('<span class="nw">{}</span>', text)


def _columns(today: date) -> tuple[Column, ...]:
    types = problem_types()
    return (
        Column("title", "问题", note=lambda item: item.number, sort="title"),
        Column("number", "编号", kind="id", only_export=True),
        Column("institution", "机构", "institution.name", sort="institution__name"),
        Column("uscc", "统一社会信用代码", "institution.uscc", kind="id", only_export=True),
        Column(
            "organ", "责任机关", "organ.short_name", cell=lambda item: _unbroken(item.organ.short_name), only_wide=True
        ),
        Column(
            "responsible",
            "承办人",
            lambda item: item.responsible.name if item.responsible else "",
            cell=lambda item: _unbroken(item.responsible.name if item.responsible else NONE),
        ),
        Column("field", "领域", lambda item: item.get_field_display(), only_export=True),
        Column("type", "问题类型", lambda item: types.get(item.problem_type, ""), only_wide=True),
        Column("found_on", "发现日期", kind="date", sort="found_on", only_export=True),
        Column("limit", "期限", kind="date", sort="limit", cell=lambda item: _unbroken(iso_date(item.limit))),
        Column(
            "state",
            "状态",
            lambda item: standing_tag(item, today)[1],
            cell=lambda item: tag(*standing_tag(item, today), ""),
        ),
        Column("first_limit", "最初期限", kind="date", only_export=True),
        Column("extensions", "延期次数", kind="num", only_export=True),
        Column("rounds", "答复次数", kind="num", only_export=True),
        Column("answered_on", "答复日期", kind="date", only_export=True),
        Column("struck_off_on", "销号日期", kind="date", only_export=True),
    )


def standing_counts(rows: QuerySet[Rectification], today: date) -> dict[str, int]:
    """How many rows stand where, those not ended together as `unfinished`."""
    asked = {key: Count("pk", filter=standing_filter(key, today)) for key in STANDINGS}
    counts: dict[str, int] = rows.order_by().aggregate(
        **asked, unfinished=Count("pk", filter=Q(state__in=UNFINISHED)), all=Count("pk")
    )
    return counts
