"""Late frauds: seen only in control samples, peaks, purchases, blind samples, what others saw, and remarks."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.fraud_scene import Scene
from hengjian.citylab.peaks import with_peaks
from hengjian.citylab.quality import batches
from hengjian.citylab.values import verdicts
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]

NONE = np.zeros(0, dtype=np.int64)
LEAST_BATCHES = 12


def invent_control(scene: Scene) -> Array:
    """Control charts written at the desk: recoveries with 6, 20 or 45 % of the real scatter, curves all but straight.

    How they look is up to the control samples; here only whether there are any.
    """
    scene.committed = int((batches(scene.shard).house == scene.number).sum()) >= LEAST_BATCHES
    return NONE


def ignore_control(scene: Scene) -> Array:
    """On some days the check is off by 45, 26 or 17 % and nobody repeats it; all samples of the day are reported."""
    shard, made = scene.shard, batches(scene.shard)
    mine = np.flatnonzero(made.house == scene.number)
    days = sorted({(int(made.instrument[k]), int(made.day[k])) for k in mine})
    if not days:
        return NONE
    many = int(min(max(round(scene.fraud.share * len(days)), 4), max(1, len(days) * 6 // 10)))
    for k in np.sort(scene.stream.shuffled(len(days))[:many]):
        shard.unheeded[days[int(k)]] = scene.by_level(0.45, 0.26, 0.17)
    items, runs, instruments = shard.items, shard.runs, shard.instruments
    assert instruments is not None  # noqa: S101 - equip() came first
    able = items.keep & ~items.bare & ~runs.outside[items.run] & (catalogue().item_rsd[items.item] > 0)
    own = scene.items[able[scene.items]]
    of_run, day = instruments.of_run[items.run[own]].tolist(), (runs.start[items.run[own]] // DAY).tolist()
    hit = [place in shard.unheeded for place in zip(of_run, day, strict=True)]
    return np.unique(items.report[own[np.array(hit, dtype=bool)]])


def copy_peaks(scene: Scene) -> Array:
    """The chromatogram of another sample is filed under this one."""
    items, reports = scene.shard.items, scene.shard.reports
    handed = np.unique(items.report[with_peaks(scene.shard)])
    able = np.intersect1d(handed, scene.free())
    rows, done = scene.pick(able, scene.wanted(len(able))), []
    for row in rows.tolist():
        others = able[(reports.product[able] == reports.product[row]) & ~np.isin(able, rows)]
        if len(others):
            scene.shard.peaks_of[row] = int(others[scene.stream.one(len(others))])
            scene.shard.traces.sources[row] = scene.shard.peaks_of[row]
            done.append(row)
    return np.array(done, dtype=np.int64)


def run_short(scene: Scene) -> Array:
    """Goods were bought for 12, 30 or 55 % of what was reported; which reports are made up cannot be told."""
    scene.committed = True
    return NONE


def fail_blind(scene: Scene) -> Array:
    """Good where it knows that it is watched; samples under a client's name get what routine samples get."""
    scene.committed = True
    return NONE


def sell_passes(scene: Scene) -> Array:
    """Vehicles that pass and smoke all the same: the road catches 85, 60 or 40 % of those it sees."""
    shard, cat = scene.shard, catalogue()
    passed = verdicts(shard.reports, shard.items) == 1
    able = scene.free(shard.reports.lane & passed & (shard.reports.product != cat.product_number("safety")))
    rows = scene.pick(able, scene.wanted(len(able)))
    shard.bought_passes[rows] = scene.by_level(0.85, 0.6, 0.4)
    return rows


def sample_idle(scene: Scene) -> Array:
    """Samples of a plant on a day on which it stood still (L1, L2) or ran at 30 % without a notice (L3)."""
    shard = scene.shard
    environment = np.array([line.field == "environment" for line in shard.lines])[shard.reports.line]
    collected = environment & shard.reports.collected & (shard.reports.retest_of < 0)
    able = scene.free(collected)
    day = shard.times.sampled // DAY
    chosen = set()
    for row in scene.pick(able, scene.wanted(len(able))).tolist():
        chosen.add((int(shard.client[row]), int(day[row])))
    mine = scene.rows[collected[scene.rows]]
    rows = [row for row in mine.tolist() if (int(shard.client[row]), int(day[row])) in chosen and not scene.used[row]]
    for row in rows:
        shard.idle_plants[row] = scene.by_level(0.01, 0.08, 0.3)
    return np.array(rows, dtype=np.int64)


def copy_remarks(scene: Scene) -> Array:
    """Records of another client's sample are copied with all their words: three to five times each."""
    shard, able = scene.shard, scene.free()
    rows, done = scene.pick(able, scene.wanted(len(able))), []
    others = np.setdiff1d(able, rows)
    source, left = -1, 0
    for row in rows.tolist():
        if not left and len(others):
            source, left = int(others[scene.stream.one(len(others))]), 3 + scene.stream.one(3)
        left -= 1
        alike = shard.reports.lane[source] == shard.reports.lane[row]
        if source >= 0 and alike and shard.client[source] != shard.client[row]:
            shard.remark_of[row] = source
            shard.traces.sources[row] = source
            done.append(row)
    return np.array(done, dtype=np.int64)
