"""Taking hold of a draw for a change: row locked, state allowed, right held – or a sentence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import actor_for, may, permission
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.procedures import DRAW
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound
from hengjian.ui.wording import zh_datetime


def hold(
    *, pk: int, user: User, code: str, on: date, states: Collection[str], what: str, rows: QuerySet[Draw] | None = None
) -> tuple[Draw, Actor]:
    """Lock the draw inside the caller's transaction; NotFound, NotAllowed or IllegalMove with a sentence."""
    draw = locked(pk, rows)
    posting = may(user, code, draw, on=on)
    if posting is None:
        raise NotAllowed(f"您没有“{permission(code).label}”的权限。")
    if draw.state not in states:
        raise IllegalMove(f"{DRAW.label}现处于“{DRAW.states[draw.state]}”状态，不能{what}。")
    return draw, actor_for(user, posting)


def locked(pk: int, rows: QuerySet[Draw] | None = None) -> Draw:
    """The draw with its row locked; NotFound where there is none among `rows`."""
    found = (Draw.objects.all() if rows is None else rows).select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这次抽查，或者您无权查看。")
    return found


def refuse_stale(draw: Draw, seen_state: str) -> None:
    """Two people at the same draw: whoever comes second is told what the first has done."""
    if seen_state and seen_state != draw.state:
        raise IllegalMove(_somebody_was_faster(draw))


LAST_STEP: dict[str, tuple[str, str]] = {
    "frozen": ("frozen_by", "frozen_at"),
    "committed": ("committed_by", "committed_at"),
    "entropy_entered": ("entropy_entered_by", "entropy_entered_at"),
    "entropy_confirmed": ("entropy_confirmed_by", "entropy_confirmed_at"),
    "drawn": ("drawn_by", "drawn_at"),
    "announced": ("published_by", "announced_at"),
    "published": ("published_by", "published_at"),
    "void": ("voided_by", "voided_at"),
}


def _somebody_was_faster(draw: Draw) -> str:
    state = DRAW.states[draw.state]
    names = LAST_STEP.get(draw.state)
    who: Any = getattr(draw, names[0]) if names else None
    at: datetime | None = getattr(draw, names[1]) if names else None
    if who is None or at is None:
        return f"本次抽查刚刚变为“{state}”，您看到的已不是最新情况，请看过再办。"
    return f"{who.name}已于{zh_datetime(at)}把本次抽查办为“{state}”，您的操作没有写入。"
