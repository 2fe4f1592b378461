"""F6: what failed elsewhere passes here."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.f6_lab_shopping import DETECTOR, excess, expected_arrivals
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import again, of, station, stations

FAILED = range(0, 48, 6)


def moving(count: int = 14, *, drawn_to: int | None = None) -> Rows:
    """At every station eight vehicles fail; half of them try another station, half of those fail there again."""
    tables = stations(count)
    for number in range(count):
        for order, place in enumerate(FAILED):
            if order % 2:
                of(tables, number, "reports")[place]["verdict"] = "fail"
                continue
            goal = (number + 1 + order) % count
            lured = drawn_to is not None and number != drawn_to
            again(tables, number, place, days=3, at=drawn_to if lured else goal)
            if order % 4 and not lured:
                tables["reports"][-1]["verdict"] = "fail"
    return tables


def test_failures_that_spread_by_size_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, moving(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_the_station_where_all_go_and_pass_is_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, moving(drawn_to=5), tmp_path)
    assert found.severities == ["strong"] and found[0]["institution_id"] == station(5)
    row = found.evidence()["rows"][0]
    assert row["arrivals"] == 52 and row["ratio"] > 3 and found[0]["p_value"] < 1e-4


def test_many_arrivals_that_fail_as_elsewhere_are_a_question(tmp_path: Path) -> None:
    tables = moving(drawn_to=5)
    again_here = [row for row in tables["reports"] if row["report_id"].startswith("R059")]
    for place, report in enumerate(again_here):
        report["verdict"] = "pass" if place % 3 == 0 else "fail"
    assert set(screened(DETECTOR, tables, tmp_path).severities) <= {"weak"}


def test_repairs_and_legal_retests_are_left_out(tmp_path: Path) -> None:
    tables = moving(drawn_to=5)
    for test in tables["vehicle_tests"]:
        if test["attempt"] == 2:
            test["repair_no"] = "WX-1"
    assert screened(DETECTOR, tables, tmp_path / "repaired") == []
    tables = moving(drawn_to=5)
    for report in tables["reports"]:
        report["purpose"] = "retest" if report["report_id"].startswith("R059") else "client"
    assert screened(DETECTOR, tables, tmp_path / "legal") == []


def test_months_later_it_is_another_story(tmp_path: Path) -> None:
    tables = stations(14)
    for number in range(14):
        for place in FAILED:
            again(tables, number, place, days=40, at=5)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_few_stations_abstain(tmp_path: Path) -> None:
    found = screened(DETECTOR, moving(4, drawn_to=1), tmp_path)
    assert found == [] and "少于10家" in found.abstained[station(1)]


def test_a_body_gets_no_arrivals_of_its_own_failures() -> None:
    counts, failed = np.array([0.0, 4.0, 5.0]), np.array([30.0, 0.0, 0.0])
    expected = expected_arrivals(counts, volume=np.ones(3), failed=failed)
    assert expected[0] < 1e-6 and expected[1] == expected[2] > 4
    assert excess(np.zeros(3), np.ones(3)).tolist() == [1.0, 1.0, 1.0]
