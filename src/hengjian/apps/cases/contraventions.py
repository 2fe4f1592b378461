"""Contraventions of each party: the fact, the day of conduct, the law that this day chooses, the proposed fine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.adapters import (
    choose_for,
    cited,
    judge_amount,
    plain_calculation,
    weigh,
)
from hengjian.apps.cases.entering import refused, text_of
from hengjian.apps.cases.models import Case, Contravention, Party
from hengjian.apps.cases.moving import write_step
from hengjian.apps.cases.procedures import CONCLUDE
from hengjian.apps.cases.sums import yuan
from hengjian.apps.record.services import Actor, append_event
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.errors import IllegalMove
from hengjian.law.catalogue import article_as_of, violation
from hengjian.ui.wording import zh_date

STATES = ("investigating",)
CIRCUMSTANCES = (
    "effect",
    "continuing",
    "serious",
    "intent",
    "harm_to_health",
    "still_going_on",
    "fined_by_other",
    "crime",
    "income_fen",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One contravention as typed; sums in fen, None while not known."""

    violation_id: str
    title: str
    occurred_from: date | None
    occurred_to: date | None = None
    field: str = ""
    fee_fen: int | None = None
    gain_fen: int | None = None
    units: int | None = None
    circumstances: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@transaction.atomic
def add_contravention(*, case: Case, party: Party, fact: Fact, user: User, now: datetime, today: date) -> Contravention:
    """Enter a contravention; the day of conduct is mandatory because it chooses the text of the law."""
    row, actor = _taken(case, user, today, "登记违法事实")
    if party.case_id != row.pk:
        raise refused("party", "请选本案的当事人。")
    one = Contravention(case=row, party=party, by=user, at=now)
    _fill(one, fact, today=today)
    one.full_clean()
    one.save()
    _choose(one, on=today)
    _note(row, one, "add_contravention", "登记违法事实", actor=actor, user=user, now=now, today=today)
    return one


@transaction.atomic
def change_contravention(
    *, contravention: Contravention, fact: Fact, user: User, now: datetime, today: date
) -> Contravention:
    """Correct a contravention; the law is chosen anew and an earlier calculation falls away."""
    row, actor = _taken(contravention.case, user, today, "更正违法事实")
    one = _locked(contravention)
    _fill(one, fact, today=today)
    one.calculation, one.proposed_fen, one.deviation = {}, None, ""
    one.full_clean()
    one.save()
    _choose(one, on=today)
    _note(row, one, "change_contravention", "更正违法事实", actor=actor, user=user, now=now, today=today)
    return one


@transaction.atomic
def strike_contravention(
    *, contravention: Contravention, user: User, now: datetime, today: date, reason: str
) -> Contravention:
    """Take a contravention out because it is not proved; the row stays in the file."""
    row, actor = _taken(contravention.case, user, today, "删去违法事实")
    one = _locked(contravention)
    one.struck_reason = text_of(reason, field="reason", label="理由", most=300)
    one.struck_at = now
    one.save()
    _note(row, one, "strike_contravention", "删去违法事实", actor=actor, user=user, now=now, today=today)
    return one


@transaction.atomic
def propose_fine(
    *,
    contravention: Contravention,
    user: User,
    now: datetime,
    today: date,
    factors: Sequence[str],
    amount_fen: int | None,
    deviation: str = "",
    proposal: str = "",
) -> Contravention:
    """Work out the fine by the benchmark and take an amount; leaving the tier needs a written reason.

    `amount_fen` None takes the suggestion. Refused outside the lawful range.
    """
    row, actor = _taken(contravention.case, user, today, "提出罚款数额")
    one = _locked(contravention)
    found = weigh(one, factors=factors, on=today)
    amount = found.suggested if amount_fen is None else amount_fen
    kind, sentence, article = judge_amount(found, amount, on=today)
    said = text_of(deviation, field="deviation", label="偏离裁量基准的理由", most=2_000, required=False)
    if kind == "refused":
        raise refused("amount", sentence, article)
    if kind == "reason" and not said:
        raise refused("deviation", sentence, article)
    one.calculation = plain_calculation(found)
    one.proposed_fen = amount
    one.deviation = said if kind == "reason" else ""
    one.proposal = text_of(proposal, field="proposal", label="处理建议", most=300, required=False)
    one.save()
    label = f"提出罚款{yuan(amount)}"
    _note(row, one, "propose_fine", label, actor=actor, user=user, now=now, today=today)
    return one


