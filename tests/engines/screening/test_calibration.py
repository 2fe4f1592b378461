"""From judgements to weights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.engines.screening.calibration import Judged, jeffreys, propose, weight_db
from hengjian.engines.screening.catalogue import DETECTORS

BY_ID = {one.id: one for one in DETECTORS}
B2, D3 = BY_ID["B2"], BY_ID["D3"]


def test_jeffreys_share_and_limits() -> None:
    share, low, high = jeffreys(8, 10)
    assert share == pytest.approx(8.5 / 11)
    assert low < 0.8 < high
    assert jeffreys(0, 10)[1] == 0.0 and jeffreys(10, 10)[2] == 1.0


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_weight_never_leaves_its_bounds_and_grows_with_confirmations(confirmed: int, dismissed: int) -> None:
    judged = confirmed + dismissed
    worth = weight_db(B2, confirmed=confirmed, judged=judged)
    assert 0 <= worth <= B2.cap_db
    assert worth <= weight_db(B2, confirmed=confirmed + 1, judged=judged + 1)


def test_a_detector_that_is_always_dismissed_is_worth_nothing() -> None:
    assert weight_db(B2, confirmed=0, judged=400) == 0
    assert weight_db(B2, confirmed=40, judged=40) == B2.cap_db


def test_few_judgements_teach_nothing_and_say_so() -> None:
    counted = [
        Judged(detector="B2", field="food", confirmed=1, judged=30),
        Judged(detector="B2", field="vehicle", confirmed=3, judged=3),
    ]
    whole, food, vehicle = propose(counted, DETECTORS, fewest=5)
    assert (whole.field, whole.judged, whole.confirmed) == ("", 33, 4)
    assert food.new_db is not None and food.new_db < food.old_db
    assert vehicle.new_db is None and vehicle.old_db == B2.cap_db


def test_the_old_weight_is_the_one_in_force() -> None:
    counted = [Judged(detector="D3", field="food", confirmed=5, judged=10)]
    whole, food = propose(counted, DETECTORS, fewest=5, in_force={("D3", "food"): 3.0, ("D3", ""): 4.0})
    assert (whole.old_db, food.old_db) == (4.0, 3.0)


def test_a_detector_without_judgements_has_no_line() -> None:
    assert propose([], DETECTORS, fewest=5) == []
