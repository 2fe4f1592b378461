"""Sums of a case in words, and from which sum on a party may demand a hearing (听证办法 5, as of the day)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from hengjian.apps.cases.wording import MEASURES
from hengjian.law.catalogue import article_as_of, threshold

HEAVY = {"limit": "限制开展生产经营活动、限制从业", "close": "责令停产停业、责令关闭", "revoke": "吊销（撤销）许可证件"}
"""Penalties that give a right to a hearing whatever the sum."""


def yuan(fen: int) -> str:
    """1,200,000 fen → 1.2万元 where it is round, else 12,345.60元."""
    value = Decimal(fen) / 100
    if value and value % 1000 == 0 and value >= 10_000:
        return f"{(value / 10_000).normalize():f}万元"
    return f"{value:,.2f}元".replace(".00元", "元")


def hearing_from(kind: str, on: date) -> int:
    """The sum in fen, inclusive, from which a party of that kind has the right."""
    name = "natural_person_fen" if kind == "person" else "legal_person_fen"
    return int(threshold("HEAR-05", on).value(name))


def hearing_right(*, kind: str, fine: int, confiscated: int, measures: Collection[str], on: date) -> str:
    """Why the party may demand a hearing, with the article; empty where it may not."""
    edge = hearing_from(kind, on)
    reasons = [words for code, words in HEAVY.items() if code in measures]
    if fine >= edge:
        reasons.append(f"拟罚款{yuan(fine)}，达到{yuan(edge)}")
    if confiscated >= edge:
        reasons.append(f"拟没收{yuan(confiscated)}，达到{yuan(edge)}")
    return f"{'；'.join(reasons)}（{article_as_of('HEAR-05', on).text}）" if reasons else ""


def penalty_text(*, fine: int, confiscated: int, measures: Collection[str], ban_months: int | None, life: bool) -> str:
    """What is imposed, in one line, in the order of the list of measures."""
    parts = []
    for code, words in MEASURES.items():
        if code not in measures:
            continue
        if code == "fine":
            parts.append(f"罚款{yuan(fine)}")
        elif code == "confiscate":
            parts.append(f"没收违法所得{yuan(confiscated)}")
        elif code == "limit" and life:
            parts.append("终身禁止从事检验检测活动")
        elif code == "limit" and ban_months:
            years, months = divmod(ban_months, 12)
            length = f"{years}年" * bool(years) + f"{months}个月" * bool(months)
            parts.append(f"{length}内禁止从事检验检测活动")
        else:
            parts.append(words)
    return "；".join(parts)
