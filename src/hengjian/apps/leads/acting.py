"""From a page's form to the service that makes the move."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.leads import handing, joining, outside, verifying
from hengjian.apps.leads.codes import INSIDE
from hengjian.apps.leads.forms import MoveForm
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.moving import move_lead, refused
from hengjian.apps.leads.procedures import LEAD
from hengjian.apps.leads.triaging import settle_triage
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move

SERVICES: dict[str, Any] = {
    "triage": settle_triage,
    "verify": verifying.begin_verification,
    "assign": verifying.assign_officer,
    "dispute": handing.dispute_lead,
    "designate": handing.designate_organ,
    "receive": handing.receive_lead,
    "transfer_out": outside.transfer_out,
    "record_receipt": outside.record_receipt,
    "feed_back": outside.take_feedback,
    "come_back": outside.take_back,
    "settle": handing.settle_dispute,
    "report_dispute": handing.report_dispute,
    "extend": verifying.extend_verification,
    "pause": verifying.pause_verification,
    "resume": verifying.resume_verification,
    "propose_not_filing": verifying.propose_not_filing,
    "approve_not_filing": verifying.approve_not_filing,
    "return_not_filing": verifying.return_not_filing,
    "reopen": verifying.reopen_lead,
    "merge": joining.merge_leads,
    "split": joining.split_lead,
}


def make_move(
    action: str,
    form: MoveForm,
    *,
    rows: QuerySet[Lead],
    lead: Lead,
    user: User,
    now: datetime,
    offered: bool,
) -> Lead:
    """Make the move with what the form holds.

    A move that the page did not offer is asked of the table and the rights all the same, which say why not.
    """
    if not offered:
        return _refuse(rows, lead.pk, action, user, now)
    values = dict(form.cleaned_data)
    values["seen"] = values.get("seen") or None
    if action == "triage":
        field = values.pop("field")
        values["fields"] = [field] if field else []
    if action == "merge":
        values["main"] = _main(rows, values["main"])
    if action in INSIDE:
        return handing.send_lead(rows=rows, pk=lead.pk, user=user, now=now, kind=action, **values)
    if action in ("decline", "recall"):
        return handing.give_back(rows=rows, pk=lead.pk, user=user, now=now, action=action, **values)
    made: Lead = SERVICES[action](rows=rows, pk=lead.pk, user=user, now=now, **values)
    return made


def _main(rows: QuerySet[Lead], number: str) -> Lead:
    plain = number.strip().upper()
    found = rows.filter(number=plain).first()
    if found is None:
        raise refused("main", f"没有线索“{plain[:20]}”，或者您无权查看。")
    return found


@transaction.atomic
def _refuse(rows: QuerySet[Lead], pk: int, action: str, user: User, now: datetime) -> Lead:
    facts = {name: "—" for move in LEAD.moves if move.action == action for name in move.facts}

    def took_part(row: Lead, move: Move) -> set[str]:
        return {str(row.proposed_by_id)}

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        raise IllegalMove(f"“{move.label}”现在不能办理，请看过最新情况再办。", article=move.basis)

    return move_lead(action, rows=rows, pk=pk, user=user, now=now, facts=facts, apply=apply, took_part=took_part)[0]
