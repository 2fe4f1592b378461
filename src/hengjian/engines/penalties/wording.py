"""Chinese words for sums and days in the reasoning."""

from __future__ import annotations

from datetime import date

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000


def money(fen: int) -> str:
    """3000000 fen → 3万元; 333333400 → 333.3334万元; 20050 → 200.50元."""
    if fen >= FEN_PER_WAN and fen % (100 * FEN_PER_YUAN) == 0:
        wan, rest = divmod(fen, FEN_PER_WAN)
        tail = f"{rest:06d}".rstrip("0")
        return f"{wan}.{tail}万元" if tail else f"{wan}万元"
    yuan, left = divmod(fen, FEN_PER_YUAN)
    return f"{yuan}.{left:02d}元" if left else f"{yuan}元"


def span(low: int, high: int) -> str:
    """5万元以上10万元以下, 10万元以下, 3万元（定额）."""
    if low == high:
        return f"{money(low)}（定额）"
    return f"{money(low)}以上{money(high)}以下" if low else f"{money(high)}以下"


def day(value: date) -> str:
    """2025年5月1日."""
    return f"{value.year}年{value.month}月{value.day}日"
