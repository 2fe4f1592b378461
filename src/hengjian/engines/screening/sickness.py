"""Where the peer group itself is sick: so many accused by absolute anchors that comparing with peers says nothing.

Hard rules, physics, arithmetic, clocks and identical data need no peers. Where they alone accuse a large share of the
institutions of a region in a field, detectors that compare with peers are marked there, and those that can take
institutions of other regions as peers do so (`screening.md` §3.7 v: Huaibei, 14 of 14 stations).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy import special

from hengjian.engines.screening.policy import ScoringPolicy

REGION_DIGITS = (2, 4, 6)
"""Province, city, county; the broadest sick region is named, regions within it are not named again."""
ACCUSED_FROM = 0.5
"""P(at least three false reports) by absolute anchors alone from which an institution counts as accused."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an institution stands: area code and its reports by field."""

    institution_id: str
    area_code: str
    volumes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class SickGroup:
    """A region's field whose institutions cannot serve as peers, and who of them is accused."""

    region: str
    field: str
    institutions: tuple[str, ...]
    accused: int
    share_low: float

    def says(self, field_word: str) -> str:
        """The remark in one sentence, with the field's Chinese word."""
        return (
            f"{self.region}地区{field_word}领域 {len(self.institutions)} 家机构中，{self.accused} 家被不靠同行比较的"
            "硬性规则、物理和雷同检查指出多份虚假报告：同行本身异常，同行比较在这里不可信"
        )


def sick_groups(
    places: Sequence[Place], accused: Iterable[tuple[str, str]], policy: ScoringPolicy
) -> tuple[SickGroup, ...]:
    """The sick regions by field; `accused` are (institution, field) pairs that absolute anchors accuse."""
    pointed = set(accused)
    groups: list[SickGroup] = []
    covered: set[tuple[str, str]] = set()
    for digits in REGION_DIGITS:
        for (region, field), members in sorted(_members(places, digits).items()):
            if any((region[:shorter], field) in covered for shorter in REGION_DIGITS if shorter < digits):
                continue
            hits = sum((one, field) in pointed for one in members)
            low = float(special.betaincinv(hits + 0.5, len(members) - hits + 0.5, 0.05)) if hits else 0.0
            if len(members) >= policy.sick_least and low > policy.sick_share:
                covered.add((region, field))
                groups.append(
                    SickGroup(region=region, field=field, institutions=members, accused=hits, share_low=round(low, 4))
                )
    return tuple(groups)


def _members(places: Sequence[Place], digits: int) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place in sorted(places, key=lambda one: one.institution_id):
        if len(place.area_code) < digits:
            continue
        for field, n in place.volumes.items():
            if field and n > 0:
                found[place.area_code[:digits], field].append(place.institution_id)
    return {key: tuple(members) for key, members in found.items()}


def sick_pairs(groups: Iterable[SickGroup]) -> frozenset[tuple[str, str]]:
    """(institution, field) pairs that are no peers for anybody."""
    return frozenset((one, group.field) for group in groups for one in group.institutions)


def sick_institutions(groups: Iterable[SickGroup], places: Iterable[Place]) -> frozenset[str]:
    """Institutions most of whose reports are in a field that is sick where they stand."""
    pairs = sick_pairs(groups)
    return frozenset(
        place.institution_id
        for place in places
        if sum(n for field, n in place.volumes.items() if (place.institution_id, field) in pairs)
        > sum(place.volumes.values()) / 2
    )
