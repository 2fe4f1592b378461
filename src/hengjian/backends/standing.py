"""What scoring needs from the data beside findings: reports by field, areas, fields of accused reports, sick peers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from hengjian.backends.engine import Engine
from hengjian.engines.screening.detector import Detector
from hengjian.engines.screening.findings import Finding
from hengjian.engines.screening.policy import ScoringPolicy
from hengjian.engines.screening.score import InstitutionFacts
from hengjian.engines.screening.scoring import find_sick
from hengjian.engines.screening.sickness import SickGroup, sick_pairs
from hengjian.engines.screening.weights import AS_WRITTEN, Weights
from hengjian.engines.tables.fields import FIELD_CODES

SICK = "sick"
SICK_SCHEMA = pa.schema([("institution_id", pa.string()), ("field", pa.string())])
ACCUSED = "accused_reports"


@dataclass(frozen=True, kw_only=True)
class ScoredBy:
    """What a run is scored by: published policy, learnt weights, last inspections by institution where known."""

    policy: ScoringPolicy
    weights: Weights = AS_WRITTEN
    inspected: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Reports by field and area code of every institution."""

    volumes: Mapping[str, Mapping[str, int]]
    areas: Mapping[str, str]


def read_standing(engine: Engine) -> Standing:
    """Read it from the prepared tables, and name the table of sick peers, empty as yet."""
    engine.put(SICK, SICK_SCHEMA.empty_table())
    counted = engine.arrow(
        "SELECT institution_id, coalesce(field, '') AS field, count(*) AS n FROM reports GROUP BY institution_id, field"
    ).to_pylist()
    volumes: dict[str, dict[str, int]] = {}
    for row in sorted(counted, key=lambda one: (one["institution_id"], one["field"])):
        volumes.setdefault(row["institution_id"], {})[row["field"]] = int(row["n"])
    listed = engine.arrow("SELECT institution_id, coalesce(area_code, '') AS area_code FROM institutions").to_pylist()
    return Standing(volumes=volumes, areas={row["institution_id"]: row["area_code"] for row in listed})


def in_phases(plan: Sequence[Detector]) -> tuple[list[Detector], list[Detector]]:
    """Absolute anchors first, then those that compare with peers, each in the catalogue's order."""
    return [one for one in plan if not one.peer_relative], [one for one in plan if one.peer_relative]


def fields_of(engine: Engine, findings: Iterable[Finding]) -> dict[str, str]:
    """{report: field} of the accused reports whose field is given."""
    ids = sorted({report for finding in findings for report in finding.report_ids})
    engine.put(ACCUSED, pa.table({"report_id": pa.array(ids, pa.string())}))
    try:
        rows = engine.arrow(
            f"SELECT r.report_id, r.field FROM reports r JOIN {ACCUSED} a ON a.report_id = r.report_id "
            "WHERE r.field IS NOT NULL"
        ).to_pylist()
    finally:
        engine.drop([ACCUSED])
    return {row["report_id"]: row["field"] for row in rows}


def mark_sick(
    engine: Engine,
    facts: Sequence[InstitutionFacts],
    findings: Sequence[Finding],
    *,
    plan: Sequence[Detector],
    policy: ScoringPolicy,
) -> tuple[SickGroup, ...]:
    """Find the sick peer groups and hand them to the detectors that still have to run."""
    fields = fields_of(engine, findings)
    groups = find_sick(facts, findings, detectors=plan, fields=fields, policy=policy)
    if groups:
        pairs = [{"institution_id": one, "field": name} for one, name in sorted(sick_pairs(groups))]
        engine.drop([SICK])
        engine.put(SICK, pa.Table.from_pylist(pairs, schema=SICK_SCHEMA))
    return groups


def sick_record(groups: Iterable[SickGroup], plan: Sequence[Detector]) -> list[dict[str, object]]:
    """The sick groups for run.json: who, how many, which detectors are marked, which used other regions' peers."""
    marked = [one.id for one in plan if one.peer_relative and not one.spares_sick]
    others = [one.id for one in plan if one.peer_relative and one.spares_sick]
    return [
        {
            "region": group.region,
            "field": group.field,
            "institutions": len(group.institutions),
            "accused": group.accused,
            "share_low": group.share_low,
            "detectors_marked": marked,
            "detectors_with_other_peers": others,
            "says": group.says(FIELD_CODES.get(group.field, group.field)),
        }
        for group in groups
    ]
