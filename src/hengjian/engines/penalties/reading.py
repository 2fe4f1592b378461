"""A conduct as people and files write it (JSON, a form) → `Conduct`; faults are said in Chinese with their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from hengjian.engines.penalties.conduct import Conduct
from hengjian.kernel.errors import Refused

MOST_YUAN = Decimal(10) ** 12
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
AREA = re.compile(r"\d{2}(\d{2}){0,5}")
TEST_KINDS = {"": "", "emission": "排放检验", "safety": "安全技术检验", "performance": "综合性能检验"}
EFFECTS = {"": "", "wrong": "数据、结果错误", "not_reproducible": "无法复核"}
PARTIES = {"institution": "单位", "person": "个人"}


@dataclass(frozen=True)
class Key:
    """One key of the file: its label, how it is read, and the field of `Conduct` it fills."""

    label: str
    target: str
    read: Callable[[Any], Any]


def yuan(text: object) -> int:
    """Yuan as text or a whole number → fen; Refused for anything that is no sum of money."""
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        raise Refused('金额请写成元，例如 20000 或者 "20000.50"（小数请加引号）')
    try:
        amount = Decimal(str(text).replace(",", "").strip())
    except InvalidOperation:
        raise Refused(f"“{text}”不是金额") from None
    if not amount.is_finite() or not 0 <= amount <= MOST_YUAN:
        raise Refused("金额应在 0 至 1 万亿元之间")
    fen = amount * 100
    if fen != fen.to_integral_value():
        raise Refused("金额最多两位小数")
    return int(fen)


def conduct_from(raw: Mapping[str, Any]) -> Conduct:
    """The conduct that a mapping describes; keys and what they hold: `KEYS`. Sums in yuan.

    Refused, with the key in `where`, for an unknown key or a value that is not what the key holds.
    """
    values: dict[str, Any] = {}
    for name, value in raw.items():
        key = KEYS.get(str(name))
        if key is None:
            raise Refused(f"不认识的项“{name}”，可用的有：{'、'.join(KEYS)}。", where={"column": str(name)})
        if value is None:
            continue
        try:
            values[key.target] = key.read(value)
        except Refused as fault:
            sentence = f"“{key.label}”（{name}）：{fault.sentence.rstrip('。')}。"
            raise Refused(sentence, where={"column": str(name), "value": value}) from None
    return Conduct(**values)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("应是文字")
    return value.strip()


def _area(value: Any) -> str:
    text = _text(value)
    if text and not AREA.fullmatch(text):
        raise Refused(f"“{text}”不是区划代码")
    return text


def _texts(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
        raise Refused("应是一个或者几个文字")
    return tuple(dict.fromkeys(one.strip() for one in listed if one.strip()))


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Refused(f"“{value}”不是日期，请写成 2026-11-20 这样")


def _days(value: Any) -> tuple[date, ...]:
    if not isinstance(value, list | tuple):
        raise Refused("应是几个日期")
    return tuple(_day(one) for one in value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("应是 true 或者 false")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Refused("应是不小于 0 的整数")
    return value


def _one_of(known: Mapping[str, str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in known:
            raise Refused(f"“{value}”不在可选范围：{'、'.join(one for one in known if one)}")
        return str(value)

    return read


KEYS: Mapping[str, Key] = {
    "violations": Key("违法行为", "violation_ids", _texts),
    "kinds": Key("行业法单列的行为", "kinds", _texts),
    "field": Key("领域", "field", _text),
    "from": Key("行为开始日", "occurred_from", _day),
    "to": Key("行为终了日", "occurred_to", _day),
    "still_going_on": Key("仍在继续", "still_going_on", _flag),
    "continuing": Key("连续行为", "continuing", _flag),
    "discovered": Key("发现日", "discovered_on", _day),
    "area": Key("行为地区划代码", "area_code", _area),
    "party": Key("当事人", "party_kind", _one_of(PARTIES)),
    "test_kind": Key("机动车检验种类", "test_kind", _one_of(TEST_KINDS)),
    "effect": Key("不实报告的后果", "effect", _one_of(EFFECTS)),
    "fee": Key("检验检测费用", "fee", yuan),
    "gain": Key("违法所得", "gain", yuan),
    "value": Key("货值金额", "value", yuan),
    "income": Key("本人收入", "income", yuan),
    "loss": Key("直接经济损失", "loss", yuan),
    "units": Key("车辆、样品或者报告数", "units", _count),
    "traits": Key("行业法要求的事实", "traits", lambda value: frozenset(_texts(value))),
    "ordered": Key("已责令改正", "ordered_before", _flag),
    "recheck_failed": Key("复查仍不合格", "recheck_failed", _flag),
    "serious": Key("情节严重", "serious", _flag),
    "intent": Key("主观故意", "intent", _flag),
    "crime": Key("被追究刑事责任", "crime", _flag),
    "tampering": Key("干扰、删改检测系统", "system_tampering", _flag),
    "health": Key("涉及生命健康且有危害后果", "harm_to_health", _flag),
    "earlier": Key("以前的处罚日", "earlier_penalties", _days),
    "fined_by_other": Key("同一行为已被罚款", "fined_by_other", _flag),
}
