"""One part of the dataset: some institutions with their whole year, as arrays, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import BENCH, SEQUENCE, catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.draws import Reports, draw_reports, lines_of, rank_within
from hengjian.citylab.equipment import Instruments, capacities, find_instruments, register
from hengjian.citylab.institution import STEALTHS
from hengjian.citylab.masters import House, Masters, make_masters, rota
from hengjian.citylab.plan import Institution, Line, Plan
from hengjian.citylab.schedule import Runs, Times, draw_runs, issue, log_by_batch, report_span, sample_and_receive
from hengjian.citylab.traces import Traces, client_places, make_traces
from hengjian.citylab.values import Items, lay_out, measure
from hengjian.citylab.vehicles import Readout, Vehicles, make_vehicles, read_out
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]


@dataclass
class Shard:
    """Everything of some institutions. People are numbers into `masters.people`.

    `serials`: serial numbers that some instruments share with others' instruments. What late deeds leave behind:
    `unheeded`: (instrument, day) → by how much its control was off; `remark_of`, `peaks_of`: report → report whose
    words or peaks it hands over; `idle_plants`: report → load of the plant when it was sampled; `bought_passes`: how
    likely the road catches a vehicle that should not have passed.
    """

    plan: Plan
    number: int
    institutions: list[Institution]
    lines: list[Line]
    masters: Masters
    reports: Reports
    runs: Runs
    items: Items
    times: Times
    truth: Array
    tester: Array
    run_tester: Array
    reviewer: Array
    signatory: Array
    certificate: Array
    raw_kept: Array
    curve_of: Array
    number_of: Array
    house_of_line: Array
    client: Array
    traces: Traces
    vehicles: Vehicles | None = None
    readout: Readout | None = None
    serials: dict[int, str] = field(default_factory=dict)
    instruments: Instruments | None = None
    gaps: dict[int, tuple[int, int]] = field(default_factory=dict)
    no_signature: Array | None = None
    labels: list[tuple[str, int, str, str]] = field(default_factory=list)
    listings: list[dict[str, Any]] = field(default_factory=list)
    unheeded: dict[tuple[int, int], float] = field(default_factory=dict)
    remark_of: dict[int, int] = field(default_factory=dict)
    peaks_of: dict[int, int] = field(default_factory=dict)
    idle_plants: dict[int, float] = field(default_factory=dict)
    bought_passes: Array = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        self.bought_passes = np.zeros(len(self.reports))

    @property
    def level(self) -> int:
        """How careful the cheats of this world are: 0 crude, 1 careful, 2 adaptive."""
        return STEALTHS.index(self.plan.stealth)

    @property
    def houses(self) -> list[House]:
        """Institutions with what they have."""
        return self.masters.houses

    def stream(self, *name: str | int) -> Stream:
        """A stream of this shard."""
        return Stream(self.plan.seed, self.number, *name)

    @property
    def resolution(self) -> Array:
        """Seconds to which each report's institution writes its times."""
        return np.array([entry.resolution for entry in self.institutions])[self.reports.institution]


def _send_out(stream: Stream, lines: list[Line], reports: Reports, runs: Runs) -> dict[int, int]:
    """Some food and environment lines always send one kind of analysis to another institution; returns line → kind."""
    cat = catalogue()
    sent: dict[int, int] = {}
    for number, line in enumerate(lines):
        if line.field not in ("food", "environment") or stream.share() > 0.1:
            continue
        first = {int(cat.run_kind[cat.run_start[p]]) for p in line.products}
        kinds = {
            int(cat.run_kind[r]) for p in line.products for r in range(int(cat.run_start[p]), int(cat.run_start[p + 1]))
        }
        able = sorted(k for k in kinds - first if cat.kinds[k]["mode"] == "sequence")
        if able:
            sent[number] = able[stream.one(len(able))]
    wanted = np.array([sent.get(i, -1) for i in range(len(lines))])
    runs.outside = runs.kind == wanted[reports.line[runs.report]]
    return sent


def _narrow_scope(masters: Masters, lines: list[Line], sent: dict[int, int], house_of_line: Array) -> None:
    """What is always sent out is not in the institution's own scope."""
    cat = catalogue()
    barred = set()
    for line, kind in sent.items():
        certificates = {number for number, _, _ in masters.houses[int(house_of_line[line])].certificates}
        for product in lines[line].products:
            for i in cat.items_of(product):
                if cat.items[i]["kind"] == cat.kinds[kind]["kind"]:
                    barred |= {
                        (certificate, cat.products[product]["object"], cat.items[i]["item"])
                        for certificate in certificates
                    }
    rows = masters.rows["scope"]
    rows[:] = [row for row in rows if (row["certificate_no"], row["object"], row["item_code"]) not in barred]


def _testers(
    plan: Plan, lines: list[Line], masters: Masters, reports: Reports, runs: Runs
) -> tuple[Array, Array, Array]:
    """Tester of each run, main tester of each report, and the table of who signs in which week."""
    testers, signing = rota(lines, masters, plan.window.weeks)
    team = [house.testers[n] for n, house in _numbered_houses(masters)]
    size = np.array([len(entry) for entry in team])
    start = np.cumsum(size) - size
    everybody = np.concatenate([np.array(entry) for entry in team])
    main = everybody[start[reports.line] + np.arange(len(reports)) % size[reports.line]]
    bench = np.array([line.first_bench for line in lines])[reports.line[runs.report]] + reports.bench[runs.report]
    week = np.clip(plan.window.week_of(runs.start), 0, plan.window.weeks - 1)
    at_bench = testers[bench, week]
    attended = np.flatnonzero(runs.mode == BENCH)[::-1]
    main[runs.report[attended]] = at_bench[attended]
    return np.where(runs.mode == BENCH, at_bench, main[runs.report]), main, signing


