"""Public sources of entropy that a draw may name in advance, and what a right value of each looks like."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hengjian.kernel.errors import Refused

DIGITS = re.compile(r"[0-9０-９]+")
MOST_ROLLS = 40


@dataclass(frozen=True, slots=True)
class Part:
    """One group of numbers of a source: so many from `low` to `high`, all different unless `repeats`."""

    label: str
    count: int
    low: int
    high: int
    unordered: bool
    repeats: bool = False

    @property
    def bits(self) -> float:
        """Entropy in bits of a fair drawing."""
        size = self.high - self.low + 1
        if self.repeats:
            return self.count * math.log2(size)
        return math.log2(math.comb(size, self.count) if self.unordered else math.perm(size, self.count))


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source: its public name, what identifies one drawing of it, and its parts.

    `by_hand`: people make the numbers, so it comes before all others and has no fallback. What is not made by hand is a
    lottery, whose calendar stands in `lotteries.GAMES`.
    """

    key: str
    name: str
    parts: tuple[Part, ...]
    issue_label: str = "期号"
    issue_pattern: str = r"20\d{2}\d{3}"
    issue_hint: str = "年份加三位期号，如 2026133"
    where: str = ""
    by_hand: bool = False


KINDS: dict[str, SourceKind] = {
    one.key: one
    for one in (
        SourceKind(
            "ssq",
            "双色球",
            (Part("红球", 6, 1, 33, unordered=True), Part("蓝球", 1, 1, 16, unordered=True)),
            where="中国福利彩票发行管理中心开奖公告",
        ),
        SourceKind(
            "kl8", "快乐8", (Part("号码", 20, 1, 80, unordered=True),), where="中国福利彩票发行管理中心开奖公告"
        ),
        SourceKind(
            "dlt",
            "超级大乐透",
            (Part("前区", 5, 1, 35, unordered=True), Part("后区", 2, 1, 12, unordered=True)),
            issue_pattern=r"\d{5}",
            issue_hint="两位年份加三位期号，如 26133",
            where="国家体育总局体育彩票管理中心开奖公告",
        ),
        SourceKind(
            "pl5",
            "排列5",
            (Part("号码", 5, 0, 9, unordered=False, repeats=True),),
            issue_pattern=r"\d{5}",
            issue_hint="两位年份加三位期号，如 26300",
            where="国家体育总局体育彩票管理中心开奖公告",
        ),
        SourceKind(
            "dice",
            "公开掷骰录像",
            (Part("点数", 14, 0, 9, unordered=False, repeats=True),),
            issue_label="场次",
            issue_pattern=r"[0-9A-Za-z一-龥._-]{2,40}",
            issue_hint="场次的名称，如 2026-11-17-一号",
            where="十面骰连掷14次，公证员在场，录像公开",
            by_hand=True,
        ),
    )
}


def bits_of(sources: Sequence[Mapping[str, Any]]) -> float:
    """Entropy of all named sources together, in bits."""
    return sum(part.bits for source in sources for part in KINDS[source["kind"]].parts)


def read_values(kind: SourceKind, text: str) -> list[list[int]]:
    """The numbers that a person typed, part by part; unordered parts sorted. Refused names the part and the fault.

    Digits without separators are taken one by one where the part's numbers have one digit each.
    """
    tokens = _tokens(kind, text)
    wanted = sum(part.count for part in kind.parts)
    if len(tokens) != wanted:
        raise Refused(
            f"{kind.name}应有{'加'.join(f'{part.label}{part.count}个' for part in kind.parts)}，"
            f"共 {wanted} 个号码，录入了 {len(tokens)} 个。",
            where={"field": "values", "value": text[:80]},
        )
    found, start = [], 0
    for part in kind.parts:
        found.append(_part(kind, part, tokens[start : start + part.count]))
        start += part.count
    return found


def _tokens(kind: SourceKind, text: str) -> list[int]:
    strange = re.sub(r"[0-9０-９\s,，、.．+＋/|；;:：-]", "", text)
    if strange:
        raise Refused(
            f"{kind.name}的号码只能是数字，“{strange[:10]}”不能用。", where={"field": "values", "value": text[:80]}
        )
    runs = DIGITS.findall(text)
    if all(part.high <= 9 for part in kind.parts):
        runs = list("".join(runs))
    return [int(run) for run in runs if len(run) <= 4 or not _too_long(kind, run)]


def _too_long(kind: SourceKind, run: str) -> bool:
    raise Refused(
        f"{kind.name}的号码“{run[:20]}”太长，号码之间请用空格隔开。", where={"field": "values", "value": run[:80]}
    )


def _part(kind: SourceKind, part: Part, numbers: list[int]) -> list[int]:
    for number in numbers:
        if not part.low <= number <= part.high:
            raise Refused(
                f"{kind.name}的{part.label}应在 {part.low} 至 {part.high} 之间，{number} 不对。",
                where={"field": "values", "value": number},
            )
    if not part.repeats and len(set(numbers)) != len(numbers):
        twice = next(number for number in numbers if numbers.count(number) > 1)
        raise Refused(f"{kind.name}的{part.label}不会重复，{twice} 出现了两次。", where={"value": twice})
    return sorted(numbers) if part.unordered else numbers


def read_issue(kind: SourceKind, text: str) -> str:
    """The identifier of one drawing of the source; Refused when it is not of the source's form."""
    issue = text.strip()
    if not re.fullmatch(kind.issue_pattern, issue):
        raise Refused(
            f"{kind.name}的{kind.issue_label}应为{kind.issue_hint}，“{issue[:20]}”不对。", where={"field": "issue"}
        )
    return issue


def engine_values(source: Mapping[str, Any], values: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """The entries that the protocol encodes: one for each part; digits of a roll stand as one integer."""
    made: list[dict[str, Any]] = []
    for part, numbers in zip(KINDS[source["kind"]].parts, values, strict=True):
        if part.repeats:
            made.append({"unordered": False, "values": [int("".join(str(number) for number in numbers))]})
        else:
            made.append({"unordered": part.unordered, "values": list(numbers)})
    return made


def told(kind: SourceKind, values: Sequence[Sequence[int]]) -> str:
    """The values as people read them: 3 9 14 18 26 31 + 7."""
    return " + ".join(" ".join(str(number) for number in numbers) for numbers in values)
