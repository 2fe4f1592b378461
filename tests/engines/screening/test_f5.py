"""F5: shared equipment, people, signatures."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.f5_shared_means import DETECTOR
from tests.engines.screening.screened import LAB, OTHER_LAB, Rows, lab, results, screened

HELD = {"in_service_from": date(2025, 1, 1), "in_service_to": None}


def two(**columns: Any) -> Rows:
    """Two laboratories with their own instrument, person and signature; every other report is the second one's."""
    tables = results(lab())
    houses = (LAB, OTHER_LAB)
    for place, (report, row) in enumerate(zip(tables["reports"], tables["results"], strict=True)):
        report.update(
            institution_id=houses[place % 2], esign_serial=f"SIGN-00{place % 2}", submit_device=f"DEV-00{place % 2}"
        )
        row["instrument_id"] = f"E{place % 2}"
    tables["instruments"] = [
        HELD
        | {
            "instrument_id": f"E{n}",
            "institution_id": house,
            "name": "光谱仪",
            "model": "M1",
            "serial_no": f"SN77810{n}",
        }
        for n, house in enumerate(houses)
    ]
    tables["people"] = [
        {"person_id": f"P{n}", "institution_id": house, "person_key": f"key{n}", "employed_from": date(2025, 1, 1)}
        for n, house in enumerate(houses)
    ]
    for house, row in zip(houses, tables["institutions"], strict=True):
        row.update(phone=f"0000-555{house[-3:]}", legal_rep=f"甲{house[-2]}", **columns)
    return tables


def share_serial(tables: Rows) -> None:
    tables["instruments"][1]["serial_no"] = tables["instruments"][0]["serial_no"]


def test_laboratories_with_their_own_means_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, two(), tmp_path)
    assert found == [] and found.abstained == {LAB: "", OTHER_LAB: ""}


def test_one_instrument_in_two_ledgers_is_strong_for_both(tmp_path: Path) -> None:
    tables = two()
    share_serial(tables)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong", "strong"] and {row["institution_id"] for row in found} == {LAB, OTHER_LAB}
    assert len({row["subject_id"] for row in found}) == 1 and found[0]["score"] == 20.0


def test_the_same_instrument_on_one_day_at_both_weighs_most(tmp_path: Path) -> None:
    tables = two()
    share_serial(tables)
    tables["reports"][1]["issued_at"] = tables["reports"][0]["issued_at"]
    found = screened(DETECTOR, tables, tmp_path)
    assert {row["score"] for row in found} == {30.0} and {row["report_ids"] for row in found} == {"R000", "R001"}


def test_instrument_and_person_together_are_certain(tmp_path: Path) -> None:
    tables = two()
    share_serial(tables)
    tables["people"][1]["person_key"] = "key0"
    found = screened(DETECTOR, tables, tmp_path)
    assert set(found.severities) == {"certain"} and found.natures() == {"serial", "person"}


@pytest.mark.parametrize(
    ("nature", "severity"), [("esign", "strong"), ("device", "weak"), ("phone", "weak"), ("header", "strong")]
)
def test_other_shared_means_by_their_weight(tmp_path: Path, nature: str, severity: str) -> None:
    tables = two()
    for report in tables["reports"]:
        report["esign_serial"] = "SIGN-000" if nature == "esign" else report["esign_serial"]
        report["submit_device"] = "DEV-000" if nature == "device" else report["submit_device"]
    if nature == "phone":
        tables["institutions"][1]["phone"] = tables["institutions"][0]["phone"]
    if nature == "header":
        tables["raw_records"] = [
            {"report_id": report["report_id"], "raw_sha256": "a", "header_serial_no": "SN778100", "replicate": 0}
            for report in tables["reports"]
            if report["institution_id"] == OTHER_LAB
        ]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == [severity] * 2 and found.natures() == {nature}


def test_sold_instruments_short_numbers_and_declared_groups(tmp_path: Path) -> None:
    tables = two()
    share_serial(tables)
    tables["instruments"][0]["in_service_to"] = date(2026, 2, 1)
    tables["instruments"][1]["in_service_from"] = date(2026, 2, 10)
    assert screened(DETECTOR, tables, tmp_path / "sold") == []
    tables = two()
    for row in tables["instruments"]:
        row["serial_no"] = "0001"
    assert screened(DETECTOR, tables, tmp_path / "short") == []
    tables = two()
    share_serial(tables)
    tables["institutions"][1]["legal_rep"] = tables["institutions"][0]["legal_rep"]
    assert screened(DETECTOR, tables, tmp_path / "group").severities == ["weak", "weak"]


def test_without_any_key_it_abstains(tmp_path: Path) -> None:
    assert "少于1" in screened(DETECTOR, lab(), tmp_path).abstained[LAB]
