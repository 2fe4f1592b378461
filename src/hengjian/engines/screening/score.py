"""From findings to the risk of an institution: additive decibans by evidence cluster (`screening.md` §5).

Record-level findings give P(at least k false reports), institution-level statistics give P(systematic); both are
joined by noisy-or and never share a finding. Not every false report shows: one or two that are seen count in part, so
that a lone certain finding tells, and only repetition or evidence of several kinds makes red. Weak findings order
institutions within a band and never lift one into the next (`hints.py`); findings that carry a reason why they do not
count weigh nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from hengjian.engines.screening.clusters import cluster_db
from hengjian.engines.screening.counting import SharePrior, at_least, counts
from hengjian.engines.screening.findings import Finding, canonical, nine_digits
from hengjian.engines.screening.hints import hints, silence
from hengjian.engines.screening.policy import BUILT_IN, ScoringPolicy

REPORT_PRIOR = 0.005
INSTITUTION_PRIOR = 0.05
LEAK = 0.002
UNSURE_UNIT_DB = 13.0
"""Most that one cluster of institution-level findings is worth while none is certain: amber, never red alone."""
REPORTS_FOR_RISK = 3
LEVELS = (1, 3, 10)
"""P(at least k false reports) is told for these k; ten vehicles are a serious case (`rules.md` SP-08c)."""
THREE_GIVEN_SEEN = (0.0, 0.3, 0.6, 1.0)
"""P(at least 3 false reports | so many seen to be false), 3 standing for 3 and more."""
RED, AMBER = 0.70, 0.25
BELOW_BAND = 0.001
EXTENT_ROUNDS = 3
BLIND_SAMPLE_DB, BLIND_SAMPLES_DB = -0.5, -6.0
"""10·log10(0.9) rounded: who falsifies a tenth of his reports does a blind sample honestly nine times of ten."""
FAILED_Z = 3.0
"""|z| from which a result of a blind sample is unsatisfactory (GB/T 28043)."""
USUAL_PRIOR = SharePrior(share=REPORT_PRIOR)

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
    """What is known of an institution beside its findings: `abstained` {detector: reason}, `exonerating` {what: dB}.

    `volumes` are its reports by field, `inspected_on` the last day somebody was there, None where nobody knows.
    `looked` are the detectors that could judge it.
    """

    institution_id: str
    n_reports: int
    abstained: Mapping[str, str]
    exonerating: Mapping[str, float]
    volumes: Mapping[str, int] = field(default_factory=dict)
    area_code: str = ""
    inspected_on: date | None = None
    looked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How many reports are false: P(N ≥ 1), P(N ≥ 3), P(N ≥ 10), the expected number, the shrunken share with limits.

    `several` is P(N ≥ 3) with those that do not show taken into account.
    """

    several: float
    at_least: tuple[float, ...]
    expected: float
    share: float
    limits: tuple[float, float]


def decibans(probability: float) -> float:
    """10·log10 of the odds."""
    return 10 * math.log10(probability / (1 - probability))


def probability(db: float) -> float:
    """The probability of odds given in decibans."""
    return 1 / (1 + 10 ** (-db / 10))


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


def false_reports(findings: Sequence[Finding], n_reports: int, prior: SharePrior = USUAL_PRIOR) -> Extent:
    """How many false reports the record-level findings evidence.

    The prior share is the institution's own, shrunken towards that of all by a beta prior (§5.3): the same ten lone
    findings mean less among ten thousand reports than among eighty. A clone family is one Bernoulli: all its copies
    are false together or none is.
    """
    odds = _report_evidence(findings)
    share = prior.share
    facts: list[tuple[float, int]] = []
    for _ in range(EXTENT_ROUNDS if odds else 0):
        facts = _bernoullis(findings, odds, decibans(share))
        share = prior.shrunken(_expected(facts), max(n_reports, len(odds)))
    seen = counts(REPORTS_FOR_RISK, facts)
    expected = _expected(facts)
    return Extent(
        several=sum(chance * known for chance, known in zip(seen, THREE_GIVEN_SEEN, strict=True)),
        at_least=tuple(at_least(LEVELS, facts)),
        expected=expected,
        share=prior.shrunken(expected, max(n_reports, len(odds))),
        limits=prior.interval(expected, max(n_reports, len(odds))),
    )


def _expected(facts: Iterable[tuple[float, int]]) -> float:
    return sum(p * size for p, size in facts)


def _unit_db(members: Sequence[Finding]) -> float:
    """Evidence of one cluster of institution-level findings: one coincidence may explain what is not certain."""
    worth = cluster_db(finding.score for finding in members)
    return worth if any(one.severity == "certain" for one in members) else min(worth, UNSURE_UNIT_DB)


def systematic_risk(findings: Sequence[Finding], exonerating: Mapping[str, float], hints_db: float = 0.0) -> float:
    """P(systematic fraud) from institution-level statistics, hints and exonerating evidence."""
    clusters: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        clusters[finding.cluster].append(finding)
    evidence = sum(_unit_db(members) for members in clusters.values())
    return probability(decibans(INSTITUTION_PRIOR) + evidence + hints_db + sum(exonerating.values()))


def blind_samples(*, good: int, judged: int, worst_z: float) -> dict[str, float]:
    """{what: decibans} of satisfactory blind samples (|z| ≤ 2): ½ dB each, at most 6; nothing once one has failed."""
    if good == 0 or worst_z >= FAILED_Z:
        return {}
    worth = max(BLIND_SAMPLES_DB, BLIND_SAMPLE_DB * good)
    return {f"盲样考核 {judged} 次，其中 {good} 次结果满意": worth}


