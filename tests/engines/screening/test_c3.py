"""C3: stretches of other curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hengjian.engines.screening.detectors.c3_spliced_series import DETECTOR, grams
from tests.engines.screening.curves_of import CHANNELS, curves_of, report, series
from tests.engines.screening.driven_curves import CHANNELS as DRIVEN
from tests.engines.screening.driven_curves import honest, stretched
from tests.engines.screening.screened import LAB, Rows, screened


def shift(tables: Rows, source: str, target: str, points: int, channels: tuple[str, ...] = CHANNELS) -> Rows:
    for channel in channels:
        values = series(tables, source, channel)["values"]
        series(tables, target, channel)["values"] = values[points:] + values[:points]
    return tables


def splice(tables: Rows, source: str, target: str, *, begin: int, size: int, to: int) -> Rows:
    """A stretch of another curve, at another level, as one who joins it on would have it."""
    theirs, own = series(tables, source), series(tables, target)
    values = list(own["values"])
    values[to : to + size] = [round(one + 0.35, 2) for one in theirs["values"][begin : begin + size]]
    own["values"] = values
    return tables


def test_honest_curves_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, curves_of(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


@pytest.mark.parametrize("points", [1, 4, 60])
def test_shifted_copies_are_certain_with_their_shift(tmp_path: Path, points: int) -> None:
    found = screened(DETECTOR, shift(curves_of(), "R004", "R017", points), tmp_path)
    assert found.severities == ["certain"] and found[0]["report_ids"] == "R004|R017"
    row = found.evidence()["rows"][0]
    assert abs(row["shift"]) in (points, 150 - points) and row["shared"] == 2


def test_a_long_spliced_stretch_is_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, splice(curves_of(), "R004", "R017", begin=20, size=90, to=50), tmp_path)
    assert found.severities == ["strong"] and found.evidence()["rows"][0]["shift"] in (30, -30)


def test_a_stretch_pasted_twice_into_one_curve_is_its_own_finding(tmp_path: Path) -> None:
    found = screened(DETECTOR, splice(curves_of(), "R017", "R017", begin=5, size=65, to=80), tmp_path)
    assert found.natures() == {"within"} and found[0]["subject_id"] == "R017" and found.severities == ["strong"]


def test_a_family_beyond_the_cap_stays_one_family(tmp_path: Path) -> None:
    tables = curves_of()
    for place in range(20, 50):
        shift(tables, "R004", f"R{place:03d}", 1 + place % 7)
    found = screened(DETECTOR, tables, tmp_path)
    assert len(found) == 1 and len(found[0]["report_ids"].split("|")) == 31


def test_an_equal_curve_is_left_to_its_own_check(tmp_path: Path) -> None:
    assert screened(DETECTOR, shift(curves_of(), "R004", "R017", 0), tmp_path) == []


def test_declared_retests_are_silent_one_sample_is_a_question(tmp_path: Path) -> None:
    tables = shift(curves_of(), "R004", "R017", 3)
    report(tables, "R017")["retest_of"] = "R004"
    assert screened(DETECTOR, tables, tmp_path / "a") == []
    tables = shift(curves_of(), "R004", "R017", 3)
    report(tables, "R017")["sample_id"] = "Y4"
    assert screened(DETECTOR, tables, tmp_path / "b").severities == ["weak"]


def test_idle_plateaus_ramps_and_periodic_cycles_are_no_stretches(tmp_path: Path) -> None:
    tables = curves_of()
    for place, row in enumerate(tables["raw_series"]):
        ramp = [round(0.01 * (one + place), 2) for one in range(75)]
        row["values"] = ramp + [ramp[-1]] * 75
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB] == "可判数量0，少于1"


def test_stretches_do_not_reach_over_the_end_of_a_series() -> None:
    values = np.random.default_rng(2).integers(0, 100, 4000).astype(float)
    lengths = np.array([2000, 0, 2000])
    owner, _, place = grams(values, lengths, np.zeros(3))
    assert set(owner.tolist()) == {0, 2} and place.max() <= 2000 - 13
    assert len(grams(np.array([1.0]), np.array([1]), np.zeros(1))[0]) == 0


def driven(reports: int = 60) -> Rows:
    """The same cars with three channels each, recorded as on a chassis dynamometer."""
    tables, block = curves_of(reports), honest(np.random.default_rng(5), reports, late=1.0)
    tables["raw_series"] = [
        {"report_id": row["report_id"], "item_code": "co", "channel": channel, "hz": 1.0, "role": "sample"}
        | {"values": line.tolist()}
        for row, lines in zip(tables["reports"], block, strict=True)
        for channel, line in zip(DRIVEN, lines, strict=True)
    ]
    return tables


def run_faster(tables: Rows, head: str, tail: str, target: str, *, speed: float, factor: float = 1.0) -> Rows:
    """Put together from two, the clock of the whole a little off, as somebody would who fears to be compared."""
    one, other = (np.array([series(tables, name, channel)["values"] for channel in DRIVEN]) for name in (head, tail))
    for channel, line in zip(DRIVEN, stretched(factor * np.hstack([one[:, :110], other[:, 110:]]), speed), strict=True):
        series(tables, target, channel)["values"] = line.tolist()
    return tables


def test_honest_drivers_are_silent(tmp_path: Path) -> None:
    assert screened(DETECTOR, driven(), tmp_path) == []


@pytest.mark.parametrize(("speed", "factor"), [(1.03, 1.0), (0.97, 1.0), (0.975, 0.8)])
def test_a_splice_that_runs_faster_or_slower_is_found_with_its_stretch(
    tmp_path: Path, speed: float, factor: float
) -> None:
    found = screened(DETECTOR, run_faster(driven(), "R004", "R030", "R017", speed=speed, factor=factor), tmp_path)
    assert found.severities == ["certain"] and {"R004", "R017"} <= set(found[0]["report_ids"].split("|"))
    row = found.evidence()["rows"][0]
    assert row["likeness"] == "run" and row["correlation"] >= 0.8 > row["usual_correlation"] and row["shared"] == 3
    says = found.evidence()["says"]
    assert "几乎相同" in says and "相关系数" in says and "None" not in says


def test_a_retest_of_the_same_car_may_run_alike(tmp_path: Path) -> None:
    tables = run_faster(driven(), "R004", "R004", "R017", speed=1.03)
    for one in tables["vehicle_tests"]:
        one["vin"] = "V4" if one["report_id"] == "R017" else one["vin"]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_too_few_recordings_show_no_usual_likeness(tmp_path: Path) -> None:
    assert screened(DETECTOR, run_faster(driven(29), "R004", "R020", "R017", speed=1.03), tmp_path) == []
