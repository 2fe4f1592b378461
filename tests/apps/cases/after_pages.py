"""Service, money and a penalty on the spot of the URL walk's case."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.cases import proofs
from hengjian.apps.cases.models import (
    Case,
    Decision,
    Obligation,
    OnSpotPenalty,
    Payment,
    RefundOrder,
    Service,
    ServiceProof,
)
from hengjian.apps.documents.models import Document
from tests.apps.factories import NOW, TODAY

PHOTO = b"\x89PNG\r\n\x1a\nphoto"


def after_things(organ: Organ, owner: User, number: str) -> dict[str, Any]:
    """What the pages of this part show, for the case with that number."""
    case = Case.objects.get(number=number)
    party = case.parties.get()
    document = Document.objects.create(
        organ=organ, thing_kind="cases.case", thing_id=str(case.pk), thing_label=str(case), form="PEN-33",
        title="责令改正通知书", serial=1, state="issued", context="{}", context_digest="c" * 64, form_digest="f" * 64,
        template_digest="t" * 64, pdf_digest="d" * 64, word_digest="e" * 64, pdf_pages=1, drawn_on=TODAY,
        drawn_at=NOW, drawn_by="甲", issued_on=TODAY, issued_at=NOW,
    )  # fmt: skip
    service = Service.objects.create(case=case, document=document, party=party, officer_a=owner, begun_at=NOW)
    digest = hashlib.sha256(PHOTO).hexdigest()
    place = proofs.place_of(digest)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(PHOTO)
    proof = ServiceProof.objects.create(
        service=service, name="照片.png", kind="png", size=len(PHOTO), sha256=digest, at=NOW
    )
    decision = Decision.objects.create(
        case=case, party=party, outcome="penalty", measures=["fine"], fine_fen=100, text="罚款1元", basis="依据",
        reasons="理由", decided_on=TODAY, decided_by=owner,
    )  # fmt: skip
    owed = Obligation.objects.create(
        organ=organ, case=case, decision=decision, party=party, payer=party.name, fine_fen=100, served_on=TODAY,
        due_on=date(2026, 11, 16),
    )  # fmt: skip
    payment = Payment.objects.create(
        obligation=owed, purpose="fine", way="bank", amount_fen=10, on=TODAY, voucher="P1", by=owner, at=NOW
    )
    refund = RefundOrder.objects.create(
        case=case, party=party, amount_fen=100, payees="委托人", ordered_on=TODAY, due_on=date(2026, 12, 1), by=owner
    )
    spot = OnSpotPenalty.objects.create(
        number="DC-2026-0901", organ=organ, kind="person", party_name="某人", place="某处", occurred_on=TODAY,
        facts="事实", article="条款", notified_at=NOW, officer_a=owner, officer_b=owner, card_a="1", card_b="2",
    )  # fmt: skip
    return {
        "after_service": service.pk,
        "after_proof": proof.pk,
        "after_owed": owed.pk,
        "after_payment": payment.pk,
        "after_refund": refund.pk,
        "after_spot": spot.number,
        "after_serve": "serve-hand_over",
        "after_refund_done": "refund-done",
        "after_pay": "pay",
        "after_reverse": "reverse",
        "after_drop": "drop",
    }
