"""Procedures as tables: who may move what from where to where, on which legal basis; imports only kernel.errors.

A procedure never lives in scattered conditions. One table names every move; whatever is not in the table is
refused with a sentence the user can read. Rights are only named here (`permission`); the policies ask for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType

from hengjian.kernel.errors import IllegalMove

EMPTY_VALUES: tuple[object, ...] = (None, "", (), [], {})


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a procedure's table.

    `label` is the Chinese verb on the button; `basis` the instrument and article, or the house rule; `facts` the
    names that must be present and not empty when the move is made (False and 0 count as given); `clock` the id of
    the clock it starts, `document` the form it makes; `second_person` means that whoever made the previous
    entry may not make this one.
    """

    action: str
    source: str
    target: str
    permission: str
    label: str
    basis: str
    facts: tuple[str, ...] = ()
    clock: str | None = None
    document: str | None = None
    second_person: bool = False


@dataclass(frozen=True)
class Procedure:
    """A closed set of states with Chinese labels and the moves between them; the first state is the initial one.

    `fact_labels` gives the Chinese name of a fact for the sentence that says it is missing.
    Raises ValueError when a move names an unknown state, when two moves share (source, action), when a state
    cannot be reached from the initial one, or when a label is empty.
    """

    name: str
    label: str
    states: Mapping[str, str]
    moves: tuple[Move, ...]
    fact_labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", MappingProxyType(dict(self.states)))
        object.__setattr__(self, "fact_labels", MappingProxyType(dict(self.fact_labels)))
        object.__setattr__(self, "moves", tuple(self.moves))
        if not self.states:
            raise ValueError(f"procedure {self.name}: no states")
        self._check_moves()
        self._check_reach()

    @property
    def initial(self) -> str:
        """The state in which a new matter starts."""
        return next(iter(self.states))

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action of the table once, in the order of first appearance."""
        return tuple(dict.fromkeys(move.action for move in self.moves))

    @property
    def end_states(self) -> tuple[str, ...]:
        """States that no move leaves."""
        left = {move.source for move in self.moves}
        return tuple(state for state in self.states if state not in left)

    def _check_moves(self) -> None:
        seen: set[tuple[str, str]] = set()
        for move in self.moves:
            for state in (move.source, move.target):
                if state not in self.states:
                    raise ValueError(f"procedure {self.name}: move {move.action} names unknown state {state}")
            if not (move.label and move.permission and move.basis):
                raise ValueError(f"procedure {self.name}: move {move.action} lacks label, permission or basis")
            if (move.source, move.action) in seen:
                raise ValueError(f"procedure {self.name}: two moves for ({move.source}, {move.action})")
            seen.add((move.source, move.action))

    def _check_reach(self) -> None:
        reached = {self.initial}
        frontier = [self.initial]
        while frontier:
            state = frontier.pop()
            for move in self.moves:
                if move.source == state and move.target not in reached:
                    reached.add(move.target)
                    frontier.append(move.target)
        lost = [state for state in self.states if state not in reached]
        if lost:
            raise ValueError(f"procedure {self.name}: states never reached: {', '.join(lost)}")


def moves_from(procedure: Procedure, state: str) -> tuple[Move, ...]:
    """All moves that leave `state`, in table order; empty for an end state."""
    _require_state(procedure, state)
    return tuple(move for move in procedure.moves if move.source == state)


def next_state(procedure: Procedure, state: str, action: str, facts: Mapping[str, object]) -> Move:
    """The move that `action` makes from `state`; its `target` is the next state.

    Pure: nothing is saved and no right is asked. Raises IllegalMove with a Chinese sentence when the state or the
    action is unknown, when the table has no such move from this state, or when a mandatory fact is missing.
    """
    allowed = moves_from(procedure, state)
    for move in allowed:
        if move.action == action:
            _require_facts(procedure, move, facts)
            return move
    raise IllegalMove(
        f"{procedure.label}现处于“{procedure.states[state]}”状态，不能“{_action_label(procedure, action)}”；"
        + _what_is_allowed(allowed),
        where={"procedure": procedure.name, "state": state, "action": action},
    )


def every_pair(procedure: Procedure) -> Iterator[tuple[str, str, Move | None]]:
    """Each (state, action) of the procedure with its move, or None where the table has none.

    For exhaustive tests: every pair is either decided by the table or must be refused.
    """
    table = {(move.source, move.action): move for move in procedure.moves}
    for state, action in product(procedure.states, procedure.actions):
        yield state, action, table.get((state, action))


def mermaid(procedure: Procedure) -> str:
    """The state diagram in Mermaid's notation, printed from the table, ending with a newline."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{label}" as {state}' for state, label in procedure.states.items()]
    lines.append(f"    [*] --> {procedure.initial}")
    lines += [f"    {move.source} --> {move.target}: {move.label}" for move in procedure.moves]
    lines += [f"    {state} --> [*]" for state in procedure.end_states]
    return "\n".join(lines) + "\n"


def _require_state(procedure: Procedure, state: str) -> None:
    if state not in procedure.states:
        raise IllegalMove(
            f"{procedure.label}没有“{state}”这一状态。", where={"procedure": procedure.name, "state": state}
        )


def _require_facts(procedure: Procedure, move: Move, facts: Mapping[str, object]) -> None:
    missing = [name for name in move.facts if _is_empty(facts.get(name))]
    if missing:
        names = "、".join(procedure.fact_labels.get(name, name) for name in missing)
        raise IllegalMove(
            f"{procedure.label}“{move.label}”缺少必填事项：{names}。",
            where={"procedure": procedure.name, "state": move.source, "action": move.action, "missing": missing},
            article=move.basis,
        )


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, bool | int | float):
        return False
    return value in EMPTY_VALUES


def _action_label(procedure: Procedure, action: str) -> str:
    return next((move.label for move in procedure.moves if move.action == action), action)


def _what_is_allowed(allowed: tuple[Move, ...]) -> str:
    if not allowed:
        return "该状态为终结状态，不再有后续操作。"
    return "现在可以：" + "、".join(move.label for move in allowed) + "。"
