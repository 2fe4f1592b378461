"""C6: sets of results made of another report's set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hengjian.engines.screening.detectors.c6_edited_vectors import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, screened

ITEMS = ("pb", "cd", "as", "cr", "ni", "cu", "zn")


def vectors(reports: int = 60, *, items: int = 7, common: float = 0.3) -> Rows:
    """Seven metals with four figures each, log-normal with a common level of the sample; a client each."""
    chance = np.random.default_rng(12)
    tables = lab(reports, object="大米")
    tables["results"] = []
    for place, report in enumerate(tables["reports"]):
        report["client_id"] = f"C{place}"
        level = float(np.exp(chance.normal(0, common)))
        for item in ITEMS[:items]:
            value = 3.0 * level * float(np.exp(chance.normal(0, 0.5)))
            row = {"report_id": report["report_id"], "item_code": item, "method_no": "M", "replicate": 0}
            tables["results"].append(row | {"value_text": f"{value:.3f}", "value": round(value, 3)})
    return tables


def remake(tables: Rows, change: str, *, source: str = "R005", target: str = "R040", spared: int = 0) -> Rows:
    mine = {row["item_code"]: row for row in tables["results"] if row["report_id"] == target}
    for place, row in enumerate([one for one in tables["results"] if one["report_id"] == source]):
        if place < spared:
            continue
        value = row["value"]
        if change == "ratio":
            value *= 0.85
        if change == "offset":
            value += 0.125
        text = f"{value:.3f}"
        if change == "edit":
            text = text[:-2] + str((int(text[-2]) + 3) % 10) + text[-1]
        mine[row["item_code"]].update(value_text=text, value=float(text))
    return tables


def test_samples_of_one_product_are_silent(tmp_path: Path) -> None:
    for place, common in enumerate((0.0, 1.5)):
        found = screened(DETECTOR, vectors(common=common), tmp_path / str(place))
        assert found == [] and found.abstained[LAB] == ""


@pytest.mark.parametrize("change", ["ratio", "offset", "edit"])
def test_a_set_made_of_another_is_strong_for_both_reports(tmp_path: Path, change: str) -> None:
    found = screened(DETECTOR, remake(vectors(), change), tmp_path)
    assert found.severities == ["strong"] and found[0]["report_ids"] == "R005|R040"
    row = found.evidence()["rows"][0]
    assert row["change"] == change and row["items_shared"] == 7


def test_two_items_left_as_they_were_hide_nothing(tmp_path: Path) -> None:
    found = screened(DETECTOR, remake(vectors(), "ratio", spared=2), tmp_path)
    assert found.severities == ["strong"] and found.evidence()["rows"][0]["items_shared"] == 5


def test_one_client_and_one_sample_are_questions_retests_and_corrections_silent(tmp_path: Path) -> None:
    for place, change in enumerate(({"client_id": "C5"}, {"sample_id": "Y005"})):
        tables = remake(vectors(), "ratio")
        tables["reports"][40].update(change)
        assert screened(DETECTOR, tables, tmp_path / f"weak{place}").severities == ["weak"]
    for place, change in enumerate(({"retest_of": "R005"}, {"corrects": "R005"}, {"purpose": "pt"})):
        tables = remake(vectors(), "ratio")
        tables["reports"][40].update(change)
        assert screened(DETECTOR, tables, tmp_path / str(place)) == []


def test_an_exact_copy_is_left_to_its_own_check(tmp_path: Path) -> None:
    assert screened(DETECTOR, remake(vectors(), "same"), tmp_path) == []


def test_a_dilution_series_of_one_standard_solution_moves_all_items_and_is_not_accused(tmp_path: Path) -> None:
    """Items that always keep their proportion tell nothing about who copied whom."""
    tables = vectors()
    chance = np.random.default_rng(3)
    base = {item: 2.0 + place for place, item in enumerate(ITEMS)}
    for report in tables["reports"]:
        level = float(np.exp(chance.normal(0, 1)))
        for row in tables["results"]:
            if row["report_id"] == report["report_id"]:
                value = base[row["item_code"]] * level * float(np.exp(chance.normal(0, 0.003)))
                row.update(value_text=f"{value:.2f}", value=round(value, 2))
    assert screened(DETECTOR, tables, tmp_path) == []


def test_few_items_few_samples_and_broken_numbers_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, remake(vectors(items=3), "ratio"), tmp_path / "items")
    assert few == [] and few.abstained[LAB] == "可判数量0，少于1"
    assert screened(DETECTOR, remake(vectors(20), "ratio", target="R015"), tmp_path / "samples") == []
    odd = vectors()
    for place, row in enumerate(odd["results"]):
        row.update(value_text="nan" if place % 2 else "inf", value=float("nan") if place % 2 else float("inf"))
    assert screened(DETECTOR, odd, tmp_path / "odd") == []
    alike = vectors()
    for row in alike["results"]:
        row.update(value_text="1.500", value=1.5)
    assert screened(DETECTOR, alike, tmp_path / "alike") == []
    bare = vectors()
    del bare["results"]
    assert screened(DETECTOR, bare, tmp_path / "bare").state == "skipped"
