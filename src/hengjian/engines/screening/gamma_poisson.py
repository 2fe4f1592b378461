"""Counts of honest units that differ among themselves: Poisson about a mean that is itself gamma-distributed.

`shape` is one over the squared coefficient of variation of the units' true rates (`screening.md` §3.2).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from hengjian.engines.screening.peers import Floats

Number = float | Floats | npt.NDArray[np.int64]


def as_many(seen: Number, expected: Number, shape: Number) -> Floats:
    """P(at least `seen`), 1 where nothing was seen."""
    tail = special.betainc(np.maximum(seen, 1.0), shape, expected / (shape + expected))
    return np.asarray(np.where(np.asarray(seen) > 0, tail, 1.0), dtype=np.float64)


def as_few(seen: Number, expected: Number, shape: Number) -> Floats:
    """P(at most `seen`)."""
    return np.asarray(special.betainc(shape, seen + 1, shape / (shape + expected)), dtype=np.float64)
