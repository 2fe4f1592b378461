"""Stretches that run faster or slower: what is found, and what honest drivers share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hengjian.engines.screening.detectors.c2_scaled_series import reduce
from hengjian.engines.screening.warped import Warped, warped_pairs
from tests.engines.screening.driven_curves import CHANNELS, POINTS, Floats, honest, stretched


def told(curves: dict[str, Floats], house: dict[str, str]) -> list[Warped]:
    rows: list[dict[str, Any]] = [
        {"report_id": name, "channel": channel, "series": line.tolist()}
        for name, block in curves.items()
        for channel, line in zip(CHANNELS, block, strict=True)
    ]
    return warped_pairs(reduce(pa.RecordBatch.from_pylist(rows)), house)


def named(block: Floats, house: str) -> dict[str, Floats]:
    return {f"{house}{number:03d}": one for number, one in enumerate(block)}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("late", [0.0, 3.0])
def test_honest_recordings_are_not_alike_however_late_their_drivers(seed: int, late: float) -> None:
    curves = named(honest(np.random.default_rng(seed), 120, late=late), "A")
    assert told(curves, dict.fromkeys(curves, "A")) == []


@pytest.mark.parametrize("speed", [0.965, 0.98, 0.99, 1.01, 1.02, 1.035])
def test_a_copy_at_another_speed_is_found_whoever_was_first(speed: float) -> None:
    curves = named(honest(np.random.default_rng(7), 60), "A")
    curves["A050"] = stretched(curves["A010"], speed)
    (one,) = told(curves, dict.fromkeys(curves, "A"))
    assert (one.a, one.b) == ("A010", "A050") and one.correlation > 0.85 > one.usual and one.channels == 3
    assert one.channel in CHANNELS and 1 <= one.first_point < one.last_point <= POINTS


def test_where_most_are_copies_other_institutions_tell_what_is_usual() -> None:
    chance = np.random.default_rng(11)
    curves: dict[str, Floats] = {}
    for house in "ABCDEF":
        curves |= named(honest(chance, 40), house)
    for number in range(4, 40):
        curves[f"A{number:03d}"] = stretched(curves[f"A{number % 4:03d}"], 1.02 + 0.0005 * number)
    found = told(curves, {name: name[0] for name in curves})
    assert {one.a[0] for one in found} == {"A"} and len(found) >= 30


def test_equal_recordings_two_institutions_and_repeated_channels_are_left_to_others() -> None:
    curves = named(honest(np.random.default_rng(13), 60), "A")
    curves["A050"] = curves["A010"]
    assert told(curves, dict.fromkeys(curves, "A")) == []
    curves["A050"] = stretched(curves["A010"], 1.02)
    assert told(curves, {name: "B" if name == "A050" else "A" for name in curves}) == []
    rows = [
        {"report_id": name, "channel": "force_n", "series": line.tolist()}
        for name, block in curves.items()
        for line in block
    ]
    assert warped_pairs(reduce(pa.RecordBatch.from_pylist(rows)), dict.fromkeys(curves, "A")) == []


def test_nothing_in_nothing_out() -> None:
    empty = reduce(pa.RecordBatch.from_pylist([{"report_id": "A", "channel": "x", "series": [1.0]}]))
    assert warped_pairs(empty.slice(0, 0), {}) == []
