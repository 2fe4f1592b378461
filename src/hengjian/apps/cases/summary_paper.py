"""The letter of a penalty on the spot (form 44), filled from its row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.cases.models import OnSpotPenalty
from hengjian.apps.cases.sums import yuan
from hengjian.apps.documents.models import Document
from hengjian.apps.documents.services import draw_up_and_issue
from hengjian.apps.record.services import Actor

REMEDIES = "可以自收到本决定书之日起六十日内依法申请行政复议，也可以在六个月内依法向人民法院提起行政诉讼。"


def spot_context(spot: OnSpotPenalty, form: str, on: date) -> dict[str, Any]:
    """What form 44 prints."""
    parts = ["警告"] * spot.warning + [f"罚款{yuan(spot.fine_fen)}"] * bool(spot.fine_fen)
    due = spot.obligation.due_on if hasattr(spot, "obligation") else None
    organ = spot.organ
    return {
        "organ": {"name": organ.name, "short_name": organ.short_name},
        "today": on,
        "party": {
            "kind": spot.get_kind_display(),
            "name": spot.party_name,
            "id_text": spot.institution_uscc,
            "legal_rep": spot.party_post,
            "address": spot.address or "—",
            "phone": spot.phone,
        },
        "decision": {
            "facts": f"{spot.facts}违反了{spot.article}。",
            "basis": spot.basis,
            "text": "；".join(parts) + "。",
            "fine": spot.fine_fen or None,
            "pay_until": due,
            "bank": "指定银行或者电子支付系统" if spot.fine_fen else "",
            "remedies": REMEDIES,
        },
        "record": {"on": spot.decided_on, "place": spot.place},
        "officers": [
            {"name": spot.officer_a.name, "enforcement_no": spot.card_a},
            {"name": spot.officer_b.name, "enforcement_no": spot.card_b},
        ],
    }


def spot_letter(spot: OnSpotPenalty, *, actor: Actor, now: datetime, today: date) -> Document:
    """Issue the numbered letter that is handed over on the spot."""
    return draw_up_and_issue(
        form="PEN-44",
        thing=spot,
        organ=spot.organ,
        context=spot_context(spot, "PEN-44", today),
        actor=actor,
        now=now,
        today=today,
        party=spot.party_name,
    )


def spot_url(spot: OnSpotPenalty) -> str:
    """The page of a penalty on the spot."""
    return reverse("cases:spot", args=[spot.number])
