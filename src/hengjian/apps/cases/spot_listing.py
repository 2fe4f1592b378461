"""The list of penalties on the spot, and what is shown of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.after_procedures import CASH_GROUNDS, ON_SPOT
from hengjian.apps.cases.models import OnSpotPenalty
from hengjian.kernel.transitions import moves_from
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.templatetags.ui import tag
from hengjian.ui.wording import iso_date

TAGS = {"notified": "warn", "decided": "blue", "handed_in": "blue", "filed": "ok", "dropped": "line"}


def _search(rows: Any, text: str) -> Any:
    return rows.filter(Q(number=text.upper()) | Q(party_name__icontains=text) | Q(place__icontains=text))


SPOT_SPEC = ListSpec(
    columns=(
        Column("party_name", "当事人", note=lambda row: row.number, sort="party_name"),
        Column("number", "编号", kind="id", only_export=True),
        Column("kind", "种类", lambda row: row.get_kind_display(), only_export=True),
        Column("article", "违反的规定", only_wide=True),
        Column(
            "measures", "处罚", lambda row: "、".join(["警告"] * row.warning + ["罚款"] * bool(row.fine_fen)) or "—"
        ),
        Column("fine_fen", "罚款", kind="fen", sort="fine_fen"),
        Column("decided_on", "决定日期", kind="date", sort="decided_on"),
        Column("organ", "机关", "organ.short_name", only_wide=True),
        Column(
            "state",
            "状态",
            lambda row: row.get_state_display(),
            cell=lambda row: tag(TAGS[row.state], row.get_state_display(), ""),
        ),
    ),
    filters=(
        Filter("q", "当事人、编号、地点", lookup=_search),
        Filter("state", "状态", kind="choice", choices=list(ON_SPOT.states.items()), lookup="state"),
        Filter("decided", "决定日期", kind="range", values="day", lookup="decided_on"),
    ),
    views=(
        View("全部"),
        View("待交案卷", {"state": "decided"}, key="decided"),
        View("待归档", {"state": "handed_in"}, key="handed_in"),
    ),
    default_sort="-decided_on",
    url=lambda row: reverse("cases:spot", args=[row.number]),
)


def acts_for(spot: OnSpotPenalty, user: Any, *, on: date) -> list[str]:
    """The moves open to this person now, the one that brings it forward first."""
    officers = (spot.officer_a_id, spot.officer_b_id)
    cash = spot.cash_on is not None
    wanted = {
        "decide": True,
        "drop": True,
        "collect": bool(spot.fine_fen) and not cash,
        "pass_on": cash and spot.passed_on is None,
        "bank": spot.passed_on is not None and spot.banked_on is None and user.pk not in officers,
        "hand_in": True,
        "file": user.pk not in officers and (not cash or spot.banked_on is not None),
    }
    return [
        move.action
        for move in moves_from(ON_SPOT, spot.state)
        if wanted[move.action] and may(user, move.permission, spot, on=on) is not None
    ]


def facts_of(spot: OnSpotPenalty) -> list[tuple[str, str]]:
    """The facts of one penalty; what is empty is left out."""
    refused = f"拒绝签收：{spot.refused_note}" if not spot.signed else ("当场签收" if spot.decided_on else "")
    facts = [
        ("当事人", f"{spot.party_name}（{spot.get_kind_display()}）"),
        ("统一社会信用代码", spot.institution_uscc),
        ("负责人", spot.party_post),
        ("地址", spot.address),
        ("违法行为日期", iso_date(spot.occurred_on)),
        ("地点", spot.place),
        ("违反的规定", spot.article),
        ("处罚依据", spot.basis),
        ("陈述、申辩", spot.heard),
        ("交付", refused),
        ("执法人员", f"{spot.officer_a.name}（{spot.card_a}）、{spot.officer_b.name}（{spot.card_b}）"),
        ("当场收缴", f"{iso_date(spot.cash_on)}　{CASH_GROUNDS[spot.cash_ground]}" if spot.cash_ground else ""),
        ("交部门", iso_date(spot.passed_on) if spot.passed_on else ""),
        ("缴付银行", f"{iso_date(spot.banked_on)}　{spot.bank_voucher}" if spot.banked_on else ""),
        ("交案卷", f"{iso_date(spot.handed_in_on)}　{spot.pages} 页" if spot.handed_in_on else ""),
        ("保管位置", spot.box),
        ("理由", spot.reason),
    ]
    return [(term, value) for term, value in facts if value]
