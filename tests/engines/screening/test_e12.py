"""E12: parameters entered so that the test becomes easier."""

from __future__ import annotations

from pathlib import Path

import pytest

from hengjian.engines.screening.detectors.e12_parameters import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import of, station, stations


def trucks(tables: Rows, number: int = 1) -> list[dict[str, object]]:
    return [row for row in of(tables, number) if row["method"] == "lugdown"]


def test_entries_as_registered_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, stations(), tmp_path)
    assert found == [] and found.abstained[station(0)] == ""


def test_a_truck_of_a_third_of_its_power_is_certain(tmp_path: Path) -> None:
    tables = stations()
    trucks(tables)[0]["rated_power_kw"] = 120.0
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and found[0]["score"] == 30.0 and found[0]["violation"] == "SUP-15.3"
    assert found.evidence()["rows"][0]["reference"] == 309.0


def test_without_a_register_the_same_model_elsewhere_decides(tmp_path: Path) -> None:
    tables = stations()
    tables["vehicles"] = []
    trucks(tables)[0]["rated_power_kw"] = 120.0
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found[0]["institution_id"] == station(1)


@pytest.mark.parametrize(
    ("entered", "nature"), [(209.0, "slip"), (3090.0, "harder"), (30.9, "slip"), (400.0, "harder")]
)
def test_slips_and_what_makes_it_harder_are_questions(tmp_path: Path, entered: float, nature: str) -> None:
    tables = stations()
    trucks(tables)[0]["rated_power_kw"] = entered
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {nature}


def test_small_differences_and_variants_are_silent(tmp_path: Path) -> None:
    tables = stations()
    trucks(tables)[0]["rated_power_kw"] = 300.0
    tables["vehicles"] = []
    for number in range(8):
        trucks(tables, number)[0]["rated_power_kw"] = 250.0
    assert screened(DETECTOR, tables, tmp_path) == []


def test_the_mass_of_several_cars_is_one_finding(tmp_path: Path) -> None:
    tables = stations()
    for test in of(tables, 1)[:8]:
        test["ref_mass_kg"] = 700.0
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["certain"] and len(found[0]["report_ids"].split("|")) == 8


def test_nothing_to_compare_with_abstains(tmp_path: Path) -> None:
    tables = stations(2)
    tables["vehicles"] = []
    for row in tables["vehicle_tests"]:
        row["rated_power_kw"] = float("nan")
    assert "少于1" in screened(DETECTOR, tables, tmp_path).abstained[station(1)]
