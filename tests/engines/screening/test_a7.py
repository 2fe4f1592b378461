"""A7: tests shorter than the method can be."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.a7_duration import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, results, screened

METHOD = "GB 4789.2-2022"


def cultured(*, least: float = 46.0, hours: float = 48.0) -> Rows:
    """Plate counts of `hours`, begun an hour after receipt, issued two hours after the end."""
    tables = results(lab(), item_code="tpc", item_name="菌落总数", method_no=METHOD)
    for report, row in zip(tables["reports"], tables["results"], strict=True):
        set_hours(report, row, hours)
    tables["standard_items"] = [
        {
            "standard_no": "GB 2762-2022",
            "item_code": "tpc",
            "item_name": "菌落总数",
            "method_no": METHOD,
            "min_hours": least,
        }
    ]
    return tables


def set_hours(report: dict[str, Any], row: dict[str, Any], hours: float, *, issued_after: float = 2.0) -> None:
    start = report["received_at"] + timedelta(hours=1, seconds=3)
    row.update(started_at=start, finished_at=start + timedelta(hours=hours))
    report.update(started_at=start, finished_at=row["finished_at"])
    report["issued_at"] = report["finished_at"] + timedelta(hours=issued_after)


def short(tables: Rows, count: int, hours: float, *, issued_after: float = 2.0) -> Rows:
    for report, row in zip(tables["reports"][:count], tables["results"][:count], strict=True):
        set_hours(report, row, hours, issued_after=issued_after)
    return tables


def test_long_enough_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, cultured(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_receipt_to_issue_shorter_than_the_method_is_certain(tmp_path: Path) -> None:
    found = screened(DETECTOR, short(cultured(), 1, 10), tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"short"}
    assert found[0]["violation"] == "SUP-14.3" and found[0]["score"] == 30.0


def test_shorter_only_between_start_and_end_is_strong_then_certain(tmp_path: Path) -> None:
    for count, expected in ((1, ["strong"]), (3, ["certain"])):
        tables = short(cultured(least=600, hours=640), count, 300, issued_after=900)
        assert screened(DETECTOR, tables, tmp_path / str(count)).severities == expected


def test_one_date_a_day_off_is_a_question(tmp_path: Path) -> None:
    found = screened(DETECTOR, short(cultured(), 1, 30, issued_after=40), tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"slip"}


def test_too_many_such_dates_over_several_methods_are_no_slips(tmp_path: Path) -> None:
    tables = short(cultured(), 6, 30, issued_after=40)
    tables["standard_items"].append(tables["standard_items"][0] | {"item_code": "coli", "method_no": "GB 4789.3-2016"})
    for row in tables["results"][3:6]:
        row.update(item_code="coli", method_no="GB 4789.3-2016")
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and len(found[0]["report_ids"].split("|")) == 6


def test_two_per_cent_less_is_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, short(cultured(), 5, 45.2), tmp_path) == []


def test_a_faster_method_is_not_compared(tmp_path: Path) -> None:
    tables = short(cultured(), 5, 10)
    for row in tables["results"][:5]:
        row["method_no"] = "SN/T 1897-2007"
    assert screened(DETECTOR, tables, tmp_path) == []


@pytest.mark.parametrize("table", ["results", "reports"])
def test_subcontracted_items_and_preliminary_reports_are_silent(tmp_path: Path, table: str) -> None:
    tables = short(cultured(), 5, 10)
    for row in tables[table][:5]:
        row.update({"subcontracted": True} if table == "results" else {"remarks": "初步结果，以正式报告为准"})
    assert screened(DETECTOR, tables, tmp_path) == []


def by_day(tables: Rows) -> Rows:
    for row in (*tables["reports"], *tables["results"]):
        for name, value in row.items():
            if isinstance(value, datetime):
                row[name] = datetime(value.year, value.month, value.day)
    return tables


def test_whole_days_get_a_day_of_tolerance_but_still_tell_weeks_from_days(tmp_path: Path) -> None:
    assert screened(DETECTOR, by_day(short(cultured(), 5, 30)), tmp_path / "a") == []
    found = screened(DETECTOR, by_day(short(cultured(least=670, hours=690), 4, 170)), tmp_path / "b")
    assert found.severities == ["certain"]


def test_whole_days_abstain_from_methods_of_hours(tmp_path: Path) -> None:
    found = screened(DETECTOR, by_day(cultured(least=3.0, hours=4.0)), tmp_path)
    assert found == [] and found.abstained[LAB]


def test_without_item_times_the_reports_own_times_are_taken(tmp_path: Path) -> None:
    tables = short(cultured(), 3, 10)
    for row in tables["results"]:
        row.update(started_at=None, finished_at=None)
    assert screened(DETECTOR, tables, tmp_path).severities == ["certain"]


def test_items_of_one_method_are_one_row_and_the_key_stays(tmp_path: Path) -> None:
    keys = set()
    for count in (1, 4):
        tables = short(cultured(), count, 10)
        tables["standard_items"].append(tables["standard_items"][0] | {"item_code": "coli"})
        tables["results"] += [row | {"item_code": "coli"} for row in tables["results"]]
        found = screened(DETECTOR, tables, tmp_path / str(count))
        assert len(found) == 1 and found.evidence()["rows_total"] == count
        keys.add(found[0]["finding_key"])
    assert len(keys) == 1
