"""Leads that are one matter or belong together: accept or reject a proposal, merge, split back, series."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.policies import actor_or_refuse, policy_of
from hengjian.apps.leads import timing
from hengjian.apps.leads.closings import tell_closed
from hengjian.apps.leads.models import Answer, Lead, Likeness, Series
from hengjian.apps.leads.moving import check_text, move_lead, refused
from hengjian.apps.leads.procedures import LIKENESS
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.kernel.errors import IllegalMove, NotFound
from hengjian.kernel.transitions import Move


@transaction.atomic
def merge_leads(
    *, rows: QuerySet[Lead], pk: int, main: Lead | None, user: User, now: datetime, reason: str, seen: str | None = None
) -> Lead:
    """Put a lead into another: it keeps its number, text and threads, and is answered with the main one.

    What was merged into it before goes along, so that there is always one main lead.
    """
    said = check_text(reason, field="reason", label="理由")

    def check(lead: Lead) -> None:
        if main is None:
            return
        if main.pk == lead.pk:
            raise refused("main", "不能并入它自己。")
        if main.state == "answered":
            raise refused("main", f"{main.number} 已经答复，不能再并入；有新事实的，先恢复办理那一条。")
        if not same_respondent(lead, main) and not _likeness_accepted(lead, main):
            raise refused("main", f"{main.number} 反映的不是同一单位，也没有确认过的疑似重复，不能并入。")
        if main.state == "merged":
            raise refused("main", f"{main.number} 自己已并入 {main.merged_into.number}，请并入那一条。")  # type: ignore[union-attr]

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.merged_into = main

    found = Lead.objects.select_for_update(of=("self",)).filter(pk=main.pk).first() if main else None
    main = found or main
    facts = {"main": main.number if main else "", "reason": said}
    lead, actor = move_lead(
        "merge", rows=rows, pk=pk, user=user, now=now, facts=facts, apply=apply, check=check, seen=seen
    )
    lead.merged.update(merged_into=main)
    timing.stop_all(lead, actor=actor, now=now, met=False)
    answer = main.answers.first() if main and main.state == "answered" else None
    if main is not None and answer is not None:
        Answer.objects.create(
            lead=lead, kind="merged", text=answer.text, ref_label=f"主线索 {main.number}", at=now, by_name=actor.name
        )
        Lead.objects.filter(pk=lead.pk).update(answered_on=timezone.localdate(now))
    tell_closed(lead=lead, actor=actor, now=now)
    return lead


def same_respondent(one: Lead, other: Lead) -> bool:
    """Whether both are about the same body: the same institution, code, or written name."""
    if one.institution_id is not None or other.institution_id is not None:
        return one.institution_id == other.institution_id
    code = one.respondent_uscc and one.respondent_uscc == other.respondent_uscc
    return bool(code or (one.respondent_name and one.respondent_name == other.respondent_name))


def _likeness_accepted(one: Lead, other: Lead) -> bool:
    pair = Q(lead=one, other=other) | Q(lead=other, other=one)
    return Likeness.objects.filter(pair, state="accepted").exists()


@transaction.atomic
def split_lead(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, reason: str, seen: str | None = None
) -> Lead:
    """Take a lead out again: its own clock counts from the day it was received, as if it had never been merged."""
    said = check_text(reason, field="reason", label="理由")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.merged_into, row.answered_on = None, None

    lead, actor = move_lead(
        "split", rows=rows, pk=pk, user=user, now=now, facts={"reason": said}, apply=apply, seen=seen
    )
    timing.start(lead, timing.CHECK, on=lead.received_on, actor=actor, now=now)
    return lead


@transaction.atomic
def decide_likeness(
    *,
    rows: QuerySet[Lead],
    pk: int,
    action: str,
    user: User,
    now: datetime,
    reason: str,
    kind: str = "",
    main_pk: int | None = None,
) -> Likeness:
    """Accept a proposal (as `merge` into the other one, or as one `series`), reject it, or take that back.

    `rows` are the leads the person may see; both have to be among them. `main_pk` says which lead stays.
    """
    likeness = Likeness.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    pair = list(rows.filter(pk__in=[likeness.lead_id, likeness.other_id])) if likeness is not None else []
    if likeness is None or len(pair) != 2:
        raise NotFound("没有这条疑似重复，或者您无权查看。")
    said = check_text(reason, field="reason", label="理由")
    if action == "accept" and kind not in ("merge", "series"):
        raise refused("kind", "请选“并案”或者“列入同一线索串”。")

    def apply(row: Likeness, move: Move, actor: Actor) -> None:
        row.decided_by, row.decided_at, row.reason = user, now, said

    facts = {"kind": kind, "reason": said}
    done: Likeness = perform(
        procedure=LIKENESS,
        action=action,
        thing=Likeness,
        pk=pk,
        policy=policy_of(user, on=timezone.localdate(now)),
        now=now,
        facts=facts,
        reason=said,
        apply=apply,
    )
    if action == "accept" and kind == "merge":
        main = next((one for one in pair if one.pk == (main_pk or likeness.other_id)), None)
        guest = next((one for one in pair if main is not None and one.pk != main.pk), None)
        if main is None or guest is None:
            raise refused("main", "请在这两条线索里选一条作主线索。")
        merge_leads(rows=rows, pk=guest.pk, main=main, user=user, now=now, reason=said)
    if action == "accept" and kind == "series":
        put_in_series(leads=pair, user=user, now=now, reason=said)
    return done


@transaction.atomic
def put_in_series(*, leads: list[Lead], user: User, now: datetime, reason: str, title: str = "") -> Series:
    """One series for these leads: the one that some of them have already, or a new one with its own number."""
    today = timezone.localdate(now)
    known = {one.series_id: one.series for one in leads if one.series_id}
    if len(known) > 1:
        raise IllegalMove("这些线索分属两个线索串，请先把其中一条移出。")
    actor = actor_or_refuse(user, "lead.merge", leads[0], on=today)
    series = next(iter(known.values()), None)
    if series is None:
        named = check_text(title, field="title", label="名称", most=120) or f"{leads[0].respondent or leads[0].title}"
        series = Series.objects.create(
            number=next_number("XC", today.year),
            organ=leads[0].organ,
            title=named[:120],
            created_by=user,
            created_at=now,
        )
        append_event(now=now, actor=actor, verb="lead_series.create", thing=series, reason=reason)
    for lead in leads:
        if lead.series_id is None:
            Lead.objects.filter(pk=lead.pk).update(series=series)
            append_event(
                now=now, actor=actor, verb="lead_series.join", thing=lead, organ_path=lead.organ_path, reason=reason,
                after={"series": series.number},
            )  # fmt: skip
    return series


@transaction.atomic
def leave_series(*, rows: QuerySet[Lead], pk: int, user: User, now: datetime, reason: str) -> Lead:
    """Take a lead out of its series."""
    lead = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if lead is None:
        raise NotFound("没有这条线索，或者您无权查看。")
    said = check_text(reason, field="reason", label="理由")
    if lead.series is None:
        raise IllegalMove(f"{lead.number} 不在线索串里。")
    if not said:
        raise refused("reason", "请写明理由。")
    actor = actor_or_refuse(user, "lead.merge", lead, on=timezone.localdate(now))
    before, lead.series = lead.series.number, None
    lead.save(update_fields=["series"])
    append_event(
        now=now, actor=actor, verb="lead_series.leave", thing=lead, organ_path=lead.organ_path, reason=said,
        before={"series": before},
    )  # fmt: skip
    return lead
