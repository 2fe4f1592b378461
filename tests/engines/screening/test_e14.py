"""E14: what passed here is caught on the road."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from hengjian.engines.screening.detectors.e14_road_truth import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations

COUNT, TESTS = 24, 120


def sighted(share: float = 0.14, *, kind: str = "roadside") -> Rows:
    """Every vehicle is looked at on the road some weeks after; a share of them is beyond the limit."""
    tables, chance = stations(COUNT, TESTS), np.random.default_rng(14)
    tables["external_events"] = [
        event(test, beyond=bool(chance.random() < share), days=5 + 60 * chance.random(), kind=kind)
        for test in tables["vehicle_tests"]
    ]
    return tables


def event(test: dict[str, Any], *, beyond: bool, days: float, kind: str = "roadside") -> dict[str, Any]:
    seen = test["started_at"] + timedelta(days=days)
    return {"kind": kind, "place_id": test["vin"], "from_at": seen, "value": float(beyond), "unit": "判定"}


def catch(tables: Rows, number: int, places: range) -> None:
    mine = {of(tables, number)[place]["vin"] for place in places}
    for row in tables["external_events"]:
        row["value"] = 1.0 if row["place_id"] in mine else row["value"]


def test_what_is_caught_everywhere_alike_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, sighted(), tmp_path)
    assert found == [] and found.abstained[station(1)] == ""


def test_twice_as_many_caught_is_strong(tmp_path: Path) -> None:
    tables = sighted()
    catch(tables, 1, range(40, 90))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found[0]["institution_id"] == station(1)
    assert found.natures() == {"roadside"} and len(found[0]["report_ids"].split("|")) >= 50


def test_a_difference_that_honest_stations_may_have_is_a_hint(tmp_path: Path) -> None:
    tables = sighted()
    catch(tables, 1, range(40, 67))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found[0]["institution_id"] == station(1)


def test_plates_serve_as_well_and_only_the_caught_may_be_handed_over(tmp_path: Path) -> None:
    tables = sighted(kind="remote_sensing")
    catch(tables, 1, range(40, 90))
    plates = {test["vin"]: test["plate"] for test in tables["vehicle_tests"]}
    tables["external_events"] = [
        row | {"place_id": plates[row["place_id"]]} for row in tables["external_events"] if row["value"] == 1
    ]
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"remote_sensing"}


def test_a_station_of_old_lorries_is_compared_with_such(tmp_path: Path) -> None:
    tables, chance = sighted(0.05), np.random.default_rng(41)
    diesel = {test["vin"] for test in tables["vehicle_tests"] if test["fuel"] == "柴油"}
    for number in range(COUNT):
        for test in of(tables, number)[:: 2 if number == 1 else 24]:
            test.update(fuel="柴油", method="lugdown")
            diesel.add(test["vin"])
    for row in tables["external_events"]:
        if row["place_id"] in diesel:
            row["value"] = float(chance.random() < 0.9)
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_test_in_between_and_a_long_time_excuse(tmp_path: Path) -> None:
    tables = sighted()
    for test in of(tables, 1)[30:90]:
        tables["external_events"].append(event(test, beyond=True, days=120))
    for report in of(tables, 2, "reports")[30:90]:
        report["verdict"] = "fail"
    catch(tables, 2, range(30, 90))
    assert screened(DETECTOR, tables, tmp_path) == []


def test_it_abstains_where_no_sighting_names_a_vehicle_or_says_what_was_found(tmp_path: Path) -> None:
    assert screened(DETECTOR, stations(2), tmp_path / "none").state == "skipped"
    for place, spoilt in enumerate(({"place_id": "G15-K102"}, {"unit": "ppm"}, {"value": 812.0})):
        tables = sighted()
        tables["external_events"] = [row | spoilt for row in tables["external_events"]]
        found = screened(DETECTOR, tables, tmp_path / str(place))
        assert found == [] and "没有与受检车辆对应" in found.abstained[station(1)]


def test_few_peers_and_few_sightings_are_not_judged(tmp_path: Path) -> None:
    tables = sighted()
    mine = {test["vin"] for test in of(tables, 1)[:30]}
    others = {test["vin"] for test in of(tables, 1)}
    tables["external_events"] = [
        row | {"value": 1.0} if row["place_id"] in mine else row
        for row in tables["external_events"]
        if row["place_id"] in mine or row["place_id"] not in others
    ]
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and "少于50" in found.abstained[station(1)]
