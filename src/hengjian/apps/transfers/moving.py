"""One move of a criminal transfer or of a referral, under the row's lock and on the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.record.services import Actor, perform
from hengjian.apps.transfers.models import CriminalTransfer, Referral, Transfer
from hengjian.apps.transfers.policies import transfer_policy
from hengjian.apps.transfers.procedures import CRIMINAL_TRANSFER, REFERRAL
from hengjian.apps.transfers.selectors import team_of
from hengjian.kernel.errors import Refused
from hengjian.kernel.transitions import Move

Apply = Callable[[Any, Move, Actor], None]
LONG = ("report", "list", "result")
"""What people wrote at length: the row keeps it, the record only that it was written."""


def move_transfer(
    action: str,
    row: Transfer,
    *,
    user: User,
    now: datetime,
    today: date,
    facts: Mapping[str, Any] | None = None,
    apply: Apply | None = None,
) -> Any:
    """Make the move; raises NotFound, NotAllowed, IllegalMove or Refused with a sentence, then nothing has changed."""
    given = dict(facts or {})
    reason = str(given.get("reason") or "").strip()

    def make(held: Any, move: Move, actor: Actor) -> None:
        held.state_at = now
        held.note = reason or held.note
        if apply:
            apply(held, move, actor)

    criminal = isinstance(row, CriminalTransfer)
    model: Any = CriminalTransfer if criminal else Referral
    return perform(
        procedure=CRIMINAL_TRANSFER if criminal else REFERRAL,
        action=action,
        thing=model.objects.select_related("organ", "institution"),
        pk=row.pk,
        policy=transfer_policy(user, on=today),
        now=now,
        facts={name: (bool(value) or None) if name in LONG else value for name, value in given.items()},
        reason=reason,
        apply=make,
        took_part=lambda held, move: team_of(held),
    )


def text_of(text: str, *, field: str, label: str, most: int = 2000) -> str:
    """The text without blanks at its ends; Refused where it is too long."""
    plain = text.replace("\x00", "").strip()
    if len(plain) > most:
        raise Refused(f"{label}最多 {most} 字，现在是 {len(plain)} 字。", where={"field": field})
    return plain


def day_of(on: date | None, *, first: date | None, today: date, label: str = "日期") -> None:
    """Refused for a day that has not come or that lies before what it follows."""
    if on is None:
        return
    if on > today:
        raise Refused(f"{label} {on.isoformat()} 还没有到。", where={"field": "on"})
    if first is not None and on < first:
        raise Refused(f"{label} {on.isoformat()} 早于上一步的 {first.isoformat()}。", where={"field": "on"})
