"""The list of measures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.measures.models import Measure
from hengjian.apps.measures.procedures import KINDS, MEASURE, UNFINISHED, WITH_INSTITUTION
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag

TAGS = {
    "draft": "line", "proposed": "warn", "approved": "warn", "issued": "blue", "held": "blue", "answered": "warn",
    "closed": "ok", "failed": "bad", "dropped": "line",
}  # fmt: skip


def standing_tag(row: Measure, today: date) -> tuple[str, str]:
    """Kind and words of the tag that says where it stands."""
    late = row.days_late(today)
    return ("bad", f"逾期 {late} 日") if late else (TAGS[row.state], row.get_state_display())


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(institution__name__icontains=text)
        | Q(institution__uscc__startswith=text.upper())
        | Q(number=text.upper())
        | Q(title__icontains=text)
    )


def measures_spec(today: date) -> ListSpec:
    """Columns and filters."""
    late = Q(state__in=WITH_INSTITUTION, limit__lt=today)
    return ListSpec(
        columns=(
            Column("title", "事由", note=lambda row: row.number, sort="title"),
            Column("number", "编号", kind="id", only_export=True),
            Column("kind", "处置", lambda row: row.get_kind_display(), sort="kind"),
            Column("institution", "机构", "institution.name", sort="institution__name"),
            Column("uscc", "统一社会信用代码", "institution.uscc", kind="id", only_export=True),
            Column("organ", "机关", "organ.short_name", only_wide=True),
            Column("drafted_by", "承办人", lambda row: row.drafted_by.name),
            Column("served_on", "送达日期", kind="date", sort="served_on", only_wide=True),
            Column("limit", "期限", kind="date", sort="limit"),
            Column(
                "state",
                "状态",
                lambda row: standing_tag(row, today)[1],
                cell=lambda row: tag(*standing_tag(row, today), ""),
            ),
        ),
        filters=(
            Filter("q", "事由、机构、编号", lookup=_search),
            Filter("kind", "处置", kind="choice", choices=list(KINDS.items())),
            Filter("state", "状态", kind="choice", choices=list(MEASURE.states.items())),
            Filter("open", "未办结", kind="flag", lookup=lambda rows, _: rows.filter(state__in=UNFINISHED)),
            Filter("late", "逾期", kind="flag", lookup=lambda rows, _: rows.filter(late)),
        ),
        views=(View("全部"), View("未办结", {"open": "1"}, key="open"), View("逾期", {"late": "1"}, key="late")),
        default_sort="-limit",
        url=lambda row: reverse("measures:show", args=[row.number]),
    )
