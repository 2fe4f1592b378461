"""A5: instruments out of calibration, unknown, retired, or under another serial number."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hengjian.engines.screening.detectors.a5_calibration import DETECTOR
from tests.engines.screening.screened import LAB, OTHER_LAB, Rows, lab, results, screened


def equipped(*periods: tuple[date, date], **instrument: Any) -> Rows:
    tables = results(lab(), instrument_id="E12")
    own = {"institution_id": LAB, "name": "光谱仪", "kind": "icp", "serial_no": "SN88001"}
    tables["instruments"] = [own | {"instrument_id": "E12"} | instrument, own | {"instrument_id": "E34"}]
    tables["calibrations"] = [
        {
            "instrument_id": "E12",
            "calibrated_on": a,
            "valid_to": b,
            "result": "pass",
            "serial_no": "SN88001",
            "certificate_no": f"C{n}",
        }
        for n, (a, b) in enumerate(periods or ((date(2025, 6, 1), date(2026, 12, 31)),))
    ]
    return tables


def use(tables: Rows, count: int, instrument: str) -> Rows:
    for row in tables["results"][:count]:
        row["instrument_id"] = instrument
    return tables


def test_calibrated_instruments_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, equipped(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_a_gap_in_the_union_of_intervals_accuses(tmp_path: Path) -> None:
    tables = equipped((date(2025, 1, 1), date(2026, 3, 11)), (date(2026, 4, 11), date(2026, 12, 31)))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"lapsed"}
    days = [row["used_to"] for row in found.evidence()["rows"]]
    assert min(days) > "2026-03-18" and max(days) < "2026-04-11"
    assert (found[0]["subject_kind"], found[0]["subject_id"]) == ("instrument", "E12")


def test_a_week_of_grace_and_overlapping_intervals_are_silent(tmp_path: Path) -> None:
    tables = equipped(
        (date(2025, 1, 1), date(2026, 3, 10)),
        (date(2025, 3, 1), date(2025, 6, 1)),
        (date(2026, 3, 18), date(2026, 12, 31)),
    )
    assert screened(DETECTOR, tables, tmp_path) == []


def test_one_report_out_of_date_is_strong_and_one_day_beyond_the_grace_a_question(tmp_path: Path) -> None:
    last = max(row["finished_at"] for row in lab()["reports"]).date()
    for beyond, expected in ((9, ["strong"]), (8, ["weak"])):
        tables = equipped((date(2025, 1, 1), last - timedelta(days=beyond)))
        assert screened(DETECTOR, tables, tmp_path / str(beyond)).severities == expected


def test_a_failed_calibration_covers_nothing_and_a_limited_one_does(tmp_path: Path) -> None:
    tables = equipped()
    tables["calibrations"][0]["result"] = "fail"
    assert screened(DETECTOR, tables, tmp_path / "a").natures() == {"failed"}
    tables["calibrations"][0]["result"] = "limited"
    assert screened(DETECTOR, tables, tmp_path / "b") == []


def test_a_certificate_for_another_serial_number_covers_nothing_unless_one_character_differs(tmp_path: Path) -> None:
    tables = equipped()
    tables["calibrations"][0]["serial_no"] = "XX10007"
    found = screened(DETECTOR, tables, tmp_path / "a")
    assert found.severities == ["certain"] and found.natures() == {"serial"}
    tables["calibrations"][0]["serial_no"] = "SN88010"
    assert screened(DETECTOR, tables, tmp_path / "b") == []


def test_an_instrument_outside_the_register_accuses_and_a_swapped_number_asks(tmp_path: Path) -> None:
    found = screened(DETECTOR, use(equipped(), 1, "E99"), tmp_path / "a")
    assert found.severities == ["strong"] and found.natures() == {"unknown"}
    swapped = screened(DETECTOR, use(equipped(), 1, "E21"), tmp_path / "b")
    assert swapped.severities == ["weak"] and swapped.natures() == {"unknown_slip"}


def test_an_instrument_of_a_sister_house_is_a_question(tmp_path: Path) -> None:
    tables = use(equipped(), 4, "E77")
    tables["instruments"].append(tables["instruments"][0] | {"instrument_id": "E77", "institution_id": OTHER_LAB})
    assert screened(DETECTOR, tables, tmp_path / "a").severities == ["certain"]
    for row in tables["institutions"]:
        row["legal_rep"] = "同一人"
    assert screened(DETECTOR, tables, tmp_path / "b").severities == ["weak"]


def test_use_after_retirement_accuses(tmp_path: Path) -> None:
    found = screened(DETECTOR, equipped(in_service_to=date(2026, 4, 1)), tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"service"}


def test_an_auxiliary_that_nobody_calibrates_is_silent_a_usually_calibrated_one_is_not(tmp_path: Path) -> None:
    tables = use(equipped(), 3, "E34")
    assert screened(DETECTOR, tables, tmp_path / "a") == []
    for number in range(5):
        code = f"91990101MA0000{number + 10:04d}"
        tables["institutions"].append({"institution_id": code, "name": f"虚构同行{number}"})
        tables["instruments"].append(tables["instruments"][0] | {"instrument_id": f"K{number}", "institution_id": code})
        tables["calibrations"].append(
            tables["calibrations"][0] | {"instrument_id": f"K{number}", "certificate_no": f"D{number}"}
        )
    found = screened(DETECTOR, tables, tmp_path / "b")
    assert found.severities == ["certain"] and found.natures() == {"never"}


def test_one_certificate_for_two_serial_numbers_accuses(tmp_path: Path) -> None:
    tables = use(equipped(), 3, "E34")
    tables["instruments"][1]["serial_no"] = "ZZ00042"
    tables["calibrations"].append(tables["calibrations"][0] | {"instrument_id": "E34", "serial_no": "ZZ00042"})
    found = screened(DETECTOR, tables, tmp_path)
    assert found.natures() == {"reused"} and {row["subject_id"] for row in found} == {"E12", "E34"}


def test_a_raw_file_of_another_instrument_accuses(tmp_path: Path) -> None:
    tables = equipped()
    for row in tables["results"]:
        row["raw_sha256"] = "h" + row["report_id"]
    tables["raw_records"] = [
        {
            "report_id": row["report_id"],
            "item_code": "pb",
            "raw_sha256": row["raw_sha256"],
            "header_serial_no": "SN88001",
        }
        for row in tables["results"]
    ]
    assert screened(DETECTOR, tables, tmp_path / "a") == []
    tables["raw_records"][0]["header_serial_no"] = "QQ55555"
    found = screened(DETECTOR, tables, tmp_path / "b")
    assert found.severities == ["strong"] and found.natures() == {"header"}


def test_subcontracted_items_are_silent(tmp_path: Path) -> None:
    tables = use(equipped(), 5, "E99")
    for row in tables["results"][:5]:
        row["subcontracted"] = True
    assert screened(DETECTOR, tables, tmp_path) == []


def test_without_a_register_it_abstains(tmp_path: Path) -> None:
    tables = equipped()
    for row in tables["instruments"]:
        row["institution_id"] = OTHER_LAB
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB]


def test_the_key_stays_when_more_reports_join(tmp_path: Path) -> None:
    keys = {screened(DETECTOR, use(equipped(), n, "E99"), tmp_path / str(n))[0]["finding_key"] for n in (1, 6)}
    assert len(keys) == 1
