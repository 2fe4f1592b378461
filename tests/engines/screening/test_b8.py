"""B8: the outside world contradicts the sample."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from hengjian.engines.screening.detectors.b8_outside_world import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, screened

START = datetime(2026, 3, 1)


def sampled() -> Rows:
    """Samples taken at one plant, whose meter reads about 1,000 kWh every day."""
    tables = lab(client_id="C1")
    for row in tables["reports"]:
        row["sampled_at"] = row["received_at"] - timedelta(hours=6) + timedelta(hours=8)
        row["received_at"] += timedelta(hours=4)
    tables["external_events"] = [
        {
            "kind": "power",
            "place_id": "C1",
            "from_at": START + timedelta(days=day),
            "to_at": START + timedelta(days=day + 1),
            "value": 1000.0 + day % 7,
            "unit": "kWh",
            "source": "供电",
        }
        for day in range(100)
    ]
    return tables


def dark(tables: Rows, count: int, used: float) -> Rows:
    for report in tables["reports"][:count]:
        tables["external_events"][(report["sampled_at"] - START).days]["value"] = used
    return tables


def stopped(tables: Rows) -> Rows:
    event = {"kind": "stop", "place_id": "C1", "from_at": START, "to_at": START + timedelta(days=9), "source": "申报"}
    tables["external_events"].append(event)
    return tables


def test_a_running_plant_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, sampled(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_no_power_is_strong_then_certain(tmp_path: Path) -> None:
    for count, expected in ((1, ["strong"]), (3, ["certain"])):
        found = screened(DETECTOR, dark(sampled(), count, 13.96), tmp_path / str(count))
        assert found.severities == expected and found.natures() == {"no_power"}


def test_half_the_power_is_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, dark(sampled(), 5, 500.0), tmp_path) == []


def test_two_sources_are_certain_one_stop_alone_is_a_question(tmp_path: Path) -> None:
    found = screened(DETECTOR, stopped(dark(sampled(), 1, 20.0)), tmp_path / "both")
    assert found.severities == ["certain"] and found.natures() == {"stopped"}
    tables = sampled()
    tables["external_events"] = []
    found = screened(DETECTOR, stopped(tables), tmp_path / "stop")
    assert found.severities == ["weak"] and found.natures() == {"stop_only"}


def test_a_stop_at_a_plant_that_uses_power_is_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, stopped(sampled()), tmp_path) == []


def test_a_second_meter_that_runs_excuses(tmp_path: Path) -> None:
    tables = sampled()
    tables["external_events"] += [row | {"source": "二号表"} for row in tables["external_events"]]
    assert screened(DETECTOR, dark(tables, 3, 5.0), tmp_path) == []


def test_sampled_before_produced(tmp_path: Path) -> None:
    tables = lab(3)
    for row in tables["reports"]:
        row.update(sampled_at=datetime(2026, 3, 2, 9), produced_on=date(2026, 4, 20))
    assert screened(DETECTOR, tables, tmp_path / "three").severities == ["certain"]
    tables = lab(40)
    tables["reports"][0].update(sampled_at=datetime(2026, 3, 2, 9), produced_on=date(2026, 3, 3))
    assert screened(DETECTOR, tables, tmp_path / "day").severities == ["weak"]
    tables["reports"][0].update(sampled_at=datetime(2026, 1, 2, 9), produced_on=date(2026, 12, 28))
    assert screened(DETECTOR, tables, tmp_path / "year").severities == ["strong"]
    tables["reports"][0].update(sampled_at=datetime(2025, 12, 2, 9), produced_on=date(2026, 11, 1))
    assert screened(DETECTOR, tables, tmp_path / "next").severities == ["weak"]


def test_more_cars_tested_than_seen(tmp_path: Path) -> None:
    tables = lab(40)
    tables["vehicle_tests"] = [
        {
            "report_id": row["report_id"],
            "vin": f"V{place}",
            "plate": f"A{place}",
            "started_at": datetime(2026, 5, 6, 8) + timedelta(minutes=10 * place),
            "finished_at": datetime(2026, 5, 6, 8) + timedelta(minutes=10 * place + 9),
        }
        for place, row in enumerate(tables["reports"])
    ]
    gate = {"kind": "gate", "place_id": "S1", "from_at": datetime(2026, 5, 6), "to_at": datetime(2026, 5, 7)}
    tables["external_events"] = [gate | {"value": 12.0}]
    found = screened(DETECTOR, tables, tmp_path / "few")
    assert found.severities == ["certain"] and found.natures() == {"no_car"}
    tables["external_events"] = [gate | {"value": 36.0}]
    assert screened(DETECTOR, tables, tmp_path / "most") == []
    # A camera that is off writes zero: one source that says nothing asks about the data and accuses nobody.
    tables["external_events"] = [gate | {"value": 0.0}]
    silent = screened(DETECTOR, tables, tmp_path / "silent")
    assert silent.severities == ["weak"] and silent.natures() == {"gate_silent"}


def test_without_outside_records_it_abstains(tmp_path: Path) -> None:
    found = screened(DETECTOR, lab(), tmp_path)
    assert found == [] and found.abstained[LAB]
