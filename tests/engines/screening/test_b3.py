"""B3: more work in a day than the line, instrument or person can do."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hengjian.engines.screening.detectors.b3_throughput import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, results, screened

DAY = datetime(2026, 3, 2, 8, 0, 7)


def injected(a_day: int, days: int = 4, *, cycle: float | None = 1200.0, places: int = 1) -> Rows:
    """A chromatograph that takes 20 minutes at least, `a_day` samples on each of some days."""
    tables = results(lab(a_day * days), instrument_id="E1")
    for place, row in enumerate(tables["results"]):
        start = DAY + timedelta(days=place // a_day, minutes=place % a_day)
        row.update(started_at=start, finished_at=start + timedelta(minutes=20))
    tables["instruments"] = [
        {"instrument_id": "E1", "institution_id": LAB, "min_cycle_s": cycle, "parallel": places, "name": "色谱"}
    ]
    return tables


def driven(sites: int, busy: int) -> Rows:
    """Stations with a line each, a car every twelve minutes; the first tests `busy` cars on each of three days."""
    tables: Rows = {"institutions": [], "reports": [], "vehicle_tests": [], "sites": []}
    for site in range(sites):
        house = f"9199010{site % 10}MA{site:07d}"
        tables["institutions"].append({"institution_id": house, "name": f"站{site}"})
        tables["sites"].append({"site_id": f"S{site}", "institution_id": house, "open_hours": 9.0})
        cars = busy if site == 0 else 12
        for place in range(cars * 3):
            gap = 9 * 3600 / busy if site == 0 else 720
            start = DAY + timedelta(days=place // cars, seconds=gap * (place % cars) + place % 7)
            number = f"R{site:02d}{place:04d}"
            own: dict[str, Any] = {"report_id": number, "institution_id": house}
            more = {"report_no": number, "field": "vehicle", "site_id": f"S{site}", "issued_at": start}
            tables["reports"].append(own | more)
            test = {"report_id": number, "vin": f"V{number}", "lane_id": f"X{site}", "started_at": start}
            tables["vehicle_tests"].append(test | {"method": "vmas", "test_kind": "emission"})
    return tables


def test_within_a_day_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, injected(60), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_more_than_a_day_holds_is_certain(tmp_path: Path) -> None:
    found = screened(DETECTOR, injected(85), tmp_path)
    assert found.severities == ["certain"] and found.natures() == {"instrument"}
    assert found.evidence()["rows"][0]["hours_needed"] > 24


def test_two_days_slightly_over_are_silent_one_far_over_is_not(tmp_path: Path) -> None:
    assert screened(DETECTOR, injected(85, days=2), tmp_path / "two") == []
    assert screened(DETECTOR, injected(120, days=1), tmp_path / "far").severities == ["certain"]


def test_places_side_by_side_excuse(tmp_path: Path) -> None:
    assert screened(DETECTOR, injected(85, places=4), tmp_path) == []


def test_items_of_one_sample_are_one_run(tmp_path: Path) -> None:
    tables = injected(50)
    tables["results"] += [row | {"item_code": f"i{place}"} for place in range(3) for row in tables["results"]]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_line_faster_than_any_other_can_be(tmp_path: Path) -> None:
    found = screened(DETECTOR, driven(24, 90), tmp_path / "fast")
    assert found.severities == ["certain"] and found.natures() == {"lane"}
    assert screened(DETECTOR, driven(24, 40), tmp_path / "usual") == []


def test_a_line_without_enough_peers_abstains(tmp_path: Path) -> None:
    found = screened(DETECTOR, driven(5, 90), tmp_path)
    assert found == [] and found.state == "abstained"


def test_a_person_present_for_more_hours_than_there_are(tmp_path: Path) -> None:
    tables = results(lab(120), method_no="GB 1", tester_id="P1")
    tables["standard_items"] = [
        {"standard_no": "GB 2762-2022", "item_code": "pb", "item_name": "铅", "method_no": "GB 1", "attended": True}
    ]
    for place, row in enumerate(tables["results"]):
        start = DAY + timedelta(days=place // 30, minutes=place % 30)
        row.update(started_at=start, finished_at=start + timedelta(minutes=50))
    found = screened(DETECTOR, tables, tmp_path / "each")
    assert found.severities == ["certain"] and found.natures() == {"person"}
    for place, row in enumerate(tables["results"]):
        start = DAY + timedelta(days=place // 30)
        row.update(started_at=start, finished_at=start + timedelta(minutes=50))
    assert screened(DETECTOR, tables, tmp_path / "tray") == []


def test_without_any_capacity_it_abstains(tmp_path: Path) -> None:
    found = screened(DETECTOR, injected(85, cycle=None), tmp_path)
    assert found == [] and found.abstained[LAB]
