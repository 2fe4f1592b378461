"""Sets of results closer together than chance brings them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from hengjian.engines.screening.near_vectors import near_pairs

HOUSES, REPORTS, ITEMS = 20, 15, 6


def world(*, houses: int = HOUSES, narrow: float = 1.0, spread: float = 0.5) -> np.ndarray:
    """Log-normal values, houses × reports × items; the samples of house 3 vary `narrow` times as much."""
    chance = np.random.default_rng(5)
    level = chance.normal(0, 0.3, (houses, REPORTS, 1)) + chance.normal(0, spread, (houses, REPORTS, ITEMS))
    if houses > 3:
        level[3] *= narrow
    return np.round(30 * np.exp(level), 2)


def table(values: np.ndarray) -> pa.Table:
    rows = [
        {"institution_id": f"H{house}", "report_id": f"R{house:02d}{report:02d}", "object": "rice", "item": f"i{item}"}
        | {"shown": f"{value:.2f}", "value": float(value)}
        for house, reports in enumerate(values)
        for report, items in enumerate(reports)
        for item, value in enumerate(items)
    ]
    return pa.Table.from_pylist(rows)


def named(values: np.ndarray) -> list[tuple[str, str]]:
    return [(near.a, near.b) for near in near_pairs(table(values))]


def test_honest_sets_are_silent_also_where_one_house_sees_like_samples_only() -> None:
    for narrow in (1.0, 0.5, 0.25, 0.1):
        assert named(world(narrow=narrow)) == []


@pytest.mark.parametrize("noise", [0.0, 0.002, 0.005])
def test_a_set_that_is_anothers_but_for_hardly_anything_is_named(noise: float) -> None:
    values = world()
    values[2, 9] = np.round(values[2, 4] * (1 + noise * np.random.default_rng(1).normal(size=ITEMS)), 2)
    assert named(values) == [("R0204", "R0209")]
    near = near_pairs(table(values))[0]
    assert near.expected < 1e-2 and near.items == ITEMS and near.apart < 5


def test_what_differs_as_repeated_measurements_do_is_not_named() -> None:
    values = world()
    values[2, 9] = np.round(values[2, 4] * (1 + 0.1 * np.random.default_rng(1).normal(size=ITEMS)), 2)
    assert named(values) == []


def test_copies_between_houses_few_houses_and_constant_values_are_not_judged() -> None:
    values = world()
    values[2, 9] = values[7, 4]
    assert named(values) == []
    few = world(houses=6)
    few[2, 9] = few[2, 4]
    assert named(few) == []
    assert named(np.full((HOUSES, REPORTS, ITEMS), 5.0)) == []
    constant = world()
    constant[:, :, 0] = 5.0
    assert named(constant) == []
    assert near_pairs(table(world()).slice(0, 0)) == []


def test_coarse_values_that_are_often_equal_make_nobody_suspicious() -> None:
    assert named(np.round(world(spread=0.2) / 10) * 10) == []
