"""Chinese words for sums, periods and days of the law data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hengjian.law.models import Amount, Clock

MULTIPLE_OF = {
    "fee_multiple": "检验检测费用",
    "gain_multiple": "违法所得",
    "value_multiple": "货值金额",
    "income_multiple": "收入",
}
UNITS = {"working_days": "个工作日", "days": "日", "hours": "小时", "months": "个月", "years": "年"}
SENSES = {"within": "{}内", "at_least": "不少于{}", "before": "{}前", "after": "满{}"}
FEN_PER_YUAN = 100
YUAN_PER_WAN = 10_000


def day_text(day: date) -> str:
    """2025年5月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def money_text(fen: int) -> str:
    """3000000 fen → 3万元; 20050 fen → 200.5元."""
    yuan = Decimal(fen) / FEN_PER_YUAN
    if yuan >= YUAN_PER_WAN and yuan % 100 == 0:
        return f"{_plain(yuan / YUAN_PER_WAN)}万元"
    return f"{_plain(yuan)}元"


def amount_text(amount: Amount) -> str:
    """处5万元以上10万元以下罚款（情节严重）."""
    condition = f"（{amount.when}）" if amount.when else ""
    if amount.kind != "fine":
        low = f"{_plain(amount.min_times)}倍以上" if amount.min_times is not None else ""
        high = f"{_plain(amount.max_times)}倍以下" if amount.max_times is not None else ""
        return f"处{MULTIPLE_OF[amount.kind]}{low}{high}罚款{condition}"
    if amount.min_fen is not None and amount.min_fen == amount.max_fen:
        return f"处{money_text(amount.min_fen)}罚款{condition}"
    low = f"{money_text(amount.min_fen)}以上" if amount.min_fen is not None else ""
    high = f"{money_text(amount.max_fen)}以下" if amount.max_fen is not None else ""
    return f"处{low}{high}罚款{condition}"


def length_text(clock: Clock) -> str:
    """15个工作日内, 不少于6年, 3个月前."""
    return SENSES[clock.sense].format(f"{clock.length}{UNITS[clock.unit]}")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
