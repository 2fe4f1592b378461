"""Instruments in use, how many samples each takes at once, and their calibrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import CHAMBER, catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.draws import Reports
from hengjian.citylab.masters import House, Masters, day_number
from hengjian.citylab.plan import Line, Plan
from hengjian.citylab.schedule import Runs
from hengjian.citylab.workdays import DAY

SCATTER, PRIME = 7919, 1_000_000_007
Array = np.ndarray[Any, Any]

UNIT_LIMIT, LINE_LIMIT = 4096, 64
SIZES = np.array([1, 12, 24, 48, 60, 96, 120, 180, 240, 360, 480, 720, 960, 1440, 2400, 4800, 9600, 20000])


@dataclass
class Instruments:
    """Instruments of a shard: `of_run` points from runs into them."""

    of_run: Array
    line: Array
    kind: Array
    unit: Array
    ids: list[str]
    serials: list[str]


def find_instruments(reports: Reports, runs: Runs, lines: list[Line]) -> Instruments:
    """Number the distinct (line, kind, unit) among the runs."""
    key = (reports.line[runs.report] * LINE_LIMIT + runs.kind) * UNIT_LIMIT + np.minimum(runs.unit, UNIT_LIMIT - 1)
    found, of_run = np.unique(key, return_inverse=True)
    line, kind, unit = found // (LINE_LIMIT * UNIT_LIMIT), found // UNIT_LIMIT % LINE_LIMIT, found % UNIT_LIMIT
    numbers = [lines[int(i)].institution for i in line]
    ids = [
        f"E{number:04d}{int(a) % 10}{int(k):02d}{int(u):02d}"
        for number, a, k, u in zip(numbers, line, kind, unit, strict=True)
    ]
    return Instruments(of_run=of_run, line=line, kind=kind, unit=unit, ids=ids, serials=[""] * len(ids))


def peak_use(group: Array, start: Array, end: Array, count: int) -> Array:
    """Largest number of runs at one moment in each group; an end and a start at the same second do not overlap."""
    moment = np.r_[start, end]
    step = np.r_[np.ones(len(start), dtype=np.int64), -np.ones(len(end), dtype=np.int64)]
    owner = np.r_[group, group]
    order = np.lexsort((step, moment, owner))
    level = np.cumsum(step[order])
    peak = np.zeros(count, dtype=np.int64)
    np.maximum.at(peak, owner[order], level)
    return peak


def capacities(plan: Plan, runs: Runs, instruments: Instruments, houses: list[House], house_of_line: Array) -> Array:
    """Samples each instrument takes at once: one at work places; trays and chambers by what they really held."""
    cat = catalogue()
    resolution = np.array([house.plan.resolution for house in houses])[house_of_line[instruments.line]][
        instruments.of_run
    ]
    rows = np.flatnonzero(runs.keep & ~runs.outside)
    floor = runs.start[rows] // resolution[rows] * resolution[rows]
    ceil = runs.end[rows] // resolution[rows] * resolution[rows] + np.where(resolution[rows] > 60, resolution[rows], 0)
    peak = peak_use(instruments.of_run[rows], floor, ceil, len(instruments.ids))
    mode = np.array([{"bench": 0, "sequence": 1, "chamber": 2}[row["mode"]] for row in cat.kinds])[instruments.kind]
    tray = np.array([house.plan.batch_log for house in houses])[house_of_line[instruments.line]]
    roomy = SIZES[np.minimum(np.searchsorted(SIZES, np.ceil(peak * 1.15)), len(SIZES) - 1)]
    return np.where((mode == CHAMBER) | ((mode == 1) & tray), np.maximum(roomy, 12), 1)


def _maker_number(identity: str) -> int:
    """A maker gives a number once: scattered over ten digits, never the same for two instruments."""
    return int(identity[1:]) * SCATTER % PRIME


def _calibration_rows(
    stream: Stream,
    plan: Plan,
    identity: str,
    serial: str,
    months: int,
    gap: tuple[int, int] | None,
    kind: dict[str, str],
) -> list[dict[str, Any]]:
    """Calibrations over the window, unbroken or with the break [gap) in days; one in ten is late by up to six days."""
    window = plan.window
    length = months * 365 // 12
    at = -stream.one(length)
    if gap:
        at = gap[0] - length
    rows = []
    number = 0
    while at < window.days + 5:
        end = at + length - 1
        rows.append(
            {
                "instrument_id": identity,
                "calibrated_on": window.at(at),
                "valid_to": window.at(end),
                "certificate_no": f"JZ{identity[1:]}-{number}",
                "provider": "云泽省计量测试研究院",
                "serial_no": serial,
                "parameter": kind["parameter"],
                "range_low": None,
                "range_high": None,
                "unit": kind["unit"],
                "result": "pass",
            }
        )
        number += 1
        late = 1 + stream.one(6) if stream.share() < 0.1 else 0
        at = end + 1 + late
        if gap and at <= gap[1] and end + 1 >= gap[0]:
            at = gap[1]
    if gap and rows[0]["calibrated_on"] > window.at(-20):
        rows.insert(
            0, {**rows[0], "calibrated_on": window.at(gap[0] - 2 * length), "valid_to": window.at(gap[0] - length - 1)}
        )
        rows[0]["certificate_no"] += "P"
    return rows


def register(
    plan: Plan,
    masters: Masters,
    instruments: Instruments,
    house_of_line: Array,
    parallel: Array,
    gaps: dict[int, tuple[int, int]],
    serials: dict[int, str],
) -> None:
    """Add rows of instruments, calibrations and a few declared changes.

    `gaps` holds the uncalibrated days of some, `serials` the serial numbers that some share with others.
    """
    cat = catalogue()
    window = plan.window
    for number, identity in enumerate(instruments.ids):
        stream = Stream(plan.seed, "instrument", identity)
        house = masters.houses[int(house_of_line[instruments.line[number]])]
        kind = cat.kinds[int(instruments.kind[number])]
        serial = serials.get(number, f"{kind['model'][:3].upper().strip('-')}{_maker_number(identity)}")
        instruments.serials[number] = serial
        bought = window.first - timedelta(days=820 + stream.one(2500))
        sequence = kind["mode"] == "sequence"
        masters.rows["instruments"].append(
            {
                "instrument_id": identity,
                "institution_id": house.uscc,
                "site_id": house.sites[0],
                "name": kind["name"],
                "model": kind["model"],
                "serial_no": serial,
                "in_service_from": bought,
                "in_service_to": None,
                "kind": kind["kind"],
                "parallel": int(parallel[number]),
                "channels": 1,
                "min_cycle_s": float(kind["minutes"]) * 60 if sequence else None,
                "resolution": float(kind["resolution"]),
            }
        )
        masters.rows["calibrations"].extend(
            _calibration_rows(stream, plan, identity, serial, int(kind["cal_months"]), gaps.get(number), kind)
        )
        if stream.share() < 0.02:
            masters.rows["declarations"].append(
                {
                    "institution_id": house.uscc,
                    "kind": "instrument",
                    "subject_id": identity,
                    "changed_on": bought,
                    "declared_on": bought + timedelta(days=stream.one(29)),
                }
            )


def days_of(seconds: Array) -> Array:
    """Day numbers of moments."""
    return seconds // DAY


__all__ = ["Instruments", "capacities", "day_number", "days_of", "find_instruments", "peak_use", "register"]
