"""E4: exhaust sampled diluted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.e4_dilution import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations


def breathing(count: int = 12, tests: int = 72, *, factor: float = 1.0) -> Rows:
    """Every petrol test has CO and CO2 curves; their sum is about 14 %, divided by `factor`."""
    tables = stations(count, tests)
    chance = np.random.default_rng(4)
    tables["raw_series"] = []
    for test in tables["vehicle_tests"]:
        if test["fuel"] == "汽油":
            co2 = (13.8 + chance.normal(0, 0.3) + chance.normal(0, 0.4, 60)) / factor
            for channel, values in (("co_pct", np.abs(chance.normal(0.2, 0.05, 60)) / factor), ("co2_pct", co2)):
                row = {"report_id": test["report_id"], "item_code": "co", "channel": channel, "hz": 1.0}
                tables["raw_series"].append(row | {"values": [round(float(one), 2) for one in values]})
    return tables


def thin(tables: Rows, tests: list[dict[str, Any]], factor: float) -> None:
    reports = {test["report_id"] for test in tests}
    for row in tables["raw_series"]:
        if row["report_id"] in reports:
            row["values"] = [round(one / factor, 2) for one in row["values"]]


def test_honest_lanes_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, breathing(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_a_diluted_lane_is_strong(tmp_path: Path) -> None:
    tables = breathing()
    thin(tables, of(tables, 3), 1.6)
    found = screened(DETECTOR, tables, tmp_path)
    assert {row["institution_id"] for row in found} == {station(3)} and set(found.severities) == {"strong"}
    assert found.natures() == {"lane", "month", "some"} and max(row["score"] for row in found) == 20.0


def test_passing_below_the_least_sum_breaks_a_rule(tmp_path: Path) -> None:
    tables = breathing(3)
    thin(tables, of(tables, 1)[:12], 3.0)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain", "strong"] and found.natures() == {"invalid", "some"}
    (place,) = (place for place, row in enumerate(found) if row["severity"] == "certain")
    assert found[place]["p_value"] is None and found.evidence(place)["rows"][0]["dilution"] > 2.5


def test_a_short_window_of_dilution_is_seen_in_its_tests(tmp_path: Path) -> None:
    tables = breathing()
    thin(tables, of(tables, 3)[:8], 1.8)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.natures() == {"some"} and found.severities == ["strong"]
    assert len(found[0]["report_ids"].split("|")) == 7 and found[0]["score"] == 13.0


def with_oxygen(tables: Rows, tests: list[dict[str, Any]], factor: float, *, airy: bool = True) -> None:
    """Oxygen of all tests 0.7 %; the given ones lose carbon by `factor` and, if `airy`, gain the oxygen of that air."""
    chosen = {test["report_id"] for test in tests}
    for row in [one for one in tables["raw_series"] if one["channel"] == "co2_pct"]:
        mixed = row["report_id"] in chosen and airy
        oxygen = 0.7 / factor + 20.9 * (1 - 1 / factor) if mixed else 0.7
        tables["raw_series"].append(row | {"channel": "o2_pct", "values": [round(oxygen, 2)] * 60})
    for row in tables["raw_series"]:
        if row["report_id"] in chosen and row["channel"] != "o2_pct":
            row["values"] = [round(one / factor, 2) for one in row["values"]]


def test_carbon_lost_and_oxygen_gained_tell_a_slight_dilution_together(tmp_path: Path) -> None:
    tables = breathing()
    with_oxygen(tables, of(tables, 3)[:8], 1.28)
    found = screened(DETECTOR, tables, tmp_path / "air")
    assert found.natures() == {"some"} and {row["institution_id"] for row in found} == {station(3)}
    tables = breathing()
    with_oxygen(tables, of(tables, 3)[:8], 1.28, airy=False)
    assert screened(DETECTOR, tables, tmp_path / "lean") == []
    tables = breathing()
    with_oxygen(tables, [of(tables, number)[0] for number in range(12)], 1.28)
    assert screened(DETECTOR, tables, tmp_path / "single") == []


def test_one_leaking_exhaust_is_a_question(tmp_path: Path) -> None:
    tables = breathing(3)
    thin(tables, of(tables, 1)[:1], 3.0)
    assert screened(DETECTOR, tables, tmp_path).severities == ["weak"]
    of(tables, 1, "reports")[0]["verdict"] = "fail"
    assert screened(DETECTOR, tables, tmp_path / "failed") == []


def test_a_region_that_dilutes_together_does_not_lower_the_norm(tmp_path: Path) -> None:
    found = screened(DETECTOR, breathing(factor=2.0), tmp_path)
    assert {row["institution_id"] for row in found} == {station(number) for number in range(12)}


def test_diesel_and_unknown_fuels_are_not_judged(tmp_path: Path) -> None:
    tables = breathing(3)
    thin(tables, tables["vehicle_tests"], 3.0)
    for row in (*tables["vehicle_tests"], *tables["vehicles"]):
        row["fuel"] = "氢"
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and "少于1" in found.abstained[station(1)]


def test_gaps_and_short_curves_are_left_out(tmp_path: Path) -> None:
    tables = breathing(3)
    thin(tables, tables["vehicle_tests"], 3.0)
    for place, row in enumerate(tables["raw_series"]):
        row["values"] = [float("nan"), float("inf"), *row["values"]] if place % 2 else row["values"][:5]
    assert screened(DETECTOR, tables, tmp_path) == []
