"""What a reward for reporting comes to, step by step; whole fen, no framework."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade: whole per cent of fine and confiscation, and what it gives at least (fen)."""

    grade: int
    percent: int
    floor: int
    title: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The numbers of the measures: grades, cap of a case, amount from which finance departments take part (fen)."""

    grades: tuple[Grade, ...]
    cap: int
    finance_from: int
    uplift_percent: int


@dataclass(frozen=True, slots=True)
class Reward:
    """The outcome in fen, with the sentences that lead there."""

    amount: int
    uplift: int
    with_finance: bool
    steps: tuple[str, ...]


def calculate(rule: Rule, *, base: int, grade: int, uplift_percent: int = 0) -> Reward:
    """The reward for a fine and confiscation of `base` fen at a grade; fractions of a fen are dropped.

    `uplift_percent` is what an insider gets on top, at most the rule's. ValueError for a grade the rule does not have,
    a negative base or an uplift out of range: the caller has checked what a person typed.
    """
    chosen = next((one for one in rule.grades if one.grade == grade), None)
    if chosen is None or base < 0 or not 0 <= uplift_percent <= rule.uplift_percent:
        raise ValueError("grade, base or uplift out of range")
    share = base * chosen.percent // 100
    steps = [
        f"罚没款合计 {yuan(base)} 元，按{_ordinal(grade)}级奖励 {chosen.percent}% 计算为 {yuan(share)} 元。",
    ]
    amount = max(share, chosen.floor)
    if share < chosen.floor:
        steps.append(f"低于{_ordinal(grade)}级奖励的下限，按下限 {yuan(chosen.floor)} 元。")
    uplift = amount * uplift_percent // 100
    if uplift_percent:
        steps.append(f"内部人员举报，增加 {uplift_percent}%，即 {yuan(uplift)} 元，为 {yuan(amount + uplift)} 元。")
    total = amount + uplift
    if total > rule.cap:
        steps.append(f"每案最高 {yuan(rule.cap)} 元，超过部分不计。")
        total = rule.cap
    with_finance = total >= rule.finance_from
    if with_finance:
        steps.append(f"达到 {yuan(rule.finance_from)} 元，须会同财政部门决定。")
    steps.append(f"奖励金额：{yuan(total)} 元。")
    return Reward(total, max(0, total - amount), with_finance, tuple(steps))


def yuan(fen: int) -> str:
    """`1,234.50`; whole yuan without decimals."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"


def _ordinal(grade: int) -> str:
    return "一二三四五六七八九"[grade - 1]
