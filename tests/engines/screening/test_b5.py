"""B5: an instrument's counter and clock against the records."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hengjian.engines.screening.detectors.b5_instrument_clock import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, results, screened


def injected(reports: int = 60) -> Rows:
    """One chromatograph that counts its injections, one for every report."""
    tables = results(lab(reports), instrument_id="E1")
    tables["instruments"] = [
        {"instrument_id": "E1", "institution_id": LAB, "serial_no": "LC500001", "name": "液相色谱仪"},
        {"instrument_id": "E2", "institution_id": LAB, "serial_no": "GC700009", "name": "气相色谱仪"},
    ]
    tables["raw_records"] = []
    for place, (report, row) in enumerate(zip(tables["reports"], tables["results"], strict=True)):
        row.update(started_at=report["started_at"], finished_at=report["finished_at"])
        tables["raw_records"].append(
            {
                "report_id": report["report_id"],
                "item_code": "pb",
                "recorded_at": report["finished_at"],
                "header_serial_no": "LC500001",
                "injection_no": 100 + place,
                "raw_sha256": f"sha{place}",
            }
        )
    return tables


def test_an_instrument_that_counts_on_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, injected(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_a_clock_set_back_is_seen_by_the_counter(tmp_path: Path) -> None:
    for count, expected in ((1, ["strong"]), (3, ["certain"])):
        tables = injected()
        for place in range(20, 20 + 10 * count, 10):
            tables["raw_records"][place]["recorded_at"] += timedelta(days=9)
        found = screened(DETECTOR, tables, tmp_path / str(count))
        assert found.severities == expected and found.natures() == {"backward"}
        assert len(found[0]["report_ids"].split("|")) == count


def test_a_clock_put_right_and_a_reset_are_silent(tmp_path: Path) -> None:
    tables = injected()
    for row in tables["raw_records"][30:]:
        row["recorded_at"] -= timedelta(minutes=4)
    assert screened(DETECTOR, tables, tmp_path / "clock") == []
    tables = injected()
    for place, row in enumerate(tables["raw_records"][30:]):
        row["injection_no"] = 1 + place
    assert screened(DETECTOR, tables, tmp_path / "reset") == []


def test_a_counter_that_restarts_every_day_is_not_used(tmp_path: Path) -> None:
    tables = injected()
    for place, row in enumerate(tables["raw_records"]):
        row["injection_no"] = 1 + place * 7 % 5
    assert screened(DETECTOR, tables, tmp_path) == []


def test_one_number_for_two_samples_is_strong(tmp_path: Path) -> None:
    tables = injected()
    tables["raw_records"][31]["injection_no"] = 130
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"twice"}


def test_items_of_one_injection_are_silent(tmp_path: Path) -> None:
    tables = injected()
    tables["raw_records"] += [row | {"item_code": "cd"} for row in tables["raw_records"]]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_file_of_another_instrument_is_strong_and_a_typing_error_a_question(tmp_path: Path) -> None:
    for serial, nature, expected in (
        ("GC700009", "other_instrument", "strong"),
        ("XX999999", "unknown_serial", "strong"),
        ("LC500010", "unknown_serial", "weak"),
    ):
        tables = injected()
        tables["raw_records"][8]["header_serial_no"] = serial
        found = screened(DETECTOR, tables, tmp_path / serial)
        assert found.severities == [expected] and found.natures() == {nature}


def test_a_wrong_card_in_the_register_is_a_question_and_a_calibration_settles_it(tmp_path: Path) -> None:
    tables = injected()
    tables["instruments"][0]["serial_no"] = "LC888888"
    assert screened(DETECTOR, tables, tmp_path / "card").severities == ["weak"]
    calibrated = tables["reports"][0]["issued_at"].date()
    tables["calibrations"] = [
        {"instrument_id": "E1", "serial_no": "LC500001", "calibrated_on": calibrated, "valid_to": calibrated}
    ]
    assert screened(DETECTOR, tables, tmp_path / "calibrated") == []


def test_recorded_before_the_test_began(tmp_path: Path) -> None:
    tables = injected()
    for row in tables["raw_records"]:
        row["injection_no"] = None
    tables["raw_records"][8]["recorded_at"] -= timedelta(days=12)
    found = screened(DETECTOR, tables, tmp_path / "days")
    assert found.severities == ["strong"] and found.natures() == {"early"}
    for row in tables["raw_records"]:
        row["recorded_at"] -= timedelta(minutes=47)
    assert screened(DETECTOR, tables, tmp_path / "clock").severities == ["strong"]


def test_dates_without_a_time_abstain(tmp_path: Path) -> None:
    tables = injected()
    for row in tables["raw_records"]:
        row["recorded_at"] = row["recorded_at"].replace(hour=0, minute=0, second=0)
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB]
