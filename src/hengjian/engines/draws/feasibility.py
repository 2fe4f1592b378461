"""What can be said of the staffing before the seed exists: for certain impossible, or at risk for single units.

The sample is unknown then, but not wholly: a stratum drawn in full and Pareto certainties are known by name, the other
places of a stratum are anonymous. An anonymous place may take anybody who is free of conflict with at least one unit
that could fill it. If even so the flow is too small, every possible sample is infeasible (§2.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hengjian.engines.draws.inclusion import capped_pps
from hengjian.engines.draws.matching import Infeasible, Matching, Roll
from hengjian.engines.draws.plan import Method
from hengjian.engines.draws.roster import Unit, by_stratum

PLACE = "\x1f"  # cannot occur in an id, so no unit is mistaken for an anonymous place


def certainly_infeasible(
    roll: Roll, units: Iterable[Unit], quota: Mapping[str, int], method: Method
) -> Infeasible | None:
    """The certificate when no possible sample can be staffed; it names strata, and units certain to be drawn."""
    conflicts = _conflicts(roll)
    targets: list[tuple[str, str]] = []
    barred: set[tuple[str, str]] = set()
    for stratum, group in by_stratum(units).items():
        certain, open_ = _certain(group, quota[stratum], method)
        targets += [(id_, stratum) for id_ in certain]
        barred |= {(person, id_) for id_ in certain for person in conflicts.get(id_, ())}
        everywhere = _in_all(conflicts, open_)
        for place in range(quota[stratum] - len(certain)):
            name = f"{stratum}{PLACE}{place}"
            targets.append((name, stratum))
            barred |= {(person, name) for person in everywhere}
    narrowed = Roll(roll.inspectors, frozenset(barred), roll.caps, roll.slots)
    found = Matching(narrowed, targets).complete()
    return None if found is None else _by_stratum(found, dict(targets), quota)


def unstaffable(roll: Roll, units: Iterable[Unit]) -> list[str]:
    """Ids, sorted, of the units that could not be staffed even if they alone were drawn."""
    conflicts = _conflicts(roll)
    by_conflict: dict[tuple[str, frozenset[str]], bool] = {}
    found = []
    for unit in units:
        persons = frozenset(conflicts.get(unit.id, ()))
        case = (unit.stratum, persons)
        if case not in by_conflict:
            alone = Roll(roll.inspectors, frozenset((p, unit.id) for p in persons), roll.caps, roll.slots)
            by_conflict[case] = Matching(alone, [(unit.id, unit.stratum)]).complete() is not None
        if by_conflict[case]:
            found.append(unit.id)
    return sorted(found)


def _conflicts(roll: Roll) -> dict[str, set[str]]:
    conflicts: dict[str, set[str]] = {}
    for person, target in roll.coi:
        conflicts.setdefault(target, set()).add(person)
    return conflicts


def _certain(group: Sequence[Unit], n: int, method: Method) -> tuple[list[str], list[str]]:
    if n == len(group):
        return [unit.id for unit in group], []
    if method == "equal" or n == 0:
        return [], [unit.id for unit in group]
    targets = capped_pps([unit.weight for unit in group], n)
    certain = [unit.id for unit in group if targets.is_certain(unit.weight)]
    return certain, [unit.id for unit in group if not targets.is_certain(unit.weight)]


def _in_all(conflicts: Mapping[str, set[str]], ids: Sequence[str]) -> set[str]:
    if not ids:
        return set()
    common = set(conflicts.get(ids[0], ()))
    for id_ in ids[1:]:
        if not common:
            break
        common &= conflicts.get(id_, set())
    return common


def _by_stratum(found: Infeasible, strata: Mapping[str, str], quota: Mapping[str, int]) -> Infeasible:
    slots = tuple((target.split(PLACE)[0], slot) for target, slot in found.slots)
    named: dict[str, str] = {}
    for target, _ in found.slots:
        stratum = strata[target]
        shown = f"“{stratum}”层（要抽 {quota[stratum]} 家）" if PLACE in target else f"{target}（必定抽中）"
        named[target.split(PLACE)[0]] = shown
    shown = "、".join(list(named.values())[:20]) + (f" 等 {len(named)} 项" if len(named) > 20 else "")
    sentence = (
        f"检查人员不够，无论抽到哪些机构都派不出来：{shown} 共 {found.demand} 个岗位，"
        f"符合条件的人合起来最多承担 {found.capacity} 个"
    )
    return Infeasible(slots, found.inspectors, found.demand, found.capacity, sentence)
