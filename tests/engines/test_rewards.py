"""Rewards for reporting: whole fen, between floor and cap, growing with the fine and the grade."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.rewards import calculate
from hengjian.law.rewarding import reward_rule

RULE = reward_rule(date(2026, 11, 1)).for_engine()
BASES = st.integers(0, 10**13)
GRADES = st.sampled_from([1, 2, 3])
UPLIFTS = st.integers(0, 20)


@given(BASES, GRADES, UPLIFTS)
def test_a_reward_lies_between_floor_and_cap(base: int, grade: int, uplift: int) -> None:
    found = calculate(RULE, base=base, grade=grade, uplift_percent=uplift)
    assert RULE.grades[grade - 1].floor <= found.amount <= RULE.cap
    assert 0 <= found.uplift <= found.amount
    assert found.with_finance == (found.amount >= 50_000_000)


@given(BASES, BASES, GRADES, UPLIFTS)
def test_a_higher_fine_never_gives_less(one: int, other: int, grade: int, uplift: int) -> None:
    low, high = sorted((one, other))
    less = calculate(RULE, base=low, grade=grade, uplift_percent=uplift)
    assert less.amount <= calculate(RULE, base=high, grade=grade, uplift_percent=uplift).amount


@given(BASES, UPLIFTS)
def test_a_better_grade_never_gives_less(base: int, uplift: int) -> None:
    amounts = [calculate(RULE, base=base, grade=grade, uplift_percent=uplift).amount for grade in (3, 2, 1)]
    assert amounts == sorted(amounts)


@given(st.integers(10_000_000, 10**9), GRADES)
def test_between_floor_and_cap_it_is_the_share_rounded_down_to_the_fen(base: int, grade: int) -> None:
    percent = RULE.grades[grade - 1].percent
    assert calculate(RULE, base=base, grade=grade).amount == base * percent // 100


@pytest.mark.parametrize(
    ("base", "grade", "amount", "said"),
    [
        (0, 1, 500_000, "低于一级奖励的下限，按下限 5,000 元。"),
        (10_000_000, 2, 300_000, "罚没款合计 100,000 元，按二级奖励 3% 计算为 3,000 元。"),
        (10**12, 1, 100_000_000, "每案最高 1,000,000 元，超过部分不计。"),
        (1_000_000_000, 1, 50_000_000, "达到 500,000 元，须会同财政部门决定。"),
        (12_345_678, 3, 123_456, "奖励金额：1,234.56 元。"),
    ],
)
def test_the_steps_tell_how_it_was_worked_out(base: int, grade: int, amount: int, said: str) -> None:
    found = calculate(RULE, base=base, grade=grade)
    assert found.amount == amount
    assert said in found.steps


@pytest.mark.parametrize(("base", "grade", "uplift"), [(-1, 1, 0), (1, 4, 0), (1, 0, 0), (1, 1, 21), (1, 1, -1)])
def test_numbers_out_of_range_are_a_mistake_of_the_caller(base: int, grade: int, uplift: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        calculate(RULE, base=base, grade=grade, uplift_percent=uplift)
