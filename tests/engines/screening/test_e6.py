"""E6: exhaust that does not follow, engines that do not turn with the wheels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hengjian.engines.screening.detectors.e6_curve_physics import DETECTOR, gear_lines
from hengjian.engines.screening.driving import specific_power
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations

SECONDS = 150
CYCLE = np.interp(np.arange(SECONDS), [0, 10, 20, 35, 45, 60, 85, 100, 110, 130, 140, 149], [0, 0, 15, 15, 0, 0] * 2)
CYCLE = CYCLE + np.interp(np.arange(SECONDS), [0, 60, 85, 100, 110, 149], [0, 0, 35, 35, 0, 0])
LAG = 5


def driven(count: int = 11, tests: int = 60, *, flow: bool = True, rpm: bool = False) -> Rows:
    """Flow and carbon dioxide go with the power five seconds later; 35 revolutions for every km/h."""
    tables, chance = stations(count, tests), np.random.default_rng(6)
    tables["raw_series"] = []
    for test in tables["vehicle_tests"]:
        speed = np.maximum(CYCLE + np.where(CYCLE > 0, chance.normal(0, 0.3, SECONDS), 0), 0)
        load = np.roll(specific_power(speed[None, :], 1.0)[0], LAG)
        curves = {"speed_kmh": speed, "co2_pct": 11 + 0.3 * load + chance.normal(0, 0.3, SECONDS)}
        if flow:
            curves["flow_ls"] = 5 + 2 * load + chance.normal(0, 0.5, SECONDS)
        if rpm:
            curves["rpm"] = np.maximum(800, 35 * speed) * (1 + chance.normal(0, 0.01, SECONDS))
        name = test["report_id"]
        row = {"report_id": name, "item_code": "co", "hz": 1.0, "role": "sample"}
        tables["raw_series"] += [row | {"channel": key, "values": listed(curve)} for key, curve in curves.items()]
    return tables


def listed(curve: np.ndarray[Any, Any]) -> list[float]:
    return [round(float(one), 3) for one in curve]


def curve(tables: Rows, test: dict[str, Any], channel: str) -> dict[str, Any]:
    own = (test["report_id"], channel)
    return next(row for row in tables["raw_series"] if (row["report_id"], row["channel"]) == own)


def invent(tables: Rows, number: int, tests: int, *channels: str) -> None:
    """Smooth random curves take the place of the exhaust."""
    chance = np.random.default_rng(66)
    for test in of(tables, number)[:tests]:
        for channel in channels:
            row = curve(tables, test, channel)
            noise = np.convolve(chance.normal(0, 1, SECONDS + 20), np.ones(21) / 21, "valid")
            row["values"] = listed(float(np.mean(row["values"])) * np.exp(0.5 * noise - 0.0))


def put(tables: Rows, test: dict[str, Any], channel: str, values: np.ndarray[Any, Any]) -> None:
    row = {"report_id": test["report_id"], "item_code": "co", "hz": 1.0, "role": "sample", "channel": channel}
    tables["raw_series"].append(row | {"values": listed(values)})


def test_exhaust_that_follows_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, driven(rpm=True), tmp_path)
    assert found == [] and found.abstained[station(1)] == ""


@pytest.mark.parametrize(("flow", "nature"), [(True, "decoupled"), (False, "decoupled_share")])
def test_a_lane_of_invented_curves_is_strong(tmp_path: Path, flow: bool, nature: str) -> None:
    tables = driven(flow=flow)
    invent(tables, 1, 40, *(("co2_pct", "flow_ls") if flow else ("co2_pct",)))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found.natures() == {nature}
    assert found[0]["institution_id"] == station(1)


def test_flow_needs_no_peers_and_a_share_alone_does(tmp_path: Path) -> None:
    for flow in (True, False):
        tables = driven(count=2, flow=flow)
        invent(tables, 1, 50, *(("co2_pct", "flow_ls") if flow else ("co2_pct",)))
        assert len(screened(DETECTOR, tables, tmp_path / str(flow))) == flow


def test_a_single_invented_curve_says_nothing(tmp_path: Path) -> None:
    tables = driven()
    invent(tables, 1, 2, "co2_pct", "flow_ls")
    assert screened(DETECTOR, tables, tmp_path) == []


def test_hybrids_with_the_engine_off_are_not_judged(tmp_path: Path) -> None:
    tables = driven()
    invent(tables, 1, 40, "co2_pct", "flow_ls")
    for test in of(tables, 1):
        put(tables, test, "rpm", np.where(np.arange(SECONDS) < 75, 0.0, 1500.0))
    assert screened(DETECTOR, tables, tmp_path) == []


def test_tachometer_against_the_engine_computer(tmp_path: Path) -> None:
    tables = driven(2, 24, rpm=True)
    for test in of(tables, 1):
        put(tables, test, "obd_rpm", np.array(curve(tables, test, "rpm")["values"]) * 1.01)
    assert screened(DETECTOR, tables, tmp_path / "same") == []
    for place, test in enumerate(of(tables, 1)[:6]):
        curve(tables, test, "obd_rpm")["values"] = listed(1500 + 400 * np.sin(np.arange(SECONDS) / 7 + place))
        if place in (0, 5):
            found = screened(DETECTOR, tables, tmp_path / str(place))
            assert found.severities == (["certain"] if place else ["weak"]) and found.natures() == {"tachometer"}


def test_a_tachometer_set_for_another_stroke_is_a_slip(tmp_path: Path) -> None:
    tables = driven(2, 24, rpm=True)
    for test in of(tables, 1):
        put(tables, test, "obd_rpm", np.array(curve(tables, test, "rpm")["values"]) * 2)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"setting"} and found.evidence()["slip"]


def test_a_gear_that_the_model_does_not_have(tmp_path: Path) -> None:
    tables = driven(rpm=True)
    petrol = [test for test in of(tables, 1) if test["fuel"] == "汽油"]
    for count, severities in ((1, ["weak"]), (6, ["strong"])):
        for test in petrol[:count]:
            curve(tables, test, "rpm")["values"] = listed(np.maximum(800, 60 * CYCLE))
        found = screened(DETECTOR, tables, tmp_path / str(count))
        assert found.natures() == {"gears"} and found.severities == severities


def test_a_belt_gearbox_has_no_lines() -> None:
    names = np.array([str(one % 8) for one in range(80)])
    assert len(gear_lines(np.linspace(3.0, 4.5, 80), names)) == 0
    assert len(gear_lines(np.repeat([3.2, 3.6], 40), names)) == 2


def test_without_a_driven_curve_it_abstains(tmp_path: Path) -> None:
    tables = driven(2, 12)
    tables["raw_series"] = [row for row in tables["raw_series"] if row["channel"] == "co2_pct"]
    assert "少于1" in screened(DETECTOR, tables, tmp_path).abstained[station(1)]
