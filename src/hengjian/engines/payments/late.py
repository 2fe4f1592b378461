"""The further fine for lateness: so many percent of the overdue fine for every day, never more than the fine itself.

Days that do not count are handed in as halts (review or litigation, an approved deferral has later dues instead).
House readings, told in the steps: the rate is taken of what is still unpaid, and the sum is rounded down to the fen,
both in favour of the party where the article is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hengjian.engines.payments.balance import Due, Paid, due_by, paid_by, yuan

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Halt:
    """Days for which nothing is added, both included; `last` None while the cause goes on."""

    first: date
    last: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class LateFine:
    """What lateness adds up to the end of a day: fen, the days counted, whether the cap was reached, the sentences."""

    amount_fen: int
    days: int
    capped: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    first: date
    last: date
    base_fen: int
    halted: str

    @property
    def days(self) -> int:
        return (self.last - self.first) // DAY + 1


def late_fine(
    *,
    fine_fen: int,
    dues: Sequence[Due],
    paid: Sequence[Paid],
    halts: Sequence[Halt],
    daily_percent: Decimal,
    until: date,
) -> LateFine:
    """The further fine as it stands at the end of `until`; a payment made n days late has cost n days.

    Raises ValueError for amounts below zero.
    """
    amounts = [one.amount_fen for one in dues] + [one.amount_fen for one in paid]
    if fine_fen < 0 or any(fen < 0 for fen in amounts):
        raise ValueError("amounts below zero")
    steps: list[str] = []
    sum_of_bases, days = 0, 0
    for one in _stretches(dues, paid, halts, until):
        span = f"{one.first.isoformat()} 至 {one.last.isoformat()}，{one.days} 日"
        if one.halted:
            steps.append(f"{span}：{one.halted}，不计算加处罚款。")
            continue
        sum_of_bases += one.base_fen * one.days
        days += one.days
        part = _share(one.base_fen * one.days, daily_percent)
        percent = format(daily_percent.normalize(), "f")
        steps.append(f"{span}：逾期未缴 {yuan(one.base_fen)} 元 × {percent}% × {one.days} 日 ＝ {yuan(part)} 元。")
    whole = _share(sum_of_bases, daily_percent)
    amount = min(whole, fine_fen)
    if not steps:
        steps.append(f"截至 {until.isoformat()} 没有逾期未缴的罚款，不加处罚款。")
    elif whole > fine_fen:
        steps.append(f"合计 {yuan(whole)} 元，超出罚款本数，加处罚款以罚款本数 {yuan(fine_fen)} 元为限。")
    else:
        steps.append(f"合计 {yuan(amount)} 元（不足一分的舍去），未超出罚款本数 {yuan(fine_fen)} 元。")
    return LateFine(amount, days, whole >= fine_fen > 0, tuple(steps))


def _share(fen_days: int, daily_percent: Decimal) -> int:
    numerator, denominator = daily_percent.as_integer_ratio()
    return fen_days * numerator // (denominator * 100)


def _stretches(dues: Sequence[Due], paid: Sequence[Paid], halts: Sequence[Halt], until: date) -> Iterable[_Stretch]:
    """The overdue days up to `until` in stretches over which neither the base nor a halt changes."""
    if not dues:
        return
    first = min(one.on for one in dues) + DAY
    changes = {first, *(one.on + DAY for one in dues), *(one.on + DAY for one in paid)}
    for halt in halts:
        changes.add(halt.first)
        if halt.last is not None:
            changes.add(halt.last + DAY)
    starts = sorted(day for day in changes if first <= day <= until)
    for start, following in pairwise([*starts, until + DAY]):
        base = due_by(dues, start) - paid_by(paid, start)
        if base > 0:
            yield _Stretch(start, following - DAY, base, _halted_on(halts, start))


def _halted_on(halts: Sequence[Halt], day: date) -> str:
    return next((one.reason for one in halts if one.first <= day and (one.last is None or day <= one.last)), "")
