"""F7: the same raw data at institutions that are apart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.f7_provenance import DETECTOR
from tests.engines.screening.curves_of import CHANNELS, curves_of, report, series
from tests.engines.screening.many_labs import many_labs, value
from tests.engines.screening.screened import LAB, OTHER_LAB, Rows, screened

THIRD_LAB = "91990101MA00000037"
LABS = (LAB, OTHER_LAB, THIRD_LAB)


def apart() -> Rows:
    """Sixty vehicles at three stations in turn, each with curves and a raw file of its own."""
    tables = curves_of()
    tables["institutions"] = [{"institution_id": one, "name": f"虚构检测站{one[-1]}"} for one in LABS]
    tables["raw_records"] = []
    for place, row in enumerate(tables["reports"]):
        row.update(institution_id=LABS[place % 3], submit_device=f"DEVICE{place % 3}")
        file = {"report_id": row["report_id"], "raw_sha256": f"{place:064x}", "item_code": "co"}
        times = {"recorded_at": row["issued_at"] - timedelta(minutes=20), "header_serial_no": f"SN00{place % 3}"}
        tables["raw_records"].append(file | times | {"software_version": "检测软件 4.1"})
    tables["results"] = [
        {"report_id": row["report_id"], "item_code": "co", "value_text": "0.1", "subcontracted": False}
        for row in tables["reports"]
    ]
    return tables


def copy(tables: Rows, source: str, target: str, channels: tuple[str, ...] = CHANNELS) -> None:
    for channel in channels:
        series(tables, target, channel)["values"] = list(series(tables, source, channel)["values"])


def raw(tables: Rows, name: str) -> dict[str, Any]:
    return next(row for row in tables["raw_records"] if row["report_id"] == name)


def test_own_data_are_silent_and_copies_inside_one_institution_are_not_meant(tmp_path: Path) -> None:
    tables = apart()
    copy(tables, "R000", "R003")
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_curves_at_three_institutions_make_one_cluster(tmp_path: Path) -> None:
    tables = apart()
    copy(tables, "R000", "R001")
    copy(tables, "R000", "R005")
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] * 3 and {row["institution_id"] for row in found} == set(LABS)
    assert len({row["subject_id"] for row in found}) == 1 and found.natures() == {"copies"}
    assert found.evidence()["rows"][0]["institutions"] == 3
    assert found.evidence()["rows"][0]["source"] == "同一种检测软件"


def test_two_kinds_of_raw_data_are_certain(tmp_path: Path) -> None:
    tables = apart()
    copy(tables, "R000", "R001")
    raw(tables, "R001").update({key: raw(tables, "R000")[key] for key in ("raw_sha256", "recorded_at")})
    assert screened(DETECTOR, tables, tmp_path).severities == ["certain", "certain"]


def test_a_single_curve_may_be_a_misplaced_file(tmp_path: Path) -> None:
    tables = apart()
    copy(tables, "R000", "R001", CHANNELS[:1])
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak", "weak"] and found.natures() == {"single"} and found.evidence()["slip"]


@pytest.mark.parametrize("excuse", ["subcontracted", "pt", "sample", "retest", "template"])
def test_what_is_honestly_in_common(tmp_path: Path, excuse: str) -> None:
    tables = apart()
    copy(tables, "R000", "R001")
    if excuse == "subcontracted":
        next(row for row in tables["results"] if row["report_id"] == "R001")["subcontracted"] = True
    elif excuse == "pt":
        report(tables, "R001")["purpose"] = "pt"
    elif excuse == "sample":
        report(tables, "R001")["sample_id"] = "Y0"
    elif excuse == "retest":
        report(tables, "R001")["retest_of"] = "R000"
    else:
        tables = apart()
        for row in tables["raw_records"]:
            row["raw_sha256"] = "ab" * 32
    found = screened(DETECTOR, tables, tmp_path)
    assert set(found.severities) <= {"weak"} and found.natures() <= {"related"}


def test_whole_sets_of_results_tell_as_well(tmp_path: Path) -> None:
    def fill(chance: Any, number: int, row: dict[str, Any]) -> list[dict[str, Any]]:
        row.update(sample_id=row["report_no"], client_id=row["report_no"])
        return [value(f"i{item}", 1 + 9 * chance.random(), decimals=6) for item in range(7)]

    tables = many_labs(fill, labs=4, reports=40)
    assert screened(DETECTOR, tables, tmp_path / "own") == []
    by_report = {row["report_id"]: [] for row in tables["reports"]}
    for row in tables["results"]:
        by_report[row["report_id"]].append(row)
    for place in (7, 9):
        for source, target in zip(by_report[f"R001-0000{place}"], by_report[f"R002-0000{place}"], strict=True):
            target.update(value=source["value"], value_text=source["value_text"])
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong", "strong"] and found.evidence()["rows"][0]["kinds"] == "整套结果"


def test_without_raw_data_it_abstains(tmp_path: Path) -> None:
    tables = apart()
    for name in ("raw_series", "raw_records", "results"):
        del tables[name]
    assert "少于1" in screened(DETECTOR, tables, tmp_path).abstained[LAB]
