"""Commissions to test or appraise: while they are out, the clocks of the case and of the things stand still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.appraisal_procedures import APPRAISAL, COMMISSION, KINDS, NOT_COUNTED, PAUSE_REASON
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.evidence_files import Incoming
from hengjian.apps.cases.evidence_moving import UNFINISHED, begin, cards_of, move_matter, next_ordinal, note_new
from hengjian.apps.cases.evidence_taking import Taken, register_evidence
from hengjian.apps.cases.models import Appraisal, Case, Hold
from hengjian.apps.cases.origins import lead_of
from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.services import pause_clock, resume_clock
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move

OTHER_PAUSES = ("suspended", "hearing")
"""States of a case whose own pause goes on when a commission comes back."""


@dataclass(frozen=True, slots=True)
class Commission:
    """What is asked of whom."""

    kind: str
    body: str
    qualification: str
    subject: str
    questions: str
    officer_one: User | None
    officer_two: User | None
    hold: Hold | None = None


@transaction.atomic
def commission(*, case: Case, entry: Commission, user: User, now: datetime, today: date) -> Appraisal:
    """Write the commission (form 30); nothing stands still before it is sent."""
    row, actor = begin(
        case=case, user=user, code="evidence.take", today=today, what="委托检测、检验、检疫、鉴定", article=COMMISSION
    )
    cards_of(row, entry.officer_one, entry.officer_two, on=today)
    if entry.hold is not None and entry.hold.case_id != row.pk:
        raise refused("hold", "所选的措施不属于本案。")
    found = Appraisal(
        case=row,
        ordinal=next_ordinal(row.appraisals.all()),
        kind=one_of(entry.kind, KINDS, field="kind", label="种类"),
        body=text_of(entry.body, field="body", label="受托机构", most=120),
        qualification=text_of(entry.qualification, field="qualification", label="受托机构的资质、资格", most=200),
        subject=text_of(entry.subject, field="subject", label="送检、送鉴物品", most=300),
        questions=text_of(entry.questions, field="questions", label="委托事项", most=2_000),
        hold=entry.hold,
        officer_one=entry.officer_one,
        officer_two=entry.officer_two,
        by=user,
        at=now,
    )
    found.full_clean()
    found.save()
    label = f"委托{found.get_kind_display()}"
    note_new(thing=found, verb="appraisal.commission", label=label, user=user, actor=actor, now=now, today=today)
    return found


@transaction.atomic
def send(
    *,
    appraisal: Appraisal,
    user: User,
    now: datetime,
    today: date,
    sent_on: date | None,
    expected_on: date | None = None,
    seen: str = "",
) -> Appraisal:
    """It is out: from `sent_on` neither the case limit (PEN-64) nor the check of a lead (PEN-18) runs."""
    on = day_of(sent_on, field="sent_on", label="送出日期", today=today)

    def apply(row: Appraisal, move: Move, actor: Actor) -> None:
        row.sent_on, row.expected_on = on, expected_on
        row.paused = _pause_case(row.case, on, actor, now)

    return _move(appraisal, "send", user, now, today, {"sent_on": on}, apply, seen)


@transaction.atomic
def tell_period(
    *, appraisal: Appraisal, user: User, now: datetime, today: date, told_on: date | None, seen: str = ""
) -> Appraisal:
    """The party is told of the period in writing: from then the limit of a seizure stands still too (PEN-38)."""
    on = day_of(
        told_on, field="told_on", label="告知日期", today=today, first=appraisal.sent_on, first_label="送出日期"
    )

    def apply(row: Appraisal, move: Move, actor: Actor) -> None:
        row.told_on = on
        if row.hold is not None and row.hold.kind != "preserve":
            row.paused = [*row.paused, *_pause(row.hold, "PEN-38", on, actor, now)]

    return _move(appraisal, "tell_period", user, now, today, {"told_on": on}, apply, seen, basis=NOT_COUNTED)


@transaction.atomic
def receive(
    *,
    appraisal: Appraisal,
    user: User,
    now: datetime,
    today: date,
    returned_on: date | None,
    report_no: str,
    result: str,
    files: Sequence[Incoming] = (),
    seen: str = "",
) -> Appraisal:
    """The result has come: clocks go on the day after, and it becomes evidence (鉴定意见)."""  # fmt: skip
    on = day_of(returned_on, field="returned_on", label="收到结果日期", today=today, first=appraisal.sent_on,
                first_label="送出日期")  # fmt: skip
    number = text_of(report_no, field="report_no", label="报告编号", most=80)
    said = text_of(result, field="result", label="结论", most=5_000)

    def apply(row: Appraisal, move: Move, actor: Actor) -> None:
        row.returned_on, row.report_no = on, number
        _resume_all(row, on, actor, now)
        entry = Taken(
            kind="expert", name=f"{row.body}报告 {number}"[:200], proves=row.questions[:2_000], way="commission",
            obtained_on=on, place=row.body, source_label=f"{row.body}，委托 {row.number}",
        )  # fmt: skip
        row.evidence = register_evidence(case=row.case, entry=entry, files=files, user=user, now=now, today=today)

    facts = {"returned_on": on, "report_no": number}
    return _move(appraisal, "receive", user, now, today, facts, apply, seen, private={"result": said})


@transaction.atomic
def tell_result(
    *, appraisal: Appraisal, user: User, now: datetime, today: date, told_on: date | None, seen: str = ""
) -> Appraisal:
    """The party is told the result (form 32)."""
    on = day_of(told_on, field="told_on", label="告知日期", today=today, first=appraisal.returned_on,
                first_label="收到结果日期")  # fmt: skip

    def apply(row: Appraisal, move: Move, actor: Actor) -> None:
        row.result_told_on = on

    return _move(appraisal, "tell_result", user, now, today, {"result_told_on": on}, apply, seen)


@transaction.atomic
def take_back(
    *, appraisal: Appraisal, action: str, user: User, now: datetime, today: date, reason: str, seen: str = ""
) -> Appraisal:
    """Cancel a commission that is not out, or recall one that is: then the clocks go on."""
    said = text_of(reason, field="reason", label="理由", most=300)

    def apply(row: Appraisal, move: Move, actor: Actor) -> None:
        row.reason = said
        if action == "recall":
            _resume_all(row, today, actor, now)

    return _move(appraisal, action, user, now, today, {"reason": said}, apply, seen)


def _move(
    appraisal: Appraisal,
    action: str,
    user: User,
    now: datetime,
    today: date,
    facts: dict[str, Any],
    apply: Any,
    seen: str,
    *,
    private: dict[str, Any] | None = None,
    basis: str = "",
) -> Appraisal:
    moved: Appraisal = move_matter(
        procedure=APPRAISAL, thing=appraisal, action=action, user=user, now=now, today=today, facts=facts,
        private=private, reason=str(facts.get("reason", basis)), apply=apply, seen=seen, states=UNFINISHED,
    )  # fmt: skip
    return moved


def _pause_case(case: Case, on: date, actor: Actor, now: datetime) -> list[dict[str, str]]:
    held = _pause(case, "PEN-64", on, actor, now) + _pause(case, "PEN-18", on, actor, now)
    lead = lead_of(case.origin_kind, case.origin_id) if case.state in ("proposed", "filing") else None
    return held + (_pause(lead, "PEN-18", on, actor, now) if lead is not None else [])


def _clock(thing: models.Model, rule_id: str, *states: str) -> Clock | None:
    rows = Clock.objects.filter(thing_kind=thing._meta.label_lower, thing_id=str(thing.pk), rule_id=rule_id)
    return rows.filter(state__in=states).first()


def _pause(thing: models.Model, rule_id: str, on: date, actor: Actor, now: datetime) -> list[dict[str, str]]:
    """Pause a running clock; one that stands still already, or has run out, is left alone."""
    clock = _clock(thing, rule_id, "running")
    if clock is None or (clock.due_on is not None and on > clock.due_on):
        return []
    first = max(on, clock.started_on)
    pause_clock(thing=thing, rule_id=rule_id, first=first, last=None, reason=PAUSE_REASON, actor=actor, now=now)
    return [{"rule": rule_id, "kind": thing._meta.label_lower, "id": str(thing.pk)}]


def _resume_all(row: Appraisal, last: date, actor: Actor, now: datetime) -> None:
    """Let the clocks go on, unless another commission is still out or the case itself stands still."""
    others = row.case.appraisals.filter(state="out").exclude(pk=row.pk)
    if not others.exists() and row.case.state not in OTHER_PAUSES:
        for thing in _paused_things(row):
            for rule_id in ("PEN-64", "PEN-18"):
                _resume(thing, rule_id, last, actor, now)
    if row.hold is not None and not others.filter(hold=row.hold, told_on__isnull=False).exists():
        _resume(row.hold, "PEN-38", last, actor, now)


def _paused_things(row: Appraisal) -> list[models.Model]:
    lead = lead_of(row.case.origin_kind, row.case.origin_id)
    return [row.case, *([lead] if lead is not None else [])]


def _resume(thing: models.Model, rule_id: str, last: date, actor: Actor, now: datetime) -> None:
    clock = _clock(thing, rule_id, "paused")
    if clock is None or clock.paused_from is None:
        return
    resume_clock(thing=thing, rule_id=rule_id, last=max(last, clock.paused_from), actor=actor, now=now)
