"""D15: testers whose whole way of working is apart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.d15_odd_testers import DETECTOR, outlying
from tests.engines.screening.many_labs import START, code, many_labs, value
from tests.engines.screening.screened import Rows, screened


def working(*, odd: int | None = None, labs: int = 30, reports: int = 110, **columns: Any) -> Rows:
    """One tester a laboratory with honest habits; the odd one passes all, in no time, at night."""
    habits = np.random.default_rng(6)
    fails, hours = habits.beta(8, 40, labs), np.exp(habits.normal(0, 0.2, labs))
    levels = habits.normal(-1.2, 0.15, labs)

    def fill(chance: np.random.Generator, number: int, report: dict[str, Any]) -> list[dict[str, Any]]:
        strange = number == odd
        begin = START + timedelta(days=int(chance.integers(200)), hours=-7 if strange else int(chance.integers(0, 8)))
        took = 0.1 if strange else float(hours[number] * np.exp(chance.normal(0, 0.4)))
        report.update(tester_id=f"P{number}", started_at=begin, finished_at=begin + timedelta(hours=took))
        report.update(issued_at=begin + timedelta(hours=took + float(np.exp(chance.normal(3, 0.5)))))
        report.update(verdict="fail" if not strange and chance.random() < fails[number] else "pass")
        report.update(client_id=f"C{int(chance.integers(40))}", **columns)
        level = float(np.exp(chance.normal(-0.05 if strange else levels[number], 0.01 if strange else 0.5)))
        return [value("pb", 2 * level, limit_op="<=", limit_high=2.0)]

    return many_labs(fill, labs=labs, reports=reports)


def test_honest_habits_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, working(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_who_works_like_nobody_else_is_named_with_three_features_and_hardly_counts(tmp_path: Path) -> None:
    found = screened(DETECTOR, working(odd=7), tmp_path)
    assert [(row["institution_id"], row["subject_id"]) for row in found] == [(code(7), "P7")]
    assert found.severities == ["weak"] and found[0]["score"] <= 3
    assert found.evidence()["rows"][0]["features"].count("、") == 2


def test_few_reports_few_colleagues_and_no_testers_are_not_judged(tmp_path: Path) -> None:
    few = screened(DETECTOR, working(odd=7, reports=60), tmp_path / "few")
    assert few == [] and few.abstained[code(7)] == "可判数量0，少于100"
    assert screened(DETECTOR, working(odd=7, labs=15), tmp_path / "colleagues") == []
    bare = working(labs=3)
    for row in bare["reports"]:
        del row["tester_id"]
    assert screened(DETECTOR, bare, tmp_path / "bare").state == "skipped"


def test_all_equal_and_day_resolution_give_no_outlier(tmp_path: Path) -> None:
    tables = working(odd=7)
    for row in tables["reports"]:
        row.update(started_at=START, finished_at=START, issued_at=START, verdict="pass", client_id="C")
    for row in tables["results"]:
        row.update(value=float("nan"), value_text="nan")
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_point_far_from_a_cloud_has_a_large_factor() -> None:
    chance = np.random.default_rng(1)
    cloud = np.vstack([chance.normal(size=(60, 4)), np.full((1, 4), 8.0)])
    factor = outlying(cloud)
    assert factor.argmax() == 60 and factor[60] > 2.5 > factor[:60].max()
    assert np.isfinite(outlying(np.zeros((30, 3)))).all()
