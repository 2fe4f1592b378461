"""What goes into a derivation: the rule, its lawful extensions, the pauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Literal

from hengjian.kernel.errors import Refused

Unit = Literal["working_days", "days", "hours", "months", "years"]
Sense = Literal["within", "at_least", "before", "after"]
SHANGHAI = timezone(timedelta(hours=8), "+08:00")
"""Law time: one offset, no summer time since 1991."""
UNIT_WORDS = {"working_days": "个工作日", "days": "日", "hours": "小时", "months": "个月", "years": "年"}
LONGEST_EXTENSION = 3650
"""Units that an open extension may have at most; more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One lawful extension: who grants it, and its length. Open where `length` is None, then at most `most` units."""

    by: str
    length: int | None
    unit: Unit
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One statutory period as the law of the starting day has it.

    `basis` is the article with the figure, `counting_basis` the one on how periods are counted (start day, end on a
    holiday) or ""; `rolls` whether a last day that is no working day moves to the next one. A rule in hours has
    neither: its moment never moves. `caveat` is said first.
    """

    id: str
    title: str
    trigger: str
    length: int
    unit: Unit
    basis: str
    sense: Sense = "within"
    counting_basis: str = ""
    rolls: bool = False
    extensions: tuple[Extension, ...] = ()
    pauses: tuple[str, ...] = ()
    caveat: str = ""

    def __post_init__(self) -> None:
        if self.unit == "hours" and (self.rolls or self.counting_basis):
            raise ValueError(f"{self.id}: a period in hours runs on; it neither rolls nor cites how days are counted")


@dataclass(frozen=True, slots=True, order=True)
class Pause:
    """Days that do not count, `first` and `last` both included; `last` None while the pause goes on."""

    first: date
    last: date | None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise Refused(
                f"暂停的起日 {self.first.isoformat()} 晚于止日 {self.last.isoformat()}。",
                where={"value": f"{self.first.isoformat()}/{self.last.isoformat()}"},
            )


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Pauses in order of time, those that overlap or touch made one; reasons joined."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.first):
        last = found[-1] if found else None
        if last is not None and (last.last is None or pause.first <= last.last + timedelta(days=1)):
            until = None if last.last is None or pause.last is None else max(last.last, pause.last)
            reasons = [one for one in (last.reason, pause.reason) if one]
            found[-1] = Pause(last.first, until, "、".join(dict.fromkeys(reasons)))
        else:
            found.append(pause)
    return found


def granted(rule: Rule, asked: Sequence[int | None]) -> list[tuple[Extension, int]]:
    """The n-th extension asked for with the length it has: the rule's own, or the one given where the law leaves it.

    Refused with a sentence when the rule has no such extension, or a length is given or missing against the law.
    """
    if len(asked) > len(rule.extensions):
        have = f"只能延长 {len(rule.extensions)} 次" if rule.extensions else "没有规定延长"
        raise Refused(
            f"{rule.id}“{rule.title}”{have}，不能作第 {len(rule.extensions) + 1} 次延长。", article=rule.basis
        )
    return [
        (extension, _length(rule, n, extension, days))
        for n, (extension, days) in enumerate(zip(rule.extensions, asked, strict=False), start=1)
    ]


def _length(rule: Rule, number: int, extension: Extension, days: int | None) -> int:
    place = f"{rule.id}“{rule.title}”的第 {number} 次延长"
    word = UNIT_WORDS[extension.unit]
    if extension.length is not None:
        if days is not None:
            raise Refused(f"{place}法定为 {extension.length} {word}，不能另写天数 {days}。", article=rule.basis)
        return extension.length
    if days is None and extension.most is None:
        raise Refused(f"{place}没有法定长度，由{extension.by}决定，请写明延长多少{word}。", article=rule.basis)
    length = extension.most if days is None else days
    limit = extension.most or LONGEST_EXTENSION
    if length is None or not 1 <= length <= limit:
        raise Refused(f"{place}应为 1 至 {limit} {word}，不能是 {days}。", article=rule.basis)
    return length
