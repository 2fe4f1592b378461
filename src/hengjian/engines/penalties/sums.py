"""From the sums of a provision and the bases of a case to one lawful range in fen."""

from __future__ import annotations

from hengjian.engines.penalties.conduct import Conduct, Sum
from hengjian.engines.penalties.result import Range
from hengjian.engines.penalties.wording import money, span

BASES = {
    "fee": "检验检测费用",
    "gain": "违法所得",
    "value": "货值金额",
    "income": "本人收入",
}
MULTIPLE_OF = {"fee_multiple": "fee", "gain_multiple": "gain", "value_multiple": "value", "income_multiple": "income"}


def base_of(conduct: Conduct, name: str) -> int | None:
    """The fen of fee, gain, value or income; None while it is not known."""
    return {"fee": conduct.fee, "gain": conduct.gain, "value": conduct.value, "income": conduct.income}[name]


def fitting(sums: tuple[Sum, ...], conduct: Conduct, kinds: frozenset[str], *, serious: bool) -> list[Sum]:
    """The sums meant for this party, conduct and gravity, whatever the bases are; narrower ones go first."""
    found = [
        one
        for one in sums
        if one.party == conduct.party_kind
        and (not one.kinds or kinds & set(one.kinds))
        and (not one.violation_ids or set(conduct.violation_ids) & set(one.violation_ids))
        and one.grade in ("", "serious" if serious else "ordinary")
    ]
    narrow = [one for one in found if one.violation_ids]
    return narrow or found


def lawful_range(found: list[Sum], conduct: Conduct, article: str) -> tuple[Range | None, tuple[str, ...]]:
    """The range that the bases pick, or None and the names of the bases that are missing."""
    missing: list[str] = []
    for one in found:
        name = one.base or MULTIPLE_OF.get(one.kind, "")
        amount = base_of(conduct, name) if name else None
        if name and amount is None:
            missing.append(BASES[name])
            continue
        if amount is not None and not _reached(one, amount):
            continue
        return _range(one, amount, name, article), ()
    return None, tuple(dict.fromkeys(missing))


def _reached(one: Sum, amount: int) -> bool:
    return (one.base_from is None or amount >= one.base_from) and (one.base_below is None or amount < one.base_below)


def _range(one: Sum, amount: int | None, name: str, article: str) -> Range:
    steps: tuple[str, ...] = ()
    if amount is not None and (one.base_from is not None or one.base_below is not None):
        edge = one.base_from if one.base_from is not None else one.base_below
        side = "达到" if one.base_from is not None else "不足"
        steps = (f"{BASES[name]}{money(amount)}，{side}{money(edge or 0)}。",)
    if one.kind == "fine":
        return Range(low=one.low, high=one.high, article=article, words=f"处{span(one.low, one.high)}罚款", steps=steps)
    counted = amount or 0
    if one.base_floor is not None and counted < one.base_floor:
        steps = (*steps, f"{BASES[name]}{money(counted)}不足{money(one.base_floor)}，按{money(one.base_floor)}计。")
        counted = one.base_floor
    low = -(-counted * one.low_times[0] // one.low_times[1])
    high = max(counted * one.high_times[0] // one.high_times[1], low)
    low_times, high_times = times_text(one.low_times), times_text(one.high_times)
    steps = (
        *steps,
        f"{money(counted)} × {low_times} = {money(low)}，{money(counted)} × {high_times} = {money(high)}。",
    )
    words = f"处{BASES[name]}{low_times}倍以上{high_times}倍以下罚款，即{span(low, high)}"
    return Range(low=low, high=high, article=article, words=words, steps=steps)


def times_text(times: tuple[int, int]) -> str:
    """(3, 10) → 0.3, (5, 1) → 5; decimals are what the law writes."""
    whole, rest = divmod(times[0], times[1])
    if not rest:
        return str(whole)
    digits = ""
    while rest and len(digits) < 6:
        digit, rest = divmod(rest * 10, times[1])
        digits += str(digit)
    return f"{whole}.{digits}"
