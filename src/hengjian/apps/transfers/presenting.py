"""What the page of a transfer shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.documents.selectors import documents_of
from hengjian.apps.record.selectors import events_of
from hengjian.apps.record.wording import verb_label
from hengjian.apps.transfers.forms import CRIMINAL_FORMS, REFERRAL_FORMS
from hengjian.apps.transfers.listing import standing_tag
from hengjian.apps.transfers.models import CriminalTransfer, Referral, Transfer
from hengjian.apps.transfers.procedures import PAPERS
from hengjian.apps.transfers.selectors import actions_for
from hengjian.apps.transfers.timing import clocks_of
from hengjian.ui.parts import Event
from hengjian.ui.wording import fen, iso_date, zh_datetime

PRIMARY = (
    "report", "approve", "hand", "record_receipt", "accept", "hand_goods", "reconsider", "propose", "send", "feed_back",
)  # fmt: skip


def page_of(row: Transfer, user: User, today: date, tried: tuple[str, Any] | None) -> dict[str, Any]:
    """The context of the page."""
    criminal = isinstance(row, CriminalTransfer)
    forms = CRIMINAL_FORMS if criminal else REFERRAL_FORMS
    moves = [move for move in actions_for(row, user, on=today) if move.action in forms]
    primary = next((one for one in PRIMARY if one in {move.action for move in moves}), "")
    name = "transfers:act_criminal" if criminal else "transfers:act_referral"
    panels = [
        {
            "action": move.action,
            "label": move.label,
            "basis": move.basis,
            "form": tried[1] if tried and tried[0] == move.action else forms[move.action](prefix=move.action),
            "open": move.action == primary or bool(tried and tried[0] == move.action),
            "url": reverse(name, args=[row.number, move.action]),
        }
        for move in sorted(moves, key=lambda move: move.action != primary)
    ]
    case = getattr(row, "case", None)
    seen = case is not None and cases_seen_by(user, today).filter(pk=case.pk).exists()
    return {
        "row": row,
        "criminal": criminal,
        "what": "涉嫌犯罪移送" if criminal else "部门移送",
        "list_url": reverse("transfers:criminal_list" if criminal else "transfers:referral_list"),
        "tag_kind": standing_tag(row, today),
        "panels": panels,
        "facts": _criminal_facts(row) if isinstance(row, CriminalTransfer) else _referral_facts(row),
        "clocks": clocks_of(row) if isinstance(row, CriminalTransfer) else [],
        "documents": documents_of(row),
        "history": _history(row),
        "case": case if seen else None,
    }


def _criminal_facts(row: CriminalTransfer) -> list[tuple[str, str]]:
    found = [
        ("机关", row.organ.name),
        ("专案人员", f"{row.made_by.name}、{row.member.name}"),
        ("涉嫌罪名", row.get_crime_display() or "—"),
        ("违法所得", fen(row.gain_fen) if row.gain_fen is not None else "未查明"),
        ("负责人决定", f"{row.decided_by.name}　{zh_datetime(row.decided_at)}" if row.decided_by else "—"),
        ("公安机关", row.body.name if row.body else "—"),
        ("抄送", row.procuratorate.name if row.procuratorate else "—"),
        ("移送时间", zh_datetime(row.handed_at) if row.handed_at else "—"),
        ("随案材料", "、".join(PAPERS[one] for one in row.papers) or "—"),
        ("回执", f"{row.receipt_no}　{iso_date(row.received_on)}" if row.receipt_no else "—"),
        ("公安立案", row.notice_no or "—"),
        ("物品移交", iso_date(row.goods_on) if row.goods_on else "—"),
    ]
    return found


def _referral_facts(row: Any) -> list[tuple[str, str]]:
    return [
        ("机关", row.organ.name),
        ("种类", row.get_kind_display()),
        ("接收机关", row.target),
        ("依据", row.basis),
        ("承办人", row.made_by.name),
        ("批准人", row.decided_by.name if row.decided_by else "—"),
        ("发出", iso_date(row.sent_on) if row.sent_on else "—"),
        ("请求反馈", iso_date(row.due) if row.due else "—"),
        ("回执", f"{row.receipt_no}　{iso_date(row.received_on)}" if row.receipt_no else "—"),
    ]


def _history(row: Transfer) -> list[Event]:
    kind = CriminalTransfer if isinstance(row, CriminalTransfer) else Referral
    rows = events_of(kind._meta.label_lower, row.pk)
    return [Event(one.at, f"{one.actor_name}：{verb_label(one.verb)}", "act", one.reason) for one in rows]
