"""A reported number against its readings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.screening.recomputed import countable, mean_of, nature_of, unit_of
from hengjian.kernel.rounding import round_to

readings = st.lists(st.integers(100, 99_999).map(lambda n: str(Decimal(n).scaleb(-3))), min_size=2, max_size=6)


@given(readings, st.sampled_from(["0.01", "0.1", "1"]))
def test_the_mean_rounded_by_the_standard_always_agrees(texts: list[str], interval: str) -> None:
    mean = mean_of(texts)
    rounded = round_to(Decimal(mean.numerator) / Decimal(mean.denominator), interval)
    assert nature_of(str(rounded), texts) == "agrees"


@given(readings, st.integers(6, 400))
def test_what_is_far_from_every_reading_never_agrees(texts: list[str], far: int) -> None:
    value = max(Decimal(text) for text in texts) + Decimal(far).scaleb(-2)
    assert nature_of(f"{value:.2f}", texts) != "agrees"


@pytest.mark.parametrize(
    ("reported", "texts", "nature"),
    [
        ("0.12", ["0.115", "0.125"], "agrees"),
        ("0.13", ["0.125", "0.125"], "rounding"),
        ("0.14", ["0.125", "0.125"], "rounding"),
        ("0.18", ["0.125", "0.129"], "mean"),
        ("1.27", ["0.125", "0.129"], "slip"),
        ("32.80", ["3.272", "3.282"], "slip"),
        ("0.72", ["0.265", "0.275"], "slip"),
        ("30.1", ["30.0", "30.2", "41.7"], "agrees"),
        ("1200", ["1180", "1230"], "agrees"),
    ],
    ids=[
        "rounded half to even",
        "half rounded up",
        "three half units off",
        "farther off",
        "decimal point moved",
        "decimal point moved after rounding",
        "two digits swapped",
        "one outlier left out",
        "trailing zeros are rounded away",
    ],
)
def test_natures(reported: str, texts: list[str], nature: str) -> None:
    assert nature_of(reported, texts) == nature


def test_a_coarser_declared_interval_takes_the_place_of_the_last_digit() -> None:
    assert unit_of("12.5") == Decimal("0.1") and unit_of("12.5", "0.5") == Decimal("0.5")
    assert nature_of("12.5", ["12.3", "12.4"], "0.5") == "agrees"


def test_whole_things_over_few_samples_have_few_means() -> None:
    assert countable("2.33", 3) and countable("2.50", 2)
    assert not countable("2.47", 3)
    assert countable("2.5", 20)
