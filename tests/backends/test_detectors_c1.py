"""The same raw series behind different samples (C1)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hengjian.engines.screening.detectors.c1_raw_series import DETECTOR
from tests.backends.detected import detected
from tests.engines.screening.small_city import SmallCity, institution

SOURCE, COPY = "R030004", "R030005"


@pytest.fixture
def city() -> SmallCity:
    """Every report of three institutions has two curves, its own vehicle, and the speed of the prescribed cycle."""
    made = SmallCity()
    made.tables["raw_series"], made.tables["vehicle_tests"] = [], []
    cycle = [round(abs(40 * np.sin(t / 11)), 1) for t in range(195)]
    for row in made.tables["reports"]:
        row |= {"retest_of": None, "corrects": None, "purpose": "client"}
    for number in (3, 4, 5):
        for report in made.reports(number):
            identifier = report["report_id"]
            made.tables["vehicle_tests"].append({"report_id": identifier, "vin": f"V{identifier}"})
            for channel, step in (("co_pct", 0.01), ("hc_ppm", 1.0)):
                walk = np.cumsum(made.chance.normal(0, 6, 195)) * step
                add(made, identifier, channel, [round(float(one), 2) for one in walk])
            add(made, identifier, "speed_kmh", cycle)
    return made


def add(city: SmallCity, report: str, channel: str, values: list[float], role: str = "sample") -> None:
    row = {"report_id": report, "item_code": "co", "channel": channel, "hz": 1.0, "values": values, "role": role}
    city.tables["raw_series"].append(row)


def series(city: SmallCity, report: str, channel: str) -> dict[str, Any]:
    rows = city.tables["raw_series"]
    return next(row for row in rows if (row["report_id"], row["channel"]) == (report, channel))


def copy(city: SmallCity, source: str, target: str, *channels: str) -> None:
    for channel in channels or ("co_pct", "hc_ppm"):
        series(city, target, channel)["values"] = list(series(city, source, channel)["values"])


def found(city: SmallCity, folder: Path) -> list[dict[str, Any]]:
    return detected(DETECTOR, city, folder)[0]


def test_honest_curves_and_the_prescribed_cycle_accuse_nobody(city: SmallCity, tmp_path: Path) -> None:
    rows, silent = detected(DETECTOR, city, tmp_path)
    assert rows == []
    assert silent[institution(1)].startswith("C1:可判数量0") and not silent[institution(3)]


def test_all_curves_of_another_vehicle_are_certain(city: SmallCity, tmp_path: Path) -> None:
    copy(city, SOURCE, COPY)
    (row,) = found(city, tmp_path)
    assert (row["severity"], row["report_ids"]) == ("certain", f"{SOURCE}|{COPY}")


def test_one_curve_may_be_a_file_put_to_the_wrong_report(city: SmallCity, tmp_path: Path) -> None:
    copy(city, SOURCE, COPY, "co_pct")
    (row,) = found(city, tmp_path)
    assert row["severity"] == "strong"


def test_padding_resampling_and_digits_below_the_instrument_do_not_hide_a_copy(city: SmallCity, tmp_path: Path) -> None:
    copy(city, SOURCE, COPY)
    row = series(city, COPY, "hc_ppm")
    row["values"] = [row["values"][0]] * 9 + [one for one in row["values"] for _ in range(2)]
    row["values"] = row["values"][9 - 1 :]
    carbon = series(city, COPY, "co_pct")
    carbon["values"] = [one + 0.001 for one in carbon["values"]]
    (found_row,) = found(city, tmp_path)
    assert found_row["report_ids"] == f"{SOURCE}|{COPY}"


def test_a_family_is_one_finding_an_institution(city: SmallCity, tmp_path: Path) -> None:
    for target in (COPY, "R030006", "R040001"):
        copy(city, SOURCE, target)
    rows = found(city, tmp_path)
    assert len({row["subject_id"] for row in rows}) == 1
    assert {row["institution_id"]: row["report_ids"] for row in rows} == {
        institution(3): f"{SOURCE}|{COPY}|R030006",
        institution(4): "R040001",
    }


@pytest.mark.parametrize("field", ["retest_of", "corrects", "purpose", "role"])
def test_declared_retests_corrections_proficiency_tests_and_blanks_may_share(
    city: SmallCity, tmp_path: Path, field: str
) -> None:
    copy(city, SOURCE, COPY)
    report = city.reports(3)[5]
    if field == "role":
        for channel in ("co_pct", "hc_ppm"):
            series(city, COPY, channel)["role"] = "calibration"
    else:
        report[field] = "pt" if field == "purpose" else SOURCE
    assert found(city, tmp_path) == []


@pytest.mark.parametrize("field", ["sample_id", "vin"])
def test_one_sample_or_one_vehicle_on_one_day_is_to_be_explained(city: SmallCity, tmp_path: Path, field: str) -> None:
    copy(city, SOURCE, COPY)
    first, second = city.reports(3)[4:6]
    if field == "sample_id":
        second["sample_id"] = first["sample_id"]
    else:
        tests = {row["report_id"]: row for row in city.tables["vehicle_tests"]}
        tests[COPY]["vin"] = tests[SOURCE]["vin"]
        second["issued_at"] = first["issued_at"] + timedelta(hours=1)
    assert [row["severity"] for row in found(city, tmp_path)] == ["weak"]


def test_flat_curves_say_nothing(city: SmallCity, tmp_path: Path) -> None:
    for target in (SOURCE, COPY, "R040001"):
        for channel in ("co_pct", "hc_ppm"):
            series(city, target, channel)["values"] = [0.0] * 150 + [1.0] * 45
    assert found(city, tmp_path) == []


def test_without_series_it_is_skipped(city: SmallCity, tmp_path: Path) -> None:
    city.tables["raw_series"] = []
    _, silent = detected(DETECTOR, city, tmp_path)
    assert set(silent.values()) == {"C1:缺少表 raw_series"}
