"""A suspected crime: team, report, decision, hand-over to the police, and what the police answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.cases.models import Case
from hengjian.apps.documents.services import draw_up_and_issue
from hengjian.apps.inspections.officers import card_of
from hengjian.apps.leads.models import OutsideBody
from hengjian.apps.leads.outside import body_named
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Institution
from hengjian.apps.transfers import timing
from hengjian.apps.transfers.models import CriminalTransfer
from hengjian.apps.transfers.moving import day_of, move_transfer, text_of
from hengjian.apps.transfers.papers import context_of
from hengjian.apps.transfers.policies import transfer_policy
from hengjian.apps.transfers.procedures import CRIMES, HAND, PAPERS, TEAM
from hengjian.kernel.errors import NotAllowed, Refused
from hengjian.kernel.transitions import Move

POLICE, PROCURATORATE = "public_security", "procuratorate"


@transaction.atomic
def begin_criminal(
    *,
    organ: Organ,
    title: str,
    facts: str,
    member: User,
    user: User,
    now: datetime,
    today: date,
    institution: Institution | None = None,
    case: Case | None = None,
    gain_fen: int | None = None,
) -> CriminalTransfer:
    """Name the team of two and begin the special verification.

    Refused: one person alone, somebody without a valid certificate, a case that already has a transfer under way.
    """
    row = CriminalTransfer(
        organ=organ,
        institution=institution,
        case=case,
        title=text_of(title, field="title", label="案由", most=200),
        facts=text_of(facts, field="facts", label="事实", most=6000),
        member=member,
        gain_fen=gain_fen,
        made_by=user,
        made_at=now,
        state_at=now,
    )
    actor = transfer_policy(user, on=today)("criminal_transfer.handle", row)
    if actor is None:
        actor_or_refuse(user, "criminal_transfer.handle", row, on=today)
        raise NotAllowed("您没有承办涉嫌犯罪移送的权限。")
    _check_team(user, member, on=today)
    _require_untied((user, member), institution, case, on=today)
    for field, text, label in (("title", row.title, "案由"), ("facts", row.facts, "事实")):
        if not text:
            raise Refused(f"请写明{label}。", where={"field": field})
    Organ.objects.select_for_update().get(pk=organ.pk)
    if case is not None:
        known = CriminalTransfer.objects.filter(case=case).exclude(state__in=("refused", "ended")).first()
        if known is not None:
            raise Refused(f"{case.number} 已经在办理移送 {known.number}（{known.get_state_display()}）。")
    row.number = next_number("XY", today.year)
    row.full_clean()
    row.save()
    append_event(
        now=now,
        actor=actor,
        verb="criminal_transfer.begin",
        thing=row,
        organ_path=organ.path,
        basis=TEAM,
        after={"number": row.number, "case": case.number if case else "", "institution": row.institution_uscc},
    )
    return row


def _check_team(lead: User, member: User, *, on: date) -> None:
    if lead.pk == member.pk:
        raise Refused("专案核实的行政执法人员不得少于两人，请另选一人。", where={"field": "member"}, article=TEAM)
    for field, person in (("", lead), ("member", member)):
        card = card_of(person, on=on)
        if card is None or card.enforcement_valid_to is None or card.enforcement_valid_to < on:
            raise Refused(
                f"{person.name}没有在有效期内的执法证，不能参加专案核实。", where={"field": field}, article=TEAM
            )


def _require_untied(people: Sequence[User], institution: Institution | None, case: Case | None, *, on: date) -> None:
    parties = case.parties.filter(institution__isnull=False).select_related("institution") if case else []
    for uscc in {one.uscc for one in (institution, *(party.institution for party in parties)) if one is not None}:
        for person in people:
            if has_to_avoid(person, uscc, on=on):
                raise Refused(f"{person.name}与当事人有回避关系，不能参加专案核实。", where={"field": "member"})


@transaction.atomic
def report_crime(
    *, row: CriminalTransfer, crime: str, report: str, user: User, now: datetime, today: date
) -> CriminalTransfer:
    """The team's written report; the head has three days from it (TR-05b)."""
    if crime and crime not in CRIMES:
        raise Refused("没有这个罪名，请从列出的里选。", where={"field": "crime"})
    said = text_of(report, field="report", label="书面报告", most=6000)

    def apply(held: CriminalTransfer, move: Move, actor: Actor) -> None:
        held.crime, held.report, held.reported_at = crime, said, now
        timing.start(held, "TR-05b", at=today, actor=actor, now=now)

    facts = {"crime": crime, "report": said}
    done: CriminalTransfer = move_transfer("report", row, user=user, now=now, today=today, facts=facts, apply=apply)
    return done


