"""From what was seen at drawn institutions to rates with design-based intervals, and what screening adds to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hengjian.apps.inspections.random_leg import Drawn, Hits, Sample
from hengjian.engines.draws.estimates import Observed, Rate, Stratum, clopper_pearson, rate, stratified_rate
from hengjian.engines.draws.monitors import Signal, always_without_problem
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.law.catalogue import threshold

RULE = "RLG-01"
MEASURES = {"problem": "有问题", "serious": "有严重问题"}
BANDS = {"red": "高风险", "amber": "中风险", "green": "低风险", "": "未评风险"}
METHODS = {
    "hypergeometric": "超几何分布精确区间",
    "korn-graubard": "有效样本量的 Clopper–Pearson 区间",
    "census": "全部检查，没有抽样误差",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the population: drawn, how many of them checked, pending, not met, with the problem; its rate.

    `rate` is None where too few were checked; then `why` says so. `key` is the part's name in addresses.
    """

    key: str
    label: str
    drawn: int
    checked: int
    pending: int
    not_met: int
    hits: int
    rate: Rate | None
    why: str = ""

    @property
    def provisional(self) -> bool:
        """Whether drawn institutions are still to be inspected."""
        return self.pending > 0


@dataclass(frozen=True, slots=True)
class Leg:
    """How often the screening's pointing hit, as if its inspections were a sample of what it may point at."""

    checked: int
    hits: int
    share: float | None
    low: float | None
    high: float | None
    why: str = ""


def fewest_checked(on: date) -> int:
    """Below so many checked institutions nothing is estimated (house rule, rulebook RLG-01)."""
    return int(threshold(RULE, on).value("fewest_checked"))


def hit(unit: Drawn, measure: str) -> bool:
    """Whether the inspection found what is asked for."""
    return (unit.serious if measure == "serious" else unit.problems) > 0


def part_of(sample: Sample, key: str, label: str, keep: Callable[[Drawn], bool], *, measure: str, fewest: int) -> Part:
    """Count one part of the population and estimate its rate."""
    mine = sample.of(keep)
    checked = [unit for unit in mine if unit.seen == "checked"]
    hits = sum(hit(unit, measure) for unit in checked)
    counts = Counter(unit.seen for unit in mine)
    estimated, why = None, ""
    if len([unit for unit in checked if unit.pi > 0]) < fewest:
        why = f"已检查 {len(checked)} 家，少于 {fewest} 家，不作推算"
    else:
        estimated = estimate(sample, keep, measure=measure)
    return Part(key, label, len(mine), len(checked), counts["pending"], counts["not_met"], hits, estimated, why)


def estimate(sample: Sample, keep: Callable[[Drawn], bool], *, measure: str) -> Rate:
    """The rate among the institutions of the rosters that `keep` describes and that are there to be inspected.

    Institutions that nobody could be met at (closed, moved away) are outside the part. Those still to be inspected are
    taken to be like the inspected ones of their layer: probabilities are multiplied by the layer's share settled.
    One whole layer drawn with equal probabilities has the exact limits; anything else the linearised ratio.
    """
    settled = [unit for unit in sample.units if unit.seen != "pending" and unit.pi > 0]
    inside = [unit.seen == "checked" and keep(unit) for unit in settled]
    exact = _one_layer(sample, settled, inside, measure=measure)
    if exact is not None:
        return exact
    drawn = Counter(unit.layer for unit in sample.units)
    done = Counter(unit.layer for unit in settled)
    observed = [
        Observed(
            "\x1f".join(unit.layer),
            float(unit.pi * done[unit.layer] / drawn[unit.layer]),
            1.0 if part and hit(unit, measure) else 0.0,
        )
        for unit, part in zip(settled, inside, strict=True)
    ]
    return rate(observed, domain=inside)


def _one_layer(sample: Sample, settled: Sequence[Drawn], inside: Sequence[bool], *, measure: str) -> Rate | None:
    chosen = [unit for unit, part in zip(settled, inside, strict=True) if part]
    layers = {unit.layer for unit in chosen}
    if len(layers) != 1 or len({unit.pi for unit in chosen}) != 1:
        return None
    layer = next(iter(layers))
    if sum(unit.layer == layer for unit in settled) != len(chosen):
        return None
    return stratified_rate([Stratum(sample.layers[layer], len(chosen), sum(hit(unit, measure) for unit in chosen))])


def parts_by(
    sample: Sample,
    key_of: Callable[[Drawn], str],
    label_of: Callable[[str], str],
    *,
    measure: str,
    fewest: int,
) -> list[Part]:
    """One part for each value that drawn institutions have, the largest first."""
    keys = Counter(key_of(unit) for unit in sample.units)
    return [
        part_of(sample, key, label_of(key), _is(key_of, key), measure=measure, fewest=fewest)
        for key, _ in sorted(keys.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _is(key_of: Callable[[Drawn], str], key: str) -> Callable[[Drawn], bool]:
    return lambda unit: key_of(unit) == key


def field_label(code: str) -> str:
    """The field's Chinese word."""
    return FIELD_CODES.get(code, code or "未填领域")


def band_label(code: str) -> str:
    """The risk band at the freezing of the roster."""
    return BANDS.get(code, code)


def leg_of(hits: Hits, *, measure: str, fewest: int) -> Leg:
    """The hit rate of inspections that the screening led to; none below the fewest."""
    found = hits.serious if measure == "serious" else hits.problems
    if hits.checked < fewest:
        return Leg(hits.checked, found, None, None, None, f"已检查 {hits.checked} 家，少于 {fewest} 家，不作比较")
    low, high = clopper_pearson(found, hits.checked)
    return Leg(hits.checked, found, found / hits.checked, low, high)


def compared(part: Part, leg: Leg) -> str:
    """What the comparison of both legs says, in a sentence that claims no more than the intervals allow."""
    if part.rate is None or leg.share is None or leg.low is None or leg.high is None:
        return "样本太少，两边还不能比较。"
    if leg.low > part.rate.high and part.rate.estimate > 0:
        times = leg.share / part.rate.estimate
        return f"预警指到的机构，查出问题的比例约是随机抽到的 {times:.1f} 倍，两个区间不重叠：预警比随机更会找。"
    if leg.low > part.rate.high:
        return "随机抽到的没有查出，预警指到的查出了，两个区间不重叠：预警比随机更会找。"
    if leg.high < part.rate.low:
        return "预警指到的机构，查出问题的比例低于随机抽到的，两个区间不重叠：预警指错了地方，应检查检测器和研判。"
    return "两个区间重叠，现有样本看不出预警比随机更会找。"


def people_without_problem(visits: Iterable[tuple[Iterable[str], bool]]) -> list[Signal]:
    """Officers who found nothing at all in drawn inspections: each visit with its officers and whether it found one.

    Only those who by the average should have found at least one: of fewer visits nothing can be said.
    """
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for people, found in visits:
        for person in people:
            counted[person][0] += 1
            counted[person][1] += found
    found = always_without_problem({person: (n, hits) for person, (n, hits) in counted.items()})
    return [signal for signal in found if signal.expected >= 1]
