"""Rates from a random sample with their design-based limits (spec statistics.md §2.4).

The sample must be a draw's: units carry the inclusion probability the draw declared. Alerts, tips and substitutes that
came otherwise have none and do not belong in here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Observed:
    """One drawn unit with its outcome: `y` is 1 where the problem was found, else 0 (or any count)."""

    stratum: str
    pi: float
    y: float


@dataclass(frozen=True, slots=True)
class Rate:
    """An estimated rate with its limits; `method` names the formula, `units` is the number of units it rests on."""

    estimate: float
    low: float
    high: float
    standard_error: float
    units: int
    method: str


@dataclass(frozen=True, slots=True)
class Stratum:
    """Counts of an equal-probability sample of `drawn` out of `size`, of which `hits` have the problem."""

    size: int
    drawn: int
    hits: int


def horvitz_thompson(sample: Iterable[Observed], population: int) -> float:
    """sum(y / pi) / N."""
    return sum(unit.y / unit.pi for unit in sample) / population


def pareto_variance(sample: Sequence[Observed]) -> float:
    """Variance of the Horvitz-Thompson total, stratum by stratum: n/(n-1) · sum (1-pi)(y/pi - B)².

    B = sum (1-pi) y/pi / sum (1-pi). Under equal probabilities this is the stratified variance with its finite
    population correction. A stratum with one unit that is not certain has none; ValueError says so.
    """
    groups: dict[str, list[Observed]] = {}
    for unit in sample:
        if unit.pi < 1:
            groups.setdefault(unit.stratum, []).append(unit)
    total = 0.0
    for stratum, units in groups.items():
        n = len(units)
        if n < 2:
            raise ValueError(f"stratum {stratum}: one unit tells nothing about the variance")
        shares = sum(1 - unit.pi for unit in units)
        centre = sum((1 - unit.pi) * unit.y / unit.pi for unit in units) / shares
        total += n / (n - 1) * sum((1 - unit.pi) * (unit.y / unit.pi - centre) ** 2 for unit in units)
    return total


def rate(sample: Sequence[Observed], *, domain: Sequence[bool] | None = None, confidence: float = CONFIDENCE) -> Rate:
    """The rate among the units of a domain (a field, an area, a rating), as the ratio of two weighted sums.

    Its variance is that of the linearised ratio, over the whole sample; the limits are Clopper-Pearson with the
    effective sample size p(1-p)/variance (Korn and Graubard), which stay right for few units and for no hit at all; it
    counts for no more than a simple sample of the same fraction would have.
    Where a stratum has a single unit its variance is taken as if it were merged with the other such strata.
    """
    inside = [True] * len(sample) if domain is None else list(domain)
    chosen = [unit for unit, part in zip(sample, inside, strict=True) if part]
    if not chosen:
        raise ValueError("no unit of the sample lies in the domain")
    weight = sum(1 / unit.pi for unit in chosen)
    share = sum(unit.y / unit.pi for unit in chosen) / weight
    linear = [
        Observed(unit.stratum, unit.pi, (unit.y - share) / weight if part else 0.0)
        for unit, part in zip(sample, inside, strict=True)
    ]
    variance = pareto_variance(_merged(linear))
    n = float(len(chosen))
    # a few units that agree within every stratum have no variance to show: stratifying is never credited with more
    # than a simple sample of the same fraction
    most = n * weight / (weight - n) if weight > n else n
    effective = min(share * (1 - share) / variance, most) if variance > 0 and 0 < share < 1 else n
    low, high = clopper_pearson(share * effective, effective, confidence=confidence)
    whole = all(unit.pi == 1 for unit in chosen)
    if whole:
        return Rate(share, share, share, 0.0, len(chosen), "census")
    return Rate(share, low, high, variance**0.5, len(chosen), "korn-graubard")


def stratified_rate(strata: Sequence[Stratum], *, confidence: float = CONFIDENCE) -> Rate:
    """The rate of an equal-probability sample; with one stratum the exact hypergeometric limits."""
    size = sum(stratum.size for stratum in strata)
    units = sum(stratum.drawn for stratum in strata)
    estimate = sum(one.size * one.hits / one.drawn for one in strata if one.drawn) / size
    if len(strata) == 1:
        only = strata[0]
        fewest, most = hypergeometric_limits(only.hits, only.drawn, only.size, confidence=confidence)
        error = _mean_variance(only) ** 0.5
        return Rate(estimate, fewest / size, most / size, error, units, "hypergeometric")
    sample = [
        Observed(str(number), one.drawn / one.size, 1.0 if hit < one.hits else 0.0)
        for number, one in enumerate(strata)
        for hit in range(one.drawn)
    ]
    return rate(sample, confidence=confidence)


def clopper_pearson(hits: float, n: float, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact binomial limits; `hits` and `n` may be effective, hence fractional, numbers."""
    from scipy.stats import beta

    tail = (1 - confidence) / 2
    low = 0.0 if hits <= 0 else float(beta.ppf(tail, hits, n - hits + 1))
    high = 1.0 if hits >= n else float(beta.ppf(1 - tail, hits + 1, n - hits))
    return low, high


def hypergeometric_limits(hits: int, n: int, population: int, *, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """Fewest and most units with the problem in the population that the sample does not speak against, exactly."""
    from scipy.stats import hypergeom

    tail = (1 - confidence) / 2

    def too_few(total: int) -> bool:
        return bool(hypergeom.sf(hits - 1, population, total, n) <= tail)

    def too_many(total: int) -> bool:
        return bool(hypergeom.cdf(hits, population, total, n) <= tail)

    low, high = hits, population - (n - hits)
    first, last = low, high
    while first < last:
        middle = (first + last) // 2
        first, last = (middle + 1, last) if too_few(middle) else (first, middle)
    fewest = first
    first, last = low, high
    while first < last:
        middle = (first + last + 1) // 2
        first, last = (first, middle - 1) if too_many(middle) else (middle, last)
    return fewest, first


def discovery_sample_size(population: int, defects: int, alpha: float) -> int:
    """The smallest n with C(N-D, n) / C(N, n) <= alpha: so many find at least one of D with confidence 1 - alpha."""
    if not 0 < defects <= population or not 0 < alpha < 1:
        raise ValueError("needs 0 < D <= N and 0 < alpha < 1")
    share = Fraction(str(alpha))
    low, high = 1, population - defects + 1
    while low < high:
        middle = (low + high) // 2
        missed = comb(population - defects, middle) * share.denominator
        if missed <= share.numerator * comb(population, middle):
            high = middle
        else:
            low = middle + 1
    return low


def _mean_variance(one: Stratum) -> float:
    if one.drawn < 2:
        return 0.0
    share = one.hits / one.drawn
    return (1 - one.drawn / one.size) * share * (1 - share) / (one.drawn - 1)


def _merged(sample: Sequence[Observed]) -> list[Observed]:
    """Strata with a single uncertain unit put together; one that stays alone joins the smallest other."""
    counts: dict[str, int] = {}
    for unit in sample:
        if unit.pi < 1:
            counts[unit.stratum] = counts.get(unit.stratum, 0) + 1
    lonely = {name for name, count in counts.items() if count == 1}
    if len(lonely) == 1:
        others = sorted((count, name) for name, count in counts.items() if count > 1)
        if not others:
            return [unit for unit in sample if unit.pi == 1]
        lonely.add(others[0][1])
    return [Observed("\x1fmerged", unit.pi, unit.y) if unit.stratum in lonely else unit for unit in sample]