@transaction.atomic
def decide_crime(
    *, row: CriminalTransfer, action: str, reason: str, user: User, now: datetime, today: date
) -> CriminalTransfer:
    """The head approves (24 hours begin, TR-05c), refuses with reasons on the record, or sends it back."""
    said = text_of(reason, field="reason", label="理由", most=1000)

    def apply(held: CriminalTransfer, move: Move, actor: Actor) -> None:
        timing.stop(held, on=today, actor=actor, now=now)
        if action != "send_back":
            held.decided_by, held.decided_at = user, now
        if action == "approve":
            timing.start(held, "TR-05c", at=now, actor=actor, now=now)

    done: CriminalTransfer = move_transfer(
        action, row, user=user, now=now, today=today, facts={"reason": said}, apply=apply
    )
    return done


@transaction.atomic
def hand_over(
    *,
    row: CriminalTransfer,
    body: str,
    procuratorate: str,
    papers: list[str],
    user: User,
    now: datetime,
    today: date,
) -> CriminalTransfer:
    """Hand letter and papers to the police and a copy to the procuratorate; a late hand-over stays visible as late."""
    unknown = [one for one in papers if one not in PAPERS]
    if unknown:
        raise Refused("没有这种材料，请从列出的里选。", where={"field": "papers"})
    missing = [PAPERS[one] for one in ("letter", "report") if one not in papers]
    if papers and missing:
        raise Refused(f"移送须附{'、'.join(missing)}。", where={"field": "papers"}, article=HAND)
    police = _listed(body, POLICE, "body", "公安机关") if body.strip() else None
    copy = _listed(procuratorate, PROCURATORATE, "procuratorate", "检察院") if procuratorate.strip() else None

    def apply(held: CriminalTransfer, move: Move, actor: Actor) -> None:
        held.body, held.procuratorate, held.papers, held.handed_at = police, copy, papers, now
        timing.stop(held, on=today, actor=actor, now=now)
        draw_up_and_issue(
            form="PEN-5",
            thing=held,
            organ=held.organ,
            context=context_of(held, "PEN-5", today),
            actor=actor,
            now=now,
            today=today,
            party=held.institution.name if held.institution else "",
        )

    facts = {"body": body.strip(), "papers": papers, "procuratorate": procuratorate.strip()}
    done: CriminalTransfer = move_transfer("hand", row, user=user, now=now, today=today, facts=facts, apply=apply)
    return done


def _listed(name: str, department: str, field: str, label: str) -> OutsideBody:
    try:
        found = body_named(name)
    except Refused as refused:
        raise Refused(refused.sentence, where={"field": field}, article=HAND) from None
    if found.department != department:
        raise Refused(f"“{found.name}”在名录里不是{label}。", where={"field": field}, article=HAND)
    return found


@transaction.atomic
def note_answer(
    *, row: CriminalTransfer, action: str, values: dict[str, Any], user: User, now: datetime, today: date
) -> CriminalTransfer:
    """What came from outside, or what is asked of it: receipt, forwarding, filing, refusal, reconsideration, end."""
    on: date | None = values.get("on")
    facts = {name: (text.strip() if isinstance(text, str) else text) for name, text in values.items()}

    def apply(held: CriminalTransfer, move: Move, actor: Actor) -> None:
        first = timezone.localdate(held.handed_at) if held.handed_at else None
        day_of(on, first=first, today=today)
        timing.stop(held, on=today, actor=actor, now=now)
        if move.clock and on is not None:
            timing.start(held, move.clock, at=now if move.clock == "TR-07" else on, actor=actor, now=now)
        _write(held, action, facts, on)

    done: CriminalTransfer = move_transfer(action, row, user=user, now=now, today=today, facts=facts, apply=apply)
    return done


def _write(row: CriminalTransfer, action: str, facts: dict[str, Any], on: date | None) -> None:
    if action == "record_receipt":
        row.receipt_no, row.received_on = facts["receipt_no"][:40], on
    elif action == "forwarded":
        row.body = _listed(facts["body"], POLICE, "body", "公安机关")
    elif action in ("accept", "decline"):
        row.answered_on = on
        row.notice_no = facts.get("notice_no", "")[:60] or row.notice_no
    elif action == "ask_procurator":
        row.procuratorate = _listed(facts["body"], PROCURATORATE, "body", "检察院")
    elif action == "hand_goods":
        row.goods_on = on
        row.result = f"移交清单：{facts['list']}"[:2000]
    elif action == "end":
        row.result = "\n".join(part for part in (row.result, facts["result"]) if part)[:2000]
