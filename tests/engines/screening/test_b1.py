"""B1: one person at two tasks or places at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hengjian.engines.screening.detectors.b1_person_overlap import DETECTOR
from tests.engines.screening.screened import LAB, OTHER_LAB, Rows, lab, results, screened

HOUR = timedelta(hours=1)


def titrated(*, attended: bool | None = True) -> Rows:
    """One attended titration of twenty minutes and some seconds for every report, by P12."""
    tables = results(lab(), item_code="acid", method_no="GB 12456-2021", tester_id="P12", instrument_id="E1")
    for report, row in zip(tables["reports"], tables["results"], strict=True):
        row.update(
            started_at=report["started_at"], finished_at=report["started_at"] + timedelta(minutes=20, seconds=11)
        )
    item = {"standard_no": "GB 2762-2022", "item_code": "acid", "item_name": "总酸", "method_no": "GB 12456-2021"}
    tables["standard_items"] = [item | {"attended": attended}]
    return tables


def clash(tables: Rows, pairs: int = 1, *, after: timedelta = timedelta(minutes=9), **columns: Any) -> Rows:
    """The second report of each pair is tested `after` the first begins, on another instrument."""
    for place in range(pairs):
        first, second = tables["results"][2 * place], tables["results"][2 * place + 1]
        length = second["finished_at"] - second["started_at"]
        second.update(started_at=first["started_at"] + after, instrument_id="E2")
        second.update({"finished_at": second["started_at"] + length} | columns)
    return tables


def test_one_after_the_other_is_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, titrated(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_two_attended_tests_at_once_are_strong_once_and_certain_when_repeated(tmp_path: Path) -> None:
    once = screened(DETECTOR, clash(titrated()), tmp_path / "a")
    assert once.severities == ["strong"] and once.natures() == {"overlap"}
    assert once[0]["report_ids"] == "R000|R001" and once[0]["subject_id"] == "P12"
    assert screened(DETECTOR, clash(titrated(), 2), tmp_path / "b").severities == ["certain"]


@pytest.mark.parametrize("attended", [False, None])
def test_unattended_runs_are_not_judged(tmp_path: Path, attended: bool | None) -> None:
    found = screened(DETECTOR, clash(titrated(attended=attended), 3), tmp_path)
    assert found == [] and found.abstained[LAB]


@pytest.mark.parametrize(
    "benign",
    [
        {"after": timedelta(minutes=19)},
        {"after": timedelta(0), "instrument_id": "E1"},
        {"tester_id": "P34"},
        {"subcontracted": True},
    ],
)
def test_a_touch_a_batch_a_colleague_and_a_subcontractor_are_silent(tmp_path: Path, benign: dict[str, Any]) -> None:
    assert screened(DETECTOR, clash(titrated(), 3, **benign), tmp_path) == []


def test_one_sample_under_two_reports_is_silent(tmp_path: Path) -> None:
    tables = clash(titrated(), 3)
    for place in range(3):
        tables["reports"][2 * place + 1]["sample_id"] = tables["reports"][2 * place]["sample_id"]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_whole_days_abstain(tmp_path: Path) -> None:
    tables = clash(titrated(), 3)
    for row in tables["results"]:
        for name in ("started_at", "finished_at"):
            row[name] = row[name].replace(hour=0, minute=0, second=0)
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB]


def test_a_swapped_number_of_a_colleague_at_work_that_day_is_a_question(tmp_path: Path) -> None:
    tables = clash(titrated())
    tables["results"].append(
        tables["results"][0]
        | {"report_id": "R030", "tester_id": "P21", "started_at": tables["results"][0]["started_at"] + 3 * HOUR}
        | {"finished_at": tables["results"][0]["started_at"] + 4 * HOUR, "instrument_id": "E3", "replicate": 1}
    )
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"overlap_slip"}


def test_a_house_that_writes_down_batches_throughout_is_a_question(tmp_path: Path) -> None:
    found = screened(DETECTOR, clash(titrated(), 20), tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"roster"}


def test_a_corrected_report_is_silent(tmp_path: Path) -> None:
    tables = clash(titrated())
    tables["reports"][1]["corrects"] = "R000"
    assert screened(DETECTOR, tables, tmp_path) == []


def sampled(count: int = 40, **columns: Any) -> Rows:
    """Samplings of forty minutes at places 3 km apart, two days apart."""
    tables = lab(count, sampler_id="P12", sample_gps_m=10.0)
    for place, row in enumerate(tables["reports"]):
        start: datetime = row["received_at"] - 3 * HOUR
        row.update(sampled_at=start, sampling_ended_at=start + timedelta(minutes=40), client_id=f"C{place}")
        row.update({"sample_lon": 124.0 + 0.03 * (place % 3), "sample_lat": 29.0} | columns)
    return tables


def second(tables: Rows, *, after: timedelta, **columns: Any) -> Rows:
    """The second sampling begins `after` the first one begins."""
    first, row = tables["reports"][:2]
    start = first["sampled_at"] + after
    row.update({"sampled_at": start, "sampling_ended_at": start + timedelta(minutes=40)} | columns)
    return tables


def test_two_places_at_once_accuse(tmp_path: Path) -> None:
    assert screened(DETECTOR, sampled(), tmp_path / "a") == []
    found = screened(DETECTOR, second(sampled(), after=timedelta(minutes=15)), tmp_path / "b")
    assert found.severities == ["strong"] and found.natures() == {"overlap"}


def test_two_samples_of_one_visit_are_silent(tmp_path: Path) -> None:
    here = {"sample_lon": 124.001, "sample_lat": 29.0}
    assert screened(DETECTOR, second(sampled(), after=timedelta(minutes=5), **here), tmp_path / "a") == []
    tables = second(sampled(sample_lon=None, sample_lat=None), after=timedelta(minutes=5), client_id="C0")
    assert screened(DETECTOR, tables, tmp_path / "b") == []


@pytest.mark.parametrize(
    ("lon", "lat", "expected"), [(124.2, 29.2, []), (124.4, 29.4, ["strong"]), (126.0, 29.0, ["weak"])]
)
def test_a_journey_faster_than_a_car_accuses_unless_one_coordinate_explains_it(
    tmp_path: Path, lon: float, lat: float, expected: list[str]
) -> None:
    tables = second(sampled(), after=timedelta(minutes=55), sample_lon=lon, sample_lat=lat)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == expected


def test_bare_instants_serve_travel_alone_and_only_ask(tmp_path: Path) -> None:
    tables = sampled(sampling_ended_at=None)
    assert screened(DETECTOR, tables, tmp_path / "a") == []
    far = second(tables, after=timedelta(minutes=5), sampling_ended_at=None, sample_lon=124.4, sample_lat=29.4)
    found = screened(DETECTOR, far, tmp_path / "b")
    assert found.severities == ["weak"] and found.natures() == {"travel_slip"}


def test_a_roster_of_five_on_every_report_of_the_day_is_a_question(tmp_path: Path) -> None:
    team = {"sampler_ids": "P12|P34|P56|P78|P90", "sampler_id": None}
    found = screened(DETECTOR, second(sampled(**team), after=timedelta(minutes=15)), tmp_path)
    assert set(found.severities) == {"weak"} and found.natures() == {"roster"} and len(found) == 5


def test_a_person_at_two_houses_at_once_accuses_both(tmp_path: Path) -> None:
    tables = sampled()
    tables["reports"][1]["institution_id"] = OTHER_LAB
    tables["reports"].append(
        tables["reports"][4] | {"report_id": "R900", "institution_id": OTHER_LAB, "sampler_id": "P99"}
    )
    found = screened(DETECTOR, second(tables, after=timedelta(minutes=15)), tmp_path)
    assert {row["institution_id"] for row in found} == {LAB, OTHER_LAB}
    assert {row["subject_id"] for row in found} == {"P12"}


def driven(**second_test: Any) -> Rows:
    tables = lab(field="vehicle", tester_id="P1")
    tables["vehicle_tests"] = [
        {
            "report_id": row["report_id"],
            "plate": f"澄A{row['report_id']}",
            "vin": f"V{row['report_id']}",
            "lane_id": "X1",
            "driver_id": "P12",
            "started_at": row["started_at"],
            "finished_at": row["started_at"] + timedelta(minutes=12, seconds=5),
        }
        for row in tables["reports"]
    ]
    first, other = tables["vehicle_tests"][:2]
    start = first["started_at"] + timedelta(minutes=4)
    other.update({"started_at": start, "finished_at": start + timedelta(minutes=12)} | second_test)
    return tables


def test_one_driver_in_two_vehicles_accuses(tmp_path: Path) -> None:
    found = screened(DETECTOR, driven(), tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"overlap"}


def test_one_vehicle_on_one_line_is_silent_and_on_two_lines_accuses(tmp_path: Path) -> None:
    assert screened(DETECTOR, driven(vin="VR000"), tmp_path / "a") == []
    found = screened(DETECTOR, driven(vin="VR000", lane_id="X2"), tmp_path / "b")
    assert found.severities == ["strong"] and found.natures() == {"car"}


def test_one_vehicle_with_the_whole_visit_written_twice_is_a_question(tmp_path: Path) -> None:
    tables = driven(vin="VR000", lane_id="X2")
    first, other = tables["vehicle_tests"][:2]
    other.update(started_at=first["started_at"], finished_at=first["finished_at"])
    assert screened(DETECTOR, tables, tmp_path).severities == ["weak"]


def test_the_key_stays_when_more_reports_join(tmp_path: Path) -> None:
    keys = {screened(DETECTOR, clash(titrated(), n), tmp_path / str(n))[0]["finding_key"] for n in (1, 3)}
    assert len(keys) == 1
