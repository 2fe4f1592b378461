"""Reading what screening handed out (`findings.parquet`, `institutions.parquet`, `run.json`) for pages and alerts."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.peers import write_standings
from hengjian.backends.parquet import open_parquet
from hengjian.engines.tables.fields import FIELD_CODES

FINDINGS, INSTITUTIONS, SUMMARY = "findings.parquet", "institutions.parquet", "run.json"
PRIORITIES = "priorities.parquet"
FILES = {FINDINGS: "发现", INSTITUTIONS: "机构风险", PRIORITIES: "先后次序", SUMMARY: "运行说明"}
INDEX = "index.parquet"
BATCH = 2_000
NUMBERS_KEPT = 50
REPORT_COLUMNS = ("report_id", "other_report")
NAMED_REPORT = re.compile(r"(?<=报告 )[^\s（），：]+")
INDEX_OWN = ("finding_key", "detector", "field", "severity", "institution_id", "occurred_on", "score")
INDEX_SCHEMA = pa.schema(
    [
        ("finding_key", pa.string()),
        ("detector", pa.string()),
        ("field", pa.string()),
        ("severity", pa.string()),
        ("institution_id", pa.string()),
        ("occurred_on", pa.date32()),
        ("score", pa.float64()),
        ("n_reports", pa.int64()),
        ("says", pa.string()),
    ]
)
"""Kept beside the run's output, so that a page never has to open an analytical database."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished run stores in its row: run.json's parts, findings by field and detector, counts."""

    engine: str
    program_version: str
    inputs: list[dict[str, Any]]
    detectors: list[dict[str, Any]]
    heat: dict[str, dict[str, int]]
    counts: dict[str, Any]


def output(run: ScreeningRun, name: str) -> Path:
    """Where an output file of the run lies."""
    return run.folder / "out" / name


def read_outcome(run: ScreeningRun, *, previous: ScreeningRun | None) -> Outcome:
    """Read the run's files once; `previous` is the organ's last finished run, for what is new, same and gone."""
    summary = json.loads(output(run, SUMMARY).read_text(encoding="utf-8"))
    heat: dict[str, Counter[str]] = defaultdict(Counter)
    accused, severities, keys = set(), Counter(), set()
    index = []
    named: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for finding in findings_of(run):
        index.append(_index_row(finding))
        named[finding["detector"], finding["field"], finding["institution_id"]].update(finding["report_ids"])
        heat[finding["field"]][finding["detector"]] += 1
        severities[finding["severity"]] += 1
        accused.add(finding["institution_id"])
        keys.add(finding["finding_key"])
    pq.write_table(pa.Table.from_pylist(index, schema=INDEX_SCHEMA), run.folder / INDEX)
    write_standings(run, {key: len(reports) for key, reports in named.items()})
    bands = pq.read_table(output(run, INSTITUTIONS), columns=["band", "n_reports"])
    counts = {
        "findings": sum(severities.values()),
        "severities": dict(severities),
        "accused": len(accused),
        "institutions": bands.num_rows,
        "reports": sum(bands["n_reports"].to_pylist()),
        "bands": dict(Counter(bands["band"].to_pylist())),
        "files": {name: file_digest(output(run, name)) for name in FILES if output(run, name).exists()},
        "compared": _compared(keys, previous),
        "scored_by": {"policy": summary.get("policy", ""), "weights": summary.get("weights", "")},
        "peer_groups": summary.get("peer_groups", []),
    }
    return Outcome(
        engine=str(summary.get("engine", "")),
        program_version=str(summary.get("program_version", "")),
        inputs=summary.get("inputs", []),
        detectors=summary.get("detectors", []),
        heat={field: dict(row) for field, row in heat.items()},
        counts=counts,
    )


def _index_row(finding: dict[str, Any]) -> dict[str, Any]:
    says = str(finding["evidence"].get("says", ""))
    return {**{name: finding[name] for name in INDEX_OWN}, "n_reports": len(finding["report_ids"]), "says": says}


def _compared(keys: set[str], previous: ScreeningRun | None) -> dict[str, Any]:
    if previous is None or not output(previous, FINDINGS).exists():
        return {}
    before = set(pq.read_table(output(previous, FINDINGS), columns=["finding_key"])["finding_key"].to_pylist())
    return {
        "number": previous.number,
        "new": len(keys - before),
        "same": len(keys & before),
        "gone": len(before - keys),
    }


def findings_of(run: ScreeningRun) -> Iterator[dict[str, Any]]:
    """Every finding of the run in file order: columns by the contract, `report_ids` as a list, `evidence` as a dict.

    `field` is added: the field of the first accused report; where the finding names no report of the dataset, the
    field that its first row gives, else empty.
    The evidence gains `numbers`: the number printed on each report that it names, for people know no other; its
    sentence names reports by these.
    """
    path = output(run, FINDINGS)
    reports = _reports_named(run)
    for batch in pq.ParquetFile(path).iter_batches(batch_size=BATCH):
        for row in batch.to_pylist():
            row["report_ids"] = [part for part in (row["report_ids"] or "").split("|") if part]
            row["evidence"] = json.loads(row["evidence"] or "{}")
            named = next((reports[r][0] for r in row["report_ids"] if r in reports), "")
            row["field"] = named or _field_given(row["evidence"])
            _name_reports(row, reports)
            yield row


def _field_given(evidence: Mapping[str, Any]) -> str:
    """The contract's field code in the first row of evidence; empty where there is none."""
    field = next((str(one.get("field") or "") for one in evidence.get("rows", ())), "")
    return field if field in FIELD_CODES else ""


