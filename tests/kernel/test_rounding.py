"""GB/T 8170-2008: the standard's worked examples, and properties that hold for every number."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.kernel.rounding import Comparison, complies, exact, last_digit, report, round_reported, round_to

NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=6, allow_nan=False)
INTERVALS = st.sampled_from(["0.001", "0.01", "0.1", "1", "10", "100", "0.5", "0.05", "5", "0.2", "0.02", "20", "2"])


@pytest.mark.parametrize(
    ("value", "interval", "rounded"),
    [
        ("12.1498", "1", "12"),
        ("12.1498", "0.1", "12.1"),
        ("1268", "100", "1300"),
        ("10.5002", "1", "11"),
        ("1.050", "0.1", "1.0"),
        ("0.35", "0.1", "0.4"),
        ("2500", "1000", "2000"),
        ("3500", "1000", "4000"),
        ("0.0325", "0.001", "0.032"),
        ("32500", "1000", "32000"),
        ("-355", "10", "-360"),
        ("-325", "10", "-320"),
        ("-365", "10", "-360"),
        ("-0.0365", "0.001", "-0.036"),
    ],
)
def test_examples_of_clause_3_2(value: str, interval: str, rounded: str) -> None:
    assert str(round_to(value, interval)) == rounded


@pytest.mark.parametrize(("value", "rounded"), [("97.46", "97"), ("15.4546", "15")])
def test_rounding_is_done_once_and_never_in_steps(value: str, rounded: str) -> None:
    assert str(round_to(value, "1")) == rounded


@pytest.mark.parametrize(
    ("value", "reported", "rounded"),
    [
        ("15.4546", "15.5-", "15"),
        ("-15.4546", "-15.5-", "-15"),
        ("16.5203", "16.5+", "17"),
        ("-16.5203", "-16.5+", "-17"),
        ("17.5000", "17.5", "18"),
    ],
)
def test_a_reported_value_remembers_on_which_side_it_came_from(value: str, reported: str, rounded: str) -> None:
    first = report(value, "0.1")
    assert str(first) == reported
    assert str(round_reported(first, "1")) == rounded


@pytest.mark.parametrize(
    ("value", "rounded"), [("60.25", "60.0"), ("60.38", "60.5"), ("60.28", "60.5"), ("-60.75", "-61.0")]
)
def test_examples_of_half_unit_rounding(value: str, rounded: str) -> None:
    assert str(round_to(value, "0.5")) == rounded


@pytest.mark.parametrize(("value", "rounded"), [("830", "840"), ("842", "840"), ("832", "840"), ("-930", "-920")])
def test_examples_of_fifth_unit_rounding_of_hundreds(value: str, rounded: str) -> None:
    assert str(round_to(value, "20")) == rounded


@pytest.mark.parametrize(
    ("value", "op", "limit", "full", "rounded"),
    [
        ("1349", ">=", "14E+2", False, False),
        ("1351", ">=", "14E+2", False, True),
        ("1399", ">=", "14E+2", False, True),
        ("1400", ">=", "14E+2", True, True),
        ("97.01", ">=", "97.0", True, True),
        ("97.00", ">=", "97.0", True, True),
        ("96.96", ">=", "97.0", False, True),
        ("96.94", ">=", "97.0", False, False),
        ("0.452", "<=", "0.5", True, True),
        ("0.500", "<=", "0.5", True, True),
        ("0.549", "<=", "0.5", False, True),
        ("0.551", "<=", "0.5", False, False),
        ("1.151", ">=", "1.2", False, True),
        ("1.649", "<=", "1.6", False, True),
        ("1.651", "<=", "1.6", False, False),
        ("9.89", ">=", "9.9", False, True),
        ("9.85", ">=", "9.9", False, False),
        ("10.16", "<=", "10.1", False, False),
        ("10.10", "<", "10.1", False, False),
    ],
)
def test_examples_of_the_two_ways_to_compare(value: str, op: str, limit: str, full: bool, rounded: bool) -> None:
    assert complies(value, op, limit) is full
    assert complies(value, op, limit, how=Comparison.ROUNDED) is rounded


@given(NUMBERS, INTERVALS)
def test_a_rounded_value_is_the_nearest_multiple_and_even_on_the_half(value: Decimal, interval: str) -> None:
    step = Fraction(interval)
    multiple = Fraction(round_to(value, interval)) / step
    assert multiple.denominator == 1
    distance = abs(Fraction(value) / step - multiple)
    assert distance <= Fraction(1, 2)
    if distance == Fraction(1, 2):
        assert multiple.numerator % 2 == 0


@given(NUMBERS, INTERVALS)
def test_rounding_twice_changes_nothing_and_the_sign_does_not_matter(value: Decimal, interval: str) -> None:
    once = round_to(value, interval)
    assert round_to(once, interval) == once
    assert round_to(-value, interval) == -once


@given(NUMBERS, NUMBERS, INTERVALS)
def test_rounding_keeps_the_order(one: Decimal, other: Decimal, interval: str) -> None:
    low, high = sorted((one, other))
    assert round_to(low, interval) <= round_to(high, interval)


@given(NUMBERS, st.sampled_from([("0.1", "1"), ("0.01", "0.1"), ("1", "10")]))
def test_two_steps_through_a_reported_value_equal_one_step(value: Decimal, steps: tuple[str, str]) -> None:
    fine, coarse = steps
    assert round_reported(report(value, fine), coarse) == round_to(value, coarse)


def test_zero_has_no_minus_sign() -> None:
    assert str(round_to("-0.04", "0.1")) == "0.0"


@pytest.mark.parametrize("number", [0.1, 1.0, True, None, [1]])
def test_binary_floats_and_other_things_are_refused(number: object) -> None:
    with pytest.raises(TypeError):
        round_to(number, "1")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1e999999", "<0.05"])
def test_text_that_is_not_a_finite_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|exponent"):
        exact(text)


@pytest.mark.parametrize("interval", ["0", "-0.1"])
def test_an_interval_must_be_positive(interval: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        round_to("1", interval)


def test_the_last_digit_follows_the_limit_as_written() -> None:
    assert [last_digit(text) for text in ("97.0", "14E+2", "5")] == [Decimal("0.1"), Decimal(100), Decimal(1)]


def test_an_unknown_comparison_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown comparison"):
        complies("1", "=>", "1")
