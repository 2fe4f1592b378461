"""The letters of a transfer: what the record fills in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.cases.context import document_context
from hengjian.apps.documents import access
from hengjian.apps.transfers.models import CriminalTransfer, Referral, Transfer
from hengjian.apps.transfers.procedures import CRIMES, PAPERS, RULES
from hengjian.apps.transfers.selectors import criminal_seen_by, referrals_seen_by


def register_all() -> None:
    """Offer documents on transfers; drawn up by the moves alone."""
    access.register(
        "transfers.criminaltransfer",
        criminal_seen_by,
        context_of,
        url=lambda row: reverse("transfers:criminal", args=[row.number]),
    )
    access.register(
        "transfers.referral",
        referrals_seen_by,
        context_of,
        url=lambda row: reverse("transfers:referral", args=[row.number]),
    )


def context_of(row: Transfer, form: str, today: date) -> dict[str, Any]:
    """What the record knows, the case's own facts first where there is a case."""
    case = getattr(row, "case", None)
    made: dict[str, Any] = dict(document_context(case, form, today)) if case is not None else {}
    made["case"] = {**(made.get("case") or {}), "title": row.title}
    if row.institution is not None:
        party = {
            "kind": "单位",
            "name": row.institution.name,
            "id_text": row.institution.uscc,
            "legal_rep": row.institution.legal_rep,
            "address": row.institution.address,
        }
        made["party"] = party if not made.get("party") else made["party"]
    made["organ"] = {"name": row.organ.name, "contact": row.made_by.name, "phone": row.made_by.phone}
    made["today"] = today
    made["transfer"] = _facts(row)
    return made


def _facts(row: Transfer) -> dict[str, Any]:
    if isinstance(row, CriminalTransfer):
        return {
            "to": row.body.name if row.body else "",
            "reason": row.report or row.facts,
            "crime": CRIMES.get(row.crime, ""),
            "basis": f"《{RULES}》",
            "materials": "、".join(PAPERS[one] for one in row.papers if one != "letter"),
        }
    if isinstance(row, Referral):
        return {"to": row.target, "reason": row.facts, "basis": row.basis, "materials": "有关材料"}
    return {}
