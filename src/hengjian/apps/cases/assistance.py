"""Letters of assistance: to an organ of this installation, which answers here, or to one outside, tracked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import visible
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.cases.assistance_procedures import ASSIST, ASSISTANCE, KINDS
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.evidence_files import Incoming, keep_all
from hengjian.apps.cases.evidence_moving import begin, move_matter, note_new
from hengjian.apps.cases.models import AssistanceLetter, Case, LetterFile
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_date

RULE = "PEN-45"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is asked of which organ; `outside`: it stands not in this installation and answers on paper."""

    kind: str
    to_name: str
    subject: str
    questions: str
    sent_on: date | None
    outside: bool = False


def letters_seen_by(user: Any, on: date) -> QuerySet[AssistanceLetter]:
    """Letters of cases this person sees, and letters to the person's organ (and to those below it)."""
    rows = AssistanceLetter.objects.select_related("case__organ", "to_organ", "by")
    asked = visible(user, "assistance.view", rows, on=on, organ="to_organ")
    own = rows.filter(case__in=cases_seen_by(user, on).order_by().values("pk"))
    return rows.filter(Q(pk__in=asked.order_by().values("pk")) | Q(pk__in=own.order_by().values("pk")))


def letters_to(user: Any, on: date) -> QuerySet[AssistanceLetter]:
    """Letters that the person's own organ has to answer."""
    rows = AssistanceLetter.objects.select_related("case__organ", "to_organ", "by")
    return visible(user, "assistance.answer", rows, on=on, organ="to_organ")


