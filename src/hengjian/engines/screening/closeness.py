"""How close readings of one sample lie, set by set and pooled, against what peers' readings do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import special

from hengjian.engines.screening.peers import Floats, count_tail, peer_spread, precisions, spread_tail

LEAST_SETS = 10
LEAST_PEERS = 20
TOO_CLOSE = 0.05
STANDARD_TAU = 1.0
"""Against a standard's repeatability alone a laboratory may honestly be several times better: ln k² ~ N(0, 1)."""

SMOOTH_BEYOND = 1e4


@dataclass(frozen=True)
class Sets:
    """Usable sets as arrays; `unit` numbers institution × item × method among `count`."""

    rsd2: Floats
    expected: Floats
    freedom: Floats
    weight: Floats
    unit: npt.NDArray[np.int64]
    count: int

    def total(self, weights: Floats | None = None) -> Floats:
        """Sums by unit."""
        return np.bincount(self.unit, weights=weights, minlength=self.count).astype(np.float64)

    @cached_property
    def size(self) -> Floats:
        """Sets by unit."""
        return self.total()

    @cached_property
    def near(self) -> Floats:
        """Close sets by unit."""
        return self.total(self.weight)

    @cached_property
    def dof(self) -> Floats:
        """Degrees of freedom of all sets by unit."""
        return np.maximum(self.total(self.freedom), 1)

    @cached_property
    def pooled(self) -> Floats:
        """Pooled spread against what is expected by unit."""
        return self.total(self.freedom * self.rsd2 / self.expected) / self.dof

    @cached_property
    def by_freedom(self) -> list[tuple[float, Floats]]:
        """(degrees of freedom, sets that have them by unit)."""
        return [(one, self.total((self.freedom == one).astype(np.float64))) for one in np.unique(self.freedom)]


class Verdict:
    """By unit: p, close sets and how many were to be expected, spread against it, number of peers (0: a standard)."""

    def __init__(self, count: int) -> None:
        self.p, self.ratio, self.near, self.share = (np.ones(count) for _ in range(4))
        self.size = np.zeros(count, dtype=np.int64)
        self.peers = np.zeros(count, dtype=np.int64)

    @property
    def judged(self) -> npt.NDArray[np.bool_]:
        return self.size > 0


def closeness(rsd2: Floats, expected: Floats, freedom: Floats, rel_delta: Floats) -> Floats:
    """How surely a set is among the 5 % closest, 0–1: readings are freed of their rounding by noise of its variance.

    Without that, coarse figures would be equal by rounding far oftener than in 5 % of the sets. The noise is taken in
    its mean (noncentral χ²), so nothing is drawn by lot.
    """
    step = np.maximum(rel_delta**2 / 12, 1e-300)
    bound = special.chdtri(freedom, 1 - TOO_CLOSE) * (expected + step)
    seen = freedom * rsd2
    smooth = (bound / step < SMOOTH_BEYOND) & (seen < 4 * bound)
    weight = (seen <= bound).astype(np.float64)
    weight[smooth] = special.chndtr((bound / step)[smooth], freedom[smooth], (seen / step)[smooth])
    return np.asarray(np.nan_to_num(weight), dtype=np.float64)


def _chances(sets: Sets, units: npt.NDArray[np.int64], tau: float) -> Floats:
    """Units × nodes: the chance of a set to be close at a laboratory of precision k²."""
    squares, _ = precisions(tau)
    result = np.zeros((len(units), len(squares)))
    for freedom, count in sets.by_freedom:
        share = count[units] / sets.size[units]
        close = special.gammainc(freedom / 2, special.chdtri(freedom, 1 - TOO_CLOSE) / (2 * squares))
        result += share[:, None] * close[None, :]
    return result


def judge(sets: Sets, units: npt.NDArray[np.int64], verdict: Verdict, *, against: npt.NDArray[np.int64]) -> None:
    """Pooled spread and number of close sets of `units`, against a peer group (none: the standard); smaller p doubled.

    Peers who are close more often than 5 % raise what is expected of everybody.
    """
    size, near, dof, pooled = sets.size, sets.near, sets.dof, sets.pooled
    centre, tau, share = 1.0, STANDARD_TAU, TOO_CLOSE
    if len(against):
        centre, tau = peer_spread(pooled[against], dof[against])
        seen = near[against] / size[against]
        usual = np.minimum(size[against], np.median(size[against]))
        share = max(share, float(np.average(np.minimum(seen, np.quantile(seen, 0.9)), weights=usual)))
    spread = spread_tail(pooled[units], dof[units], centre=centre, tau=tau)
    chance = _chances(sets, units, tau) * (share / TOO_CLOSE)
    ratio = np.maximum(pooled[units] / centre, 1e-12)
    count = count_tail(near[units], size[units], chance=chance, ratios=ratio, freedom=dof[units], tau=tau)
    verdict.p[units] = np.minimum(1.0, 2 * np.minimum(spread, count))
    verdict.ratio[units] = ratio
    verdict.near[units], verdict.share[units] = near[units], share
    verdict.size[units] = size[units].astype(np.int64)
    verdict.peers[units] = max(0, len(against) - 1)


def judge_by_peers(sets: Sets, levels: list[npt.NDArray[np.str_]], verdict: Verdict) -> None:
    """Every unit with ten sets against the narrowest level (names of groups by unit) that has twenty such units."""
    enough = sets.size >= LEAST_SETS
    for names in levels:
        for name in np.unique(names[enough & ~verdict.judged]):
            group = np.flatnonzero((names == name) & enough)
            if len(group) >= LEAST_PEERS:
                judge(sets, group[~verdict.judged[group]], verdict, against=group)


def judge_by_standard(sets: Sets, verdict: Verdict) -> None:
    """Those without enough peers against the repeatability of the standard or Horwitz, with much leeway."""
    units = np.flatnonzero((sets.size >= LEAST_SETS) & ~verdict.judged)
    judge(sets, units, verdict, against=units[:0])
