"""Every state and action of a run is decided."""

from __future__ import annotations

from hengjian.apps.runs.policies import system_policy
from hengjian.apps.runs.procedures import RUN
from tests.kernel.procedure_contract import assert_every_pair_is_decided


def test_every_pair_of_the_run_is_decided() -> None:
    assert assert_every_pair_is_decided(RUN) == 6 * len(RUN.actions)


def test_the_worker_makes_only_its_own_moves() -> None:
    own = {move.action for move in RUN.moves if system_policy(move.permission, None)}
    assert own == {"begin", "finish", "fail", "stop", "interrupt"}


def test_a_finished_run_is_never_run_again() -> None:
    assert RUN.end_states == ("finished",)
