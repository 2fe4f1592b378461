"""The lists: channels kept by an organ, openings for those who oversee them. Neither has a column for an identity."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.informants import subjects
from hengjian.apps.informants.models import Informant
from hengjian.apps.informants.procedures import OPENING, SCOPES
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag

OPENING_TAGS = {
    "requested": "warn",
    "approved": "blue",
    "opened": "bad",
    "refused": "line",
    "withdrawn": "line",
    "expired": "line",
}


def subject_label(row: Informant) -> str:
    """举报, 投诉 … or a dash while nothing is bound."""
    found = subjects.kinds().get(row.subject_kind)
    return found.label if found else "—"


CHANNELS = ListSpec(
    columns=(
        Column("subject", "事项", "subject_number", note=subject_label, sort="subject_number"),
        Column("number", "保密编号", kind="id"),
        Column("unread", "往来", cell=lambda row: tag("warn", "有未读") if row.unread else ""),
        Column("messages", "信息条数", "messages_count", kind="num"),
        Column("openings", "开启次数", "openings_count", kind="num"),
        Column("sealed_at", "封存", kind="datetime", sort="sealed_at"),
        Column("organ", "机关", lambda row: row.organ.short_name),
    ),
    filters=(
        Filter(
            "q",
            "事项编号、保密编号",
            lookup=lambda rows, text: rows.filter(Q(subject_number=text.upper()) | Q(number=text.upper())),
        ),
        Filter("unread", "有未读", kind="flag", lookup="unread"),
    ),
    views=(View("全部"), View("有未读", {"unread": "1"}, key="unread")),
    default_sort="-sealed_at",
    url=lambda row: reverse("informants:show", args=[row.number]),
)

OPENINGS = ListSpec(
    columns=(
        Column("number", "编号", kind="id", sort="number"),
        Column("subject", "事项", lambda row: row.informant.subject_number or row.informant.number),
        Column("scope", "开启内容", lambda row: row.get_scope_display()),
        Column(
            "state",
            "状态",
            lambda row: row.get_state_display(),
            cell=lambda row: tag(OPENING_TAGS[row.state], row.get_state_display()),
        ),
        Column("asked", "申请", lambda row: f"{row.requested_by.name}（{row.get_requested_role_display()}）"),
        Column(
            "decided",
            "批准",
            lambda row: f"{row.decided_by.name}（{row.get_decided_role_display()}）" if row.decided_by else "—",
        ),
        Column("opened_at", "开启", kind="datetime", sort="opened_at"),
        Column("organ", "机关", lambda row: row.organ.short_name),
        Column("reason", "理由", only_export=True),
    ),
    filters=(
        Filter("q", "编号、事项编号", lookup=lambda rows, text: rows.filter(_named(text))),
        Filter("state", "状态", kind="choice", lookup="state", choices=list(OPENING.states.items())),
        Filter("scope", "开启内容", kind="choice", lookup="scope", choices=list(SCOPES.items())),
    ),
    views=(View("全部"), View("已开启", {"state": "opened"}, key="opened")),
    default_sort="-number",
    url=lambda row: reverse("informants:opening", args=[row.number]),
)


def _named(text: str) -> Q:
    return Q(number=text.upper()) | Q(informant__subject_number=text.upper()) | Q(informant__number=text.upper())
