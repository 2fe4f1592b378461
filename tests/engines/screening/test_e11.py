"""E11: another vehicle stood in."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.e11_substitution import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations

GASES = {"co2_pct": 12.0, "co_pct": 0.3, "hc_ppm": 60.0, "no_ppm": 300.0}


def breathing(count: int = 4, tests: int = 96) -> Rows:
    """Every test has four curves whose levels are the vehicle's own; tests follow each other within 15 minutes."""
    tables = stations(count, tests)
    chance = np.random.default_rng(11)
    tables["raw_series"] = []
    for test in tables["vehicle_tests"]:
        test["finished_at"] = test["finished_at"].replace(minute=test["started_at"].minute + 20)
        test["method"] = "vmas"
        add(tables, chance, test["report_id"], chance.lognormal(0, 0.5, len(GASES)))
    return tables


def add(tables: Rows, chance: np.random.Generator, report: str, own: np.ndarray) -> None:
    for (channel, usual), factor in zip(GASES.items(), own, strict=True):
        values = usual * factor * (1 + chance.normal(0, 0.1, 60))
        row = {"report_id": report, "item_code": "co", "channel": channel, "hz": 1.0}
        tables["raw_series"].append(row | {"values": [float(one) for one in values]})


def donate(tables: Rows, number: int, places: list[int]) -> None:
    """At these places the vehicle before is measured once more."""
    chance = np.random.default_rng(12)
    mine = of(tables, number)
    for place in places:
        curves = [row for row in tables["raw_series"] if row["report_id"] == mine[place - 1]["report_id"]]
        own = np.array([np.mean(row["values"]) / GASES[row["channel"]] for row in curves])
        tables["raw_series"] = [row for row in tables["raw_series"] if row["report_id"] != mine[place]["report_id"]]
        add(tables, chance, mine[place]["report_id"], own)


def test_honest_lanes_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, breathing(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_donor_cars_are_seen_in_the_order_of_the_lane(tmp_path: Path) -> None:
    tables = breathing()
    donate(tables, 2, [place for place in range(5, 96, 8) if place % 12])
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found[0]["institution_id"] == station(2)
    assert found.natures() == {"donor"} and found[0]["p_value"] < 1e-4 and found[0]["score"] == 13.0


def test_retests_of_one_vehicle_are_no_donors(tmp_path: Path) -> None:
    tables = breathing()
    places = [place for place in range(5, 96, 8) if place % 12]
    donate(tables, 2, places)
    mine = of(tables, 2)
    for place in places:
        mine[place]["vin"] = mine[place - 1]["vin"]
    tables["vehicles"] = []
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_fleet_of_one_model_is_compared_with_itself(tmp_path: Path) -> None:
    tables = breathing()
    chance = np.random.default_rng(13)
    fleet = of(tables, 2)[12:36]
    names = {test["report_id"] for test in fleet}
    tables["raw_series"] = [row for row in tables["raw_series"] if row["report_id"] not in names]
    for test in fleet:
        test["model"] = "车队一型"
        add(tables, chance, test["report_id"], np.ones(len(GASES)))
    assert screened(DETECTOR, tables, tmp_path) == []


def test_two_contradictions_to_the_register_are_certain_one_is_a_question(tmp_path: Path) -> None:
    tables = stations(3)
    of(tables, 1)[4]["axles"] = 3
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"field"}
    of(tables, 1)[4]["wheelbase_mm"] = 3900.0
    found = screened(DETECTOR, tables, tmp_path / "two")
    assert found.severities == ["certain"] and found.natures() == {"register"} and found[0]["score"] == 30.0


def test_within_tolerance_or_registered_twice_is_silent(tmp_path: Path) -> None:
    tables = stations(3)
    test = of(tables, 1)[4]
    test.update(wheelbase_mm=test["wheelbase_mm"] + 40, ref_mass_kg=test["ref_mass_kg"] + 90)
    other = of(tables, 1)[5]
    other.update(wheelbase_mm=9000.0, axles=6)
    tables["vehicles"].append({"vin": other["vin"], "axles": 6})
    assert screened(DETECTOR, tables, tmp_path) == []


def test_without_register_and_curves_it_abstains(tmp_path: Path) -> None:
    tables = stations(3)
    tables["vehicles"] = []
    assert "少于1" in screened(DETECTOR, tables, tmp_path).abstained[station(1)]
