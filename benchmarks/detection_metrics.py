"""Measures of a ranking against labels: nothing here knows a detector or the generator."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def roc_auc(score: Array, truth: Array) -> float:
    """Probability that a cheat ranks above an honest one; ties count half."""
    good, bad = int((~truth).sum()), int(truth.sum())
    if not good or not bad:
        return math.nan
    values, place = np.unique(score, return_inverse=True)
    count = np.bincount(place, minlength=len(values))
    rank = np.cumsum(count) - (count - 1) / 2
    return float((rank[place][truth].sum() - bad * (bad + 1) / 2) / (good * bad))


def interval(score: Array, truth: Array, rounds: int = 400) -> tuple[float, float]:
    """95 % bootstrap interval of the ROC-AUC over institutions."""
    draw = np.random.default_rng(20261031)
    found = []
    for _ in range(rounds):
        rows = draw.integers(0, len(score), len(score))
        found.append(roc_auc(score[rows], truth[rows]))
    return float(np.nanquantile(found, 0.025)), float(np.nanquantile(found, 0.975))


def _steps(score: Array, truth: Array) -> tuple[Array, Array, Array]:
    """Thresholds from the highest down with hits and listed at each; ties enter together."""
    order = np.argsort(-score, kind="stable")
    ordered, hit = score[order], truth[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    return ordered[last], np.cumsum(hit)[last], last + 1


def recall_at_fdr(score: Array, truth: Array, fdr: float = 0.05) -> tuple[float, float]:
    """Largest recall at which at most `fdr` of the listed are honest, and the threshold there."""
    threshold, hits, listed = _steps(score, truth)
    able = np.flatnonzero((listed - hits) <= fdr * listed)
    if not len(able) or not truth.sum():
        return 0.0, math.inf
    return float(hits[able[-1]] / truth.sum()), float(threshold[able[-1]])


def at_threshold(score: Array, truth: Array, threshold: float) -> tuple[float, float]:
    """Recall and false discovery share of everything at or above a threshold chosen elsewhere."""
    listed = score >= threshold
    hits = int((listed & truth).sum())
    return hits / max(1, int(truth.sum())), (int(listed.sum()) - hits) / max(1, int(listed.sum()))


def precision_at(score: Array, truth: Array, k: int) -> float:
    """Share of cheats among the first k; ties at the edge count by their share."""
    _, hits, listed = _steps(score, truth)
    k = min(k, len(score))
    at = int(np.searchsorted(listed, k))
    before_hits, before = (int(hits[at - 1]), int(listed[at - 1])) if at else (0, 0)
    inside = (hits[at] - before_hits) / (listed[at] - before)
    return float((before_hits + (k - before) * inside) / k)


def pr_auc(score: Array, truth: Array) -> float:
    """Average precision; ties enter together."""
    if not truth.sum():
        return math.nan
    _, hits, listed = _steps(score, truth)
    gained = np.diff(np.r_[0, hits]) / truth.sum()
    return float((gained * hits / listed).sum())


def calibration(risk: Array, truth: Array, bins: int = 10) -> tuple[float, float]:
    """Expected calibration error over equal bins, and Brier score."""
    place = np.minimum((risk * bins).astype(int), bins - 1)
    error = 0.0
    for one in range(bins):
        mine = place == one
        if mine.any():
            error += mine.mean() * abs(float(risk[mine].mean()) - float(truth[mine].mean()))
    return error, float(((risk - truth) ** 2).mean())


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share."""
    if not n:
        return 0.0, 1.0
    p = hits / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))


def families(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Reports joined by copying → a name of their family."""
    root: dict[str, str] = {}

    def find(one: str) -> str:
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for a, b in pairs:
        root[find(a)] = find(b)
    return {one: find(one) for one in list(root)}
