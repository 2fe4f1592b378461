"""The transition table: every pair decided, refusals readable, tables that contradict themselves not built."""

from __future__ import annotations

import pytest

from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move, Procedure, mermaid, moves_from, next_state
from tests.kernel.procedure_contract import assert_every_pair_is_decided


def move(action: str, source: str, target: str, label: str, **more: object) -> Move:
    return Move(action, source, target, permission=f"lamp.{action}", label=label, basis="路灯规程第一条", **more)  # type: ignore[arg-type]


LAMP = Procedure(
    name="lamp",
    label="路灯",
    states={"dark": "熄灭", "lit": "点亮", "broken": "损坏"},
    moves=(
        move("light", "dark", "lit", "点灯", facts=("by_whom",), clock="lamp-night"),
        move("put_out", "lit", "dark", "熄灯"),
        move("report", "lit", "broken", "报损", facts=("by_whom", "count"), second_person=True),
    ),
    fact_labels={"by_whom": "经办人"},
)


def test_every_pair_of_state_and_action_is_decided() -> None:
    assert assert_every_pair_is_decided(LAMP) == 9


def test_a_legal_move_returns_its_row() -> None:
    made = next_state(LAMP, "dark", "light", {"by_whom": "甲"})
    assert (made.target, made.clock, made.permission) == ("lit", "lamp-night", "lamp.light")


def test_a_refusal_names_state_action_and_what_is_allowed() -> None:
    with pytest.raises(IllegalMove) as refused:
        next_state(LAMP, "lit", "light", {"by_whom": "甲"})
    assert refused.value.sentence == "路灯现处于“点亮”状态，不能“点灯”；现在可以：熄灯、报损。"
    assert refused.value.where == {"procedure": "lamp", "state": "lit", "action": "light"}


def test_an_end_state_says_that_nothing_follows() -> None:
    with pytest.raises(IllegalMove, match="终结状态"):
        next_state(LAMP, "broken", "put_out", {})


@pytest.mark.parametrize("value", [None, "", "   ", (), [], {}])
def test_an_empty_fact_counts_as_missing_and_is_named_in_chinese(value: object) -> None:
    with pytest.raises(IllegalMove) as refused:
        next_state(LAMP, "dark", "light", {"by_whom": value})
    assert refused.value.sentence == "路灯“点灯”缺少必填事项：经办人。"
    assert refused.value.article == "路灯规程第一条"


@pytest.mark.parametrize("value", [0, False, 0.0, "0"])
def test_zero_and_no_are_facts(value: object) -> None:
    assert next_state(LAMP, "lit", "report", {"by_whom": "甲", "count": value}).target == "broken"


def test_an_unknown_state_or_action_is_refused_not_crashed() -> None:
    with pytest.raises(IllegalMove, match="没有“gone”这一状态"):
        next_state(LAMP, "gone", "light", {})
    with pytest.raises(IllegalMove, match="不能“explode”"):
        next_state(LAMP, "lit", "explode", {})
    with pytest.raises(IllegalMove):
        moves_from(LAMP, "gone")


def test_the_moves_from_a_state_keep_the_order_of_the_table() -> None:
    assert [m.action for m in moves_from(LAMP, "lit")] == ["put_out", "report"]
    assert moves_from(LAMP, "broken") == ()
    assert LAMP.initial == "dark"
    assert LAMP.end_states == ("broken",)


def test_the_diagram_is_printed_from_the_table() -> None:
    assert mermaid(LAMP).splitlines() == [
        "stateDiagram-v2",
        '    state "熄灭" as dark',
        '    state "点亮" as lit',
        '    state "损坏" as broken',
        "    [*] --> dark",
        "    dark --> lit: 点灯",
        "    lit --> dark: 熄灯",
        "    lit --> broken: 报损",
        "    broken --> [*]",
    ]


@pytest.mark.parametrize(
    ("moves", "states", "complaint"),
    [
        ((move("a", "x", "y", "甲"), move("a", "x", "x", "乙")), {"x": "一", "y": "二"}, "two moves"),
        ((move("a", "x", "z", "甲"),), {"x": "一"}, "unknown state z"),
        ((move("a", "x", "x", "甲"),), {"x": "一", "y": "二"}, "never reached: y"),
        ((move("a", "x", "x", ""),), {"x": "一"}, "lacks label"),
        ((), {}, "no states"),
    ],
)
def test_a_table_that_contradicts_itself_is_not_built(
    moves: tuple[Move, ...], states: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Procedure(name="bad", label="坏", states=states, moves=moves)


def test_a_table_cannot_be_changed_after_it_is_built() -> None:
    with pytest.raises(TypeError):
        LAMP.states["new"] = "新"  # type: ignore[index]