def _name_reports(row: dict[str, Any], reports: Mapping[str, tuple[str, str]]) -> None:
    evidence = row["evidence"]
    named = {str(one[name]) for one in evidence.get("rows", ()) for name in REPORT_COLUMNS if one.get(name)}
    numbers = {one: reports[one][1] for one in sorted({*named, *row["report_ids"][:NUMBERS_KEPT]}) if one in reports}
    evidence["numbers"] = {one: number for one, number in numbers.items() if number}
    if "says" in evidence:
        evidence["says"] = NAMED_REPORT.sub(lambda found: numbers.get(found[0]) or found[0], str(evidence["says"]))


def _reports_named(run: ScreeningRun) -> dict[str, tuple[str, str]]:
    """Field and printed number of every report that a finding names; reads three columns of the dataset."""
    named = pq.read_table(output(run, FINDINGS), columns=["report_ids"])["report_ids"].to_pylist()
    ids = {one for text in named for one in (text or "").split("|") if one}
    rows = dataset_rows(run, "reports", report_ids=ids, columns=["report_id", "field", "report_no"])
    return {row["report_id"]: (row.get("field") or "", str(row.get("report_no") or "")) for row in rows}


def dataset_rows(
    run: ScreeningRun, table: str, *, report_ids: Collection[str], columns: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Rows of a few reports as the run screened them; empty where the run's dataset has no such table (any more).

    Read without DuckDB, column statistics skip most of the file: fit for a web request.
    """
    place = run.folder / "dataset" / table
    source = place if place.is_dir() else place.with_suffix(".parquet")
    if not source.exists() or not report_ids:
        return []
    rows = open_parquet(source)
    wanted = pc.field("report_id").isin(sorted(report_ids))
    names = [name for name in columns if name in rows.schema.names] if columns else None
    return rows.to_table(columns=names, filter=wanted).to_pylist()  # type: ignore[no-any-return]


def risk_values(run: ScreeningRun) -> list[dict[str, Any]]:
    """The rows of institutions.parquet with their JSON columns read; `abstained` as [{detector, reason}].

    `standing` is the institution's row of priorities.parquet: order of looking, tier of use, P(at least k), extent.
    """
    values, standings = [], _standings(run)
    for row in pq.read_table(output(run, INSTITUTIONS)).to_pylist():
        abstained = [part.partition(":") for part in (row["abstained"] or "").split("|") if part]
        row["contributions"] = json.loads(row["contributions"] or "[]")
        row["exonerating"] = json.loads(row["exonerating"] or "[]")
        row["standing"] = standings.get(row["institution_id"], {})
        row["abstained"] = [{"detector": detector, "reason": reason} for detector, _, reason in abstained]
        values.append(row)
    return values


def _standings(run: ScreeningRun) -> dict[str, dict[str, Any]]:
    """The rows of priorities.parquet by institution, days as text; empty for a run that wrote none."""
    path = output(run, PRIORITIES)
    if not path.exists():
        return {}
    return {row["institution_id"]: _as_json(row) for row in pq.read_table(path).to_pylist()}


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if name == "inspected_on" else value for name, value in row.items() if value is not None}


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
