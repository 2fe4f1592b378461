"""Peer-based nulls: how much honest laboratories differ in precision, so that the precise one is not accused.

An honest laboratory's spread is k times the method's, ln k² ~ N(0, τ²) over laboratories; τ² comes from the peers
(`screening.md` §3.2). A tail probability is the average over k: chance and honest differences together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]

WINSOR = 0.10
WINSOR_KEEPS = 0.679
"""What is left of a normal variance after 10 % on either side is pulled in."""

LEAST_TAU = 0.2
NODES = np.linspace(-6, 6, 161)
WEIGHTS = np.exp(-(NODES**2) / 2)


def winsorised(values: Floats, share: float = WINSOR) -> Floats:
    """Values beyond the lower and upper `share` pulled to those quantiles."""
    low, high = np.quantile(values, [share, 1 - share])
    return np.clip(values, low, high)


def chi_median(freedom: Floats) -> Floats:
    """Median of χ²_ν/ν (Wilson–Hilferty)."""
    return np.asarray((1 - 2 / (9 * freedom)) ** 3, dtype=np.float64)


def peer_spread(ratios: Floats, freedom: Floats) -> tuple[float, float]:
    """(centre, τ) of variance ratios with ν degrees of freedom each: robust, τ never below 0.2."""
    centre = max(1e-12, float(np.median(ratios / chi_median(freedom))))
    bias = special.digamma(freedom / 2) - np.log(freedom / 2)
    beyond = np.log(np.maximum(ratios / centre, 1e-12)) - bias
    seen = float(np.mean(winsorised(beyond) ** 2)) / WINSOR_KEEPS
    return centre, float(np.sqrt(max(LEAST_TAU**2, seen - float(np.mean(special.polygamma(1, freedom / 2))))))


def precisions(tau: float) -> tuple[Floats, Floats]:
    """Nodes k² of honest laboratories and their probabilities."""
    return np.exp(tau * NODES), np.asarray(WEIGHTS / WEIGHTS.sum(), dtype=np.float64)


def spread_tail(ratios: Floats, freedom: Floats, *, centre: float, tau: float) -> Floats:
    """P(an honest laboratory's pooled variance ratio is as small)."""
    squares, chances = precisions(tau)
    argument = (freedom * ratios / (2 * centre))[:, None] / squares[None, :]
    return np.asarray(special.gammainc(freedom[:, None] / 2, argument) @ chances, dtype=np.float64)


def count_tail(counts: Floats, sizes: Floats, *, chance: Floats, ratios: Floats, freedom: Floats, tau: float) -> Floats:
    """P(at least as many of `sizes` sets are close), at a laboratory as precise as its own pooled spread tells.

    `chance` (units × nodes of k²) is that of one set; counts may be broken; `ratios` are against the peers' centre.
    A precise laboratory has many close sets and a small spread, who copies readings many close sets among usual ones.
    """
    squares, chances = precisions(tau)
    shape = freedom[:, None] / 2
    told = shape * (np.log(ratios[:, None] / squares) - ratios[:, None] / squares)
    posterior = np.exp(told - told.max(axis=1, keepdims=True)) * chances
    posterior /= posterior.sum(axis=1, keepdims=True)
    some = np.maximum(counts, 1e-9)[:, None]
    tails = special.betainc(some, sizes[:, None] - some + 1, np.clip(chance, 0.0, 1.0))
    return np.asarray(np.where(counts > 0, (tails * posterior).sum(axis=1), 1.0), dtype=np.float64)


def share_tail(counts: Floats, sizes: Floats, *, usual: float, strength: float, least: int) -> tuple[Floats, float]:
    """(P(an honest institution has as many of so many), mean share): beta-binomial over institutions.

    Mean and strength of the beta law come from the peers, the worst tenth pulled in; below `least` peers they are
    `usual` and `strength`.
    """
    mean = usual
    if len(sizes) >= least:
        shares = winsorised((counts + 0.5 * usual) / (sizes + 0.5))
        mean = max(float(np.average(shares, weights=np.sqrt(sizes))), usual / 10)
        spread = max(float(np.var(shares)), mean * (1 - mean) / 200)
        strength = max(2.0, mean * (1 - mean) / spread - 1)
    levels = special.betaincinv(mean * strength, (1 - mean) * strength, (np.arange(200) + 0.5) / 200)
    some = np.maximum(counts, 1.0)[:, None]
    tails = np.where(counts[:, None] > 0, special.betainc(some, sizes[:, None] - some + 1, levels[None, :]), 1.0)
    return np.asarray(tails.mean(axis=1), dtype=np.float64), mean
