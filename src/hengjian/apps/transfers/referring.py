"""Referrals: what another department has to decide, sent with approval, tracked to its result."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.cases.models import Case
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import FIXED, start_fixed_clock, stop_clock
from hengjian.apps.documents.services import draw_up_and_issue
from hengjian.apps.leads.outside import LONGEST_DAYS, body_named
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Institution
from hengjian.apps.transfers.models import Referral
from hengjian.apps.transfers.moving import day_of, move_transfer, text_of
from hengjian.apps.transfers.papers import context_of
from hengjian.apps.transfers.policies import transfer_policy
from hengjian.apps.transfers.procedures import OUT, REFERRAL_KINDS, REVOKE
from hengjian.kernel.errors import NotAllowed, Refused
from hengjian.kernel.transitions import Move


@transaction.atomic
def draft_referral(
    *,
    organ: Organ,
    kind: str,
    title: str,
    facts: str,
    user: User,
    now: datetime,
    today: date,
    body: str = "",
    to_organ: Organ | None = None,
    basis: str = "",
    institution: Institution | None = None,
    case: Case | None = None,
) -> Referral:
    """Begin a referral to a listed body outside the tree, or a proposal to an organ above.

    Refused: an organ that does not exist, a proposal to revoke that goes sideways or down, nothing written.
    """
    if kind not in REFERRAL_KINDS:
        raise Refused("没有这种移送，请从列出的里选。", where={"field": "kind"})
    row = Referral(
        organ=organ,
        kind=kind,
        title=text_of(title, field="title", label="案由", most=200),
        facts=text_of(facts, field="facts", label="事实", most=6000),
        basis=text_of(basis, field="basis", label="依据", most=300) or (REVOKE if kind == "revocation" else OUT),
        institution=institution,
        case=case,
        made_by=user,
        made_at=now,
        state_at=now,
    )
    actor = transfer_policy(user, on=today)("referral.handle", row)
    if actor is None:
        actor_or_refuse(user, "referral.handle", row, on=today)
        raise NotAllowed("您没有承办部门移送的权限。")
    for field, text, label in (("title", row.title, "案由"), ("facts", row.facts, "事实")):
        if not text:
            raise Refused(f"请写明{label}。", where={"field": field})
    _address(row, body, to_organ)
    row.number = next_number("YS", today.year)
    row.full_clean()
    row.save()
    _note_drafted(row, actor=actor, now=now)
    return row


def _address(row: Referral, body: str, to_organ: Organ | None) -> None:
    if row.kind != "revocation":
        row.body = body_named(body)
        return
    organ = row.organ
    if to_organ is None or not organ.path.startswith(to_organ.path) or to_organ.pk == organ.pk:
        raise Refused(
            "撤销、吊销资质只能建议有权的上级机关作出，请选上级机关。", where={"field": "to_organ"}, article=REVOKE
        )
    row.to_organ = to_organ


def _note_drafted(row: Referral, *, actor: Actor, now: datetime) -> None:
    append_event(
        now=now,
        actor=actor,
        verb="referral.draft",
        thing=row,
        organ_path=row.organ_path,
        basis=row.basis,
        after={"number": row.number, "kind": row.kind, "to": row.target, "case": row.case.number if row.case else ""},
    )


@transaction.atomic
def move_referral(
    *, row: Referral, action: str, values: dict[str, Any], user: User, now: datetime, today: date
) -> Referral:
    """One step; `values` are the facts of the move as the form holds them."""
    on: date | None = values.get("on")
    due: date | None = values.get("due")
    facts = {name: (text.strip() if isinstance(text, str) else text) for name, text in values.items()}

    def apply(held: Referral, move: Move, actor: Actor) -> None:
        day_of(on, first=held.sent_on, today=today)
        if action == "approve":
            held.decided_by, held.decided_at = user, now
        elif action == "send":
            _send(held, on, due, actor=actor, now=now, today=today)
        elif action == "record_receipt":
            held.receipt_no, held.received_on = facts["receipt_no"][:40], on
        elif action in ("feed_back", "return"):
            held.result = text_of(facts.get("result") or facts.get("reason") or "", field="result", label="结果")
            _stop(held, actor=actor, now=now, today=today)

    done: Referral = move_transfer(action, row, user=user, now=now, today=today, facts=facts, apply=apply)
    return done


def _send(row: Referral, on: date | None, due: date | None, *, actor: Actor, now: datetime, today: date) -> None:
    if due is None or not today < due <= today + timedelta(days=LONGEST_DAYS):
        raise Refused(f"请求反馈的日期须在今天以后、{LONGEST_DAYS} 日以内。", where={"field": "due"})
    row.sent_on, row.due = on, due
    draw_up_and_issue(
        form="PEN-4",
        thing=row,
        organ=row.organ,
        context=context_of(row, "PEN-4", today),
        actor=actor,
        now=now,
        today=today,
        party=row.institution.name if row.institution else "",
    )
    start_fixed_clock(
        due=due,
        basis="请求反馈的日期",
        title="移送反馈",
        thing=row,
        organ=row.organ,
        start=today,
        label=f"{row.number} {row.target}"[:120],
        actor=actor,
        now=now,
        url=reverse("transfers:referral", args=[row.number]),
        responsible=row.made_by,
    )


def _stop(row: Referral, *, actor: Actor, now: datetime, today: date) -> None:
    running = Clock.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk), state__in=UNFINISHED)
    if running.exists():
        stop_clock(thing=row, rule_id=FIXED, on=today, actor=actor, now=now, outcome="met")
