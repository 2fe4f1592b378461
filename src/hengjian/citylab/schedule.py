"""When each run happens: queues at work places, autosamplers and chambers, so that nothing honest overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import BENCH, CHAMBER, SEQUENCE, catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.draws import Reports, rank_within
from hengjian.citylab.plan import Institution, Line, Plan
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]

_FAR = 1 << 42
"""More seconds than any queue of one shard can hold; keeps the groups of one running maximum apart."""

_AUTO_CAPACITY = 240 * 14 * 3600 * 0.5
"""Seconds a year after which a laboratory buys a second autosampler of the same kind."""


@dataclass
class Runs:
    """One row a run of an instrument: report × kind of instrument."""

    report: Array
    run: Array
    mode: Array
    kind: Array
    unit: Array
    start: Array
    end: Array
    keep: Array
    outside: Array

    def __len__(self) -> int:
        return len(self.report)


@dataclass
class Times:
    """Seconds of each report's steps."""

    sampled: Array
    sampling_end: Array
    sampler: Array
    received: Array
    started: Array
    finished: Array
    created: Array
    signed: Array
    issued: Array
    uploaded: Array


def queue(group: Array, arrival: Array, busy: Array) -> Array:
    """Start times when each group serves one at a time by arrival: Lindley's recursion as a running maximum."""
    order = np.lexsort((arrival, group))
    ordered, length = group[order], busy[order].astype(np.int64)
    before = np.cumsum(length) - length
    number = np.cumsum(np.r_[False, ordered[1:] != ordered[:-1]]) if len(group) else ordered
    slack = arrival[order] - before + number * _FAR
    start = np.maximum.accumulate(slack) - number * _FAR + before
    result = np.empty(len(group), dtype=np.int64)
    result[order] = start
    return result


def expand(counts: Array) -> tuple[Array, Array]:
    """For rows with `counts` children each: the parent's row and the child's number within it."""
    parent = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return parent, np.arange(len(parent)) - first[parent]


def sample_and_receive(stream: Stream, lines: list[Line], reports: Reports) -> tuple[Array, Array, Array, Array]:
    """Sampling (one sampler at one place at a time, with time to travel) and receipt."""
    n = len(reports)
    slots = np.array([entry.samplers for entry in lines])
    first = np.cumsum(slots) - slots
    sampler = first[reports.line] + stream.integers(n, slots[reports.line])
    length = 1500 + stream.integers(n, 2100)
    travel = 4500 + stream.integers(n, 1500)
    sampled, ended = np.full(n, -1), np.full(n, -1)
    rows = np.flatnonzero(reports.collected)
    early = reports.arrival[rows] // DAY * DAY + 29_400 + (reports.arrival[rows] % DAY - 30_600) * 2 // 3
    sampled[rows] = queue(sampler[rows], early, (length + travel)[rows])
    ended[rows] = sampled[rows] + length[rows]
    way = 1500 + stream.integers(n, 5400)
    received = np.where(reports.collected, ended + way, reports.arrival)
    return sampled, ended, np.where(reports.collected, sampler, -1), received


def _arrivals(stream: Stream, plan: Plan, reports: Reports, runs: Runs, received: Array) -> Array:
    """Earliest start of each run: lanes at once, chambers the same day, everything else from the next working day."""
    n = len(runs)
    report = runs.report
    clock = stream.integers(n, 25_000)
    day = received[report] // DAY
    morning = plan.window.next_open(day + 1, lanes=False) * DAY + 30_600
    soon = received[report] + 120 + clock // 60
    chamber = received[report] + 2400 + clock // 5
    evening = morning + 3600 + clock
    return np.select(
        [reports.lane[report], runs.mode == CHAMBER, runs.mode == SEQUENCE], [soon, chamber, evening], morning + clock
    )


def _lengths(stream: Stream, institutions: list[Institution], reports: Reports, runs: Runs) -> Array:
    """Seconds each run takes: attended work varies, autosamplers have a fixed programme per institution."""
    n = len(runs)
    cat = catalogue()
    nominal = cat.run_seconds[runs.run]
    programme = np.array([1.0 + 0.2 * abs(item.precision - 1.0) for item in institutions])[
        reports.institution[runs.report]
    ]
    vary = np.where(reports.lane[runs.report], 0.3, 0.45)
    factor = np.select(
        [runs.mode == BENCH, runs.mode == SEQUENCE],
        [0.92 + vary * stream.uniform(n) + 0.1 * np.abs(stream.normal(n)), programme],
        1.0 + 0.035 * stream.uniform(n),
    )
    floor = np.ceil(cat.run_min_hours[runs.run] * 3600 * 1.02).astype(np.int64) + 61
    return np.maximum((nominal * factor).astype(np.int64), floor)


