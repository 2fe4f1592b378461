"""Recall from drawn institutions: weighted by their probabilities, for problems of the detector's own violation."""

from __future__ import annotations

from fractions import Fraction

import pytest

from hengjian.apps.calibrations.accuracy import Leg
from hengjian.apps.inspections.random_leg import Drawn, Sample
from hengjian.apps.inspections.random_leg_estimates import Part
from hengjian.engines.screening.catalogue import DETECTORS

B2 = next(one for one in DETECTORS if one.id == "B2")
OTHER = next(one.violation for one in DETECTORS if one.violation != B2.violation)


def unit(number: int, stratum: str, pi: Fraction) -> Drawn:
    return Drawn("SC-1", stratum, pi, number, stratum, "甲县", "", "checked", 0, 0, f"JC-{number}")


def leg_of(*rows: tuple[str, Fraction, str, str]) -> Leg:
    """Rows (stratum, pi, violation found, detector that pointed there)."""
    units = tuple(unit(number, stratum, pi) for number, (stratum, pi, _, _) in enumerate(rows))
    found = {f"JC-{n}": frozenset({violation}) for n, (_, _, violation, _) in enumerate(rows) if violation}
    pointed = {f"JC-{n}": frozenset({detector}) for n, (_, _, _, detector) in enumerate(rows) if detector}
    layers = {("SC-1", stratum): 1000 for stratum, _, _, _ in rows}
    return Leg(Sample(2026, (), units, layers), found, pointed)


def recall(leg: Leg, detector: str = "", fewest: int = 5) -> Part:
    return leg.part("", "全部", detector=detector, keep=lambda one: True, fewest=fewest)


HALF, FEW = Fraction(1, 2), Fraction(1, 100)


def test_a_unit_that_stands_for_many_counts_for_many() -> None:
    seen = [("food", HALF, B2.violation, "B2")] * 6
    missed = [("vehicle", FEW, B2.violation, "")] * 6
    part = recall(leg_of(*seen, *missed))
    assert part.rate is not None
    assert part.rate.estimate == pytest.approx((6 * 2) / (6 * 2 + 6 * 100))
    assert (part.hits, part.checked) == (6, 12), "six of twelve, and yet hardly any of those out there"
    assert part.rate.low <= part.rate.estimate <= part.rate.high


def test_only_problems_of_the_detectors_violation_count_for_it() -> None:
    rows = [("food", HALF, B2.violation, "B2")] * 5 + [("food", HALF, OTHER, "")] * 5
    leg = leg_of(*rows)
    own, whole = recall(leg, "B2"), recall(leg)
    assert own.rate is not None and own.rate.estimate == pytest.approx(1.0)
    assert whole.rate is not None and whole.rate.estimate == pytest.approx(0.5)


def test_another_detectors_pointing_is_not_ones_own() -> None:
    part = recall(leg_of(*[("food", HALF, B2.violation, "A6")] * 6), "B2")
    assert part.rate is not None and part.rate.estimate == 0.0


def test_institutions_without_a_problem_say_nothing_of_recall() -> None:
    part = recall(leg_of(*[("food", HALF, "", "B2")] * 9, *[("food", HALF, B2.violation, "B2")] * 2))
    assert part.rate is None and part.checked == 2, "too few with a problem: no number"
