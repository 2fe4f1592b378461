"""Moves during the investigation: suspend, resume, end, extend, change officers, hand over, conclude."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.investigators import appoint, check_officers
from hengjian.apps.cases.models import Case, Collective
from hengjian.apps.cases.moving import Apply, move_case
from hengjian.apps.cases.origins import lead_of
from hengjian.apps.cases.wording import LEGAL_GROUNDS, SUSPENSION_GROUNDS, TERMINATION_GROUNDS
from hengjian.apps.clocks.services import extend_clock
from hengjian.apps.leads.services import mark_unfiled
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move


@transaction.atomic
def suspend(
    *, case: Case, user: User, now: datetime, today: date, ground: str, reason: str, seen: int | None = None
) -> Case:
    """The head suspends the investigation: the case limit stands still from today."""
    said = text_of(reason, field="reason", label="理由")
    one_of(ground, SUSPENSION_GROUNDS, field="ground", label="中止调查的情形")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        timing.pause(row, on=today, reason=timing.SUSPENSION, actor=actor, now=now)

    return _move("suspend", case, user, now, today, {"ground": ground, "reason": said}, apply, seen)


@transaction.atomic
def resume(*, case: Case, user: User, now: datetime, today: date, reason: str, seen: int | None = None) -> Case:
    """The cause is gone: the investigation goes on at once, and the limit runs again."""
    said = text_of(reason, field="reason", label="理由")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        timing.resume(row, last=today, actor=actor, now=now)

    return _move("resume", case, user, now, today, {"reason": said}, apply, seen)


@transaction.atomic
def terminate(
    *, case: Case, user: User, now: datetime, today: date, ground: str, reason: str, seen: int | None = None
) -> Case:
    """The head ends an investigation that cannot go on; closing follows within fifteen working days."""
    said = text_of(reason, field="reason", label="理由")
    one_of(ground, TERMINATION_GROUNDS, field="ground", label="终止调查的情形")
    return _move("terminate", case, user, now, today, {"ground": ground, "reason": said}, ending(now, today), seen)


@transaction.atomic
def withdraw_case(*, case: Case, user: User, now: datetime, today: date, reason: str, seen: int | None = None) -> Case:
    """The head takes the filing back; a lead behind it is verified on."""
    said = text_of(reason, field="reason", label="理由")
    end = ending(now, today)

    def apply(row: Case, move: Move, actor: Actor) -> None:
        end(row, move, actor)
        lead = lead_of(row.origin_kind, row.origin_id)
        if lead is not None:
            mark_unfiled(lead=lead, reason=said, actor=actor, now=now, today=today)

    return _move("withdraw_case", case, user, now, today, {"reason": said}, apply, seen)


@transaction.atomic
def transfer_case(
    *, case: Case, user: User, now: datetime, today: date, receiver: str, reason: str, seen: int | None = None
) -> Case:
    """Hand the case to the competent authority (程序规定 17)."""
    said = text_of(reason, field="reason", label="理由")
    whom = text_of(receiver, field="receiver", label="接收机关", most=120)
    facts = {"receiver": whom, "reason": said}
    return _move("transfer_case", case, user, now, today, facts, ending(now, today), seen)


def ending(now: datetime, today: date) -> Apply:
    """What every end without a penalty does: all clocks stop, the one for closing the case starts."""

    def apply(row: Case, move: Move, actor: Actor) -> None:
        timing.stop_all(row, on=today, actor=actor, now=now)
        timing.start(row, "PEN-77", on=today, actor=actor, now=now)

    return apply


@transaction.atomic
def extend(*, case: Case, user: User, now: datetime, today: date, reason: str, seen: int | None = None) -> Case:
    """The head extends the case limit by thirty days, once (程序规定 64)."""
    said = text_of(reason, field="reason", label="理由")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        extend_clock(thing=row, rule_id=timing.LIMIT, days=None, approver=actor.name, actor=actor, now=now, reason=said)

    return _move("extend", case, user, now, today, {"reason": said}, apply, seen)


@transaction.atomic
def extend_collective(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    days: int,
    held_on: date | None,
    attendees: str,
    minutes: str,
    reason: str,
    seen: int | None = None,
) -> Case:
    """After the head's extension a collective discussion fixes a further reasonable period."""
    said = text_of(reason, field="reason", label="理由")
    opinions = text_of(minutes, field="minutes", label="集体讨论情况")
    people = text_of(attendees, field="attendees", label="参加人员", most=500)
    if not 1 <= days <= 365:
        raise refused("days", "再延长的天数须在 1 到 365 日之间。")
    on = day_of(held_on, field="held_on", label="讨论日期", today=today)

    def apply(row: Case, move: Move, actor: Actor) -> None:
        extend_clock(
            thing=row, rule_id=timing.LIMIT, days=days, approver="机关负责人集体讨论", actor=actor, now=now, reason=said
        )
        Collective.objects.create(
            case=row,
            held_on=on,
            attendees=people,
            opinions=opinions,
            conclusion=f"再延长办案期限 {days} 日",
            about="延长办案期限",
            recorded_by=user,
            recorded_at=now,
        )

    facts = {"reason": said, "days": days, "minutes": opinions}
    return _move("extend_collective", case, user, now, today, facts, apply, seen)


@transaction.atomic
def change_officers(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    officers: Sequence[User],
    reason: str,
    seen: int | None = None,
) -> Case:
    """The head names other investigators; those who investigated before stay excluded from judging the case."""
    said = text_of(reason, field="reason", label="理由")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        check_officers(officers, row, on=today)
        appoint(row, officers, on=today)

    facts = {"officers": [person.pk for person in officers], "reason": said}
    return _move("change_officers", case, user, now, today, facts, apply, seen)


@transaction.atomic
def conclude(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    report: str,
    proposal: str,
    legal_ground: str = "",
    major: bool = False,
    seen: int | None = None,
) -> Case:
    """The investigators end the investigation with a report and what they propose (form 35)."""
    said = text_of(report, field="report", label="调查终结报告")
    wanted = text_of(proposal, field="proposal", label="处理建议")
    if legal_ground:
        one_of(legal_ground, LEGAL_GROUNDS, field="legal_ground", label="法制审核的情形")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        row.report, row.proposal, row.concluded_on = said, wanted, today
        row.conclusions += 1
        row.legal_ground, row.major = legal_ground, major

    return _move("conclude", case, user, now, today, {"report": said}, apply, seen)


@transaction.atomic
def reinvestigate(*, case: Case, user: User, now: datetime, today: date, reason: str, seen: int | None = None) -> Case:
    """Go back to the investigation because something new came up; a fresh notice follows where the proposal changes."""
    said = text_of(reason, field="reason", label="理由")
    return _move("reinvestigate", case, user, now, today, {"reason": said}, None, seen)


def _move(
    action: str,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    facts: Mapping[str, Any],
    apply: Apply | None,
    seen: int | None,
) -> Case:
    return move_case(
        case=case,
        action=action,
        user=user,
        now=now,
        today=today,
        facts=facts,
        reason=str(facts.get("reason", "")),
        apply=apply,
        seen=seen,
    )
