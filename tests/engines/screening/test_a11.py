"""A11: reports issued although the batch's quality control failed or is missing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.a11_quality_control import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, results, screened

METHOD = "GB 5009.12-2023"


def controlled(reports: int = 40, method: str = METHOD) -> Rows:
    """Every batch with a pair of duplicates 3 % apart, a recovery of 95 %, a check, a curve and a blank."""
    tables = results(lab(reports), method_no=method, instrument_id="E1")
    tables["instruments"] = [{"instrument_id": "E1", "institution_id": LAB, "name": "光谱仪"}]
    tables["standard_items"] = [
        {"standard_no": "GB 2762-2022", "item_code": "pb", "method_no": METHOD, "repeatability_rsd": 4.0}
    ]
    tables["qc"] = []
    for report, row in zip(tables["reports"], tables["results"], strict=True):
        row["started_at"] = report["started_at"]
        own = {"batch_id": report["report_id"], "instrument_id": "E1", "item_code": "pb", "r": None}
        own["run_at"] = report["started_at"] + timedelta(minutes=10)
        for kind, value, expected in (
            ("duplicate", 0.103, 0.100),
            ("spike", 0.95, 1.0),
            ("ccv", 1.02, 1.0),
            ("blank", 0.001, None),
        ):
            tables["qc"].append(own | {"kind": kind, "value": value, "expected": expected})
        tables["qc"].append(own | {"kind": "curve", "value": None, "expected": None, "r": 0.9995})
    return tables


def spoil(tables: Rows, count: int, kind: str, **columns: Any) -> Rows:
    for row in [one for one in tables["qc"] if one["kind"] == kind][:count]:
        row.update(columns)
    return tables


def test_control_within_its_limits_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, controlled(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


@pytest.mark.parametrize(("count", "severities"), [(1, ["weak"]), (2, ["weak"]), (4, ["certain"])])
def test_duplicates_far_apart_accuse_from_three_batches_on(tmp_path: Path, count: int, severities: list[str]) -> None:
    found = screened(DETECTOR, spoil(controlled(), count, "duplicate", value=0.200), tmp_path)
    assert found.severities == severities and found.natures() == {"failed"}
    assert len(found[0]["report_ids"].split("|")) == count
    assert found.evidence()["rows"][0]["measure"] > 66


def test_rough_duplicates_and_those_near_the_detection_limit_are_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, spoil(controlled(), 40, "duplicate", value=0.125), tmp_path / "rough") == []
    found = screened(DETECTOR, spoil(controlled(), 40, "duplicate", value=0.145), tmp_path / "very")
    assert found.severities == ["weak"]
    tables = spoil(controlled(), 10, "duplicate", value=0.200)
    for row in tables["results"]:
        row["detection_limit"] = 0.04
    assert screened(DETECTOR, tables, tmp_path / "lod") == []


def test_three_failures_among_many_batches_are_a_question(tmp_path: Path) -> None:
    found = screened(DETECTOR, spoil(controlled(120), 3, "duplicate", value=0.200), tmp_path)
    assert found.severities == ["weak"]


def test_a_run_repeated_with_success_before_the_report_excuses(tmp_path: Path) -> None:
    tables = spoil(controlled(), 4, "duplicate", value=0.200)
    again = [row | {"run_at": row["run_at"] + timedelta(hours=1), "value": 0.101} for row in tables["qc"]]
    tables["qc"] += [row for row in again if row["kind"] == "duplicate"]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_misplaced_decimal_point_is_a_question(tmp_path: Path) -> None:
    found = screened(DETECTOR, spoil(controlled(), 1, "duplicate", value=1.03), tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"slip"}


def test_limits_that_are_not_verified_only_ask(tmp_path: Path) -> None:
    for place, (kind, columns) in enumerate(
        (("spike", {"value": 0.4}), ("ccv", {"value": 1.4}), ("curve", {"r": 0.98}))
    ):
        found = screened(DETECTOR, spoil(controlled(method="HJ 700-2014"), 10, kind, **columns), tmp_path / str(place))
        assert found.severities == ["weak"] and found.natures() == {"unverified"}


def test_missing_control_asks_where_it_is_usually_handed_over(tmp_path: Path) -> None:
    tables = controlled(method="HJ 700-2014")
    blanks = [row for row in tables["qc"] if row["kind"] == "blank"]
    tables["qc"] = [row for row in tables["qc"] if row["kind"] != "blank"] + blanks[5:]
    found = screened(DETECTOR, tables, tmp_path / "some")
    assert found.severities == ["weak"] and found.natures() == {"missing"}
    assert len(found[0]["report_ids"].split("|")) == 5
    tables["qc"] = [row for row in tables["qc"] if row["kind"] != "blank"]
    assert screened(DETECTOR, tables, tmp_path / "none") == []


def test_a_blank_above_the_sample_asks(tmp_path: Path) -> None:
    found = screened(DETECTOR, spoil(controlled(), 2, "blank", value=0.4), tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"blank"}


def test_without_control_records_or_limits_it_does_not_judge(tmp_path: Path) -> None:
    tables = controlled()
    del tables["qc"]
    assert screened(DETECTOR, tables, tmp_path / "table").state == "skipped"
    tables = spoil(controlled(), 40, "duplicate", value=float("nan"))
    del tables["standard_items"]
    tables["qc"] = [row for row in tables["qc"] if row["kind"] != "blank"]
    found = screened(DETECTOR, tables, tmp_path / "limits")
    assert found == [] and found.abstained[LAB] == "可判数量0，少于1"


def test_one_instrument_number_of_two_institutions_is_left_out(tmp_path: Path) -> None:
    tables = spoil(controlled(), 10, "duplicate", value=0.2)
    tables["instruments"].append(tables["instruments"][0] | {"institution_id": "91990101MA00000029"})
    assert screened(DETECTOR, tables, tmp_path) == []
