"""Reported numbers recomputed from readings, counts and limits (A10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.a10_recomputation import DETECTOR
from tests.backends.detected import detected
from tests.engines.screening.small_city import ITEMS, SmallCity, institution


@pytest.fixture
def city() -> SmallCity:
    """Reported values are the means of their printed readings; every item has a limit far away."""
    made = SmallCity()
    by_set: dict[tuple[str, str], list[float]] = {}
    for row in made.tables["results"]:
        row |= {"limit_op": "<=", "limit_low": None, "limit_high": 1000.0, "unit": "mg/kg", "verdict": None}
        if row["replicate"]:
            by_set.setdefault((row["report_id"], row["item_code"]), []).append(row["value"])
    for row in made.tables["results"]:
        if row["replicate"] == 0:
            readings = by_set[row["report_id"], row["item_code"]]
            put(row, round(sum(readings) / len(readings), 2))
            row["verdict"] = "pass"
    return made


def put(row: dict[str, Any], value: float) -> None:
    row["value_text"] = f"{value:.2f}"
    row["value"] = float(row["value_text"])


def reported(city: SmallCity, number: int, places: range, item: str = "I1") -> list[dict[str, Any]]:
    rows = [city.results(city.reports(number)[place]["report_id"], replicate=0) for place in places]
    return [row for results in rows for row in results if row["item_code"] == item]


def found(city: SmallCity, folder: Path) -> list[dict[str, Any]]:
    return detected(DETECTOR, city, folder)[0]


def test_an_honest_city_recomputes(city: SmallCity, tmp_path: Path) -> None:
    assert found(city, tmp_path) == []


def test_a_lone_wrong_mean_is_a_clerical_question(city: SmallCity, tmp_path: Path) -> None:
    (row,) = reported(city, 1, range(3, 4))
    put(row, row["value"] - 0.4)
    (finding,) = found(city, tmp_path)
    assert (finding["severity"], finding["report_ids"]) == ("weak", row["report_id"])


def test_eight_of_eight_in_the_favourable_direction_accuse(city: SmallCity, tmp_path: Path) -> None:
    for row in reported(city, 1, range(3, 12)):
        put(row, row["value"] * 0.9)
    (finding,) = found(city, tmp_path)
    assert finding["severity"] == "certain" and finding["institution_id"] == institution(1)
    assert len(finding["report_ids"].split("|")) == 9 and "偏向有利" in finding["evidence"]


def test_what_helps_to_pass_depends_on_the_side_of_the_limit(city: SmallCity, tmp_path: Path) -> None:
    for row in reported(city, 1, range(3, 12)):
        put(row, row["value"] * 0.9)
        row |= {"limit_op": ">=", "limit_low": 0.1, "limit_high": None}
    assert {row["severity"] for row in found(city, tmp_path)} == {"weak"}


def test_errors_in_both_directions_are_questions(city: SmallCity, tmp_path: Path) -> None:
    for place, row in enumerate(reported(city, 1, range(3, 15))):
        put(row, row["value"] * (0.9 if place % 3 else 1.1))
    assert {row["severity"] for row in found(city, tmp_path)} == {"weak"}


def test_an_institution_that_always_computes_so_is_asked_not_accused(city: SmallCity, tmp_path: Path) -> None:
    for row in reported(city, 1, range(40)):
        put(row, row["value"] * 0.95)
    assert {row["severity"] for row in found(city, tmp_path)} == {"weak"}


def test_a_method_whose_value_is_no_mean_is_left_alone(city: SmallCity, tmp_path: Path) -> None:
    for number in range(10):
        for row in reported(city, number, range(40), item="I2"):
            put(row, row["value"] * 0.95)
    assert found(city, tmp_path) == []


def test_decimal_points_moved_stay_slips_however_many(city: SmallCity, tmp_path: Path) -> None:
    for row in reported(city, 1, range(3, 13)):
        put(row, row["value"] / 10)
    assert {row["severity"] for row in found(city, tmp_path)} == {"weak"}


def test_verdicts_against_the_limit_accuse_when_they_all_help(city: SmallCity, tmp_path: Path) -> None:
    for row in reported(city, 1, range(3, 13)):
        row["limit_high"] = round(row["value"] * 0.8, 2)
    for row in reported(city, 2, range(3, 5)):
        row["limit_high"] = round(row["value"] * 0.8, 2)
    rows = {row["institution_id"]: row["severity"] for row in found(city, tmp_path)}
    assert rows == {institution(1): "certain", institution(2): "weak"}


def test_a_verdict_that_one_way_of_comparing_bears_is_right(city: SmallCity, tmp_path: Path) -> None:
    for row in reported(city, 1, range(3, 13)):
        row["limit_high"] = float(int(row["value"]))
        put(row, int(row["value"]) + 0.3)
        for one in city.results(row["report_id"]):
            if one["item_code"] == row["item_code"] and one["replicate"]:
                put(one, row["value"])
    assert found(city, tmp_path) == []


def test_counts_that_no_whole_number_makes_are_questions(city: SmallCity, tmp_path: Path) -> None:
    for row in city.tables["reports"]:
        row["standard_no"] = "GB 9999-2026"
    city.tables["standard_items"] = [
        {"standard_no": "GB 9999-2026", "item_code": item, "rounding": None, "min_replicates": 3} for item in ITEMS
    ]
    city.tables["results"] = [
        row for row in city.tables["results"] if not (row["replicate"] and row["item_code"] == "I3")
    ]
    for place, row in enumerate(reported(city, 1, range(0, 40), item="I3")):
        row["unit"] = "个"
        put(row, place + (0.33 if place > 3 else 0.47))
    rows = found(city, tmp_path)
    assert [row["severity"] for row in rows] == ["weak"] and len(rows[0]["report_ids"].split("|")) == 4


def test_it_abstains_where_nothing_can_be_recomputed(city: SmallCity, tmp_path: Path) -> None:
    for row in city.tables["results"]:
        if row["report_id"].startswith("R01"):
            row |= {"verdict": None, "limit_op": None}
            if row["replicate"]:
                row["value_text"] = "ND"
    rows, silent = detected(DETECTOR, city, tmp_path)
    assert rows == [] and silent[institution(1)].startswith("A10:可判数量0")
    assert not silent[institution(2)]
