"""From findings to the risk of an institution: additive decibans by evidence cluster (`screening.md` §5).

Record-level findings give P(at least 3 false reports), institution-level statistics give P(systematic); both are
joined by noisy-or and never share a finding. Not every false report shows: one or two that are seen count in part, so
that a lone certain finding tells, and only repetition or evidence of several kinds makes red. Weak findings are shown
and never lift an institution above green.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from hengjian.engines.screening.findings import Finding, canonical, nine_digits

REPORT_PRIOR = 0.005
PRIOR_STRENGTH = 400.0
INSTITUTION_PRIOR = 0.05
LEAK = 0.002
OTHERS_SHARE = 0.25
CLUSTER_CAP_DB = 30.0
REPORTS_FOR_RISK = 3
THREE_GIVEN_SEEN = (0.0, 0.3, 0.6, 1.0)
"""P(at least 3 false reports | so many seen to be false), 3 standing for 3 and more."""
RED, AMBER = 0.70, 0.25
EXTENT_ROUNDS = 3
BLIND_SAMPLE_DB, BLIND_SAMPLES_DB = -2.0, -6.0
FAILED_Z = 3.0
"""|z| from which a result of a blind sample is unsatisfactory (GB/T 28043)."""

INSTITUTIONS_SCHEMA = pa.schema(
    [
        ("institution_id", pa.string()),
        ("risk", pa.float64()),
        ("band", pa.string()),
        ("prior_db", pa.float64()),
        ("contributions", pa.string()),
        ("n_reports", pa.int64()),
        ("abstained", pa.string()),
        ("exonerating", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class InstitutionFacts:
    """What is known of an institution beside its findings: `abstained` {detector: reason}, `exonerating` {what: dB}."""

    institution_id: str
    n_reports: int
    abstained: Mapping[str, str]
    exonerating: Mapping[str, float]


def decibans(probability: float) -> float:
    """10·log10 of the odds."""
    return 10 * math.log10(probability / (1 - probability))


def probability(db: float) -> float:
    """The probability of odds given in decibans."""
    return 1 / (1 + 10 ** (-db / 10))


def cluster_db(values: Iterable[float]) -> float:
    """Evidence of one cluster: the largest plus a quarter of the others, capped at 30 dB (§5.2)."""
    ordered = sorted(values, reverse=True)
    return min(CLUSTER_CAP_DB, ordered[0] + OTHERS_SHARE * sum(ordered[1:])) if ordered else 0.0


def counts(k: int, weighted: Iterable[tuple[float, int]]) -> list[float]:
    """[P(N = 0), …, P(N = k − 1), P(N ≥ k)] exactly, N = Σ size·Bernoulli(p) over (p, size).

    Poisson-binomial with whole families as one.
    """
    state = [1.0] + [0.0] * k
    for p, size in weighted:
        moved = [value * (1 - p) for value in state]
        for count, value in enumerate(state):
            moved[min(k, count + size)] += value * p
        state = moved
    return state


def _report_evidence(findings: Sequence[Finding]) -> dict[str, float]:
    """Decibans a report by clusters: {report_id: Σ clusters}; only certain and strong record-level findings."""
    parts: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        for report, db in finding.report_db.items():
            parts[report][finding.cluster].append(db)
    return {report: sum(cluster_db(values) for values in clusters.values()) for report, clusters in parts.items()}


def _bernoullis(findings: Sequence[Finding], odds: Mapping[str, float], prior_db: float) -> list[tuple[float, int]]:
    """(p, size) of independent facts: one a report, but one a clone family, whose original may be genuine."""
    free = dict(sorted(odds.items()))
    facts = []
    for finding in sorted(findings, key=lambda one: one.finding_id):
        if not finding.family:
            continue
        mine = [report for report in finding.report_ids if report in free]
        if mine:
            p = max(probability(prior_db + free[report]) for report in mine)
            facts.append((p, max(1, len(finding.report_ids) - 1)))
            for report in mine:
                del free[report]
    return facts + [(probability(prior_db + db), 1) for db in free.values()]


def false_report_risk(findings: Sequence[Finding], n_reports: int) -> tuple[float, float]:
    """(P(N ≥ 3), expected number of those seen) of false reports evidenced by record-level findings.

    The prior share is the institution's own, shrunken towards 0.5 % (beta prior of 400 reports, §5.3): the same ten
    lone findings mean less among ten thousand reports than among eighty.
    """
    odds = _report_evidence(findings)
    if not odds:
        return 0.0, 0.0
    share = REPORT_PRIOR
    facts: list[tuple[float, int]] = []
    for _ in range(EXTENT_ROUNDS):
        facts = _bernoullis(findings, odds, decibans(share))
        expected = sum(p * size for p, size in facts)
        share = (REPORT_PRIOR * PRIOR_STRENGTH + expected) / (PRIOR_STRENGTH + max(n_reports, len(odds)))
    seen = counts(REPORTS_FOR_RISK, facts)
    several = sum(chance * share for chance, share in zip(seen, THREE_GIVEN_SEEN, strict=True))
    return several, sum(p * size for p, size in facts)


def systematic_risk(findings: Sequence[Finding], exonerating: Mapping[str, float]) -> float:
    """P(systematic fraud) from institution-level statistics and exonerating evidence."""
    clusters: dict[str, list[float]] = defaultdict(list)
    for finding in findings:
        clusters[finding.cluster].append(finding.score)
    evidence = sum(cluster_db(values) for values in clusters.values())
    return probability(decibans(INSTITUTION_PRIOR) + evidence + sum(exonerating.values()))


def blind_samples(*, good: int, judged: int, worst_z: float) -> dict[str, float]:
    """{what: decibans} of satisfactory blind samples (|z| ≤ 2): 2 dB each, at most 6; nothing once one has failed."""
    if good == 0 or worst_z >= FAILED_Z:
        return {}
    worth = max(BLIND_SAMPLES_DB, BLIND_SAMPLE_DB * good)
    return {f"盲样考核 {judged} 次，其中 {good} 次结果满意": worth}


def base_risk() -> float:
    """Risk of an institution about which nothing is known."""
    return 1 - (1 - INSTITUTION_PRIOR) * (1 - LEAK)


def score_institution(facts: InstitutionFacts, findings: Sequence[Finding]) -> dict[str, object]:
    """One row of institutions.parquet: prior_db + Σ contributions + Σ exonerating = 10·log10 odds of the risk.

    Exonerating evidence bears on systematic fraud only; it is shown with what it takes off the whole.
    """
    counted = [finding for finding in findings if finding.severity != "weak"]
    records = [finding for finding in counted if not finding.unit_level]
    units = [finding for finding in counted if finding.unit_level]
    several, _ = false_report_risk(records, facts.n_reports)
    accused = _joined(systematic_risk(units, {}), several)
    risk = _joined(systematic_risk(units, facts.exonerating), several)
    worth, taken = sum(facts.exonerating.values()), decibans(risk) - decibans(accused)
    exonerating = {what: taken * db / worth if worth else 0.0 for what, db in facts.exonerating.items()}
    return {
        "institution_id": facts.institution_id,
        "risk": nine_digits(risk),
        "band": "red" if risk >= RED else "amber" if risk >= AMBER else "green",
        "prior_db": nine_digits(decibans(base_risk())),
        "contributions": canonical(_contributions(findings, decibans(accused) - decibans(base_risk()))),
        "n_reports": facts.n_reports,
        "abstained": "|".join(f"{detector}:{reason}" for detector, reason in sorted(facts.abstained.items())),
        "exonerating": canonical([{"what": what, "decibans": db} for what, db in sorted(exonerating.items())]),
    }


def _joined(systematic: float, several: float) -> float:
    """Noisy-or of systematic fraud, several false reports and the leak, never quite 0 or 1."""
    risk = 1 - (1 - systematic) * (1 - several) * (1 - LEAK)
    return min(max(risk, 1e-6), 1 - 1e-6)


def _contributions(findings: Sequence[Finding], shift_db: float) -> list[dict[str, object]]:
    """The shift against the prior, shared among the clusters by their raw evidence; weak clusters show 0."""
    clusters: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        clusters[finding.cluster].append(finding)
    raw = {
        name: cluster_db(finding.score for finding in members if finding.severity != "weak")
        for name, members in clusters.items()
    }
    whole = sum(raw.values())
    return [
        {
            "cluster": name,
            "decibans": shift_db * raw[name] / whole if whole else 0.0,
            "finding_ids": sorted(finding.finding_id for finding in clusters[name]),
        }
        for name in sorted(clusters, key=lambda name: (-raw[name], name))
    ]


def institutions_table(facts: Iterable[InstitutionFacts], findings: Iterable[Finding]) -> pa.Table:
    """One row for every institution of the dataset, sorted by id."""
    accused: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        accused[finding.institution_id].append(finding)
    rows = [
        score_institution(one, sorted(accused[one.institution_id], key=lambda finding: finding.finding_id))
        for one in sorted(facts, key=lambda one: one.institution_id)
    ]
    return pa.Table.from_pylist(rows, schema=INSTITUTIONS_SCHEMA)
