"""From the arrays of a shard to rows of the contract: results and raw records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.citylab import columns as col
from hengjian.citylab.catalogue import OPS, SEQUENCE, catalogue
from hengjian.citylab.output import Frame
from hengjian.citylab.schedule import expand
from hengjian.citylab.shard import Shard, injections
from hengjian.citylab.slips import UNIT, Slips, mistyped_values
from hengjian.citylab.values import meets_limit
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]

WRONG_UNIT = {"mg/kg": "μg/kg", "mg/L": "μg/L", "MPa": "kPa", "g/km": "mg/km", "%": "‰"}


@dataclass
class Raw:
    """Raw records: the record of each run (−1: none kept) and the summaries."""

    of_run: Array
    runs: Array
    sha: pa.Array


def make_raw(shard: Shard) -> Raw:
    """One raw record a run where the institution keeps them."""
    runs = shard.runs
    rows = np.flatnonzero(runs.keep & ~runs.outside & shard.raw_kept[runs.report])
    of_run = np.full(len(runs), -1)
    of_run[rows] = np.arange(len(rows))
    return Raw(of_run=of_run, runs=rows, sha=col.hex_text(shard.stream("raw").words(4 * len(rows)).reshape(-1, 4)))


def placed(frame: Frame, owner: Array) -> tuple[Array, Array]:
    """Children of reports as they go out: (child row, output row of its report), in output order, doubles included."""
    count = np.bincount(owner, minlength=int(frame.row.max()) + 1)
    first = np.cumsum(count) - count
    by_owner = np.argsort(owner, kind="stable")
    place, within = expand(count[frame.row])
    return by_owner[first[frame.row][place] + within], place


def write_results(shard: Shard, slips: Slips, frame: Frame, out: Dataset, raw: Raw) -> None:
    """Reported values (replicate 0) and the readings they were made from."""
    items = shard.items
    kept = np.flatnonzero(items.keep)
    which, place = placed(frame, items.report[kept])
    which = kept[which]
    row, replicate = expand(1 + items.reps[which])
    which, place = which[row], place[row]
    columns: dict[str, Any] = {"report_id": col.lookup(place, frame.ids), "replicate": replicate}
    _described(shard, slips, which, replicate, columns)
    _valued(shard, slips, which, replicate, columns)
    _traced(shard, which, raw, columns)
    out.append("results", columns, len(which))


def _described(shard: Shard, slips: Slips, which: Array, replicate: Array, columns: dict[str, Any]) -> None:
    cat = catalogue()
    item = shard.items.item[which]
    units = [entry["unit"] for entry in cat.items]
    wrong = np.zeros(len(shard.items), dtype=bool)
    wrong[slips.item[(slips.kind == UNIT) & (slips.item >= 0)]] = True
    bad = (wrong[which] & (replicate == 0)).astype(np.int64) * len(units)
    op = cat.item_op[item]
    shown = replicate == 0
    outcome = meets_limit(shard.items)[which]
    columns |= {
        "item_code": col.lookup(item, [entry["item"] for entry in cat.items]),
        "item_name": col.lookup(item, [entry["name"] for entry in cat.items]),
        "method_no": col.lookup(item, [entry["method_no"] for entry in cat.items]),
        "unit": col.lookup(
            item + bad,
            units + [WRONG_UNIT.get(unit, unit) for unit in units],
            np.array([not unit for unit in units])[item],
        ),
        "limit_op": col.lookup(op, OPS, ~shown | (op == 0)),
        "limit_low": pa.array(cat.item_low[item], mask=~shown | np.isnan(cat.item_low[item])),
        "limit_high": pa.array(cat.item_high[item], mask=~shown | np.isnan(cat.item_high[item])),
        "detection_limit": pa.array(cat.item_lod[item], mask=np.isnan(cat.item_lod[item])),
        "verdict": col.lookup(np.where(outcome < 0, 2, outcome), ("fail", "pass", "none"), ~shown),
    }


def _valued(shard: Shard, slips: Slips, which: Array, replicate: Array, columns: dict[str, Any]) -> None:
    items = shard.items
    reported = mistyped_values(shard, slips)
    first = replicate == 0
    number = np.where(first, reported[which], items.readings[which, np.maximum(replicate - 1, 0)])
    places = items.decimals[which] + np.where(first, 0, 1)
    missing = items.nd[which]
    style = np.array([entry.nd_style for entry in shard.institutions])[shard.reports.institution[items.report[which]]]
    lods = [f"<{entry['lod']}" for entry in catalogue().items]
    words = col.lookup(np.where(style == 2, 2 + items.item[which], style), ["ND", "未检出", *lods]).cast(pa.string())
    columns["value_text"] = pc.if_else(pa.array(missing), words, col.decimal_text(number, places))
    columns["value"] = pa.array(number / 10.0**places, mask=missing)


def _traced(shard: Shard, which: Array, raw: Raw, columns: dict[str, Any]) -> None:
    runs, items = shard.runs, shard.items
    run = items.run[which]
    sent = runs.outside[run]
    blank = sent | items.bare[which]
    step = shard.resolution[items.report[which]]
    first = shard.plan.window.first
    record = np.where(items.bare[which], -1, raw.of_run[run])
    houses = shard.houses
    partner = np.array([(i + 1) % len(houses) for i in range(len(houses))])[
        shard.reports.institution[items.report[which]]
    ]
    columns |= {
        "instrument_id": col.lookup(shard.instruments.of_run[run], shard.instruments.ids, blank),
        "tester_id": col.lookup(shard.run_tester[run], shard.masters.people, blank),
        "started_at": col.moments(first, runs.start[run] // step * step, sent),
        "finished_at": col.moments(first, runs.end[run] // step * step, sent),
        "raw_sha256": col.lookup(np.maximum(record, 0), raw.sha, record < 0),
        "subcontracted": sent,
        "subcontractor_id": col.lookup(partner, [house.uscc for house in houses], ~sent),
    }


def write_raw(shard: Shard, frame: Frame, out: Dataset, raw: Raw) -> None:
    """Raw records; a few were corrected before issue, with a reason."""
    runs = shard.runs
    which, place = placed(frame, runs.report[raw.runs])
    run = raw.runs[which]
    stream = shard.stream("edits")
    lag = stream.integers(len(raw.runs), 110)[which] + shard.traces.file_late[runs.report[run]]
    edited = (stream.uniform(len(raw.runs)) < 0.015)[which]
    counter = np.zeros(len(runs), dtype=np.int64)
    auto = np.flatnonzero(runs.mode == SEQUENCE)
    counter[auto] = injections(shard, auto)
    cat = catalogue()
    first_item = np.zeros(len(cat.runs), dtype=np.int64)
    for i in range(len(cat.items) - 1, -1, -1):
        first_item[cat.run_start[cat.item_product[i]] + cat.item_run[i]] = i
    manual = runs.mode[run] != SEQUENCE
    window = shard.plan.window
    columns = {
        "report_id": col.lookup(place, frame.ids),
        "item_code": col.lookup(first_item[runs.run[run]], [entry["item"] for entry in cat.items]),
        "raw_sha256": raw.sha.take(pa.array(which)),
        "recorded_at": col.moments(window.first, runs.end[run] + lag),
        "header_serial_no": col.lookup(
            shard.instruments.of_run[run], shard.instruments.serials, runs.mode[run] > SEQUENCE
        ),
        "injection_no": pa.array(counter[run], mask=manual),
        "modified_at": col.moments(window.first, runs.end[run] + lag + 300, ~edited),
        "version": 1 + edited.astype(np.int64),
        "change_reason": col.lookup(np.zeros(len(run)), ("录入更正，已审批",), ~edited),
        "software_version": col.lookup(
            shard.reports.institution[runs.report[run]] % 3, ("LIMS 4.1", "LIMS 4.2", "检测云 2.7")
        ),
    }
    out.append("raw_records", columns, len(run))
