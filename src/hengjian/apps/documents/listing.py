"""The list of documents."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.documents.presenting import TAGS
from hengjian.apps.documents.procedures import DOCUMENT
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag


def _search(rows: Any, text: str) -> Any:
    plain = text.strip().replace("[", "〔").replace("]", "〕")
    return rows.filter(
        Q(number__icontains=plain) | Q(title__icontains=plain) | Q(party__icontains=plain) | Q(form=plain.upper())
    )


SPEC = ListSpec(
    columns=(
        Column("title", "文书", note=lambda row: row.thing_label, sort="title"),
        Column("number", "文号", kind="id", sort="number"),
        Column("party", "当事人"),
        Column("organ", "机关", "organ.short_name", sort="organ__path"),
        Column(
            "state",
            "状态",
            value=lambda row: row.get_state_display(),
            cell=lambda row: tag(TAGS[row.state], row.get_state_display()),
        ),
        Column("version", "版本", kind="num"),
        Column("drawn_on", "拟制日期", kind="date", sort="drawn_on"),
        Column("issued_on", "制作日期", kind="date", sort="issued_on"),
    ),
    filters=(
        Filter("q", "文号、名称、当事人", lookup=_search),
        Filter("state", "状态", kind="choice", lookup="state", choices=list(DOCUMENT.states.items())),
        Filter("issued", "制作日期", kind="range", values="day", lookup="issued_on"),
    ),
    views=(
        View("全部"),
        View("草稿", {"state": "draft"}, key="draft"),
        View("已制作", {"state": "issued"}, key="issued"),
        View("已作废", {"state": "void"}, key="void"),
    ),
    default_sort="-drawn_on",
    url=lambda row: reverse("documents:show", args=[row.pk]),
)
