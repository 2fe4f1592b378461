"""How measures go on and end: the follow-up step, extension, release, return, handing over, confiscation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.holds_moving import clock_of, end_limit, move_hold
from hengjian.apps.cases.holds_procedures import (
    FOLLOW_UPS,
    PRESERVE_AFTER,
    RELEASE,
    RELEASES,
    SEIZE_TIME,
)
from hengjian.apps.cases.models import Hold
from hengjian.apps.clocks.services import extend_clock
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import DomainError
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_date


@transaction.atomic
def act_on_hold(
    *, hold: Hold, user: User, now: datetime, today: date, follow_up: str, note: str, seen: str = ""
) -> Hold:
    """Take the follow-up step after registration and preservation, within seven working days (PEN-35)."""
    one_of(follow_up, FOLLOW_UPS, field="follow_up", label="处理方式")
    said = text_of(note, field="note", label="处理情况", most=2_000)
    if follow_up == "released":
        raise refused("follow_up", "解除返还的，请用“解除”，并登记返还日期和接收人。", PRESERVE_AFTER)
    if follow_up == "seized" and not hold.followed_by.filter(state__in=("held", "extended", "urgent")).exists():
        raise refused(
            "follow_up", "转为查封、扣押的，须先就同一批物品作出查封、扣押决定并实施，再登记本项处理。", PRESERVE_AFTER
        )
    if follow_up == "tested" and not hold.appraisals.exclude(state__in=("prepared", "cancelled", "recalled")).exists():
        raise refused("follow_up", "送交检测、鉴定的，须先登记委托并送出，再登记本项处理。", PRESERVE_AFTER)

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        _refuse_after_lapse(row, today)
        row.follow_up, row.reason, row.ended_on = follow_up, said, today
        end_limit(row, row.clock_rule, today, actor, now)

    return move_hold(hold, "act", user, now, today, {"follow_up": follow_up, "note": said}, apply, seen)


def _refuse_after_lapse(row: Hold, today: date) -> None:
    clock = clock_of(row, row.clock_rule)
    if clock is not None and clock.due_on is not None and today > clock.due_on:
        raise refused(
            "note",
            f"登记保存期限已于{zh_date(clock.due_on)}届满，没有处理的自动解除，现在不能再登记处理；请返还物品。",
            PRESERVE_AFTER,
        )


@transaction.atomic
def extend_hold(
    *,
    hold: Hold,
    user: User,
    now: datetime,
    today: date,
    days: int | None,
    reason: str,
    noticed_on: date | None,
    seen: str = "",
) -> Hold:
    """The head extends a seizure once, by at most thirty days, with written notice to the party (PEN-38)."""
    said = text_of(reason, field="reason", label="理由", most=500)
    if days is None or days < 1:
        raise refused("days", "请填写延长的日数，至少 1 日。", SEIZE_TIME)
    told = day_of(noticed_on, field="noticed_on", label="书面告知当事人日期", today=today)

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        row.extended_days, row.extended_on, row.noticed_on, row.reason = days, today, told, said
        try:
            extend_clock(thing=row, rule_id="PEN-38", days=days, approver=actor.name, actor=actor, now=now, reason=said)
        except DomainError as error:
            raise refused("days", error.sentence, SEIZE_TIME) from error

    facts = {"days": days, "reason": said, "noticed_on": told}
    return move_hold(hold, "extend", user, now, today, facts, apply, seen, reason=said)


@transaction.atomic
def release_hold(
    *,
    hold: Hold,
    user: User,
    now: datetime,
    today: date,
    ground: str = "",
    reason: str,
    returned_on: date | None,
    receiver: str,
    seen: str = "",
) -> Hold:
    """Release and give back at once; a seizure names which of the five cases it is (PEN-42)."""  # fmt: skip
    said = text_of(reason, field="reason", label="理由", most=500)
    whom = text_of(receiver, field="receiver", label="接收人", most=120)
    first = hold.taken_on
    back = day_of(returned_on, field="returned_on", label="返还日期", today=today, first=first, first_label="实施日期")
    facts: dict[str, Any] = {"reason": said, "returned_on": back}
    if hold.kind != "preserve":
        facts["ground"] = one_of(ground, RELEASES, field="ground", label="解除情形")
    private = {"receiver": whom}

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        row.ground, row.reason, row.ended_on, row.returned_on = facts.get("ground", ""), said, today, back
        row.items.filter(returned_on__isnull=True).update(returned_on=back)
        end_limit(row, row.clock_rule, today, actor, now)

    return move_hold(hold, "release", user, now, today, facts, apply, seen, reason=said, private=private)


@transaction.atomic
def record_return(
    *, hold: Hold, user: User, now: datetime, today: date, returned_on: date | None, receiver: str, seen: str = ""
) -> Hold:
    """After a preservation has lapsed: when the things went back, and to whom."""
    whom = text_of(receiver, field="receiver", label="接收人", most=120)
    back = day_of(returned_on, field="returned_on", label="返还日期", today=today, first=hold.taken_on,
                  first_label="实施日期")  # fmt: skip

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        row.returned_on = back
        row.items.filter(returned_on__isnull=True).update(returned_on=back)

    facts = {"returned_on": back}
    return move_hold(hold, "record_return", user, now, today, facts, apply, seen, private={"receiver": whom}, states=())


@transaction.atomic
def hand_things_over(
    *,
    hold: Hold,
    user: User,
    now: datetime,
    today: date,
    receiver: str,
    returned_on: date | None,
    reason: str,
    seen: str = "",
) -> Hold:
    """Things go to another authority together with the case; the party is told (form 6)."""  # fmt: skip
    said = text_of(reason, field="reason", label="理由", most=500)
    whom = text_of(receiver, field="receiver", label="接收机关", most=120)
    when = day_of(returned_on, field="returned_on", label="移送日期", today=today, first=hold.taken_on,
                  first_label="实施日期")  # fmt: skip

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        row.reason, row.ended_on, row.receiver, row.returned_on = said, today, whom, when
        end_limit(row, row.clock_rule, today, actor, now)

    facts = {"receiver": whom, "returned_on": when, "reason": said}
    return move_hold(hold, "hand_over", user, now, today, facts, apply, seen, reason=said, states=())


@transaction.atomic
def confiscate(*, hold: Hold, user: User, now: datetime, today: date, decision: str, note: str, seen: str = "") -> Hold:
    """After a decision that confiscates: the measure ends in the disposal of the things (form 52)."""
    which = text_of(decision, field="decision", label="处理决定文号", most=120)
    said = text_of(note, field="note", label="处置情况", most=2_000)
    if not hold.case.decisions.exists():
        raise refused("decision", "本案还没有处理决定，不能登记没收处置。", RELEASE)

    def apply(row: Hold, move: Move, actor: Actor) -> None:
        row.reason, row.ended_on = f"{which}：{said}", today
        end_limit(row, row.clock_rule, today, actor, now)

    return move_hold(hold, "confiscate", user, now, today, {"decision": which, "note": said}, apply, seen)
