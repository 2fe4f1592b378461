"""Moves of what follows a decision: the table, the right on the case or the penalty on the spot, the tie."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.cases.acting import INVESTIGATE
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.models.spot import OnSpotPenalty
from hengjian.apps.cases.policies import case_policy
from hengjian.apps.cases.selectors import cases_seen_by, is_investigator
from hengjian.apps.record.services import Actor, Policy, perform
from hengjian.kernel.errors import NotAllowed, NotFound
from hengjian.kernel.transitions import Move, Procedure

AVOID = "《市场监督管理行政处罚程序规定》第四条（回避）"


def owner_of(thing: Any) -> Case | OnSpotPenalty:
    """The case, or the penalty on the spot, to which a thing belongs."""
    if isinstance(thing, Case | OnSpotPenalty):
        return thing
    for name in ("obligation", "case", "spot"):
        found = getattr(thing, name, None)
        if found is not None:
            return owner_of(found)
    raise TypeError(f"{type(thing).__name__} belongs to no case")


def after_policy(user: User, *, on: date) -> Policy:
    """Rights are asked on the owner; ties are told; what a case's investigators do, only they do."""
    on_case, usual = case_policy(user, on=on), policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        owner = owner_of(thing)
        if isinstance(owner, Case):
            if not cases_seen_by(user, on).filter(pk=owner.pk).exists():
                raise NotFound("没有这个案件，或者您无权查看。")
            actor = on_case(code, owner)
            if actor is not None and code == "case.handle" and not is_investigator(owner, user, on):
                raise NotAllowed("您不是本案的办案人员，不能办理送达和执行。", article=INVESTIGATE)
            return actor
        if owner.institution_uscc and has_to_avoid(user, owner.institution_uscc, on=on):
            raise NotAllowed(f"您与当事人{owner.party_name}有回避关系，不能办理。", article=AVOID)
        return usual(code, owner)

    return ask


def move_row(
    procedure: Procedure,
    action: str,
    row: Model,
    *,
    user: User,
    now: datetime,
    today: date,
    facts: Mapping[str, Any],
    reason: str = "",
    apply: Callable[[Any, Move, Actor], None] | None = None,
    took_part: Callable[[Any, Move], Collection[str]] | None = None,
) -> Any:
    """Make one move; raises NotFound, NotAllowed, IllegalMove or Refused with a sentence, then nothing has changed."""
    return perform(
        procedure=procedure,
        action=action,
        thing=type(row),
        pk=row.pk,
        policy=after_policy(user, on=today),
        now=now,
        facts=facts,
        reason=reason,
        apply=apply,
        took_part=took_part,
    )


def acting(thing: Any, code: str, what: str, *, user: User, today: date) -> Actor:
    """The person under the posting that grants `code` on the owner; NotAllowed naming what cannot be done."""
    actor = after_policy(user, on=today)(code, thing)
    if actor is None:
        raise NotAllowed(f"您没有“{what}”的权限。")
    return actor
