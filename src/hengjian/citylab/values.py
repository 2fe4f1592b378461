"""Measured values as integers in units of the last digit: samples, clients, laboratories, drift, replicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import BENCH, catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.draws import Reports
from hengjian.citylab.plan import Institution
from hengjian.citylab.schedule import Runs, expand
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]

MAX_REPS = 6


@dataclass
class Items:
    """One row a reported item. `value` and `readings` are integers: value × 10^decimals, readings one digit finer.

    `readings` has six columns; only the first `reps` of a row count. `nd`: below the detection limit.
    """

    report: Array
    item: Array
    run: Array
    decimals: Array
    reps: Array
    value: Array
    readings: Array
    nd: Array
    keep: Array
    bare: Array

    def __len__(self) -> int:
        return len(self.report)


def half_even(total: Array, divisor: Array) -> Array:
    """total / divisor rounded to an integer, ties to even (GB/T 8170)."""
    quotient, rest = np.divmod(total, divisor)
    twice = 2 * rest
    return quotient + ((twice > divisor) | ((twice == divisor) & (quotient % 2 == 1)))


def _fine_enough() -> Array:
    """Items whose values still differ when a coarse laboratory drops the last digit."""
    cat = catalogue()
    parent = np.maximum(cat.item_parent, 0)
    median = np.where(cat.item_parent >= 0, cat.item_median * cat.item_median[parent], cat.item_median)
    return median * cat.item_gsd * 10.0**cat.item_decimals >= 40


def lay_out(reports: Reports, runs: Runs, institutions: list[Institution]) -> Items:
    """Rows for every item of every report, linked to their runs; items of runs not asked for are not kept."""
    cat = catalogue()
    counts = (cat.item_start[1:] - cat.item_start[:-1])[reports.product]
    report, within = expand(counts)
    item = cat.item_start[reports.product[report]] + within
    run_counts = (cat.run_start[1:] - cat.run_start[:-1])[reports.product]
    first_run = np.cumsum(run_counts) - run_counts
    run = first_run[report] + cat.item_run[item]
    coarse = np.array([entry.coarse for entry in institutions])[reports.institution[report]]
    n = len(item)
    return Items(
        report=report,
        item=item,
        run=run,
        decimals=np.maximum(cat.item_decimals[item] - (coarse & _fine_enough()[item]), 0),
        reps=cat.item_reps[item],
        value=np.zeros(n, dtype=np.int64),
        readings=np.zeros((n, MAX_REPS), dtype=np.int64),
        nd=np.zeros(n, dtype=bool),
        keep=runs.keep[run].copy(),
        bare=np.zeros(n, dtype=bool),
    )


def _drift(stream: Stream, rows: int, weeks: int) -> Array:
    """Weekly AR(1) drift of each (line, kind): coefficient 0.8, re-zeroed now and then."""
    noise = stream.normal(rows * weeks).reshape(weeks, rows)
    reset = stream.uniform(rows * weeks).reshape(weeks, rows) < 0.04
    level = np.zeros((weeks, rows))
    for week in range(1, weeks):
        level[week] = np.where(reset[week], 0.0, 0.8 * level[week - 1] + 0.6 * noise[week])
    return level


def _log_effects(
    stream: Stream, reports: Reports, runs: Runs, items: Items, institutions: list[Institution], tester: Array
) -> Array:
    """ln(true value / median): sample, client, clientele, tester, laboratory bias, drift.

    Process-controlled clients vary less; who tests only for the best clients sees little of the spread.
    """
    cat = catalogue()
    n = len(items)
    gsd = cat.item_gsd[items.item]
    report = items.report
    clients = reports.line[report] * 4096 + reports.client[report] % 4096
    which, client = np.unique(clients, return_inverse=True)
    calm = np.where(stream.uniform(len(which)) < 0.06, 0.45, 1.0)
    by_client = stream.normal(len(which))[client] * 0.3
    by_sample = stream.normal(len(reports))[report] * 0.35
    own = stream.normal(n) * 0.86
    bias = stream.normal(len(institutions) * len(cat.items)).reshape(len(institutions), -1)
    rsd = np.maximum(cat.item_rsd[items.item], 0.004)
    kinds = len(cat.kinds)
    lines = int(reports.line.max()) + 1
    drift = _drift(stream, lines * kinds, 64)
    week = np.clip(runs.start[items.run] // (7 * DAY), 0, 63)
    wander = drift[week, reports.line[report] * kinds + runs.kind[items.run]]
    house = reports.institution[report]
    people, person = np.unique(tester, return_inverse=True)
    habit = np.where(runs.mode == BENCH, stream.normal(len(people))[person], 0.0)[items.run]
    clientele = np.array([entry.clientele for entry in institutions])[house]
    narrow = np.where(np.array([entry.specialist for entry in institutions])[house], 0.4, 1.0)
    goods = gsd * narrow * (by_client + by_sample + own * calm[client] + clientele + 0.15 * habit)
    return goods + rsd * (0.7 * bias[house, items.item] + 0.5 * wander)


def _trace_items() -> Array:
    """Share of samples that hold none of an item: 30 to 80 % for most traces and residues, none for everything else."""
    cat = catalogue()
    whole = np.isin(np.arange(len(cat.items)), cat.item_parent)
    trace = (cat.item_op == 1) & (cat.item_parent < 0) & ~whole & (cat.item_rsd > 0)
    trace &= np.array(["/" in entry["unit"] for entry in cat.items])
    trace &= np.nan_to_num(cat.item_lod, nan=0.0) >= 0.04 * cat.item_median
    return np.where(trace, np.array([0.3, 0.55, 0.0, 0.4, 0.75])[np.cumsum(trace) % 5], 0.0)


def _absent(stream: Stream, items: Items, truth: Array) -> Array:
    """Samples without a trace of what is looked for: far below the detection limit."""
    rows = np.flatnonzero(stream.uniform(len(items)) < _trace_items()[items.item])
    truth[rows] = catalogue().item_lod[items.item[rows]] * (0.05 + 0.4 * stream.uniform(len(rows)))
    return truth


def _aim_at_limit(stream: Stream, reports: Reports, items: Items, truth: Array) -> Array:
    """Some clients steer their process close to the limit of one item, with little spread; a few samples fail."""
    cat = catalogue()
    number = reports.line * 4096 + reports.client % 4096
    which, client = np.unique(number, return_inverse=True)
    aims = ((stream.uniform(len(which)) < 0.03)[client] & ~reports.lane)[items.report]
    first = np.zeros(len(cat.items), dtype=bool)
    for product in range(len(cat.products)):
        able = [
            i for i in cat.items_of(product)
            if cat.item_op[i] in (1, 2) and cat.item_parent[i] < 0 and cat.item_rsd[i] > 0
            and i not in set(cat.item_parent.tolist())
        ]  # fmt: skip
        first[able[:1]] = True
    rows = np.flatnonzero(aims & first[items.item])
    noise = stream.normal(len(rows))
    item = items.item[rows]
    below = cat.item_op[item] == 1
    truth[rows] = np.where(
        below, cat.item_high[item] * 0.91 * np.exp(0.035 * noise), cat.item_low[item] * 1.07 * np.exp(0.03 * noise)
    )
    return truth


def _force_failures(stream: Stream, reports: Reports, items: Items, truth: Array) -> Array:
    """Vehicles that come back failed on one upper limit; repaired ones are clearly better than before."""
    cat = catalogue()
    rows = np.flatnonzero(reports.must_fail[items.report] & (cat.item_op[items.item] == 1))
    pick = np.full(len(reports), 2.0)
    roll = stream.uniform(len(rows))
    np.minimum.at(pick, items.report[rows], roll)
    chosen = rows[roll == pick[items.report[rows]]]
    excess = 1.06 + 0.9 * stream.uniform(len(chosen)) ** 2
    truth[chosen] = np.maximum(truth[chosen], cat.item_high[items.item[chosen]] * excess)
    back = np.flatnonzero((reports.lane & (reports.retest_of >= 0))[items.report] & (cat.item_op[items.item] == 1))
    truth[back] *= 0.8
    return truth


def _children(stream: Stream, items: Items, truth: Array) -> Array:
    """Items that are part of another (BOD5 of COD, PM2.5 of PM10, yield of tensile strength) as a share below one."""
    cat = catalogue()
    parent = cat.item_parent[items.item]
    rows = np.flatnonzero(parent >= 0)
    share = truth[rows].clip(max=0.93)
    offset = parent[rows] - items.item[rows]
    truth[rows] = truth[rows + offset] * share
    return truth


def _same_sample(stream: Stream, reports: Reports, items: Items, truth: Array) -> Array:
    """A sample tested again has the true values of the first test, but for its inhomogeneity (0.8 %)."""
    first = np.searchsorted(items.report, np.arange(len(reports)))
    rows = np.flatnonzero((~reports.lane & (reports.retest_of >= 0))[items.report])
    report = items.report[rows]
    same = truth[rows - first[report] + first[reports.retest_of[report]]]
    truth[rows] = same * (1 + 0.008 * stream.normal(len(rows)))
    return truth


def measure(
    stream: Stream, reports: Reports, runs: Runs, items: Items, institutions: list[Institution], tester: Array
) -> Array:
    """Fill values, readings and non-detects; returns the true values. `tester` is a person's number for each run."""
    cat = catalogue()
    truth = cat.item_median[items.item] * np.exp(_log_effects(stream, reports, runs, items, institutions, tester))
    truth = _absent(stream, items, truth)
    truth = _aim_at_limit(stream, reports, items, truth)
    truth = _children(stream, items, truth)
    truth = _same_sample(stream, reports, items, truth)
    truth = _force_failures(stream, reports, items, truth)
    read(stream, reports, items, truth, institutions)
    return truth


