"""After the draw: the next unit of the reserve list, the next inspector after a recusal (§2.2). Never a second draw."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from hengjian.engines.draws.canonical import refuse
from hengjian.engines.draws.matching import roll_of
from hengjian.engines.draws.people import INSPECTORS, read_coi, read_inspectors
from hengjian.engines.draws.plan import read_plan
from hengjian.engines.draws.protocol import RESULT, loads, split_commit
from hengjian.engines.draws.tickets import pair_rank

REVIEW_SHARE = Fraction(1, 10)  # more than this share of a stratum's sample replaced calls for a review


def reserve_order(result: Mapping[str, Any], stratum: str) -> list[str]:
    """The ids of the stratum behind its quota, in drawn order."""
    if stratum not in result["order"]:
        refuse(f"这次抽取没有“{stratum}”层", file=RESULT, column="order", value=stratum)
    return list(result["order"][stratum][result["quota"][stratum] :])


def next_substitute(result: Mapping[str, Any], stratum: str, *, used: Collection[str]) -> str:
    """The first of the reserve list that is neither in use nor itself found unable; `used` holds all of these.

    Its inclusion is conditional on the vacancy: the declared pi of the draw does not apply to it.
    """
    for id_ in reserve_order(result, stratum):
        if id_ not in used:
            return id_
    refuse(f"“{stratum}”层的备选名单已经用完，没有可以递补的机构", file=RESULT, column="order", value=stratum)


def strata_to_review(result: Mapping[str, Any], substituted: Mapping[str, int]) -> list[str]:
    """Strata where more than a tenth of the sample was substituted; `substituted` counts them by stratum."""
    return [
        name
        for name, count in sorted(substituted.items())
        if result["quota"].get(name) and Fraction(count, result["quota"][name]) > REVIEW_SHARE
    ]


def next_inspector(
    commit: Mapping[str, Any],
    inspectors: object,
    coi: object,
    *,
    seed: bytes,
    assignment: Mapping[str, Mapping[str, str]],
    stratum: str,
    target: str,
    slot: str,
    recused: Collection[str],
) -> str:
    """Who takes the slot when its holder is recused after the draw: the next candidate in the same order.

    The order is (present load, ticket of the pair, id) over those who may take the slot, are free of conflict and
    recusal, are not on the target already and are below their cap. Everybody else's assignment stays.
    """
    plan = read_plan(split_commit(commit)[0])
    people = read_inspectors(inspectors)
    if target not in assignment or slot not in plan.slots:
        refuse(f"这次抽取没有派给“{target}”的“{slot}”岗位", file=RESULT, column="assignment", value=target)
    roll = roll_of(people, read_coi(coi), caps=plan.caps, slots=plan.slots, targets=len(assignment))
    others = {id_: {s: p for s, p in slots.items() if (id_, s) != (target, slot)} for id_, slots in assignment.items()}
    load = loads(people, others)
    out = {*recused, *others[target].values(), assignment[target].get(slot, "")}
    free = [
        id_
        for id_ in roll.open_to(stratum, slot)
        if id_ not in out and (id_, target) not in roll.coi and load[id_] < roll.caps[id_]
    ]
    if not free:
        sentence = f"没有可以接替“{target}”的“{slot}”岗位的人：其余的人或要回避，或不具备条件，或已经派满"
        refuse(sentence, file=INSPECTORS, column=slot, value=target)
    return min(free, key=lambda id_: (load[id_], pair_rank(seed, target, slot, id_), id_))
