"""One function makes every move of a tip; what it means for lead, vault and notes stands in `handling`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.record.services import Actor, Policy, perform
from hengjian.apps.tips.models import Tip, TipNote
from hengjian.apps.tips.policies import handling_policy
from hengjian.apps.tips.procedures import TIP
from hengjian.apps.tips.services import sealed
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from hengjian.kernel.transitions import Move, next_state

NOTE_MOST = 2_000
LONG = 40
"""Longer facts stand in the events by length and digest alone: they may name people."""
Apply = Callable[[Tip, Move, Actor], None]


def stamp(tip: Tip) -> str:
    """What a page shows of a tip's standing, so that a form tells whether somebody was faster."""
    return f"{tip.state}:{tip.organ_id}:{tip.state_at.isoformat()}"


def said(text: str, field: str, label: str, *, most: int = NOTE_MOST) -> str:
    """The text without outer blanks and NUL; Refused where it is too long."""
    plain = str(text or "").replace("\x00", "").strip()
    if len(plain) > most:
        raise Refused(f"{label}最多 {most} 字，现在是 {len(plain)} 字。", where={"field": field})
    return plain


def for_event(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as an event may hold them."""
    return {k: sealed(v) if isinstance(v, str) and len(v) > LONG else v for k, v in facts.items()}


def under_lock(rows: QuerySet[Any], pk: int, seen: str | None, standing: Callable[[Any], str], what: str) -> Any:
    """The row under lock, if this person may see it and the page showed its latest standing."""
    row = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotFound(f"没有这件{what}，或者您无权查看。")
    if seen is not None and seen != standing(row):
        raise IllegalMove(
            f"{row.number} 刚刚有人办理过，现在是“{row.get_state_display()}”，您提交的没有写入。请看过最新情况再办。"
        )
    return row


def require_open(tip: Tip, action: str, facts: Mapping[str, Any], policy: Policy) -> None:
    """The table and the right come before anything else is looked at."""
    move = next_state(TIP, tip.state, action, facts)
    if policy(move.permission, tip) is None:
        raise NotAllowed(f"您没有“{move.label}”的权限。", article=move.basis)


@transaction.atomic
def move_tip(
    action: str,
    *,
    rows: QuerySet[Tip],
    pk: int,
    user: User,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    apply: Apply | None = None,
    check: Callable[[Tip], None] | None = None,
    seen: str | None = None,
) -> tuple[Tip, Actor]:
    """Make a person's move on a tip; answers with the tip and under which posting it was done."""
    policy = handling_policy(user, on=timezone.localdate(now))
    tip = under_lock(rows, pk, seen, stamp, "举报")
    if check is not None:
        require_open(tip, action, facts or {}, policy)
        check(tip)
    return perform_move(action, pk=pk, policy=policy, now=now, facts=facts, apply=apply)


def perform_move(
    action: str,
    *,
    pk: int,
    policy: Policy,
    now: datetime,
    facts: Mapping[str, Any] | None,
    apply: Apply | None,
) -> tuple[Tip, Actor]:
    """The move itself, also for the system."""
    acting: list[Actor] = []

    def change(row: Tip, move: Move, actor: Actor) -> None:
        acting.append(actor)
        row.state_at = now
        if apply is not None:
            apply(row, move, actor)

    tip: Tip = perform(
        procedure=TIP,
        action=action,
        thing=Tip,
        pk=pk,
        policy=policy,
        now=now,
        facts=for_event(facts or {}),
        apply=change,
    )
    return tip, acting[0]


def write_note(tip: Tip, kind: str, text: str, *, actor: Actor, now: datetime, way: str = "", basis: str = "") -> None:
    """Keep what was written beside the tip, out of the events."""
    TipNote.objects.create(tip=tip, kind=kind, text=text, way=way, basis=basis, at=now, by_name=actor.name)
