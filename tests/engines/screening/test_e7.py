"""E7: a lane that measures every vehicle by the same factor lower."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np

from hengjian.engines.screening.detectors.e7_scaling import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations

ITEMS = ("co", "hc", "no")


def travelling(count: int = 6, tests: int = 48, *, seed: int = 7) -> Rows:
    """Every vehicle is tested a second time, at the next station, 200 days later; readings differ by some 40 %."""
    tables = stations(count, tests)
    chance = np.random.default_rng(seed)
    true = {row["vin"]: chance.lognormal(0, 0.5, len(ITEMS)) for row in tables["vehicle_tests"]}
    first = list(zip(tables["reports"], tables["vehicle_tests"], strict=True))
    for report, test in first:
        where = (int(report["report_id"][1:3]) + 1) % count
        name = f"R{where:02d}7{report['report_id'][1:]}"
        later = {key: report[key] + timedelta(days=200) for key in ("started_at", "finished_at", "issued_at")}
        own = {"report_id": name, "report_no": f"J{name}", "institution_id": station(where)}
        tables["reports"].append(report | later | own)
        tables["vehicle_tests"].append(
            test | {"report_id": name, "lane_id": f"X{where:02d}", "started_at": later["started_at"]}
        )
    tables["results"] = [
        {
            "report_id": test["report_id"],
            "item_code": item,
            "value_text": "x",
            "value": float(level * chance.lognormal(0, 0.3)),
        }
        for test in tables["vehicle_tests"]
        for item, level in zip(ITEMS, true[test["vin"]], strict=True)
    ]
    return tables


def scale(tables: Rows, number: int, factor: float, items: tuple[str, ...] = ITEMS, *, every: int = 1) -> None:
    mine = {row["report_id"] for row in of(tables, number)[::every]}
    for row in tables["results"]:
        if row["report_id"] in mine and row["item_code"] in items:
            row["value"] *= factor


def test_honest_lanes_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, travelling(), tmp_path)
    assert found == [] and set(found.abstained.values()) == {""}


def test_a_lane_scaled_to_six_tenths_is_strong(tmp_path: Path) -> None:
    tables = travelling()
    scale(tables, 2, 0.6)
    found = screened(DETECTOR, tables, tmp_path)
    assert {row["institution_id"] for row in found} == {station(2)} and set(found.severities) == {"strong"}
    row = found.evidence()["rows"][0]
    assert row["common"] == "yes" and 0.5 < row["of_lane"] < 0.72 and found[0]["score"] == 20.0


def test_one_analyser_out_of_adjustment_is_less_than_a_device(tmp_path: Path) -> None:
    tables = travelling()
    scale(tables, 2, 0.2, ("co",))
    found = screened(DETECTOR, tables, tmp_path)
    assert found.evidence()["rows"][0]["common"] == "no" and found[0]["score"] == 13.0


def test_ageing_is_no_scaling(tmp_path: Path) -> None:
    tables = travelling()
    for row in tables["results"]:
        if row["report_id"][3] == "7":
            row["value"] *= 1.6
    assert screened(DETECTOR, tables, tmp_path) == []


def test_repaired_vehicles_are_left_out(tmp_path: Path) -> None:
    tables = travelling()
    scale(tables, 2, 0.6)
    for report in tables["reports"]:
        report["verdict"] = "fail"
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and "少于30" in found.abstained[station(2)]


def test_few_vehicles_noughts_and_nonsense_abstain(tmp_path: Path) -> None:
    tables = travelling(3, 12)
    scale(tables, 1, 0.3)
    tables["results"][0]["value"], tables["results"][1]["value"] = float("inf"), float("nan")
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and "少于30" in found.abstained[station(1)]
