"""Watching draws over the years: is chance what it claims to be, and do people share it evenly (§2.4).

Every check gives a probability under honest chance; an alarm is p < 0.001 after multiplying by the number of things
looked at (Bonferroni).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

ALARM = 0.001
WIDEST_LOAD = 2


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing looked at: `p` under honest chance, `alarm` after multiplicity; `names` says whom it is about."""

    kind: str
    names: tuple[str, ...]
    observed: float
    expected: float
    p: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class Chance:
    """One unit in one draw: its declared probability and whether it was drawn."""

    unit: str
    stratum: str
    pi: float
    drawn: bool


def selection_chi_square(draws: Iterable[Sequence[Chance]]) -> list[Signal]:
    """By stratum over all draws: sum (O-E)² / V against chi-square with one less than the number of units.

    V = sum pi(1-pi), scaled by (N-1)/N for the fixed sample size; units that were never at chance (pi 0 or 1) stay out.
    """
    from scipy.stats import chi2

    cells: dict[str, dict[str, list[float]]] = {}
    for draw in draws:
        for one in draw:
            if 0 < one.pi < 1:
                cell = cells.setdefault(one.stratum, {}).setdefault(one.unit, [0.0, 0.0, 0.0])
                cell[0] += one.drawn
                cell[1] += one.pi
                cell[2] += one.pi * (1 - one.pi)
    found = []
    for stratum, units in sorted(cells.items()):
        degrees = len(units) - 1
        if degrees < 1:
            continue
        statistic = sum((o - e) ** 2 / v for o, e, v in units.values()) * degrees / (degrees + 1)
        p = float(chi2.sf(statistic, degrees))
        found.append(Signal("selection", (stratum,), statistic, float(degrees), p, p * len(cells) < ALARM))
    return found


def never_or_always(draws: Iterable[Sequence[Chance]]) -> list[Signal]:
    """Units drawn never, or every time, over all draws where they were at chance, least likely first."""
    history: dict[str, list[Chance]] = {}
    for draw in draws:
        for one in draw:
            if 0 < one.pi < 1:
                history.setdefault(one.unit, []).append(one)
    found = []
    for unit, times in history.items():
        drawn = sum(one.drawn for one in times)
        if drawn in (0, len(times)):
            p = prod(one.pi if one.drawn else 1 - one.pi for one in times)
            kind = "always" if drawn else "never"
            expected = sum(one.pi for one in times)
            found.append(Signal(kind, (unit,), float(drawn), expected, p, p * len(history) < ALARM))
    return sorted(found, key=lambda signal: (signal.p, signal.names))


def pair_frequencies(teams: Iterable[Iterable[str]], *, least: int = 2) -> list[Signal]:
    """Pairs of inspectors who went together at least `least` times, least likely first.

    Under honest chance the visits of two people fall together hypergeometrically, given how many each made.
    """
    from scipy.stats import hypergeom

    rows = [sorted(set(team)) for team in teams]
    loads = Counter(person for team in rows for person in team)
    together = Counter(pair for team in rows for pair in combinations(team, 2))
    looked_at = max(len(loads) * (len(loads) - 1) // 2, 1)
    found = []
    for (a, b), times in together.items():
        if times >= least:
            p = float(hypergeom.sf(times - 1, len(rows), loads[a], loads[b]))
            expected = loads[a] * loads[b] / len(rows)
            found.append(Signal("pair", (a, b), float(times), expected, p, p * looked_at < ALARM))
    return sorted(found, key=lambda signal: (signal.p, signal.names))


def load_spread(load: Mapping[str, int]) -> Signal:
    """Most less least visits of a draw; more than two apart is an alarm, though recusals may explain it."""
    most, least = max(load.values(), default=0), min(load.values(), default=0)
    names = tuple(sorted(person for person, count in load.items() if count in (most, least)))
    return Signal("load", names, float(most - least), float(WIDEST_LOAD), 1.0, most - least > WIDEST_LOAD)


def always_without_problem(visits: Mapping[str, tuple[int, int]]) -> list[Signal]:
    """Inspectors who found no problem at all; `visits` maps a person to (visits, visits with a problem).

    The chance of none is hypergeometric, given how many visits of all had a problem; least likely first.
    """
    from scipy.stats import hypergeom

    made = sum(count for count, _ in visits.values())
    problems = sum(count for _, count in visits.values())
    found = []
    for person, (count, hits) in visits.items():
        if count and not hits:
            p = float(hypergeom.pmf(0, made, problems, count))
            expected = count * problems / made
            found.append(Signal("no_problem", (person,), 0.0, expected, p, p * len(visits) < ALARM))
    return sorted(found, key=lambda signal: (signal.p, signal.names))


def ticket_uniformity(tickets: Iterable[str]) -> Signal:
    """Kolmogorov-Smirnov of u = ticket / 2^256 against the uniform, over the hex tickets of all draws."""
    from scipy.stats import kstest

    shares = [int(ticket, 16) / 2**256 for ticket in tickets]
    test = kstest(shares, "uniform")
    p = float(test.pvalue)
    return Signal("tickets", (), float(test.statistic), 0.0, p, p < ALARM)
