"""A4: testers without a valid qualification, or at two houses at once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.a4_tester import DETECTOR
from tests.engines.screening.screened import LAB, OTHER_LAB, Rows, lab, screened


def staffed(field: str = "special_equipment", **tester: Any) -> Rows:
    tables = lab(field=field, tester_id="P1")
    own = {"institution_id": LAB, "qualification": "检验员", "qualified_from": date(2024, 1, 1)}
    own |= {
        "qualified_to": date(2028, 1, 1),
        "employed_from": date(2020, 1, 1),
        "employed_to": None,
        "person_key": None,
    }
    tables["people"] = [own | {"person_id": f"P{n}", "name": f"第{n}人"} for n in range(1, 5)]
    tables["people"][0].update(tester)
    return tables


def test_qualified_testers_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, staffed(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


NOTHING = {"qualification": None, "qualified_from": None, "qualified_to": None}


def test_no_qualification_accuses_only_where_the_law_asks_for_one(tmp_path: Path) -> None:
    found = screened(DETECTOR, staffed(**NOTHING), tmp_path / "a")
    assert found.severities == ["certain"] and found.natures() == {"lacking"}
    assert screened(DETECTOR, staffed("food", **NOTHING), tmp_path / "b") == []


def test_an_expired_qualification_is_strong_once_and_certain_when_repeated(tmp_path: Path) -> None:
    last = max(row["finished_at"] for row in staffed()["reports"]).date()
    once = screened(DETECTOR, staffed("food", qualified_to=last - timedelta(days=2)), tmp_path / "a")
    assert once.severities == ["strong"] and once.natures() == {"expired"}
    often = screened(DETECTOR, staffed("food", qualified_to=date(2026, 3, 20)), tmp_path / "b")
    assert often.severities == ["certain"]


def test_one_day_is_a_question(tmp_path: Path) -> None:
    last = max(row["finished_at"] for row in staffed()["reports"]).date()
    found = screened(DETECTOR, staffed(qualified_to=last - timedelta(days=1)), tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"slip"}


def test_a_trainee_beside_a_qualified_tester_is_silent(tmp_path: Path) -> None:
    tables = staffed(**NOTHING)
    tables["results"] = [
        {"report_id": row["report_id"], "item_code": "x", "value_text": "1", "tester_id": "P2"}
        for row in tables["reports"]
    ]
    assert screened(DETECTOR, tables, tmp_path) == []


def double(*, days: int = 1, **other: Any) -> Rows:
    """P1 also works for the other laboratory, `days` after each of the first five reports."""
    tables = staffed("food")
    tables["people"].append(tables["people"][0] | {"institution_id": OTHER_LAB} | other)
    for row in tables["reports"][:5]:
        moved = row | {"report_id": "Z" + row["report_id"], "institution_id": OTHER_LAB}
        moved["issued_at"] = row["issued_at"] + timedelta(days=days)
        tables["reports"].append(moved)
    return tables


def test_to_and_fro_between_two_houses_is_certain_for_both(tmp_path: Path) -> None:
    found = screened(DETECTOR, double(), tmp_path)
    assert found.severities == ["certain", "certain"] and found.natures() == {"double"}
    assert {row["institution_id"] for row in found} == {LAB, OTHER_LAB}
    assert {row["subject_id"] for row in found} == {"P1"}


def test_one_house_after_the_other_is_a_question(tmp_path: Path) -> None:
    tables = double(days=20)
    tables["reports"] = [
        row for row in tables["reports"] if row["report_id"] not in {f"R{n:03d}" for n in range(5, 40)}
    ]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak", "weak"] and found.natures() == {"moving"}


@pytest.mark.parametrize(
    "other",
    [
        {"employed_from": date(2026, 8, 1)},
        {"employed_to": date(2019, 1, 1), "employed_from": date(2018, 1, 1)},
        {"person_id": "Q9"},
    ],
)
def test_employment_that_does_not_overlap_and_namesakes_are_silent(tmp_path: Path, other: dict[str, Any]) -> None:
    assert screened(DETECTOR, double(**other), tmp_path).natures() <= {"gone"}


def test_branches_of_one_legal_person_are_silent(tmp_path: Path) -> None:
    tables = double()
    for row in tables["institutions"]:
        row["legal_rep"] = "同一人"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_different_identity_digests_refute_an_equal_number(tmp_path: Path) -> None:
    tables = double(person_key="bbbb")
    tables["people"][0]["person_key"] = "aaaa"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_who_has_left_before_the_test_did_not_do_it(tmp_path: Path) -> None:
    found = screened(DETECTOR, staffed("food", employed_to=date(2026, 3, 20)), tmp_path / "a")
    assert "gone" in found.natures() and found.severities == ["certain"]
    last = max(row["started_at"] for row in staffed()["reports"]).date()
    once = screened(DETECTOR, staffed("food", employed_to=last - timedelta(days=2)), tmp_path / "b")
    assert once.severities == ["weak"] and once.natures() == {"gone"}
    slip = screened(DETECTOR, staffed("food", employed_to=last - timedelta(days=1)), tmp_path / "c")
    assert slip.severities == ["weak"] and slip.natures() == {"gone_slip"}


def on_leave(*, days: int = 30, kind: str = "leave") -> Rows:
    tables = staffed("food")
    tables["results"] = []
    first = min(row["started_at"] for row in tables["reports"]) - timedelta(days=2)
    tables["absences"] = [
        {
            "person_id": "P1",
            "institution_id": LAB,
            "kind": kind,
            "from_at": first,
            "to_at": first + timedelta(days=days),
        }
    ]
    return tables


def test_leave_over_the_whole_test_is_found_and_a_journey_is_not(tmp_path: Path) -> None:
    found = screened(DETECTOR, on_leave(), tmp_path / "a")
    assert "away" in found.natures() and "certain" in found.severities
    assert screened(DETECTOR, on_leave(kind="travel"), tmp_path / "b") == []


def test_somebody_else_who_was_there_may_have_tested(tmp_path: Path) -> None:
    tables = on_leave()
    tables["results"] = [
        {"report_id": row["report_id"], "item_code": "x", "value_text": "1", "tester_id": "P2"}
        for row in tables["reports"]
    ]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_without_staff_it_abstains(tmp_path: Path) -> None:
    tables = staffed()
    for row in tables["people"]:
        row["institution_id"] = OTHER_LAB
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB]


def test_the_key_stays_when_more_reports_join(tmp_path: Path) -> None:
    keys = {
        screened(DETECTOR, staffed("food", qualified_to=day), tmp_path / day.isoformat())[0]["finding_key"]
        for day in (date(2026, 3, 20), date(2026, 4, 19))
    }
    assert len(keys) == 1
