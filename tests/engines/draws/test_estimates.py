"""Rates with their limits, and the monitors of chance, against what can be computed by hand or by listing."""

from fractions import Fraction
from itertools import combinations
from math import comb

import pytest

from hengjian.engines.draws import estimates, monitors
from hengjian.engines.draws.estimates import Observed, Stratum


def test_horvitz_thompson_is_right_on_average_over_every_sample():
    y, pi, n = [1, 0, 0, 1, 1, 0, 0], 3 / 7, 3
    samples = list(combinations(range(7), n))
    found = [estimates.horvitz_thompson([Observed("s", pi, y[i]) for i in sample], 7) for sample in samples]
    assert sum(found) / len(samples) == pytest.approx(3 / 7)
    variance = sum((one - 3 / 7) ** 2 for one in found) / len(samples)
    told = [estimates.pareto_variance([Observed("s", pi, y[i]) for i in sample]) / 49 for sample in samples]
    assert sum(told) / len(samples) == pytest.approx(variance)


def test_with_equal_probabilities_the_variance_is_the_stratified_one_with_its_correction():
    sample = [Observed("a", 10 / 40, float(i < 3)) for i in range(10)]
    s2 = 10 / 9 * 0.3 * 0.7
    assert estimates.pareto_variance(sample) == pytest.approx(40**2 * (1 - 10 / 40) * s2 / 10)


def test_a_certain_unit_adds_nothing_to_the_variance():
    sample = [Observed("a", 1.0, 1.0), Observed("a", 0.5, 1.0), Observed("a", 0.5, 0.0)]
    assert estimates.pareto_variance(sample) == estimates.pareto_variance(sample[1:])
    with pytest.raises(ValueError, match="one unit"):
        estimates.pareto_variance(sample[:2])


def test_hypergeometric_limits_are_those_of_listing_every_total():
    size, n, hits = 40, 12, 3

    def chance(total, low, high):
        whole = comb(size, n)
        return Fraction(sum(comb(total, k) * comb(size - total, n - k) for k in range(low, high + 1)), whole)

    fits = [
        total
        for total in range(hits, size - (n - hits) + 1)
        if chance(total, hits, n) > Fraction(25, 1000) and chance(total, 0, hits) > Fraction(25, 1000)
    ]
    assert estimates.hypergeometric_limits(hits, n, size) == (fits[0], fits[-1])
    assert estimates.hypergeometric_limits(0, 12, 40)[0] == 0
    assert estimates.hypergeometric_limits(5, 5, 5) == (5, 5)
    rate = estimates.stratified_rate([Stratum(size, n, hits)])
    assert (rate.estimate, rate.low, rate.high) == (0.25, fits[0] / size, fits[-1] / size)


def test_clopper_pearson_has_its_textbook_values():
    assert estimates.clopper_pearson(0, 30) == (0.0, pytest.approx(1 - 0.025 ** (1 / 30)))
    assert estimates.clopper_pearson(5, 20) == (pytest.approx(0.08657, abs=1e-5), pytest.approx(0.49105, abs=1e-5))
    assert estimates.clopper_pearson(20, 20)[1] == 1.0


def test_rates_of_strata_and_domains_lie_within_their_limits():
    whole = estimates.stratified_rate([Stratum(100, 10, 2), Stratum(50, 10, 0), Stratum(4, 1, 1)])
    assert whole.estimate == pytest.approx((100 * 0.2 + 4) / 154)
    assert 0 < whole.low < whole.estimate < whole.high < 1
    sample = [Observed("a", 0.2, float(i < 4)) for i in range(20)] + [Observed("b", 0.5, 0.0) for _ in range(6)]
    none = estimates.rate(sample, domain=[unit.stratum == "b" for unit in sample])
    assert (none.estimate, none.low) == (0.0, 0.0) and none.high == pytest.approx(1 - 0.025 ** (1 / 6))
    some = estimates.rate(sample, domain=[unit.stratum == "a" for unit in sample])
    assert some.estimate == pytest.approx(0.2)
    assert some.standard_error == pytest.approx((0.8 * 20 / 19 * 0.16 / 20) ** 0.5)
    with pytest.raises(ValueError, match="domain"):
        estimates.rate(sample, domain=[False] * len(sample))


