"""Honest differences of precision, rounding, and tails that take both into account."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from hengjian.engines.screening.closeness import TOO_CLOSE, closeness
from hengjian.engines.screening.findings import figure
from hengjian.engines.screening.peers import count_tail, peer_spread, precisions, spread_tail


@pytest.mark.parametrize("readings", [2, 3, 5])
@pytest.mark.parametrize("step", [0.05, 0.2, 0.35, 0.5])
def test_close_sets_are_five_percent_however_coarse_the_figures(readings: int, step: float) -> None:
    chance = np.random.default_rng(3)
    sigma, n = 0.03, 40_000
    delta = step * sigma
    values = 1 + sigma * chance.normal(size=(n, readings)) + delta * chance.uniform(-0.5, 0.5, (n, 1))
    spread = (np.round(values / delta) * delta).var(axis=1, ddof=1)
    expected = np.full(n, sigma**2 + delta**2 / 12)
    weight = closeness(spread, expected, np.full(n, readings - 1.0), np.full(n, delta))
    assert weight.mean() == pytest.approx(TOO_CLOSE, abs=0.011)


def laboratories(tau: float, seed: int = 1, n: int = 400, freedom: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    squares = np.exp(tau * chance.normal(size=n))
    return 1.7 * squares * chance.chisquare(freedom, n) / freedom, np.full(n, freedom)


@pytest.mark.parametrize("tau", [0.3, 0.6])
def test_centre_and_spread_of_the_peers_are_found(tau: float) -> None:
    centre, found = peer_spread(*laboratories(tau))
    assert centre == pytest.approx(1.7, rel=0.12)
    assert found == pytest.approx(tau, rel=0.25)


def test_equal_peers_are_still_granted_some_difference() -> None:
    assert peer_spread(*laboratories(0.0))[1] >= 0.2


@pytest.mark.parametrize("freedom", [10.0, 60.0])
def test_tails_of_honest_laboratories_are_uniform(freedom: float) -> None:
    ratios, dof = laboratories(0.4, n=20_000, freedom=freedom)
    p = spread_tail(ratios, dof, centre=1.7, tau=0.4)
    for level in (0.001, 0.01, 0.1):
        assert (p <= level).mean() == pytest.approx(level, rel=0.5)


def shares_of_close_sets(squares: np.ndarray) -> np.ndarray:
    """Of duplicates, at laboratories of precision k²."""
    return special.gammainc(0.5, special.chdtri(1, 0.95) / (2 * squares))


def test_the_count_tail_agrees_with_the_binomial_where_all_are_alike() -> None:
    one = np.array([1.0])
    squares, _ = precisions(0.3)
    chance = np.full((1, len(squares)), 0.05)
    tail = count_tail(3 * one, 20 * one, chance=chance, ratios=one, freedom=20 * one, tau=0.3)
    assert float(tail[0]) == pytest.approx(0.0754837, rel=1e-5)


def test_many_close_sets_are_less_striking_at_a_laboratory_precise_in_all() -> None:
    squares, _ = precisions(0.5)
    chance = np.repeat(shares_of_close_sets(squares)[None, :], 2, axis=0)
    tails = count_tail(
        np.array([14.0, 14.0]), np.array([80.0, 80.0]), chance=chance, ratios=np.array([0.2, 0.9]),
        freedom=np.array([80.0, 80.0]), tau=0.5,
    )  # fmt: skip
    assert tails[0] > 1e-2 and tails[1] < 1e-3


def test_honest_laboratories_seldom_have_a_small_count_tail() -> None:
    chance, n, sets = np.random.default_rng(5), 4000, 60
    precise = np.exp(0.5 * chance.normal(size=n))
    ratios = precise[:, None] * chance.chisquare(1, (n, sets))
    near = (ratios < special.chdtri(1, 0.95)).sum(axis=1).astype(float)
    squares, _ = precisions(0.5)
    tails = count_tail(
        near, np.full(n, float(sets)), chance=np.repeat(shares_of_close_sets(squares)[None, :], n, axis=0),
        ratios=ratios.mean(axis=1), freedom=np.full(n, float(sets)), tau=0.5,
    )  # fmt: skip
    assert (tails < 0.001).mean() <= 0.003 and (tails < 0.05).mean() <= 0.06


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.153846154, "0.154"), (1234.56, "1235"), (0.000012345, "0.0000123"), (12.0, "12"), (0.0, "0"), (-2.5, "-2.5")],
)
def test_figures_are_for_people(value: float, said: str) -> None:
    assert figure(value) == said
