"""The list of complaints."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.procedures import COMPLAINT, MEDIATING
from hengjian.apps.complaints.selectors import UNFINISHED
from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.tips.listing import unbroken
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag
from hengjian.ui.wording import NONE, iso_date

TAGS = {
    "received": "warn",
    "supplementing": "warn",
    "accepted": "blue",
    "mediating": "blue",
    "testing": "blue",
    "agreed": "ok",
    "ended": "warn",
    "closed": "ok",
    "refused": "line",
    "returned": "bad",
}


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(respondent_name__icontains=text)
        | Q(respondent_uscc__startswith=text.upper())
        | Q(number=text.upper())
        | Q(external_no=text)
    )


def _in_state(rows: Any, value: str) -> Any:
    groups = {"unfinished": UNFINISHED, "in_mediation": MEDIATING}
    if value == "all":
        return rows
    return rows.filter(state__in=groups.get(value, (value,)))


COMPLAINTS = ListSpec(
    columns=(
        Column("number", "编号", kind="id", note=lambda row: CHANNELS.get(row.channel, row.channel)),
        Column("respondent", "被投诉人", "respondent_name", sort="respondent_name"),
        Column("uscc", "统一社会信用代码", "respondent_uscc", kind="id", only_export=True),
        Column("amount", "争议金额", kind="fen", sort="amount", only_wide=True),
        Column(
            "organ", "承办机关", "organ.short_name", cell=lambda row: unbroken(row.organ.short_name), only_wide=True
        ),
        Column(
            "responsible",
            "承办人",
            lambda row: row.responsible.name if row.responsible else "",
            cell=lambda row: unbroken(row.responsible.name if row.responsible else NONE),
        ),
        Column(
            "received_on", "收到", kind="date", sort="received_at", cell=lambda row: unbroken(iso_date(row.received_on))
        ),
        Column(
            "state",
            "状态",
            lambda row: row.get_state_display(),
            cell=lambda row: tag(TAGS[row.state], row.get_state_display(), ""),
        ),
        Column("marked", "标记", lambda row: marks_of(row), only_wide=True),
        Column("accepted_on", "受理日期", kind="date", only_export=True),
        Column("closed_on", "办结日期", kind="date", only_export=True),
    ),
    filters=(
        Filter("q", "被投诉人、编号", lookup=_search),
        Filter(
            "state",
            "状态",
            kind="choice",
            choices=[
                ("unfinished", "未办结"),
                ("in_mediation", "受理后调解中"),
                *COMPLAINT.states.items(),
                ("all", "全部"),
            ],
            lookup=_in_state,
        ),
        Filter("organ", "承办机关", kind="choice", lookup="organ_id"),
        Filter("received", "收到日期", kind="range", values="day", lookup="received_on"),
        Filter("abuse", "标记异常", kind="flag", lookup=lambda rows, value: rows.filter(abuse_marked_at__isnull=False)),
        Filter("fraud", "涉嫌诈骗", kind="flag", lookup=lambda rows, value: rows.filter(fraud_marked_at__isnull=False)),
    ),
    views=(
        View("未办结", key="unfinished"),
        View("待受理", {"state": "received"}, key="received"),
        View("调解中", {"state": "in_mediation"}, key="in_mediation"),
        View("已办结", {"state": "closed"}, key="closed"),
        View("全部", {"state": "all"}, key="all"),
    ),
    default_sort="-received_on",
    url=lambda row: reverse("complaints:show", args=[row.number]),
)


def marks_of(complaint: Complaint) -> str:
    """异常、涉嫌诈骗敲诈, or nothing."""
    marks = [
        word
        for word, at in (("异常", complaint.abuse_marked_at), ("涉嫌诈骗敲诈", complaint.fraud_marked_at))
        if at is not None
    ]
    return "、".join(marks)
