"""C2: curves scaled or with noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hengjian.engines.screening.detectors import c2_scaled_series
from hengjian.engines.screening.detectors.c2_scaled_series import DETECTOR, candidates, shape_of
from tests.engines.screening.curves_of import CHANNELS, STEP, curves_of, report, series
from tests.engines.screening.screened import LAB, Rows, screened


def scale(
    tables: Rows, source: str, target: str, factor: float, *, noise: float = 0.0, channels: tuple[str, ...] = CHANNELS
) -> Rows:
    chance = np.random.default_rng(9)
    for channel in channels:
        values = np.array(series(tables, source, channel)["values"]) * factor
        values *= 1 + noise * chance.standard_normal(len(values))
        step = STEP[channel]
        series(tables, target, channel)["values"] = [round(float(one), 2) for one in np.round(values / step) * step]
    return tables


def test_honest_curves_on_one_cycle_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, curves_of(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


@pytest.mark.parametrize(("factor", "noise"), [(0.7, 0.0), (0.9, 0.02), (1.0, 0.02)])
def test_scaled_and_noisy_copies_are_certain_with_two_curves(tmp_path: Path, factor: float, noise: float) -> None:
    found = screened(DETECTOR, scale(curves_of(), "R004", "R017", factor, noise=noise), tmp_path)
    assert found.severities == ["certain"] and found[0]["report_ids"] == "R004|R017"
    row = found.evidence()["rows"][0]
    assert row["shared"] == 2 and row["correlation"] > 0.9 and row["nature"] == "strangers"


def test_one_curve_alone_is_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, scale(curves_of(), "R004", "R017", 0.7, channels=CHANNELS[:1]), tmp_path)
    assert found.severities == ["strong"]


def test_an_equal_curve_is_left_to_its_own_check(tmp_path: Path) -> None:
    assert screened(DETECTOR, scale(curves_of(), "R004", "R017", 1.0), tmp_path) == []


def test_retests_corrections_and_control_samples_are_silent_one_sample_is_a_question(tmp_path: Path) -> None:
    for place, change in enumerate(({"retest_of": "R004"}, {"corrects": "R004"}, {"purpose": "qc"})):
        tables = scale(curves_of(), "R004", "R017", 0.8)
        report(tables, "R017").update(change)
        assert screened(DETECTOR, tables, tmp_path / str(place)) == []
    tables = scale(curves_of(), "R004", "R017", 0.8)
    report(tables, "R017")["sample_id"] = "Y4"
    assert screened(DETECTOR, tables, tmp_path / "d").severities == ["weak"]


def test_the_same_vehicle_may_come_out_alike(tmp_path: Path) -> None:
    tables = scale(curves_of(), "R004", "R017", 0.9, noise=0.03)
    tables["vehicle_tests"][17]["vin"] = "V4"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_exhaust_thinned_alike_in_many_cars_is_no_copy(tmp_path: Path) -> None:
    tables = curves_of(80)
    chance = np.random.default_rng(5)
    cycle = 9 + 4 * np.sin(np.arange(150) / 9)
    for place in range(80):
        course = cycle + 0.02 * chance.standard_normal(150)
        if place < 10:
            course = course / 1.8 + 20.9 * (1 - 1 / 1.8)
        series(tables, f"R{place:03d}")["values"] = [round(float(one), 2) for one in course]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_one_jump_at_the_same_place_is_no_copy(tmp_path: Path) -> None:
    tables = curves_of(80)
    for place in range(10):
        values = series(tables, f"R{place:03d}")["values"]
        series(tables, f"R{place:03d}")["values"] = [*values[:70], *(round(one * 40, 2) for one in values[70:])]
    assert screened(DETECTOR, tables, tmp_path) == []


def test_the_drivers_foot_is_not_compared(tmp_path: Path) -> None:
    tables = scale(curves_of(), "R004", "R017", 0.8, channels=CHANNELS[:1])
    for row in tables["raw_series"]:
        row["channel"] = {"co_pct": "rpm"}.get(row["channel"], row["channel"])
    assert screened(DETECTOR, tables, tmp_path) == []


def test_few_curves_flat_curves_and_missing_points_abstain(tmp_path: Path) -> None:
    few = screened(DETECTOR, scale(curves_of(30), "R004", "R017", 0.8), tmp_path / "a")
    assert few == []
    flat = curves_of()
    for row in flat["raw_series"]:
        row["values"] = [0.5] * 150
    found = screened(DETECTOR, flat, tmp_path / "b")
    assert found == [] and found.abstained[LAB] == "可判数量0，少于1"
    holes = curves_of()
    for row in holes["raw_series"]:
        row["values"] = [float("nan") if place % 5 == 0 else one for place, one in enumerate(row["values"])]
    assert screened(DETECTOR, holes, tmp_path / "c").abstained[LAB]


def test_a_factor_falls_out_of_the_shape() -> None:
    values = np.exp(np.random.default_rng(1).normal(3, 1, 90))
    one, other = shape_of(values), shape_of(values * 0.6)
    assert one is not None and other is not None and np.allclose(one[0], other[0], atol=2e-3)
    assert shape_of(np.zeros(90)) is None and shape_of(np.full(90, np.inf)) is None


def test_projections_find_close_pairs_among_many_without_all_pairs() -> None:
    chance = np.random.default_rng(4)
    units = chance.standard_normal((6000, 120)).astype(np.float32)
    units[5000:5050] = units[:50] + 0.12 * chance.standard_normal((50, 120)).astype(np.float32)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    met = {(int(a), int(b)) for first, second in candidates(units) for a, b in zip(first, second, strict=True)}
    assert sum((place, 5000 + place) in met for place in range(50)) >= 40 and len(met) < 3000


def test_a_large_family_stays_linked() -> None:
    units = np.ones((500, 60), dtype=np.float32) / np.sqrt(np.float32(60))
    first, second = next(iter(candidates(units)))
    assert len(first) == 499
    assert c2_scaled_series.MOST_IN_BUCKET == 200 and (second > first).all()
