"""From findings to risk."""

from __future__ import annotations

import itertools
import json
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.screening.clusters import cluster_db
from hengjian.engines.screening.findings import Finding, canonical, false_discovery, key_of, nine_digits
from hengjian.engines.screening.score import (
    InstitutionFacts,
    base_risk,
    blind_samples,
    counts,
    decibans,
    score_institution,
)


def finding(number: int, *, severity: str = "strong", db: float = 20.0, reports: int = 1, **changes: object) -> Finding:
    ids = tuple(f"R{number}-{one}" for one in range(reports))
    usual = {
        "finding_key": f"{number:016x}",
        "finding_id": f"{number:016x}",
        "detector": "A6",
        "version": 1,
        "institution_id": "I",
        "subject_kind": "report",
        "subject_id": "s",
        "report_ids": ids,
        "violation": "SUP-15.5",
        "article": "",
        "occurred_on": date(2026, 1, 1),
        "p_value": None,
        "q_value": None,
        "severity": severity,
        "score": db,
        "evidence": "{}",
        "cluster": "time",
        "family": False,
        "unit_level": False,
        "report_db": dict.fromkeys(ids, db),
    }
    return Finding(**{**usual, **changes})  # type: ignore[arg-type]


FACTS = InstitutionFacts(institution_id="I", n_reports=100, abstained={}, exonerating={})


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 4)), max_size=7), st.integers(1, 4))
def test_the_distribution_agrees_with_enumeration(facts: list[tuple[float, int]], k: int) -> None:
    whole = [0.0] * (k + 1)
    for outcome in itertools.product((0, 1), repeat=len(facts)):
        chance = math.prod(p if hit else 1 - p for hit, (p, _) in zip(outcome, facts, strict=True))
        whole[min(k, sum(size for hit, (_, size) in zip(outcome, facts, strict=True) if hit))] += chance
    assert counts(k, facts) == pytest.approx(whole, abs=1e-9)


def test_a_cluster_counts_its_largest_and_a_quarter_of_the_rest() -> None:
    assert cluster_db([13, 7, 3]) == 13 + 0.25 * 10
    assert cluster_db([30, 30, 30]) == 30
    assert cluster_db([]) == 0


def test_an_institution_without_findings_keeps_the_prior() -> None:
    row = score_institution(FACTS, [])
    assert row["risk"] == nine_digits(base_risk())
    assert row["band"] == "green" and row["contributions"] == "[]"


def test_weak_findings_never_lift_above_green() -> None:
    many = [finding(number, severity="weak", db=3.0, reports=5) for number in range(40)]
    row = score_institution(FACTS, many)
    assert row["band"] == "green" and row["risk"] == nine_digits(base_risk())


def test_many_certain_findings_are_red_and_explained() -> None:
    row = score_institution(FACTS, [finding(number, severity="certain", db=30.0) for number in range(6)])
    assert row["band"] == "red"
    assert '"cluster":"time"' in str(row["contributions"])


def test_a_lone_certain_finding_tells_and_is_amber_at_most() -> None:
    row = score_institution(FACTS, [finding(1, severity="certain", db=30.0)])
    (part,) = json.loads(str(row["contributions"]))
    assert part["decibans"] > 5 and row["band"] == "amber"
    among_many = InstitutionFacts(institution_id="I", n_reports=20_000, abstained={}, exonerating={})
    row = score_institution(among_many, [finding(1, severity="certain", db=30.0)])
    (part,) = json.loads(str(row["contributions"]))
    assert part["decibans"] > 0 and row["band"] == "green"


def test_a_lone_strong_finding_tells_and_stays_green() -> None:
    row = score_institution(FACTS, [finding(1)])
    (part,) = json.loads(str(row["contributions"]))
    assert part["decibans"] > 1 and row["band"] == "green"


def test_two_false_reports_are_not_red_by_themselves() -> None:
    sure = [
        finding(number, severity="certain", db=30.0, cluster=name) for number in (1, 2) for name in ("time", "identity")
    ]
    assert score_institution(FACTS, sure)["band"] == "amber"


def test_records_and_a_statistic_together_are_red() -> None:
    found = [finding(number, severity="certain", db=30.0) for number in (1, 2)]
    found.append(finding(3, db=13.0, unit_level=True, cluster="digits", report_db={}))
    assert score_institution(FACTS, found)["band"] == "red"


