"""Screening of real tables: honest laboratories and stations are asked, not accused."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hengjian.backends.articles import article_in_force
from hengjian.backends.runner import run_screening
from tests.paths import SHARED

POLLUTANTS = {"THC (g/mi)": "thc", "CO (g/mi)": "co", "CO2 (g/mi)": "co2", "NOx (g/mi)": "nox", "PM (g/mi)": "pm"}
POLLUTANTS |= {"CH4 (g/mi)": "ch4", "N2O (g/mi)": "n2o"}
Rows = list[dict[str, Any]]


def read(file: str, encoding: str = "utf-8") -> Rows:
    path = SHARED / "data" / file
    if not path.exists():
        pytest.skip(f"{file} is not there")
    with path.open(encoding=encoding, newline="") as source:
        return list(csv.DictReader(source))


def write(folder: Path, tables: dict[str, Rows]) -> None:
    folder.mkdir()
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")


def screen(folder: Path, out: Path) -> tuple[Rows, Rows]:
    """(findings, institutions)."""
    summary = run_screening(folder, out, today=date(2026, 11, 20), articles=article_in_force)
    assert not [one for one in summary.detectors if one.state == "failed"]
    return (
        pq.read_table(out / "findings.parquet").to_pylist(),
        pq.read_table(out / "institutions.parquet").to_pylist(),
    )


def values(row: dict[str, str], columns: dict[str, str], report: str, method: str | None = None) -> Iterator[Any]:
    for header, code in columns.items():
        text = row[header].strip()
        if text and text != "NA":
            yield {
                "report_id": report,
                "item_code": code,
                "method_no": method,
                "replicate": 0,
                "value_text": text,
                "value": float(text),
            }


@pytest.fixture(scope="module")
def emission(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, Rows, Rows]:
    """(source rows, findings, institutions) of the emission laboratories; a test number may span several rows."""
    rows = read("vehicle/epa_18tstcar.csv", "utf-8-sig")
    makers = {
        name: f"I{place:04d}" for place, name in enumerate(sorted({r["Vehicle Manufacturer Name"] for r in rows}))
    }
    reports, results = [], []
    for place, row in enumerate(rows):
        row["report_id"] = f"R{place:05d}"
        reports.append(
            {
                "report_id": row["report_id"],
                "report_no": row["Test Number"],
                "institution_id": makers[row["Vehicle Manufacturer Name"]],
                "field": "vehicle",
                "object": row["Represented Test Veh Model"],
                "sample_id": row["Test Vehicle ID"],
                "client_id": row["Vehicle Manufacturer Name"],
                "issued_at": datetime(2018, 1, 1),
                "verdict": "none",
            }
        )
        results += values(row, POLLUTANTS, row["report_id"], row["Test Procedure Description"])
    folder = tmp_path_factory.mktemp("emission")
    institutions = [{"institution_id": code, "name": name} for name, code in makers.items()]
    write(folder / "data", {"institutions": institutions, "reports": reports, "results": results})
    return rows, *screen(folder / "data", folder / "out")


def test_equal_emission_vectors_under_other_test_numbers_are_to_be_explained(
    emission: tuple[Rows, Rows, Rows],
) -> None:
    rows, findings, _ = emission
    numbers = {row["report_id"]: row["Test Number"] for row in rows}
    listed = [row for row in findings if row["detector"] == "C4"]
    across = [row for row in listed if len({numbers[one] for one in row["report_ids"].split("|")}) > 1]
    assert across and {row["severity"] for row in listed} == {"weak"}
    assert all("逐位相同" in json.loads(row["evidence"])["says"] for row in across)


def test_repeated_test_numbers_are_not_accused(emission: tuple[Rows, Rows, Rows]) -> None:
    rows, findings, institutions = emission
    by_number = defaultdict(set)
    for row in rows:
        by_number[row["Test Number"]].add(row["report_id"])
    repeated = {one for members in by_number.values() if len(members) > 1 for one in members}
    accused = {one for row in findings if row["severity"] != "weak" for one in row["report_ids"].split("|")}
    assert repeated and not repeated & accused
    assert {row["band"] for row in institutions} == {"green"}


def test_no_air_station_is_at_risk(tmp_path: Path) -> None:
    reports, results, institutions = [], [], []
    pollutants = {"PM2.5": "pm2_5", "PM10": "pm10", "SO2": "so2", "NO2": "no2", "CO": "co", "O3": "o3"}
    for number, station in enumerate(("Dingling", "Wanshouxigong")):
        code = f"I{number:04d}"
        institutions.append({"institution_id": code, "name": station})
        for row in read(f"air_env/PRSA_Data_{station}.csv")[::3]:  # every third hour
            report = f"{station}-{row['No']}"
            hour = datetime(*(int(row[name]) for name in ("year", "month", "day", "hour")))
            reports.append(
                {
                    "report_id": report,
                    "report_no": report,
                    "institution_id": code,
                    "field": "environment",
                    "object": "环境空气",
                    "sample_id": report,
                    "client_id": station,
                    "sampled_at": hour,
                    "issued_at": hour,
                    "verdict": "none",
                }
            )
            results += values(row, pollutants, report)
    write(tmp_path / "data", {"institutions": institutions, "reports": reports, "results": results})
    findings, judged = screen(tmp_path / "data", tmp_path / "out")
    assert {row["band"] for row in judged} == {"green"} and len(judged) == 2
    assert [row["detector"] for row in findings if row["severity"] != "weak"] == []
