"""Recomputing one reported number from its readings by GB/T 8170: exact, with every benign way to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from hengjian.kernel.rounding import exact, last_digit, round_to

Nature = Literal["agrees", "slip", "rounding", "mean"]

FAR = Fraction(3, 2)
"""In units of the last digit: three half units, beyond which no way of rounding reaches (`screening.md` A10)."""

LEAST_UNITS = 10
"""So many units a number has at least whose digits can be told after the point moved."""

SHIFTS = (-3, -2, -1, 1, 2, 3)
"""Powers of ten by which a decimal point or a unit may be off."""


def unit_of(text: str, interval: str | None = None) -> Decimal:
    """The unit that a printed number is rounded to: its last digit (trailing zeros of a whole number do not count).

    A coarser declared rounding interval takes its place.
    """
    shown = last_digit(text)
    if shown == 1 and exact(text) != 0:
        shown = Decimal((0, (1,), len(text) - len(text.rstrip("0"))))
    return max(shown, exact(interval)) if interval else shown


def mean_of(readings: Sequence[str]) -> Fraction:
    return sum((Fraction(exact(one)) for one in readings), Fraction(0)) / len(readings)


def nature_of(reported: str, readings: Sequence[str], interval: str | None = None) -> Nature:
    """How a reported value stands to the mean of its readings.

    `agrees`: the mean rounded by GB/T 8170, or what the readings' own rounding, their median, or the mean without the
    lowest or highest reading gives. `slip`: the expected digits with one stroke wrong (decimal point, two digits
    swapped). `rounding`: off by no more than three half units. `mean`: further off.
    """
    unit = Fraction(unit_of(reported, interval))
    value = Fraction(exact(reported))
    mean = mean_of(readings)
    slack = Fraction(max(last_digit(one) for one in readings)) / 2
    if any(_reached(value, candidate, unit, slack) for candidate in _candidates(readings, mean)):
        return "agrees"
    shifted = [Fraction(10) ** power for power in SHIFTS]
    # the point moved before or after the number was written with its usual places
    if any(_reached(value * by, mean, unit * by, slack) for by in shifted):
        return "slip"
    if mean >= LEAST_UNITS * unit and any(_reached(value * by, mean, unit, slack) for by in shifted):
        return "slip"
    if _swapped(reported, str(round_to(_decimal(mean), _decimal(unit)))):
        return "slip"
    return "rounding" if abs(value - mean) <= FAR * unit else "mean"


def _candidates(readings: Sequence[str], mean: Fraction) -> list[Fraction]:
    """Mean, median, and means without an outlier (Dixon, Grubbs leave out the lowest or the highest)."""
    ordered = sorted(Fraction(exact(one)) for one in readings)
    n = len(ordered)
    found = [mean, (ordered[(n - 1) // 2] + ordered[n // 2]) / 2]
    if n >= 3:
        found += [sum(ordered[1:], Fraction(0)) / (n - 1), sum(ordered[:-1], Fraction(0)) / (n - 1)]
    return found


def _reached(value: Fraction, candidate: Fraction, unit: Fraction, slack: Fraction) -> bool:
    """Whether rounding to the even half gives the value, or would if the readings had more digits than printed."""
    step = abs(candidate) / unit
    if slack < unit / 2 and step.denominator == 2:
        return abs(value) == round(step) * unit
    return abs(value - candidate) <= unit / 2 + (slack if slack < unit / 2 else 0)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _swapped(reported: str, expected: str) -> bool:
    """Whether two neighbouring digits (a point may stand between) of the expected text are exchanged."""
    if len(reported) != len(expected):
        return False
    unlike = [place for place in range(len(expected)) if reported[place] != expected[place]]
    if len(unlike) != 2 or unlike[1] - unlike[0] > 2:
        return False
    first, second = unlike
    return reported[first] == expected[second] and reported[second] == expected[first]


def countable(value: str, n: int) -> bool:
    """GRIM: whether some whole number of things over `n` samples, rounded, is the printed mean."""
    unit = last_digit(value)
    if n * Fraction(unit) >= 1:
        return True
    total = Fraction(exact(value)) * n
    low = int(total)
    return any(abs(Fraction(count, n) - Fraction(exact(value))) <= Fraction(unit) / 2 for count in (low, low + 1))
