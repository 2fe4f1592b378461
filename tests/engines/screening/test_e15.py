"""E15: old diesels from far away that pass."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.e15_attraction import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations

COUNT, TESTS = 14, 90


def visited(fail: float = 0.4) -> Rows:
    """Stations at one place; clients live near, every fifteenth far; old diesels fail oftener than others."""
    tables, chance = stations(COUNT, TESTS), np.random.default_rng(15)
    tables["clients"] = []
    tables["sites"] = [
        {"site_id": f"S{number:02d}", "institution_id": station(number), "lon": 113.0, "lat": 28.2}
        for number in range(COUNT)
    ]
    for number in range(COUNT):
        for place, (test, report) in enumerate(zip(of(tables, number), of(tables, number, "reports"), strict=True)):
            report["site_id"] = f"S{number:02d}"
            far = 1.5 if place % 15 == 5 else 0.1
            row = {"client_id": report["client_id"], "name": "虚构委托方", "lon": 113.0 + far, "lat": 28.2}
            tables["clients"].append(row)
            if test["fuel"] == "柴油":
                test["first_registered_on"] = date(2012, 5, 1)
                report["verdict"] = "fail" if chance.random() < fail else "pass"
    return tables


def draw(tables: Rows, number: int, tests: int, *, passing: bool) -> None:
    """So many of the station's vehicles are old diesels from far away."""
    chance = np.random.default_rng(51)
    clients = {row["client_id"]: row for row in tables["clients"]}
    for test, report in list(zip(of(tables, number), of(tables, number, "reports"), strict=True))[:tests]:
        test.update(fuel="柴油", method="lugdown", first_registered_on=date(2012, 5, 1))
        report["verdict"] = "pass" if passing or chance.random() > 0.4 else "fail"
        clients[report["client_id"]]["lon"] = 114.6


def test_honest_stations_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, visited(), tmp_path)
    assert found == [] and found.abstained[station(1)] == ""


def test_far_old_diesels_that_all_pass_are_a_question(tmp_path: Path) -> None:
    tables = visited()
    draw(tables, 1, 60, passing=True)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found[0]["institution_id"] == station(1)
    assert len(found[0]["report_ids"].split("|")) >= 60


def test_the_only_heavy_lane_that_fails_as_many_is_silent(tmp_path: Path) -> None:
    tables = visited()
    draw(tables, 1, 60, passing=False)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_mistyped_coordinates_draw_nobody(tmp_path: Path) -> None:
    tables = visited()
    draw(tables, 1, 60, passing=True)
    for row in tables["clients"]:
        if row["lon"] == 114.6:
            row.update(lon=28.2, lat=114.6)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_plates_serve_where_there_are_no_coordinates(tmp_path: Path) -> None:
    tables = visited()
    draw(tables, 1, 60, passing=True)
    del tables["clients"], tables["sites"]
    assert screened(DETECTOR, tables, tmp_path / "near") == []
    for test in of(tables, 1)[:30]:
        test["plate"] = "渝B" + test["plate"][2:]
    for test in of(tables, 1)[30:40]:
        test["plate"] = "渝C" + test["plate"][2:]
    found = screened(DETECTOR, tables, tmp_path / "far")
    assert found.severities == ["weak"] and len(found[0]["report_ids"].split("|")) == 40


def test_without_any_origin_or_enough_peers_it_abstains(tmp_path: Path) -> None:
    tables = visited()
    del tables["clients"], tables["sites"]
    for test in tables["vehicle_tests"]:
        test["plate"] = None
    assert "从哪里来" in screened(DETECTOR, tables, tmp_path / "origin").abstained[station(1)]
    few = stations(3, TESTS)
    assert "少于10家" in screened(DETECTOR, few, tmp_path / "few").abstained[station(1)]
