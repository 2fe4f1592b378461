"""A1: items that the scope does not hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.a1_scope import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, results, screened

METHOD = "GB 5009.12-2023"


def scoped(*, reports: int = 40, field: str = "food", **columns: Any) -> Rows:
    """Lead by its method and cadmium by another are in scope at site S1."""
    tables = results(lab(reports, cma_mark=True, field=field), method_no=METHOD, unit="mg/kg")
    row = {"certificate_no": "259912010001", "site_id": "S1", "standard_no": "GB 2762-2022"}
    tables["scope"] = [
        row | {"item_code": "pb", "item_name": "铅", "method_no": METHOD, "approved_on": date(2024, 1, 1)} | columns,
        row | {"item_code": "cd", "item_name": "镉", "method_no": "GB 5009.15-2023"},
    ]
    return tables


def spoil(tables: Rows, count: int, **columns: Any) -> Rows:
    for row in tables["results"][:count]:
        row.update(columns)
    for row in tables["reports"][:count]:
        row["standard_no"] = None
    return tables


def test_a_report_within_the_scope_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, scoped(), tmp_path)
    assert found == [] and found.state == "ran" and found.abstained[LAB] == ""


def test_product_standard_alone_brings_an_item_into_scope(tmp_path: Path) -> None:
    tables = scoped()
    for row in tables["results"]:
        row["method_no"] = "GB 5009.268-2016"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_an_item_nowhere_in_scope_by_an_unknown_method_is_certain(tmp_path: Path) -> None:
    tables = spoil(scoped(), 1, item_code="hg", item_name="总汞", method_no="GB 5009.17-2021")
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"item"}
    assert found[0]["violation"] == "ACC-36.2" and found[0]["report_ids"] == "R000"
    assert "总汞" in found.evidence()["says"]


def test_one_report_under_a_known_method_is_strong_in_a_safety_field_and_a_question_elsewhere(tmp_path: Path) -> None:
    odd = {"item_code": "hg", "item_name": "总汞"}
    assert screened(DETECTOR, spoil(scoped(), 1, **odd), tmp_path / "a").severities == ["strong"]
    assert screened(DETECTOR, spoil(scoped(field="jewelry"), 1, **odd), tmp_path / "b").severities == ["weak"]
    assert screened(DETECTOR, spoil(scoped(field="jewelry"), 3, **odd), tmp_path / "c").severities == ["certain"]


@pytest.mark.parametrize("benign", [{"subcontracted": True}, {"item_code": "cd", "method_no": "GB 5009.15-2023"}])
def test_subcontracted_and_held_items_are_silent(tmp_path: Path, benign: dict[str, Any]) -> None:
    tables = spoil(scoped(), 5, **({"item_code": "hg"} | benign))
    assert screened(DETECTOR, tables, tmp_path) == []


@pytest.mark.parametrize("benign", [{"cma_mark": False}, {"purpose": "pt"}, {"purpose": "qc"}])
def test_reports_without_the_mark_and_proficiency_tests_are_silent(tmp_path: Path, benign: dict[str, Any]) -> None:
    tables = spoil(scoped(), 5, item_code="hg")
    for row in tables["reports"]:
        row.update(benign)
    assert screened(DETECTOR, tables, tmp_path) == []


def succeeded(effective_on: date) -> Rows:
    tables = scoped(standard_no="GB 5009.12-2017", method_no="GB 5009.12-2017")
    for row in tables["reports"]:
        row["standard_no"] = None
    tables["standards"] = [
        {"standard_no": "GB 5009.12-2017", "title": "旧", "effective_on": date(2017, 1, 1), "replaced_by": METHOD},
        {"standard_no": METHOD, "title": "新", "effective_on": effective_on, "replaced_by": None},
    ]
    return tables


def test_the_successor_of_a_held_standard_is_in_scope_for_six_months(tmp_path: Path) -> None:
    assert screened(DETECTOR, succeeded(date(2026, 2, 20)), tmp_path / "a") == []
    late = screened(DETECTOR, succeeded(date(2025, 1, 1)), tmp_path / "b")
    assert late.severities == ["certain"] and late.natures() == {"period"}


def test_another_edition_without_known_dates_is_a_question(tmp_path: Path) -> None:
    tables = succeeded(date(2025, 1, 1))
    del tables["standards"]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"edition"}


def test_approval_within_sixty_days_after_issue_is_a_question_later_is_certain(tmp_path: Path) -> None:
    lagging = scoped(reports=10, approved_on=date(2026, 4, 15))
    found = screened(DETECTOR, lagging, tmp_path / "a")
    assert found.severities == ["weak"] and found.natures() == {"late"}
    late = screened(DETECTOR, scoped(reports=10, approved_on=date(2026, 9, 1)), tmp_path / "b")
    assert late.severities == ["certain"] and late.natures() == {"period"}


def test_an_item_held_only_at_another_site_is_named_so(tmp_path: Path) -> None:
    tables = scoped()
    for row in tables["reports"][:4]:
        row["site_id"] = "S2"
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"site"}


def test_swapped_characters_of_a_code_and_a_synonym_are_questions(tmp_path: Path) -> None:
    for number, odd in enumerate(({"item_code": "bp"}, {"item_code": "x9", "item_name": "铅"})):
        found = screened(DETECTOR, spoil(scoped(), 1, **odd), tmp_path / str(number))
        assert found.severities == ["weak"] and found.natures() == {"slip"}


def test_a_report_with_nothing_in_scope_is_one_finding(tmp_path: Path) -> None:
    tables = spoil(scoped(), 1, item_code="hg", method_no="GB 5009.17-2021")
    tables["results"].append(tables["results"][0] | {"item_code": "as", "method_no": "GB 5009.11-2024"})
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"whole"}


def test_a_value_beyond_the_range_is_repeated_before_it_accuses(tmp_path: Path) -> None:
    for count, expected in ((1, ["weak"]), (6, ["certain"])):
        tables = scoped(range_low=0.0, range_high=0.5, unit="mg/kg")
        for row in tables["results"][:count]:
            row.update(value=0.9, value_text="0.9")
        found = screened(DETECTOR, tables, tmp_path / str(count))
        assert found.severities == expected and found.natures() == {"range"}


def test_without_any_scope_it_abstains_and_without_the_table_it_is_skipped(tmp_path: Path) -> None:
    tables = scoped()
    for row in tables["scope"]:
        row["certificate_no"] = "259912010099"
    found = screened(DETECTOR, tables, tmp_path / "a")
    assert found == [] and found.state == "abstained" and found.abstained[LAB]
    del tables["scope"]
    assert screened(DETECTOR, tables, tmp_path / "b").state == "skipped"


def test_the_key_stays_when_more_reports_join(tmp_path: Path) -> None:
    keys = {
        screened(DETECTOR, spoil(scoped(), count, item_code="hg"), tmp_path / str(count))[0]["finding_key"]
        for count in (2, 5)
    }
    assert len(keys) == 1
