"""E8: room air in the analyser, a zero that never moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.e8_analyser import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations

SECONDS = 120


def breathing(count: int = 2, tests: int = 48) -> Rows:
    """Every vehicle is driven for most of the record and breathes out as an engine does."""
    tables = stations(count, tests)
    chance = np.random.default_rng(8)
    tables["raw_series"] = []
    for test in tables["vehicle_tests"]:
        put(tables, test, "speed_kmh", np.where(np.arange(SECONDS) < 20, 0.0, 32.0))
        put(tables, test, "co2_pct", 13.5 + chance.normal(0, 0.3, SECONDS))
        put(tables, test, "o2_pct", 0.8 + chance.normal(0, 0.1, SECONDS))
        put(tables, test, "rpm", np.full(SECONDS, 1500.0))
    return tables


def put(tables: Rows, test: dict[str, Any], channel: str, values: np.ndarray[Any, Any], role: str = "sample") -> None:
    """The curve of this channel is now this one."""
    name = test["report_id"]
    drop(tables, name, channel, role)
    row = {"report_id": name, "item_code": "co", "channel": channel, "hz": 1.0, "role": role, "instrument_id": "X1"}
    tables["raw_series"].append(row | {"values": [round(float(one), 3) for one in values]})


def drop(tables: Rows, name: str, channel: str, role: str = "sample") -> None:
    kept = (name, channel, role)
    rows = tables["raw_series"]
    tables["raw_series"] = [row for row in rows if (row["report_id"], row["channel"], row["role"]) != kept]


def air(tables: Rows, number: int, places: list[int]) -> None:
    """The probe lay beside the car."""
    for place in places:
        test = of(tables, number)[place]
        put(tables, test, "co2_pct", np.full(SECONDS, 0.05))
        put(tables, test, "o2_pct", np.full(SECONDS, 20.8))


def test_exhaust_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, breathing(), tmp_path)
    assert found == [] and found.abstained[station(1)] == ""


def test_room_air_under_load_is_strong_of_three_certain(tmp_path: Path) -> None:
    tables = breathing()
    air(tables, 1, [6])
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"probe"} and found[0]["institution_id"] == station(1)
    air(tables, 1, [7, 8])
    assert screened(DETECTOR, tables, tmp_path / "three").severities == ["certain"]


def test_an_engine_that_stops_itself_is_silent(tmp_path: Path) -> None:
    tables = breathing()
    test = of(tables, 1)[6]
    electric = np.arange(SECONDS) < 112
    put(tables, test, "co2_pct", np.where(electric, 0.1, 13.0))
    put(tables, test, "o2_pct", np.where(electric, 20.5, 0.8))
    put(tables, test, "rpm", np.where(electric, 0.0, 1500.0))
    assert screened(DETECTOR, tables, tmp_path) == []


def test_without_engine_speed_or_with_exhaust_in_the_oxygen_cell_it_is_a_question(tmp_path: Path) -> None:
    tables = breathing()
    air(tables, 1, [6, 7, 8, 9])
    for place in (6, 7):
        drop(tables, of(tables, 1)[place]["report_id"], "rpm")
    for place in (8, 9):
        put(tables, of(tables, 1)[place], "o2_pct", np.full(SECONDS, 0.9))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak", "weak"] and found.natures() == {"engine", "analyser"}


def test_a_fraction_instead_of_per_cent_is_a_slip(tmp_path: Path) -> None:
    tables = breathing()
    for test in of(tables, 1):
        put(tables, test, "co2_pct", np.full(SECONDS, 0.135))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"unit"} and found.evidence()["slip"]


def test_a_failed_test_and_diesel_are_not_judged(tmp_path: Path) -> None:
    tables = breathing()
    air(tables, 1, [5, 6])
    of(tables, 1, "reports")[6]["verdict"] = "fail"
    assert of(tables, 1)[5]["fuel"] == "柴油"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_residue_that_never_moves_is_a_question_and_nought_is_not(tmp_path: Path) -> None:
    for residue, natures in ((7.0, {"zero"}), (0.0, set())):
        tables = breathing(tests=60)
        for test in of(tables, 1):
            put(tables, test, "hc_ppm", np.full(5, residue), "blank")
        found = screened(DETECTOR, tables, tmp_path / str(residue))
        assert found.natures() == natures and set(found.severities) <= {"weak"}


def test_without_curves_it_is_skipped_and_without_carbon_dioxide_it_abstains(tmp_path: Path) -> None:
    assert screened(DETECTOR, stations(2), tmp_path / "none").state == "skipped"
    tables = breathing()
    tables["raw_series"] = [row for row in tables["raw_series"] if row["channel"] != "co2_pct"]
    assert "少于1" in screened(DETECTOR, tables, tmp_path).abstained[station(1)]
