"""Severity by the data contract."""

from __future__ import annotations

from hengjian.engines.screening.severity import Facts, severity_of


def facts(**changes: object) -> Facts:
    usual = {"level": "S4", "slip": False, "firm": False, "hard": True, "accused": 1, "judged": 100, "q_value": None}
    return Facts(**{**usual, **changes})  # type: ignore[arg-type]


def test_a_lone_broken_rule_is_strong() -> None:
    assert severity_of(facts()) == "strong"


def test_two_fields_that_contradict_are_certain() -> None:
    assert severity_of(facts(firm=True)) == "certain"


def test_three_reports_and_one_percent_are_certain() -> None:
    assert severity_of(facts(accused=3, judged=300)) == "certain"
    assert severity_of(facts(accused=3, judged=301)) == "strong"
    assert severity_of(facts(accused=2, judged=10)) == "strong"


def test_what_a_mistyped_field_explains_is_weak() -> None:
    assert severity_of(facts(slip=True)) == "weak"


def test_slips_in_the_usual_number_stay_weak_and_beyond_it_are_certain() -> None:
    assert severity_of(facts(slip=True, accused=10, judged=1000)) == "weak"
    assert severity_of(facts(slip=True, accused=20, judged=1000)) == "certain"


def test_low_levels_are_weak_whatever_else() -> None:
    assert severity_of(facts(level="S2", firm=True, accused=50)) == "weak"


def test_statistics_are_never_certain_and_need_q() -> None:
    assert severity_of(facts(hard=False, q_value=0.05, firm=True, accused=50)) == "strong"
    assert severity_of(facts(hard=False, q_value=0.051)) == "weak"
