"""One move of a draw: every step of its procedure is made here, by the person, under the table and on the record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.procedures import DRAW
from hengjian.apps.record.services import Actor, perform
from hengjian.kernel.transitions import Move


def move_draw(
    action: str,
    pk: int,
    *,
    user: User,
    now: datetime,
    today: date,
    apply: Callable[[Draw, Move, Actor], None],
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
    rows: QuerySet[Draw] | None = None,
    took_part: Callable[[Draw, Move], Collection[str]] | None = None,
) -> Draw:
    """Make the move; `rows` are those the person may see, all where the caller has found the draw already.

    Raises NotFound, NotAllowed or IllegalMove with a sentence, as `record.services.perform` does.
    """
    done: Draw = perform(
        procedure=DRAW,
        action=action,
        thing=Draw if rows is None else rows,
        pk=pk,
        policy=policy_of(user, on=today),
        now=now,
        facts=facts,
        reason=reason,
        apply=apply,
        took_part=took_part,
    )
    return done
