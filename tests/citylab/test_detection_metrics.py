"""The benchmark's measures against figures worked out by hand."""

import sys

import numpy as np
import pytest

from tests.paths import REPO

sys.path.insert(0, str(REPO / "benchmarks"))
metrics = pytest.importorskip("detection_metrics")

SCORE = np.array([0.9, 0.8, 0.8, 0.4, 0.1])
TRUTH = np.array([True, True, False, False, True])


def test_auc_counts_ties_half():
    # pairs (cheat, honest): 0.9 beats both, 0.8 ties one and beats one, 0.1 loses both
    assert metrics.roc_auc(SCORE, TRUTH) == pytest.approx(3.5 / 6)
    assert metrics.roc_auc(np.ones(4), np.array([True, False, True, False])) == 0.5
    assert np.isnan(metrics.roc_auc(np.ones(2), np.zeros(2, dtype=bool)))


def test_recall_at_a_false_discovery_share_takes_ties_together():
    recall, threshold = metrics.recall_at_fdr(SCORE, TRUTH, 0.05)
    assert (recall, threshold) == (pytest.approx(1 / 3), 0.9)
    assert metrics.recall_at_fdr(SCORE, TRUTH, 0.34)[0] == pytest.approx(2 / 3)
    assert metrics.recall_at_fdr(SCORE, ~TRUTH, 0.05) == (0.0, np.inf)


def test_a_threshold_from_elsewhere_gives_recall_and_false_share():
    assert metrics.at_threshold(SCORE, TRUTH, 0.8) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert metrics.at_threshold(SCORE, TRUTH, np.inf) == (0.0, 0.0)


def test_precision_at_the_edge_of_a_tie_counts_its_share():
    assert metrics.precision_at(SCORE, TRUTH, 1) == 1.0
    assert metrics.precision_at(SCORE, TRUTH, 2) == pytest.approx((1 + 0.5) / 2)
    assert metrics.precision_at(SCORE, TRUTH, 50) == pytest.approx(3 / 5)


def test_average_precision_of_a_perfect_and_a_reversed_ranking():
    assert metrics.pr_auc(np.array([3, 2, 1.0]), np.array([True, True, False])) == 1.0
    assert metrics.pr_auc(np.array([3, 2, 1.0]), np.array([False, False, True])) == pytest.approx(1 / 3)


def test_calibration_of_a_sure_and_right_forecast_is_perfect():
    assert metrics.calibration(np.array([0.0, 1.0]), np.array([False, True])) == (0.0, 0.0)
    error, brier = metrics.calibration(np.array([0.5, 0.5]), np.array([False, False]))
    assert (error, brier) == (0.5, 0.25)


def test_wilson_interval_of_nothing_seen():
    low, high = metrics.wilson(0, 235)
    assert low == 0.0
    assert high == pytest.approx(0.0161, abs=0.0002)


def test_copies_of_copies_are_one_family():
    family = metrics.families([("b", "a"), ("c", "b"), ("x", "y")])
    assert family["a"] == family["b"] == family["c"] != family["x"] == family["y"]
