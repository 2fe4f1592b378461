"""A12: raw data missing, late, or changed after issue."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.a12_raw_data import DETECTOR, missing_tail
from tests.engines.screening.screened import LAB, Rows, lab, results, screened


def recorded(reports: int = 80) -> Rows:
    """Reports measured on one instrument, each with a raw file made before the end."""
    tables = results(lab(reports), instrument_id="E1")
    tables["raw_records"] = []
    for report, row in zip(tables["reports"], tables["results"], strict=True):
        row["raw_sha256"] = f"sha{report['report_id']}"
        tables["raw_records"].append(
            {
                "report_id": report["report_id"],
                "item_code": "pb",
                "raw_sha256": row["raw_sha256"],
                "recorded_at": report["finished_at"],
                "modified_at": None,
                "version": 1,
                "change_reason": None,
            }
        )
    return tables


def changed(tables: Rows, count: int, *, hours: float, **columns: object) -> Rows:
    for report, row in zip(tables["reports"][:count], tables["raw_records"][:count], strict=True):
        row.update(modified_at=report["issued_at"] + timedelta(hours=hours), version=2, **columns)
    return tables


def without(tables: Rows, places: list[int]) -> Rows:
    for place in places:
        tables["results"][place]["raw_sha256"] = None
    lost = {tables["results"][place]["report_id"] for place in places}
    tables["raw_records"] = [row for row in tables["raw_records"] if row["report_id"] not in lost]
    return tables


def test_complete_records_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, recorded(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_a_change_after_issue_without_reason_is_strong_then_certain(tmp_path: Path) -> None:
    for count, expected in ((1, ["strong"]), (3, ["certain"])):
        found = screened(DETECTOR, changed(recorded(), count, hours=100), tmp_path / str(count))
        assert found.severities == expected and found.natures() == {"edited"}


def test_a_change_with_a_reason_or_before_issue_is_silent(tmp_path: Path) -> None:
    tables = changed(recorded(), 3, hours=100, change_reason="录入更正，已审批")
    assert screened(DETECTOR, tables, tmp_path / "reason") == []
    assert screened(DETECTOR, changed(recorded(), 3, hours=-5), tmp_path / "before") == []
    assert screened(DETECTOR, changed(recorded(), 3, hours=0.8), tmp_path / "clock") == []


def test_a_corrected_report_may_have_changed_records(tmp_path: Path) -> None:
    tables = changed(recorded(), 1, hours=100)
    tables["reports"][5]["corrects"] = "R000"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_migration_is_silent(tmp_path: Path) -> None:
    tables = recorded()
    moment = tables["reports"][-1]["issued_at"] + timedelta(days=5)
    for row in tables["raw_records"]:
        row.update(modified_at=moment, version=2)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_record_made_after_issue_is_strong_and_a_day_off_is_a_question(tmp_path: Path) -> None:
    tables = recorded()
    tables["raw_records"][4]["recorded_at"] = tables["reports"][4]["issued_at"] + timedelta(days=4)
    assert screened(DETECTOR, tables, tmp_path / "days").severities == ["strong"]
    tables["raw_records"][4]["recorded_at"] = tables["reports"][4]["issued_at"] + timedelta(hours=20)
    found = screened(DETECTOR, tables, tmp_path / "slip")
    assert found.severities == ["weak"] and found.natures() == {"late_slip"}


def test_scattered_reports_without_raw_data_are_accused(tmp_path: Path) -> None:
    found = screened(DETECTOR, without(recorded(), [10, 17, 23, 31, 44, 52, 60, 66, 71, 75]), tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"absent"}
    assert found[0]["p_value"] < 1e-3 and len(found[0]["report_ids"].split("|")) == 10


def test_one_missing_file_is_no_accusation(tmp_path: Path) -> None:
    assert set(screened(DETECTOR, without(recorded(), [10]), tmp_path).severities) <= {"weak"}


def neighbours(tables: Rows, number: int, *, without_raw: int, places: list[int]) -> Rows:
    """The same work at the same hours in other laboratories of the county; the first of them lose data as well."""
    reports, rows, records = tables["reports"], tables["results"], tables["raw_records"]
    house = next(row for row in tables["institutions"] if row["institution_id"] == LAB)
    mine = [row for row in reports if row["institution_id"] == LAB]
    lost = {mine[place]["report_id"] for place in places}
    for n in range(number):
        code = f"N{n:02d}"
        tables["institutions"].append(house | {"institution_id": code, "name": code})
        for report, row in zip(list(mine), rows[: len(mine)], strict=True):
            own = f"{code}{report['report_id']}"
            kept = not (n < without_raw and report["report_id"] in lost)
            reports.append(report | {"report_id": own, "report_no": own, "institution_id": code})
            rows.append(row | {"report_id": own, "institution_id": code, "raw_sha256": f"sha{own}" if kept else None})
            if kept:
                records.append(records[0] | {"report_id": own, "raw_sha256": f"sha{own}",
                                             "recorded_at": report["finished_at"]})  # fmt: skip
    return tables


def test_a_network_down_for_many_forgives_and_three_among_many_do_not(tmp_path: Path) -> None:
    places = [10, 17, 23, 31, 44, 52, 60, 66, 71, 75]
    down = without(neighbours(recorded(), 3, without_raw=2, places=places), places)
    assert screened(DETECTOR, down, tmp_path / "down") == []
    chance = without(neighbours(recorded(), 12, without_raw=2, places=places), places)
    found = screened(DETECTOR, chance, tmp_path / "chance")
    assert LAB in {row["institution_id"] for row in found} and found.natures() == {"absent"}


def test_a_house_on_paper_and_a_change_of_software_are_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, without(recorded(), list(range(80))), tmp_path / "paper") == []
    assert screened(DETECTOR, without(recorded(), list(range(35))), tmp_path / "change") == []


def test_without_raw_columns_it_abstains(tmp_path: Path) -> None:
    tables = recorded()
    del tables["raw_records"]
    for row in tables["results"]:
        del row["raw_sha256"]
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB]


def test_what_all_peers_lack_is_usual() -> None:
    sizes = np.full(50, 200.0)
    missing = np.where(np.arange(50) % 2 == 0, 8.0, 12.0)
    tails, mean = missing_tail(missing, sizes)
    assert 0.03 < mean < 0.08 and tails.min() > 0.05
    missing[7] = 80.0
    assert missing_tail(missing, sizes)[0][7] < 1e-4
