"""One function makes every move of a tip; what it means for lead, vault and notes stands in `handling`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.record.services import Actor, Policy, perform
from hengjian.apps.tips.models import Tip, TipNote
from hengjian.apps.tips.policies import handling_policy
from hengjian.apps.tips.procedures import TIP
from hengjian.apps.tips.services import sealed
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move

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


def refuse_slower(row: Any, seen: str | None, standing: str) -> None:
    """Refuse where the page that was sent showed an earlier standing: somebody was faster."""
    if seen is not None and seen != standing:
        raise IllegalMove(
            f"{row.number} 刚刚有人办理过，现在是“{row.get_state_display()}”，您提交的没有写入。请看过最新情况再办。"
        )


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

    def asked(code: str, row: Tip) -> Actor | None:
        actor = policy(code, row)
        # after the table and the right: who may not make the move is not told what else is wrong
        if actor is not None and check is not None:
            check(row)
        return actor

    return perform_move(action, pk=pk, policy=asked, now=now, facts=facts, apply=apply, rows=rows, seen=seen)


def perform_move(
    action: str,
    *,
    pk: int,
    policy: Policy,
    now: datetime,
    facts: Mapping[str, Any] | None,
    apply: Apply | None,
    rows: QuerySet[Tip] | None = None,
    seen: str | None = None,
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
        thing=Tip if rows is None else rows,
        pk=pk,
        policy=policy,
        now=now,
        facts=for_event(facts or {}),
        apply=change,
        look=lambda row: refuse_slower(row, seen, stamp(row)),
        nothing="没有这件举报，或者您无权查看。",
    )
    return tip, acting[0]


def write_note(tip: Tip, kind: str, text: str, *, actor: Actor, now: datetime, way: str = "", basis: str = "") -> None:
    """Keep what was written beside the tip, out of the events."""
    TipNote.objects.create(tip=tip, kind=kind, text=text, way=way, basis=basis, at=now, by_name=actor.name)
