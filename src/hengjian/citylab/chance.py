"""Seeded random streams that give the same numbers on every machine.

Each stream is a Philox counter generator keyed by SHA-256 of (seed, name). Only raw 64-bit words are
taken from NumPy (their stream is guaranteed); everything else is done here with exact arithmetic:
uniforms are the upper 53 bits, normal deviates come from a table of quantiles rounded to 12 digits.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np

IntArray = np.ndarray[Any, np.dtype[np.int64]]
NumArray = np.ndarray[Any, np.dtype[np.float64]]

_CELLS = 1 << 14


@cache
def _quantiles() -> NumArray:
    """Standard normal quantiles at i/_CELLS; the two open ends are closed at half a cell."""
    inv = NormalDist().inv_cdf
    inner = [round(inv(i / _CELLS), 12) for i in range(1, _CELLS)]
    end = round(inv(0.25 / _CELLS), 12)
    return np.array([end, *inner, -end])


class Stream:
    """One named stream; drawing from it never disturbs another."""

    def __init__(self, seed: int, *name: str | int) -> None:
        digest = hashlib.sha256(json.dumps([seed, *name], ensure_ascii=False).encode()).digest()
        self._bits = np.random.Philox(key=np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64))

    def words(self, n: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """n raw 64-bit words."""
        return np.asarray(self._bits.random_raw(n), dtype=np.uint64)

    def uniform(self, n: int, low: float = 0.0, high: float = 1.0) -> NumArray:
        """n numbers in [low, high)."""
        return low + (self.words(n) >> np.uint64(11)) * (2.0**-53) * (high - low)

    def integers(self, n: int, high: int | IntArray) -> IntArray:
        """n integers in [0, high); `high` may be an array of n bounds."""
        return np.minimum((self.uniform(n) * high).astype(np.int64), np.maximum(np.asarray(high) - 1, 0))

    def normal(self, n: int) -> NumArray:
        """n standard normal deviates, by linear interpolation between tabled quantiles."""
        u = self.uniform(n) * _CELLS
        cell = u.astype(np.int64)
        table = _quantiles()
        return table[cell] + (table[cell + 1] - table[cell]) * (u - cell)

    def chosen(self, n: int, share: float | NumArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """n independent yes/no with the given probability."""
        return self.uniform(n) < share

    def weighted(self, n: int, weights: NumArray) -> IntArray:
        """n indices drawn with the given weights."""
        bounds = np.cumsum(weights)
        return np.minimum(np.searchsorted(bounds, self.uniform(n) * bounds[-1], side="right"), len(weights) - 1)

    def shuffled(self, n: int) -> IntArray:
        """A permutation of 0..n-1."""
        return np.argsort(self.words(n), kind="stable")

    def one(self, high: int) -> int:
        """One integer in [0, high)."""
        return int(self.integers(1, high)[0])

    def share(self) -> float:
        """One number in [0, 1)."""
        return float(self.uniform(1)[0])


def portions(total: int, weights: NumArray) -> IntArray:
    """Split `total` into integers in proportion to `weights` by largest remainder (ties: lower index first)."""
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(np.int64)
    rest = int(total - whole.sum())
    order = np.argsort(-(np.round(exact - whole, 9)), kind="stable")
    whole[order[:rest]] += 1
    return whole
