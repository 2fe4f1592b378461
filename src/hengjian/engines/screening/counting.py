"""How many reports are false: exact distribution of a sum of unequal chances, and shrinkage between institutions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy import special

LEAST_STRENGTH, MOST_STRENGTH = 100.0, 2000.0
LEAST_SHARE, MOST_SHARE = 0.002, 0.02
USUAL_STRENGTH = 400.0
FEWEST_TO_FIT = 20
"""Institutions below which the prior is not fitted but taken as given."""


def counts(k: int, weighted: Iterable[tuple[float, int]]) -> list[float]:
    """[P(N = 0), …, P(N = k − 1), P(N ≥ k)] exactly, N = Σ size·Bernoulli(p) over (p, size).

    Poisson-binomial with whole families as one.
    """
    state = [1.0] + [0.0] * k
    for p, size in weighted:
        moved = [value * (1 - p) for value in state]
        for count, value in enumerate(state):
            moved[min(k, count + size)] += value * p
        state = moved
    return state


def at_least(levels: Sequence[int], weighted: Sequence[tuple[float, int]]) -> list[float]:
    """P(N ≥ k) for each k of `levels`."""
    chances = counts(max(levels), weighted)
    return [min(1.0, sum(chances[k:])) for k in levels]


@dataclass(frozen=True, kw_only=True)
class SharePrior:
    """Beta prior of the share of false reports: mean `share`, worth `strength` reports."""

    share: float
    strength: float = USUAL_STRENGTH

    def shrunken(self, expected: float, n: int) -> float:
        """The posterior mean for `expected` false ones seen in n reports."""
        return (self.share * self.strength + expected) / (self.strength + max(n, expected))

    def interval(self, expected: float, n: int) -> tuple[float, float]:
        """Central 95 % limits of the posterior."""
        a = self.share * self.strength + expected
        b = max((1 - self.share) * self.strength + max(n, expected) - expected, 1e-9)
        return float(special.betaincinv(a, b, 0.025)), float(special.betaincinv(a, b, 0.975))


def fit_prior(seen: Sequence[tuple[float, int]], usual: float) -> SharePrior:
    """Beta prior by moments across institutions from (expected false, reports) (Kleinman 1973).

    The mean stays within 0.2–2 % and the strength within 100–2 000 reports, so that neither an all-honest world nor a
    rotten one can make evidence out of the prior; with fewer than 20 institutions the usual prior holds.
    """
    known = [(min(expected, n), n) for expected, n in seen if n > 0]
    if len(known) < FEWEST_TO_FIT:
        return SharePrior(share=usual)
    whole = sum(n for _, n in known)
    mean = min(max(sum(expected for expected, _ in known) / whole, LEAST_SHARE), MOST_SHARE)
    weights = [n / whole for _, n in known]
    spread = sum(w * (x / n - mean) ** 2 for w, (x, n) in zip(weights, known, strict=True))
    chance = sum(w * (1 - w) / n for w, (_, n) in zip(weights, known, strict=True))
    room = sum(w * (1 - w) for w in weights) - chance
    between = (spread - mean * (1 - mean) * chance) / (mean * (1 - mean) * room) if room > 0 else 0.0
    strength = 1 / between - 1 if between > 0 else MOST_STRENGTH
    return SharePrior(share=mean, strength=min(max(strength, LEAST_STRENGTH), MOST_STRENGTH))
