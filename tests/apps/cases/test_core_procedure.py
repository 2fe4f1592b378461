"""The table of a case: every state with every action, and what the words cover."""

from __future__ import annotations

from hengjian.apps.cases import acts
from hengjian.apps.cases.forms.parts import CaseForm
from hengjian.apps.cases.presenting import ROAD, TURN
from hengjian.apps.cases.procedures import CASE, FINISHED
from hengjian.apps.cases.wording import ACTIONS, FACTS
from tests.kernel.procedure_contract import assert_every_pair_is_decided

OTHER_PARTS = {"begin_execution", "grant_deferral", "demand", "apply_court", "close", "archive"}


def test_every_state_with_every_action_is_decided_or_refused() -> None:
    pairs = assert_every_pair_is_decided(CASE)
    assert pairs == len(CASE.states) * len(CASE.actions)


def test_every_action_and_every_fact_has_its_word() -> None:
    assert set(ACTIONS) == set(CASE.actions)
    assert {name for move in CASE.moves for name in move.facts} <= set(FACTS)


def test_every_state_has_its_place_on_the_road_and_says_whose_turn_it_is() -> None:
    placed = [state for _, states in ROAD for state in states]
    assert sorted(placed) == sorted(CASE.states)
    assert set(TURN) <= set(CASE.states)


def test_only_ended_states_have_no_way_out() -> None:
    assert set(CASE.end_states) == {"refused", "archived"}
    assert set(CASE.end_states) < set(FINISHED)


def test_every_move_to_the_decision_has_a_form() -> None:
    for action in CASE.actions:
        entry = acts.act_of(action)
        if action not in OTHER_PARTS:
            assert entry is not None, action
            assert issubclass(entry.form, CaseForm), action  # type: ignore[arg-type]


def test_review_decision_and_approval_ask_for_a_second_person() -> None:
    wanted = {
        "approve_filing", "refuse_filing", "pass_review", "return_review", "approve_notice", "decide",
        "decide_no_penalty", "suspend", "terminate", "withdraw_case", "transfer_case", "extend", "extend_collective",
        "extend_review", "open_hearing", "annul", "reopen",
    }  # fmt: skip
    assert {move.action for move in CASE.moves if move.second_person} == wanted
