"""Limits of a funnel plot that honest differences between institutions have widened (`screening.md` §3.2).

Shares of many small and few large units scatter more than chance alone makes them; limits from chance alone accuse
half of the honest. The additive over-dispersion of Spiegelhalter (2005), from 10 %-winsorised z, widens them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hengjian.engines.screening.peers import winsorised

Floats = npt.NDArray[np.float64]
LEAST_UNITS = 10
"""Fewer units tell nothing about how units differ."""
INNER_Z, OUTER_Z = 1.959964, 3.090232
"""Two-sided 95 % and 99.8 %."""


@dataclass(frozen=True, kw_only=True)
class Dispersion:
    """`centre` the usual share 0–1, `tau2` the variance between honest units beyond chance, `phi` chance = 1."""

    centre: float
    tau2: float
    phi: float
    units: int

    def half_width(self, size: float, z: float) -> float:
        """How far a unit of this size may lie from the centre."""
        return z * math.sqrt(self.centre * (1 - self.centre) / max(size, 1.0) + self.tau2)

    def limits(self, size: float, z: float) -> tuple[float, float]:
        """The shares between which a unit of this size usually lies, within 0 and 1."""
        half = self.half_width(size, z)
        return max(0.0, self.centre - half), min(1.0, self.centre + half)


def dispersion_of(counts: Sequence[float], sizes: Sequence[float]) -> Dispersion | None:
    """Centre and over-dispersion of `counts` of `sizes`; None for fewer than ten units or where all are 0 or all 1.

    The centre is pooled over shares pulled in by 10 % at either side, so that no single unit sets it.
    """
    size = np.asarray(sizes, dtype=np.float64)
    keep = size > 0
    size, count = size[keep], np.asarray(counts, dtype=np.float64)[keep]
    if len(size) < LEAST_UNITS:
        return None
    share = np.clip(count / size, 0.0, 1.0)
    centre = float(np.average(winsorised(share), weights=size))
    if not 0.0 < centre < 1.0:
        centre = float(np.average(share, weights=size))
    if not 0.0 < centre < 1.0:
        return None
    error = np.sqrt(centre * (1 - centre) / size)
    z = winsorised((share - centre) / error)
    phi, units = float(np.mean(z**2)), len(size)
    weight = 1 / error**2
    spare = float(weight.sum() - (weight**2).sum() / weight.sum())
    tau2 = max(0.0, (units * phi - (units - 1)) / spare) if spare > 0 else 0.0
    return Dispersion(centre=centre, tau2=tau2, phi=phi, units=units)
