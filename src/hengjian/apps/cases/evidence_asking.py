"""Questioning people and asking for materials: two officers with their cards, rights told, read and signed, limits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.evidence_files import Incoming
from hengjian.apps.cases.evidence_moving import UNFINISHED, begin, cards_of, move_matter, next_ordinal, note_new
from hengjian.apps.cases.evidence_procedures import ANSWER_TRUTHFULLY, ASKING, INQUIRY, MATERIALS, REQUEST
from hengjian.apps.cases.evidence_taking import Taken, register_evidence
from hengjian.apps.cases.models import Case, Evidence, Inquiry, MaterialsRequest, Party
from hengjian.apps.clocks.models import UNFINISHED as COUNTING
from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.services import change_limit, start_fixed_clock, stop_clock
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_date, zh_datetime


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to question, when, where, by which officers; `notified_on` None: on the spot, without a notice."""

    who: str
    person_name: str
    planned_at: datetime | None
    place: str
    officer_one: User | None
    officer_two: User | None
    person_post: str = ""
    party: Party | None = None
    notified_on: date | None = None


@transaction.atomic
def call(*, case: Case, entry: Call, user: User, now: datetime, today: date) -> Inquiry:
    """Summon somebody to be questioned (form 13)."""
    row, actor = begin(case=case, user=user, code="evidence.take", today=today, what="安排询问", article=ASKING)
    if entry.planned_at is None:
        raise refused("planned_at", "请填写询问时间。")
    one, two = cards_of(row, entry.officer_one, entry.officer_two, on=today)
    if entry.party is not None and entry.party.case_id != row.pk:
        raise refused("party", "所选当事人不属于本案。")
    if entry.notified_on is not None:
        day_of(entry.notified_on, field="notified_on", label="通知日期", today=today)
    found = Inquiry(
        case=row,
        ordinal=next_ordinal(row.inquiries.all()),
        party=entry.party,
        who=one_of(entry.who, dict(Inquiry.WHO), field="who", label="身份"),
        person_name=text_of(entry.person_name, field="person_name", label="被询问人", most=80),
        person_post=text_of(entry.person_post, field="person_post", label="单位、职务", most=120, required=False),
        planned_at=entry.planned_at,
        place=text_of(entry.place, field="place", label="地点", most=200),
        notified_on=entry.notified_on,
        officer_one=entry.officer_one,
        officer_two=entry.officer_two,
        card_one=one,
        card_two=two,
        by=user,
        at=now,
    )
    found.full_clean()
    found.save()
    note_new(thing=found, verb="inquiry.call", label="安排询问", user=user, actor=actor, now=now, today=today)
    return found


@transaction.atomic
def record_answers(
    *,
    inquiry: Inquiry,
    user: User,
    now: datetime,
    today: date,
    asked_from: datetime | None,
    asked_to: datetime | None,
    text: str,
    rights_told: bool,
    cards_shown: bool,
    recusal: str = "",
    seen: str = "",
) -> Inquiry:
    """Write the record (form 14); cards were shown, rights told, and neither officer was elsewhere."""
    start, end = _span(inquiry, asked_from, asked_to, now)
    said = text_of(text, field="text", label="笔录正文", most=20_000)
    if not cards_shown:
        raise refused("cards_shown", "没有出示执法证件，不能制作询问笔录。", ASKING)
    if not rights_told:
        raise refused("rights_told", "没有告知被询问人权利义务和申请回避的权利，不能制作询问笔录。", ASKING)
    cards_of(inquiry.case, inquiry.officer_one, inquiry.officer_two, on=timezone.localdate(start))
    _refuse_two_places(inquiry, start, end)
    asked = text_of(recusal, field="recusal", label="是否申请回避", most=120, required=False) or "不申请回避"

    def apply(row: Inquiry, move: Move, actor: Actor) -> None:
        row.asked_from, row.asked_to = start, end
        row.rights_told, row.cards_shown, row.recusal = True, True, asked

    facts = {"asked_from": start, "asked_to": end, "rights_told": True, "cards_shown": True}
    return _move(inquiry, "record", user, now, today, facts, apply, seen, {"text": said})


