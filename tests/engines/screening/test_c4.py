"""C4: the same set of values in samples that have nothing to do with each other."""

from __future__ import annotations

from pathlib import Path

from hengjian.engines.screening.detectors.c4_result_vectors import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, screened

ITEMS = 10


def measured(**columns: object) -> Rows:
    """A hundred reports of ten values each, no value twice, every sample of another client."""
    tables = lab(100)
    for place, row in enumerate(tables["reports"]):
        row.update(client_id=f"C{place:03d}", **columns)
    tables["results"] = [
        {"report_id": row["report_id"], "item_code": f"i{item}", "replicate": 0} | value(1000 * place + item)
        for place, row in enumerate(tables["reports"])
        for item in range(ITEMS)
    ]
    return tables


def value(number: int) -> dict[str, object]:
    return {"value": (number + 1) / 1000, "value_text": f"{(number + 1) / 1000:.3f}"}


def shared(tables: Rows, items: int, *reports: int) -> Rows:
    """The first `items` values of the first of the reports in the others too."""
    for report in reports[1:]:
        for item in range(items):
            tables["results"][report * ITEMS + item].update(value(1000 * reports[0] + item))
    return tables


def test_values_of_their_own_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, measured(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_four_fifths_of_the_values_are_a_copy_fewer_are_not(tmp_path: Path) -> None:
    assert screened(DETECTOR, shared(measured(), 7, 3, 70), tmp_path / "seven") == []
    every = screened(DETECTOR, shared(measured(), 8, 3, 70), tmp_path / "eight")
    (found,) = every
    assert found["severity"] == "certain" and every.natures() == {"strangers"}
    row, other = sorted(every.evidence()["rows"], key=lambda one: one["report_id"])
    assert (row["report_id"], row["other_report"], row["shared"], row["items"]) == ("R003", "R070", 8, 10)
    assert other["report_id"] == "R070" and row["surprise"] == other["surprise"]


def test_values_shared_with_many_different_reports_are_no_copy_of_any(tmp_path: Path) -> None:
    tables = measured()
    for item in range(ITEMS):
        tables["results"][50 * ITEMS + item].update(value(1000 * item + item))
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_family_too_large_for_rare_values_is_found_whole(tmp_path: Path) -> None:
    members = range(40, 61)
    every = screened(DETECTOR, shared(measured(), ITEMS, *members), tmp_path)
    (found,) = every
    assert found["severity"] != "weak" and every.natures() == {"strangers"}
    assert {row["other_report"] for row in every.evidence()["rows"]} <= {f"R{one:03d}" for one in members}


def test_one_sample_reported_twice_is_only_a_question(tmp_path: Path) -> None:
    tables = shared(measured(), ITEMS, 3, 70)
    tables["reports"][70]["sample_id"] = tables["reports"][3]["sample_id"]
    assert screened(DETECTOR, tables, tmp_path).severities == ["weak"]