def refresh_choice(contravention: Contravention, *, on: date) -> None:
    """Choose the law anew after an order or a re-check was entered."""
    _choose(contravention, on=on)


def standing(case: Case) -> list[Contravention]:
    """The contraventions that stand, by party."""
    rows = case.contraventions.filter(struck_at__isnull=True).select_related("party", "case__organ")
    return list(rows.prefetch_related("orders"))


def _fill(one: Contravention, fact: Fact, *, today: date) -> None:
    if fact.occurred_from is None:
        raise refused(
            "occurred_from", "请填写行为日：适用哪一文本的法律由行为日决定。", article_as_of("APL-37", today).text
        )
    last = fact.occurred_to or fact.occurred_from
    if last < fact.occurred_from:
        raise refused("occurred_to", f"行为日的末日{zh_date(last)}早于首日{zh_date(fact.occurred_from)}。")
    if last > today:
        raise refused("occurred_to", f"行为日{zh_date(last)}还没有到，请核对日期。")
    if fact.field and fact.field not in FIELD_CODES:
        raise refused("field", "请从列出的领域中选一项。")
    for name in ("fee_fen", "gain_fen", "units"):
        value = getattr(fact, name)
        if value is not None and not 0 <= value <= 10**13:
            raise refused(name, "数额须在 0 元到 1000 亿元之间。")
    known = violation(fact.violation_id)
    one.violation_id = known.id
    one.title = text_of(fact.title, field="title", label="违法事实", most=300)
    one.occurred_from, one.occurred_to = fact.occurred_from, last
    one.field, one.fee_fen, one.gain_fen, one.units = fact.field, fact.fee_fen, fact.gain_fen, fact.units
    one.circumstances = {name: fact.circumstances[name] for name in CIRCUMSTANCES if name in fact.circumstances}


def _choose(one: Contravention, *, on: date) -> None:
    one.choice = choose_for(one, on=on)
    chosen = one.choice["chosen"]
    one.provision = str(chosen.get("id", ""))[:40]
    one.penalty_article = str(chosen.get("article", ""))[:300]
    one.two_step = bool(chosen.get("two_step", False))
    one.article = cited(one, on=on)[:300]
    one.save()


def _taken(case: Case, user: User, today: date, what: str) -> tuple[Case, Actor]:
    return act_on(
        case=case,
        user=user,
        code="case.handle",
        today=today,
        what=what,
        states=STATES,
        investigator=True,
        article=CONCLUDE,
    )


def _locked(contravention: Contravention) -> Contravention:
    rows = Contravention.objects.select_for_update(of=("self",)).select_related("party", "case__organ")
    one = rows.get(pk=contravention.pk)
    if one.struck_at is not None:
        raise IllegalMove("这项违法事实已经删去，不能再改。")
    return one


def _note(
    case: Case, one: Contravention, verb: str, label: str, *, actor: Actor, user: User, now: datetime, today: date
) -> None:
    write_step(case=case, action=verb, label=label, actor=actor, now=now, on=today, note=one.title, user=user)
    append_event(
        now=now,
        actor=actor,
        verb=f"case.{verb}",
        thing=case,
        organ_path=case.organ_path,
        reason=one.struck_reason or one.deviation,
        basis=one.penalty_article[:200],
        after={
            "contravention": one.pk,
            "party": one.party.order,
            "violation": one.violation_id,
            "from": one.occurred_from,
            "to": one.occurred_to,
            "proposed_fen": one.proposed_fen,
        },
    )
