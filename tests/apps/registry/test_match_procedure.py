"""The table of entity matching: every pair of state and action is decided or refused."""

from __future__ import annotations

import pytest

from hengjian.apps.registry.procedures import MATCH
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import every_pair, next_state

FACTS = {"reason": "营业执照核对一致", "survivor": "91990103MA7K2RQ40M"}


@pytest.mark.parametrize(("state", "action", "move"), list(every_pair(MATCH)))
def test_every_pair_is_decided_by_the_table_or_refused(state: str, action: str, move: object) -> None:
    if move is None:
        with pytest.raises(IllegalMove):
            next_state(MATCH, state, action, FACTS)
    else:
        assert next_state(MATCH, state, action, FACTS) == move


@pytest.mark.parametrize("missing", ["reason", "survivor"])
def test_merging_without_a_reason_or_a_survivor_is_refused(missing: str) -> None:
    with pytest.raises(IllegalMove):
        next_state(MATCH, "open", "merge", FACTS | {missing: " "})