def base_risk() -> float:
    """Risk of an institution about which nothing is known."""
    return 1 - (1 - INSTITUTION_PRIOR) * (1 - LEAK)


@dataclass(frozen=True, kw_only=True)
class Score:
    """The risk of an institution with its parts; `without` is the risk if a cluster's findings were not there.

    `hints` is what its weak findings are worth, by cluster; `exonerating` what speaks for it, both in decibans.
    """

    risk: float
    accused: float
    systematic: float
    extent: Extent
    without: Mapping[str, float]
    hints: Mapping[str, float]
    exonerating: Mapping[str, float]

    @property
    def band(self) -> str:
        """Red, amber or green."""
        return band_of(self.risk)


def band_of(risk: float) -> str:
    """Red, amber or green."""
    return "red" if risk >= RED else "amber" if risk >= AMBER else "green"


def counted(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that bear on the risk: not weak, and with no reason against."""
    return [finding for finding in findings if finding.severity != "weak" and not finding.uncounted]


def score_of(
    facts: InstitutionFacts,
    findings: Sequence[Finding],
    prior: SharePrior = USUAL_PRIOR,
    policy: ScoringPolicy = BUILT_IN,
) -> Score:
    """The risk, and what it would be without each cluster."""
    mine, known = counted(findings), hints(findings, policy)
    quiet = {} if mine or known else silence(facts.looked, findings, policy)
    case = _Case(prior=prior, n_reports=facts.n_reports, exonerating={**facts.exonerating, **quiet})
    whole = case.risk(mine, known)
    without = {
        name: case.risk(
            [finding for finding in mine if finding.cluster != name],
            {cluster: db for cluster, db in known.items() if cluster != name},
        ).risk
        for name in sorted({finding.cluster for finding in mine} | set(known))
    }
    return Score(**vars(whole), without=without, hints=known, exonerating=case.exonerating)


@dataclass(frozen=True, kw_only=True)
class _Risk:
    """`accused` is the risk before exonerating evidence."""

    risk: float
    accused: float
    systematic: float
    extent: Extent


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What stays the same of an institution while clusters are left out."""

    prior: SharePrior
    n_reports: int
    exonerating: Mapping[str, float]

    def risk(self, mine: Sequence[Finding], known: Mapping[str, float]) -> _Risk:
        """The risk by these findings and hints; P(systematic) and P(several) share no finding."""
        units = [finding for finding in mine if finding.unit_level]
        extent = false_reports([finding for finding in mine if not finding.unit_level], self.n_reports, self.prior)
        hinted = sum(known.values())
        systematic = systematic_risk(units, self.exonerating, hinted)
        return _Risk(
            risk=_in_band(
                _joined(systematic, extent.several),
                _joined(systematic_risk(units, self.exonerating), extent.several),
            ),
            accused=_in_band(
                _joined(systematic_risk(units, {}, hinted), extent.several),
                _joined(systematic_risk(units, {}), extent.several),
            ),
            systematic=systematic,
            extent=extent,
        )


def _in_band(hinted: float, plain: float) -> float:
    """Hints raise the risk, never out of the band that it has without them."""
    ceiling = {"green": AMBER, "amber": RED, "red": 1.0}[band_of(plain)]
    return hinted if hinted < ceiling else max(plain, ceiling - BELOW_BAND)


def score_institution(
    facts: InstitutionFacts, findings: Sequence[Finding], prior: SharePrior = USUAL_PRIOR, score: Score | None = None
) -> dict[str, object]:
    """One row of institutions.parquet: prior_db + Σ contributions + Σ exonerating = 10·log10 odds of the risk.

    Exonerating evidence bears on systematic fraud only; it is shown with what it takes off the whole.
    """
    found = score or score_of(facts, findings, prior)
    worth, taken = sum(found.exonerating.values()), decibans(found.risk) - decibans(found.accused)
    exonerating = {what: taken * db / worth if worth else 0.0 for what, db in found.exonerating.items()}
    shift = decibans(found.accused) - decibans(base_risk())
    return {
        "institution_id": facts.institution_id,
        "risk": nine_digits(found.risk),
        "band": found.band,
        "prior_db": nine_digits(decibans(base_risk())),
        "contributions": canonical(_contributions(findings, shift, found)),
        "n_reports": facts.n_reports,
        "abstained": "|".join(f"{detector}:{reason}" for detector, reason in sorted(facts.abstained.items())),
        "exonerating": canonical([{"what": what, "decibans": db} for what, db in sorted(exonerating.items())]),
    }


def _joined(systematic: float, several: float) -> float:
    """Noisy-or of systematic fraud, several false reports and the leak, never quite 0 or 1."""
    risk = 1 - (1 - systematic) * (1 - several) * (1 - LEAK)
    return min(max(risk, 1e-6), 1 - 1e-6)


def _contributions(findings: Sequence[Finding], shift_db: float, score: Score) -> list[dict[str, object]]:
    """The shift against the prior, shared among the clusters by their raw evidence; slips show 0.

    `risk_without` is the risk if the cluster's findings were not there, worked out anew.
    """
    clusters: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        clusters[finding.cluster].append(finding)
    raw = {
        name: cluster_db(finding.score for finding in counted(members)) + score.hints.get(name, 0.0)
        for name, members in clusters.items()
    }
    whole = sum(raw.values())
    return [
        {
            "cluster": name,
            "decibans": shift_db * raw[name] / whole if whole else 0.0,
            "finding_ids": sorted(finding.finding_id for finding in clusters[name]),
            "risk_without": score.without.get(name, score.risk),
        }
        for name in sorted(clusters, key=lambda name: (-raw[name], name))
    ]
