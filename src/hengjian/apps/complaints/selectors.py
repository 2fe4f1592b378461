"""Reading complaints: what a person may see, what waits for them, which moves are open to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import granting, may
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.procedures import COMPLAINT, OPEN
from hengjian.apps.leads.policies import has_to_avoid
from hengjian.apps.tips.selectors import organs_reached
from hengjian.kernel.transitions import Move, moves_from

UNFINISHED = (*OPEN, "returned")


def complaints_seen_by(user: Any, *, on: date) -> QuerySet[Complaint]:
    """Complaints of the person's organ and of those below it, the newest first."""
    rows = Complaint.objects.select_related("organ", "institution", "responsible", "informant")
    return rows.filter(organ_id__in=organs_reached(user, "complaint.view", on=on))


def actions_for(complaint: Complaint, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make on this complaint now; what is not here is not shown."""
    if has_to_avoid(user, complaint.respondent_uscc, on=on):
        return ()
    moves = (m for m in moves_from(COMPLAINT, complaint.state) if may(user, m.permission, complaint, on=on))
    return tuple(move for move in moves if _fits(complaint, move.action))


def _fits(complaint: Complaint, action: str) -> bool:
    if action == "send_back":
        return complaint.distributed_by_id is not None
    if action == "distribute":
        # who has it from another organ returns it and does not pass it on (CMP-41)
        return complaint.state == "returned" or complaint.distributed_by_id is None
    if action == "split":
        return complaint.tip_id is None
    return action != "found_clue" or complaint.lead_id is None


def waiting_for(user: Any, *, on: date) -> QuerySet[Complaint]:
    """Complaints that wait for an act of this person: their own, and those that nobody has taken, the oldest first."""
    if not granting(user, "complaint.handle", on):
        return Complaint.objects.none()
    mine = Q(organ_id__in=organs_reached(user, "complaint.handle", on=on))
    rows = complaints_seen_by(user, on=on).filter(mine, state__in=(*OPEN, "returned"))
    return rows.filter(Q(responsible__isnull=True) | Q(responsible=user)).order_by("received_at", "pk")


def fraud_marked(rows: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """Complaints with a mark of suspected fraud or extortion (CMP-42), for the transfer to the police."""
    return rows.filter(fraud_marked_at__isnull=False)


def state_counts(rows: QuerySet[Complaint]) -> dict[str, int]:
    """How many stand where, in one query."""
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    counts = {state: found.get(state, 0) for state in COMPLAINT.states}
    unfinished = sum(n for state, n in found.items() if state in UNFINISHED)
    mediating = sum(counts[state] for state in ("accepted", "mediating", "testing"))
    return counts | {"unfinished": unfinished, "all": sum(found.values()), "in_mediation": mediating}
