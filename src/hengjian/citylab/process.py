"""Process data: exhaust curves second by second and press curves, own, copied or put together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.citylab import columns as col
from hengjian.citylab.catalogue import BENCH, catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.curves import CHANNELS, GASES, PRESS_POINTS, exhaust_curves, press_curves
from hengjian.citylab.evidence import placed
from hengjian.citylab.output import Frame
from hengjian.citylab.shard import Shard
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]

EXHAUST_DECIMALS = (1, 2, 2, 0, 0, 2, 0)
"""Places of the analyser's channels, in the order of CHANNELS."""


def _lists(matrix: Array) -> pa.Array:
    """Rows of a matrix as list values."""
    n, width = matrix.shape
    return pa.ListArray.from_arrays(pa.array(np.arange(n + 1, dtype=np.int32) * width), pa.array(matrix.reshape(-1)))


def _item_values(shard: Shard, rows: Array, code: str) -> Array:
    """Reported value of one item for some reports of one product (not-detected counts as half the unit)."""
    cat, items = catalogue(), shard.items
    number = next(i for i, entry in enumerate(cat.items) if entry["item"] == code)
    value = np.full(len(shard.reports), 0.01)
    mine = np.flatnonzero(items.item == number)
    value[items.report[mine]] = np.maximum(items.value[mine], 0.5) / 10.0 ** items.decimals[mine]
    return value[rows]


def write_series(shard: Shard, frame: Frame, out: Dataset) -> None:
    """Exhaust curves of a share of the short transient tests, press curves of a share of the cubes."""
    cat = catalogue()
    product = shard.reports.product
    has = shard.curve_of >= 0
    _write_exhaust(shard, frame, out, np.flatnonzero(has & (product == cat.product_number("vmas"))))
    _write_press(shard, frame, out, np.flatnonzero(has & (product == cat.product_number("cube"))))


def run_of_report(shard: Shard, rows: Array) -> Array:
    first = np.full(len(shard.reports), -1)
    attended = np.flatnonzero(shard.runs.mode == BENCH)[::-1]
    first[shard.runs.report[attended]] = attended
    return first[rows]


def _append_series(shard: Shard, frame: Frame, out: Dataset, rows: Array, series: dict[str, Any]) -> None:
    """Write series of `rows` (reports) in output order; `series` maps columns to one entry a series row."""
    owner = series.pop("owner")
    which, place = placed(frame, owner)
    run = run_of_report(shard, owner)[which]
    columns = {name: values.take(pa.array(which)) for name, values in series.items()}
    columns |= {
        "report_id": col.lookup(place, frame.ids),
        "started_at": col.moments(shard.plan.window.first, shard.runs.start[run]),
        "instrument_id": col.lookup(shard.instruments.of_run[run], shard.instruments.ids),
        "role": col.lookup(np.zeros(len(which)), ("sample",)),
    }
    out.append("raw_series", columns, len(which))


def _write_exhaust(shard: Shard, frame: Frame, out: Dataset, rows: Array) -> None:
    if not len(rows):
        return
    values = {code: _item_values(shard, rows, code) for code in ("co_gkm", "hc_gkm", "nox_gkm")}
    curves = exhaust_curves(shard.stream("exhaust"), values)
    cube = np.stack([curves[name] for name in CHANNELS], axis=1)
    cube = _forged(shard, rows, cube, np.isin(CHANNELS, GASES), EXHAUST_DECIMALS)
    thin = shard.traces.thin[rows]
    mixed = np.flatnonzero(thin < 1)
    co2, o2 = CHANNELS.index("co2_pct"), CHANNELS.index("o2_pct")
    cube[mixed, co2] = np.round(cube[mixed, co2] * thin[mixed, None], 2)
    cube[mixed, o2] = np.round(cube[mixed, o2] * thin[mixed, None] + 20.9 * (1 - thin[mixed, None]), 2)
    k = len(rows) * len(CHANNELS)
    series = {
        "owner": np.repeat(rows, len(CHANNELS)),
        "channel": col.lookup(np.tile(np.arange(len(CHANNELS)), len(rows)), CHANNELS),
        "item_code": col.lookup(np.zeros(k), ("co_gkm",)),
        "hz": pa.array(np.ones(k)),
        "values": _lists(cube.reshape(k, -1)),
        "replicate": pa.array(np.zeros(k, dtype=np.int64)),
    }
    _append_series(shard, frame, out, rows, series)