def test_a_lone_uncertain_coincidence_of_the_institution_is_never_red() -> None:
    alone = finding(1, db=30.0, unit_level=True, cluster="network", report_db={})
    assert score_institution(FACTS, [alone])["band"] == "amber"
    certain = finding(1, severity="certain", db=30.0, unit_level=True, cluster="network", report_db={})
    other = finding(2, db=13.0, unit_level=True, cluster="digits", report_db={})
    assert score_institution(FACTS, [certain])["band"] == "red"
    assert score_institution(FACTS, [alone, other])["band"] == "red"


@given(
    st.lists(
        st.tuples(st.sampled_from(["certain", "strong", "weak"]), st.sampled_from(["time", "digits"]), st.booleans()),
        max_size=6,
    ),
    st.integers(1, 3000),
)
def test_contributions_always_add_up_to_the_shown_risk(kinds: list[tuple[str, str, bool]], n: int) -> None:
    found = [
        finding(number, severity=severity, cluster=cluster, unit_level=unit, db=13.0)
        for number, (severity, cluster, unit) in enumerate(kinds)
    ]
    facts = InstitutionFacts(institution_id="I", n_reports=n, abstained={}, exonerating={})
    row = score_institution(facts, found)
    added = sum(part["decibans"] for part in json.loads(str(row["contributions"])))
    assert float(str(row["prior_db"])) + added == pytest.approx(decibans(float(str(row["risk"]))), abs=2e-3)


def test_the_same_few_findings_mean_less_among_many_reports() -> None:
    found = [finding(number) for number in range(10)]
    small = score_institution(FACTS, found)["risk"]
    large = score_institution(
        InstitutionFacts(institution_id="I", n_reports=50_000, abstained={}, exonerating={}), found
    )["risk"]
    assert float(str(large)) < float(str(small))


def test_contributions_add_up_to_the_odds() -> None:
    found = [finding(1, severity="certain", db=30.0, reports=9), finding(2, cluster="identity", reports=4)]
    row = score_institution(FACTS, found)
    added = sum(part["decibans"] for part in json.loads(str(row["contributions"])))
    assert float(str(row["prior_db"])) + added == pytest.approx(decibans(float(str(row["risk"]))), abs=1e-4)


def test_false_discovery_is_monotone_and_keeps_nulls() -> None:
    assert false_discovery([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.04, 0.04])


def test_keys_are_sixteen_hex_digits_over_0x1f() -> None:
    assert key_of(["A6", "I", None]) == key_of(["A6", "I", ""])
    assert len(key_of(["A6"])) == 16 and key_of(["a", "b"]) != key_of(["ab"])


def test_canonical_json_has_one_form() -> None:
    assert canonical({"b": 1 / 3, "a": None, "c": date(2026, 1, 2)}) == '{"b":0.333333333,"c":"2026-01-02"}'


def test_good_blind_samples_lower_the_risk_and_everything_still_adds_up() -> None:
    assert list(blind_samples(good=5, judged=5, worst_z=1.4).values()) == [-2.5]
    worth = blind_samples(good=20, judged=20, worst_z=1.4)
    assert list(worth.values()) == [-6.0]
    facts = InstitutionFacts(institution_id="I", n_reports=100, abstained={}, exonerating={**worth, "无疑点": 0.0})
    found = [finding(1, db=13.0, unit_level=True, cluster="digits", report_db={})]
    with_them, without = score_institution(facts, found), score_institution(FACTS, found)
    assert float(str(with_them["risk"])) < float(str(without["risk"]))
    parts = json.loads(str(with_them["contributions"])) + json.loads(str(with_them["exonerating"]))
    added = float(str(with_them["prior_db"])) + sum(part["decibans"] for part in parts)
    assert added == pytest.approx(decibans(float(str(with_them["risk"]))), abs=1e-4)
    assert {part["what"] for part in parts if "what" in part} == {*worth, "无疑点"}


def test_a_failed_blind_sample_excuses_nothing() -> None:
    assert blind_samples(good=4, judged=5, worst_z=3.2) == {} == blind_samples(good=0, judged=1, worst_z=2.5)
