"""E13: the easier method for cars that can be tested under load."""

from __future__ import annotations

from pathlib import Path

from hengjian.engines.screening.detectors.e13_method_shopping import DETECTOR, tail
from tests.engines.screening.screened import screened
from tests.engines.screening.stations import of, station, stations


def test_loaded_methods_everywhere_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, stations(8, 60), tmp_path)
    assert found == [] and found.abstained[station(1)] == ""


def test_a_station_that_relaxes_is_strong(tmp_path: Path) -> None:
    tables = stations(8, 60)
    for test in of(tables, 3)[:24]:
        test["method"] = "two_idle"
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found[0]["institution_id"] == station(3)
    assert found.evidence()["rows"][0]["easy"] == 24 and found[0]["p_value"] < 1e-4


def test_a_few_and_models_that_cannot_be_loaded_are_silent(tmp_path: Path) -> None:
    tables = stations(8, 72)
    for test in of(tables, 3)[:6]:
        test["method"] = "two_idle"
    for test in tables["vehicle_tests"]:
        if test["engine_model"] == "SL18T":
            test["method"] = "two_idle"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_few_tests_and_unknown_methods_abstain(tmp_path: Path) -> None:
    found = screened(DETECTOR, stations(8, 6), tmp_path)
    assert found == [] and "少于8" in found.abstained[station(1)]
    tables = stations(8, 60)
    for test in tables["vehicle_tests"]:
        test["method"] = "other"
    assert "可判数量0" in screened(DETECTOR, tables, tmp_path / "other").abstained[station(1)]


def test_the_chance_grows_with_the_usual_share() -> None:
    assert tail(0, 100, 0.02) == 1.0
    assert tail(20, 100, 0.01) < tail(20, 100, 0.04) < 0.05
