"""The tables of leads, exhaustively, and triage over every row that another authority punishes."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.apps.leads.forms import FORMS
from hengjian.apps.leads.procedures import LEAD, LIKENESS, SYSTEM_MOVES
from hengjian.law.errors import LawError
from hengjian.law.loader import lawbook
from hengjian.law.triaging import Facts, read_rules, rules_text, triage, triage_rules
from tests.kernel.procedure_contract import assert_every_pair_is_decided

ON = date(2026, 11, 1)
MARKED = [rule for rule in lawbook().sector_rules if rule.transfer]


@pytest.mark.parametrize("procedure", [LEAD, LIKENESS], ids=["lead", "likeness"])
def test_every_state_and_action_is_decided(procedure):
    assert assert_every_pair_is_decided(procedure) > 0


def test_every_move_has_a_form_or_is_made_by_another_procedure():
    assert set(LEAD.actions) == set(FORMS) | set(SYSTEM_MOVES)


@pytest.mark.parametrize("rule", MARKED, ids=[rule.id for rule in MARKED])
@pytest.mark.parametrize("territory", ["here", "below", "elsewhere", "unknown"])
@pytest.mark.parametrize("level", ["county", "city", "province"])
def test_conduct_that_another_authority_punishes_is_always_transferred(rule, territory, level):
    for complexity in ("ordinary", "complex", "cross_region"):
        for conduct in rule.conduct:
            traits = tuple(one for one in (rule.trait, rule.test_kind) if one)
            day = max(rule.valid_from, date(2021, 7, 15)) if rule.valid_to is None else rule.valid_to
            found = triage(
                Facts(fields=(rule.fields[0],), subject=conduct, conduct_on=day, territory=territory,
                      complexity=complexity, level=level, traits=traits),
                triage_rules(),
                on=ON,
            )  # fmt: skip
            assert found.outcome == "other_department" and found.must_transfer
            assert rule.id == found.special_law and found.department and len(found.articles) >= 2


@pytest.mark.parametrize(
    ("values", "outcome", "rule"),
    [
        ({}, "own", "TRG-06"),
        ({"territory": "elsewhere"}, "other_organ", "TRG-03"),
        ({"territory": "below", "level": "city"}, "below", "TRG-05"),
        ({"complexity": "complex"}, "superior", "TRG-04"),
        ({"complexity": "complex", "level": "city"}, "own", "TRG-06"),
        ({"complexity": "cross_region"}, "superior", "TRG-02"),
        ({"territory": "unknown"}, "own", "TRG-07"),
    ],
)
def test_ordinary_stays_local_and_complex_or_cross_region_goes_up(values, outcome, rule):
    given = {
        "fields": ("product",), "subject": "false_report", "conduct_on": ON, "territory": "here",
        "complexity": "ordinary", "level": "county",
    } | values  # fmt: skip
    found = triage(Facts(**given), triage_rules(), on=ON)
    assert (found.outcome, found.rule) == (outcome, rule)


def test_each_guess_makes_the_triage_less_sure():
    facts = {
        "fields": ("product",), "subject": "false_report", "conduct_on": ON, "territory": "here",
        "complexity": "ordinary", "level": "county",
    }  # fmt: skip
    sure = triage(Facts(**facts), triage_rules(), on=ON).sure
    guessed = triage(Facts(**facts, doubts=("subject_guessed", "day_unknown")), triage_rules(), on=ON)
    assert guessed.sure < sure and any("推断" in step for step in guessed.steps)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("    reason: 行为发生在本机关辖区，由本机关核查\n", "", "missing key"),
        ("outcome: own\n    basis: [PEN-18]", "outcome: own\n    level: [county]\n    basis: [PEN-18]", "last rule"),
        ("departments:", "departmnts:", "unknown section"),
        ('factor: "0.80"', 'factor: "0"', "above 0"),
        ("id: TRG-02", "id: TRG-01", "twice"),
        ("{id: day_unknown", "{id: day_unknwn", "missing doubt"),
    ],
)
def test_each_fault_of_the_rules_is_named(before, after, said):
    assert before in rules_text()
    with pytest.raises(LawError, match=said):
        read_rules(rules_text().replace(before, after))


def test_every_article_that_a_rule_cites_is_in_the_book():
    assert all(lawbook().article(one.article_id) for rule in triage_rules().rules for one in rule.basis)


def test_every_department_of_a_marked_row_is_in_the_list():
    assert all(triage_rules().department_named(rule.authority) for rule in MARKED)