def organ_named(name: str, *, on: date) -> Organ:
    """The organ of this installation with that name or short name; Refused where it does not exist (any more)."""
    plain = text_of(name, field="to_name", label="受函机关", most=120)
    found = list(in_force(Organ.objects.filter(Q(name=plain) | Q(short_name=plain)), on=on)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise refused("to_name", f"有不止一个机关叫“{plain}”，请填写全称。", ASSIST)
    if Organ.objects.filter(Q(name=plain) | Q(short_name=plain)).exists():
        raise refused("to_name", f"“{plain}”已经撤销，不能向它发函；请查明承接其职责的机关。", ASSIST)
    raise refused("to_name", f"系统里没有名为“{plain}”的机关，没有发出；系统外机关请勾选“系统外机关”。", ASSIST)


@transaction.atomic
def send_letter(*, case: Case, entry: Letter, user: User, now: datetime, today: date) -> AssistanceLetter:
    """Send a letter (form 17, 16 or 18). An organ that does not exist is refused."""
    row, actor = begin(case=case, user=user, code="assistance.send", today=today, what="发出协助函", article=ASSIST)
    organ = None if entry.outside else organ_named(entry.to_name, on=today)
    if organ is not None and organ.pk == row.organ_id:
        raise refused("to_name", "受函机关就是本机关，不必发函。", ASSIST)
    found = AssistanceLetter(
        case=row,
        number=next_number("XZ", today.year),
        kind=one_of(entry.kind, KINDS, field="kind", label="种类"),
        to_organ=organ,
        to_name=organ.name if organ else text_of(entry.to_name, field="to_name", label="受函机关", most=120),
        subject=text_of(entry.subject, field="subject", label="事由", most=200),
        questions=text_of(entry.questions, field="questions", label="请求协助的事项", most=5_000),
        sent_on=day_of(entry.sent_on, field="sent_on", label="发函日期", today=today),
        by=user,
        at=now,
    )
    found.full_clean()
    found.save()
    note_new(
        thing=found, verb="assistance.send", label=f"发出协助函，致{found.to_name}", user=user, actor=actor, now=now,
        today=today,
    )  # fmt: skip
    return found


@transaction.atomic
def receive_letter(
    *, letter: AssistanceLetter, user: User, now: datetime, today: date, received_on: date | None, seen: str = ""
) -> AssistanceLetter:
    """The asked organ has it: fifteen working days run from that day. Outside, the sender notes the receipt."""
    on = day_of(received_on, field="received_on", label="收到日期", today=today, first=letter.sent_on,
                first_label="发函日期")  # fmt: skip

    def apply(row: AssistanceLetter, move: Move, actor: Actor) -> None:
        row.received_on = on
        start_clock(
            rule_id=RULE, thing=row, organ=row.to_organ or row.case.organ, start=on,
            label=f"协助函 {row.number}：{row.subject}", actor=actor, now=now,
            url=reverse("cases:letter", args=[row.number]),
        )  # fmt: skip

    return _move(letter, "receive", "note_receipt", user, now, today, {"received_on": on}, apply, seen)


@transaction.atomic
def tell_delay(
    *,
    letter: AssistanceLetter,
    user: User,
    now: datetime,
    today: date,
    reason: str,
    expected_on: date | None,
    told_on: date | None = None,
    seen: str = "",
) -> AssistanceLetter:
    """Tell the requester before the last day that it cannot be done in time; later it is too late to tell."""
    why = text_of(reason, field="reason", label="理由", most=500)
    on = day_of(told_on or today, field="told_on", label="告知日期", today=today)
    clock = clock_of(letter)
    if clock is not None and clock.due_on is not None and on > clock.due_on:
        raise refused(
            "reason",
            f"协助期限已于{zh_date(clock.due_on)}届满，不能按期的须在期满前告知；请尽快回复。",
            ASSIST,
        )
    if expected_on is None or expected_on <= on:
        raise refused("expected_on", "预计完成日期须在告知日期之后。", ASSIST)

    def apply(row: AssistanceLetter, move: Move, actor: Actor) -> None:
        row.told_on, row.expected_on, row.reason = on, expected_on, why

    facts = {"reason": why, "expected_on": expected_on, "told_on": on}
    return _move(letter, "tell", "note_telling", user, now, today, facts, apply, seen)


@transaction.atomic
def answer_letter(
    *,
    letter: AssistanceLetter,
    user: User,
    now: datetime,
    today: date,
    answer: str,
    files: Sequence[Incoming] = (),
    answered_on: date | None = None,
    seen: str = "",
) -> AssistanceLetter:
    """The result, with its files; lateness shows in the clock."""  # fmt: skip
    said = text_of(answer, field="answer", label="协助结果", most=10_000)
    on = day_of(answered_on or today, field="answered_on", label="回复日期", today=today, first=letter.received_on,
                first_label="收到日期")  # fmt: skip
    kept = keep_all(files)

    def apply(row: AssistanceLetter, move: Move, actor: Actor) -> None:
        row.answered_on, row.answered_by = on, actor.name
        LetterFile.objects.bulk_create(
            LetterFile(letter=row, name=one.name, media_type=one.media_type, size=one.size, sha256=one.sha256, by=user,
                       at=now)
            for one in kept
        )  # fmt: skip
        _stop(row, on, actor, now, "met")

    facts: dict[str, Any] = {"answered_on": on, "files": [one.sha256 for one in kept]}
    return _move(letter, "answer", "note_answer", user, now, today, facts, apply, seen, {"answer": said})


@transaction.atomic
def decline_letter(
    *,
    letter: AssistanceLetter,
    user: User,
    now: datetime,
    today: date,
    reason: str,
    answered_on: date | None = None,
    seen: str = "",
) -> AssistanceLetter:
    """It cannot be done, and why."""  # fmt: skip
    why = text_of(reason, field="reason", label="理由", most=500)
    on = day_of(answered_on or today, field="answered_on", label="复函日期", today=today, first=letter.received_on,
                first_label="收到日期")  # fmt: skip

    def apply(row: AssistanceLetter, move: Move, actor: Actor) -> None:
        row.reason, row.answered_on, row.answered_by = why, on, actor.name
        _stop(row, on, actor, now, "met")

    facts = {"reason": why, "answered_on": on}
    return _move(letter, "decline", "note_decline", user, now, today, facts, apply, seen)


@transaction.atomic
def withdraw_letter(
    *, letter: AssistanceLetter, user: User, now: datetime, today: date, reason: str, seen: str = ""
) -> AssistanceLetter:
    """The sender does not need it any more."""
    why = text_of(reason, field="reason", label="理由", most=500)

    def apply(row: AssistanceLetter, move: Move, actor: Actor) -> None:
        row.reason = why
        _stop(row, today, actor, now, "stopped")

    return _move(letter, "withdraw", "withdraw", user, now, today, {"reason": why}, apply, seen)


def clock_of(letter: AssistanceLetter) -> Clock | None:
    """The running limit of the asked organ."""
    rows = Clock.objects.filter(thing_kind=letter._meta.label_lower, thing_id=str(letter.pk), rule_id=RULE)
    return rows.filter(state__in=UNFINISHED).first()


def _stop(row: AssistanceLetter, on: date, actor: Actor, now: datetime, outcome: str) -> None:
    if clock_of(row) is not None:
        stop_clock(thing=row, rule_id=RULE, on=on, actor=actor, now=now, outcome=outcome)


def _move(
    letter: AssistanceLetter, inside: str, outside: str, user: User, now: datetime, today: date,
    facts: dict[str, Any], apply: Any, seen: str, private: dict[str, Any] | None = None,
) -> AssistanceLetter:  # fmt: skip
    """The asked organ's own move where it stands here, the sender's note where it stands outside."""
    action = inside if letter.to_organ_id else outside
    moved: AssistanceLetter = move_matter(
        procedure=ASSISTANCE, thing=letter, action=action, user=user, now=now, today=today, facts=facts,
        private=private, reason=str(facts.get("reason", "")), apply=apply, seen=seen, states=(),
    )  # fmt: skip
    return moved
