"""What hints and silence are worth: they order institutions and never accuse one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.screening.findings import Finding
from hengjian.engines.screening.hints import hints, silence
from hengjian.engines.screening.policy import ScoringPolicy
from hengjian.engines.screening.score import InstitutionFacts, Score, band_of, base_risk, decibans, score_institution
from hengjian.engines.screening.score import score_of as whole_score
from tests.engines.screening.test_score import finding

POLICY = ScoringPolicy(
    version="v",
    hint_db={"F5": 3.0, "A1": 3.0, "A4": 2.0, "B2": 3.0, "C5": 3.0},
    silence_db={"A1": -1.0, "B2": -0.5, "D3": -2.0, "E1": -2.0, "E2": -3.0},
)


def facts(*looked: str) -> InstitutionFacts:
    return InstitutionFacts(institution_id="I", n_reports=100, abstained={}, exonerating={}, looked=looked)


def weak(number: int, detector: str, cluster: str = "paperwork") -> Finding:
    return finding(number, severity="weak", db=3.0, detector=detector, cluster=cluster)


def score(*found: Finding, looked: tuple[str, ...] = ()) -> Score:
    return whole_score(facts(*looked), list(found), policy=POLICY)


def test_a_hint_that_honest_people_rarely_give_raises_the_risk_and_stays_green() -> None:
    told = score(weak(1, "F5", "network"))
    assert base_risk() < told.risk < 0.25 and told.band == "green"
    assert told.without["network"] == pytest.approx(base_risk())


def test_a_slip_weighs_nothing() -> None:
    assert score(weak(1, "A6", "time")).risk == pytest.approx(base_risk())


def test_one_detector_is_one_hint_however_often_it_speaks() -> None:
    assert score(weak(1, "A1"), weak(2, "A1"), weak(3, "A1")).risk == score(weak(1, "A1")).risk


def test_hints_of_a_cluster_count_a_quarter_and_all_hints_are_capped() -> None:
    assert hints([weak(1, "A1"), weak(2, "A4")], POLICY) == {"paperwork": 3.5}
    many = hints([weak(1, "A1"), weak(2, "F5", "network"), weak(3, "B2", "time")], POLICY)
    assert sum(many.values()) == pytest.approx(POLICY.hints_cap_db)


def test_a_hint_that_does_not_count_is_no_hint() -> None:
    assert hints([finding(1, severity="weak", db=3.0, detector="F5", uncounted="同行异常")], POLICY) == {}


@given(
    st.lists(st.tuples(st.sampled_from(["certain", "strong"]), st.sampled_from(["time", "digits"])), max_size=5),
    st.lists(st.tuples(st.sampled_from(["F5", "A1", "B2", "A6"]), st.sampled_from(["network", "time"])), max_size=6),
)
def test_hints_never_lower_the_risk_and_never_change_the_band(
    certain: list[tuple[str, str]], weaker: list[tuple[str, str]]
) -> None:
    found = [finding(number, severity=how, cluster=cluster) for number, (how, cluster) in enumerate(certain)]
    asked = [weak(100 + number, detector, cluster) for number, (detector, cluster) in enumerate(weaker)]
    plain, hinted = score(*found), score(*found, *asked)
    assert hinted.risk >= plain.risk and band_of(hinted.risk) == band_of(plain.risk)
    row = score_institution(facts(), [*found, *asked], score=hinted)
    added = sum(part["decibans"] for part in json.loads(str(row["contributions"])))
    assert float(str(row["prior_db"])) + added == pytest.approx(decibans(float(str(row["risk"]))), abs=2e-3)


def test_silence_of_checks_that_could_look_lowers_the_risk_as_far_as_the_floor() -> None:
    quiet = score(looked=("A1", "D3"))
    assert quiet.risk < base_risk()
    assert list(quiet.exonerating) == ["2 项检查做了判断，均无疑点（A1、D3）"]
    everything = score(looked=("A1", "B2", "D3", "E1", "E2"))
    assert sum(everything.exonerating.values()) == POLICY.silence_floor_db and everything.risk < quiet.risk
    row = score_institution(facts("A1", "D3"), [], score=quiet)
    (told,) = json.loads(str(row["exonerating"]))
    assert float(str(row["prior_db"])) + told["decibans"] == pytest.approx(decibans(quiet.risk), abs=1e-3)


def test_a_check_that_could_not_judge_excuses_nothing() -> None:
    assert score(looked=()).risk == pytest.approx(base_risk())
    assert silence(("Z9",), [], POLICY) == {"1 项检查做了判断，均无疑点（Z9）": 0.0}


def test_a_slip_keeps_the_silence_of_the_others_and_a_hint_or_finding_ends_it() -> None:
    assert score(weak(1, "A6", "time"), looked=("A6", "D3")).exonerating == {
        "1 项检查做了判断，均无疑点（D3）": pytest.approx(-2.0)
    }
    assert score(weak(1, "F5", "network"), looked=("D3",)).exonerating == {}
    assert score(finding(1), looked=("D3",)).exonerating == {}
