"""The first look at many pairs leaves out none that the exact judgement finds striking."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.screening.detectors.c6_edited_vectors import Sample, judge
from hengjian.engines.screening.edited_pairs import Terms, worth_judging

ITEMS = [f"I{number}" for number in range(9)]
SPREADS = {item: 0.1 + 0.05 * place for place, item in enumerate(ITEMS[:8])}


def of(values: dict[str, float], places: int) -> Sample:
    texts = {item: f"{abs(value):.{places}f}" for item, value in values.items()}
    return {item: (text, float(text)) for item, text in texts.items() if float(text) > 0}


def world(seed: int) -> dict[str, Sample]:
    """Sets of strangers, and copies of the first: multiplied, shifted, a digit changed here and there, unchanged."""
    chance = np.random.default_rng(seed)
    found: dict[str, Sample] = {}
    for number in range(12):
        size = int(chance.integers(4, 10))
        mine = {item: float(np.exp(chance.normal(1.0, 0.3))) for item in chance.permutation(ITEMS)[:size]}
        found[f"R{number:02d}"] = of(mine, int(chance.integers(1, 4)))
    base = {item: value for item, (_, value) in found["R00"].items()}
    found["S1"] = of({item: value * 1.07 for item, value in base.items()}, 3)
    found["S2"] = of({item: value + 0.4 for item, value in base.items()}, 3)
    edited = {item: value + int(chance.integers(0, 10)) * 0.1 for item, value in base.items()}
    found["S3"] = of(edited, 3)
    found["S4"] = found["R00"]
    return found


@given(st.integers(0, 400), st.sampled_from([0.0, 4.0, 9.0, 20.0]))
def test_nothing_that_the_judgement_finds_striking_is_left_out(seed: int, least: float) -> None:
    samples = world(seed)
    pairs = list(combinations(sorted(samples), 2))
    terms = Terms(least_items=5, least_shared=0.6, least_stretch=0.002, least_spread=0.02, least_surprise=least)
    looked = set(worth_judging(pairs, samples, SPREADS, terms))
    for a, b in pairs:
        told = judge(samples[a], samples[b], SPREADS)
        if told is not None and told["surprise"] >= least:
            assert (a, b) in looked


def test_a_multiplied_set_is_seen_and_strangers_are_not() -> None:
    samples = world(3)
    pairs = [("R00", name) for name in samples if name != "R00"]
    terms = Terms(least_items=5, least_shared=0.6, least_stretch=0.002, least_spread=0.02, least_surprise=14.0)
    assert worth_judging(pairs, samples, SPREADS, terms) == [("R00", "S1"), ("R00", "S2")]


def test_without_usual_spreads_there_is_nothing_to_judge() -> None:
    terms = Terms(least_items=5, least_shared=0.6, least_stretch=0.002, least_spread=0.02, least_surprise=0.0)
    assert worth_judging([("R00", "S1")], world(1), {}, terms) == []
