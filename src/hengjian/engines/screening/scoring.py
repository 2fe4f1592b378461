"""All findings of a run → findings as they count, institutions.parquet, priorities.parquet (`screening.md` §5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from hengjian.engines.screening.counting import SharePrior, fit_prior
from hengjian.engines.screening.detector import Detector
from hengjian.engines.screening.discovery import rejected
from hengjian.engines.screening.findings import Finding, nine_digits
from hengjian.engines.screening.policy import BUILT_IN, ScoringPolicy
from hengjian.engines.screening.score import (
    INSTITUTIONS_SCHEMA,
    InstitutionFacts,
    Score,
    counted,
    false_reports,
    score_institution,
    score_of,
)
from hengjian.engines.screening.sickness import (
    ACCUSED_FROM,
    Place,
    SickGroup,
    sick_groups,
    sick_institutions,
)
from hengjian.engines.screening.weights import AS_WRITTEN, Weights

NOT_HELD = "同一族检测器在全部机构间控制误报以后不成立，只列出，不计入风险"
SICK_PEERS = "本地区同领域的同行本身异常，与同行的比较不可信，只列出，不计入风险"

PRIORITIES_SCHEMA = pa.schema(
    [
        ("institution_id", pa.string()),
        ("rank", pa.int64()),
        ("priority", pa.float64()),
        ("risk", pa.float64()),
        ("band", pa.string()),
        ("tier", pa.string()),
        ("harm", pa.float64()),
        ("n_reports", pa.int64()),
        ("inspected_on", pa.date32()),
        ("recent_factor", pa.float64()),
        ("p_systematic", pa.float64()),
        ("p_at_least_1", pa.float64()),
        ("p_at_least_3", pa.float64()),
        ("p_at_least_10", pa.float64()),
        ("expected_false", pa.float64()),
        ("false_share", pa.float64()),
        ("false_share_low", pa.float64()),
        ("false_share_high", pa.float64()),
        ("peers_sick", pa.bool_()),
        ("policy", pa.string()),
        ("weights", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a run scores by: published policy, learnt weights, report → field of accused reports, sick groups, day."""

    today: date
    policy: ScoringPolicy = BUILT_IN
    weights: Weights = AS_WRITTEN
    fields: Mapping[str, str]
    groups: tuple[SickGroup, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scored:
    """The findings with tier and, where they do not count, the reason; both tables, sorted by institution."""

    findings: tuple[Finding, ...]
    institutions: pa.Table
    priorities: pa.Table


def score_run(
    facts: Sequence[InstitutionFacts], findings: Iterable[Finding], *, detectors: Sequence[Detector], basis: Basis
) -> Scored:
    """Weigh, control false discoveries, mark sick peers, fit the prior across institutions, score, rank."""
    ordered = sorted(facts, key=lambda one: one.institution_id)
    sick = sick_institutions(basis.groups, [_place(one) for one in ordered])
    judged = _marked(basis.weights.weighed(findings, basis.fields), ordered, detectors=detectors, sick=sick)
    told = tuple(replace(one, tier=basis.policy.tier_of(one.detector, one.severity)) for one in judged)
    by_institution: dict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(told, key=lambda one: one.finding_id):
        by_institution[finding.institution_id].append(finding)
    prior = _prior(ordered, by_institution, basis.policy)
    rows, ranks = [], []
    for one in ordered:
        mine = by_institution[one.institution_id]
        own = _own_prior(prior, one, basis.policy)
        score = score_of(one, mine, own, basis.policy)
        rows.append(score_institution(one, mine, own, score))
        ranks.append(_priority(one, mine, score, basis=basis, peers_sick=one.institution_id in sick))
    return Scored(
        findings=told,
        institutions=pa.Table.from_pylist(rows, schema=INSTITUTIONS_SCHEMA),
        priorities=pa.Table.from_pylist(_ranked(ranks), schema=PRIORITIES_SCHEMA),
    )


def _place(one: InstitutionFacts) -> Place:
    return Place(institution_id=one.institution_id, area_code=one.area_code, volumes=one.volumes)


def find_sick(
    facts: Sequence[InstitutionFacts],
    findings: Iterable[Finding],
    *,
    detectors: Sequence[Detector],
    fields: Mapping[str, str],
    policy: ScoringPolicy = BUILT_IN,
) -> tuple[SickGroup, ...]:
    """The sick peer groups that the findings of absolute anchors show."""
    relative = {detector.id for detector in detectors if detector.peer_relative}
    by_pair: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in counted(findings):
        if finding.detector not in relative and not finding.unit_level:
            for field in sorted({fields[report] for report in finding.report_ids if report in fields}):
                by_pair[finding.institution_id, field].append(finding)
    volumes = {one.institution_id: one.volumes for one in facts}
    accused = [
        (institution, field)
        for (institution, field), found in sorted(by_pair.items())
        if false_reports(found, volumes.get(institution, {}).get(field, 0)).several >= ACCUSED_FROM
    ]
    return sick_groups([_place(one) for one in facts], accused, policy)


def _marked(
    findings: Sequence[Finding],
    facts: Sequence[InstitutionFacts],
    *,
    detectors: Sequence[Detector],
    sick: frozenset[str],
) -> list[Finding]:
    """Findings that do not count get the reason: sick peers first, then those that false-discovery control drops."""
    blind = {detector.id for detector in detectors if detector.peer_relative and not detector.spares_sick}
    kept = [
        replace(one, uncounted=SICK_PEERS) if one.detector in blind and one.institution_id in sick else one
        for one in findings
    ]
    looked = {
        detector.id: frozenset(one.institution_id for one in facts if detector.id not in one.abstained)
        for detector in detectors
    }
    fallen = rejected([one for one in kept if not one.uncounted], looked=looked)
    return [replace(one, uncounted=NOT_HELD) if one.finding_id in fallen else one for one in kept]


def _prior(
    facts: Sequence[InstitutionFacts], findings: Mapping[str, Sequence[Finding]], policy: ScoringPolicy
) -> SharePrior:
    """Beta prior fitted across all institutions from what a first look with the usual prior expects."""
    seen = []
    for one in facts:
        records = [finding for finding in counted(findings.get(one.institution_id, ())) if not finding.unit_level]
        expected = false_reports(records, one.n_reports).expected if records else 0.0
        seen.append((expected, one.n_reports))
    return fit_prior(seen, policy.report_prior)


def _own_prior(prior: SharePrior, one: InstitutionFacts, policy: ScoringPolicy) -> SharePrior:
    return replace(prior, share=prior.share * policy.prior_of(one.volumes) / policy.report_prior)


def _priority(
    one: InstitutionFacts, findings: Sequence[Finding], score: Score, *, basis: Basis, peers_sick: bool
) -> dict[str, object]:
    """Risk × harm × volume^½ × (recently inspected): where to look first, never how to punish."""
    policy, extent = basis.policy, score.extent
    days = (basis.today - one.inspected_on).days if one.inspected_on else None
    recent = policy.recent_factor if days is not None and 0 <= days <= policy.recent_days else 1.0
    harm = policy.harm_of(one.volumes)
    tiers = [finding.tier for finding in findings if not finding.uncounted]
    return {
        "institution_id": one.institution_id,
        "priority": nine_digits(score.risk * harm * one.n_reports**policy.volume_exponent * recent),
        "risk": nine_digits(score.risk),
        "band": score.band,
        "tier": max(tiers, default=None),
        "harm": nine_digits(harm),
        "n_reports": one.n_reports,
        "inspected_on": one.inspected_on,
        "recent_factor": recent,
        "p_systematic": nine_digits(score.systematic),
        **{f"p_at_least_{k}": nine_digits(p) for k, p in zip((1, 3, 10), extent.at_least, strict=True)},
        "expected_false": nine_digits(extent.expected),
        "false_share": nine_digits(extent.share),
        "false_share_low": nine_digits(extent.limits[0]),
        "false_share_high": nine_digits(extent.limits[1]),
        "peers_sick": peers_sick,
        "policy": policy.version,
        "weights": basis.weights.version,
    }


def _ranked(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rank 1 is looked at first; equal priorities by code, so that the order is one."""
    order = sorted(rows, key=lambda row: (-float(str(row["priority"])), str(row["institution_id"])))
    for rank, row in enumerate(order, start=1):
        row["rank"] = rank
    return rows
