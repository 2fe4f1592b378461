"""How alike standard deviations may be: what chance alone makes of them, and what the peers show."""

from __future__ import annotations

import numpy as np
from scipy import special

from hengjian.engines.screening.peers import Floats


def spread_of_spreads(variances: Floats, freedom: Floats) -> tuple[float, float, float]:
    """(variance of ln s² between sets against what chance alone gives, its error in ln, degrees of freedom).

    Sets of normal readings with one true σ have the ratio 1; honest ones have more, as σ varies. Below 1 standard
    deviations are more alike than chance allows. ln χ² is skewed, so its kurtosis lowers the degrees of freedom.
    """
    count = len(variances)
    by_chance = special.polygamma(1, freedom / 2)
    beyond = np.log(variances) - (special.digamma(freedom / 2) - np.log(freedom / 2))
    weights = 1 / by_chance
    centre = float(np.average(beyond, weights=weights))
    ratio = float((weights * (beyond - centre) ** 2).sum() / (count - 1))
    kurtosis = float(np.mean(special.polygamma(3, freedom / 2) / by_chance**2))
    own = 2 / (2 / (count - 1) + kurtosis / count)
    return ratio, float(np.sqrt(2 / own)), float(own)


def as_alike_by_chance(ratio: float, freedom: float) -> float:
    """P(chance alone makes them as alike): the anchor that needs no peers."""
    return float(special.chdtr(freedom, freedom * ratio))
