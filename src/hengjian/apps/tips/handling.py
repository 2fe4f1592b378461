"""What each move of a tip means: for its lead, its clock, its sealed informant, and what the reporter is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.informants.services import hand_over
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.procedures import ENDED
from hengjian.apps.leads.services import mark_answered, register_lead, restart_clock
from hengjian.apps.record.services import Actor
from hengjian.apps.tips.models import Tip
from hengjian.apps.tips.moving import move_tip, perform_move, said, write_note
from hengjian.apps.tips.policies import closing_policy
from hengjian.apps.tips.procedures import DISTRIBUTE, REPEATED, RUNNING, TELL
from hengjian.apps.tips.repeats import same_respondent
from hengjian.apps.tips.selectors import receivers
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.law.complaining import result_notices

NEW_FACTS_LEAST = 6


@transaction.atomic
def act(
    action: str,
    *,
    rows: QuerySet[Tip],
    pk: int,
    user: User,
    now: datetime,
    values: Mapping[str, Any],
    seen: str | None = None,
) -> Tip:
    """Make one move of a tip with what a form holds; raises the sentence why not, and then nothing has changed."""
    made = ACTIONS.get(action, _plain)(action, rows=rows, pk=pk, user=user, now=now, values=values, seen=seen)
    return made


@transaction.atomic
def refuse(action: str, *, rows: QuerySet[Tip], pk: int, user: User, now: datetime, facts: Mapping[str, Any]) -> None:
    """Say why a move that was not offered is not open: by the table, the rights, or what the tip holds."""

    def check(tip: Tip) -> None:
        if action == "distribute":
            require_receiver(tip, None, timezone.localdate(now))
        raise IllegalMove(
            "这一步现在不能办理，请看过最新情况再办。", article=DISTRIBUTE if action == "send_back" else None
        )

    move_tip(action, rows=rows, pk=pk, user=user, now=now, facts=facts, check=check)


def _plain(action: str, *, values: Mapping[str, Any], **given: Any) -> Tip:
    return move_tip(action, facts=values, **given)[0]


def _accept(action: str, *, user: User, values: Mapping[str, Any], **given: Any) -> Tip:
    def apply(row: Tip, move: Move, actor: Actor) -> None:
        row.responsible = user

    return move_tip(action, user=user, facts={}, apply=apply, **given)[0]


def _ask_more(action: str, *, values: Mapping[str, Any], now: datetime, **given: Any) -> Tip:
    wanted = said(values.get("wanted", ""), "wanted", "需要补充的线索")
    way = values.get("told", "")
    tip, actor = move_tip(action, now=now, facts={"wanted": wanted, "told": way}, **given)
    write_note(tip, "wanted", wanted, actor=actor, now=now, way=way)
    return tip


def _supplement(action: str, *, values: Mapping[str, Any], now: datetime, **given: Any) -> Tip:
    text = said(values.get("text", ""), "text", "内容", most=5_000)
    tip, actor = move_tip(action, now=now, facts={"text": text}, **given)
    write_note(tip, "added", text, actor=actor, now=now)
    return tip


def _merge(action: str, *, values: Mapping[str, Any], now: datetime, **given: Any) -> Tip:
    """New facts on what the same matter reported before: one handling, counted from the last report (CMP-35)."""
    into: Tip | None = values.get("into")
    new_facts = said(values.get("new_facts", ""), "new_facts", "新的事实")

    def check(tip: Tip) -> None:
        _require_same_matter(tip, into)
        if into is None or into.lead is None or into.lead.state in ENDED:
            sentence = "前次举报已经办结，新的事实请作为这件举报单独核查。"
            raise Refused(sentence, where={"field": "into"}, article=REPEATED)

    def apply(row: Tip, move: Move, actor: Actor) -> None:
        row.merged_into = into

    facts = {"into": into.number if into else "", "new_facts": new_facts}
    tip, actor = move_tip(action, now=now, facts=facts, apply=apply, check=check, **given)
    write_note(tip, "added", new_facts, actor=actor, now=now)
    if into is not None and into.lead is not None:
        reason = f"{tip.number} 带来新的事实，自最后一次收到举报起算"
        restart_clock(lead=into.lead, on=tip.received_on, reason=reason, actor=actor, now=now)
        write_note(into, "added", f"{tip.number} 补充的新事实：{new_facts}", actor=actor, now=now)
        _answer_own(tip, "merged", f"并入 {into.number}，随其答复。", actor=actor, now=now, ref=into)
    return tip


def _mark_repeated(action: str, *, values: Mapping[str, Any], now: datetime, **given: Any) -> Tip:
    """Same person, same fact: no new handling, but the reporter is told (CMP-35)."""
    earlier: Tip | None = values.get("earlier")
    way = values.get("told", "")

    def apply(row: Tip, move: Move, actor: Actor) -> None:
        row.merged_into = earlier

    facts = {"earlier": earlier.number if earlier else "", "told": way}
    tip, actor = move_tip(
        action, now=now, facts=facts, apply=apply, check=lambda row: _require_same_matter(row, earlier), **given
    )
    if earlier is not None:
        text = f"就同一事实已举报过（{earlier.number}），不再重复处理；有新的事实请另行写明。"
        write_note(tip, "repeat", text, actor=actor, now=now, way=way)
        _answer_own(tip, "merged", f"与 {earlier.number} 重复，随其答复。", actor=actor, now=now, ref=earlier)
    return tip


def _require_same_matter(tip: Tip, other: Tip | None) -> None:
    if other is None or other.pk == tip.pk or not Tip.objects.filter(same_respondent(tip), pk=other.pk).exists():
        raise Refused("请选同一被举报人的另一件举报。", where={"field": "into"}, article=REPEATED)


def _redirect(action: str, *, values: Mapping[str, Any], now: datetime, **given: Any) -> Tip:
    authority = said(values.get("authority", ""), "authority", "有处理权限的机关", most=120)
    way = values.get("told", "")

    def apply(row: Tip, move: Move, actor: Actor) -> None:
        row.redirected_to, row.closed_on = authority, timezone.localdate(now)

    tip, actor = move_tip(action, now=now, facts={"authority": authority, "told": way}, apply=apply, **given)
    text = f"本机关没有处理权限，请向{authority}举报。"
    write_note(tip, "told", text, actor=actor, now=now, way=way)
    _answer_own(tip, "transferred", f"没有处理权限，已告知举报人向{authority}举报。", actor=actor, now=now)
    return tip


def _send_back(action: str, *, values: Mapping[str, Any], now: datetime, **given: Any) -> Tip:
    """A unit without competence returns the tip to who sent it; it does not pass it on itself (CMP-41)."""
    reason = said(values.get("reason", ""), "reason", "理由")
    before: list[Organ] = []

    def check(tip: Tip) -> None:
        if tip.distributed_by is None:
            sentence = "这件举报不是其他机关分送来的，不能退回；没有处理权限的，请告知举报人向有权机关举报。"
            raise IllegalMove(sentence, article=DISTRIBUTE)

    def apply(row: Tip, move: Move, actor: Actor) -> None:
        if row.distributed_by is not None:
            before.append(row.organ)
            row.organ, row.distributed_by, row.responsible = row.distributed_by, None, None

    tip, actor = move_tip(action, now=now, facts={"reason": reason}, apply=apply, check=check, **given)
    text = f"{before[0].name}退回：{reason}"
    write_note(tip, "returned", text, actor=actor, now=now)
    _leave(tip, "没有处理权限，退回分送机关。", actor=actor, now=now)
    return tip


def _distribute(action: str, *, values: Mapping[str, Any], now: datetime, **given: Any) -> Tip:
    target: Organ | None = values.get("organ")
    today = timezone.localdate(now)

    def check(tip: Tip) -> None:
        require_receiver(tip, target, today)

    def apply(row: Tip, move: Move, actor: Actor) -> None:
        if target is not None:
            row.distributed_by, row.organ, row.responsible = row.organ, target, None
            row.received_on = today

    facts = {"organ": target.name if target else ""}
    tip, actor = move_tip(action, now=now, facts=facts, apply=apply, check=check, **given)
    _leave(tip, f"分送{tip.organ.name}。", actor=actor, now=now)
    _new_lead(tip, actor=actor, now=now, today=today)
    return tip


def require_receiver(thing: Any, target: Organ | None, today: date) -> None:
    """Refuse a unit that passes on what another organ sent it, and a receiver that does not exist (CMP-41)."""
    if thing.state != "returned" and thing.distributed_by_id is not None:
        sentence = f"这件是{thing.distributed_by.name}分送来的，没有处理权限的应当退回，不得自行再分送。"
        raise IllegalMove(sentence, article=DISTRIBUTE)
    if target is None or not receivers(thing.organ, on=today).filter(pk=target.pk).exists():
        raise Refused("没有这个接收机关，请从列出的机关中选。", where={"field": "organ"}, article=DISTRIBUTE)


def _tell(action: str, *, values: Mapping[str, Any], now: datetime, **given: Any) -> Tip:
    """Tell the result only where a law says so (CMP-36); the law is named."""
    notices = {one.id: one for one in result_notices(timezone.localdate(now))}
    chosen = notices.get(str(values.get("basis", "")))
    law = (chosen.law if chosen else None) or said(values.get("law", ""), "law", "法律名称和条款", most=200)
    text, way = said(values.get("text", ""), "text", "告知内容"), values.get("told", "")

    if not law:
        sentence = "法律、法规、规章规定应当告知的才告知结果：请选依据，或者写明法律名称和条款。"
        raise Refused(sentence, where={"field": "basis"}, article=TELL)
    facts = {"basis": law, "text": text, "told": way}
    tip, actor = move_tip(action, now=now, facts=facts, **given)
    write_note(tip, "result", text, actor=actor, now=now, way=way, basis=law)
    return tip


ACTIONS: dict[str, Any] = {
    "accept": _accept,
    "ask_more": _ask_more,
    "supplement": _supplement,
    "merge": _merge,
    "mark_repeated": _mark_repeated,
    "redirect": _redirect,
    "send_back": _send_back,
    "distribute": _distribute,
    "tell": _tell,
}


def _answer_own(tip: Tip, kind: str, text: str, *, actor: Actor, now: datetime, ref: Tip | None = None) -> None:
    if tip.lead is not None and tip.lead.state not in ENDED:
        url = reverse("tips:show", args=[(ref or tip).number])
        label = f"举报 {(ref or tip).number}"
        mark_answered(lead=tip.lead, kind=kind, text=text, ref_label=label, ref_url=url, actor=actor, now=now)


def _leave(tip: Tip, text: str, *, actor: Actor, now: datetime) -> None:
    """The organ that had the tip answers its lead and hands the sealed informant on."""
    lead, tip.lead = tip.lead, None
    # first let go of the lead: its answer would otherwise close the tip, which lives on elsewhere
    tip.save(update_fields=["lead"])
    if lead is not None and lead.state not in ENDED:
        url = reverse("tips:show", args=[tip.number])
        given: dict[str, Any] = {"ref_label": f"举报 {tip.number}", "ref_url": url, "actor": actor, "now": now}
        mark_answered(lead=lead, kind="transferred", text=text, **given)
    hand_over(informant=tip.informant, organ=tip.organ, actor=actor, reason=text, now=now)


def _new_lead(tip: Tip, *, actor: Actor, now: datetime, today: date) -> None:
    times = Lead.objects.filter(origin_kind="tip", origin_id__startswith=f"{tip.pk}-").count() + 1
    tip.lead = register_lead(
        organ=tip.organ,
        channel="tip",
        title=f"核查{tip.respondent_name}涉嫌违法的线索"[:200],
        text=tip.text,
        actor=actor,
        now=now,
        today=today,
        institution=tip.institution,
        respondent_name=tip.respondent_name,
        respondent_uscc="" if tip.institution else tip.respondent_uscc,
        area_code=tip.area_code,
        occurred_on=tip.occurred_on,
        origin_kind="tip",
        origin_id=f"{tip.pk}-{times}",
        origin_label=f"举报 {tip.number}（分送）",
        origin_url=reverse("tips:show", args=[tip.number]),
    )
    tip.save(update_fields=["lead"])


def close_with_lead(*, lead: Lead, actor: Actor, now: datetime) -> None:
    """Listener: the lead has its answer, so the tip that it came from is closed; tips merged into it follow."""
    if lead.state != "answered":
        return
    answer = lead.answers.first()
    rows = Tip.objects.filter(lead__in=[lead.pk, *lead.merged.values_list("pk", flat=True)], state__in=RUNNING)
    for tip in rows:

        def apply(row: Tip, move: Move, who: Actor) -> None:
            row.outcome = answer.kind if answer else ""
            row.outcome_ref = (answer.ref_label if answer else "")[:60]
            row.outcome_url = answer.ref_url if answer else ""
            row.closed_on = timezone.localdate(now)

        outcome = answer.get_kind_display() if answer else "已答复"
        perform_move("close", pk=tip.pk, policy=closing_policy(actor), now=now, facts={"outcome": outcome}, apply=apply)
