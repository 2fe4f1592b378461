"""进一次门，查多项事: two visits to one enterprise become one when both organs agree, or when the plan says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import may
from hengjian.apps.plans.guard import Answer
from hengjian.apps.plans.ledger import NOTE_MAX, check_request, create_visit, lock_institution
from hengjian.apps.plans.models import MergeProposal, PlanItem, Visit
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.plans.policies import acting
from hengjian.apps.plans.procedures import HOUSE_MERGE, MERGE, VISIT
from hengjian.apps.plans.secrecy import is_sealed, is_secret
from hengjian.apps.record.services import Actor, append_event, perform, snapshot
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import IllegalMove, Refused

WAITING = ("open", "host_agreed", "guest_agreed")
SIDES = {"host": "主查机关", "guest": "并入机关"}


def host_in_plan(*, institution: Institution, item: PlanItem, day: date) -> Visit | None:
    """The reserved visit that the plan joins this item's visit to: same plan line, same year, same enterprise."""
    partners = [item.joined_to.lineage] if item.joined_to else []
    partners += [one.lineage for one in item.joined_items.all()]
    if not partners:
        return None
    rows = Visit.objects.filter(institution=institution, item__lineage__in=partners, state="reserved")
    return rows.filter(day__year=day.year, merged_with=None).order_by("day", "pk").first()


def join_visit(*, guest: Visit, host: Visit, actor: Actor, now: datetime) -> Visit:
    """Make `guest` part of `host`: same day, not counted. The caller holds the institution's lock."""

    def apply(row: Visit, *_: Any) -> None:
        row.merged_with, row.counted, row.day = host, False, host.day

    for own in guest.guests.filter(state="reserved"):
        join_visit(guest=own, host=host, actor=actor, now=now)
    facts = {"host": host.number}
    return perform(  # type: ignore[no-any-return]
        procedure=VISIT,
        action="join",
        thing=Visit,
        pk=guest.pk,
        policy=acting(actor),
        now=now,
        facts=facts,
        apply=apply,
    )


def propose_nearest(*, visit: Visit, answer: Answer, actor: Actor, now: datetime) -> MergeProposal | None:
    """Propose to join a new visit with the nearest reserved one that the guard named; None when there is none.

    A proposal is read by both organs: a secret visit is proposed to none but its own, a sealed one to nobody.
    """
    if is_sealed(visit):
        return None
    alone = is_secret(visit)
    for entry in answer.merge_candidates:
        if alone and entry.organ_id != visit.organ_id:
            continue
        host = Visit.objects.select_related("organ").filter(number=entry.number).first()
        if host is not None and host.pk != visit.pk:
            return propose(guest=visit, host=host, actor=actor, now=now)
    return None


def propose(*, guest: Visit, host: Visit, actor: Actor, now: datetime) -> MergeProposal:
    """Write a proposal and its event; both sides still have to agree."""
    year = now.year
    proposal = MergeProposal(
        number=next_number("HB", year), host=host, guest=guest, proposed_at=now, proposed_by=actor.name
    )
    proposal.full_clean()
    proposal.save()
    append_event(
        now=now,
        actor=actor,
        verb="visit_merge.propose",
        thing=proposal,
        organ_path=host.organ.path,
        basis=HOUSE_MERGE,
        after=snapshot(proposal) | {"host": host.number, "guest": guest.number},
    )
    return proposal


@transaction.atomic
def ask_to_join(
    *,
    host: Visit,
    organ: Organ,
    origin_kind: str,
    origin_id: str,
    item: PlanItem,
    actor: Actor,
    now: datetime,
    today: date,
) -> MergeProposal:
    """Ask to go along with a reserved visit where the guard allows no visit of one's own; uses up nothing.

    The asking organ has agreed by asking. Refused where the host is no longer reserved or must not be known.
    """
    institution = lock_institution(host.institution)
    host = Visit.objects.select_related("organ", "item", "institution").get(pk=host.pk)
    if host.state != "reserved" or host.merged_with_id:
        raise Refused(f"{host.number} 已不能并入（{VISIT.states[host.state]}）。", where={"field": "host"})
    if is_sealed(host) or (host.organ_id != organ.pk and is_secret(host)):
        raise Refused("不能并入这次检查：它在入企以前不公开。", where={"field": "host"})
    check_request(
        institution=institution,
        organ=organ,
        day=host.day,
        origin_kind=origin_kind,
        origin_id=origin_id,
        item=item,
        exception_code="",
        exception_note="",
        today=today,
    )
    guest = create_visit(
        institution=institution,
        organ=organ,
        day=host.day,
        origin_kind=origin_kind,
        origin_id=origin_id,
        item=item,
        state="proposed",
        counted=False,
        departments=list(item.departments),
        actor=actor,
        now=now,
    )
    proposal = propose(guest=guest, host=host, actor=actor, now=now)
    return _agree(proposal, side="guest", actor=actor, now=now)


