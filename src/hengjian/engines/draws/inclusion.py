"""Inclusion probabilities: the capped PPS targets as exact fractions, and what Pareto sampling really achieves.

The targets are what a draw declares (§2.2). Pareto sampling meets them within about one per cent; its true
probabilities follow by quadrature from the distribution of the keys and are printed beside the targets (§2.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Pmf = npt.NDArray[np.float64]

PANELS = 24
NODES = 16


@dataclass(frozen=True, slots=True)
class Targets:
    """Capped PPS of one stratum: weights of at least `certain_from` are certain, the others get left·w / total.

    A unit as heavy as a certainty is one itself, hence a threshold tells them apart.
    """

    certain_from: int | None
    left: int
    total: int
    _known: dict[int, Fraction] = field(default_factory=dict, repr=False, compare=False)

    def is_certain(self, weight: int) -> bool:
        return self.certain_from is not None and weight >= self.certain_from

    def pi(self, weight: int) -> Fraction:
        """The declared inclusion probability of a unit of this weight."""
        if weight not in self._known:
            self._known[weight] = Fraction(1) if self.is_certain(weight) else Fraction(self.left * weight, self.total)
        return self._known[weight]


def capped_pps(weights: Sequence[int], n: int) -> Targets:
    """Repeat: k = n less the certainties; every unit with k·w >= the remaining sum is certain; until none is."""
    counts = sorted(Counter(weights).items(), reverse=True)
    left, total, certain_from, position = n, sum(weights), None, 0
    while left:
        start = position
        threshold_left, threshold_total = left, total
        while position < len(counts) and threshold_left * counts[position][0] >= threshold_total:
            weight, count = counts[position]
            left, total, certain_from = left - count, total - weight * count, weight
            position += 1
        if position == start:
            break
    return Targets(certain_from, left, total)


def true_pareto_inclusion(pi: Sequence[Fraction | float]) -> list[float]:
    """P(unit among the n smallest Pareto keys) for target probabilities that sum to an integer n.

    P = ∫ f_i(x) P(fewer than n of the other keys lie below x) dx by Gauss-Legendre in panels over x = v/(1-v);
    equal targets are computed once. Certainties keep 1 and reduce n. Absolute error below 1e-9 for n up to thousands.
    """
    counts = Counter(float(p) for p in pi if p != 1)
    n = round(sum(float(p) for p in pi)) - sum(1 for p in pi if p == 1)
    if n <= 0 or not counts:
        return [1.0 if p == 1 else 0.0 for p in pi]
    achieved = _achieved(sorted(counts.items()), n)
    return [1.0 if p == 1 else achieved[float(p)] for p in pi]


def _achieved(classes: list[tuple[float, int]], n: int) -> dict[float, float]:
    """The true probability of each class of equal targets (target, how many), none of them certain."""
    import numpy as np
    from scipy.stats import binom

    places, weights = np.polynomial.legendre.leggauss(NODES)
    steps = np.arange(n)
    sums = dict.fromkeys((p for p, _ in classes), 0.0)
    for panel in range(PANELS):
        for place, weight in zip(places, weights, strict=True):
            v = (panel + (place + 1) / 2) / PANELS
            x, slope = v / (1 - v), float(weight) / 2 / PANELS / (1 - v) ** 2
            odds = [p / (1 - p) for p, _ in classes]
            below = [o * x / (1 + o * x) for o in odds]
            whole = [binom.pmf(steps, m, f) for (_, m), f in zip(classes, below, strict=True)]
            less = [binom.pmf(steps, m - 1, f) for (_, m), f in zip(classes, below, strict=True)]
            for (p, _), o, chance in zip(classes, odds, _leave_one_out(whole, less, n), strict=True):
                sums[p] += chance * o / (1 + o * x) ** 2 * slope
    return sums


def _leave_one_out(whole: list[Pmf], less: list[Pmf], n: int) -> list[float]:
    """P(sum < n) of independent counts, where each class in turn has one unit less; arrays hold P(0..n-1)."""
    import numpy as np

    one: Pmf = np.zeros(n)
    one[0] = 1.0
    after = [one]
    for pmf in reversed(whole):
        after.append(np.convolve(after[-1], pmf)[:n])
    after.reverse()
    before, chances = one, []
    for position, (pmf, short) in enumerate(zip(whole, less, strict=True)):
        others = np.convolve(before, after[position + 1])[:n]
        chances.append(float(np.cumsum(others)[::-1] @ short))
        before = np.convolve(before, pmf)[:n]
    return chances
