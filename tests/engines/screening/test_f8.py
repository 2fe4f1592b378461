"""F8: results of proficiency rounds agreed between two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.f8_agreed_rounds import DETECTOR, at_least, rounding_step
from tests.engines.screening.many_labs import START, code
from tests.engines.screening.screened import Rows, screened

LABS, ITEMS = 24, 8


def took_part(labs: int = LABS, *, bias: dict[int, float] | None = None, decimals: int = 3) -> Rows:
    """Every laboratory reports eight items twice: an own lasting bias and scatter, 1 % of the value each."""
    chance = np.random.default_rng(8)
    tables: Rows = {"institutions": [], "reports": [], "rounds": []}
    for number in range(labs):
        tables["institutions"].append(
            {"institution_id": code(number), "name": f"虚构检测{number}号", "legal_rep": None}
        )
        row = {"report_id": f"R{number}", "report_no": f"B{number}", "institution_id": code(number), "field": "food"}
        tables["reports"].append(row | {"issued_at": START})
        for item in range(ITEMS):
            own = chance.normal() + (bias or {}).get(number, 0.0)
            for turn in range(2):
                found = round(10.0 + item + 0.1 * (0.7 * own + 0.8 * chance.normal()), decimals)
                row = {"round_id": f"T{turn}", "institution_id": code(number), "item_code": f"i{item}", "value": found}
                tables["rounds"].append(row | {"assigned": 10.0 + item, "sigma_pt": 0.16})
    return tables


def of(tables: Rows, number: int) -> list[dict[str, Any]]:
    return [row for row in tables["rounds"] if row["institution_id"] == code(number)]


def agree(tables: Rows, one: int, other: int, *, results: int = 2 * ITEMS, apart: float = 0.0) -> None:
    for source, row in list(zip(of(tables, one), of(tables, other), strict=True))[:results]:
        row["value"] = round(source["value"] + apart, 3)


def accused(found: list[dict[str, Any]]) -> set[str]:
    return {row["institution_id"] for row in found}


def test_independent_results_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, took_part(), tmp_path)
    assert found == [] and found.abstained[code(1)] == ""


def test_equal_and_nearly_equal_results_of_two_are_strong(tmp_path: Path) -> None:
    for apart in (0.0, 0.002):
        tables = took_part()
        agree(tables, 3, 7, apart=apart)
        found = screened(DETECTOR, tables, tmp_path / str(apart))
        assert found.severities == ["strong", "strong"] and accused(found) == {code(3), code(7)}
        assert len({row["subject_id"] for row in found}) == 1


def test_four_equal_results_are_too_few(tmp_path: Path) -> None:
    tables = took_part()
    agree(tables, 3, 7, results=4)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_method_shared_by_many_has_one_bias(tmp_path: Path) -> None:
    tables = took_part(bias={number: (-20.0, -7.0, 7.0, 20.0)[number % 4] for number in range(LABS)})
    tables["results"] = [
        {"report_id": f"R{number}", "item_code": f"i{item}", "replicate": 0, "value_text": "1.0"}
        | {"method_no": f"GB {number % 4}"}
        for number in range(LABS)
        for item in range(ITEMS)
    ]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_two_precise_laboratories_are_near_honestly(tmp_path: Path) -> None:
    tables, chance = took_part(), np.random.default_rng(88)
    for number in (3, 7):
        for row in of(tables, number):
            row["value"] = round(row["assigned"] + 0.02 * chance.normal(), 3)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_coarse_rounding_tells_nobody_apart(tmp_path: Path) -> None:
    tables = took_part(decimals=1)
    for row in of(tables, 3) + of(tables, 7):
        row["value"] = row["assigned"]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_slipped_point_neither_accuses_nor_hides(tmp_path: Path) -> None:
    tables = took_part()
    agree(tables, 3, 7)
    for number in (3, 7, 9):
        of(tables, number)[0]["value"] *= 10
    assert accused(screened(DETECTOR, tables, tmp_path)) == {code(3), code(7)}


def test_figures_that_are_no_numbers_are_left_out(tmp_path: Path) -> None:
    tables = took_part()
    agree(tables, 3, 7)
    for place, wrong in enumerate((float("inf"), float("nan"), None)):
        of(tables, 11)[place]["value"] = wrong
        of(tables, 12)[place]["assigned"] = wrong
    assert accused(screened(DETECTOR, tables, tmp_path)) == {code(3), code(7)}


def test_few_participants_need_the_standard_deviation_for_assessment(tmp_path: Path) -> None:
    tables = took_part(4)
    agree(tables, 1, 3)
    assert accused(screened(DETECTOR, tables, tmp_path / "with")) == {code(1), code(3)}
    for row in tables["rounds"]:
        row["sigma_pt"] = None
    found = screened(DETECTOR, tables, tmp_path / "without")
    assert found == [] and "能力评定标准差" in found.abstained[code(1)]


def test_without_rounds_it_is_skipped_and_few_results_abstain(tmp_path: Path) -> None:
    tables = took_part(12)
    tables["rounds"] = [row for row in tables["rounds"] if row["institution_id"] != code(2) or row["item_code"] == "i1"]
    assert "少于5" in screened(DETECTOR, tables, tmp_path / "few").abstained[code(2)]
    del tables["rounds"]
    assert screened(DETECTOR, tables, tmp_path / "none").state == "skipped"


def test_arithmetic() -> None:
    assert rounding_step(np.array([0.12, 3.4])) == 0.01 and rounding_step(np.array([1 / 3])) == 0.0
    assert at_least(2, np.array([0.5, 0.5, 0.5])) == 0.5
