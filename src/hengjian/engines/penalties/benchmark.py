"""The discretion benchmark (裁量基准): tiers of a lawful range, factors with a direction, and the suggested sum.

The range is cut into `parts`; a tier is some of them. Factors add up to a score: nought is the middle of the general
tier, below it the lighter, above it the heavier tier, reached to the end at `reach`. Below the range only with a
statutory ground. All sums are whole fen; a suggestion is rounded down to `round_to` but never out of its tier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hengjian.engines.penalties.conduct import Limits, PartyKind
from hengjian.engines.penalties.result import Applicable, Calculation, Deviation, Range
from hengjian.engines.penalties.wording import money, span
from hengjian.kernel.errors import Refused

TierCode = Literal["mitigated", "lighter", "general", "heavier"]
FactorEffect = Literal["waive", "may_waive", "mitigate", "lighter", "heavier"]
EFFECTS = {
    "waive": "不予处罚",
    "may_waive": "可以不予处罚",
    "mitigate": "应当从轻或者减轻",
    "lighter": "从轻",
    "heavier": "从重",
}
WAIVED = "waived"


@dataclass(frozen=True, kw_only=True)
class Tier:
    """One tier: parts `first`…`last` of the range, counted from 0; the mitigated tier lies below it."""

    code: TierCode
    title: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One circumstance: its direction, its signed points, the article it rests on, and whom it may concern."""

    id: str
    title: str
    effect: FactorEffect
    points: int
    article: str
    parties: tuple[PartyKind, ...] = ("institution", "person")
    certainty: str = "found"


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A benchmark of a period. `floor_parts` of `floor_of` tell how far below the range a mitigated sum may go."""

    id: str
    title: str
    parts: int
    tiers: tuple[Tier, ...]
    factors: tuple[Factor, ...]
    reach: int
    mitigated_at: int
    floor_parts: int
    floor_of: int
    round_to: int
    article: str
    valid_from: date
    valid_to: date | None = None
    certainty: str = "unsure"
    note: str = ""

    def tier(self, code: str) -> Tier:
        """The tier of that code."""
        return next(one for one in self.tiers if one.code == code)

    def factor(self, factor_id: str) -> Factor:
        """The factor of that id; Refused with a sentence for an unknown one."""
        found = next((one for one in self.factors if one.id == factor_id), None)
        if found is None:
            raise Refused(f"裁量基准“{self.title}”没有“{factor_id}”这一情节。")
        return found


def tier_bounds(benchmark: Benchmark, code: str, low: int, high: int) -> tuple[int, int]:
    """The tier's own range in fen, both ends included; the tiers above the mitigated one share no fen."""
    tier, width = benchmark.tier(code), high - low
    below = low * benchmark.floor_parts // benchmark.floor_of
    none_below = high * benchmark.floor_parts // benchmark.floor_of
    if code == "mitigated":
        return (min(below, max(low - 1, 0)), low - 1) if low else (0, none_below)
    first = low + (width * tier.first // benchmark.parts + 1 if tier.first else 0)
    if tier.first == 0 and not low:
        first = min(none_below + 1, high)
    last = low + width * tier.last // benchmark.parts
    return (min(first, high), max(min(last, high), min(first, high)))


def tier_of(benchmark: Benchmark, amount: int, low: int, high: int) -> str:
    """The code of the tier an amount lies in; empty outside of all."""
    for code in ("mitigated", "lighter", "general", "heavier"):
        first, last = tier_bounds(benchmark, code, low, high)
        if first <= amount <= last:
            return code
    return ""


def calculate(
    applicable: Applicable, benchmark: Benchmark, *, factors: Sequence[str], limits: Limits, party_kind: PartyKind
) -> Calculation:
    """A sum within the lawful range for these factors, every step in Chinese.

    Refused when no fine may be set (two-step offence, another authority), or a base such as the fee is not known.
    """
    lawful = _lawful(applicable)
    chosen = _chosen(benchmark, factors, party_kind)
    score = sum(one.points for one in chosen)
    statutory = any(one.effect in ("mitigate", "may_waive") for one in chosen)
    worse = [one for one in chosen if one.effect == "heavier"]
    waive = next((one for one in chosen if one.effect == "waive"), None)
    steps = [f"法定幅度：{lawful.article}，{lawful.words}。", *lawful.steps, *_factor_steps(chosen, score)]
    hearing_from = limits.hearing_person if party_kind == "person" else limits.hearing_institution
    if waive is not None and not worse:
        code, title, low, high, suggested = WAIVED, "不予处罚", 0, 0, 0
        steps.append(f"{waive.title}：依照{waive.article}，不予处罚。")
    else:
        if waive is not None:
            steps.append(f"“{waive.title}”与从重情节“{worse[0].title}”不能同时成立，须先查清；此处按不减免计算。")
        code = _tier_code(benchmark, score, statutory=statutory)
        title = benchmark.tier(code).title
        low, high = tier_bounds(benchmark, code, lawful.low, lawful.high)
        suggested = _within(benchmark, code, score, low, high)
        steps += _tier_steps(benchmark, title, low, high, suggested)
        steps += [
            f"{one.title}：依照{one.article}，可以不予处罚；不罚的走不予处罚程序。"
            for one in chosen
            if one.effect == "may_waive" and not worse
        ]
    hearing = suggested >= hearing_from
    if code != WAIVED:
        steps.append(_hearing_step(hearing_from, limits.cite("HEAR-05"), hearing=hearing))
    return Calculation(
        range=lawful,
        tier=code,
        tier_title=title,
        tier_low=low,
        tier_high=high,
        suggested=suggested,
        score=score,
        factors=tuple(one.id for one in chosen),
        mitigated_allowed=statutory and code != WAIVED,
        hearing_required=hearing,
        hearing_from=hearing_from,
        benchmark=benchmark.title,
        certainty=benchmark.certainty,
        note=benchmark.note,
        steps=tuple(steps),
    )


def deviation_needs_reason(calculation: Calculation, amount: int, *, limits: Limits) -> Deviation:
    """How a proposed amount in fen stands: inside the tier, inside the law with a reason, or against the law."""
    lawful = calculation.range
    if amount < 0 or amount > lawful.high:
        return Deviation(
            kind="refused",
            sentence=f"拟罚{money(max(amount, 0))}，超出法定幅度（{span(lawful.low, lawful.high)}）。",
            article=lawful.article,
        )
    if calculation.tier == WAIVED:
        if amount == 0:
            return _accepted(calculation)
        return Deviation(
            kind="refused",
            sentence=f"已认定不予处罚的情节，不能处罚款{money(amount)}；不采纳该情节的，请先改正情节认定。",
            article=limits.cite("APL-33"),
        )
    if amount < lawful.low and not calculation.mitigated_allowed:
        return Deviation(
            kind="refused",
            sentence=f"拟罚{money(amount)}，低于法定最低{money(lawful.low)}；没有法定减轻情节，不能减轻处罚。",
            article=limits.cite("APL-32"),
        )
    if calculation.tier_low <= amount <= calculation.tier_high:
        return _accepted(calculation)
    return Deviation(
        kind="reason",
        sentence=(
            f"拟罚{money(amount)}，不在“{calculation.tier_title}”一档（"
            f"{span(calculation.tier_low, calculation.tier_high)}）之内，须写明偏离裁量基准的理由。"
        ),
        article=limits.cite("APL-34"),
    )


def _accepted(calculation: Calculation) -> Deviation:
    return Deviation(kind="none", sentence=f"在“{calculation.tier_title}”一档之内。", article=calculation.range.article)


def _lawful(applicable: Applicable) -> Range:
    if applicable.transfer:
        raise Refused(
            f"由{applicable.provision.authority}处罚，本机关应当移送，不计算罚款。", article=applicable.article
        )
    if not applicable.fine_allowed:
        raise Refused("须先责令限期改正，复查仍不合格的才能罚款，现在不能计算罚款。", article=applicable.article)
    if applicable.range is None:
        what = "、".join(applicable.missing)
        sentence = f"缺少{what}，无法计算罚款幅度。" if what else "该规定对这一类当事人没有设定罚款。"
        raise Refused(sentence, article=applicable.article)
    return applicable.range


def _chosen(benchmark: Benchmark, factors: Sequence[str], party_kind: PartyKind) -> list[Factor]:
    chosen = [benchmark.factor(one) for one in dict.fromkeys(factors)]
    for one in chosen:
        if party_kind not in one.parties:
            whom = "个人" if one.parties == ("person",) else "单位"
            raise Refused(f"“{one.title}”只适用于{whom}。", article=one.article)
    return chosen


def _factor_steps(chosen: list[Factor], score: int) -> list[str]:
    if not chosen:
        return ["没有选定情节，按一般情形计算。"]
    said = [f"情节“{one.title}”（{EFFECTS[one.effect]}{_points(one.points)}），依据{one.article}。" for one in chosen]
    return [*said, f"情节合计 {score:+d}。"] if score or any(one.points for one in chosen) else said


def _points(points: int) -> str:
    return f"，{points:+d}" if points else ""


def _tier_code(benchmark: Benchmark, score: int, *, statutory: bool) -> str:
    if statutory and score <= benchmark.mitigated_at:
        return "mitigated"
    if score < 0:
        return "lighter"
    return "heavier" if score > 0 else "general"


def _within(benchmark: Benchmark, code: str, score: int, low: int, high: int) -> int:
    """The place within the tier by the score: whole numbers only, rounded down, never below the tier."""
    reach = benchmark.reach
    share = {
        "mitigated": (1, 2),
        "lighter": (reach - min(-score, reach), reach),
        "general": (1, 2),
        "heavier": (min(score, reach), reach),
    }[code]
    exact = low + (high - low) * share[0] // share[1]
    return max(low, exact - exact % benchmark.round_to)


def _tier_steps(benchmark: Benchmark, title: str, low: int, high: int, suggested: int) -> list[str]:
    sure = "" if benchmark.certainty == "found" else "（档次划分为本地参数，待核实）"
    return [
        f"档次：按《{benchmark.title}》为“{title}”，{span(low, high)}{sure}。",
        f"建议罚款{money(suggested)}：在本档内按情节合计取值，尾数舍到{money(benchmark.round_to)}。",
    ]


def _hearing_step(hearing_from: int, article: str, *, hearing: bool) -> str:
    if hearing:
        return f"达到听证标准{money(hearing_from)}（含本数）：{article}，告知书应当写明要求听证的权利。"
    return f"未达到听证标准{money(hearing_from)}（{article}）。"
