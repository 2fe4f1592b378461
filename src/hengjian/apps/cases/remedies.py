"""Administrative review and litigation against a decision: entered, concluded, and what an overturned decision asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import listeners
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.after_moving import acting, move_row
from hengjian.apps.cases.after_procedures import (
    FELL,
    OVERTURNED,
    OWING,
    REMEDY,
    REMEDY_BASIS,
    REMEDY_KINDS,
    REMEDY_OUTCOMES,
)
from hengjian.apps.cases.enforcing import ban_falls
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.models import Ban, Decision, Obligation, Remedy
from hengjian.apps.cases.moving import write_step
from hengjian.apps.cases.paying import fall_with_decision
from hengjian.apps.cases.settling import check_executed
from hengjian.apps.clocks.services import start_clock
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move

AFTER = ("decided", "enforcing", "no_penalty", "closed")


@dataclass(frozen=True, slots=True)
class RemedyEntry:
    """What is typed about a review or a lawsuit."""

    kind: str
    body: str
    number: str
    applied_on: date | None
    accepted_on: date | None
    halts: bool = False
    halt_order: str = ""


@transaction.atomic
def register_remedy(*, decision: Decision, entry: RemedyEntry, user: User, now: datetime, today: date) -> Remedy:
    """Enter that a review or lawsuit was accepted; nothing is added for lateness from then on (Art. 73 of the Act)."""
    case, actor = act_on(
        case=decision.case,
        user=user,
        code="case.handle",
        today=today,
        what="登记复议、诉讼",
        states=AFTER,
        investigator=True,
    )
    one_of(entry.kind, REMEDY_KINDS, field="kind", label="种类")
    decision = Decision.objects.select_related("party").get(pk=decision.pk)
    if decision.served_on is None:
        raise IllegalMove("决定书还没有送达，不能登记复议、诉讼。", article=REMEDY_BASIS)
    applied = day_of(
        entry.applied_on,
        field="applied_on",
        label="申请、起诉日期",
        today=today,
        first=decision.served_on,
        first_label="送达日期",
    )
    accepted = day_of(
        entry.accepted_on, field="accepted_on", label="受理日期", today=today, first=applied, first_label="申请日期"
    )
    if Remedy.objects.filter(decision=decision, kind=entry.kind, state="pending").exists():
        raise refused("kind", f"已登记的{REMEDY_KINDS[entry.kind]}还没有结果，不能再登记一件。")
    made = Remedy(
        case=case,
        decision=decision,
        party=decision.party,
        kind=entry.kind,
        body=text_of(entry.body, field="body", label="复议机关、法院", most=120),
        number=text_of(entry.number, field="number", label="案号", most=80),
        applied_on=applied,
        accepted_on=accepted,
        halts=entry.halts,
        halt_order=text_of(
            entry.halt_order, field="halt_order", label="停止执行的决定、裁定", most=120, required=entry.halts
        ),
        entered_by=user,
    )
    made.full_clean()
    made.save()
    append_event(
        now=now,
        actor=actor,
        verb="remedy.register",
        thing=made,
        organ_path=case.organ_path,
        basis=REMEDY_BASIS,
        after={"kind": made.kind, "accepted_on": accepted, "halts": made.halts},
    )
    label = f"{made.get_kind_display()}受理：{made.number}"
    write_step(case=case, action="remedy", label=label, actor=actor, now=now, on=accepted, user=user)
    return made


@transaction.atomic
def conclude_remedy(
    *, remedy: Remedy, outcome: str, on: date | None, instrument: str, user: User, now: datetime, today: date
) -> Remedy:
    """Enter how it ended. A decision changed or undone must be taken off the public pages in three working days."""
    row = Remedy.objects.select_related("case__organ", "decision", "party").get(pk=remedy.pk)
    one_of(outcome, REMEDY_OUTCOMES, field="outcome", label="结果")
    day = day_of(on, field="on", label="收到结果日期", today=today, first=row.accepted_on, first_label="受理日期")
    number = text_of(instrument, field="instrument", label="决定书、裁判文书文号", most=120)

    def apply(one: Remedy, move: Move, actor: Actor) -> None:
        one.outcome, one.ended_on, one.instrument = outcome, day, number

    facts = {"on": day, "outcome": outcome, "instrument": number}
    done: Remedy = move_row(REMEDY, "conclude", row, user=user, now=now, today=today, facts=facts, apply=apply)
    actor = acting(done, "case.handle", "登记复议、诉讼结果", user=user, today=today)
    case = done.case
    label = f"{done.get_kind_display()}结果：{done.get_outcome_display()}"
    write_step(case=case, action="remedy_ended", label=label, actor=actor, now=now, on=day, user=user)
    if outcome in OVERTURNED:
        _overturned(done, actor=actor, now=now, day=day)
        if outcome in FELL:
            _fell(done, user=user, actor=actor, now=now, today=today)
    elif done.kind == "review":
        start_clock(
            rule_id="ALL-45",
            thing=done,
            organ=case.organ,
            start=day,
            label=f"{case.number} 复议后起诉期限",
            actor=actor,
            now=now,
            url=reverse("cases:show", args=[case.number]),
        )
    check_executed(case, actor=actor, now=now, today=today)
    return done


def _fell(remedy: Remedy, *, user: User, actor: Actor, now: datetime, today: date) -> None:
    """What was undone is not carried out: what is owed ends, bans end; a decision changed goes on as changed."""
    decision = remedy.decision
    decision.annulled_on = remedy.ended_on
    decision.save(update_fields=["annulled_on"])
    why = f"处罚决定已被{remedy.get_outcome_display().removesuffix('处罚决定')}：{remedy.instrument}"
    for owed in Obligation.objects.filter(decision=decision, state__in=OWING):
        fall_with_decision(row=owed, user=user, now=now, today=today, reason=why)
    for ban in Ban.objects.select_for_update(of=("self",)).filter(decision=decision, lifted_on__isnull=True):
        ban_falls(ban=ban, on=today, reason=why[:300], user=user, actor=actor, now=now)


def _overturned(remedy: Remedy, *, actor: Actor, now: datetime, day: date) -> None:
    """The event that the publications read: what is public of this decision has to be withdrawn (Art. 63)."""
    case = remedy.case
    start_clock(
        rule_id="PEN-63",
        thing=remedy,
        organ=case.organ,
        start=day,
        label=f"{case.number} 撤回公开信息",
        actor=actor,
        now=now,
        url=reverse("cases:show", args=[case.number]),
    )
    append_event(
        now=now,
        actor=actor,
        verb="case.decision_overturned",
        thing=case,
        organ_path=case.organ_path,
        basis="《市场监督管理行政处罚程序规定》第六十三条",
        after={"decision": remedy.decision_id, "outcome": remedy.outcome, "instrument": remedy.instrument, "on": day},
    )
    listeners.tell(case=case, action="decision_overturned", actor=actor, now=now)
