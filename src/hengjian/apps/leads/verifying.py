"""Verifying a lead: who does it, the clock's extension and pauses, not filing, and taking it up again."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Posting, User
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.clocks.services import extend_clock, pause_clock, resume_clock
from hengjian.apps.leads import timing
from hengjian.apps.leads.closings import tell_closed
from hengjian.apps.leads.codes import NOT_FILING
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.moving import check_text, move_lead, refused, write_answer
from hengjian.apps.leads.policies import HANDLERS
from hengjian.apps.leads.triaging import bureau_of, require_ours
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move


def people_for(lead: Lead, *, on: date) -> list[User]:
    """Officers and chiefs of the lead's organ and its stations on that day: who may be made responsible."""
    bureau = bureau_of(lead.organ)
    postings = in_force(Posting.objects.filter(organ__path__startswith=bureau.path, role__in=HANDLERS), on=on)
    own = postings.filter(organ__in=[bureau, *bureau.children.filter(level__in=("station", "team"))])
    return list(User.objects.filter(pk__in=own.values("user_id"), is_active=True).order_by("name", "pk"))


def _person(lead: Lead, person: User | None, on: date) -> None:
    if person is not None and person not in people_for(lead, on=on):
        raise refused("responsible", f"{person.name}不是{lead.organ.short_name}现任的执法人员或者科长，不能承办。")


@transaction.atomic
def begin_verification(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, responsible: User | None, seen: str | None = None
) -> Lead:
    """Start to verify a lead that triage gave to this organ, with a responsible officer."""
    today = timezone.localdate(now)

    def check(lead: Lead) -> None:
        require_ours(lead)
        _person(lead, responsible, today)

    return _with_person("verify", rows, pk, user, now, responsible, check, seen)


@transaction.atomic
def assign_officer(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, responsible: User | None, seen: str | None = None
) -> Lead:
    """Make another officer responsible; the clocks go to that person's desk."""
    today = timezone.localdate(now)
    return _with_person(
        "assign", rows, pk, user, now, responsible, lambda lead: _person(lead, responsible, today), seen
    )


def _with_person(
    action: str,
    rows: QuerySet[Lead],
    pk: int,
    user: User,
    now: datetime,
    responsible: User | None,
    check: object,
    seen: str | None,
) -> Lead:
    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.responsible = responsible

    facts = {"responsible": responsible.name if responsible else ""}
    lead, _ = move_lead(
        action,
        rows=rows,
        pk=pk,
        user=user,
        now=now,
        facts=facts,
        apply=apply,
        check=check,  # type: ignore[arg-type]
        seen=seen,
    )
    clock = timing.running(lead, timing.CHECK)
    if clock is not None:
        clock.responsible = responsible
        clock.save(update_fields=["responsible"])
    return lead


@transaction.atomic
def extend_verification(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, reason: str, seen: str | None = None
) -> Lead:
    """The head gives fifteen more working days, once, before the first are over (PEN-18)."""
    said = check_text(reason, field="reason", label="理由")
    lead, actor = move_lead("extend", rows=rows, pk=pk, user=user, now=now, facts={"reason": said}, seen=seen)
    extend_clock(thing=lead, rule_id=timing.CHECK, days=None, approver=user.name, actor=actor, now=now, reason=said)
    return lead


@transaction.atomic
def pause_verification(
    *,
    rows: QuerySet[Lead],
    pk: int,
    user: User,
    now: datetime,
    cause: str,
    first: date | None,
    seen: str | None = None,
) -> Lead:
    """Testing, inspection, appraisal: its days do not count (PEN-18)."""
    facts = {"cause": cause, "first": first}
    lead, actor = move_lead("pause", rows=rows, pk=pk, user=user, now=now, facts=facts, seen=seen)
    if first is not None:
        pause_clock(thing=lead, rule_id=timing.CHECK, first=first, last=None, reason=cause, actor=actor, now=now)
    return lead


@transaction.atomic
def resume_verification(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, last: date | None, seen: str | None = None
) -> Lead:
    """The test is over; `last` is its last day."""
    lead, actor = move_lead("resume", rows=rows, pk=pk, user=user, now=now, facts={"last": last}, seen=seen)
    if last is not None:
        resume_clock(thing=lead, rule_id=timing.CHECK, last=last, actor=actor, now=now)
    return lead


@transaction.atomic
def propose_not_filing(
    *,
    rows: QuerySet[Lead],
    pk: int,
    user: User,
    now: datetime,
    code: str,
    findings: str,
    reason: str,
    seen: str | None = None,
) -> Lead:
    """Propose not to file a case, with one of the grounds and what was found."""
    if code and code not in NOT_FILING:
        raise refused("code", f"没有“{code[:20]}”这种不予立案的情形，请从列出的情形中选一项。")
    found = check_text(findings, field="findings", label="核查情况")
    said = check_text(reason, field="reason", label="理由")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.not_filing_code, row.findings, row.proposed_by = code, found, user

    facts = {"code": code, "findings": found, "reason": said}
    return move_lead("propose_not_filing", rows=rows, pk=pk, user=user, now=now, facts=facts, apply=apply, seen=seen)[0]


@transaction.atomic
def approve_not_filing(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, note: str = "", seen: str | None = None
) -> Lead:
    """The head decides not to file: the lead has its answer. Not by who proposed it."""
    said = check_text(note, field="note", label="批准意见")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.answered_on = timezone.localdate(now)

    def took_part(row: Lead, move: Move) -> set[str]:
        return {str(row.proposed_by_id)}

    lead, actor = move_lead(
        "approve_not_filing", rows=rows, pk=pk, user=user, now=now, apply=apply, took_part=took_part, seen=seen
    )
    kind = "no_violation" if lead.not_filing_code == "no_violation" else "not_filed"
    text = f"{lead.get_not_filing_code_display()}。{said}"
    write_answer(lead, kind=kind, text=text, actor=actor, now=now)
    timing.stop_all(lead, actor=actor, now=now)
    tell_closed(lead=lead, actor=actor, now=now)
    return lead


@transaction.atomic
def return_not_filing(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, reason: str, seen: str | None = None
) -> Lead:
    """The head wants more to be found out; the clock has run on."""
    said = check_text(reason, field="reason", label="理由")
    return move_lead("return_not_filing", rows=rows, pk=pk, user=user, now=now, facts={"reason": said}, seen=seen)[0]


@transaction.atomic
def reopen_lead(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, reason: str, seen: str | None = None
) -> Lead:
    """New facts after the answer: the lead is taken up again and its clock counts from today (CMP-35)."""
    said = check_text(reason, field="reason", label="理由")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.answered_on = None
        row.outcome = row.rule = row.special_law = row.department = ""

    lead, actor = move_lead(
        "reopen", rows=rows, pk=pk, user=user, now=now, facts={"reason": said}, apply=apply, seen=seen
    )
    timing.start(lead, timing.CHECK, on=timezone.localdate(now), actor=actor, now=now)
    return lead
