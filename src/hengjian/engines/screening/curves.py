"""Curves of one batch as matrices: series of equal length together, those with missing values left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def matrices(lists: pa.ListArray, *, least: int = 2) -> Iterator[tuple[Integers, Floats]]:
    """(rows of the batch, rows × seconds) for every length from `least` on; a series with a gap is no row."""
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    values = lists.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    ends = np.cumsum(lengths)
    for length in np.unique(lengths[lengths >= least]):
        rows = np.flatnonzero(lengths == length)
        matrix = values[(ends[rows] - length)[:, None] + np.arange(length)[None, :]]
        whole = np.isfinite(matrix).all(axis=1)
        if whole.any():
            yield rows[whole], matrix[whole]


def over_dispersion(values: Floats, variances: Floats) -> tuple[float, float]:
    """(centre, τ²) of peers: the median, and what they differ beyond their sampling variances (10 % winsorised)."""
    centre = float(np.median(values))
    low, high = np.quantile(values, [0.1, 0.9])
    phi = float(np.mean((np.clip(values, low, high) - centre) ** 2 / variances)) / 0.679
    weights = 1 / variances
    spread = float(weights.sum() - (weights**2).sum() / weights.sum())
    count = len(values)
    return centre, max(0.0, (count * phi - (count - 1)) / spread) if spread > 0 else 0.0


def aligned(batch: pa.RecordBatch, names: Sequence[str], *, least: int = 2) -> Iterator[tuple[Integers, list[Floats]]]:
    """(rows of the batch, a matrix for each column) where all the columns' lists are equally long and without gaps."""
    columns = [batch.column(name) for name in names]
    lengths = [one.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64) for one in columns]
    values = [one.flatten().to_numpy(zero_copy_only=False).astype(np.float64) for one in columns]
    alike = (lengths[0] >= least) & np.logical_and.reduce([one == lengths[0] for one in lengths])
    for length in np.unique(lengths[0][alike]):
        rows = np.flatnonzero(alike & (lengths[0] == length))
        begins = [(np.cumsum(one) - one)[rows] for one in lengths]
        found = [own[begin[:, None] + np.arange(length)] for own, begin in zip(values, begins, strict=True)]
        whole = np.logical_and.reduce([np.isfinite(one).all(axis=1) for one in found])
        if whole.any():
            yield rows[whole], [one[whole] for one in found]
