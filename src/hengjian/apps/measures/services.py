"""Drafting, approving, serving and following up a measure, under the table and on the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import FIXED, change_limit, start_fixed_clock, stop_clock
from hengjian.apps.measures import papers
from hengjian.apps.measures.following import answer_lead
from hengjian.apps.measures.models import Measure
from hengjian.apps.measures.policies import measure_policy
from hengjian.apps.measures.procedures import HOUSE, KINDS, MEASURE, ORDER, SOFT, WITH_INSTITUTION
from hengjian.apps.measures.selectors import took_part
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import threshold
from hengjian.law.loader import lawbook
from hengjian.ui.wording import zh_date

Apply = Callable[[Measure, Move, Actor], None]
EDITED = ("kind", "title", "facts", "requirement", "violation_id", "limit", "planned_at", "place")


@transaction.atomic
def draft_measure(
    *,
    organ: Organ,
    institution: Institution,
    kind: str,
    title: str,
    facts: str,
    requirement: str,
    user: User,
    now: datetime,
    today: date,
    violation_id: str = "",
    limit: date | None = None,
    planned_at: datetime | None = None,
    place: str = "",
    origin: tuple[str, str, str, str] = ("", "", "", ""),
) -> Measure:
    """Begin a measure; `origin` is kind, id, label and URL of what it came from.

    Refused with field and sentence: unknown kind or breach, a limit in the past or too far, an order without limit, an
    interview without time and place, a second measure of the same kind from the same origin.
    """
    probe = Measure(organ=organ, institution=institution)
    actor = measure_policy(user, on=today)("measure.draft", probe)
    if actor is None:
        actor_or_refuse(user, "measure.draft", probe, on=today)
        raise AssertionError  # pragma: no cover - the line above has refused
    row = Measure(
        organ=organ,
        institution=institution,
        kind=kind,
        title=title.strip(),
        facts=facts.strip(),
        requirement=requirement.strip(),
        violation_id=violation_id,
        limit=limit,
        planned_at=planned_at,
        place=place.strip(),
        origin_kind=origin[0],
        origin_id=origin[1],
        origin_label=origin[2][:200],
        origin_url=origin[3],
        drafted_by=user,
        drafted_at=now,
        state_at=now,
    )
    _check(row, today=today, now=now)
    Organ.objects.select_for_update().get(pk=organ.pk)
    _require_first(row)
    row.number = next_number("FC", today.year)
    row.full_clean()
    row.save()
    _note_drafted(row, actor=actor, now=now)
    return row


def _note_drafted(row: Measure, *, actor: Actor, now: datetime) -> None:
    append_event(
        now=now,
        actor=actor,
        verb="measure.draft",
        thing=row,
        organ_path=row.organ_path,
        basis=HOUSE,
        after={"number": row.number, "kind": row.kind, "institution": row.institution_uscc, "origin": row.origin_label},
    )


def _require_first(row: Measure) -> None:
    if not row.origin_id:
        return
    rows = Measure.objects.filter(origin_kind=row.origin_kind, origin_id=row.origin_id, kind=row.kind)
    known = rows.exclude(state="dropped").first()
    if known is not None:
        raise Refused(
            f"{row.origin_label}已经有{row.get_kind_display()}：{known.number}（{known.get_state_display()}）。",
            where={"field": "kind"},
        )


def _check(row: Measure, *, today: date, now: datetime) -> None:
    if row.kind not in KINDS:
        raise Refused(f"没有“{row.kind[:20]}”这种处置。", where={"field": "kind"})
    if not row.title:
        raise Refused("请写明事由。", where={"field": "title"})
    if row.violation_id and row.violation_id not in {one.id for one in lawbook().violations}:
        raise Refused(f"违法行为目录里没有“{row.violation_id}”。", where={"field": "violation_id"})
    if row.kind == "order" and row.limit is None:
        raise Refused("责令改正须写明改正期限。", where={"field": "limit"}, article=ORDER)
    check_limit(row.limit, today=today)
    if row.kind == "interview":
        if row.planned_at is None or not row.place:
            raise Refused("约谈须写明时间和地点。", where={"field": "planned_at"})
        if row.planned_at <= now:
            raise Refused("约谈时间须在现在以后。", where={"field": "planned_at"})
    row.basis = ORDER if row.kind == "order" else SOFT


def check_limit(limit: date | None, *, today: date, after: date | None = None) -> None:
    """Refuse a limit that is not ahead, lies too far (rulebook RCT-01), or is no extension."""
    if limit is None:
        return
    most = int(threshold("RCT-01", today).value("longest_days"))
    if limit <= today:
        raise Refused(f"期限须在今天（{zh_date(today)}）之后，填的是{zh_date(limit)}。", where={"field": "limit"})
    if limit > today + timedelta(days=most):
        raise Refused(f"一次定的期限最长 {most} 日。", where={"field": "limit"})
    if after is not None and limit <= after:
        raise Refused(f"延期后的期限须晚于现在的期限{zh_date(after)}。", where={"field": "limit"})


def move_measure(
    action: str,
    row: Measure,
    *,
    user: User,
    now: datetime,
    today: date,
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
    apply: Apply | None = None,
) -> Measure:
    """Make one move, under the row's lock; raises NotFound, NotAllowed, IllegalMove or Refused with a sentence."""

    def make(held: Measure, move: Move, actor: Actor) -> None:
        held.state_at = now
        held.note = reason or held.note
        if apply:
            apply(held, move, actor)

    done: Measure = perform(
        procedure=MEASURE,
        action=action,
        thing=Measure.objects.select_related("organ", "institution"),
        pk=row.pk,
        policy=measure_policy(user, on=today),
        now=now,
        # what people wrote stays in the row; the record keeps that it was written
        facts=facts,
        reason=reason,
        apply=make,
        took_part=lambda held, move: took_part(held),
    )
    return done


