"""Tiers cover the lawful range without a gap, the suggestion stays inside, and follows its factors."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hengjian.engines.penalties import (
    Applicable,
    Benchmark,
    Calculation,
    Factor,
    Limits,
    Provision,
    Range,
    Sum,
    Tier,
    calculate,
    deviation_needs_reason,
    tier_bounds,
    tier_of,
)
from hengjian.kernel.errors import Refused

ABOVE = ("lighter", "general", "heavier")
NAMES = ("HEAR-05", "APL-32", "APL-33", "APL-34")
LIMITS = Limits(
    hearing_institution=10_000_000,
    hearing_person=1_000_000,
    limitation_years=2,
    limitation_years_health=5,
    minor_institution=5_000_000,
    minor_person=500_000,
    serious_vehicles=10,
    serious_repeat_years=2,
    crime_gain=10_000_000,
    crime_loss=100_000_000,
    crime_gain_environment=30_000_000,
    crime_penalties=2,
    articles={name: f"《甲法》{name}" for name in NAMES},
)
FACTORS = (
    Factor(id="none", title="轻微无害", effect="waive", points=0, article="《甲法》第三十三条"),
    Factor(id="first", title="初次轻微", effect="may_waive", points=-3, article="《甲法》第三十三条"),
    Factor(id="undone", title="消除后果", effect="mitigate", points=-2, article="《甲法》第三十二条"),
    Factor(id="told", title="主动供述", effect="mitigate", points=-2, article="《甲法》第三十二条"),
    Factor(id="young", title="未成年", effect="mitigate", points=-2, article="《甲法》第三十条", parties=("person",)),
    Factor(id="helped", title="配合", effect="lighter", points=-1, article="《意见》"),
    Factor(id="few", title="数量少", effect="lighter", points=-1, article="《意见》"),
    Factor(id="called", title="收回", effect="lighter", points=-1, article="《意见》"),
    Factor(id="quick", title="改得快", effect="lighter", points=-1, article="《意见》"),
    Factor(id="again", title="再犯", effect="heavier", points=2, article="《意见》"),
    Factor(id="many", title="数量大", effect="heavier", points=1, article="《意见》"),
    Factor(id="harm", title="有后果", effect="heavier", points=2, article="《意见》"),
)


def benchmark(parts: int = 3, first: int = 1, second: int = 2) -> Benchmark:
    return Benchmark(
        id="B",
        title="试用基准",
        parts=parts,
        tiers=(
            Tier(code="mitigated", title="减轻", first=0, last=0),
            Tier(code="lighter", title="从轻", first=0, last=first),
            Tier(code="general", title="一般", first=first, last=second),
            Tier(code="heavier", title="从重", first=second, last=parts),
        ),
        factors=FACTORS,
        reach=4,
        mitigated_at=-4,
        floor_parts=1,
        floor_of=10,
        round_to=10_000,
        article="《甲法》第三十四条",
        valid_from=date(2021, 7, 15),
    )


def allowed(low: int, high: int, *, transfer: bool = False, fine_allowed: bool = True) -> Applicable:
    provision = Provision(
        id="X",
        line="X",
        title="某行为",
        source="general",
        kinds=("x",),
        valid_from=date(2021, 1, 1),
        valid_to=None,
        articles=(),
        transfer=transfer,
    )
    return Applicable(
        provision=provision,
        sums=(Sum(low=low, high=high),),
        range=Range(low=low, high=high, article="《甲法》第九条", words="处罚款"),
        measures=(),
        consequences=(),
        fine_allowed=fine_allowed,
        reasons=(),
    )


def sum_for(low: int, high: int, *factors: str, person: bool = False, by: Benchmark | None = None) -> Calculation:
    return calculate(
        allowed(low, high),
        by or benchmark(),
        factors=factors,
        limits=LIMITS,
        party_kind="person" if person else "institution",
    )


ranges = st.tuples(st.integers(0, 10**11), st.integers(1, 10**11)).map(lambda pair: (min(pair), max(pair)))
lawful_factors = [one.id for one in FACTORS if one.parties != ("person",)]
chosen = st.sets(st.sampled_from(lawful_factors))
cuts = st.integers(3, 12).flatmap(
    lambda parts: st.tuples(st.just(parts), st.integers(1, parts - 2)).flatmap(
        lambda pair: st.tuples(st.just(pair[0]), st.just(pair[1]), st.integers(pair[1] + 1, pair[0] - 1))
    )
)


@given(ranges, cuts)
def test_the_tiers_of_a_range_follow_each_other_without_gap_or_overlap(
    limits: tuple[int, int], cut: tuple[int, int, int]
) -> None:
    low, high = limits
    assume(high - low >= 100 and (low or high >= 1_000))
    by = benchmark(*cut)
    bounds = [tier_bounds(by, code, low, high) for code in ABOVE]
    assume(low or bounds[0][0] <= bounds[0][1])
    assert bounds[-1][1] == high
    assert bounds[0][0] == (low or tier_bounds(by, "mitigated", low, high)[1] + 1)
    for (_, last), (first, _) in pairwise(bounds):
        assert first == last + 1
    for code, (first, last) in zip(ABOVE, bounds, strict=True):
        assert tier_of(by, first, low, high) == code == tier_of(by, last, low, high)


@given(ranges, chosen, cuts)
def test_the_suggestion_lies_in_its_tier_and_the_tier_in_the_law(
    limits: tuple[int, int], factors: set[str], cut: tuple[int, int, int]
) -> None:
    low, high = limits
    found = sum_for(low, high, *sorted(factors), by=benchmark(*cut))
    if found.tier == "waived":
        assert found.suggested == 0
        return
    assert found.tier_low <= found.suggested <= found.tier_high <= high
    assert found.suggested >= low or (found.tier == "mitigated" and found.mitigated_allowed)
    assert deviation_needs_reason(found, found.suggested, limits=LIMITS).kind == "none"
    assert found.hearing_required == (found.suggested >= 10_000_000)


@given(ranges, chosen, st.sampled_from(lawful_factors), cuts)
def test_one_more_factor_moves_the_sum_its_own_way_or_not_at_all(
    limits: tuple[int, int], factors: set[str], more: str, cut: tuple[int, int, int]
) -> None:
    by = benchmark(*cut)
    before = sum_for(*limits, *sorted(factors), by=by).suggested
    after = sum_for(*limits, *sorted(factors | {more}), by=by).suggested
    if by.factor(more).effect == "heavier":
        assert after >= before
    else:
        assert after <= before


@given(ranges, chosen)
def test_the_order_in_which_factors_are_named_does_not_matter(limits: tuple[int, int], factors: set[str]) -> None:
    one = sum_for(*limits, *sorted(factors))
    other = sum_for(*limits, *sorted(factors, reverse=True))
    assert (one.suggested, one.tier, one.score) == (other.suggested, other.tier, other.score)


@given(ranges, chosen, st.integers(-1, 2 * 10**11))
def test_an_amount_outside_the_law_is_refused_and_inside_it_never_without_cause(
    limits: tuple[int, int], factors: set[str], amount: int
) -> None:
    low, high = limits
    found = sum_for(low, high, *sorted(factors))
    kind = deviation_needs_reason(found, amount, limits=LIMITS).kind
    if amount < 0 or amount > high:
        assert kind == "refused"
    elif found.tier == "waived":
        assert kind == ("none" if amount == 0 else "refused")
    elif amount < low:
        assert (kind == "refused") == (not found.mitigated_allowed)
    else:
        assert kind == ("none" if found.tier_low <= amount <= found.tier_high else "reason")


def test_thirds_of_five_to_ten_wan_to_the_fen() -> None:
    by = benchmark()
    assert tier_bounds(by, "mitigated", 5_000_000, 10_000_000) == (500_000, 4_999_999)
    assert tier_bounds(by, "lighter", 5_000_000, 10_000_000) == (5_000_000, 6_666_666)
    assert tier_bounds(by, "general", 5_000_000, 10_000_000) == (6_666_667, 8_333_333)
    assert tier_bounds(by, "heavier", 5_000_000, 10_000_000) == (8_333_334, 10_000_000)


def test_without_factors_the_middle_and_with_all_the_worst_the_top() -> None:
    assert sum_for(5_000_000, 10_000_000).suggested == 7_500_000
    assert sum_for(5_000_000, 10_000_000, "again", "harm").suggested == 10_000_000
    assert sum_for(5_000_000, 10_000_000, "helped", "few", "called", "quick").suggested == 5_000_000
    assert sum_for(5_000_000, 10_000_000, "undone", "told").tier == "mitigated"


def test_many_mild_factors_without_a_statutory_ground_never_go_below_the_minimum() -> None:
    found = sum_for(5_000_000, 10_000_000, "helped", "few", "called", "quick")
    assert (found.tier, found.mitigated_allowed) == ("lighter", False)
    told = deviation_needs_reason(found, 4_999_999, limits=LIMITS)
    assert told.kind == "refused"
    assert told.sentence == "拟罚49999.99元，低于法定最低5万元；没有法定减轻情节，不能减轻处罚。"
    assert told.article == "《甲法》APL-32"


def test_a_fixed_sum_stays_fixed_but_for_a_statutory_ground() -> None:
    assert {sum_for(3_000_000, 3_000_000, *one).suggested for one in ((), ("again",), ("helped",))} == {3_000_000}
    mitigated = sum_for(3_000_000, 3_000_000, "undone", "told")
    assert (mitigated.tier_low, mitigated.tier_high) == (300_000, 2_999_999)


def test_outside_the_range_says_so_with_the_article() -> None:
    told = deviation_needs_reason(sum_for(0, 10_000_000), 10_000_001, limits=LIMITS)
    assert told.kind == "refused"
    assert told.sentence == "拟罚100000.01元，超出法定幅度（10万元以下）。"
    assert told.article == "《甲法》第九条"


def test_outside_the_tier_needs_a_reason() -> None:
    told = deviation_needs_reason(sum_for(5_000_000, 10_000_000), 10_000_000, limits=LIMITS)
    assert told.kind == "reason"
    assert told.sentence == "拟罚10万元，不在“一般”一档（66666.67元以上83333.33元以下）之内，须写明偏离裁量基准的理由。"


@pytest.mark.parametrize(("high", "person", "hearing"), [
    (10_000_000, False, True), (9_999_999, False, False), (1_000_000, True, True), (999_999, True, False),
])  # fmt: skip
def test_the_hearing_begins_with_the_very_sum(high: int, person: bool, hearing: bool) -> None:
    assert sum_for(high, high, person=person).hearing_required is hearing


def test_no_penalty_and_an_aggravating_fact_contradict_each_other() -> None:
    both = sum_for(0, 10_000_000, "none", "harm")
    assert both.tier == "heavier"
    assert any("不能同时成立" in step for step in both.steps)
    alone = sum_for(0, 10_000_000, "none")
    assert (alone.tier, alone.suggested) == ("waived", 0)
    assert deviation_needs_reason(alone, 1, limits=LIMITS).kind == "refused"


@pytest.mark.parametrize(
    ("applicable", "sentence"),
    [
        (allowed(0, 9, transfer=True), "由市场监督管理部门处罚，本机关应当移送，不计算罚款。"),
        (allowed(0, 9, fine_allowed=False), "须先责令限期改正，复查仍不合格的才能罚款，现在不能计算罚款。"),
    ],
)
def test_what_may_not_be_fined_is_not_calculated(applicable: Applicable, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        calculate(applicable, benchmark(), factors=(), limits=LIMITS, party_kind="institution")
    assert refused.value.sentence == sentence


def test_an_unknown_factor_and_one_for_the_other_party_are_refused() -> None:
    with pytest.raises(Refused, match="没有“luck”这一情节"):
        sum_for(0, 9, "luck")
    with pytest.raises(Refused, match="只适用于个人"):
        sum_for(0, 9, "young")
