"""Canonical form and information of raw series."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.screening.series import SLICE_VALUES, fingerprints

Floats = npt.NDArray[np.float64]


def walk(seed: int, size: int = 200) -> Floats:
    return np.round(np.cumsum(np.random.default_rng(seed).normal(size=size)) * 3, 1)


def prints(*series: Floats, nominal: float = 0.0) -> tuple[list[int], list[float]]:
    lengths = np.array([len(one) for one in series])
    found, bits = fingerprints(np.concatenate(series), lengths, np.full(len(series), nominal))
    return found.tolist(), bits.tolist()


@given(st.integers(0, 10_000), st.integers(0, 20), st.integers(0, 20))
def test_constant_lead_in_and_tail_do_not_matter(seed: int, before: int, after: int) -> None:
    curve = walk(seed)
    framed = np.concatenate([np.full(before, curve[0]), curve, np.full(after, curve[-1])])
    one, two = prints(curve, framed)[0]
    assert one == two


@given(st.integers(0, 10_000), st.integers(2, 7))
def test_samples_repeated_by_a_faster_recorder_count_once(seed: int, times: int) -> None:
    curve = walk(seed)
    one, two = prints(curve, np.repeat(curve, times))[0]
    assert one == two


@given(st.integers(0, 10_000), st.integers(1, 198))
def test_one_changed_point_is_another_series(seed: int, place: int) -> None:
    curve = walk(seed)
    other = curve.copy()
    other[place] += 0.1
    one, two = prints(curve, other)[0]
    assert one != two


def test_another_level_is_another_series() -> None:
    one, two = prints(walk(1), walk(1) + 5)[0]
    assert one != two


def test_digits_finer_than_the_instrument_are_noise() -> None:
    curve = np.round(walk(3) * 20)
    noisy = curve + np.random.default_rng(4).uniform(-0.3, 0.3, len(curve))
    one, two = prints(curve, noisy, nominal=1.0)[0]
    assert one == two


def test_flat_and_regular_curves_carry_no_information() -> None:
    flat, ramp, square = np.full(500, 3.0), np.arange(500.0), np.tile([0.0, 0, 0, 0, 1], 8)
    _, bits = prints(flat, ramp, square, walk(5))
    assert bits[0] == bits[1] == 0 and bits[2] < 64 < bits[3]


def test_missing_points_and_empty_series_are_borne() -> None:
    holed = walk(6)
    holed[50] = np.nan
    found, bits = prints(np.array([]), walk(6), holed, np.array([]))
    assert bits[0] == bits[3] == 0 and found[1] != found[2]


def test_slicing_does_not_change_the_prints() -> None:
    curves = [walk(number, 300) for number in range(SLICE_VALUES // 300 + 50)]
    together = prints(*curves)[0]
    assert together[-1] == prints(curves[-1])[0][0] and len(set(together)) == len(curves)
