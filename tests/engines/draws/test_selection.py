"""Quotas, exact orders and inclusion probabilities, each against an obvious twin or a published vector."""

from fractions import Fraction
from itertools import combinations
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.draws import Unit, capped_pps, largest_remainder, select, true_pareto_inclusion
from hengjian.engines.draws.tickets import rank_stratum, unit_ticket
from hengjian.kernel.errors import Refused
from tests.engines.draws.cases import vector

sizes = st.dictionaries(st.text("AB食品\U00020000\uff21", min_size=1, max_size=3), st.integers(1, 60), min_size=1)
weights = st.lists(st.integers(1, 40), min_size=1, max_size=14)
seeds = st.binary(min_size=32, max_size=32)


def obvious_quota(sizes, n, minimum):
    """The rule of §2.2, word for word, in fractions."""
    total = sum(sizes.values())
    q = {h: max(min(minimum, m), min(m, n * m // total)) for h, m in sizes.items()}
    while sum(q.values()) > n:
        off = {h: q[h] - Fraction(n * sizes[h], total) for h in q if q[h] > min(minimum, sizes[h])}
        q[max(h for h in off if off[h] == max(off.values()))] -= 1
    while sum(q.values()) < n:
        off = {h: q[h] - Fraction(n * sizes[h], total) for h in q if q[h] < sizes[h]}
        q[min(h for h in off if off[h] == min(off.values()))] += 1
    return q


@given(sizes, st.integers(1, 80), st.integers(0, 3))
def test_quotas_are_those_of_the_obvious_rule(sizes, n, minimum):
    if n > sum(sizes.values()) or sum(min(minimum, m) for m in sizes.values()) > n:
        with pytest.raises(Refused):
            largest_remainder(sizes, n, minimum)
        return
    quota = largest_remainder(sizes, n, minimum)
    assert quota == obvious_quota(sizes, n, minimum)
    assert sum(quota.values()) == n and all(min(minimum, m) <= quota[h] <= m for h, m in sizes.items())


def obvious_targets(weights, n):
    """Capped PPS unit by unit."""
    certain: set[int] = set()
    while True:
        k, rest = n - len(certain), sum(w for i, w in enumerate(weights) if i not in certain)
        fresh = {i for i, w in enumerate(weights) if i not in certain and k * w >= rest}
        if not fresh or not k:
            return [Fraction(1) if i in certain else Fraction(k * w, rest) for i, w in enumerate(weights)]
        certain |= fresh


@given(weights, st.data())
def test_targets_are_those_of_the_obvious_rule_and_sum_to_n(weights, data):
    n = data.draw(st.integers(0, len(weights)))
    targets = capped_pps(weights, n)
    found = [targets.pi(w) for w in weights]
    assert found == obvious_targets(weights, n) and sum(found) == n


def test_targets_are_those_of_the_vector():
    told = vector("pps_inclusion_targets")
    for case, expected in zip(told["inputs"]["cases"], told["expected"], strict=True):
        targets = capped_pps(case["w"], case["n"])
        assert [float(targets.pi(w)) for w in case["w"]] == pytest.approx(expected, rel=1e-12)


def obvious_order(seed, units, n):
    """Keys as fractions, sorted by (key, u, id)."""

    def key(unit, pi):
        u = Fraction(2 * int.from_bytes(unit_ticket(seed, unit.stratum, unit.id), "big") + 1, 2**257)
        return (Fraction(-1) if pi == 1 else u * (1 - pi) / ((1 - u) * pi) if pi else Fraction(0)), u, unit.id

    pis = obvious_targets([unit.weight for unit in units], n)
    return [id_ for _, _, id_ in sorted(key(unit, pi) for unit, pi in zip(units, pis, strict=True))]


@given(weights, seeds, st.data())
def test_the_pareto_order_is_that_of_the_fractions(weights, seed, data):
    units = [Unit(f"U{i}", "食品", w) for i, w in enumerate(weights)]
    n = data.draw(st.integers(0, len(units)))
    assert [unit.id for unit in rank_stratum(seed, units, n, "pareto")] == obvious_order(seed, units, n)


def test_keys_that_differ_in_the_last_place_are_kept_apart(monkeypatch):
    """Tickets one apart, and weights that differ by one in 10^12: the closest that keys can come."""
    near = {f"U{i}": (2**255 + i // 2).to_bytes(32, "big") for i in range(8)}
    monkeypatch.setattr("hengjian.engines.draws.tickets.unit_ticket", lambda seed, stratum, id_: near[id_])
    monkeypatch.setitem(globals(), "unit_ticket", lambda seed, stratum, id_: near[id_])
    units = [Unit(f"U{i}", "食品", 10**12 - i % 2) for i in range(8)]
    for n in range(1, 8):
        assert [unit.id for unit in rank_stratum(b"", units, n, "pareto")] == obvious_order(b"", units, n)


@given(weights, seeds, st.sampled_from(["equal", "pareto"]), st.data())
def test_the_order_of_rows_in_the_roster_changes_nothing(weights, seed, method, data):
    units = [Unit(f"U{i}", "食品", w) for i, w in enumerate(weights)]
    n = data.draw(st.integers(0, len(units)))
    shuffled = data.draw(st.permutations(units))
    assert rank_stratum(seed, shuffled, n, method) == rank_stratum(seed, units, n, method)


@given(st.integers(2, 30), seeds, st.data())
def test_striking_a_unit_off_never_disturbs_the_order_of_the_others(size, seed, data):
    units = [Unit(f"U{i}", "食品", 1) for i in range(size)]
    gone = data.draw(st.sampled_from(units))
    whole = [unit.id for unit in rank_stratum(seed, units, 1, "equal") if unit.id != gone.id]
    assert [unit.id for unit in rank_stratum(seed, [u for u in units if u != gone], 1, "equal")] == whole


@given(st.integers(2, 20), seeds, st.data())
def test_a_larger_sample_contains_the_smaller(size, seed, data):
    units = [Unit(f"U{i}", "食品", 1) for i in range(size)]
    n = data.draw(st.integers(1, size - 1))
    smaller = select(seed, units, {"食品": n}, "equal").sample["食品"]
    assert select(seed, units, {"食品": n + 1}, "equal").sample["食品"][:n] == smaller


def test_true_pareto_inclusion_is_that_of_the_vector():
    told = vector("order_sampling_true_inclusion")
    w, n = told["inputs"]["w"], told["inputs"]["n"]
    targets = capped_pps(w, n)
    found = true_pareto_inclusion([targets.pi(x) for x in w])
    assert found == pytest.approx(told["expected"]["pareto"], abs=1e-9)
    six = true_pareto_inclusion([Fraction(str(p)) for p in told["inputs"]["pik6"]])
    assert six == pytest.approx(told["expected"]["pareto_pik6"], abs=1e-9)
    deviation = max(abs(a / float(targets.pi(x)) - 1) for a, x in zip(found, w, strict=True))
    assert deviation == pytest.approx(told["expected"]["max_rel_dev"]["pareto"], abs=1e-4)


def test_true_inclusion_sums_to_n_with_certainties_and_in_large_strata():
    w = [100, 5, 5, 5, 5, 5, 1, 1, 1, 1]
    targets = capped_pps(w, 4)
    found = true_pareto_inclusion([targets.pi(x) for x in w])
    assert found[0] == 1 and sum(found) == pytest.approx(4, abs=1e-9)
    w = [1, 2, 4, 8] * 500
    targets = capped_pps(w, 150)
    found = true_pareto_inclusion([targets.pi(x) for x in w])
    assert sum(found) == pytest.approx(150, abs=1e-6)
    assert found == pytest.approx([float(targets.pi(x)) for x in w], rel=2e-3)
    assert true_pareto_inclusion([Fraction(0), Fraction(1)]) == [0.0, 1.0]


def sampford_joint(pi, n):
    """By listing every sample: p(s) is in proportion to prod pi/(1-pi) times the sum of 1-pi over the sample."""
    chances = {
        s: prod(pi[i] / (1 - pi[i]) for i in s) * sum(1 - pi[i] for i in s) for s in combinations(range(len(pi)), n)
    }
    whole = sum(chances.values())
    joint = [[0 * whole] * len(pi) for _ in pi]
    for s, chance in chances.items():
        for i in s:
            for j in s:
                joint[i][j] += chance / whole
    return joint


def test_sampford_meets_the_targets_exactly_and_pareto_stays_close_to_it():
    told = vector("sampford_joint")
    pik = [Fraction(str(p)) for p in told["inputs"]["pik"]]
    joint = sampford_joint(pik, 3)
    for row, expected in zip(joint, told["expected"]["sampford"], strict=True):
        assert [float(x) for x in row] == pytest.approx(expected, rel=1e-9)
    w = vector("order_sampling_true_inclusion")["inputs"]["w"]
    targets = capped_pps(w, 4)
    joint = sampford_joint([targets.pi(x) for x in w], 4)
    assert [joint[i][i] for i in range(13)] == [targets.pi(x) for x in w]
    assert float(joint[11][12]) == pytest.approx(told["expected"]["sampford_W13_n4_pi_12_13"], rel=1e-9)
    pareto = true_pareto_inclusion([targets.pi(x) for x in w])
    assert pareto == pytest.approx([float(joint[i][i]) for i in range(13)], rel=7e-3)
