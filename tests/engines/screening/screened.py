"""One detector over a handful of rows: writes them as a dataset, screens it, reads the findings."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import run_screening
from hengjian.engines.screening.detector import Detector

TODAY = date(2026, 11, 1)
LAB, OTHER_LAB = "91990101MA00000010", "91990101MA00000029"

Rows = dict[str, list[dict[str, Any]]]


class Screened(list[dict[str, Any]]):
    """Findings, with how the detector fared and who abstained why."""

    state: str
    abstained: dict[str, str]

    @property
    def severities(self) -> list[str]:
        return sorted(row["severity"] for row in self)

    def evidence(self, place: int = 0) -> dict[str, Any]:
        return dict(json.loads(self[place]["evidence"]))

    def natures(self) -> set[str]:
        return {str(row["nature"]) for place in range(len(self)) for row in self.evidence(place)["rows"]}


def screened(detector: Detector, tables: Rows, folder: Path) -> Screened:
    data, out = folder / "data", folder / "out"
    data.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = {key: None for row in rows for key in row}
        if columns:
            pq.write_table(pa.table({key: [row.get(key) for row in rows] for key in columns}), data / f"{name}.parquet")
    summary = run_screening(data, out, today=TODAY, articles=article_in_force, detectors=[detector], threads=1)
    found = Screened(pq.read_table(out / "findings.parquet").to_pylist())
    found.state = summary.detectors[0].state
    assert found.state != "failed", summary.detectors[0].reason
    found.abstained = {
        row["institution_id"]: row["abstained"].removeprefix(f"{detector.id}:")
        for row in pq.read_table(out / "institutions.parquet").to_pylist()
    }
    return found


def lab(reports: int = 40, **columns: Any) -> Rows:
    """A laboratory with a certificate and that many honest food reports, one every other day from 2026-03-02 08:00:07.

    `columns` are put on every report.
    """
    start = datetime(2026, 3, 2, 8, 0, 7)
    rows = []
    for place in range(reports):
        day = start + timedelta(days=2 * place)
        times = {
            "received_at": day,
            "started_at": day + timedelta(hours=1),
            "finished_at": day + timedelta(hours=4),
            "issued_at": day + timedelta(hours=30),
        }
        row = {
            "report_id": f"R{place:03d}",
            "report_no": f"B{place:03d}",
            "institution_id": LAB,
            "field": "food",
            "site_id": "S1",
            "standard_no": "GB 2762-2022",
            "sample_id": f"Y{place:03d}",
        }
        rows.append(row | times | columns)
    certificate = {"institution_id": LAB, "certificate_no": "259912010001"}
    return {
        "institutions": [
            {"institution_id": LAB, "name": "虚构甲检测"},
            {"institution_id": OTHER_LAB, "name": "虚构乙检测"},
        ],
        "certificates": [certificate | {"valid_from": date(2024, 1, 1), "valid_to": date(2029, 12, 31)}],
        "reports": rows,
    }


def results(tables: Rows, **columns: Any) -> Rows:
    """The tables with one result for every report; `columns` are put on every result."""
    own = {"item_code": "pb", "item_name": "铅", "value_text": "0.100", "value": 0.1, "replicate": 0}
    tables["results"] = [{"report_id": row["report_id"]} | own | columns for row in tables["reports"]]
    return tables