def test_a_census_has_no_uncertainty():
    rate = estimates.rate([Observed("a", 1.0, 1.0), Observed("a", 1.0, 0.0)])
    assert (rate.low, rate.high, rate.standard_error, rate.method) == (0.5, 0.5, 0.0, "census")


def test_strata_with_one_unit_are_merged():
    sample = [Observed("a", 0.5, 1.0), Observed("b", 0.5, 0.0), Observed("c", 0.2, 1.0), Observed("c", 0.2, 0.0)]
    assert estimates.rate(sample).standard_error > 0
    assert estimates.rate(sample[1:]).standard_error > 0


def test_the_discovery_sample_is_the_smallest_that_suffices():
    for population, defects, alpha in [
        (100, 5, 0.05),
        (30, 1, 0.1),
        (1000, 10, 0.01),
        (10, 10, 0.05),
        (53_057, 500, 0.05),
    ]:
        n = estimates.discovery_sample_size(population, defects, alpha)
        miss = [Fraction(comb(population - defects, k), comb(population, k)) for k in (n - 1, n)]
        assert miss[1] <= Fraction(str(alpha)) < miss[0]
    with pytest.raises(ValueError, match="0 < D"):
        estimates.discovery_sample_size(10, 0, 0.05)


def honest(draw, unit, n=2, size=10):
    """A rotation: every unit is drawn equally often."""
    return unit in {(draw * n + i) % size for i in range(n)}


def chances(draws, chosen):
    return [[monitors.Chance(f"U{unit}", "a", 0.2, chosen(draw, unit)) for unit in range(10)] for draw in range(draws)]


def test_chi_square_tells_a_rigged_draw_from_an_even_one():
    even = monitors.selection_chi_square(chances(60, honest))
    assert not even[0].alarm and even[0].expected == 9
    rigged = monitors.selection_chi_square(chances(60, lambda draw, unit: unit in (0, 1 + draw % 4)))
    assert rigged[0].alarm and rigged[0].names == ("a",)


def test_who_is_never_or_always_drawn_is_named_with_its_probability():
    found = monitors.never_or_always(chances(60, lambda draw, unit: unit in (0, 1 + draw % 4)))
    by_unit = {signal.names[0]: signal for signal in found}
    assert by_unit["U0"].kind == "always" and by_unit["U0"].p == pytest.approx(0.2**60) and by_unit["U0"].alarm
    assert by_unit["U9"].kind == "never" and by_unit["U9"].p == pytest.approx(0.8**60) and by_unit["U9"].alarm
    assert monitors.never_or_always(chances(5, honest)) == []
    assert not any(signal.alarm for signal in monitors.never_or_always(chances(3, honest)))


def test_a_pair_that_always_goes_together_is_named():
    teams = [("A", "B")] * 12 + [("C", "D"), ("C", "E"), ("D", "E"), ("C", "F"), ("D", "F"), ("E", "F")] * 3
    found = monitors.pair_frequencies(teams)
    assert found[0].names == ("A", "B") and found[0].alarm and found[0].observed == 12
    assert found[0].expected == pytest.approx(12 * 12 / 30)
    assert not any(signal.alarm for signal in found[1:])


def test_loads_two_apart_are_in_order_and_three_apart_are_not():
    assert not monitors.load_spread({"A": 4, "B": 2}).alarm
    assert monitors.load_spread({"A": 5, "B": 2, "C": 3}).names == ("A", "B")
    assert monitors.load_spread({"A": 5, "B": 2}).alarm


def test_who_never_finds_a_problem_is_an_alarm_only_after_enough_visits():
    visits = {f"J{i}": (20, 8) for i in range(5)}
    assert monitors.always_without_problem(visits | {"K": (30, 0)})[0].alarm
    few = monitors.always_without_problem(visits | {"K": (3, 0)})
    assert few[0].names == ("K",) and not few[0].alarm


def test_tickets_of_real_draws_are_uniform_and_small_ones_are_not():
    from hengjian.engines.draws.tickets import unit_ticket

    tickets = [unit_ticket(b"s" * 32, "a", f"U{i}").hex() for i in range(2000)]
    assert not monitors.ticket_uniformity(tickets).alarm
    assert monitors.ticket_uniformity(sorted(tickets)[:200]).alarm