@transaction.atomic
def edit_measure(*, row: Measure, values: Mapping[str, Any], user: User, now: datetime, today: date) -> Measure:
    """Change a draft; the same rules as at the beginning."""

    def apply(held: Measure, move: Move, actor: Actor) -> None:
        for name in EDITED:
            if name in values:
                setattr(held, name, values[name])
        _check(held, today=today, now=now)

    facts = {"facts": bool(values.get("facts")) or None, "requirement": bool(values.get("requirement")) or None}
    return move_measure("edit", row, user=user, now=now, today=today, facts=facts, apply=apply)


def propose_measure(*, row: Measure, user: User, now: datetime, today: date) -> Measure:
    """Ask for approval; the limit and the interview have still to lie ahead."""

    def apply(held: Measure, move: Move, actor: Actor) -> None:
        _check(held, today=today, now=now)

    facts = {"facts": bool(row.facts.strip()) or None, "requirement": bool(row.requirement.strip()) or None}
    return move_measure("propose", row, user=user, now=now, today=today, facts=facts, apply=apply)


def decide_measure(*, row: Measure, approve: bool, note: str, user: User, now: datetime, today: date) -> Measure:
    """Approve, or send back with a word."""

    def apply(held: Measure, move: Move, actor: Actor) -> None:
        if approve:
            held.approved_by = user

    action = "approve" if approve else "send_back"
    facts = {"note": note.strip()}
    return move_measure(action, row, user=user, now=now, today=today, facts=facts, reason=note.strip(), apply=apply)


@transaction.atomic
def issue_measure(
    *, row: Measure, served_on: date | None, recipient: str, user: User, now: datetime, today: date
) -> Measure:
    """Record that it was handed over; the limit begins to run from that day."""
    if served_on is not None and served_on > today:
        raise Refused(f"送达日期{zh_date(served_on)}还没有到。", where={"field": "served_on"})

    def apply(held: Measure, move: Move, actor: Actor) -> None:
        if served_on is not None and held.drafted_at.date() > served_on + timedelta(days=1):
            raise Refused("送达日期早于拟定日期。", where={"field": "served_on"})
        if held.limit is not None and served_on is not None and held.limit <= served_on:
            raise IllegalMove(f"期限{zh_date(held.limit)}在送达前已经届满，请退回重新定期限。")
        held.served_on, held.recipient = served_on, recipient.strip()[:60]
        papers.issue_paper(held, actor=actor, now=now, today=today)
        if held.limit is not None:
            start_limit(held, start=today, basis=f"{held.get_kind_display()}送达", actor=actor, now=now)

    facts = {"served_on": served_on, "recipient": bool(recipient.strip()) or None}
    return move_measure("issue", row, user=user, now=now, today=today, facts=facts, apply=apply)


