"""How sure it is that two leads are one matter, or belong together: evidence in decibans, summed, with its reasons.

The prior says that of the leads compared (same respondent, same report number or near text) few are one matter. Each
fact adds ten times the logarithm of how much likelier it is between copies than between strangers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import log10

from hengjian.engines.likeness.sketch import jaccard
from hengjian.engines.likeness.words import normal, shingles

NEAR = 0.5
"""From this share of pieces in common two texts count as near."""
PRIOR_DUPLICATE = -15.0
PRIOR_SERIES = -13.0


@dataclass(frozen=True, slots=True)
class Told:
    """One lead as far as likeness is concerned. `respondent` is a code or a name's key, "" where unknown."""

    text: str
    respondent: str = ""
    reports: frozenset[str] = frozenset()
    received_on: date | None = None
    occurred_on: date | None = None
    area_code: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Weight:
    """One reason: the Chinese sentence and what it adds in decibans (less than nothing speaks against)."""

    sentence: str
    decibans: float


@dataclass(frozen=True, slots=True)
class Found:
    """What two leads may be to each other: `duplicate` or `series`, the probability 0–1 and the reasons."""

    kind: str
    sure: float
    reasons: tuple[Weight, ...]


def probability(decibans: float) -> float:
    """The probability that belongs to a sum of decibans."""
    odds = 10 ** (decibans / 10)
    return float(odds / (1 + odds))


def weights(one: Told, other: Told) -> list[Weight]:
    """What speaks for and against two leads being one matter; the same whichever comes first."""
    found = [_respondent(one, other), _reports(one, other), _text(one, other), _days(one, other)]
    return [weight for weight in found if weight is not None]


def compare(one: Told, other: Told, *, least: float = 0.5) -> Found | None:
    """The likelier of duplicate and series, or None where neither reaches `least`.

    A series wants one respondent or one report without one text, or one text about different respondents.
    """
    reasons = weights(one, other)
    total = PRIOR_DUPLICATE + sum(weight.decibans for weight in reasons)
    sure = probability(total)
    if sure >= least:
        return Found("duplicate", sure, tuple(reasons))
    linked = _links(one, other)
    sure = probability(PRIOR_SERIES + sum(weight.decibans for weight in linked))
    return Found("series", sure, tuple(linked)) if sure >= least else None


def _same(one: str, other: str) -> bool | None:
    return normal(one) == normal(other) if one and other else None


def _respondent(one: Told, other: Told) -> Weight | None:
    same = _same(one.respondent, other.respondent)
    if same is None:
        return None
    return Weight("被反映单位相同", 8.0) if same else Weight("被反映单位不同", -12.0)


def _reports(one: Told, other: Told) -> Weight | None:
    if not one.reports or not other.reports:
        return None
    both = one.reports & other.reports
    if not both:
        return Weight("报告编号没有一个相同", -6.0)
    share = len(both) / min(len(one.reports), len(other.reports))
    shown = "、".join(sorted(both)[:3])
    return Weight(f"报告编号相同：{shown}（{len(both)} 个）", 14.0 if share >= NEAR else 9.0)


def _text(one: Told, other: Told) -> Weight | None:
    share = jaccard(shingles(one.text), shingles(other.text))
    if not one.text or not other.text:
        return None
    # among strangers of one trade about a twentieth of the pieces agrees; copies agree in most of them
    decibans = 10 * log10(max(share, 0.01) / 0.12) * 1.6
    shown = f"文字有 {round(share * 100)}% 相同"
    return Weight(shown, round(max(-6.0, min(15.0, decibans)), 1))


def _days(one: Told, other: Told) -> Weight | None:
    if one.occurred_on and other.occurred_on and one.occurred_on != other.occurred_on:
        return Weight("所述行为日不同", -4.0)
    if not one.received_on or not other.received_on:
        return None
    apart = abs((one.received_on - other.received_on).days)
    if apart <= 30:
        return Weight(f"相隔 {apart} 日收到", 2.0)
    return Weight(f"相隔 {apart} 日收到", -2.0 if apart > 180 else 0.0)


def _links(one: Told, other: Told) -> list[Weight]:
    """What speaks for two leads being parts of one larger matter."""
    found: list[Weight] = []
    if _same(one.respondent, other.respondent):
        found.append(Weight("被反映单位相同", 10.0))
        if one.subject and one.subject == other.subject:
            found.append(Weight("反映的事项相同", 5.0))
    if one.reports & other.reports:
        found.append(Weight("涉及同一份报告", 16.0))
    share = jaccard(shingles(one.text), shingles(other.text))
    if share >= NEAR:
        found.append(Weight(f"文字有 {round(share * 100)}% 相同", 14.0))
    if one.received_on and other.received_on and abs((one.received_on - other.received_on).days) <= 180:
        found.append(Weight("半年之内收到", 1.0))
    return found
