"""What the forms 44 and 47 to 56 print of the rows of this part, by the dotted keys of the form definitions."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from hengjian.apps.cases.after_procedures import RELATIONS
from hengjian.apps.cases.models import Decision, Party, Service
from hengjian.apps.cases.models.archived import Closing
from hengjian.apps.cases.models.executed import CourtApplication, ItemDisposal, RefundOrder
from hengjian.apps.cases.models.owed import Deferral, Demand, Obligation
from hengjian.apps.cases.owing import left_of
from hengjian.apps.documents.models import Document
from hengjian.ui.wording import fen, zh_date


def facts_for(about: Model, party: Party | None) -> dict[str, Any]:
    """The keys that a row gives to its form; the party and its decision come with them."""
    found: dict[str, Any] = party_facts(party) if party else {}
    for kind, reader in _READERS.items():
        if isinstance(about, kind):
            found |= reader(about)
    return found


def party_facts(party: Party) -> dict[str, Any]:
    """The party as the forms print it, and the last decision on it with the number of its letter."""
    found: dict[str, Any] = {
        "party": {
            "kind": party.get_kind_display(),
            "name": party.name,
            "id_text": party.code or (f"尾号 {party.id_tail}" if party.id_tail else ""),
            "legal_rep": party.legal_rep,
            "address": party.address,
            "phone": party.phone,
        }
    }
    decision = Decision.objects.filter(party=party).order_by("-round").first()
    if decision is not None:
        letter = decision_letter(decision)
        found["decision"] = {
            "number": letter.number if letter else "",
            "on": decision.decided_on,
            "text": decision.text,
            "fine": decision.fine_fen,
            "confiscated": decision.confiscated_fen,
            "basis": decision.basis,
        }
    return found


def decision_letter(decision: Decision) -> Document | None:
    """The issued letter (form 45 or 46) of a decision, for its party or for all."""
    rows = Document.objects.filter(
        thing_kind="cases.case", thing_id=str(decision.case_id), form__in=("PEN-45", "PEN-46"), state="issued"
    )
    return rows.filter(party__in=("", decision.party.name)).order_by("-party", "-pk").first()


def _service(row: Service) -> dict[str, Any]:
    notes = [
        f"签收人身份：{RELATIONS[row.relation]}" if row.relation else "",
        f"拒收事由：{row.refusal}" if row.refusal else "",
        f"邮件号码：{row.tracking}" if row.tracking else "",
        f"受委托机关：{row.entrusted_to}" if row.entrusted_to else "",
        f"公告刊登或者张贴处：{row.published_in}" if row.published_in else "",
        row.reason,
        f"送达记录 {row.proofs.count()} 份" if row.pk and row.proofs.exists() else "",
    ]
    where = row.place or row.address or row.published_in or row.party.address or "—"
    return {
        "service": {
            "document": f"{row.document.title} {row.document.number}".strip(),
            "method": row.get_way_display(),
            "on": row.served_on,
            "at": where,
            "recipient": row.receiver or row.party.name,
            "witness": row.witness,
            "note": "；".join(note for note in notes if note),
        }
    }


def _deferral(row: Deferral) -> dict[str, Any]:
    parts = [{"number": f"第{n}期", "due": one["on"], "amount": one["amount_fen"]} for n, one in enumerate(row.plan, 1)]
    total = sum(int(one["amount_fen"]) for one in row.plan)
    single = row.kind == "defer"
    return {
        "payment": {
            "amount": total,
            "kind": "延期" if single else "分期",
            "reason": row.reason,
            "due": row.plan[-1]["on"] if single else None,
            "instalments": [] if single else parts,
        }
    }


def _demand(row: Demand) -> dict[str, Any]:
    return {"payment": {"amount": row.fine_fen, "late": row.late_fen or None}}


def _obligation(row: Obligation) -> dict[str, Any]:
    left = left_of(row)
    return {"payment": {"amount": left.fine + left.confiscated, "paid": left.paid or None}}


def _court(row: CourtApplication) -> dict[str, Any]:
    owed = row.obligation
    demand = owed.demand
    asked = f"罚没款{fen(row.fine_fen)}"
    if row.late_fen:
        asked += f"、加处罚款{fen(row.late_fen)}"
    return {
        "court": {
            "name": row.court,
            "request": f"{asked}。",
            "service": f"处罚决定书已于{zh_date(owed.served_on)}送达。",
        },
        "payment": {"demand_on": demand.served_on},
    }


def _disposal(row: ItemDisposal) -> dict[str, Any]:
    return {
        "holding": {
            "items": [
                {"name": row.item, "spec": row.spec, "unit": "", "quantity": row.quantity, "note": row.source},
            ]
        },
        "disposal": {
            "method": row.get_method_display(),
            "on": row.on,
            "place": row.place or "—",
            "result": row.note or f"{row.item}已{row.get_method_display()}。",
        },
        "record": {"witness": row.witness},
    }


def _refund(row: RefundOrder) -> dict[str, Any]:
    return {
        "order": {
            "facts": row.case.facts or row.case.violation_text or row.case.title,
            "basis": "《中华人民共和国行政处罚法》第二十八条",
            "amount": row.amount_fen,
            "until": row.due_on,
            "content": row.payees,
        }
    }


def _closing(row: Closing) -> dict[str, Any]:
    return {"closing": {"ground": row.get_ground_display(), "on": row.decided_on, "summary": row.summary}}


_READERS: dict[type[Model], Any] = {
    Service: _service,
    Deferral: _deferral,
    Demand: _demand,
    Obligation: _obligation,
    CourtApplication: _court,
    ItemDisposal: _disposal,
    RefundOrder: _refund,
    Closing: _closing,
}
