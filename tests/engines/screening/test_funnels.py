"""Limits of a funnel: honest differences widen them, few units give none, one liar does not set the centre."""

from __future__ import annotations

import pytest

from hengjian.engines.screening.funnels import OUTER_Z, dispersion_of


def test_units_that_differ_more_than_chance_widen_the_limits() -> None:
    sizes = [400] * 40
    scattered = [int(400 * (0.05 + 0.01 * (n % 21))) for n in range(40)]
    wide, narrow = dispersion_of(scattered, sizes), dispersion_of([60] * 40, sizes)
    assert wide is not None and narrow is not None
    assert wide.phi > 5 and wide.tau2 > 0 and narrow.tau2 == 0
    low, high = wide.limits(400, OUTER_Z)
    assert all(low <= count / 400 <= high for count in scattered)


def test_one_institution_among_many_stays_outside() -> None:
    usual = dispersion_of([8] * 30 + [90], [100] * 31)
    assert usual is not None and usual.centre < 0.1 and usual.limits(100, OUTER_Z)[1] < 0.9


def test_few_units_or_none_with_any_give_nothing() -> None:
    assert dispersion_of([1] * 9, [10] * 9) is None
    assert dispersion_of([0] * 30, [10] * 30) is None
    assert dispersion_of([10] * 30, [10] * 30) is None
    assert dispersion_of([1] * 30, [0] * 30) is None


@pytest.mark.parametrize("seed", range(12))
def test_limits_are_shares_and_wider_for_small_units(seed: int) -> None:
    sizes = [1 + (n * 37 + seed * 11) % 50 for n in range(10 + seed)]
    usual = dispersion_of([(n * (seed + 3)) % (size + 1) for n, size in enumerate(sizes)], sizes)
    assert usual is not None
    small, large = usual.limits(5, OUTER_Z), usual.limits(5000, OUTER_Z)
    assert 0 <= small[0] <= large[0] <= usual.centre <= large[1] <= small[1] <= 1
