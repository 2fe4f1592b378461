"""Honest slips: a field mistyped here and there (never two in one report) and uploads made twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hengjian.citylab.draws import rank_within
from hengjian.citylab.shard import Shard
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]

SHARE = 0.003
NONE, RECEIVED, SAMPLED, ISSUED, CERTIFICATE, POWER, UNIT, SWAPPED = range(8)


@dataclass
class Slips:
    """`kind` per report; `item` is the item row that carries a slip of value or unit (−1: none); `sign` is ±1."""

    kind: Array
    item: Array
    sign: Array
    twice: Array


def _capped(institution: Array, kind: Array, count: Array) -> Array:
    """At most one slip of a kind, or 0.8 % of the reports, at one institution."""
    key = institution * 8 + kind
    allowed = np.maximum(1, (count[institution] * 0.008).astype(np.int64))
    return np.where((kind > 0) & (rank_within(key) < allowed), kind, NONE)


def draw_slips(shard: Shard, twice: int) -> Slips:
    """Choose what is mistyped and which reports are uploaded twice; accused reports are left alone."""
    stream = shard.stream("slips")
    n = len(shard.reports)
    u = stream.uniform(n)
    kind = np.where(u < SHARE * 7, 1 + np.minimum(u // max(SHARE, 1e-9), 6).astype(np.int64), NONE)
    accused = np.zeros(n, dtype=bool)
    accused[[row for _, row, _, _ in shard.labels if row >= 0]] = True
    kind = np.where(accused, NONE, kind)
    kind = np.where((kind == SAMPLED) & ~shard.reports.collected, NONE, kind)
    sign = np.where(stream.uniform(n) < 0.5, -1, 1)
    edge = (shard.times.issued + sign * DAY > shard.plan.window.end) | (shard.times.issued + sign * DAY < 0)
    kind = np.where((kind == ISSUED) & edge, NONE, kind)
    count = np.bincount(shard.reports.institution, minlength=len(shard.institutions))
    kind = _capped(shard.reports.institution, kind, count)
    return Slips(kind=kind, item=_slipped_items(shard, kind), sign=sign, twice=_uploaded_twice(shard, accused, twice))


def _slipped_items(shard: Shard, kind: Array) -> Array:
    """For slips of a value or unit: the first kept item of the report that has a number."""
    items = shard.items
    number = (items.value >= 12) & ~items.nd & items.keep & ~shard.runs.outside[items.run]
    rows = np.flatnonzero(number & (kind >= POWER)[items.report])[::-1]
    chosen = np.full(len(shard.reports), -1)
    chosen[items.report[rows]] = rows
    return chosen


def _uploaded_twice(shard: Shard, accused: Array, twice: int) -> Array:
    first = np.zeros(len(shard.reports), dtype=bool)
    first[shard.reports.retest_of[shard.reports.retest_of >= 0]] = True
    able = np.flatnonzero(~accused & ~first & (shard.reports.retest_of < 0))
    order = shard.stream("twice").shuffled(len(able))
    return np.sort(able[order[: min(twice, len(able))]])


def swap_last_digits(values: Array) -> Array:
    """The last two digits exchanged."""
    return values // 100 * 100 + values % 10 * 10 + values // 10 % 10


def mistyped_values(shard: Shard, slips: Slips) -> Array:
    """Reported values with the slips in them."""
    value = shard.items.value.copy()
    for kind, change in ((POWER, lambda v: v * 10), (SWAPPED, swap_last_digits)):
        rows = slips.item[(slips.kind == kind) & (slips.item >= 0)]
        value[rows] = change(value[rows])
    return value


def swap_certificate(number: str) -> str:
    """A certificate number with two neighbouring digits of its running number exchanged."""
    swapped = number[:-2] + number[-1] + number[-2]
    return swapped if swapped != number else number[:-3] + number[-2] + number[-3] + number[-1]