@transaction.atomic
def agree(*, proposal: MergeProposal, side: str, user: User, now: datetime, today: date) -> MergeProposal:
    """One side's consent; with the second the visits become one. The right is asked at that side's organ."""
    if side not in SIDES:
        raise Refused("请写明代表哪一方同意。", where={"field": "side"})
    lock_institution(proposal.host.institution)
    proposal = _fresh(proposal)
    actor = actor_or_refuse(user, "visit.merge", getattr(proposal, side), on=today)
    return _agree(proposal, side=side, actor=actor, now=now)


def _fresh(proposal: MergeProposal) -> MergeProposal:
    rows = MergeProposal.objects.select_related("host__organ", "host__institution", "guest__organ", "guest__item")
    return rows.get(pk=proposal.pk)


def _agree(proposal: MergeProposal, *, side: str, actor: Actor, now: datetime) -> MergeProposal:
    host, guest = proposal.host, proposal.guest
    if proposal.state in WAITING and (
        host.state != "reserved" or host.merged_with_id or guest.state not in ("reserved", "proposed")
    ):
        raise IllegalMove("其中一次检查已经入企、取消或者并入了别的检查，不能再合并。", article=HOUSE_MERGE)

    def apply(row: MergeProposal, *_: Any) -> None:
        setattr(row, f"{side}_agreed_by", actor.name)
        setattr(row, f"{side}_agreed_at", now)
        row.ended_at = now if row.state == "accepted" else None

    done: MergeProposal = perform(
        procedure=MERGE,
        action=f"agree_{side}",
        thing=MergeProposal,
        pk=proposal.pk,
        policy=acting(actor),
        now=now,
        apply=apply,
    )
    if done.state == "accepted":
        end_proposals_of(visit=guest, reason=f"{guest.number} 已并入 {host.number}", actor=actor, now=now)
        join_visit(guest=guest, host=host, actor=actor, now=now)
    return done


@transaction.atomic
def decline(*, proposal: MergeProposal, reason: str, user: User, now: datetime, today: date) -> MergeProposal:
    """Either side keeps its visit apart, with a reason; a visit that only asked to go along ends with it."""
    lock_institution(proposal.host.institution)
    proposal = _fresh(proposal)
    reason = reason.strip()
    if len(reason) > NOTE_MAX:
        raise Refused(f"理由最多 {NOTE_MAX} 字，现在是 {len(reason)} 字。", where={"field": "reason"})
    side = next((one for one in ("host", "guest") if _may_speak(user, getattr(proposal, one), today)), "host")
    actor = actor_or_refuse(user, "visit.merge", getattr(proposal, side), on=today)
    ended = _end(proposal, "decline", reason=reason, actor=actor, now=now)
    _drop_asking(proposal.guest, reason=reason, actor=actor, now=now)
    return ended


def _may_speak(user: User, visit: Visit, today: date) -> bool:
    return may(user, "visit.merge", visit, on=today) is not None


def _end(proposal: MergeProposal, action: str, *, reason: str, actor: Actor, now: datetime) -> MergeProposal:
    def apply(row: MergeProposal, *_: Any) -> None:
        row.reason, row.ended_at = reason, now

    return perform(  # type: ignore[no-any-return]
        procedure=MERGE,
        action=action,
        thing=MergeProposal,
        pk=proposal.pk,
        policy=acting(actor),
        now=now,
        facts={"reason": reason},
        reason=reason,
        apply=apply,
    )


def _drop_asking(guest: Visit, *, reason: str, actor: Actor, now: datetime) -> None:
    if guest.state != "proposed":
        return

    def apply(row: Visit, *_: Any) -> None:
        row.cancelled_at, row.cancel_reason = now, reason

    perform(
        procedure=VISIT,
        action="cancel",
        thing=Visit,
        pk=guest.pk,
        policy=acting(actor),
        now=now,
        facts={"reason": reason},
        reason=reason,
        apply=apply,
    )


def end_proposals_of(*, visit: Visit, reason: str, actor: Actor, now: datetime) -> None:
    """Proposals that wait for consent lapse when one of their visits is no longer to come."""
    rows = MergeProposal.objects.filter(Q(host=visit) | Q(guest=visit), state__in=WAITING).select_related("guest")
    for proposal in rows:
        _end(proposal, "lapse", reason=reason, actor=actor, now=now)
        if proposal.guest_id != visit.pk:
            _drop_asking(proposal.guest, reason=reason, actor=actor, now=now)


def free_guests(*, host: Visit, actor: Actor, now: datetime) -> None:
    """The host was called off: its first guest stands on its own and counts in its place, the others join that one."""
    guests = list(host.guests.filter(state="reserved").order_by("pk"))
    if not guests:
        return
    first, others = guests[0], guests[1:]
    before = snapshot(first)
    first.merged_with, first.counted = None, not first.exception_code
    first.full_clean()
    first.save()
    append_event(
        now=now,
        actor=actor,
        verb="visit.stand_alone",
        thing=first,
        organ_path=first.organ.path,
        reason=f"{host.number} 已取消",
        basis=HOUSE_MERGE,
        before=before,
        after=snapshot(first),
    )
    for one in others:
        join_visit(guest=one, host=first, actor=actor, now=now)
