"""Dated rules of rewards for reporting: grades, floors, cap, when finance departments take part; money in fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise

from hengjian.engines.rewards import Grade, Rule
from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.models import Certain, Period
from hengjian.law.schema import parse_yaml, read_section

FILE = "rewards.yaml"
SECTIONS = ("reward_rules", "major_grounds")


@dataclass(frozen=True, kw_only=True)
class GradeRow:
    """One grade as written."""

    grade: int
    percent: int
    floor: int
    title: str


@dataclass(frozen=True, kw_only=True)
class RewardRule(Certain, Period):
    """The numbers of one version of the measures."""

    id: str
    title: str
    basis: tuple[Reference, ...]
    grades: tuple[GradeRow, ...]
    cap: int
    finance_from: int
    uplift_percent: int

    def for_engine(self) -> Rule:
        """The same numbers as the calculation takes them."""
        grades = tuple(Grade(one.grade, one.percent, one.floor, one.title) for one in self.grades)
        return Rule(grades, self.cap, self.finance_from, self.uplift_percent)


@dataclass(frozen=True, kw_only=True)
class MajorGround(Certain, Period):
    """What makes a violation a major one, for which alone there are rewards."""

    id: str
    title: str
    basis: tuple[Reference, ...]


def load_rewards(folder: Traversable) -> tuple[tuple[RewardRule, ...], tuple[MajorGround, ...]]:
    """Read and check the file; LawError names the first fault."""
    path = folder.joinpath(FILE)
    if not path.is_file():
        raise LawError("the file is missing", file=FILE)
    raw = parse_yaml(path.read_text(encoding="utf-8"), FILE)
    unknown = [str(key) for key in raw if key not in SECTIONS]
    if unknown:
        raise LawError("unknown section", file=FILE, key=unknown[0])
    for section in SECTIONS:
        if section not in raw:
            raise LawError("missing section", file=FILE, key=section)
    rules = read_section(RewardRule, raw["reward_rules"], FILE, "reward_rules")
    grounds = read_section(MajorGround, raw["major_grounds"], FILE, "major_grounds")
    for rule in rules:
        _check(rule)
    return rules, grounds


def _check(rule: RewardRule) -> None:
    grades = rule.grades
    if not grades or [one.grade for one in grades] != list(range(1, len(grades) + 1)):
        raise LawError("grades must run from 1 without a gap", file=FILE, entry=rule.id, key="grades")
    pairs = list(pairwise(grades))
    if any(low.percent >= high.percent or low.floor > high.floor for high, low in pairs):
        raise LawError("a lower grade must not give more", file=FILE, entry=rule.id, key="grades")
    if not all(0 < one.percent <= 100 and 0 <= one.floor <= rule.cap for one in grades):
        raise LawError("a percentage or floor out of range", file=FILE, entry=rule.id, key="grades")
    if not 0 <= rule.uplift_percent <= 100 or rule.finance_from > rule.cap:
        raise LawError("uplift or finance limit out of range", file=FILE, entry=rule.id, key="uplift_percent")


@cache
def _data() -> tuple[tuple[RewardRule, ...], tuple[MajorGround, ...]]:
    return load_rewards(files("hengjian.law"))


def reward_rule(on: date) -> RewardRule:
    """The rule for a case decided on that day; NotFound with a sentence before the measures."""
    for one in _data()[0]:
        if one.holds_on(on):
            return one
    raise NotFound("这一天没有生效的举报奖励规定。")


def major_grounds(on: date) -> tuple[MajorGround, ...]:
    """What counts as a major violation on that day."""
    return tuple(one for one in _data()[1] if one.holds_on(on))
