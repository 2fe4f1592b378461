"""A run's findings as they count: weights, discovery control, sick peers, tiers, priority."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.counting import SharePrior, at_least, fit_prior
from hengjian.engines.screening.discovery import rejected, simes
from hengjian.engines.screening.findings import Finding
from hengjian.engines.screening.policy import ScoringPolicy
from hengjian.engines.screening.score import InstitutionFacts, false_reports, score_of
from hengjian.engines.screening.scoring import NOT_HELD, SICK_PEERS, Basis, Scored, find_sick, score_run
from hengjian.engines.screening.sickness import Place, sick_groups
from hengjian.engines.screening.weights import Weights
from tests.engines.screening.test_score import finding

TODAY = date(2026, 11, 1)
POLICY = ScoringPolicy(version="t", harm={"food": 2.0}, joint=frozenset({"A6"}))
D3 = next(one for one in DETECTORS if one.id == "D3")


def facts(name: str, n: int = 100, area: str = "990101", field: str = "food", **more: Any) -> InstitutionFacts:
    return InstitutionFacts(
        institution_id=name, n_reports=n, abstained={}, exonerating={}, volumes={field: n}, area_code=area, **more
    )


def run(known: list[InstitutionFacts], found: list[Finding], **more: Any) -> Scored:
    basis = Basis(today=TODAY, policy=POLICY, fields={r: "food" for one in found for r in one.report_ids}, **more)
    return score_run(known, found, detectors=DETECTORS, basis=basis)


def statistic(number: int, p: float, institution: str, *, tests: int = 0, detector: str = "D3") -> Finding:
    return replace(
        finding(number, db=13.0, cluster="digits", unit_level=True, report_db={}, reports=0),
        detector=detector, institution_id=institution, p_value=p, q_value=p, tests=tests,
    )  # fmt: skip


@given(st.lists(st.floats(0, 1), max_size=9), st.sampled_from([1, 3, 10]))
def test_at_least_k_agrees_with_enumeration(chances: list[float], k: int) -> None:
    whole = sum(
        math.prod(p if hit else 1 - p for hit, p in zip(outcome, chances, strict=True))
        for outcome in itertools.product((0, 1), repeat=len(chances))
        if sum(outcome) >= k
    )
    assert at_least((k,), [(p, 1) for p in chances]) == pytest.approx([whole], abs=1e-9)


def test_a_clone_family_is_one_fact_and_all_its_copies_are_the_extent() -> None:
    alone = false_reports([finding(1, db=20.0, reports=12, family=True)], 200)
    twelve = false_reports([finding(n, db=20.0) for n in range(12)], 200)
    assert alone.at_least[0] == pytest.approx(alone.at_least[2], abs=1e-9), "all or none"
    assert alone.expected > 3
    assert twelve.at_least[0] > alone.at_least[0], "twelve facts of their own tell more than one"


def test_shrinkage_pulls_small_laboratories_to_the_mean() -> None:
    prior = SharePrior(share=0.01, strength=400)
    assert prior.shrunken(3, 30) < 3 / 30
    assert prior.shrunken(3000, 30_000) == pytest.approx(0.1, rel=0.02)
    low, high = prior.interval(3, 30)
    assert low < prior.shrunken(3, 30) < high


def test_the_fitted_prior_stays_within_its_bounds() -> None:
    honest = fit_prior([(0.0, 300)] * 200, 0.005)
    rotten = fit_prior([(200.0, 300)] * 200, 0.005)
    mixed = fit_prior([(0.0, 300)] * 190 + [(90.0, 300)] * 10, 0.005)
    assert honest.share == 0.002 and rotten.share == 0.02
    assert mixed.strength == 100.0 and 0.01 < mixed.share <= 0.02
    assert fit_prior([(5.0, 10)] * 3, 0.005) == SharePrior(share=0.005), "too few to fit"


def test_simes_needs_no_more_than_bonferroni_of_the_smallest() -> None:
    assert simes([0.01], 5) == pytest.approx(0.05)
    assert simes([0.01, 0.011, 0.012], 3) == pytest.approx(0.012)
    assert simes([], 4) == 1.0


def test_a_striking_value_among_thousands_of_institutions_does_not_count() -> None:
    known = [facts(f"I{n:04}") for n in range(1000)]
    scored = run(known, [statistic(1, 1e-3, "I0001"), statistic(2, 1e-9, "I0002")])
    by_id = {one.finding_id: one for one in scored.findings}
    assert by_id[f"{1:016x}"].uncounted == NOT_HELD and by_id[f"{2:016x}"].uncounted == ""
    told = json.loads(str(by_id[f"{1:016x}"].row()["evidence"]))
    assert told["uncounted"] == NOT_HELD


def test_tests_that_were_made_and_not_handed_on_count_too() -> None:
    looked = {"D3": frozenset(f"I{n}" for n in range(10))}
    assert rejected([statistic(1, 0.004, "I1")], looked=looked) == frozenset()
    assert rejected([statistic(1, 0.004, "I1", tests=5000)], looked=looked) == {f"{1:016x}"}


def test_learnt_weights_hold_the_evidence_of_their_field_only() -> None:
    learnt = Weights(version="v2", lr_db={("A6", "food"): 4.0, ("A6", ""): 15.0})
    strong, certain = finding(1, db=20.0), finding(2, severity="certain", db=30.0)
    in_food = learnt.weighed([strong, certain], {"R1-0": "food", "R2-0": "food"})
    assert [one.score for one in in_food] == [4.0, 14.0]
    assert in_food[0].report_db == {"R1-0": 4.0}
    assert learnt.weighed([strong], {"R1-0": "vehicle"})[0].score == 15.0
    weak = finding(3, severity="weak", db=3.0)
    assert learnt.weighed([weak], {"R3-0": "food"}) == [weak]
    assert learnt.applied(D3) is D3 and learnt.applied(replace(D3, id="A6")).lr_db == 15.0


def test_every_finding_has_its_tier_of_use() -> None:
    found = [
        finding(1, severity="weak", db=3.0),
        finding(2),
        finding(3, severity="certain", db=30.0, detector="B2"),
        finding(4, severity="certain", db=30.0),
    ]
    scored = run([facts("I")], found)
    assert [one.tier for one in scored.findings] == ["T1", "T2", "T3", "T4"]
    (row,) = scored.priorities.to_pylist()
    assert row["tier"] == "T4" and row["policy"] == "t" and row["weights"] == "built-in"


def test_priority_is_risk_times_harm_times_root_volume_less_recent_visits() -> None:
    known = [
        facts("I1", 100),
        facts("I2", 400),
        facts("I3", 100, field="carbon"),
        facts("I4", 400, inspected_on=TODAY - timedelta(days=30)),
        facts("I5", 400, inspected_on=TODAY - timedelta(days=400)),
    ]
    rows = {row["institution_id"]: row for row in run(known, []).priorities.to_pylist()}
    one = rows["I1"]["priority"]
    assert rows["I2"]["priority"] == pytest.approx(2 * one)
    assert rows["I3"]["priority"] == pytest.approx(one / 2)
    assert rows["I4"]["priority"] == pytest.approx(one) and rows["I5"]["priority"] == pytest.approx(2 * one)
    assert [rows[name]["rank"] for name in ("I2", "I5", "I1", "I4", "I3")] == [1, 2, 3, 4, 5]


def test_what_if_leaves_out_a_cluster_and_works_the_risk_out_anew() -> None:
    found = [finding(n, severity="certain", db=30.0) for n in range(6)] + [finding(9, cluster="identity")]
    score = score_of(facts("I"), found)
    alone = score_of(facts("I"), [found[-1]])
    assert score.without["time"] == pytest.approx(alone.risk) and score.without["time"] < score.risk
    (row,) = run([facts("I")], found).institutions.to_pylist()
    parts = {part["cluster"]: part["risk_without"] for part in json.loads(row["contributions"])}
    assert parts["time"] < 0.25 < row["risk"]


def huaibei(cheats: int, honest: int) -> tuple[list[InstitutionFacts], list[Finding]]:
    known = [facts(f"S{n:02}", area="340600") for n in range(14)] + [
        facts(f"T{n:02}", area="340100") for n in range(honest)
    ]
    found = [
        replace(finding(100 * n + k, severity="certain", db=30.0), institution_id=f"S{n:02}")
        for n in range(cheats)
        for k in range(6)
    ]
    return known, found


def test_where_most_are_accused_by_absolute_anchors_the_peers_are_called_sick() -> None:
    known, found = huaibei(14, 40)
    fields = {r: "food" for one in found for r in one.report_ids}
    (group,) = find_sick(known, found, detectors=DETECTORS, fields=fields, policy=POLICY)
    assert (group.region, group.field, len(group.institutions), group.accused) == ("3406", "food", 14, 14)
    assert "3406地区食品领域 14 家机构中，14 家" in group.says("食品")
    blind = [statistic(9001, 1e-12, "S03"), statistic(9002, 1e-12, "T03")]
    scored = run(known, [*found, *blind], groups=(group,))
    marked = {one.finding_id: one.uncounted for one in scored.findings}
    assert marked[f"{9001:016x}"] == SICK_PEERS and marked[f"{9002:016x}"] == ""
    sick = {row["institution_id"] for row in scored.priorities.to_pylist() if row["peers_sick"]}
    assert sick == {f"S{n:02}" for n in range(14)}


@pytest.mark.parametrize(("cheats", "honest"), [(1, 40), (3, 40)])
def test_a_few_cheats_do_not_make_a_region_sick(cheats: int, honest: int) -> None:
    known, found = huaibei(cheats, honest)
    fields = {r: "food" for one in found for r in one.report_ids}
    assert find_sick(known, found, detectors=DETECTORS, fields=fields, policy=POLICY) == ()


def test_statistics_do_not_make_peers_sick() -> None:
    known, _ = huaibei(0, 40)
    found = [statistic(n, 1e-12, f"S{n:02}") for n in range(14)]
    assert find_sick(known, found, detectors=DETECTORS, fields={}, policy=POLICY) == ()


def test_four_institutions_are_no_peer_group() -> None:
    places = [Place(institution_id=f"I{n}", area_code="110101", volumes={"food": 10}) for n in range(4)]
    assert sick_groups(places, [(one.institution_id, "food") for one in places], POLICY) == ()


def test_nobody_is_accused_for_having_no_reports() -> None:
    scored = run([facts("I", 0)], [])
    (row,) = scored.priorities.to_pylist()
    assert row["priority"] == 0 and row["p_at_least_1"] == 0 and row["band"] == "green"