def _span(inquiry: Inquiry, start: datetime | None, end: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    if start is None:
        raise refused("asked_from", "请填写开始时间。")
    if end is None:
        raise refused("asked_to", "请填写结束时间。")
    if end <= start:
        raise refused("asked_to", "结束时间须在开始时间之后。")
    if end > now:
        raise refused("asked_to", f"结束时间{zh_datetime(end)}还没有到，不能预先填写。")
    return start, end


def _refuse_two_places(inquiry: Inquiry, start: datetime, end: datetime) -> None:
    """No officer questions two people at one time: such records have been struck down."""
    officers = [inquiry.officer_one_id, inquiry.officer_two_id]
    rows = Inquiry.objects.filter(asked_from__lt=end, asked_to__gt=start).exclude(pk=inquiry.pk)
    rows = rows.filter(Q(officer_one__in=officers) | Q(officer_two__in=officers))
    other = rows.select_related("case", "officer_one", "officer_two").first()
    if other is not None:
        who = other.officer_one if other.officer_one_id in officers else other.officer_two
        raise refused(
            "asked_from",
            f"{who.name}在{zh_datetime(other.asked_from)}至{zh_datetime(other.asked_to)}正在询问另一人"
            f"（{other.case.number} {other.number}），同一执法人员不能同时在两处询问，请核对时间。",
            ASKING,
        )


@transaction.atomic
def correct_answers(
    *, inquiry: Inquiry, user: User, now: datetime, today: date, text: str, reason: str, seen: str = ""
) -> Inquiry:
    """Correct the record before it is signed; afterwards it never changes."""
    said = text_of(text, field="text", label="笔录正文", most=20_000)
    why = text_of(reason, field="reason", label="理由", most=300)
    return _move(inquiry, "correct", user, now, today, {"reason": why}, None, seen, {"text": said})


def digest_of(inquiry: Inquiry) -> str:
    """The SHA-256 of what a record says: who asked whom, when, what was said."""
    said = "\n".join(
        [
            inquiry.case.number,
            inquiry.number,
            inquiry.person_name,
            f"{inquiry.asked_from:%Y-%m-%dT%H:%M%z} {inquiry.asked_to:%Y-%m-%dT%H:%M%z}",
            f"{inquiry.card_one} {inquiry.card_two}",
            inquiry.recusal,
            inquiry.text,
        ]
    )
    return hashlib.sha256(said.encode()).hexdigest()


@transaction.atomic
def sign(
    *,
    inquiry: Inquiry,
    user: User,
    now: datetime,
    today: date,
    read_over: bool,
    proves: str,
    files: Sequence[Incoming] = (),
    seen: str = "",
) -> Inquiry:
    """The record was read over and signed page by page: it becomes evidence and never changes again."""  # fmt: skip
    if not read_over:
        raise refused("read_over", "笔录须交被询问人核对或者向其宣读，才能签字。", ASKING)
    said = text_of(proves, field="proves", label="证明事项", most=2_000)

    def apply(row: Inquiry, move: Move, actor: Actor) -> None:
        row.read_over, row.digest = True, digest_of(row)
        row.evidence = _as_evidence(row, said, files, user=user, now=now, today=today)

    return _move(inquiry, "sign", user, now, today, {"read_over": True}, apply, seen)


@transaction.atomic
def note_refusal(
    *,
    inquiry: Inquiry,
    user: User,
    now: datetime,
    today: date,
    reason: str,
    witness: str,
    proves: str,
    files: Sequence[Incoming] = (),
    seen: str = "",
) -> Inquiry:
    """The person did not sign: reason and witness are noted, and the record is evidence all the same."""
    why = text_of(reason, field="reason", label="未签字的原因", most=300)
    who = text_of(witness, field="witness", label="见证人", most=120)
    said = text_of(proves, field="proves", label="证明事项", most=2_000)

    def apply(row: Inquiry, move: Move, actor: Actor) -> None:
        row.reason, row.digest = why, digest_of(row)
        row.evidence = _as_evidence(row, said, files, user=user, now=now, today=today)

    return _move(inquiry, "note_refusal", user, now, today, {"reason": why}, apply, seen, {"witness": who})


def _as_evidence(
    row: Inquiry, proves: str, files: Sequence[Incoming], *, user: User, now: datetime, today: date
) -> Evidence:
    entry = Taken(
        kind="testimony" if row.who == "witness" else "statement",
        name=f"询问笔录 {row.number}（{row.get_who_display()}）",
        proves=proves,
        way="inquiry",
        obtained_on=timezone.localdate(row.asked_from),
        place=row.place,
        provider=row.person_name,
        officer_one=row.officer_one,
        officer_two=row.officer_two,
    )
    return register_evidence(case=row.case, entry=entry, files=files, user=user, now=now, today=today)


@transaction.atomic
def end_inquiry(
    *, inquiry: Inquiry, action: str, user: User, now: datetime, today: date, reason: str, seen: str = ""
) -> Inquiry:
    """Nobody came, or it is not needed any more."""
    why = text_of(reason, field="reason", label="理由", most=300)

    def apply(row: Inquiry, move: Move, actor: Actor) -> None:
        row.reason = why

    return _move(inquiry, action, user, now, today, {"reason": why}, apply, seen)


def _move(
    inquiry: Inquiry,
    action: str,
    user: User,
    now: datetime,
    today: date,
    facts: dict[str, Any],
    apply: Any,
    seen: str,
    private: dict[str, Any] | None = None,
) -> Inquiry:
    moved: Inquiry = move_matter(
        procedure=INQUIRY, thing=inquiry, action=action, user=user, now=now, today=today, facts=facts, private=private,
        reason=str(facts.get("reason", "")), apply=apply, seen=seen, states=UNFINISHED,
    )  # fmt: skip
    return moved


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which materials are asked of whom by when."""

    addressee: str
    wanted: str
    served_on: date | None
    due: date | None
    officer_one: User | None
    officer_two: User | None
    party: Party | None = None


@transaction.atomic
def request_materials(*, case: Case, entry: Wanted, user: User, now: datetime, today: date) -> MaterialsRequest:
    """Ask for materials within a limit (form 15); the limit runs from the service."""
    row, actor = begin(case=case, user=user, code="evidence.take", today=today, what="要求提供材料", article=MATERIALS)
    cards_of(row, entry.officer_one, entry.officer_two, on=today)
    served = day_of(entry.served_on, field="served_on", label="送达日期", today=today)
    if entry.due is None or entry.due <= served:
        raise refused("due", f"提供期限须在送达日期{zh_date(served)}之后。", MATERIALS)
    if entry.party is not None and entry.party.case_id != row.pk:
        raise refused("party", "所选当事人不属于本案。")
    found = MaterialsRequest(
        case=row,
        ordinal=next_ordinal(row.requests.all()),
        party=entry.party,
        addressee=text_of(entry.addressee, field="addressee", label="提供人", most=120),
        wanted=text_of(entry.wanted, field="wanted", label="要提供的材料", most=2_000),
        served_on=served,
        due=entry.due,
        officer_one=entry.officer_one,
        officer_two=entry.officer_two,
        by=user,
        at=now,
    )
    found.full_clean()
    found.save()
    note_new(
        thing=found, verb="materials_request.send", label="要求限期提供材料", user=user, actor=actor, now=now,
        today=today,
    )  # fmt: skip
    start_fixed_clock(
        due=entry.due, basis="限期提供材料通知书", title="提供材料期限", thing=found, organ=row.organ, start=served,
        label=f"{row.number} {found.number} 限期提供材料", actor=actor, now=now,
        url=reverse("cases:request", args=[row.number, found.pk]), responsible=entry.officer_one,
    )  # fmt: skip
    return found


@transaction.atomic
def extend_request(
    *, request: MaterialsRequest, user: User, now: datetime, today: date, due: date | None, reason: str, seen: str = ""
) -> MaterialsRequest:
    """Give more time."""
    why = text_of(reason, field="reason", label="说明", most=300)
    if due is None or due <= request.due:
        raise refused("due", f"新的期限须晚于现在的期限{zh_date(request.due)}。")

    def apply(row: MaterialsRequest, move: Move, actor: Actor) -> None:
        row.due, row.reason = due, why
        change_limit(thing=row, due=due, reason=why, actor=actor, now=now)

    return _ask(request, "extend", user, now, today, {"due": due, "reason": why}, apply, seen)


@transaction.atomic
def note_materials(
    *,
    request: MaterialsRequest,
    user: User,
    now: datetime,
    today: date,
    answer: str,
    answered_on: date | None,
    seen: str = "",
) -> MaterialsRequest:
    """What came in, and when; lateness is kept. The materials themselves are registered as evidence."""  # fmt: skip
    said = text_of(answer, field="answer", label="收到的材料", most=2_000)
    on = day_of(answered_on, field="answered_on", label="收到日期", today=today, first=request.served_on,
                first_label="送达日期")  # fmt: skip

    def apply(row: MaterialsRequest, move: Move, actor: Actor) -> None:
        row.answered_on, row.answered_late = on, on > row.due
        _stop(row, on, actor, now, "met")

    return _ask(request, "answer", user, now, today, {"answered_on": on}, apply, seen, {"answer": said})


@transaction.atomic
def end_request(
    *, request: MaterialsRequest, action: str, user: User, now: datetime, today: date, reason: str, seen: str = ""
) -> MaterialsRequest:
    """Nothing came within the limit, or the request is taken back."""
    why = text_of(reason, field="reason", label="说明", most=300)
    if action == "note_silence" and today <= request.due:
        raise refused("reason", f"提供期限{zh_date(request.due)}还没有届满，不能登记逾期未提供。", ANSWER_TRUTHFULLY)

    def apply(row: MaterialsRequest, move: Move, actor: Actor) -> None:
        row.reason = why
        _stop(row, today, actor, now, "stopped")

    return _ask(request, action, user, now, today, {"reason": why}, apply, seen)


def _stop(row: MaterialsRequest, on: date, actor: Actor, now: datetime, outcome: str) -> None:
    rows = Clock.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk), state__in=COUNTING)
    if rows.exists():
        stop_clock(thing=row, rule_id="LIMIT", on=on, actor=actor, now=now, outcome=outcome)


def _ask(
    request: MaterialsRequest,
    action: str,
    user: User,
    now: datetime,
    today: date,
    facts: dict[str, Any],
    apply: Any,
    seen: str,
    private: dict[str, Any] | None = None,
) -> MaterialsRequest:
    moved: MaterialsRequest = move_matter(
        procedure=REQUEST, thing=request, action=action, user=user, now=now, today=today, facts=facts, private=private,
        reason=str(facts.get("reason", "")), apply=apply, seen=seen, states=UNFINISHED,
    )  # fmt: skip
    return moved
