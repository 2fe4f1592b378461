"""Frauds on measured values: results invented, copied, left out, replicates made alike."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.fraud_scene import Scene
from hengjian.citylab.values import MAX_REPS, summarise

Array = np.ndarray[Any, Any]


def invent_results(scene: Scene) -> Array:
    """No test done. L1: round numbers, equal replicates, one time for several samples; L2: own history with noise.

    L3 is L2 with raw files; L1 and L2 keep none.
    """
    shard = scene.shard
    rows = scene.pick(scene.free(), scene.wanted(len(scene.free()), least=6))
    for row in rows:
        mine = scene.items_of(int(row))
        _round_numbers(scene, mine) if scene.level == 0 else from_history(scene, mine)
        summarise(shard.items, mine)
    if scene.level < 2:
        shard.raw_kept[rows] = False
    if scene.level == 0:
        _same_hour(scene, rows)
    return rows


def _round_numbers(scene: Scene, mine: Array) -> None:
    """Values of two figures that end in 0 or 5, well inside the limit; every replicate the same."""
    cat, items = catalogue(), scene.shard.items
    number = items.item[mine]
    guess = cat.item_median[number].copy()
    child = cat.item_parent[number] >= 0
    guess[child] *= cat.item_median[cat.item_parent[number[child]]]
    guess *= 1 + 0.3 * (scene.stream.uniform(len(mine)) - 0.5) * np.minimum(cat.item_gsd[number] * 3, 1)
    size = 10.0 ** np.floor(np.log10(guess))
    step = np.maximum(size * 0.5, 10.0 ** -items.decimals[mine])
    small = cat.item_gsd[number] < 0.1
    step[small] = np.maximum(size[small] * 0.05, 10.0 ** -items.decimals[mine][small])
    told = np.rint(np.maximum(np.rint(guess / step), 1) * step * 10.0 ** (items.decimals[mine] + 1)).astype(np.int64)
    items.readings[mine] = np.where(np.arange(MAX_REPS) < np.maximum(items.reps[mine], 1)[:, None], told[:, None], 0)


def from_history(scene: Scene, mine: Array) -> None:
    """Each value from another report of the same institution, changed by five per cent."""
    items = scene.shard.items
    for i in mine:
        same = scene.items[items.item[scene.items] == items.item[i]]
        source = same[scene.stream.one(len(same))]
        factor = 1 + 0.05 * scene.stream.normal(1)[0]
        items.readings[i] = np.rint(items.readings[source] * factor).astype(np.int64)


def _same_hour(scene: Scene, rows: Array) -> None:
    """Invented reports get the times of the first of every four of the same product."""
    shard = scene.shard
    product = shard.reports.product[rows]
    for code in np.unique(product):
        group = rows[product == code]
        for at in range(0, len(group), 4):
            host, *guests = (int(row) for row in group[at : at + 4])
            for guest in guests:
                _copy_times(scene, host, guest)


def _copy_times(scene: Scene, host: int, guest: int) -> None:
    shard = scene.shard
    source, target = scene.runs_of(host), scene.runs_of(guest)
    for name in ("start", "end", "unit"):
        getattr(shard.runs, name)[target] = getattr(shard.runs, name)[source]
    shard.runs.keep[target] = shard.runs.keep[source]
    shard.items.keep[scene.items_of(guest)] = shard.items.keep[scene.items_of(host)]
    shard.instruments.of_run[target] = shard.instruments.of_run[source]
    shard.run_tester[target] = shard.run_tester[source]
    shard.tester[guest] = shard.tester[host]
    shard.reports.full[guest] = shard.reports.full[host]
    for name in (
        "sampled",
        "sampling_end",
        "received",
        "started",
        "finished",
        "created",
        "signed",
        "issued",
        "uploaded",
    ):
        column = getattr(shard.times, name)
        column[guest] = column[host]
    for name in ("sampler",):
        getattr(shard.times, name)[guest] = getattr(shard.times, name)[host]
    shard.reports.collected[guest] = shard.reports.collected[host]
    shard.signatory[guest], shard.certificate[guest] = shard.signatory[host], shard.certificate[host]


def _informative(scene: Scene) -> Array:
    """How many numbers each report of the shard shows."""
    items = scene.shard.items
    mine = scene.items[items.keep[scene.items] & ~items.nd[scene.items]]
    return np.bincount(items.report[mine], minlength=len(scene.shard.reports))


def clone_vectors(scene: Scene) -> Array:
    """All results from another client's report. L1 exact; L2 one or two last digits changed; L3 2 % of noise."""
    shard = scene.shard
    rich = scene.free(_informative(scene) >= 5)
    count = scene.wanted(len(rich) // 2)
    targets = scene.pick(rich, count)
    sources = np.setdiff1d(rich, targets)
    done = []
    for row in targets:
        able = sources[
            (shard.reports.product[sources] == shard.reports.product[row])
            & ((shard.reports.client[sources] != shard.reports.client[row]) | shard.reports.lane[row])
            & (shard.reports.vehicle[sources] != shard.reports.vehicle[row] if shard.reports.lane[row] else True)
        ]
        if len(able):
            source = int(able[scene.stream.one(len(able))])
            _copy_values(scene, source, int(row))
            shard.traces.sources[int(row)] = source
            scene.used[source] = True
            done.append(int(row))
    return np.array(done, dtype=np.int64)


def _copy_values(scene: Scene, source: int, target: int) -> None:
    shard, items = scene.shard, scene.shard.items
    theirs, mine = scene.items_of(source), scene.items_of(target)
    items.readings[mine] = items.readings[theirs]
    items.keep[mine] = items.keep[theirs]
    shard.runs.keep[scene.runs_of(target)] = shard.runs.keep[scene.runs_of(source)]
    shard.reports.full[target] = shard.reports.full[source]
    if scene.level == 1:
        for i in mine[scene.stream.shuffled(len(mine))[: 1 + scene.stream.one(2)]]:
            items.readings[i] += 10 * (1 if scene.stream.one(2) else -1) * (items.readings[i] > 20)
    if scene.level == 2:
        noise = 1 + 0.02 * scene.stream.normal(len(mine))
        items.readings[mine] = np.rint(items.readings[mine] * noise[:, None]).astype(np.int64)
    summarise(items, mine)


def clone_curves(scene: Scene) -> Array:
    """Process data of another vehicle or cube. L1 exact with its values; L2 shifted; L3 scaled with noise."""
    shard = scene.shard
    own = scene.free(shard.curve_of >= 0)
    targets = scene.pick(own, scene.wanted(len(own) // 2, least=3))
    sources = np.setdiff1d(own, targets)
    done = []
    for row in targets:
        able = sources[
            (shard.reports.product[sources] == shard.reports.product[row])
            & (~shard.reports.lane[row] | (shard.reports.vehicle[sources] != shard.reports.vehicle[row]))
        ]
        if not len(able):
            continue
        source = int(able[scene.stream.one(len(able))])
        shard.curve_of[row] = source
        shard.traces.sources[int(row)] = source
        scene.used[source] = True
        theirs, mine = scene.items_of(source), scene.items_of(int(row))
        copied = mine if scene.level == 0 else mine[:0]
        shard.items.readings[copied] = shard.items.readings[theirs[: len(copied)]]
        summarise(shard.items, mine)
        done.append(int(row))
    return np.array(done, dtype=np.int64)


def splice_curves(scene: Scene) -> Array:
    """Process data put together from two others: as they are (L1), stretched by 3 % (L2), scaled too (L3)."""
    shard = scene.shard
    own = scene.free(shard.curve_of >= 0)
    targets = scene.pick(own, scene.wanted(len(own) // 3, least=3))
    sources = np.setdiff1d(own, targets)
    done = []
    for row in targets:
        able = sources[
            (shard.reports.product[sources] == shard.reports.product[row])
            & (~shard.reports.lane[row] | (shard.reports.vehicle[sources] != shard.reports.vehicle[row]))
        ]
        if len(able) < 2:
            continue
        head, tail = (int(able[k]) for k in scene.stream.shuffled(len(able))[:2])
        shard.traces.splices[int(row)] = (head, tail, 0.35 + 0.3 * scene.stream.share())
        shard.traces.sources[int(row)] = head
        scene.used[[head, tail]] = True
        done.append(int(row))
    return np.array(done, dtype=np.int64)


def edit_to_pass(scene: Scene) -> Array:
    """A result above its limit is written below it: 0.99 of the limit (L1), 0.8 to 1 (L2), as others were (L3)."""
    shard, items, cat = scene.shard, scene.shard.items, catalogue()
    mine = scene.items
    item = items.item[mine]
    limited = (cat.item_op[item] == 1) & items.keep[mine] & (cat.item_parent[item] < 0)
    limited &= ~np.isin(item, cat.item_parent) & ~shard.runs.outside[items.run[mine]]
    limited &= cat.item_high[item] * 10.0 ** items.decimals[mine] >= 20
    has = np.zeros(len(shard.reports), dtype=bool)
    has[items.report[mine[limited]]] = True
    rows = scene.free(has & ~shard.reports.must_fail)
    rows = scene.pick(rows, scene.wanted(len(rows)))
    for row in rows:
        able = mine[limited & (items.report[mine] == row)]
        i = able[scene.stream.one(len(able))]
        _write_below(scene, int(i))
    return rows


def _write_below(scene: Scene, i: int) -> None:
    items, cat, stream = scene.shard.items, catalogue(), scene.stream
    high = float(cat.item_high[items.item[i]])
    share = scene.by_level(0.99, 0.8 + 0.2 * stream.share(), 0.55 + 0.43 * (1 - stream.share() ** 1.4))
    least = 10.0 ** -int(items.decimals[i])
    target = min(high * share, high - least * (scene.level > 0))
    noise = 1 + float(cat.item_rsd[items.item[i]]) * 0.5 * stream.normal(MAX_REPS)
    told = np.rint(target * noise * 10.0 ** (int(items.decimals[i]) + 1)).astype(np.int64)
    items.readings[i] = np.where(np.arange(MAX_REPS) < max(int(items.reps[i]), 1), told, 0)
    if items.reps[i] == 0:
        items.readings[i, 0] = round(target * 10.0 ** (int(items.decimals[i]) + 1))
    summarise(items, np.array([i]))
    if items.value[i] > high * 10.0 ** int(items.decimals[i]):
        items.readings[i] = np.where(items.readings[i] > 0, int(high * 10.0 ** (int(items.decimals[i]) + 1)), 0)
        summarise(items, np.array([i]))


def tighten_replicates(scene: Scene) -> Array:
    """Replicates pulled to their mean: a tenth of the honest spread (L1), a quarter (L2), four tenths (L3)."""
    shard, items = scene.shard, scene.shard.items
    sets = scene.items[(items.reps[scene.items] >= 2) & items.keep[scene.items] & ~items.nd[scene.items]]
    has = np.zeros(len(shard.reports), dtype=bool)
    has[items.report[sets]] = True
    able = scene.free(has)
    rows = scene.pick(able, scene.wanted(len(able), least=12, share=max(0.35, scene.fraud.share)))
    mine = sets[np.isin(items.report[sets], rows)]
    used = np.arange(MAX_REPS) < items.reps[mine][:, None]
    readings = items.readings[mine]
    mean = (readings * used).sum(axis=1) / items.reps[mine]
    close = mean[:, None] + (readings - mean[:, None]) * scene.by_level(0.1, 0.25, 0.4)
    items.readings[mine] = np.where(used, np.rint(close), 0).astype(np.int64)
    summarise(items, mine)
    return rows


def omit_items(scene: Scene) -> Array:
    """Mandatory items left out of a report that claims to be full: two (L1), one (L2).

    L3 writes one in without instrument, tester or raw file.
    """
    shard, items, cat = scene.shard, scene.shard.items, catalogue()
    mandatory = np.array([entry["mandatory"] == "1" for entry in cat.items])
    needed = items.keep & mandatory[items.item] & ~shard.runs.outside[items.run]
    count = np.bincount(items.report[needed], minlength=len(shard.reports))
    able = scene.free((count >= 3) & shard.reports.full)
    rows = scene.pick(able, scene.wanted(len(able)))
    for row in rows:
        mine = scene.items_of(int(row))
        mine = mine[needed[mine]][1:]
        parents = set(cat.item_parent[items.item[mine]])
        mine = np.array([i for i in mine if items.item[i] not in parents], dtype=np.int64)
        chosen = mine[scene.stream.shuffled(len(mine))[: scene.by_level(2, 1, 1)]]
        if scene.level < 2:
            items.keep[chosen] = False
            _drop_empty_runs(scene, int(row))
        else:
            items.bare[chosen] = True
            items.nd[chosen] = ~np.isnan(cat.item_lod[items.item[chosen]])
    return rows


def _drop_empty_runs(scene: Scene, row: int) -> None:
    shard = scene.shard
    mine = scene.items_of(row)
    still = np.unique(shard.items.run[mine[shard.items.keep[mine]]])
    runs = scene.runs_of(row)
    shard.runs.keep[runs] = np.isin(runs, still)
