"""Rounding and comparison with a limit by GB/T 8170-2008; imports only the standard library.

All numbers are exact: Decimal, int, or the text as it was written. A binary float is refused, because 0.15 is not
0.15 there and the rule for the exact half would be applied to something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from enum import StrEnum
from fractions import Fraction
from typing import Literal

Exact = Decimal | int | str
Tail = Literal["+", "-", ""]

EXPONENT_LIMIT = 400  # 10^400 holds every quantity a report can carry and keeps a hostile "1e999999999" cheap


class Comparison(StrEnum):
    """GB/T 8170-2008 4.3: how a measured value is held against a limit."""

    FULL = "full"  # 全数值比较法, the rule where a standard says nothing
    ROUNDED = "rounded"  # 修约值比较法


@dataclass(frozen=True, slots=True)
class Reported:
    """A rounded value that may be rounded once more (GB/T 8170-2008 3.3.2).

    `tail` is "+" when the true magnitude lies above the last digit 5, "-" when it lies below, "" when it is exact.
    """

    value: Decimal
    tail: Tail

    def __str__(self) -> str:
        return f"{self.value}{self.tail}"


def exact(number: Exact) -> Decimal:
    """The number as an exact Decimal.

    Raises TypeError for a binary float or a bool, ValueError for text that is not a finite number.
    """
    if isinstance(number, bool) or not isinstance(number, Decimal | int | str):
        raise TypeError(f"exact numbers only (Decimal, int or text), not {type(number).__name__}")
    try:
        value = Decimal(number)
    except InvalidOperation:
        raise ValueError(f"not a number: {number!r}") from None
    if not value.is_finite():
        raise ValueError(f"not a finite number: {number!r}")
    if abs(value.adjusted()) > EXPONENT_LIMIT:
        raise ValueError(f"exponent out of range: {number!r}")
    return value


def round_to(value: Exact, interval: Exact) -> Decimal:
    """Round to a multiple of `interval` (3.2, 3.4): nearer multiple; the exact half goes to the even multiple.

    0.5-unit rounding is `interval="0.5"`, 0.2-unit rounding of hundreds is `interval="20"`. The magnitude is rounded
    and the sign put back (3.2.5). The result carries the decimals of the interval.
    """
    number, step = exact(value), exact(interval)
    if step <= 0:
        raise ValueError(f"rounding interval must be positive: {interval!r}")
    multiple = round(abs(Fraction(number)) / Fraction(step))
    with localcontext() as context:
        context.prec = 2 * EXPONENT_LIMIT + 60
        rounded = multiple * step
    return -rounded if number < 0 and rounded else rounded


def report(value: Exact, interval: Exact) -> Reported:
    """Round and mark where the value came from when the last kept digit is 5, so that a second rounding is right."""
    number = exact(value)
    rounded = round_to(number, interval)
    digits = rounded.normalize().as_tuple().digits
    if digits[-1] != 5 or rounded == number:
        return Reported(rounded, "")
    return Reported(rounded, "+" if abs(number) > abs(rounded) else "-")


def round_reported(reported: Reported, interval: Exact) -> Decimal:
    """Round a reported value again; on the exact half the tail decides instead of the even digit (3.3.2)."""
    step = Fraction(exact(interval))
    quotient = abs(Fraction(reported.value)) / step if step > 0 else Fraction(0)
    if reported.tail and quotient.denominator == 2:
        # floor plus one for "+", floor for "-"; written as a nudge so that one rounding routine does all the work
        nudge = Decimal(exact(interval)) / 4
        away = nudge if reported.tail == "+" else -nudge
        return round_to(reported.value + (away if reported.value > 0 else -away), interval)
    return round_to(reported.value, interval)


def last_digit(limit: Exact) -> Decimal:
    """The unit of the last digit as the limit is written: "97.0" → 0.1, "14E+2" → 100, "5" → 1."""
    exponent = exact(limit).as_tuple().exponent
    return Decimal((0, (1,), int(exponent)))


def complies(value: Exact, op: str, limit: Exact, *, how: Comparison = Comparison.FULL) -> bool:
    """Whether a measured value meets a limit (4.3); `op` is one of <=, <, >=, >.

    With FULL the measured value is compared as it is; with ROUNDED it is first rounded to the last digit of the limit
    as written, so write "14E+2" or "97.0", not "1400" or "97".
    """
    measured = exact(value) if how is Comparison.FULL else round_to(value, last_digit(limit))
    bound = exact(limit)
    verdicts = {"<=": measured <= bound, "<": measured < bound, ">=": measured >= bound, ">": measured > bound}
    if op not in verdicts:
        raise ValueError(f"unknown comparison {op!r}: use <=, <, >= or >")
    return verdicts[op]
