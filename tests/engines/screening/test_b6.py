"""B6: tests far too short, manual work always as long."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hengjian.engines.screening.detectors.b6_short_or_constant import DETECTOR
from tests.engines.screening.screened import Rows, screened

START = datetime(2026, 3, 2, 8, 0, 7)
EACH = 40


def house(number: int) -> str:
    return f"9199010{number % 10}MA{number:07d}"


def timed(houses: int = 22, seed: int = 3) -> Rows:
    """Laboratories that take about 30 minutes by hand, each at its own pace."""
    chance = np.random.default_rng(seed)
    tables: Rows = {"institutions": [], "reports": [], "results": []}
    for number in range(houses):
        tables["institutions"].append({"institution_id": house(number), "name": f"机构{number}"})
        pace = 30 * np.exp(chance.normal(0, 0.1))
        for place in range(EACH):
            start = START + timedelta(days=place, seconds=int(chance.integers(0, 9000)))
            end = start + timedelta(seconds=int(60 * pace * np.exp(chance.normal(0, 0.12))))
            report = f"R{number:02d}{place:03d}"
            own = {"institution_id": house(number), "report_no": report, "field": "food"}
            tables["reports"].append({"report_id": report, "issued_at": end + timedelta(days=1)} | own)
            tables["results"].append(
                {
                    "report_id": report,
                    "item_code": "acid",
                    "item_name": "酸价",
                    "method_no": "GB 5009.229",
                    "value_text": "1.0",
                    "started_at": start,
                    "finished_at": end,
                }
            )
    item = {"standard_no": "GB 2716", "item_code": "acid", "item_name": "酸价", "method_no": "GB 5009.229"}
    tables["standard_items"] = [item | {"manual": True}]
    return tables


def minutes(tables: Rows, places: range, value: float) -> Rows:
    for row in tables["results"][places.start : places.stop]:
        row["finished_at"] = row["started_at"] + timedelta(minutes=value)
    return tables


@pytest.mark.parametrize("seed", [3, 4])
def test_honest_paces_are_silent(tmp_path: Path, seed: int) -> None:
    found = screened(DETECTOR, timed(seed=seed), tmp_path)
    assert found == [] and found.abstained[house(0)] == ""


def test_many_far_too_short_tests_are_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, minutes(timed(), range(12), 8), tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"short"}
    assert found[0]["institution_id"] == house(0) and len(found[0]["report_ids"].split("|")) == 12


def test_two_short_tests_are_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, minutes(timed(), range(2), 8), tmp_path) == []


def test_a_quick_house_is_no_cheat(tmp_path: Path) -> None:
    tables = timed()
    for row in tables["results"][:EACH]:
        row["finished_at"] = row["started_at"] + (row["finished_at"] - row["started_at"]) * 0.75
    assert screened(DETECTOR, tables, tmp_path) == []


def test_manual_work_that_always_takes_as_long_is_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, minutes(timed(), range(EACH), 30), tmp_path / "manual")
    assert found.severities == ["strong"] and found.natures() == {"constant"}
    tables = minutes(timed(), range(EACH), 30)
    tables["standard_items"][0]["manual"] = False
    assert screened(DETECTOR, tables, tmp_path / "machine") == []


def test_where_all_take_as_long_nobody_is_accused(tmp_path: Path) -> None:
    assert screened(DETECTOR, minutes(timed(), range(22 * EACH), 30), tmp_path) == []


def test_samples_done_together_are_one_test(tmp_path: Path) -> None:
    tables = minutes(timed(), range(12), 8)
    for row in tables["results"][:12]:
        row.update(started_at=START, finished_at=START + timedelta(minutes=8))
    assert screened(DETECTOR, tables, tmp_path) == []


def test_too_few_peers_and_whole_days_abstain(tmp_path: Path) -> None:
    found = screened(DETECTOR, minutes(timed(8), range(12), 8), tmp_path / "peers")
    assert found == [] and found.state == "abstained"
    tables = timed()
    for row in tables["results"]:
        for name in ("started_at", "finished_at"):
            row[name] = row[name].replace(hour=0, minute=0, second=0)
    found = screened(DETECTOR, tables, tmp_path / "days")
    assert found == [] and found.abstained[house(0)]
