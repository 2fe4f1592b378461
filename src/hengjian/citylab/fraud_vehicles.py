"""Frauds on the lanes: dongles, donor cars, thinned exhaust, forged rated power, the easier method."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.fraud_scene import Scene
from hengjian.citylab.values import summarise
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]

POOL = 8


def _emission(scene: Scene) -> Array:
    """Untouched emission tests of the station that no repeat follows."""
    reports, cat = scene.shard.reports, catalogue()
    able = reports.lane & (reports.product != cat.product_number("safety")) & ~reports.must_fail
    return scene.free(able)


def _with_socket(scene: Scene, rows: Array) -> Array:
    vehicles = scene.shard.vehicles
    if vehicles is None:
        return rows[:0]
    return rows[vehicles.stage[vehicles.row[rows]] > 0]


def _families_of_others(scene: Scene, rows: Array, count: int) -> Array:
    """Families that the station has seen, as a pool for a device that can pretend."""
    assert scene.shard.vehicles is not None  # noqa: S101 - rows are vehicles
    seen = np.unique(scene.shard.vehicles.family[scene.shard.vehicles.row[rows]])
    return seen[scene.stream.shuffled(len(seen))[:count]]


def plug_dongle(scene: Scene) -> Array:
    """A device answers instead of the vehicle, which passes: one identity (L1), eight at random (L2), eight by model.

    Counters of the device are those of one vehicle (L1) or of the pool's vehicles (L2); L3 leaves the vehicle's own.
    """
    shard, stream = scene.shard, scene.stream
    able = _with_socket(scene, _emission(scene))
    repeats = able[shard.reports.retest_of[able] >= 0]
    count = scene.wanted(len(able))
    rows = scene.pick(repeats, count // 2)
    rows = np.union1d(rows, scene.pick(np.setdiff1d(able, rows), count - len(rows)))
    readout, vehicles = shard.readout, shard.vehicles
    if not len(rows) or readout is None or vehicles is None:
        return rows[:0]
    if scene.level == 0:
        identity = readout.foreign(f"SIM{stream.one(9000) + 1000}-00A", f"{stream.one(1 << 30):08X}")
        readout.calid[rows], readout.cvn[rows] = identity, identity
        readout.counters[rows] = vehicles.row[rows[0]]
    else:
        pool = _families_of_others(scene, able, POOL)
        chosen = pool[stream.integers(len(rows), len(pool))]
        if scene.level == 2:
            engine, engines = vehicles.family[vehicles.row[rows]] // 6, pool // 6
            for k, own in enumerate(engine):
                alike = pool[engines == own]
                chosen[k] = alike[stream.one(len(alike))] if len(alike) else chosen[k]
        else:
            readout.counters[rows] = vehicles.row[rows[:POOL]][stream.integers(len(rows), min(POOL, len(rows)))]
        readout.calid[rows], readout.cvn[rows] = chosen, chosen
    scene.make_pass(rows)
    return rows


def _donors(scene: Scene, row: int, able: Array, pool: Array) -> Array:
    """Tests whose vehicle can stand in: the one before on the lane (L1), a pool (L2), alike and two hours ago (L3)."""
    shard, vehicles = scene.shard, scene.shard.vehicles
    assert vehicles is not None  # noqa: S101 - rows are vehicles
    start, reports = shard.times.started, shard.reports
    other = (reports.product[able] == reports.product[row]) & (reports.vehicle[able] != reports.vehicle[row])
    if scene.level == 0:
        before = able[other & (reports.bench[able] == reports.bench[row]) & (start[able] < start[row])]
        return before[np.argsort(start[before], kind="stable")[-1:]]
    if scene.level == 1:
        return pool[reports.product[pool] == reports.product[row]]
    family = vehicles.family[vehicles.row[able]] == vehicles.family[vehicles.row[row]]
    gap = start[row] - start[able]
    late = able[other & family & (gap > 7200) & (gap < DAY)]
    return late if len(late) else able[other & family]


def bring_donor(scene: Scene) -> Array:
    """Another vehicle is measured under the number plate of one that would fail."""
    shard, stream, readout, vehicles = scene.shard, scene.stream, scene.shard.readout, scene.shard.vehicles
    able = _with_socket(scene, _emission(scene))
    if readout is None or vehicles is None or not len(able):
        return able[:0]
    targets = scene.pick(able, scene.wanted(len(able)))
    able = np.setdiff1d(able, targets)
    pool = scene.pick(able, 4)
    done = []
    for row in targets:
        donors = _donors(scene, int(row), able, pool)
        if not len(donors):
            continue
        donor = int(donors[stream.one(len(donors))])
        theirs, mine = scene.items_of(donor), scene.items_of(int(row))
        noise = 1 + 0.04 * stream.normal(len(mine))
        shard.items.readings[mine] = np.rint(shard.items.readings[theirs] * noise[:, None]).astype(np.int64)
        summarise(shard.items, mine)
        car = int(vehicles.row[donor])
        readout.counters[row] = car
        readout.calid[row], readout.cvn[row] = readout.calid[donor], readout.cvn[donor]
        if scene.level == 0:
            readout.vin[row] = readout.vin[donor]
        shard.traces.sources[int(row)] = donor
        scene.used[donor] = True
        done.append(int(row))
    rows = np.array(done, dtype=np.int64)
    scene.make_pass(rows)
    return rows


def thin_exhaust(scene: Scene) -> Array:
    """A lane measures too little for weeks: exhaust mixed with air (L1, L2), readings scaled late in the day (L3)."""
    shard, items, cat = scene.shard, scene.shard.items, catalogue()
    petrol = np.isin(shard.reports.product, [cat.product_number(name) for name in ("vmas", "asm", "twoidle")])
    able = scene.free(petrol)
    if not len(able):
        return able
    lanes, count = np.unique(shard.reports.bench[able], return_counts=True)
    mine = able[shard.reports.bench[able] == lanes[np.argmax(count)]]
    start = shard.times.started[mine]
    if scene.level == 2:
        mine = mine[start % DAY > 15 * 3600]
    ordered = mine[np.argsort(shard.times.started[mine], kind="stable")]
    length = min(len(ordered), max(scene.wanted(len(able)), 6))
    begin = scene.stream.one(max(1, len(ordered) - length))
    rows = np.sort(ordered[begin : begin + length])
    factor = scene.by_level(1 / 1.6, 1 / 1.3, 0.8)
    own = scene.items[np.isin(items.report[scene.items], rows) & (cat.item_op[items.item[scene.items]] == 1)]
    items.readings[own] = np.rint(items.readings[own] * factor).astype(np.int64)
    summarise(items, own)
    if scene.level < 2:
        shard.traces.thin[rows] = factor
    return rows


def lower_power(scene: Scene) -> Array:
    """The rated power keyed in is too low, so that a weak engine passes and is loaded less: −60, −30 or −12 %."""
    shard, items, cat = scene.shard, scene.shard.items, catalogue()
    diesel = scene.free((shard.reports.product == cat.product_number("lugdown")) & ~shard.reports.must_fail)
    rows = scene.pick(diesel, scene.wanted(len(diesel)))
    if shard.readout is None:
        return rows[:0]
    shard.readout.rated[rows] = scene.by_level(0.4, 0.7, 0.88)
    smoke = scene.items[np.isin(items.report[scene.items], rows) & (cat.item_op[items.item[scene.items]] == 1)]
    items.readings[smoke] = np.rint(items.readings[smoke] * 0.85).astype(np.int64)
    summarise(items, smoke)
    scene.make_pass(rows)
    return rows


def shop_method(scene: Scene) -> Array:
    """What the plan had tested by the easier method; chosen before the runs were planned."""
    rows = scene.rows[scene.shard.reports.shopped[scene.rows]]
    scene.make_pass(rows)
    return rows
