"""The lists of publications and of typical cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.publications.models import Publication, TypicalCase
from hengjian.apps.publications.procedures import KINDS, PUBLIC, PUBLICATION, TIERS, TYPICAL
from hengjian.apps.rulebook.rows import field_titles
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag

TAGS = {
    "draft": "warn", "proposed": "warn", "pushed": "blue", "published": "ok", "correcting": "warn",
    "stop_requested": "warn", "stopped": "line", "withdrawn": "line", "dropped": "line", "nominated": "blue",
}  # fmt: skip


def standing_tag(row: Publication, today: date) -> tuple[str, str]:
    """Kind and words of the tag that says where it stands."""
    if row.overturned_on and row.state in (*PUBLIC, "pushed"):
        return "bad", "决定已变更或者撤销，待撤回"
    if row.is_over(today):
        return "bad", "公示期满，待办停止"
    return TAGS[row.state], row.get_state_display()


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(number=text.upper()) | Q(party_shown__icontains=text) | Q(doc_number__icontains=text)
        | Q(case__number=text.upper())
    )  # fmt: skip


def publications_spec(today: date) -> ListSpec:
    """Publications of decisions."""
    return ListSpec(
        columns=(
            Column("party_shown", "当事人", note=lambda row: row.doc_number or row.number, sort="party_shown"),
            Column("number", "编号", kind="id", only_export=True),
            Column("doc_number", "决定书文号", kind="id", only_export=True),
            Column("kind", "种类", lambda row: row.get_kind_display(), only_wide=True),
            Column("case", "案件", lambda row: row.case.number, kind="id", only_wide=True),
            Column("organ", "机关", "organ.short_name", only_wide=True),
            Column("decided_on", "决定日期", kind="date", sort="decided_on"),
            Column("tier", "档次", lambda row: row.get_tier_display()),
            Column("published_on", "公示日期", kind="date", sort="published_on"),
            Column("stop_on", "公示至", kind="date", sort="stop_on", only_wide=True),
            Column(
                "state",
                "状态",
                lambda row: standing_tag(row, today)[1],
                cell=lambda row: tag(*standing_tag(row, today), ""),
            ),
        ),
        filters=(
            Filter("q", "当事人、文号、编号", lookup=_search),
            Filter("state", "状态", kind="choice", choices=list(PUBLICATION.states.items())),
            Filter("kind", "种类", kind="choice", choices=list(KINDS.items())),
            Filter("tier", "档次", kind="choice", choices=list(TIERS.items())),
            Filter("away", "登记地在外省", kind="flag", lookup="away"),
            Filter(
                "todo",
                "待办",
                kind="flag",
                lookup=lambda rows, _: rows.filter(todo(today)),
            ),
        ),
        views=(
            View("全部"),
            View("待办", {"todo": "1"}, key="todo"),
            View("公示中", {"state": "published"}, key="public"),
        ),
        default_sort="-decided_on",
        url=lambda row: reverse("publications:show", args=[row.number]),
    )


def todo(today: date) -> Q:
    """What somebody still has to do."""
    open_ones = Q(state__in=("draft", "proposed", "pushed", "correcting", "stop_requested"))
    return open_ones | Q(state__in=PUBLIC) & (Q(overturned_on__isnull=False) | Q(stop_on__lt=today))


def typical_tag(row: TypicalCase) -> tuple[str, str]:
    """Kind and words of the tag of a typical case."""
    return TAGS[row.state], row.get_state_display()


def typical_spec() -> ListSpec:
    """Typical cases."""
    titles = field_titles()
    return ListSpec(
        columns=(
            Column("title", "标题", note=lambda row: row.number, sort="title"),
            Column("number", "编号", kind="id", only_export=True),
            Column("field", "领域", lambda row: titles.get(row.field, "")),
            Column("organ", "编写机关", "organ.short_name"),
            Column("nominated_to", "推荐给", lambda row: row.nominated_to.short_name if row.nominated_to else ""),
            Column("published_at", "公布", kind="datetime", sort="published_at"),
            Column("state", "状态", lambda row: typical_tag(row)[1], cell=lambda row: tag(*typical_tag(row), "")),
        ),
        filters=(
            Filter(
                "q",
                "标题、编号",
                lookup=lambda rows, text: rows.filter(Q(title__icontains=text) | Q(number=text.upper())),
            ),
            Filter("state", "状态", kind="choice", choices=list(TYPICAL.states.items())),
            Filter("field", "领域", kind="choice", choices=list(titles.items())),
        ),
        views=(View("全部"), View("上级选用", {"state": "nominated"}, key="nominated")),
        default_sort="-made_at",
        url=lambda row: reverse("publications:typical", args=[row.number]),
    )
