"""The year's reports of some institutions before anything is measured: who asked, for what, when it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.plan import Institution, Line, Plan
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]


@dataclass
class Reports:
    """One row a report; integers point into lists of the shard. Times are seconds from the window's first midnight."""

    line: Array
    institution: Array
    product: Array
    client: Array
    arrival: Array
    bench: Array
    collected: Array
    supervision: Array
    full: Array
    no_verdict: Array
    retest_of: Array
    vehicle: Array
    must_fail: Array
    lane: Array
    shopped: Array

    def __len__(self) -> int:
        return len(self.line)


def lines_of(institutions: list[Institution]) -> list[Line]:
    """All lines of work, institution by institution."""
    return [line for institution in institutions for line in institution.lines]


def rank_within(group: Array) -> Array:
    """Position of each row within its group, in row order."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]] if len(group) else np.zeros(0, dtype=bool)
    place = np.arange(len(group))
    start = np.maximum.accumulate(np.where(first, place, 0))
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = place - start
    return rank


def _products(stream: Stream, lines: list[Line], line: Array) -> Array:
    cat = catalogue()
    weight = np.array([float(row["weight"]) for row in cat.products])
    u = stream.uniform(len(line))
    product = np.empty(len(line), dtype=np.int64)
    at = 0
    for entry in lines:
        own = np.array(entry.products)
        bounds = np.cumsum(weight[own])
        piece = u[at : at + entry.reports] * bounds[-1]
        product[at : at + entry.reports] = own[np.minimum(np.searchsorted(bounds, piece, side="right"), len(own) - 1)]
        at += entry.reports
    return product


def _last_day(plan: Plan, product: Array, lane: Array) -> Array:
    """The last day of arrival that still lets the report be issued inside the window."""
    cat = catalogue()
    longest = np.array(
        [
            max(float(cat.run_min_hours[r]) for r in range(int(cat.run_start[p]), int(cat.run_start[p + 1]))) / 24
            for p in range(len(cat.products))
        ]
    )
    margin = np.where(lane, 1, np.ceil(longest[product] * 1.05) + 14)
    return (plan.window.days - margin).astype(np.int64)


def _batches(stream: Stream, rank: Array, lane: Array) -> Array:
    """Row of the first sample of the order each report belongs to (itself where it came alone)."""
    place = np.arange(len(rank))
    chained = stream.chosen(len(rank), 0.28) & (rank > 0) & ~lane
    return np.maximum.accumulate(np.where(chained, 0, place))


def _pair_vehicles(stream: Stream, plan: Plan, reports: Reports, safety: Array, failing: Array) -> None:
    """Let some vehicles fail and come back, and let safety tests follow the emission test of the same visit."""
    n = len(reports)
    emission = reports.lane & ~safety
    key = np.where(emission, reports.line, -1 - reports.line)
    rank = rank_within(key)
    rows = np.flatnonzero(emission)
    rolls, gaps, waits = stream.uniform(n), stream.uniform(n), stream.uniform(n)
    successor = np.full(n, -1)
    successor[rows[:-1]] = np.where(reports.line[rows[1:]] == reports.line[rows[:-1]], rows[1:], -1)
    first = np.flatnonzero(emission & (rank % 2 == 0) & (rolls < failing[reports.institution]) & (successor >= 0))
    second = successor[first]
    days_later = np.where(gaps[first] < 0.5, 0, 1 + (waits[first] * 12).astype(np.int64))
    day = plan.window.next_open(reports.arrival[first] // DAY + days_later, lanes=True)
    late = reports.arrival[first] % DAY > 14 * 3600
    day = np.where((days_later == 0) & late, plan.window.next_open(reports.arrival[first] // DAY + 1, lanes=True), day)
    fits = day < plan.window.days - 1
    first, second, day = first[fits], second[fits], day[fits]
    same = day == reports.arrival[first] // DAY
    clock = np.where(same, reports.arrival[first] % DAY + 5400 + (waits[first] * 5400).astype(np.int64), 32_400)
    clock = np.where(same, clock, clock + (gaps[first] * 25_000).astype(np.int64))
    reports.arrival[second] = day * DAY + clock
    for column in (reports.product, reports.vehicle, reports.bench, reports.client):
        column[second] = column[first]
    reports.retest_of[second] = first
    reports.must_fail[first] = True
    _pair_safety(reports, safety, rank)


def _retest_samples(stream: Stream, plan: Plan, reports: Reports) -> None:
    """Some laboratory samples are tested again for the same client, after the first report is out."""
    cat = catalogue()
    long = np.array([max(r.min_hours for r in cat.runs if r.product == p) > 150 for p in range(len(cat.products))])
    n = len(reports)
    first = np.flatnonzero((stream.uniform(n) < 0.006) & ~reports.lane & ~long[reports.product])
    first = first[first + 1 < n]
    second = first + 1
    day = plan.window.next_open(reports.arrival[first] // DAY + 28, lanes=False)
    fits = (reports.line[second] == reports.line[first]) & (day < plan.window.days - 26) & ~np.isin(second, first)
    first, second, day = first[fits], second[fits], day[fits]
    for column in (reports.product, reports.client, reports.full):
        column[second] = column[first]
    reports.collected[second] = False
    reports.supervision[second] = False
    reports.arrival[second] = day * DAY + reports.arrival[second] % DAY
    reports.retest_of[second] = first


def _pair_safety(reports: Reports, safety: Array, rank: Array) -> None:
    pairs = int(rank.max(initial=0)) + 1
    emission = np.flatnonzero(reports.lane & ~safety)
    other = np.flatnonzero(safety)
    safety_rank = rank_within(np.where(safety, reports.line, -1))[other]
    wanted = reports.line[other] * pairs + np.minimum(safety_rank, pairs - 1)
    have = reports.line[emission] * pairs + rank[emission]
    if not len(have):
        return
    place = np.minimum(np.searchsorted(have, wanted), len(have) - 1)
    hit = (have[place] == wanted) & (safety_rank < pairs)
    mine, theirs = other[hit], emission[place[hit]]
    reports.arrival[mine] = reports.arrival[theirs] + 900
    for column in (reports.vehicle, reports.bench, reports.client):
        column[mine] = column[theirs]


def _bench_counts(lines: list[Line], reports_line: Array, product: Array, collected: Array) -> None:
    """Give every line enough work places and samplers for a load of about a third."""
    cat = catalogue()
    attended = np.zeros(len(cat.products))
    for p in range(len(cat.products)):
        rows = slice(int(cat.run_start[p]), int(cat.run_start[p + 1]))
        attended[p] = float(np.sum(np.where(cat.run_mode[rows] == 0, cat.run_seconds[rows] * 1.25 + 120, 0)))
    load = np.bincount(reports_line, weights=attended[product], minlength=len(lines))
    trips = np.bincount(reports_line, weights=collected.astype(float), minlength=len(lines))
    at = 0
    for entry, seconds, sampled in zip(lines, load, trips, strict=True):
        entry.benches = max(1, int(np.ceil(seconds / (240 * 8 * 3600 * 0.33))))
        entry.first_bench = at
        entry.samplers = max(1, int(np.ceil(sampled * 8000 / (240 * 8 * 3600 * 0.35))))
        at += entry.benches


def draw_reports(plan: Plan, institutions: list[Institution], shard: int) -> Reports:
    """Reports of these institutions, in the order of their lines."""
    stream = Stream(plan.seed, "reports", shard)
    lines = lines_of(institutions)
    cat = catalogue()
    line = np.repeat(np.arange(len(lines)), [entry.reports for entry in lines])
    n = len(line)
    first = institutions[0].number
    institution = np.array([entry.institution - first for entry in lines], dtype=np.int64)[line]
    lane = np.array([entry.field == "vehicle" for entry in lines])[line]
    rank = rank_within(line)
    root = _batches(stream, rank, lane)
    product = _products(stream, lines, line)[root]
    collected = stream.uniform(n) < np.array([float(row["collected"]) for row in cat.products])[product]
    clients = np.maximum(3, np.array([entry.reports // 9 for entry in lines]))[line]
    client = (stream.uniform(n) ** 2 * clients).astype(np.int64)[root]
    open_days = np.where(lane, len(plan.window.lane_days), len(plan.window.lab_days))
    last = np.where(
        lane,
        np.searchsorted(plan.window.lane_days, _last_day(plan, product, lane), side="right"),
        np.searchsorted(plan.window.lab_days, _last_day(plan, product, lane), side="right"),
    )
    place = stream.integers(n, np.minimum(open_days, last))[root]
    day = np.where(
        lane,
        plan.window.lane_days[np.minimum(place, len(plan.window.lane_days) - 1)],
        plan.window.lab_days[np.minimum(place, len(plan.window.lab_days) - 1)],
    )
    clock = stream.integers(n, np.where(lane, 28_000, 27_000))
    _bench_counts(lines, line, product, collected)
    reports = Reports(
        line=line,
        institution=institution,
        product=product,
        client=client,
        arrival=day * DAY + 30_600 + clock,
        bench=stream.integers(n, np.array([entry.benches for entry in lines])[line]),
        collected=collected,
        supervision=stream.chosen(n, 0.5) & collected,
        full=stream.chosen(n, 0.62) | lane,
        no_verdict=stream.chosen(n, 0.3) & (np.array([entry.field == "environment" for entry in lines])[line]),
        retest_of=np.full(n, -1),
        vehicle=np.where(lane, np.arange(n), -1),
        must_fail=np.zeros(n, dtype=bool),
        lane=lane,
        shopped=np.zeros(n, dtype=bool),
    )
    reports.supervision &= ~lane
    reports.full |= reports.supervision
    _retest_samples(Stream(plan.seed, "retests", shard), plan, reports)
    failing = np.array([entry.failing for entry in institutions])
    _pair_vehicles(stream, plan, reports, lane & (product == cat.product_number("safety")), failing)
    _shop_methods(Stream(plan.seed, "methods", shard), institutions, reports)
    return reports


def _shop_methods(stream: Stream, institutions: list[Institution], reports: Reports) -> None:
    """Frauds on the choice of method: petrol cars that could run on the dynamometer are tested at idle.

    L1 six tenths of them, L2 a quarter, L3 only those that come back after a failure and a few that look doubtful.
    """
    cat = catalogue()
    loaded = np.isin(reports.product, [cat.product_number("vmas"), cat.product_number("asm")]) & ~reports.must_fail
    roll = stream.uniform(len(reports))
    for number, institution in enumerate(institutions):
        fraud = institution.fraud("method_shopping")
        if not fraud:
            continue
        mine = loaded & (reports.institution == number)
        if fraud.stealth == "L3":
            reports.shopped |= mine & (roll < np.where(reports.retest_of >= 0, 0.9, 0.06))
        else:
            reports.shopped |= mine & (reports.retest_of < 0) & (roll < (0.6 if fraud.stealth == "L1" else 0.25))
    reports.product[reports.shopped] = cat.product_number("twoidle")
