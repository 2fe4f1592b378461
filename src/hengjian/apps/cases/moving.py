"""One function makes every move of a case: rights, table, gates, change, event and timeline in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import gates, listeners
from hengjian.apps.cases.models import Case, Step
from hengjian.apps.cases.policies import case_policy
from hengjian.apps.cases.procedures import CASE
from hengjian.apps.cases.selectors import cases_seen_by, ever_investigated
from hengjian.apps.record.services import Actor, Policy, perform
from hengjian.kernel.errors import IllegalMove, NotFound
from hengjian.kernel.transitions import Move

Apply = Callable[[Case, Move, Actor], None]


@transaction.atomic
def move_case(
    *,
    case: Case,
    action: str,
    user: User,
    now: datetime,
    today: date,
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
    apply: Apply | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
) -> Case:
    """Make one move; answers the case as it is afterwards.

    `apply(row, move, actor)` sets fields and writes what belongs to the move (a decision, a clock); it runs under the
    row's lock after rights, table and gates. `seen` is the version that the form showed. `facts` go into the record
    as they are: no personal data in them. Raises NotFound, NotAllowed, IllegalMove or Refused with a sentence; then
    nothing has changed.
    """
    given = dict(facts or {})

    def make(row: Case, move: Move, actor: Actor) -> None:
        if seen is not None and seen != row.version:
            raise IllegalMove(_faster(row, move))
        gates.require_open(row, gates.Attempt(action, user, now, today, given))
        if move.target != move.source:
            row.state_at = now
        row.version += 1
        row.reason = reason or row.reason
        if apply:
            apply(row, move, actor)
        note_step(case=row, move=move, user=user, actor=actor, now=now, today=today, note=reason)
        acting.append(actor)

    acting: list[Actor] = []
    if not cases_seen_by(user, today).filter(pk=case.pk).exists():
        raise NotFound("没有这个案件，或者您无权查看。")
    done: Case = perform(
        procedure=CASE,
        action=action,
        thing=Case.objects.select_related("organ"),
        pk=case.pk,
        policy=policy or case_policy(user, on=today),
        now=now,
        facts=given,
        reason=reason,
        apply=make,
        took_part=lambda row, move: _require_second_person(row, move, user),
    )
    listeners.tell(case=done, action=action, actor=acting[0], now=now)
    return done


def note_step(
    *, case: Case, move: Move, user: User | None, actor: Actor, now: datetime, today: date, note: str = ""
) -> Step:
    """Write the move into the timeline."""
    return write_step(
        case=case,
        action=move.action,
        label=move.label,
        actor=actor,
        now=now,
        on=today,
        note=note,
        user=user,
        source=move.source,
        target=move.target,
    )


def write_step(
    *,
    case: Case,
    action: str,
    label: str,
    actor: Actor,
    now: datetime,
    on: date,
    note: str = "",
    user: User | None = None,
    source: str = "",
    target: str = "",
    url: str = "",
) -> Step:
    """Write one line of the timeline, in the transaction of what it tells; no personal data in `note`."""
    return Step.objects.create(
        case=case,
        action=action,
        label=label[:120],
        note=note[:500],
        source=source,
        target=target,
        on=on,
        at=now,
        by_name=actor.name,
        by=user,
        url=url,
    )


def _require_second_person(row: Case, move: Move, user: User) -> Collection[str]:
    """Raise naming the part that this person had; investigators of any time and the proposer are excluded."""
    if user.pk in ever_investigated(row):
        raise IllegalMove(
            f"“{move.label}”须由没有参加调查的人办理：{user.name}是（或者曾是）本案办案人员。", article=move.basis
        )
    if row.proposed_by_id == user.pk:
        raise IllegalMove(f"“{move.label}”须由另一人办理：{user.name}是本案报请人。", article=move.basis)
    return ()


def _faster(row: Case, move: Move) -> str:
    return (
        f"{row.number} 刚刚有人办理过，现在是“{CASE.states[move.source]}”，您提交的“{move.label}”没有写入。"
        "请看过最新情况再办。"
    )
