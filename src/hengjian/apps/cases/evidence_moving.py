"""One function makes every move of what belongs to a case: evidence, measures, commissions, inquiries, letters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.entering import refused
from hengjian.apps.cases.evidence_policies import matter_policy
from hengjian.apps.cases.investigators import two_officers, why_not
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.moving import write_step
from hengjian.apps.cases.procedures import AFTER_DECISION, BEFORE_FILING, OPEN
from hengjian.apps.inspections.officers import card_of
from hengjian.apps.record.services import Actor, Policy, append_event, perform, snapshot
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move, Procedure

Apply = Callable[[Any, Move, Actor], None]
COLLECTING = (*BEFORE_FILING, *OPEN)
"""States of a case in which evidence may be taken; afterwards the file is what the decision rested on."""
UNFINISHED = (*COLLECTING, *AFTER_DECISION)
PRIVATE = frozenset(
    {
        "addressee", "answer", "copy_maker", "e_maker", "expert", "giver", "holder", "keeper", "keeper_address",
        "person_name", "person_post", "provider", "result", "taker", "text", "witness", "proves", "grounds",
    }
)  # fmt: skip
"""Columns that name people or hold what they said: they stay in the row and never go into the record."""


def begin(*, case: Case, user: User, code: str, today: date, what: str, article: str = "") -> tuple[Case, Actor]:
    """The case under lock for somebody of its investigators who adds something to it while evidence may be taken."""
    states = COLLECTING
    return act_on(
        case=case,
        user=user,
        code=code,
        today=today,
        what=what,
        states=states,
        investigator=case.state not in BEFORE_FILING,
        article=article,
    )


def cards_of(case: Case, one: User | None, two: User | None, *, on: date) -> tuple[str, str]:
    """The numbers of both cards on a day; Refused where they are not two, or one of them may not act that day."""
    article = two_officers(on)
    if one is None or two is None or one.pk == two.pk:
        raise refused("officer_two", "执法人员不得少于两人，请选两名不同的执法人员。", article)
    cards = []
    for field, person in (("officer_one", one), ("officer_two", two)):
        reason = why_not(person, case, on=on)
        if reason:
            raise refused(field, reason, article)
        card = card_of(person, on=on)
        cards.append(card.enforcement_no if card else "")
    return cards[0], cards[1]


def next_ordinal(rows: models.QuerySet[Any]) -> int:
    """The next number in a case; its row is locked by `begin`, so that two at once wait for each other."""
    return int(rows.aggregate(last=models.Max("ordinal"))["last"] or 0) + 1


def note_new(*, thing: Any, verb: str, label: str, user: User, actor: Actor, now: datetime, today: date) -> None:
    """Write that something was added: event and line of the timeline, without what people said."""
    append_event(
        now=now,
        actor=actor,
        verb=verb,
        thing=thing,
        organ_path=thing.organ_path,
        after=snapshot(thing, without=PRIVATE),
    )
    note = str(getattr(thing, "number", ""))
    write_step(case=thing.case, action=verb, label=label, actor=actor, now=now, on=today, user=user, note=note)


@transaction.atomic
def move_matter(
    *,
    procedure: Procedure,
    thing: Any,
    action: str,
    user: User,
    now: datetime,
    today: date,
    facts: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
    reason: str = "",
    apply: Apply | None = None,
    seen: str | None = None,
    policy: Policy | None = None,
    states: Collection[str] = UNFINISHED,
    took_part: Callable[[Any, Move], Collection[str]] | None = None,
) -> Any:
    """Make one move of `thing` (a row of a case); `seen` is the state that the form showed.

    The case is locked first, so that moves of one case follow each other. `private` are columns with what people said
    or who they are: they are written into the row after the event, which knows of them only that they were given.
    """
    Case.objects.select_for_update(of=("self",)).get(pk=thing.case_id)
    kept = dict(private or {})
    model = type(thing)
    before = model.objects.values_list("state", flat=True).get(pk=thing.pk)
    told = dict(facts or {}) | {name: "已填写" for name, value in kept.items() if value}

    def make(row: Any, move: Move, actor: Actor) -> None:
        _require_current(row, before, seen, states, move)
        if apply:
            apply(row, move, actor)
        write_step(
            case=row.case,
            action=f"{procedure.name}.{action}",
            label=f"{procedure.label} {row.number}：{move.label}",
            actor=actor,
            now=now,
            on=today,
            user=user if actor.id == str(getattr(user, "pk", "")) else None,
        )

    row = perform(
        procedure=procedure,
        action=action,
        thing=model.objects.select_related("case__organ"),
        pk=thing.pk,
        policy=policy or matter_policy(user, on=today),
        now=now,
        facts=told,
        reason=reason,
        apply=make,
        took_part=took_part,
    )
    _keep_private(row, kept)
    return row


def _keep_private(row: Any, kept: Mapping[str, Any]) -> None:
    if kept:
        for name, value in kept.items():
            setattr(row, name, value)
        row.full_clean()
        type(row).objects.filter(pk=row.pk).update(**kept)


def _require_current(row: Any, before: str, seen: str | None, states: Collection[str], move: Move) -> None:
    if seen and seen != before:
        raise IllegalMove(
            f"{row.number} 刚刚有人办理过，您提交的“{move.label}”没有写入。请看过最新情况再办。", article=move.basis
        )
    if states and row.case.state not in states:
        raise IllegalMove(f"案件现处于“{row.case.get_state_display()}”状态，不能“{move.label}”。", article=move.basis)
