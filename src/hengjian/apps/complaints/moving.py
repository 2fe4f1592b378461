"""One function makes every move of a complaint; what a move means beside it stands in `handling`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.complaints.models import Complaint, ComplaintEntry
from hengjian.apps.complaints.policies import handling_policy
from hengjian.apps.complaints.procedures import COMPLAINT
from hengjian.apps.record.services import Actor, perform
from hengjian.apps.tips.moving import for_event, refuse_slower
from hengjian.kernel.transitions import Move

Apply = Callable[[Complaint, Move, Actor], None]


def stamp(complaint: Complaint) -> str:
    """What a page shows of a complaint's standing, so that a form tells whether somebody was faster."""
    return f"{complaint.state}:{complaint.organ_id}:{complaint.state_at.isoformat()}"


def move_complaint(
    action: str,
    *,
    rows: QuerySet[Complaint],
    pk: int,
    user: User,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    apply: Apply | None = None,
    check: Callable[[Complaint], None] | None = None,
    seen: str | None = None,
) -> tuple[Complaint, Actor]:
    """Make one move; `rows` are the complaints the person may see, `check` looks at the locked one before it moves.

    Only inside a transaction. Answers with the complaint and under which posting it was done. Raises NotFound,
    NotAllowed, IllegalMove or Refused with a sentence; then nothing has changed.
    """
    policy = handling_policy(user, on=timezone.localdate(now))

    def asked(code: str, row: Complaint) -> Actor | None:
        actor = policy(code, row)
        # after the table and the right: who may not make the move is not told what else is wrong
        if actor is not None and check is not None:
            check(row)
        return actor

    acting: list[Actor] = []

    def change(row: Complaint, move: Move, actor: Actor) -> None:
        acting.append(actor)
        row.state_at = now
        if row.responsible_id is None:
            row.responsible = user
        if apply is not None:
            apply(row, move, actor)

    done: Complaint = perform(
        procedure=COMPLAINT,
        action=action,
        thing=rows,
        pk=pk,
        policy=asked,
        now=now,
        facts=for_event(facts or {}),
        apply=change,
        look=lambda row: refuse_slower(row, seen, stamp(row)),
        nothing="没有这件投诉，或者您无权查看。",
    )
    return done, acting[0]


def write_entry(
    complaint: Complaint,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
    facts: Mapping[str, Any] | None = None,
    way: str = "",
    way_respondent: str = "",
) -> ComplaintEntry:
    """Keep what was written beside the complaint, out of the events."""
    return ComplaintEntry.objects.create(
        complaint=complaint,
        kind=kind,
        text=text,
        facts=dict(facts or {}),
        way=way,
        way_respondent=way_respondent,
        at=now,
        by_name=actor.name,
    )
