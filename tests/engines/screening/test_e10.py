"""E10: one driver on two lanes at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hengjian.engines.screening.detectors.e10_driver_lanes import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations


def driven() -> Rows:
    """Two drivers in turn, each on a lane of his own."""
    tables = stations(2)
    for place, test in enumerate(tables["vehicle_tests"]):
        test.update(driver_id=f"{test['lane_id']}-{place % 2}", lane_id=f"{test['lane_id']}{place % 2}")
    return tables


def both(tables: Rows, place: int, shift: timedelta) -> None:
    """The driver of a test begins the next one, on the other lane, `shift` after it."""
    first, second = of(tables, 1)[place : place + 2]
    second["driver_id"] = first["driver_id"]
    second["started_at"] = first["started_at"] + shift
    second["finished_at"] = second["started_at"] + timedelta(minutes=9)


def test_drivers_with_one_lane_at_a_time_are_silent(tmp_path: Path) -> None:
    tables = driven()
    for test in tables["vehicle_tests"]:
        test["driver_id"] = test["report_id"][:3]
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[station(1)] == ""


def test_two_lanes_at_once_are_strong_and_often_certain(tmp_path: Path) -> None:
    tables = driven()
    both(tables, 4, timedelta(minutes=3))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found[0]["subject_kind"] == "person"
    assert len(found[0]["report_ids"].split("|")) == 2
    both(tables, 8, timedelta(0))
    assert screened(DETECTOR, tables, tmp_path / "often").severities == ["certain"]


@pytest.mark.parametrize("shift", [timedelta(minutes=8, seconds=30), timedelta(minutes=10)])
def test_a_minute_of_handing_over_is_nothing(tmp_path: Path, shift: timedelta) -> None:
    tables = driven()
    both(tables, 4, shift)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_one_car_on_two_lanes_and_tests_never_ended_are_left_out(tmp_path: Path) -> None:
    tables = driven()
    both(tables, 4, timedelta(minutes=3))
    of(tables, 1)[5]["vin"] = of(tables, 1)[4]["vin"]
    of(tables, 1)[10]["finished_at"] += timedelta(hours=9)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_days_without_clock_abstain(tmp_path: Path) -> None:
    tables = driven()
    for test in tables["vehicle_tests"]:
        test["started_at"] = test["started_at"].replace(hour=0, minute=0, second=0)
        test["finished_at"] = test["started_at"] + timedelta(days=1)
    assert "仅精确到天" in screened(DETECTOR, tables, tmp_path).abstained[station(1)]
