"""What falls due when and what has been paid, in whole fen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Due:
    """An amount that may still be paid in time on the day `on`."""

    on: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Paid:
    """An amount received on the day `on`."""

    on: date
    amount_fen: int


def due_by(dues: Iterable[Due], day: date) -> int:
    """Fen whose last day lies before `day`: what is overdue then unless it was paid."""
    return sum(one.amount_fen for one in dues if one.on < day)


def paid_by(paid: Iterable[Paid], day: date) -> int:
    """Fen received before `day`."""
    return sum(one.amount_fen for one in paid if one.on < day)


def even_parts(amount_fen: int, parts: int) -> tuple[int, ...]:
    """The amount in so many parts of whole fen that add up to it; the first ones carry the odd fen."""
    if amount_fen < 0 or parts < 1:
        raise ValueError("amount below zero or no part")
    each, odd = divmod(amount_fen, parts)
    return tuple(each + (1 if place < odd else 0) for place in range(parts))


def check_plan(plan: Sequence[Due], *, owed_fen: int, after: date) -> str:
    """What is wrong with a plan of instalments, in Chinese; "" where it can stand.

    Every part is above zero, the days rise and lie after `after`, and the parts add up to what is still owed.
    """
    if not plan:
        return "请至少填一期：日期和金额。"
    before = after
    for place, one in enumerate(plan, start=1):
        if one.amount_fen <= 0:
            return f"第 {place} 期的金额须大于 0。"
        if one.on <= before:
            return f"第 {place} 期的日期 {one.on.isoformat()} 须晚于 {before.isoformat()}。"
        before = one.on
    total = sum(one.amount_fen for one in plan)
    if total != owed_fen:
        return f"各期合计 {yuan(total)} 元，与尚未缴纳的罚款 {yuan(owed_fen)} 元不符。"
    return ""


def yuan(fen: int) -> str:
    """1,234.50 from 123450."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"