def hold_interview(*, row: Measure, minutes: str, attendees: str, user: User, now: datetime, today: date) -> Measure:
    """Record an interview; only for a measure that is one, not before its time."""

    def apply(held: Measure, move: Move, actor: Actor) -> None:
        if held.kind != "interview":
            raise IllegalMove(f"{held.get_kind_display()}没有约谈记录。")
        if held.planned_at is not None and now < held.planned_at:
            raise IllegalMove("约谈时间还没有到，不能先写约谈记录。")
        held.minutes, held.attendees = minutes.strip(), attendees.strip()[:200]
        papers.issue_record(held, actor=actor, now=now, today=today)

    facts = {"minutes": bool(minutes.strip()) or None, "attendees": bool(attendees.strip()) or None}
    return move_measure("hold", row, user=user, now=now, today=today, facts=facts, apply=apply)


@transaction.atomic
def answer_measure(
    *, row: Measure, text: str, user: User, now: datetime, today: date, on_paper: bool = False
) -> Measure:
    """Take what the institution reports; the limit stops running."""

    def apply(held: Measure, move: Move, actor: Actor) -> None:
        if len(text) > 4000:
            raise Refused(f"落实情况最多 4000 字，现在是 {len(text)} 字。", where={"field": "text"})
        held.answer, held.answered_on, held.answered_by = text.strip(), today, user
        held.answered_late = held.limit is not None and today > held.limit
        end_limit(held, actor=actor, now=now, today=today, outcome="met")

    action = "record_answer" if on_paper else "answer"
    facts = {"text": bool(text.strip()) or None}
    return move_measure(action, row, user=user, now=now, today=today, facts=facts, apply=apply)


@transaction.atomic
def verify_measure(
    *, row: Measure, action: str, note: str, user: User, now: datetime, today: date, limit: date | None = None
) -> Measure:
    """Judge what came of it: `verify`, `ask_again` with a limit, or `fail` (past the limit, or after an answer)."""

    def apply(held: Measure, move: Move, actor: Actor) -> None:
        if action == "fail" and move.source in WITH_INSTITUTION and not _late(held, today):
            raise IllegalMove("期限还没有届满，机构也没有报告，不能认定没有改正。", article=ORDER)
        if action == "ask_again":
            check_limit(limit, today=today)
            held.limit = limit
            start_limit(held, start=today, basis="退回再办", actor=actor, now=now)
            return
        held.verified_by, held.ended_on = user, today
        end_limit(held, actor=actor, now=now, today=today, outcome="met" if action == "verify" else "stopped")
        if action == "verify":
            answer_lead(held, actor=actor, now=now)

    facts = {"note": note.strip(), "limit": limit}
    return move_measure(action, row, user=user, now=now, today=today, facts=facts, reason=note.strip(), apply=apply)


def _late(row: Measure, today: date) -> bool:
    return row.limit is not None and today > row.limit


@transaction.atomic
def extend_measure(*, row: Measure, limit: date | None, note: str, user: User, now: datetime, today: date) -> Measure:
    """A later limit, with a reason."""

    def apply(held: Measure, move: Move, actor: Actor) -> None:
        if held.limit is None:
            raise IllegalMove("这项处置没有定期限，不用延期。")
        check_limit(limit, today=today, after=held.limit)
        held.limit = limit
        if limit is not None:
            change_limit(thing=held, due=limit, reason=note.strip(), actor=actor, now=now)

    facts = {"limit": limit, "note": note.strip()}
    return move_measure("extend", row, user=user, now=now, today=today, facts=facts, reason=note.strip(), apply=apply)


def drop_measure(*, row: Measure, note: str, user: User, now: datetime, today: date) -> Measure:
    """Take it back before it was served."""
    facts = {"note": note.strip()}
    return move_measure("drop", row, user=user, now=now, today=today, facts=facts, reason=note.strip())


def start_limit(row: Measure, *, start: date, basis: str, actor: Actor, now: datetime) -> None:
    """Start the clock of the limit that a person has set."""
    if row.limit is None:
        raise Refused("还没有定期限，不能计时。", where={"field": "limit"})
    start_fixed_clock(
        due=row.limit,
        basis=basis,
        title=f"{row.get_kind_display()}期限",
        thing=row,
        organ=row.organ,
        start=start,
        label=f"{row.number} {row.institution.name}",
        actor=actor,
        now=now,
        url=reverse("measures:show", args=[row.number]),
        responsible=row.drafted_by,
    )


def end_limit(row: Measure, *, actor: Actor, now: datetime, today: date, outcome: str) -> None:
    """Stop the clock if one runs."""
    running = Clock.objects.filter(
        thing_kind=row._meta.label_lower, thing_id=str(row.pk), state__in=UNFINISHED, rule_id=FIXED
    )
    if running.exists():
        stop_clock(thing=row, rule_id=FIXED, on=today, actor=actor, now=now, outcome=outcome)
