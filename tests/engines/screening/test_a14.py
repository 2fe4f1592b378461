"""A14: reports that another entity made."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.a14_lending import DETECTOR
from tests.engines.screening.screened import LAB, OTHER_LAB, Rows, lab, results, screened


def two(reports: int = 80) -> Rows:
    """Two laboratories with their own people, instruments and devices; every other report is the second one's."""
    tables = results(lab(reports), method_no="GB 5009.12-2023")
    tables["raw_records"] = []
    for place, (report, row) in enumerate(zip(tables["reports"], tables["results"], strict=True)):
        one = place % 2
        report.update(
            institution_id=(LAB, OTHER_LAB)[one], submit_device=f"DEV-00{one}", tester_id=f"P{one}", certificate_no=None
        )
        row.update(instrument_id=f"E{one}00")
        raw = {"report_id": report["report_id"], "item_code": "pb", "replicate": 0, "raw_sha256": f"{place:064x}"}
        tables["raw_records"].append(raw | {"header_serial_no": f"SN77810{one}"})
    tables["instruments"] = [
        {"instrument_id": f"E{n}00", "institution_id": house, "name": "光谱仪", "serial_no": f"SN77810{n}"}
        for n, house in enumerate((LAB, OTHER_LAB))
    ]
    tables["people"] = [
        {"person_id": f"P{n}", "institution_id": house, "employed_from": date(2025, 1, 1)}
        for n, house in enumerate((LAB, OTHER_LAB))
    ]
    for n, row in enumerate(tables["institutions"]):
        row["legal_rep"] = f"甲{n}"
    return tables


def lend(tables: Rows, signs: tuple[str, ...], count: int) -> Rows:
    """The first `count` reports of the first laboratory carry the second one's signs."""
    mine = [place for place, row in enumerate(tables["reports"]) if row["institution_id"] == LAB][:count]
    for place in mine:
        changes: dict[str, tuple[str, dict[str, Any]]] = {
            "device": ("reports", {"submit_device": "DEV-001"}),
            "tester": ("reports", {"tester_id": "P1"}),
            "instrument": ("results", {"instrument_id": "E100"}),
            "header": ("raw_records", {"header_serial_no": "SN778101"}),
        }
        for sign in signs:
            table, change = changes[sign]
            tables[table][place].update(change)
    return tables


def test_laboratories_on_their_own_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, two(), tmp_path)
    assert found == [] and found.abstained == {LAB: "", OTHER_LAB: ""}


@pytest.mark.parametrize("sign", ["tester", "instrument", "header"])
def test_one_sign_in_one_report_is_a_slip_in_many_certain(tmp_path: Path, sign: str) -> None:
    for count, severity in ((1, "weak"), (8, "certain")):
        found = screened(DETECTOR, lend(two(), (sign,), count), tmp_path / str(count))
        assert found.severities == [severity] and found.natures() == {sign}
        assert found[0]["institution_id"] == LAB and len(found[0]["report_ids"].split("|")) == count


def test_a_shared_device_alone_is_a_question_with_a_second_sign_certain(tmp_path: Path) -> None:
    found = screened(DETECTOR, lend(two(), ("device",), 10), tmp_path / "one")
    assert found.severities == ["weak"] and found.natures() == {"device"}
    found = screened(DETECTOR, lend(two(), ("device", "header"), 10), tmp_path / "two")
    assert found.severities == ["certain", "certain"] and found.natures() == {"device", "header"}


def test_a_group_declared_changes_and_subcontracting_are_no_lending(tmp_path: Path) -> None:
    group = lend(two(), ("tester", "header"), 10)
    for row in group["institutions"]:
        row["legal_rep"] = "甲"
    assert set(screened(DETECTOR, group, tmp_path / "group").severities) == {"weak"}
    declared = lend(two(), ("instrument",), 10)
    declared["declarations"] = [
        {"institution_id": LAB, "kind": "instrument", "subject_id": "E100", "changed_on": date(2026, 1, 1)}
    ]
    assert screened(DETECTOR, declared, tmp_path / "declared") == []
    passed_on = lend(two(), ("instrument", "header"), 10)
    for row in passed_on["results"]:
        row["subcontracted"] = True
    assert screened(DETECTOR, passed_on, tmp_path / "passed") == []


def test_numbers_that_both_registers_use_and_service_devices_accuse_nobody(tmp_path: Path) -> None:
    numbered = lend(two(), ("instrument",), 10)
    numbered["instruments"].append({"instrument_id": "E1", "institution_id": LAB, "serial_no": "SN1"})
    numbered["instruments"].append({"instrument_id": "E1", "institution_id": OTHER_LAB, "serial_no": "SN2"})
    assert screened(DETECTOR, numbered, tmp_path / "numbers") == []
    served = two(200)
    for place, row in enumerate(served["reports"]):
        row["submit_device"] = "SERVICE"
        if place < 4:
            code = f"91990101MA000{place:04d}X"
            served["institutions"].append({"institution_id": code, "name": f"虚构{place}"})
            row["institution_id"] = code
    assert screened(DETECTOR, served, tmp_path / "device") == []


def test_a_subcontractor_without_the_item_is_a_question(tmp_path: Path) -> None:
    tables = two()
    tables["certificates"].append(
        {"certificate_no": "259912010002", "institution_id": OTHER_LAB, "valid_from": date(2024, 1, 1)}
        | {"valid_to": date(2029, 12, 31)}
    )
    held = {"certificate_no": "259912010002", "standard_no": "GB 5009.15-2023", "approved_on": date(2024, 1, 1)}
    tables["scope"] = [held | {"item_code": "cd"}]
    for row in tables["results"][:10:2]:
        row.update(subcontracted=True, subcontractor_id=OTHER_LAB)
    found = screened(DETECTOR, tables, tmp_path / "without")
    assert found.severities == ["weak"] and found.natures() == {"sublab"}
    tables["scope"].append(held | {"item_code": "pb"})
    assert screened(DETECTOR, tables, tmp_path / "with") == []


def test_far_more_reports_a_head_than_peers_and_too_few_instruments_is_a_question(tmp_path: Path) -> None:
    tables: Rows = {"institutions": [], "reports": [], "results": [], "people": [], "instruments": []}
    for number in range(24):
        code = f"91990101MA000{number:04d}X"
        tables["institutions"].append({"institution_id": code, "name": f"虚构{number}"})
        tables["people"].append({"person_id": f"P{number}", "institution_id": code, "employed_from": date(2025, 1, 1)})
        tables["instruments"].append({"instrument_id": f"E{number}", "institution_id": code})
        for place in range(400 if number == 3 else 40):
            report = f"R{number}-{place}"
            at = datetime(2026, 3, 1 + place % 20, 9, place % 60)
            row = {"report_id": report, "report_no": report, "institution_id": code, "field": "food", "issued_at": at}
            tables["reports"].append(row | {"tester_id": f"P{number}"})
            tables["results"].append({"report_id": report, "item_code": "tvc", "method_no": "M", "value_text": "1"})
    tables["standard_items"] = [{"standard_no": "S", "item_code": "tvc", "method_no": "M", "min_hours": 48.0}]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"capacity"}


def test_too_few_reports_or_no_signs_at_all_abstain(tmp_path: Path) -> None:
    assert "少于30" in screened(DETECTOR, lend(two(20), ("tester",), 5), tmp_path / "few").abstained[LAB]
    assert "少于30" in screened(DETECTOR, lab(), tmp_path / "bare").abstained[LAB]