def _numbered_houses(masters: Masters) -> list[tuple[int, House]]:
    pairs, number = [], 0
    for house in masters.houses:
        for _ in house.plan.lines:
            pairs.append((number, house))
            number += 1
    return pairs


def certificate_at(houses: list[House], institution: Array, issued: Array) -> Array:
    """Which of the institution's certificates the report names: the first, until the second begins."""
    begins = np.array([house.certificates[1][1] if len(house.certificates) > 1 else 1 << 30 for house in houses])
    return np.where(issued // DAY >= begins[institution], 1, 0)


def settle(shard: Shard) -> None:
    """Start and finish of each report from its runs, at the institution's resolution rules."""
    started, finished = report_span(shard.runs, len(shard.reports))
    shard.times.started, shard.times.finished = started, finished


def build_shard(plan: Plan, number: int, institutions: list[Institution]) -> Shard:
    """An honest year of these institutions."""
    lines = lines_of(institutions)
    reports = draw_reports(plan, institutions, number)
    masters = make_masters(plan, institutions, lines)
    stream = Stream(plan.seed, "schedule", number)
    sampled, ended, sampler, received = sample_and_receive(stream, lines, reports)
    runs = draw_runs(stream, plan, institutions, lines, reports, received)
    house_of_line = np.array([line.institution - institutions[0].number for line in lines])
    sent = _send_out(stream, lines, reports, runs)
    _narrow_scope(masters, lines, sent, house_of_line)
    run_tester, tester, signing = _testers(plan, lines, masters, reports, runs)
    log_by_batch(institutions, reports, runs)
    items = lay_out(reports, runs, institutions)
    truth = measure(Stream(plan.seed, "values", number), reports, runs, items, institutions, run_tester)
    started, finished = report_span(runs, len(reports))
    created, signed, issued = issue(stream, plan, institutions, reports, finished)
    uploaded = _uploads(stream, reports, issued)
    slots = [person for n, house in _numbered_houses(masters) for person in house.samplers[n]]
    checks = np.array([house.reviewers[-1] for house in masters.houses])
    week = np.clip(plan.window.week_of(issued), 0, plan.window.weeks - 1)
    client = client_places(masters, reports, np.array([line.reports for line in lines]))
    vehicles = _vehicles(plan, number, institutions, reports)
    return Shard(
        plan=plan,
        number=number,
        institutions=institutions,
        lines=lines,
        masters=masters,
        reports=reports,
        runs=runs,
        items=items,
        times=Times(
            sampled=sampled,
            sampling_end=ended,
            sampler=np.where(sampler >= 0, np.array(slots)[np.maximum(sampler, 0)], -1),
            received=received,
            started=started,
            finished=finished,
            created=created,
            signed=signed,
            issued=issued,
            uploaded=uploaded,
        ),
        truth=truth,
        tester=tester,
        run_tester=run_tester,
        reviewer=checks[reports.institution],
        signatory=signing[reports.line, week],
        certificate=certificate_at(masters.houses, reports.institution, issued),
        raw_kept=np.array([entry.raw_kept for entry in institutions])[reports.institution]
        & (stream.uniform(len(reports)) < 0.995),
        curve_of=_curves(stream, reports),
        number_of=np.arange(len(reports)),
        house_of_line=house_of_line,
        client=client,
        traces=make_traces(Stream(plan.seed, number, "traces"), reports, institutions, masters, client),
        vehicles=vehicles,
        readout=read_out(vehicles) if vehicles else None,
    )


def _vehicles(plan: Plan, number: int, institutions: list[Institution], reports: Reports) -> Vehicles | None:
    """Vehicles of the shard's lanes, if it has any."""
    fine = np.array([entry.specialist for entry in institutions])
    return make_vehicles(Stream(plan.seed, number, "vehicles"), reports, number, fine) if reports.lane.any() else None


def _uploads(stream: Stream, reports: Reports, issued: Array) -> Array:
    """When reports reach the platform: lanes within a quarter of an hour, laboratories later."""
    lag = np.where(
        reports.lane,
        60 + stream.integers(len(reports), 900),
        np.minimum(np.exp(8 + 1.6 * stream.normal(len(reports))), 40 * DAY),
    )
    return issued + lag.astype(np.int64)


def _curves(stream: Stream, reports: Reports) -> Array:
    """Row whose curve each report hands over (its own), or −1 where no process data were asked for."""
    cat = catalogue()
    share = np.zeros(len(cat.products))
    share[cat.product_number("vmas")] = 0.5
    share[cat.product_number("cube")] = 0.25
    has = stream.uniform(len(reports)) < share[reports.product]
    return np.where(has, np.arange(len(reports)), -1)


def equip(shard: Shard) -> None:
    """Name the instruments, give them capacities and calibrations; called after all times are final."""
    shard.instruments = shard.instruments or find_instruments(shard.reports, shard.runs, shard.lines)
    parallel = capacities(shard.plan, shard.runs, shard.instruments, shard.houses, shard.house_of_line)
    register(shard.plan, shard.masters, shard.instruments, shard.house_of_line, parallel, shard.gaps, shard.serials)


def injections(shard: Shard, rows: Array) -> Array:
    """Counter of the autosampler for each run in `rows`: its place among the runs of one instrument by time."""
    assert shard.instruments is not None  # noqa: S101 - equip() comes first
    really = shard.runs.start[rows] + shard.traces.paper_lead[shard.runs.report[rows]]
    order = np.lexsort((rows, really, shard.instruments.of_run[rows]))
    counter = np.empty(len(rows), dtype=np.int64)
    counter[order] = rank_within(shard.instruments.of_run[rows[order]])
    return counter + 1


__all__ = ["SEQUENCE", "Shard", "build_shard", "equip", "injections", "settle"]
