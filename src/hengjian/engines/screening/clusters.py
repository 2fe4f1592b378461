"""Evidence of one fact: how the decibans of a cluster add up (`screening.md` §5.2)."""

from __future__ import annotations

from collections.abc import Iterable

OTHERS_SHARE = 0.25
CLUSTER_CAP_DB = 30.0


def cluster_db(values: Iterable[float]) -> float:
    """Evidence of one cluster: the largest plus a quarter of the others, capped at 30 dB."""
    ordered = sorted(values, reverse=True)
    return min(CLUSTER_CAP_DB, ordered[0] + OTHERS_SHARE * sum(ordered[1:])) if ordered else 0.0
