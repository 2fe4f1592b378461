"""B7: tests that begin in an odd rhythm."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hengjian.engines.screening.detectors.b7_rhythm import DETECTOR
from tests.engines.screening.many_labs import code
from tests.engines.screening.screened import Rows, screened


def rhythms(odd: str = "", *, labs: int = 24, tests: int = 150, place: int = 5, unit_s: int = 1) -> Rows:
    """Five tests a working day from eight on with gaps of an hour, log-normal; one laboratory may be odd."""
    chance = np.random.default_rng(4)
    tables: Rows = {"institutions": [], "reports": []}
    for number in range(labs):
        tables["institutions"].append({"institution_id": code(number), "name": f"虚构检测{number}号"})
        kind, habit = odd if number == place else "", float(np.exp(chance.normal(0, 0.2)))
        at = datetime(2026, 1, 5)
        for test in range(tests):
            if test % 5 == 0:
                day = datetime(2026, 1, 5) + timedelta(days=test // 5)
                if kind == "month_end":
                    day = datetime(2026, 1, 30) + timedelta(days=test // 5 % 2)
                start = int(chance.integers(24)) if kind == "all_hours" else 1 if kind == "night" else 8
                at = day + timedelta(hours=start, seconds=int(chance.integers(1800)))
            if kind == "all_hours":
                at = at.replace(hour=int(chance.integers(24)))
            else:
                gap = 2700 if kind == "spacing" else 2700 * habit * float(np.exp(chance.normal(0, 0.5)))
                at += timedelta(seconds=max(60, int(gap)))
            shown = at - timedelta(seconds=at.second % unit_s)
            if unit_s >= 86_400:
                shown = shown.replace(hour=0, minute=0)
            report = f"R{number:03d}-{test:04d}"
            row = {"report_id": report, "report_no": report, "institution_id": code(number), "field": "food"}
            times = {"started_at": shown, "issued_at": datetime(2026, 9, 30, 2)}
            tables["reports"].append(row | times | {"tester_id": f"P{number}"})
    return tables


def test_working_hours_with_honest_differences_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, rhythms(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


@pytest.mark.parametrize("odd", ["spacing", "night", "month_end", "all_hours"])
def test_an_odd_rhythm_is_a_question_never_more(tmp_path: Path, odd: str) -> None:
    found = screened(DETECTOR, rhythms(odd), tmp_path)
    assert {row["institution_id"] for row in found} == {code(5)} and set(found.severities) == {"weak"}
    assert odd in found.natures()


def test_release_in_batches_is_no_rhythm(tmp_path: Path) -> None:
    """All reports of all laboratories are issued at two in the night, and tests of one start count once."""
    tables = rhythms()
    again = [
        row | {"report_id": row["report_id"] + "b", "report_no": row["report_no"] + "b"} for row in tables["reports"]
    ]
    tables["reports"] += [row for row in again if row["institution_id"] == code(5)]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_minutes_tell_no_gaps_days_nothing_and_few_are_not_judged(tmp_path: Path) -> None:
    assert screened(DETECTOR, rhythms("spacing", unit_s=60), tmp_path / "minute").natures() <= {"night"}
    days = screened(DETECTOR, rhythms("night", unit_s=86_400), tmp_path / "day")
    assert days == [] and days.abstained[code(5)] == "reports.started_at 仅精确到天"
    few = screened(DETECTOR, rhythms("night", tests=50), tmp_path / "few")
    assert few == [] and few.abstained[code(5)] == "可判数量0，少于100"
    assert screened(DETECTOR, rhythms("night", labs=12), tmp_path / "peers") == []
    bare = rhythms()
    for row in bare["reports"]:
        del row["started_at"]
    assert screened(DETECTOR, bare, tmp_path / "bare").state == "skipped"
