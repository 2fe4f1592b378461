"""D13: an abrupt change of the failure share."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d13_change_point import DETECTOR, FEW_SIMULATIONS, highest, peaks_by_chance
from tests.engines.screening.many_labs import START, code, many_labs
from tests.engines.screening.screened import Rows, screened


def year(*, before: float = 0.2, after: float = 0.2, object_too: bool = False, labs: int = 8) -> Rows:
    """A report a day; laboratory 2 changes on its 150th day, with its products if `object_too`."""

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        place = int(report["report_id"][5:])
        share = (before if place < 150 else after) if number == 2 else 0.2
        if object_too:
            changed = place >= 150 if number == 2 else chance.random() < 0.5
            report["object"], share = ("矿泉水", 0.02) if changed else ("大米", 0.2)
        report["issued_at"] = START + timedelta(days=place)
        report["verdict"] = "fail" if chance.random() < share else "pass"
        return []

    return many_labs(fill, labs=labs, reports=300)


def test_a_steady_share_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, year(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_a_sudden_leniency_is_a_weak_question_with_its_date_and_event(tmp_path: Path) -> None:
    tables = year(before=0.25, after=0.01)
    changed = (START + timedelta(days=147)).date()
    tables["declarations"] = [
        {"institution_id": code(2), "kind": "staff", "subject_id": "P1", "changed_on": changed},
        {"institution_id": code(2), "kind": "site", "subject_id": "S1", "changed_on": date(2026, 1, 9)},
    ]
    found = screened(DETECTOR, tables, tmp_path)
    assert [row["institution_id"] for row in found] == [code(2)] and found.severities == ["weak"]
    row = found.evidence()["rows"][0]
    assert row["nature"] == "lenient" and row["event"] == "staff" and row["event_subject"] == "P1"
    assert abs((found[0]["occurred_on"] - changed).days) < 20 and found[0]["score"] <= 3


def test_the_other_direction_is_shown_too(tmp_path: Path) -> None:
    assert screened(DETECTOR, year(before=0.08, after=0.45), tmp_path).natures() == {"strict"}


def test_new_products_explain_a_change(tmp_path: Path) -> None:
    assert screened(DETECTOR, year(object_too=True, labs=12), tmp_path) == []


def test_few_reports_few_failures_or_one_day_abstain(tmp_path: Path) -> None:
    short = year(before=0.3, after=0.0)
    short["reports"] = short["reports"][:90]
    assert screened(DETECTOR, short, tmp_path / "a").abstained[code(0)]
    whole = year(before=0.3, after=0.0)
    for row in whole["reports"]:
        row["issued_at"] = START
    found = screened(DETECTOR, whole, tmp_path / "b")
    assert found == [] and found.abstained[code(2)]


def test_the_highest_point_begins_where_the_rise_began() -> None:
    top, began = highest(np.array([-1.0, -1.0, 1.0, 1.0, 1.0, -1.0]))
    assert float(top) == 3.0 and int(began) == 2


def test_a_few_simulations_tell_what_all_of_them_tell() -> None:
    n, expected = np.full(120, 8.0), np.linspace(0.5, 2.0, 120)
    few, all_of_them = (peaks_by_chance("甲", n, expected, 3.0, times=times) for times in (FEW_SIMULATIONS, 500))
    assert len(few) == FEW_SIMULATIONS and np.count_nonzero(few >= np.quantile(all_of_them, 0.99)) < 5
    assert np.quantile(few, 0.25) < np.median(all_of_them) < np.quantile(few, 0.75)
    assert (peaks_by_chance("甲", n, expected, 3.0) == all_of_them).all()