def read(stream: Stream, reports: Reports, items: Items, truth: Array, institutions: list[Institution]) -> None:
    """Readings with the method's repeatability here; the reported value is their mean, rounded by GB/T 8170."""
    cat = catalogue()
    n = len(items)
    precision = np.array([entry.precision for entry in institutions])[reports.institution[items.report]]
    spread = cat.item_rsd[items.item] * precision
    fine = 10.0 ** (items.decimals + 1)
    scaled = truth * fine
    for column in range(MAX_REPS):
        rows = np.flatnonzero(items.reps > column)
        noise = stream.normal(len(rows))
        items.readings[rows, column] = np.maximum(np.rint(scaled[rows] * (1 + spread[rows] * noise)), 0).astype(
            np.int64
        )
    single = items.reps == 0
    items.readings[single, 0] = np.maximum(np.rint(scaled[single]), 0).astype(np.int64)
    _count_in_steps(reports, items, institutions)
    summarise(items, np.arange(n))


def _count_in_steps(reports: Reports, items: Items, institutions: list[Institution]) -> None:
    """Converters of some laboratories count in steps of two or five; only where readings are large enough."""
    step = np.array([entry.step for entry in institutions])[reports.institution[items.report]]
    rows = np.flatnonzero((step > 1) & (items.readings[:, 0] >= 400) & (items.reps > 0))
    each = step[rows][:, None]
    items.readings[rows] = items.readings[rows] // each * each


