"""E5: the cycle was not driven, or not long enough."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from hengjian.engines.screening.detectors.e5_cycle import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations

CORNERS = ((0, 0), (11, 0), (15, 15), (23, 15), (28, 0), (49, 0), (61, 32), (85, 32), (96, 0), (117, 0), (143, 50))
CORNERS += ((155, 50), (163, 35), (176, 35), (188, 0), (194, 0))


def driven(count: int = 2) -> Rows:
    """Every petrol test has the speed of the whole cycle with a little noise."""
    tables = stations(count)
    chance = np.random.default_rng(5)
    cycle = np.interp(np.arange(195), *zip(*CORNERS, strict=True))
    tables["raw_series"] = []
    for test in tables["vehicle_tests"]:
        if test["method"] == "vmas":
            speed = np.maximum(0, cycle + (cycle > 0) * chance.normal(0, 0.4, 195))
            row = {"report_id": test["report_id"], "item_code": "co", "channel": "speed_kmh", "hz": 1.0}
            tables["raw_series"].append(row | {"values": [round(float(one), 1) for one in speed]})
    return tables


def series(tables: Rows, number: int, count: int) -> list[dict[str, object]]:
    return [row for row in tables["raw_series"] if str(row["report_id"]).startswith(f"R{number:02d}")][:count]


def test_whole_cycles_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, driven(), tmp_path)
    assert found == [] and found.abstained[station(0)] == ""


@pytest.mark.parametrize(
    ("nature", "change"),
    [
        ("record", lambda values: values[:150]),
        ("distance", lambda values: [one * 1.3 for one in values]),
        ("speed", lambda values: [one + 6 if 61 < at < 85 else one for at, one in enumerate(values)]),
    ],
)
def test_a_cycle_not_driven_is_seen_in_its_speed(tmp_path: Path, nature: str, change: object) -> None:
    tables = driven()
    for row in series(tables, 1, 4):
        row["values"] = change(row["values"])
    found = screened(DETECTOR, tables, tmp_path)
    assert nature in found.natures() and {row["institution_id"] for row in found} == {station(1)}
    assert set(found.severities) == {"certain"} and found[0]["violation"] == "SUP-14.3"


def test_one_such_test_is_strong_and_a_failed_one_nothing(tmp_path: Path) -> None:
    tables = driven()
    (row,) = series(tables, 1, 1)
    row["values"] = row["values"][:150]
    assert screened(DETECTOR, tables, tmp_path).severities == ["strong"]
    next(one for one in tables["reports"] if one["report_id"] == row["report_id"])["verdict"] = "fail"
    assert screened(DETECTOR, tables, tmp_path / "failed") == []


def test_a_moment_off_the_speed_is_a_question_unless_the_lane_does_it_often(tmp_path: Path) -> None:
    def off(tables: Rows, tests: int) -> Rows:
        for row in series(tables, 1, tests):
            row["values"] = [one + 6 if 70 < at < 75 else one for at, one in enumerate(row["values"])]
        return tables

    once = screened(DETECTOR, off(driven(), 1), tmp_path / "once")
    assert once.severities == ["weak"] and once.natures() == {"speed"}
    often = screened(DETECTOR, off(driven(), 4), tmp_path / "often")
    assert often.severities == ["certain"] and often.natures() == {"speed"}


def hurry(tables: Rows, place: int, seconds: int, *, report_too: bool = False) -> None:
    test, report = of(tables, 1)[place], of(tables, 1, "reports")[place]
    test["finished_at"] = test["started_at"] + timedelta(seconds=seconds)
    if report_too:
        report["finished_at"] = report["started_at"] + timedelta(seconds=seconds)


def test_one_short_clock_is_a_question_two_clocks_are_not(tmp_path: Path) -> None:
    tables = driven()
    hurry(tables, 0, 60)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"clock"}
    hurry(tables, 0, 60, report_too=True)
    assert screened(DETECTOR, tables, tmp_path / "both").severities == ["strong"]


def test_clock_and_record_that_agree_are_certain(tmp_path: Path) -> None:
    tables = driven()
    hurry(tables, 0, 60)
    (row,) = series(tables, 1, 1)
    row["values"] = row["values"][:58]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain", "strong"] and found.natures() == {"clock", "record"}


def test_times_to_the_minute_get_their_minute(tmp_path: Path) -> None:
    tables = driven()
    for test, report in zip(tables["vehicle_tests"], tables["reports"], strict=True):
        for row in (test, report):
            row["started_at"] = row["started_at"].replace(second=0)
            row["finished_at"] = row["started_at"] + timedelta(minutes=3)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_wheel_power_and_readings_have_a_least(tmp_path: Path) -> None:
    tables = driven()
    trucks = [test for test in of(tables, 1) if test["method"] == "lugdown"]
    for test, most in zip(trucks, (60.0, 200.0), strict=False):
        row = {"report_id": test["report_id"], "item_code": "k", "channel": "power_kw", "hz": 1.0}
        tables["raw_series"].append(row | {"values": [10.0, most, most - 5]})
    trucks[2]["method"] = "free_accel"
    tables["results"] = [
        {"report_id": trucks[2]["report_id"], "item_code": "k", "replicate": n, "value_text": "0.5", "value": 0.5}
        for n in range(3)
    ]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.natures() == {"power", "readings"} and found.severities == ["strong", "strong"]


def test_without_series_only_the_clock_is_read_and_days_abstain(tmp_path: Path) -> None:
    tables = stations(2)
    for test in tables["vehicle_tests"]:
        test["started_at"] = test["finished_at"] = test["started_at"].replace(hour=0, minute=0, second=0)
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and "仅精确到天" in found.abstained[station(1)]
