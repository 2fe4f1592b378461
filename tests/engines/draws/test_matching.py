"""Lead and member: the exact rule against exhaustive search, the certificate against a count, successors."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengjian.engines.draws import (
    Infeasible,
    InfeasibleDraw,
    check_feasible,
    commitment,
    next_inspector,
    next_substitute,
    reserve_order,
    reveal,
    strata_to_review,
    unstaffable_units,
)
from hengjian.engines.draws.matching import Matching, default_cap, roll_of
from hengjian.engines.draws.people import Inspector, may_take
from hengjian.engines.draws.tickets import pair_rank
from hengjian.kernel.errors import Refused
from tests.engines.draws.cases import golden, random_inputs

SEED = b"s" * 32


@st.composite
def rolls(draw):
    """Up to four targets in two strata, up to five people, conflicts and personal caps: small enough to list all."""
    people = {
        f"J{i}": Inspector(f"J{i}", frozenset(draw(st.sets(st.sampled_from("AB")))), draw(st.booleans()))
        for i in range(draw(st.integers(1, 5)))
    }
    targets = [(f"T{i}", draw(st.sampled_from("AB"))) for i in range(draw(st.integers(1, 4)))]
    coi = draw(
        st.sets(st.tuples(st.sampled_from(sorted(people)), st.sampled_from([t for t, _ in targets])), max_size=4)
    )
    caps = draw(st.dictionaries(st.sampled_from(sorted(people)), st.integers(0, 3)))
    slots = draw(st.sampled_from([("lead", "member"), ("lead",), ("lead", "member", "second")]))
    if len(slots) == 3:
        targets = targets[:2]
    return roll_of(people, coi, caps=caps, slots=slots, targets=len(targets)), targets


def every_staffing(roll, targets):
    """All complete assignments, by trying everything."""
    slots = [(target, stratum, slot) for target, stratum in targets for slot in roll.slots]
    choices = [
        [
            id_
            for id_, person in sorted(roll.inspectors.items())
            if may_take(person, slot, stratum, experts=False) and (id_, target) not in roll.coi
        ]
        for target, stratum, slot in slots
    ]
    k = len(roll.slots)
    for chosen in product(*choices):
        if any(len(set(chosen[i : i + k])) < k for i in range(0, len(chosen), k)):
            continue
        if all(chosen.count(id_) <= cap for id_, cap in roll.caps.items()):
            yield chosen


def obvious_assignment(roll, targets, rank):
    """The rule word for word: of all staffings keep those with the first possible candidate, slot after slot."""
    left = list(every_staffing(roll, targets))
    if not left:
        return None
    load = dict.fromkeys(roll.inspectors, 0)
    slots = [(target, slot) for target, _ in targets for slot in roll.slots]
    for i, (target, slot) in enumerate(slots):
        best = min({one[i] for one in left}, key=lambda id_: (load[id_], rank(target, slot, id_), id_))
        load[best] += 1
        left = [one for one in left if one[i] == best]
    return dict(zip(slots, left[0], strict=True))


def rank(target, slot, inspector):
    return pair_rank(SEED, target, slot, inspector)


@settings(max_examples=400, deadline=None)
@given(rolls())
def test_the_assignment_is_that_of_exhaustive_search(case):
    roll, targets = case
    found = Matching(roll, targets).assign(rank)
    told = obvious_assignment(roll, targets, rank)
    if told is None:
        assert isinstance(found, Infeasible)
    else:
        assert {(t, slot): id_ for t, slots in found.items() for slot, id_ in slots.items()} == told


@settings(max_examples=400, deadline=None)
@given(rolls())
def test_the_certificate_stands_by_itself(case):
    """The named slots need more people than the caps of the named persons, and one visit of each other, allow."""
    roll, targets = case
    found = Matching(roll, targets).complete()
    if found is None:
        assert next(every_staffing(roll, targets), None) is not None
        return
    strata = dict(targets)
    able = {
        (id_, target)
        for target, slot in found.slots
        for id_, person in roll.inspectors.items()
        if may_take(person, slot, strata[target], experts=False) and (id_, target) not in roll.coi
    }
    others = {pair for pair in able if pair[0] not in found.inspectors}
    capacity = sum(roll.caps[id_] for id_ in found.inspectors) + len(others)
    assert capacity == found.capacity < found.demand == len(found.slots)
    assert all(target in found.sentence for target in found.targets)


def test_random_draws_keep_every_condition():
    staffed = 0
    for seed in range(150):
        inputs = random_inputs(f"conditions {seed}")
        try:
            drawn = inputs.draw()
        except InfeasibleDraw as refused:
            assert refused.certificate.demand > refused.certificate.capacity
            continue
        slots = inputs.plan.get("slots", ["lead", "member"])
        common = default_cap(len(drawn.assignment) * len(slots), len(inputs.inspectors))
        assert sum(drawn.load.values()) == len(drawn.assignment) * len(slots)
        assert all(count <= inputs.plan.get("caps", {}).get(id_, common) for id_, count in drawn.load.items())
        for target, team in drawn.assignment.items():
            staffed += 1
            assert sorted(team) == sorted(slots) and len(set(team.values())) == len(slots)
            assert not any([id_, target] in inputs.coi for id_ in team.values())
    assert staffed > 300


def test_too_few_leads_are_told_before_the_seed_exists():
    inputs, _ = golden("equal")
    people = {
        id_: record | {"lead": 0} if "B-env" in record["domains"] else record
        for id_, record in inputs.inspectors.items()
    }
    found = check_feasible(inputs.plan, inputs.roster, people, inputs.coi)
    assert found.targets == ("B-env",) and (found.demand, found.capacity) == (1, 0)
    assert "“B-env”层（要抽 3 家） 共 1 个岗位，符合条件的人合起来最多承担 0 个" in found.sentence
    with pytest.raises(InfeasibleDraw, match="无论抽到哪些机构都派不出来"):
        commitment(inputs.plan, inputs.roster, people, inputs.coi)


def test_a_unit_that_is_drawn_for_certain_is_named_before_the_seed():
    inputs, _ = golden("pareto")
    leads = [id_ for id_, record in inputs.inspectors.items() if record["lead"] and "B-env" in record["domains"]]
    coi = [[id_, "E08"] for id_ in leads]
    found = check_feasible(inputs.plan, inputs.roster, inputs.inspectors, coi)
    assert found.targets == ("E08",) and "E08（必定抽中）" in found.sentence
    assert check_feasible(inputs.plan | {"method": "equal"}, inputs.roster, inputs.inspectors, coi) is None
    assert unstaffable_units(inputs.plan | {"method": "equal"}, inputs.roster, inputs.inspectors, coi) == ["E08"]


def test_what_is_infeasible_before_the_seed_is_so_after_every_seed():
    looked = 0
    for seed in range(120):
        inputs = random_inputs(f"before {seed}")
        if check_feasible(inputs.plan, inputs.roster, inputs.inspectors, inputs.coi) is None:
            continue
        looked += 1
        from hengjian.engines.draws.protocol import draw, freeze

        frozen = freeze(inputs.plan, inputs.roster, inputs.inspectors, inputs.coi)
        for number in range(5):
            with pytest.raises(InfeasibleDraw):
                draw(frozen, "0" * 64, (b"x",), b"x", f"{number}./")
    assert looked > 10


def test_nobody_at_all_is_told():
    inputs, _ = golden("equal")
    with pytest.raises(InfeasibleDraw, match="检查人员不够"):
        commitment(inputs.plan, inputs.roster, {}, [])


def test_an_infeasible_draw_shows_nothing_but_the_certificate():
    inputs, told = golden("equal")
    coi = [[id_, unit] for id_ in inputs.inspectors for unit in ("F06", "F03") if inputs.inspectors[id_]["lead"]]
    commit = commitment(inputs.plan, inputs.roster, inputs.inspectors, coi)
    refusals = 0
    for number in range(40):
        entropy = [{"unordered": False, "values": [number]}] * 3
        try:
            reveal(commit, inputs.roster, inputs.inspectors, coi, salt=bytes.fromhex(told["salt"]), entropy=entropy)
        except InfeasibleDraw as refused:
            refusals += 1
            assert set(refused.certificate.targets) <= {"F06", "F03"}
    assert refusals > 5


def test_after_a_recusal_the_next_of_the_same_order_takes_over():
    inputs, told = golden("equal")
    drawn = inputs.draw()
    chain, recused = [], set()
    kwargs = {"seed": drawn.seed, "assignment": drawn.assignment, "stratum": "C-vehicle", "target": "V06"}
    while True:
        try:
            next_ = next_inspector(
                inputs.commit, inputs.inspectors, inputs.coi, slot="member", recused=recused, **kwargs
            )
        except Refused as refused:
            assert "没有可以接替“V06”的“member”岗位的人" in refused.sentence
            break
        chain.append(next_)
        recused.add(next_)
    team = set(told["assignment"]["V06"].values())
    free = {id_ for id_ in inputs.inspectors if id_ not in team and told["load"][id_] < default_cap(16, 8)}
    assert set(chain) == free
    order = sorted(free, key=lambda id_: (told["load"][id_], pair_rank(drawn.seed, "V06", "member", id_), id_))
    assert chain == order
    lead = next_inspector(inputs.commit, inputs.inspectors, inputs.coi, slot="lead", recused=(), **kwargs)
    assert lead == "J08"
    with pytest.raises(Refused, match="没有派给“V01”"):
        next_inspector(
            inputs.commit, inputs.inspectors, inputs.coi, slot="lead", recused=(), **(kwargs | {"target": "V01"})
        )


def test_substitutes_come_from_the_reserve_list_of_the_stratum():
    result = golden("equal")[0].draw().result
    assert reserve_order(result, "C-vehicle") == ["V03", "V05", "V02", "V01"]
    assert next_substitute(result, "C-vehicle", used={"V03"}) == "V05"
    with pytest.raises(Refused, match="“C-vehicle”层的备选名单已经用完"):
        next_substitute(result, "C-vehicle", used={"V03", "V05", "V02", "V01"})
    with pytest.raises(Refused, match="没有“D”层"):
        reserve_order(result, "D")
    assert strata_to_review(result | {"quota": {"a": 10, "b": 10}}, {"a": 1, "b": 2}) == ["b"]
