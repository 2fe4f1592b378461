"""What every procedure of the product must pass; the tests of each app call it with their own tables."""

from __future__ import annotations

import pytest

from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Procedure, every_pair, next_state


def assert_every_pair_is_decided(procedure: Procedure) -> int:
    """Walk state × action: a legal pair gives its target, any other pair raises. Returns the number of pairs."""
    pairs = 0
    for state, action, move in every_pair(procedure):
        pairs += 1
        if move is None:
            with pytest.raises(IllegalMove) as refused:
                next_state(procedure, state, action, {})
            assert procedure.states[state] in refused.value.sentence, (state, action)
            continue
        facts = dict.fromkeys(move.facts, "given")
        assert next_state(procedure, state, action, facts) is move, (state, action)
        for name in move.facts:
            with pytest.raises(IllegalMove) as refused:
                next_state(procedure, state, action, {**facts, name: ""})
            assert procedure.fact_labels.get(name, name) in refused.value.sentence, (state, action, name)
    assert pairs == len(procedure.states) * len(procedure.actions)
    return pairs
