"""A9: withdrawn standards and limits that the standard does not have."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from hengjian.engines.screening.detectors.a9_standards import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, results, screened

LIMIT = {"limit_op": "<=", "limit_high": 0.2, "unit": "mg/kg"}


def judged() -> Rows:
    """Forty reports on rice by GB 2762-2022, lead 0.10 with the limit 0.2 and a verdict."""
    tables = results(lab(object="大米", verdict="pass"), verdict="pass", **LIMIT)
    own = {"standard_no": "GB 2762-2022", "object": "大米", "item_code": "pb"} | LIMIT
    tables["standard_items"] = [own, own | {"object": "茶叶", "limit_high": 5.0}]
    old: dict[str, Any] = {
        "standard_no": "GB 2762-2017",
        "effective_on": date(2017, 9, 17),
        "abolished_on": date(2023, 6, 30),
    }
    old["replaced_by"] = "GB 2762-2022"
    tables["standards"] = [old, {"standard_no": "GB 2762-2022", "effective_on": date(2023, 6, 30)}]
    return tables


def lenient(tables: Rows, count: int, *, limit: float, value: float) -> Rows:
    for row in tables["results"][:count]:
        row.update(limit_high=limit, value=value, value_text=str(value))
    return tables


def test_the_right_limit_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, judged(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_a_wider_limit_that_saves_the_verdict_is_strong_then_certain(tmp_path: Path) -> None:
    for count, expected in ((1, ["strong"]), (3, ["certain"])):
        found = screened(DETECTOR, lenient(judged(), count, limit=5.0, value=0.6), tmp_path / str(count))
        assert found.severities == expected and found.natures() == {"limit_flip"}
        assert found.evidence()["rows"][0]["other_object"] == "茶叶"


def test_a_wider_limit_that_changes_nothing_is_a_question(tmp_path: Path) -> None:
    found = screened(DETECTOR, lenient(judged(), 5, limit=0.5, value=0.1), tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"limit"}


def test_a_stricter_limit_is_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, lenient(judged(), 5, limit=0.1, value=0.05), tmp_path) == []


def test_a_limit_ten_times_off_is_first_a_slip(tmp_path: Path) -> None:
    found = screened(DETECTOR, lenient(judged(), 1, limit=2.0, value=0.6), tmp_path / "one")
    assert found.severities == ["weak"] and found.natures() == {"limit_flip_slip"}
    found = screened(DETECTOR, lenient(judged(), 8, limit=2.0, value=0.6), tmp_path / "many")
    assert found.severities == ["certain"]


def test_failing_openly_by_a_wider_limit_is_no_flip(tmp_path: Path) -> None:
    tables = lenient(judged(), 3, limit=0.5, value=0.6)
    for row in tables["results"][:3]:
        row["verdict"] = "fail"
    assert screened(DETECTOR, tables, tmp_path).severities == ["weak"]


def test_a_withdrawn_standard_is_a_question_and_a_flip_by_its_successor_an_accusation(tmp_path: Path) -> None:
    tables = judged()
    for row in tables["reports"][:3]:
        row["standard_no"] = "GB2762-2017"
    assert screened(DETECTOR, tables, tmp_path / "same").severities == ["weak"]
    found = screened(DETECTOR, lenient(tables, 3, limit=0.5, value=0.4), tmp_path / "flip")
    assert found.severities == ["certain"] and found.natures() == {"withdrawn_flip"}


def test_the_change_over_and_old_goods_are_silent(tmp_path: Path) -> None:
    tables = judged()
    tables["standards"][0]["abolished_on"] = date(2026, 2, 1)
    for row in tables["reports"]:
        row["standard_no"] = "GB 2762-2017"
    assert screened(DETECTOR, tables, tmp_path / "grace") == []
    tables["standards"][0]["abolished_on"] = date(2025, 3, 1)
    for row in tables["reports"]:
        row["produced_on"] = date(2025, 1, 9)
    assert screened(DETECTOR, tables, tmp_path / "old") == []


def test_another_unit_or_category_is_not_compared(tmp_path: Path) -> None:
    tables = lenient(judged(), 5, limit=500.0, value=600.0)
    for row in tables["results"][:5]:
        row["unit"] = "μg/kg"
    assert screened(DETECTOR, tables, tmp_path / "unit") == []
    tables = lenient(judged(), 5, limit=5.0, value=0.6)
    for row in tables["reports"]:
        row["object"] = "大米制品"
    assert screened(DETECTOR, tables, tmp_path / "object") == []


def test_without_any_datum_it_abstains(tmp_path: Path) -> None:
    tables = judged()
    del tables["standards"], tables["standard_items"]
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.state == "abstained" and found.abstained[LAB]


def test_values_that_are_no_numbers_are_left_alone(tmp_path: Path) -> None:
    tables = lenient(judged(), 2, limit=5.0, value=float("inf"))
    tables["results"][0]["value"] = float("nan")
    assert screened(DETECTOR, tables, tmp_path) == []