def summarise(items: Items, rows: Array) -> None:
    """Recompute reported values and non-detects of some rows from their readings."""
    cat = catalogue()
    count = np.maximum(items.reps[rows], 1)
    used = np.arange(MAX_REPS) < count[:, None]
    readings = items.readings[rows]
    items.value[rows] = half_even(np.where(used, readings, 0).sum(axis=1), count * 10)
    limit = np.nan_to_num(cat.item_lod[items.item[rows]], nan=-1.0) * 10.0 ** (items.decimals[rows] + 1)
    lowest = np.where(used, readings, np.iinfo(np.int64).max).min(axis=1)
    zero = (items.value[rows] == 0) & ~np.isnan(cat.item_lod[items.item[rows]])
    items.nd[rows] = (lowest < limit - 1e-6) | zero


def meets_limit(items: Items) -> Array:
    """1 pass, 0 fail, −1 no limit; non-detects pass upper limits."""
    cat = catalogue()
    value = items.value / 10.0**items.decimals
    op, low, high = cat.item_op[items.item], cat.item_low[items.item], cat.item_high[items.item]
    good = np.select(
        [op == 1, op == 2, op == 3], [value <= high, value >= low, (value >= low) & (value <= high)], False
    )
    good |= items.nd & (op == 1)
    return np.where(op == 0, -1, good.astype(np.int64))


def verdicts(reports: Reports, items: Items) -> Array:
    """0 fail, 1 pass, 2 data only, for each report."""
    outcome = meets_limit(items)
    rows = items.keep
    failed = np.bincount(items.report[rows], weights=(outcome[rows] == 0), minlength=len(reports)) > 0
    limited = np.bincount(items.report[rows], weights=(outcome[rows] >= 0), minlength=len(reports)) > 0
    return np.where(reports.no_verdict | ~limited, 2, np.where(failed, 0, 1))
