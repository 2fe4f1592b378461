"""Two series of one channel laid over one another: where they are the same point by point, also when shifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LEAST_CHANGES = 8
"""A stretch in which the values change less often is no copy but a plateau."""
LONGEST_SHIFTED = 3000
"""Longer series are compared without a shift."""
LIKE = 0.98
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Stretch:
    """`length` points from `start` of the one equal those of the other `shift` points later; `changes` among them."""

    start: int
    length: int
    shift: int
    changes: int


def copied_stretch(one: Sequence[float], other: Sequence[float]) -> Stretch | None:
    """The stretch with most changes that both share exactly; without a shift where that is as good."""
    a, b = _values(one), _values(other)
    if len(a) < 2 or len(b) < 2:
        return None
    moves = np.concatenate([[0], np.cumsum(np.diff(a) != 0)])
    shifts = [0]
    if max(len(a), len(b)) <= LONGEST_SHIFTED:
        shifts += [step for n in range(1, max(len(a), len(b))) for step in (n, -n)]
    best: Stretch | None = None
    for shift in shifts:
        low, high = max(0, -shift), min(len(a), len(b) - shift)
        if high - low < LEAST_CHANGES or (best and high - low <= best.changes):
            continue
        same = a[low:high] == b[low + shift : high + shift]
        for start, length in _runs(same):
            changes = int(moves[low + start + length - 1] - moves[low + start])
            if changes >= LEAST_CHANGES and (best is None or changes > best.changes):
                best = Stretch(low + start, length, shift, changes)
    return best


def likeness(one: Sequence[float], other: Sequence[float]) -> tuple[float, float] | None:
    """(correlation, factor of the second to the first) point by point; None where they are not alike (r < 0.98)."""
    size = min(len(one), len(other))
    a, b = _values(one)[:size], _values(other)[:size]
    known = np.isfinite(a) & np.isfinite(b)
    a, b = a[known], b[known]
    if len(a) < LEAST_CHANGES or not a.std() > 0 or not b.std() > 0:
        return None
    r = float(np.corrcoef(a, b)[0, 1])
    factor = float((a * b).sum() / (a * a).sum()) if (a * a).sum() > 0 else 0.0
    return (r, factor) if r >= LIKE else None


def _values(values: Sequence[float]) -> Floats:
    return np.round(np.asarray([np.nan if one is None else one for one in values], dtype=np.float64), DECIMALS)


def _runs(same: Flags) -> list[tuple[int, int]]:
    """(start, length) of the stretches of True that are long enough to hold a copy."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], same.astype(np.int8), [0]])))
    return [(int(s), int(e - s)) for s, e in zip(edges[::2], edges[1::2], strict=True) if e - s > LEAST_CHANGES]
