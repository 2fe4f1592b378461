"""E9: odometers that cannot be true."""

from __future__ import annotations

from pathlib import Path

import pytest

from hengjian.engines.screening.detectors.e9_odometer import DETECTOR
from tests.engines.screening.screened import Rows, screened
from tests.engines.screening.stations import again, of, station, stations


def measured(days: float = 300, km: float = 9_000) -> Rows:
    """Ten vehicles of each of two stations come twice, `km` further on."""
    tables = stations(2)
    for number in range(2):
        for place, test in enumerate(of(tables, number)):
            test.update(odometer_km=40_000.0 + 1_111 * place, obd_km=39_998.0 + 1_111 * place)
        for place in range(10):
            later = again(tables, number, place, days=days)
            later.update(odometer_km=later["odometer_km"] + km, obd_km=later["obd_km"] + km)
    return tables


def second(tables: Rows, place: int) -> dict[str, object]:
    return [row for row in of(tables, 1) if row["attempt"] == 2][place]


def test_honest_kilometres_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, measured(), tmp_path)
    assert found == [] and found.abstained[station(1)] == ""


@pytest.mark.parametrize(
    ("km", "nature"), [(21_500.0, "back"), (900_000.0, "fast"), (45_555.0, "equal"), (76_000.0, "gap")]
)
def test_what_cannot_be_is_a_question_once_and_strong_at_many(tmp_path: Path, km: float, nature: str) -> None:
    tables = measured()
    test = second(tables, 5)
    test.update(odometer_km=km, obd_km=km + 20_000 if nature == "gap" else None)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and nature in found.natures()
    for place in range(10):
        row = second(tables, place)
        first = 40_000.0 + 1_111 * place
        row.update(odometer_km=first if nature == "equal" else km + place, obd_km=test["obd_km"])
    found = screened(DETECTOR, tables, tmp_path / "many")
    assert "certain" in found.severities


def test_a_slip_of_one_digit_is_a_question(tmp_path: Path) -> None:
    tables = measured(days=2, km=40)
    for place in range(2):
        row = second(tables, place)
        row.update(odometer_km=row["odometer_km"] - 10_040, obd_km=None)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.evidence()["slip"]


def test_a_vehicle_seen_once_abstains(tmp_path: Path) -> None:
    tables = stations(2)
    for test in tables["vehicle_tests"]:
        test["odometer_km"] = 50_000.0
    assert "少于1" in screened(DETECTOR, tables, tmp_path).abstained[station(1)]
