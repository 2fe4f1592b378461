"""E1: one calibration identifier on vehicles of different engine families."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hengjian.engines.screening.detectors.e1_shared_calibration import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations


def dongle(tables: Rows, number: int, places: range | list[int], code: str = "DONGLE-77") -> list[dict[str, Any]]:
    """The tests at these places return one stored identity."""
    tests = [of(tables, number)[place] for place in places]
    for test in tests:
        test.update(obd_calid=code, obd_cvn="AAAA1111")
    return tests


def test_families_with_their_own_identifier_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, stations(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_one_identifier_on_five_families_is_certain(tmp_path: Path) -> None:
    tables = stations()
    dongle(tables, 2, range(12))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found[0]["institution_id"] == station(2)
    assert len(found[0]["report_ids"].split("|")) == 12 and found[0]["score"] == 30.0
    assert found.evidence()["rows"][0]["families"] == 6


def test_a_borrowed_identifier_spares_the_family_it_belongs_to(tmp_path: Path) -> None:
    tables = stations()
    own = of(tables, 2)[0]
    for test in (of(tables, 2)[place] for place in (1, 2, 3, 4)):
        test.update(obd_calid=own["obd_calid"], obd_cvn=own["obd_cvn"])
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and own["report_id"] not in found[0]["report_ids"]
    assert len(found[0]["report_ids"].split("|")) == 4


def test_two_families_are_not_enough(tmp_path: Path) -> None:
    tables = stations()
    dongle(tables, 2, [0, 1])
    assert screened(DETECTOR, tables, tmp_path) == []


def test_families_that_share_everywhere_are_one_supplier(tmp_path: Path) -> None:
    tables = stations()
    for test in tables["vehicle_tests"]:
        if test["fuel"] == "汽油":
            test.update(obd_calid="1037-SHARED", obd_cvn="12345678")
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_region_of_dongles_is_seen_by_petrol_and_diesel(tmp_path: Path) -> None:
    tables = stations()
    for number in range(8):
        dongle(tables, number, range(18))
    found = screened(DETECTOR, tables, tmp_path)
    assert {row["institution_id"] for row in found} == {station(number) for number in range(8)}
    assert set(found.severities) == {"certain"} and found.evidence()["rows"][0]["nature"] == "fuel"


def test_changed_engines_of_two_cars_of_the_other_fuel_accuse_nobody(tmp_path: Path) -> None:
    tables = stations()
    tests = of(tables, 2)
    diesel = next(test for test in tests if test["fuel"] == "柴油")
    others = [test for test in tests if test["fuel"] == "汽油"][:2]
    for test in others:
        test.update(
            obd_calid=diesel["obd_calid"], obd_cvn=diesel["obd_cvn"], engine_model=others[0].get("engine_model")
        )
    found = screened(DETECTOR, tables, tmp_path)
    assert not any(row["nature"] == "fuel" for one in range(len(found)) for row in found.evidence(one)["rows"])


def test_a_small_region_says_that_it_is_small(tmp_path: Path) -> None:
    tables = stations(3)
    dongle(tables, 2, [0, 1, 2, 3])
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and "仅3家" in found.abstained[station(2)]


def test_words_for_nothing_read_are_no_identifier(tmp_path: Path) -> None:
    tables = stations()
    for blank in ("N/A", "00000000", "no data"):
        dongle(tables, 2, range(12), code=blank)
        found = screened(DETECTOR, tables, tmp_path / blank.replace("/", ""))
        assert found == []


def test_without_identifiers_it_is_skipped(tmp_path: Path) -> None:
    tables = stations()
    for test in tables["vehicle_tests"]:
        del test["obd_calid"]
    assert screened(DETECTOR, tables, tmp_path).state == "skipped"
