"""Collective discussion and the decision, one of five outcomes for each party (程序规定 60); undoing a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.after_procedures import OWING
from hengjian.apps.cases.enforcing import lift_ban
from hengjian.apps.cases.entering import day_of, one_of, refused, sum_of, text_of
from hengjian.apps.cases.models import Case, Collective, Decision, Obligation, Party
from hengjian.apps.cases.moving import move_case
from hengjian.apps.cases.noticing import end_periods, latest_notices
from hengjian.apps.cases.paying import end_obligation
from hengjian.apps.cases.sums import penalty_text
from hengjian.apps.cases.wording import MEASURES, OUTCOMES
from hengjian.apps.record.services import Actor
from hengjian.kernel.transitions import Move

PERIODS = ("PEN-64", "PEN-55", "PEN-57", "HEAR-18", "HEAR-19", "HEAR-29")


@dataclass(frozen=True, slots=True)
class OutcomeEntry:
    """What is decided for one party; sums in fen. `deviation` is the reason for leaving the benchmark or proposal."""

    party: Party
    outcome: str
    reasons: str
    measures: tuple[str, ...] = ()
    fine_fen: int = 0
    confiscated_fen: int = 0
    ban_months: int | None = None
    ban_for_life: bool = False
    deviation: str = ""
    receiver: str = ""

    def as_fact(self) -> dict[str, Any]:
        """As the record and the gates read it; no names."""
        return {
            "party": self.party.pk,
            "outcome": self.outcome,
            "measures": list(self.measures),
            "fine_fen": self.fine_fen,
            "confiscated_fen": self.confiscated_fen,
            "ban_months": self.ban_months,
            "ban_for_life": self.ban_for_life,
            "deviation": bool(self.deviation.strip()),
            "receiver": self.receiver,
        }


@transaction.atomic
def discuss(
    *,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    held_on: date | None,
    chair: str,
    attendees: str,
    opinions: str,
    conclusion: str,
    place: str = "",
    seen: int | None = None,
) -> Case:
    """Enter the minutes of the heads' collective discussion."""
    values = {
        "chair": text_of(chair, field="chair", label="主持人", most=60),
        "attendees": text_of(attendees, field="attendees", label="参加人员", most=500),
        "opinions": text_of(opinions, field="opinions", label="讨论意见"),
        "conclusion": text_of(conclusion, field="conclusion", label="讨论结论"),
        "place": text_of(place, field="place", label="地点", most=120, required=False),
    }
    day = day_of(held_on, field="held_on", label="讨论日期", today=today, first=case.filed_on, first_label="立案日期")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        Collective.objects.create(case=row, held_on=day, recorded_by=user, recorded_at=now, **values)

    facts = {"held_on": day} | {name: values[name] for name in ("attendees", "opinions", "conclusion")}
    return move_case(case=case, action="discuss", user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


@transaction.atomic
def decide(
    *, case: Case, user: User, now: datetime, today: date, outcomes: Sequence[OutcomeEntry], seen: int | None = None
) -> Case:
    """Decide for every party, with a penalty for one of them at least."""
    return _decide("decide", case, user, now, today, outcomes, seen)


@transaction.atomic
def decide_no_penalty(
    *, case: Case, user: User, now: datetime, today: date, outcomes: Sequence[OutcomeEntry], seen: int | None = None
) -> Case:
    """Decide for every party, without a penalty for any."""
    return _decide("decide_no_penalty", case, user, now, today, outcomes, seen)


def _decide(
    action: str,
    case: Case,
    user: User,
    now: datetime,
    today: date,
    outcomes: Sequence[OutcomeEntry],
    seen: int | None,
) -> Case:
    for entry in outcomes:
        one_of(entry.outcome, OUTCOMES, field="outcomes", label="处理结果")
        if any(code not in MEASURES for code in entry.measures):
            raise refused("outcomes", "请从列出的处罚种类中选。")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        last = int(row.decisions.aggregate(last=Max("round"))["last"] or 0)
        for entry in outcomes:
            _write(row, entry, round_=last + 1, user=user, today=today)
        row.decided_on, row.decided_by = today, user
        for rule in PERIODS:
            timing.stop(row, rule, on=today, actor=actor, now=now)
        end_periods(row, on=today, actor=actor, now=now)
        timing.start(row, "PEN-81", on=today, actor=actor, now=now)

    facts = {"outcomes": [entry.as_fact() for entry in outcomes]}
    return move_case(case=case, action=action, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


def _write(case: Case, entry: OutcomeEntry, *, round_: int, user: User, today: date) -> Decision:
    penal = entry.outcome == "penalty"
    measures = list(entry.measures) if penal else []
    fine = sum_of(entry.fine_fen, field="outcomes", label="罚款") if "fine" in measures else 0
    taken = sum_of(entry.confiscated_fen, field="outcomes", label="没收") if "confiscate" in measures else 0
    found = [one for one in entry.party.contraventions.all() if one.struck_at is None]
    notice = latest_notices(case).get(entry.party.pk)
    text = penalty_text(
        fine=fine, confiscated=taken, measures=measures, ban_months=entry.ban_months, life=entry.ban_for_life
    )
    decision = Decision(
        case=case,
        party=entry.party,
        round=round_,
        outcome=entry.outcome,
        measures=measures,
        fine_fen=fine,
        confiscated_fen=taken,
        ban_months=entry.ban_months if "limit" in measures else None,
        ban_for_life=entry.ban_for_life and "limit" in measures,
        text=text if penal else OUTCOMES[entry.outcome],
        basis="；".join(dict.fromkeys(one.penalty_article for one in found if one.penalty_article))[:500] or "—",
        reasons=text_of(entry.reasons, field="outcomes", label=f"对{entry.party.name}的决定理由"),
        benchmark="；".join(
            dict.fromkeys(str(one.calculation.get("benchmark", "")) for one in found if one.calculation)
        )[:300],
        deviation=entry.deviation.strip()
        or (("；".join(one.deviation for one in found if one.deviation)) if penal else ""),
        receiver=entry.receiver,
        decided_on=today,
        decided_by=user,
    )
    if notice is not None and penal and not found:
        raise refused("outcomes", f"{entry.party.name}名下没有违法事实，不能给予处罚。")
    decision.full_clean()
    decision.save()
    return decision


@transaction.atomic
def annul(
    *, case: Case, user: User, now: datetime, today: date, instrument: str, reason: str, seen: int | None = None
) -> Case:
    """The decision was undone (by this organ, on review or by a court): what is public is withdrawn in three days.

    What is still owed under it is not carried out any more, and bans are lifted.
    """
    said = text_of(reason, field="reason", label="理由")
    paper = text_of(instrument, field="instrument", label="撤销决定的文书", most=200)

    def apply(row: Case, move: Move, actor: Actor) -> None:
        row.decisions.filter(annulled_on__isnull=True).update(annulled_on=today)
        timing.stop_all(row, on=today, actor=actor, now=now)
        timing.start(row, "PEN-63", on=today, actor=actor, now=now)

    facts = {"instrument": paper, "reason": said}
    done = move_case(
        case=case, action="annul", user=user, now=now, today=today, facts=facts, reason=said, apply=apply, seen=seen
    )
    why = f"处罚决定已被撤销：{paper}"
    for owed in Obligation.objects.filter(case=done, state__in=OWING):
        end_obligation(row=owed, user=user, now=now, today=today, reason=why)
    for ban in done.bans.filter(lifted_on__isnull=True):
        lift_ban(ban=ban, on=today, reason=why, user=user, now=now, today=today)
    return done


@transaction.atomic
def reopen(*, case: Case, user: User, now: datetime, today: date, reason: str, seen: int | None = None) -> Case:
    """After a decision was undone the matter is investigated anew; the case limit runs from today."""
    said = text_of(reason, field="reason", label="理由")

    def apply(row: Case, move: Move, actor: Actor) -> None:
        row.decided_on, row.decided_by = None, None
        timing.start(row, timing.LIMIT, on=today, actor=actor, now=now)

    return move_case(
        case=case,
        action="reopen",
        user=user,
        now=now,
        today=today,
        facts={"reason": said},
        reason=said,
        apply=apply,
        seen=seen,
    )
