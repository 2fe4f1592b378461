"""What weak findings and silence are worth: little, by published weights (`screening.md` §3.6, §5.1).

A weak finding only asks. Some kinds are met among honest institutions as often as among cheats (a date typed wrong)
and weigh nothing; others are rare among honest ones and say where to look first. Silence of a check that could judge
speaks for an institution by as much as the check would have found, and only while nothing at all speaks against it:
who is caught at one kind of fraud need not show the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from hengjian.engines.screening.clusters import cluster_db
from hengjian.engines.screening.findings import Finding
from hengjian.engines.screening.policy import ScoringPolicy


def hints(findings: Sequence[Finding], policy: ScoringPolicy) -> dict[str, float]:
    """{cluster: decibans} of the weak findings that the policy gives weight to, one a detector, capped in sum."""
    best: dict[str, dict[str, float]] = defaultdict(dict)
    for finding in findings:
        if finding.severity == "weak" and not finding.uncounted and finding.detector in policy.hint_db:
            best[finding.cluster][finding.detector] = min(finding.score, policy.hint_db[finding.detector])
    worth = {cluster: cluster_db(known.values()) for cluster, known in sorted(best.items())}
    whole = sum(worth.values())
    if whole <= policy.hints_cap_db:
        return worth
    return {cluster: db * policy.hints_cap_db / whole for cluster, db in worth.items()}


def silence(looked: Collection[str], findings: Sequence[Finding], policy: ScoringPolicy) -> Mapping[str, float]:
    """{sentence: decibans ≤ 0} of the detectors that could judge and found nothing, at least the policy's floor."""
    spoke = {finding.detector for finding in findings}
    quiet = [detector for detector in looked if detector not in spoke]
    if not quiet:
        return {}
    worth = max(policy.silence_floor_db, sum(policy.silence_db.get(detector, 0.0) for detector in quiet))
    return {f"{len(quiet)} 项检查做了判断，均无疑点（{'、'.join(quiet)}）": worth}
