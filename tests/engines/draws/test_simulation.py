"""10^5 simulated draws on rosters of at most 30 units: what happens is what was declared, and nothing is unreachable.

Each draw goes the whole way from entropy over the seed to the order. Every frequency is compared with its probability
by the exact binomial tail; the bound 1e-4 is shared out over all comparisons of this file (Bonferroni).
"""

from collections import Counter
from itertools import combinations
from math import comb

import pytest
from scipy.stats import binomtest

from hengjian.engines.draws import Unit, capped_pps, entropy_string, seed_of, true_pareto_inclusion
from hengjian.engines.draws.plan import OPEN_SALT
from hengjian.engines.draws.tickets import rank_stratum

DRAWS = 100_000
BOUND = 1e-4
SHARED_OUT = 30 + 13 + 10 + 56  # comparisons in this file

pytestmark = pytest.mark.slow


def seeds(name):
    """One commitment, 10^5 values of the entropy that follows it."""
    commit = (name * 64)[:64]
    for number in range(DRAWS):
        entropy = entropy_string([{"unordered": False, "values": [number]}, {"unordered": False, "values": [7]}])
        yield seed_of(OPEN_SALT, commit, entropy)


def drawn(name, weights, n, method):
    units = [Unit(f"U{i:02d}", "食品", w) for i, w in enumerate(weights)]
    for seed in seeds(name):
        yield [unit.id for unit in rank_stratum(seed, units, n, method)[:n]]


def compare(counts, chances):
    for id_, chance in chances.items():
        if chance == 1:
            assert counts[id_] == DRAWS
            continue
        p = binomtest(counts[id_], DRAWS, chance).pvalue
        assert counts[id_] > 0, f"{id_} is never drawn"
        assert p > BOUND / SHARED_OUT, f"{id_}: {counts[id_] / DRAWS} instead of {chance}, p = {p}"


def test_equal_probabilities_are_realised_for_all_thirty_units():
    counts = Counter(id_ for sample in drawn("a", [1] * 30, 4, "equal") for id_ in sample)
    compare(counts, {f"U{i:02d}": 4 / 30 for i in range(30)})


def test_every_sample_of_an_equal_draw_comes_as_often_as_every_other():
    counts = Counter("".join(sorted(sample)) for sample in drawn("b", [1] * 8, 3, "equal"))
    samples = ["".join(sample) for sample in combinations([f"U{i:02d}" for i in range(8)], 3)]
    assert len(samples) == comb(8, 3) == len(counts)
    compare(counts, dict.fromkeys(samples, 1 / comb(8, 3)))


@pytest.mark.parametrize(
    ("name", "weights", "n"),
    [("c", [9, 2, 5, 17, 4, 21, 15, 7, 4, 11, 23, 23, 14], 4), ("d", [100, 5, 5, 5, 5, 5, 1, 1, 1, 1], 4)],
)
def test_pareto_realises_its_true_probabilities(name, weights, n):
    targets = capped_pps(weights, n)
    chances = true_pareto_inclusion([targets.pi(w) for w in weights])
    counts = Counter(id_ for sample in drawn(name, weights, n, "pareto") for id_ in sample)
    compare(counts, {f"U{i:02d}": chance for i, chance in enumerate(chances)})
