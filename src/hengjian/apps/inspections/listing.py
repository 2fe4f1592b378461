"""The list of inspection tasks."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.inspections import origins
from hengjian.apps.inspections.procedures import INSPECTION, UNFINISHED
from hengjian.law.inspecting import titles
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag

STATE_TAGS = {
    "assigned": "",
    "notified": "",
    "entered": "blue",
    "on_site": "blue",
    "record_closed": "warn",
    "in_review": "warn",
    "fixed": "warn",
    "published": "ok",
    "filed": "line",
    "cancelled": "line",
}


def _in_state(rows: Any, value: str) -> Any:
    if value == "all":
        return rows
    return rows.filter(state__in=UNFINISHED if value == "unfinished" else [value])


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(institution__name__icontains=text) | Q(institution__uscc__startswith=text.upper()) | Q(number=text.upper())
    )


def result_title(code: str) -> str:
    """The words of a result code; empty without one."""
    return titles().get(code, code)


TASKS = ListSpec(
    columns=(
        Column("institution", "机构", "institution.name", note=lambda row: row.number, sort="institution__name"),
        Column("number", "检查编号", kind="id", only_export=True),
        Column("uscc", "统一社会信用代码", "institution.uscc", kind="id", only_export=True),
        Column("planned_on", "日期", "visit.day", kind="date", sort="visit__day"),
        Column("title", "检查事项", note=lambda row: row.origin_label, only_wide=True),
        Column("kind", "方式", lambda row: row.get_kind_display(), only_wide=True),
        Column("officers", "检查人员", lambda row: f"{row.lead.name}、{row.member.name}"),
        Column("organ", "机关", "organ.short_name", sort="organ__path", only_wide=True),
        Column("result", "结果", lambda row: result_title(row.result_code), only_wide=True),
        Column(
            "state",
            "状态",
            lambda row: row.get_state_display(),
            cell=lambda row: tag(STATE_TAGS[row.state], row.get_state_display(), ""),
            sort="state",
        ),
    ),
    filters=(
        Filter("q", "机构、代码、编号", lookup=_search),
        Filter("origin", "来源", kind="choice", lookup="origin_kind"),
        Filter(
            "state",
            "状态",
            kind="choice",
            choices=[("unfinished", "未办结"), *INSPECTION.states.items(), ("all", "全部")],
            lookup=_in_state,
        ),
        Filter("day", "日期", kind="range", values="day", lookup="visit__day"),
        Filter("organ", "机关", kind="choice", lookup="organ_id"),
        Filter("mine", "只看我的", kind="flag", lookup=lambda rows, _: rows),
    ),
    views=(
        View("要我办的", {"mine": "1"}, key="mine"),
        View("未办结", key="unfinished"),
        View("待检查", {"state": "assigned"}, key="assigned"),
        View("检查中", {"state": "on_site"}, key="on_site"),
        View("待审核", {"state": "in_review"}, key="in_review"),
        View("待公示", {"state": "fixed"}, key="fixed"),
        View("已公示", {"state": "published"}, key="published"),
        View("全部", {"state": "all"}, key="all"),
    ),
    default_sort="planned_on",
    url=lambda row: reverse("inspections:show", args=[row.number]),
)


def origin_choices() -> list[tuple[str, str]]:
    """Kinds of origin, for the filter."""
    return list(origins.labels().items())
