"""E16: copied counters, cleared codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.e16_cleared_codes import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import again, of, station, stations


def counted(count: int = 3, tests: int = 48) -> Rows:
    """Every vehicle has ten counters of its own, its codes were cleared long ago."""
    tables = stations(count, tests)
    chance = np.random.default_rng(16)
    for test in tables["vehicle_tests"]:
        test["iupr"] = "|".join(str(one) for one in chance.integers(0, 900, 10))
        test["dtc_clear_km"] = float(chance.integers(400, 60_000))
    return tables


def test_own_counters_are_silent(tmp_path: Path) -> None:
    tables = counted()
    again(tables, 1, 3, days=2)
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[station(1)] == ""


def test_counters_of_another_car_are_strong_of_three_certain(tmp_path: Path) -> None:
    tables = counted()
    mine = of(tables, 1)
    mine[8]["iupr"] = mine[3]["iupr"]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"copied"} and found[0]["score"] == 30.0
    mine[9]["iupr"] = mine[3]["iupr"]
    assert screened(DETECTOR, tables, tmp_path / "three").severities == ["certain"]


def few(tables: Rows) -> Rows:
    chance = np.random.default_rng(4)
    for test in tables["vehicle_tests"]:
        test["iupr"] = "|".join(f"0.{one}" for one in chance.integers(111, 999, 4))
    return tables


def test_four_counters_tell_where_other_stations_cars_never_agree(tmp_path: Path) -> None:
    tables = few(counted(30, 16))
    assert screened(DETECTOR, tables, tmp_path / "own") == []
    mine = of(tables, 1)
    mine[8]["iupr"] = mine[3]["iupr"]
    found = screened(DETECTOR, tables, tmp_path / "copy")
    assert found.severities == ["strong"] and found[0]["institution_id"] == station(1)
    of(tables, 2)[5]["iupr"] = mine[12]["iupr"]
    mine[14]["iupr"] = of(tables, 4)[7]["iupr"]
    assert screened(DETECTOR, tables, tmp_path / "chance") == []


def test_a_mistyped_vehicle_is_a_question(tmp_path: Path) -> None:
    tables = counted()
    mine = of(tables, 1)
    mine[8].update(iupr=mine[3]["iupr"], vin=mine[3]["vin"][:-1] + ("1" if mine[3]["vin"][-1] != "1" else "2"))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"mistyped"}


def test_noughts_and_few_figures_are_no_history(tmp_path: Path) -> None:
    tables = counted()
    for test in of(tables, 1):
        test["iupr"] = "0|0|0|0|0|0|0|0|1|2"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_many_fresh_clearances_are_a_question(tmp_path: Path) -> None:
    tables = counted(11, 60)
    for test in of(tables, 1)[:30]:
        test["dtc_clear_km"] = 4.0
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"cleared"}
    assert len(found[0]["report_ids"].split("|")) == 30


def test_without_both_it_abstains(tmp_path: Path) -> None:
    assert "少于1" in screened(DETECTOR, stations(2), tmp_path).abstained[station(1)]