def _forged(shard: Shard, rows: Array, cube: Array, scaled: Array, decimals: tuple[int, ...]) -> Array:
    """Curves as they are handed over (report × channel × point): own, copied or put together from two.

    Copies are shifted by 1–4 points (L2) or scaled with noise (L3); what is put together is stretched (L2, L3) and
    scaled with noise (L3). `scaled` marks the channels that are scaled, `decimals` the resolution of each.
    """
    back = np.full(len(shard.reports), -1)
    back[rows] = np.arange(len(rows))
    source = back[shard.curve_of[rows]]
    source = np.where(source < 0, np.arange(len(rows)), source)
    told = cube[source]
    stream, stealth = shard.stream("disturb"), shard.plan.stealth
    for place in np.flatnonzero(source != np.arange(len(rows))) if stealth != "L1" else ():
        if stealth == "L2":
            told[place] = np.roll(told[place], 1 + stream.one(4), axis=1)
        else:
            told[place] = _scaled_with_noise(stream, told[place], scaled, decimals)
    for place in np.flatnonzero(np.isin(rows, list(shard.traces.splices))) if shard.traces.splices else ():
        head, tail, cut = shard.traces.splices[int(rows[place])]
        if back[head] < 0 or back[tail] < 0:
            continue
        joined = _joined(cube[back[head]], cube[back[tail]], cut)
        if stealth != "L1":
            joined = _rounded(_stretched(stream, joined), decimals)
        told[place] = _scaled_with_noise(stream, joined, scaled, decimals) if stealth == "L3" else joined
    return told


def _rounded(block: Array, decimals: tuple[int, ...]) -> Array:
    return np.stack([np.round(line, places) for line, places in zip(block, decimals, strict=True)])


def _scaled_with_noise(stream: Stream, block: Array, scaled: Array, decimals: tuple[int, ...]) -> Array:
    factor = np.where(scaled, 0.6 + 0.35 * stream.share(), 1.0)[:, None]
    noise = stream.normal(block.size).reshape(block.shape)
    return _rounded(block * factor * (1 + 0.02 * noise), decimals)


def _joined(head: Array, tail: Array, cut: float) -> Array:
    at = int(head.shape[1] * cut)
    return np.hstack([head[:, :at], tail[:, at:]])


def _stretched(stream: Stream, block: Array) -> Array:
    """Time runs 3 % faster or slower, and wavers."""
    points = block.shape[1]
    along = np.arange(points)
    speed = 1 + (0.03 if stream.share() < 0.5 else -0.03) * (0.7 + 0.3 * np.sin(along / points * 6.0))
    moved = np.clip(np.cumsum(speed) - speed[0], 0, points - 1)
    return np.stack([np.interp(moved, along, line) for line in block])


def _write_press(shard: Shard, frame: Frame, out: Dataset, rows: Array) -> None:
    if not len(rows):
        return
    items = shard.items
    cat = catalogue()
    number = cat.item_start[cat.product_number("cube")]
    of_report = np.full(len(shard.reports), -1)
    mine = np.flatnonzero(items.item == number)
    of_report[items.report[mine]] = mine
    item = of_report[rows]
    peaks = items.readings[item][:, :3] / 10.0 ** (items.decimals[item] + 1)[:, None] * 22_500
    curves = press_curves(shard.stream("press"), peaks.reshape(-1)).reshape(len(rows), 3, PRESS_POINTS)
    curves = _forged(shard, rows, curves, np.ones(3, dtype=bool), (-1, -1, -1))
    k = len(rows) * 3
    series = {
        "owner": np.repeat(rows, 3),
        "channel": col.lookup(np.zeros(k), ("force_n",)),
        "item_code": col.lookup(np.zeros(k), ("fcu",)),
        "hz": pa.array(np.ones(k)),
        "values": _lists(curves.reshape(k, PRESS_POINTS)),
        "replicate": pa.array(np.tile(np.arange(1, 4), len(rows))),
    }
    _append_series(shard, frame, out, rows, series)
