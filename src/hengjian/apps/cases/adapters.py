"""The bridge to the penalty engine: a contravention as the engine's conduct, its answer as plain data for the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from hengjian.apps.cases.models import Contravention
from hengjian.engines.penalties import Applicable, Calculation, Conduct
from hengjian.engines.penalties.benchmark import Benchmark
from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.catalogue import cite, violation
from hengjian.law.discretion import benchmark_for, calculation_for, deviation
from hengjian.law.punishing import choice_for

FLAGS = ("serious", "intent")
"""Circumstances that are yes, no, or not yet settled."""
MARKS = ("harm_to_health", "still_going_on", "fined_by_other", "crime")
"""Circumstances that are said to hold, or not."""


def conduct_of(one: Contravention) -> Conduct:
    """The contravention as the engine takes it; order and re-check are read from the orders of the file."""
    known = one.circumstances
    orders = list(one.orders.all())
    return Conduct(
        violation_ids=(one.violation_id,),
        field=one.field or "other",
        occurred_from=one.occurred_from,
        occurred_to=one.occurred_to,
        effect=known.get("effect", ""),
        area_code=one.case.area_code,
        party_kind="person" if one.party.kind == "person" else "institution",
        fee=one.fee_fen,
        gain=one.gain_fen,
        income=known.get("income_fen"),
        units=one.units,
        continuing=bool(known.get("continuing", True)),
        ordered_before=bool(orders),
        recheck_failed=any(order.result == "failed" for order in orders),
        discovered_on=one.case.source_on,
        **{name: known.get(name) for name in FLAGS},
        **{name: bool(known.get(name)) for name in MARKS},
    )


def choose_for(one: Contravention, *, on: date) -> dict[str, Any]:
    """The choice of law as plain data: what is chosen, what is set aside, what stands in the way, every step."""
    found = choice_for(conduct_of(one), on=on)
    return {
        "outcome": found.outcome,
        "chosen": _plain(found.first) if found.first else {},
        "others": [_plain(other) for other in (*found.applicable[1:], *found.set_aside)],
        "blocked": [
            {"what": block.what, "code": block.code, "sentence": block.sentence, "article": block.article}
            for block in found.blocked
        ],
        "questions": list(found.questions),
        "signs": [
            {"id": sign.id, "sentence": sign.sentence, "article": sign.article}
            for sign in (*found.serious, *found.crimes)
        ],
        "steps": list(found.steps),
        "on": on.isoformat(),
    }


def cited(one: Contravention, *, on: date) -> str:
    """The article that the contravention breaks, as cited for the day of conduct; empty where no law applies."""
    first = choice_for(conduct_of(one), on=on).first
    if first is None:
        return ""
    if first.provision.breach:
        return "、".join(breach.text for breach in first.provision.breach)
    # a sector law sets the penalty; what the conduct is, the general catalogue says
    return "、".join(_cited(violation(one.violation_id).basis, one.occurred_to))


def _cited(basis: Iterable[Reference], on: date) -> Iterator[str]:
    for reference in basis:
        try:
            yield cite(reference, on).text
        except NotFound:  # the catalogue names an article that was not in force yet
            continue


def benchmark_of(one: Contravention, *, on: date) -> Benchmark:
    """The benchmark in force that holds for the chosen provision."""
    return benchmark_for(one.provision, on)


def weigh(one: Contravention, *, factors: Sequence[str], on: date) -> Calculation:
    """The suggested fine for these circumstances, step by step; Refused where no fine may be set."""
    first = _first(one, on)
    return calculation_for(first, factors=factors, on=on, party_kind=conduct_of(one).party_kind)


def judge_amount(calculation: Calculation, amount: int, *, on: date) -> tuple[str, str, str]:
    """none, reason or refused, with sentence and article."""
    found = deviation(calculation, amount, on=on)
    return found.kind, found.sentence, found.article


def plain_calculation(found: Calculation) -> dict[str, Any]:
    """The calculation as the case keeps it."""
    return {
        "low": found.range.low,
        "high": found.range.high,
        "article": found.range.article,
        "tier": found.tier,
        "tier_title": found.tier_title,
        "tier_low": found.tier_low,
        "tier_high": found.tier_high,
        "suggested": found.suggested,
        "factors": list(found.factors),
        "mitigated_allowed": found.mitigated_allowed or found.tier == "waived",
        "benchmark": found.benchmark,
        "note": found.note,
        "steps": list(found.steps),
    }


def _first(one: Contravention, on: date) -> Applicable:
    first = choice_for(conduct_of(one), on=on).first
    if first is None:
        sentences = "".join(block["sentence"] for block in one.choice.get("blocked", ()))
        raise Refused(f"“{one.title}”没有可以适用的处罚规定，不能计算。{sentences}")
    return first


def _plain(one: Applicable) -> dict[str, Any]:
    return {
        "id": one.provision.id,
        "title": one.provision.title,
        "article": one.article,
        "authority": one.provision.authority,
        "transfer": one.transfer,
        "two_step": bool(one.provision.two_step or one.provision.two_step_kinds),
        "fine_allowed": one.fine_allowed,
        "low": one.range.low if one.range else None,
        "high": one.range.high if one.range else None,
        "words": one.range.words if one.range else "",
        "measures": list(one.measures),
        "consequences": [{"action": after.action, "words": after.words} for after in one.consequences],
        "missing": list(one.missing),
        "reasons": list(one.reasons),
    }
