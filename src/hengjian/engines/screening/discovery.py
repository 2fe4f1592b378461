"""False discovery in two steps: which institutions a family may speak about, and which of its findings there count.

`screening.md` §3.3: within an institution the detectors of a family are combined by Simes; across institutions
Benjamini–Hochberg at 5 % for each family; inside a selected institution the level is 5 % times the selected share
(Benjamini–Bogomolov). Only p-values are treated here: a rule that is broken or not has none.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from hengjian.engines.screening.findings import Finding, false_discovery

LEVEL = 0.05


def family_of(detector: str) -> str:
    """The family is the letter of the catalogue."""
    return detector[:1]


def simes(p_values: Sequence[float], tests: int) -> float:
    """Combined p of the smallest ones out of `tests` that were made."""
    ordered = sorted(p_values)
    whole = max(tests, len(ordered))
    return min(1.0, *(whole * p / rank for rank, p in enumerate(ordered, start=1))) if ordered else 1.0


def rejected(findings: Sequence[Finding], *, looked: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Ids of the findings with a p-value that do not stand after control over all institutions.

    `looked` names for each detector the institutions that it could judge.
    """
    by_family: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.p_value is not None:
            by_family[family_of(finding.detector)].append(finding)
    return frozenset(one for family, members in by_family.items() for one in _rejected(family, members, looked))


def _rejected(family: str, members: Sequence[Finding], looked: Mapping[str, frozenset[str]]) -> set[str]:
    mine: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in members:
        mine[finding.institution_id][finding.detector].append(finding)
    speaking = {finding.detector for finding in members}
    judged = {one: sum(one in looked.get(d, frozenset()) for d in speaking) for one in mine}
    whole = len(set[str]().union(*(looked.get(detector, frozenset()) for detector in speaking)) | set(mine))
    names = sorted(mine)
    combined = [
        simes([_combined(found, looked.get(d, frozenset())) for d, found in sorted(mine[one].items())], judged[one])
        for one in names
    ]
    q_values = false_discovery(combined, tests=whole)
    chosen = [one for one, q in zip(names, q_values, strict=True) if q is not None and q <= LEVEL]
    fallen = {finding.finding_id for one in names if one not in set(chosen) for finding in _all(mine[one])}
    inside = LEVEL * len(chosen) / whole if whole else LEVEL
    for one in chosen:
        found = _all(mine[one])
        tests = sum(_tests(of, looked.get(d, frozenset())) for d, of in mine[one].items())
        within = false_discovery([finding.p_value for finding in found], tests=tests)
        fallen |= {f.finding_id for f, q in zip(found, within, strict=True) if q is not None and q > inside}
    return fallen


def _combined(found: Sequence[Finding], judged: frozenset[str]) -> float:
    return simes([one.p_value for one in found if one.p_value is not None], _tests(found, judged))


def _tests(found: Sequence[Finding], judged: frozenset[str]) -> int:
    """How many hypotheses of this detector fall to one institution on average, never fewer than were handed on."""
    made = max((one.tests for one in found), default=0)
    return max(len(found), math.ceil(made / max(1, len(judged))))


def _all(by_detector: Mapping[str, Sequence[Finding]]) -> list[Finding]:
    return [finding for _, found in sorted(by_detector.items()) for finding in found]
