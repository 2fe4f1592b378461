"""Peer-based nulls: additive over-dispersion after Spiegelhalter, so that honest differences are not called fraud."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WINSOR = 0.10


def winsorised(values: Floats, share: float = WINSOR) -> Floats:
    """Values beyond the lower and upper `share` pulled to those quantiles."""
    low, high = np.quantile(values, [share, 1 - share])
    return np.clip(values, low, high)


def over_dispersion(values: Floats, errors: Floats, centre: float) -> float:
    """τ² of units with statistics `values` and sampling errors (`screening.md` §3.2)."""
    n = len(values)
    if n < 2:
        return 0.0
    phi = float(np.mean(winsorised((values - centre) / errors) ** 2))
    weights = errors**-2.0
    total = float(weights.sum())
    spread = total - float((weights**2).sum()) / total
    return max(0.0, (n * phi - (n - 1)) / spread) if spread > 0 else 0.0


def peer_z(values: Floats, errors: Floats) -> Floats:
    """z of every unit against the peers' median with over-dispersion."""
    centre = float(np.median(values))
    spread = np.sqrt(errors**2 + over_dispersion(values, errors, centre))
    return np.asarray((values - centre) / spread, dtype=np.float64)
