"""What each move of a complaint means: for its clocks, its entries, the tips and leads that come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.complaints import timing
from hengjian.apps.complaints.abuse import signs_of
from hengjian.apps.complaints.grounds import ending_of, refusal_of
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.moving import move_complaint, write_entry
from hengjian.apps.complaints.procedures import COMPLAINT, DISTRIBUTE
from hengjian.apps.informants.services import hand_over, seal_again
from hengjian.apps.leads.services import register_lead
from hengjian.apps.record.services import Actor
from hengjian.apps.tips.handling import require_receiver
from hengjian.apps.tips.moving import said
from hengjian.apps.tips.services import Reported, receive_tip
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move

Values = Mapping[str, Any]


@transaction.atomic
def act(
    action: str,
    *,
    rows: QuerySet[Complaint],
    pk: int,
    user: User,
    now: datetime,
    values: Values,
    seen: str | None = None,
) -> Complaint:
    """Make one move of a complaint with what a form holds; raises the sentence why not, then nothing has changed."""
    given = {"rows": rows, "pk": pk, "user": user, "now": now, "seen": seen}
    made: Complaint = ACTIONS[action](action, values=values, **given)
    return made


@transaction.atomic
def refuse(action: str, *, rows: QuerySet[Complaint], pk: int, user: User, now: datetime) -> None:
    """Say why a move that was not offered is not open: by the table, the rights, or what the complaint holds."""
    facts = {name: "—" for move in COMPLAINT.moves if move.action == action for name in move.facts}

    def check(row: Complaint) -> None:
        if action == "distribute":
            require_receiver(row, None, timezone.localdate(now))
        raise IllegalMove("这一步现在不能办理，请看过最新情况再办。")

    move_complaint(action, rows=rows, pk=pk, user=user, now=now, facts=facts, check=check)


def _request_material(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    wanted, limit = said(values.get("wanted", ""), "wanted", "需要补正的材料"), values.get("limit")
    way = values.get("told", "")
    today = timezone.localdate(now)
    if isinstance(limit, date) and limit <= today:
        raise Refused(f"补正期限须在今天之后，填的是 {limit.isoformat()}。", where={"field": "limit"})

    def apply(row: Complaint, move: Move, actor: Actor) -> None:
        row.supplement_limit = limit

    facts = {"wanted": wanted, "limit": limit, "told": way}
    complaint, actor = move_complaint(action, now=now, facts=facts, apply=apply, **given)
    write_entry(complaint, "wanted", actor=actor, now=now, text=wanted, facts={"limit": str(limit)}, way=way)
    return complaint


def _supplement(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    text = said(values.get("text", ""), "text", "内容")
    complaint, actor = move_complaint(action, now=now, facts={"text": text}, **given)
    write_entry(complaint, "added", actor=actor, now=now, text=text)
    return complaint


def _accept(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    way, today = values.get("told", ""), timezone.localdate(now)

    def apply(row: Complaint, move: Move, actor: Actor) -> None:
        row.accepted_on = today

    complaint, actor = move_complaint(action, now=now, facts={"told": way}, apply=apply, **given)
    write_entry(complaint, "decision", actor=actor, now=now, text="决定受理。", way=way)
    timing.end_clock(complaint, timing.ACCEPTANCE, actor=actor, now=now)
    timing.start_mediation(complaint, day=today, actor=actor, now=now)
    return complaint


def _refuse(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    reason, way = said(values.get("reason", ""), "reason", "理由"), values.get("told", "")
    ground_id, today = str(values.get("ground", "")), timezone.localdate(now)

    def apply(row: Complaint, move: Move, actor: Actor) -> None:
        row.ground, row.closed_on = ground_id, today

    facts = {"ground": ground_id, "reason": reason, "told": way}
    complaint, actor = move_complaint(
        action, now=now, facts=facts, apply=apply, check=lambda row: _check(refusal_of, row, ground_id, today), **given
    )
    write_entry(complaint, "decision", actor=actor, now=now, text=reason, facts={"ground": ground_id}, way=way)
    timing.end_clock(complaint, timing.ACCEPTANCE, actor=actor, now=now)
    return complaint


def _check(ask: Any, complaint: Complaint, ground_id: str, today: date) -> None:
    ask(complaint, ground_id, today=today)


def _send_back(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    """A unit without competence returns the complaint to who sent it; it does not pass it on itself (CMP-41)."""
    reason = said(values.get("reason", ""), "reason", "理由")
    before: list[Organ] = []

    def check(row: Complaint) -> None:
        if row.distributed_by_id is None:
            sentence = "这件投诉不是其他机关分送来的，不能退回；没有处理权限的，不予受理并告知投诉人。"
            raise IllegalMove(sentence, article=DISTRIBUTE)

    def apply(row: Complaint, move: Move, actor: Actor) -> None:
        if row.distributed_by is not None:
            before.append(row.organ)
            row.organ, row.distributed_by, row.responsible = row.distributed_by, None, None

    complaint, actor = move_complaint(action, now=now, facts={"reason": reason}, apply=apply, check=check, **given)
    write_entry(complaint, "returned", actor=actor, now=now, text=f"{before[0].name}退回：{reason}")
    _leave(complaint, "没有处理权限，退回分送机关。", actor=actor, now=now)
    return complaint


def _distribute(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    target: Organ | None = values.get("organ")
    today = timezone.localdate(now)

    def apply(row: Complaint, move: Move, actor: Actor) -> None:
        if target is not None:
            row.distributed_by, row.organ, row.responsible = row.organ, target, None
            row.received_on = today

    complaint, actor = move_complaint(
        action,
        now=now,
        facts={"organ": target.name if target else ""},
        apply=apply,
        check=lambda row: require_receiver(row, target, today),
        **given,
    )
    _leave(complaint, f"分送{complaint.organ.name}。", actor=actor, now=now)
    timing.start_acceptance(complaint, actor=actor, now=now)
    return complaint


def _leave(complaint: Complaint, text: str, *, actor: Actor, now: datetime) -> None:
    timing.end_clock(complaint, timing.ACCEPTANCE, actor=actor, now=now, outcome="stopped")
    for sealed in (complaint.informant, complaint.agent):
        if sealed is not None:
            hand_over(informant=sealed, organ=complaint.organ, actor=actor, reason=text, now=now)


def _invite(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    meet_at = values.get("meet_at")
    facts = {
        "meet_at": meet_at.isoformat() if isinstance(meet_at, date) else meet_at,
        "place": said(values.get("place", ""), "place", "调解地点", most=120),
        "mediator": said(values.get("mediator", ""), "mediator", "调解人员", most=80),
    }
    complaint, actor = move_complaint(action, now=now, facts=facts, **given)
    write_entry(complaint, "invite", actor=actor, now=now, facts=facts)
    return complaint


def _written(kind: str, field: str, label: str) -> Any:
    """A move whose one fact is a text that is kept as an entry of that kind."""

    def make(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
        text = said(values.get(field, ""), field, label)
        complaint, actor = move_complaint(action, now=now, facts={field: text}, apply=_close_day(action, now), **given)
        write_entry(complaint, kind, actor=actor, now=now, text=text)
        _after(action, complaint, actor=actor, now=now)
        return complaint

    return make


def _close_day(action: str, now: datetime) -> Any:
    def apply(row: Complaint, move: Move, actor: Actor) -> None:
        if move.target == "closed":
            row.closed_on = timezone.localdate(now)
        if action == "mark_fraud":
            row.fraud_marked_at = now

    return apply


def _after(action: str, complaint: Complaint, *, actor: Actor, now: datetime) -> None:
    if action == "agree":
        timing.end_clock(complaint, timing.MEDIATION, actor=actor, now=now)
    if action == "test_back":
        timing.resume_after_testing(complaint, day=timezone.localdate(now), actor=actor, now=now)


def _commission_test(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    facts = {
        "agency": said(values.get("agency", ""), "agency", "检测机构", most=120),
        "item": said(values.get("item", ""), "item", "检测事项", most=300),
        "payer": said(values.get("payer", ""), "payer", "费用承担", most=80),
    }
    complaint, actor = move_complaint(action, now=now, facts=facts, **given)
    write_entry(complaint, "test", actor=actor, now=now, facts=facts)
    timing.pause_for_testing(complaint, day=timezone.localdate(now), actor=actor, now=now)
    return complaint


def _end(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    reason, ground_id = said(values.get("reason", ""), "reason", "理由"), str(values.get("ground", ""))
    today = timezone.localdate(now)

    def apply(row: Complaint, move: Move, actor: Actor) -> None:
        row.ground = ground_id

    complaint, actor = move_complaint(
        action,
        now=now,
        facts={"ground": ground_id, "reason": reason},
        apply=apply,
        check=lambda row: _check(ending_of, row, ground_id, today),
        **given,
    )
    write_entry(complaint, "end", actor=actor, now=now, text=reason, facts={"ground": ground_id})
    timing.end_clock(complaint, timing.MEDIATION, actor=actor, now=now)
    timing.start_notice(complaint, day=today, actor=actor, now=now)
    return complaint


def _notify(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    facts = {"told": values.get("told", ""), "told_respondent": values.get("told_respondent", "")}
    complaint, actor = move_complaint(action, now=now, facts=facts, apply=_close_day(action, now), **given)
    write_entry(
        complaint,
        "told",
        actor=actor,
        now=now,
        text="已将终止调解告知双方。",
        way=facts["told"],
        way_respondent=facts["told_respondent"],
    )
    timing.end_clock(complaint, timing.NOTICE, actor=actor, now=now)
    return complaint


def _found_clue(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    """A clue seen in mediation becomes a lead, verified from the day it was seen (CMP-27, PEN-18)."""
    text = said(values.get("text", ""), "text", "线索", most=5_000)

    def check(row: Complaint) -> None:
        if row.lead is not None:
            raise IllegalMove(f"这件投诉发现的线索已经登记为 {row.lead.number}，补充的内容请写到那条线索上。")

    complaint, actor = move_complaint(action, now=now, facts={"text": text}, check=check, **given)
    complaint.lead = register_lead(
        organ=complaint.organ,
        channel="complaint",
        title=f"核查{complaint.respondent_name}涉嫌违法的线索"[:200],
        text=text,
        actor=actor,
        now=now,
        today=timezone.localdate(now),
        institution=complaint.institution,
        respondent_name=complaint.respondent_name,
        respondent_uscc="" if complaint.institution else complaint.respondent_uscc,
        area_code=complaint.area_code,
        mass=complaint.abuse_marked_at is not None,
        origin_kind="complaint",
        origin_id=str(complaint.pk),
        origin_label=f"投诉 {complaint.number}",
        origin_url=reverse("complaints:show", args=[complaint.number]),
    )
    complaint.save(update_fields=["lead"])
    write_entry(complaint, "clue", actor=actor, now=now, text=text, facts={"lead": complaint.lead.number})
    return complaint


def _split(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    """The part that reports a violation becomes a tip of its own, under the same sealed person (CMP-09)."""
    text = said(values.get("text", ""), "text", "举报的内容", most=5_000)

    def check(row: Complaint) -> None:
        if row.tip is not None:
            raise IllegalMove(f"这件投诉已经分出举报 {row.tip.number}。")

    complaint, actor = move_complaint(action, now=now, facts={"text": text}, check=check, **given)
    sealed = seal_again(informant=complaint.informant, organ=complaint.organ, actor=actor, now=now)
    about = Reported(
        respondent_name=complaint.respondent_name,
        respondent_uscc=complaint.respondent_uscc,
        institution=complaint.institution,
        area_code=complaint.area_code,
    )
    complaint.tip = receive_tip(
        organ=complaint.organ,
        text=text,
        about=about,
        channel="complaint",
        actor=actor,
        now=now,
        today=timezone.localdate(now),
        informant=sealed,
    )
    complaint.save(update_fields=["tip"])
    write_entry(complaint, "clue", actor=actor, now=now, facts={"tip": complaint.tip.number})
    return complaint


def _mark_abuse(action: str, *, values: Values, now: datetime, **given: Any) -> Complaint:
    """Marked with the figures that stood behind it; the complaint is handled on like any other."""
    factors, text = list(values.get("factors") or ()), said(values.get("text", ""), "text", "说明")
    figures: dict[str, str] = {}

    def check(row: Complaint) -> None:
        figures.update({one.factor.id: one.figure for one in signs_of(row) if one.reached})
        short = [one for one in factors if one not in figures]
        if short:
            sentence = "选的因素没有达到提示线，不能作为标记的依据；请只选达到的。"
            raise Refused(sentence, where={"field": "factors"}, article="《市场监督管理投诉举报处理办法》第十七条")

    def apply(row: Complaint, move: Move, actor: Actor) -> None:
        row.abuse_marked_at = now

    facts = {"factors": factors, "text": text}
    complaint, actor = move_complaint(action, now=now, facts=facts, apply=apply, check=check, **given)
    kept = {key: figures[key] for key in factors}
    write_entry(complaint, "mark", actor=actor, now=now, text=text, facts=kept)
    return complaint


ACTIONS: dict[str, Any] = {
    "request_material": _request_material,
    "supplement": _supplement,
    "accept": _accept,
    "refuse": _refuse,
    "send_back": _send_back,
    "distribute": _distribute,
    "invite": _invite,
    "record": _written("record", "text", "调解记录"),
    "commission_test": _commission_test,
    "test_back": _written("test_back", "text", "检测结论"),
    "agree": _written("agreement", "agreement", "协议内容"),
    "close": _written("closing", "text", "办结情况"),
    "mark_fraud": _written("mark", "text", "涉嫌诈骗、敲诈勒索的情况"),
    "end": _end,
    "notify": _notify,
    "found_clue": _found_clue,
    "split": _split,
    "mark_abuse": _mark_abuse,
}
