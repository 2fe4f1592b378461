"""E2: the scanner reads another vehicle's number."""

from __future__ import annotations

from pathlib import Path

from hengjian.engines.screening.detectors.e2_obd_vin import DETECTOR
from tests.engines.screening.screened import screened
from tests.engines.screening.stations import again, of, station, stations

STRANGER = "LSVAB4180E2123456"


def test_equal_numbers_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, stations(), tmp_path)
    assert found == [] and found.abstained[station(0)] == ""


def test_a_stranger_is_strong(tmp_path: Path) -> None:
    tables = stations()
    of(tables, 1)[3]["obd_vin"] = STRANGER
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"other"}
    assert found[0]["institution_id"] == station(1) and found[0]["violation"] == "SUP-15.4"


def test_one_number_on_two_vehicles_is_certain(tmp_path: Path) -> None:
    tables = stations()
    of(tables, 1)[3]["obd_vin"] = of(tables, 1)[9]["obd_vin"] = STRANGER
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"shared"}


def test_the_number_of_another_tested_vehicle_is_certain(tmp_path: Path) -> None:
    tables = stations()
    of(tables, 1)[3]["obd_vin"] = of(tables, 1)[9]["vin"]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"donor"}
    assert found[0]["report_ids"] == of(tables, 1)[3]["report_id"]


def test_letters_that_look_like_digits_and_broken_readings_are_silent(tmp_path: Path) -> None:
    tables = stations()
    test = of(tables, 1)[3]
    test["obd_vin"] = test["vin"].replace("0", "O").replace("1", "I")
    other = of(tables, 1)[4]
    other["obd_vin"] = other["vin"][3:]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_one_wrong_character_is_a_question(tmp_path: Path) -> None:
    tables = stations()
    test = of(tables, 1)[3]
    test["obd_vin"] = test["vin"][:8] + "Z" + test["vin"][9:]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"slip"}


def test_a_replaced_controller_is_read_alike_elsewhere(tmp_path: Path) -> None:
    tables = stations()
    of(tables, 1)[3]["obd_vin"] = STRANGER
    again(tables, 1, 3, days=3, at=2)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak", "weak"] and found.natures() == {"replaced"}


def test_often_nothing_where_others_always_read_is_a_question(tmp_path: Path) -> None:
    tables = stations()
    for test in of(tables, 1)[:24]:
        test["obd_vin"] = "N/A"
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"missing"}
    for test in tables["vehicle_tests"]:
        if int(test["report_id"][3:]) // 6 % 3 == 0:
            test["obd_vin"] = None
    assert screened(DETECTOR, tables, tmp_path / "old") == []


def test_without_a_scanner_it_abstains(tmp_path: Path) -> None:
    tables = stations()
    for test in of(tables, 1):
        test["obd_vin"] = None
    assert "为空" in screened(DETECTOR, tables, tmp_path).abstained[station(1)]
