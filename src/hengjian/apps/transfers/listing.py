"""The lists of transfers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.transfers.models import Transfer
from hengjian.apps.transfers.procedures import CRIMINAL_TRANSFER, REFERRAL, REFERRAL_KINDS
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag

TAGS = {
    "verifying": "line", "draft": "line", "reported": "warn", "proposed": "warn", "approved": "warn", "handed": "blue",
    "sent": "blue", "received": "blue", "accepted": "ok", "declined": "bad", "reconsidering": "blue",
    "monitored": "blue", "refused": "line", "returned": "bad", "fed_back": "ok", "ended": "ok", "dropped": "line",
}  # fmt: skip
ENDED = ("ended", "refused", "fed_back", "dropped")


def standing_tag(row: Transfer, today: date) -> tuple[str, str]:
    """Kind and words of the tag that says where it stands."""
    due = getattr(row, "due", None)
    state: Any = row
    if due is not None and due < today and state.state in ("sent", "received"):
        return "bad", f"逾期未反馈 {(today - due).days} 日"
    return TAGS[state.state], state.get_state_display()


def _search(rows: Any, text: str) -> Any:
    return rows.filter(
        Q(number=text.upper()) | Q(title__icontains=text) | Q(institution__name__icontains=text)
        | Q(case__number__icontains=text)
    )  # fmt: skip


def _shared(today: date) -> tuple[Column, ...]:
    return (
        Column("title", "案由", note=lambda row: row.number, sort="title"),
        Column("number", "编号", kind="id", only_export=True),
        Column("institution", "机构", lambda row: row.institution.name if row.institution else ""),
        Column("case", "案件", lambda row: row.case.number if row.case else "", kind="id", only_wide=True),
        Column("organ", "机关", "organ.short_name", only_wide=True),
        Column("made_by", "承办人", lambda row: row.made_by.name),
        Column(
            "state",
            "状态",
            lambda row: standing_tag(row, today)[1],
            cell=lambda row: tag(*standing_tag(row, today), ""),
        ),
    )


OPEN = Filter("open", "未办结", kind="flag", lookup=lambda rows, _: rows.exclude(state__in=ENDED))
WORDS = Filter("q", "案由、机构、编号", lookup=_search)
VIEWS = (View("全部"), View("未办结", {"open": "1"}, key="open"))


def criminal_spec(today: date) -> ListSpec:
    """Criminal transfers."""
    head, tail = _shared(today)[:-1], _shared(today)[-1]
    return ListSpec(
        columns=(
            *head,
            Column("crime", "涉嫌罪名", lambda row: row.get_crime_display() or "—"),
            Column("body", "公安机关", lambda row: row.body.name if row.body else "", only_wide=True),
            tail,
        ),
        filters=(
            WORDS,
            Filter("state", "状态", kind="choice", choices=list(CRIMINAL_TRANSFER.states.items())),
            OPEN,
        ),
        views=VIEWS,
        default_sort="-made_at",
        url=lambda row: reverse("transfers:criminal", args=[row.number]),
    )


def referral_spec(today: date) -> ListSpec:
    """Referrals."""
    head, tail = _shared(today)[:-1], _shared(today)[-1]
    return ListSpec(
        columns=(
            *head,
            Column("kind", "种类", lambda row: row.get_kind_display()),
            Column("target", "接收机关", lambda row: row.target),
            Column("due", "请求反馈", kind="date", sort="due", only_wide=True),
            tail,
        ),
        filters=(
            WORDS,
            Filter("kind", "种类", kind="choice", choices=list(REFERRAL_KINDS.items())),
            Filter("state", "状态", kind="choice", choices=list(REFERRAL.states.items())),
            OPEN,
        ),
        views=VIEWS,
        default_sort="-made_at",
        url=lambda row: reverse("transfers:referral", args=[row.number]),
    )