def draw_runs(
    stream: Stream, plan: Plan, institutions: list[Institution], lines: list[Line], reports: Reports, received: Array
) -> Runs:
    """All runs with their times; units are numbered within (line, kind)."""
    cat = catalogue()
    counts = (cat.run_start[1:] - cat.run_start[:-1])[reports.product]
    report, within = expand(counts)
    run = cat.run_start[reports.product[report]] + within
    n = len(run)
    runs = Runs(
        report=report,
        run=run,
        mode=cat.run_mode[run],
        kind=cat.run_kind[run],
        unit=np.zeros(n, dtype=np.int64),
        start=np.zeros(n, dtype=np.int64),
        end=np.zeros(n, dtype=np.int64),
        keep=np.ones(n, dtype=bool),
        outside=np.zeros(n, dtype=bool),
    )
    runs.keep = reports.full[report] | (within == 0) | (stream.uniform(n) > 0.35)
    arrival = _arrivals(stream, plan, reports, runs, received)
    length = _lengths(stream, institutions, reports, runs)
    line = reports.line[report]
    bench = np.array([entry.first_bench for entry in lines])[line] + reports.bench[report]
    runs.unit = np.where(runs.mode == BENCH, reports.bench[report], 0)
    runs.start = arrival.copy()
    attended = np.flatnonzero(runs.mode == BENCH)
    runs.start[attended] = queue(bench[attended], arrival[attended], length[attended] + 60)
    auto = np.flatnonzero(runs.mode == SEQUENCE)
    place = line[auto] * len(cat.kinds) + runs.kind[auto]
    units = np.maximum(1, np.ceil(np.bincount(place, weights=length[auto] + 20.0) / _AUTO_CAPACITY)).astype(np.int64)
    runs.unit[auto] = report[auto] % units[place] if len(auto) else runs.unit[auto]
    runs.start[auto] = queue(place * 4096 + runs.unit[auto], arrival[auto], length[auto] + 20)
    runs.end = runs.start + length
    return runs


def log_by_batch(institutions: list[Institution], reports: Reports, runs: Runs) -> None:
    """Where the log shows only the tray, all samples of a day on one autosampler share its first start and last end."""
    by_tray = np.array([item.batch_log for item in institutions])[reports.institution[runs.report]]
    rows = np.flatnonzero((runs.mode == SEQUENCE) & by_tray)
    if not len(rows):
        return
    key = ((reports.line[runs.report[rows]] * 64 + runs.kind[rows]) * 4096 + runs.unit[rows]) * 1000 + runs.start[
        rows
    ] // DAY
    _, tray = np.unique(key, return_inverse=True)
    first = np.full(tray.max() + 1, np.iinfo(np.int64).max)
    last = np.zeros(tray.max() + 1, dtype=np.int64)
    np.minimum.at(first, tray, runs.start[rows])
    np.maximum.at(last, tray, runs.end[rows])
    runs.start[rows], runs.end[rows] = first[tray], last[tray]


def report_span(runs: Runs, count: int) -> tuple[Array, Array]:
    """First start and last end among the kept runs of each report."""
    started = np.full(count, np.iinfo(np.int64).max)
    finished = np.full(count, -1)
    rows = np.flatnonzero(runs.keep & ~runs.outside)
    np.minimum.at(started, runs.report[rows], runs.start[rows])
    np.maximum.at(finished, runs.report[rows], runs.end[rows])
    return started, finished


def issue(
    stream: Stream, plan: Plan, institutions: list[Institution], reports: Reports, finished: Array
) -> tuple[Array, Array, Array]:
    """File created, signed, issued: lanes within the half hour, laboratories days later, some in one batch a day."""
    n = len(reports)
    window = plan.window
    waits = np.minimum(np.exp(0.4 + 0.7 * stream.normal(n)), 7.0)
    day = window.next_open(finished // DAY + np.ceil(waits).astype(np.int64), lanes=False)
    release = np.array([item.number % 3 == 0 for item in institutions])[reports.institution]
    minute = stream.integers(n, 25_200)
    lab = day * DAY + np.where(release, 59_400, 32_400 + minute)
    lane = finished + 240 + stream.integers(n, 1300)
    issued = np.where(reports.lane, lane, lab)
    by_day = np.array([item.issue_by_day for item in institutions])[reports.institution]
    issued = np.where(by_day, issued // DAY * DAY, issued)
    issued = np.maximum(np.minimum(issued, window.end - stream.integers(n, 3000)), finished + 60)
    room = np.maximum(issued - finished, 2)
    signed = issued - np.minimum(30 + stream.integers(n, 400), room // 3)
    signed = np.where(by_day, issued, signed)
    created = signed - np.minimum(20 + stream.integers(n, 1500), room // 3)
    return created, signed, issued


def rank_in_year(reports: Reports, issued: Array) -> Array:
    """Running number of each report within its institution in order of issue."""
    order = np.lexsort((np.arange(len(issued)), issued, reports.institution))
    rank = np.empty(len(issued), dtype=np.int64)
    rank[order] = rank_within(reports.institution[order])
    return rank
