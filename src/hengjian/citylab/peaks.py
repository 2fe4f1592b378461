"""Peak tables of chromatographic runs: the substance, what else is in the sample, drift of the column, jitter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.citylab import columns as col
from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.evidence import placed
from hengjian.citylab.habits import hands_over, lots
from hengjian.citylab.methods import MINUTES
from hengjian.citylab.output import Frame
from hengjian.citylab.shard import Shard
from hengjian.citylab.workdays import DAY
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]

SHARE = 0.5
MOST = 7
"""Peaks of one chromatogram at most: the substance, the internal standard, five of the matrix."""


@dataclass
class Chromatograms:
    """One row an item measured on a chromatograph of a report that hands its peak tables over; the rest as matrices."""

    item: Array
    rt: Array
    area: Array
    height: Array
    manual: Array
    there: Array


def with_peaks(shard: Shard) -> Array:
    """Item rows whose peak table is handed over: a share of the reports of institutions that keep their files."""
    items, runs = shard.items, shard.runs
    able = np.array([kind["kind"] in MINUTES for kind in catalogue().kinds])
    gives = np.array([hands_over(shard.plan.seed, "peaks", entry) for entry in shard.institutions])
    chosen = shard.stream("peak tables").uniform(len(shard.reports)) < SHARE
    chosen &= gives[shard.reports.institution] & shard.raw_kept
    mine = items.keep & ~items.bare & ~runs.outside[items.run] & able[runs.kind[items.run]] & chosen[items.report]
    return np.flatnonzero(mine)


def _columns(shard: Shard, rows: Array) -> tuple[Array, Array]:
    """Factor on retention of each run (its laboratory's column, ageing over months) and response of the detector."""
    runs, items = shard.runs, shard.items
    lot = np.array([lots(shard.plan.seed, "columns", 8, entry) for entry in shard.institutions])
    own = lot[shard.reports.institution[items.report[rows]]]
    day = runs.start[items.run[rows]] / DAY
    # A column is changed two or three times a year; until then substances come earlier by up to 2 %.
    age = (day / (90 + 120 * own[:, 3]) + own[:, 4]) % 1.0
    factor = 1 + 0.08 * (own[:, :3].sum(axis=1) - 1.5) - 0.02 * age
    return factor, np.exp(1.2 * (own[:, 5:].sum(axis=1) - 1.5)) * 900


def _places(rows_item: Array) -> Array:
    """Where substance, internal standard and matrix peaks of each item lie, as shares of the chromatogram."""
    cat = catalogue()
    made = Stream(0, "retention").uniform(len(cat.items) * MOST).reshape(-1, MOST)
    made[:, 0] = 0.2 + 0.6 * made[:, 0]
    made[:, 1] = 0.93
    made[:, 2:] = 0.06 + 0.84 * made[:, 2:]
    return made[rows_item]


def chromatograms(shard: Shard, rows: Array) -> Chromatograms:
    """The peaks of these item rows; non-detects have no peak of the substance, or one too small to count."""
    items, runs, cat = shard.items, shard.runs, catalogue()
    stream = shard.stream("peaks")
    n = len(rows)
    item = items.item[rows]
    factor, response = _columns(shard, rows)
    length = np.array([MINUTES.get(kind["kind"], 1.0) for kind in cat.kinds])[runs.kind[items.run[rows]]]
    jitter = 0.005 * stream.normal(n * MOST).reshape(n, MOST) + 0.012 * stream.normal(n)[:, None]
    rt = np.round(_places(item) * (length * factor)[:, None] + jitter, 3)
    lod = np.nan_to_num(cat.item_lod[item], nan=0.0)
    level = items.value[rows] / 10.0 ** items.decimals[rows]
    level = np.where(items.nd[rows], lod * (0.1 + 0.6 * stream.uniform(n)), level)
    unit = response * 1000 / np.maximum(cat.item_median[item], 1e-9)
    area = np.empty((n, MOST))
    area[:, 0] = unit * level * (1 + 0.012 * stream.normal(n))
    area[:, 1] = 2.4e5 * response / 900 * (1 + 0.05 * stream.normal(n))
    usual = Stream(0, "matrix").normal(len(cat.items) * MOST).reshape(-1, MOST)[item, 2:]
    area[:, 2:] = 4e4 * np.exp(1.1 * usual + 0.45 * stream.normal(n * (MOST - 2)).reshape(n, MOST - 2))
    width = 2.2 + 0.25 * rt
    height = area / width * (1 + 0.015 * stream.normal(n * MOST).reshape(n, MOST))
    there = stream.uniform(n * MOST).reshape(n, MOST) < np.array([1, 0.6, 0.9, 0.8, 0.7, 0.5, 0.3])
    there[:, 0] = ~items.nd[rows] | (stream.uniform(n) < 0.35)
    hand = np.array([0.02 + 0.12 * lots(shard.plan.seed, "by hand", 1, e)[0] ** 2 for e in shard.institutions])
    manual = stream.uniform(n * MOST).reshape(n, MOST) < hand[shard.reports.institution[items.report[rows]]][:, None]
    return Chromatograms(rows, rt, np.round(area, 1), np.round(height, 1), manual, there & (area > 0))


def _copied(shard: Shard, made: Chromatograms) -> None:
    """Copied tables: as they are (crude), areas fitted to the results (careful), times moved as well (adaptive)."""
    items = shard.items
    place = {(int(items.report[row]), int(items.item[row])): k for k, row in enumerate(made.item.tolist())}
    stream = shard.stream("copied peaks")
    for report, source in shard.peaks_of.items():
        bounds = np.searchsorted(items.report, [report, report + 1])
        for row in range(*bounds.tolist()):
            mine, theirs = place.get((report, int(items.item[row]))), place.get((source, int(items.item[row])))
            if mine is None or theirs is None:
                continue
            own = made.area[mine, 0]
            for table in (made.rt, made.area, made.height, made.manual, made.there):
                table[mine] = table[theirs]
            if shard.level >= 1:
                scale = own / max(float(made.area[theirs, 0]), 1e-9)
                made.area[mine, 0], made.height[mine, 0] = np.round(own, 1), np.round(made.height[theirs, 0] * scale, 1)
            if shard.level == 2:
                made.rt[mine] = np.round(made.rt[mine] + 0.001 * (stream.one(7) - 3), 3)
                made.area[mine] = np.round(made.area[mine] * (1 + 0.01 * stream.normal(MOST)), 1)


def write_peaks(shard: Shard, frame: Frame, out: Dataset) -> None:
    """The peak tables of a shard in the order of its reports."""
    made = chromatograms(shard, with_peaks(shard))
    _copied(shard, made)
    row, peak = np.nonzero(made.there)
    order = np.lexsort((made.rt[row, peak], made.item[row]))
    row, peak = row[order], peak[order]
    same = (row[1:] == row[:-1]) & (made.rt[row[1:], peak[1:]] == made.rt[row[:-1], peak[:-1]])
    keep = np.r_[True, ~same][: len(row)]
    row, peak = row[keep], peak[keep]
    which, place = placed(frame, shard.items.report[made.item[row]])
    row, peak = row[which], peak[which]
    columns = {
        "report_id": col.lookup(place, frame.ids),
        "item_code": col.lookup(shard.items.item[made.item[row]], [entry["item"] for entry in catalogue().items]),
        "rt_min": made.rt[row, peak],
        "area": made.area[row, peak],
        "height": made.height[row, peak],
        "manual": pa.array(made.manual[row, peak]),
    }
    out.append("peaks", columns, len(row))


__all__ = ["with_peaks", "write_peaks"]
