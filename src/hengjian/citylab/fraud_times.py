"""Frauds on time: instruments and testers in two places, tests too short, steps in the wrong order."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import BENCH, catalogue
from hengjian.citylab.fraud_scene import Scene
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]


def _attended(scene: Scene) -> Array:
    """Runs at work places of untouched reports, in order of place and time."""
    shard, runs = scene.shard, scene.shard.runs
    mine = scene.runs
    mine = mine[runs.keep[mine] & (runs.mode[mine] == BENCH) & ~scene.used[runs.report[mine]]]
    place = shard.reports.line[runs.report[mine]] * 4096 + runs.unit[mine]
    return mine[np.lexsort((runs.start[mine], place))]


def _place(scene: Scene, run: int) -> tuple[int, int]:
    report = int(scene.shard.runs.report[run])
    return int(scene.shard.reports.line[report]), int(scene.shard.runs.unit[run])


def _overlap_start(scene: Scene, host: int, guest: int) -> int:
    """When the guest run starts: with the host (L1), in its middle (L2), shortly before its end (L3)."""
    runs = scene.shard.runs
    length = int(runs.end[host] - runs.start[host])
    late = max(length // 2, length - 300)
    return int(runs.start[host]) + int(scene.by_level(0, length // 2, late))


def _move(scene: Scene, guest: int, start: int) -> bool:
    """Move a run earlier; false if its sample had not arrived by then."""
    shard, runs = scene.shard, scene.shard.runs
    report = int(runs.report[guest])
    if shard.times.received[report] > start - 60:
        if not shard.reports.lane[report] or shard.reports.retest_of[report] >= 0:
            return False
        shard.times.received[report] = start - 120
    length = int(runs.end[guest] - runs.start[guest])
    runs.start[guest], runs.end[guest] = start, start + length
    return True


def _idle_tester(scene: Scene, line: int, second: int) -> int:
    """The tester of the line who works at no place in that week."""
    week = int(scene.shard.plan.window.week_of(np.array(second)))
    team = scene.house.testers[line]
    return team[(scene.shard.lines[line].benches + week) % len(team)]


def double_instrument(scene: Scene) -> Array:
    """The next run on an instrument is logged while the one before still runs; another tester signs for it."""
    shard, runs = scene.shard, scene.shard.runs
    attended = _attended(scene)
    by_instrument = attended[np.lexsort((runs.start[attended], shard.instruments.of_run[attended]))]
    hosts = [
        (int(a), int(b))
        for a, b in itertools.pairwise(by_instrument)
        if shard.instruments.of_run[a] == shard.instruments.of_run[b] and runs.report[a] != runs.report[b]
    ]
    done: list[int] = []
    wanted = scene.wanted(len(scene.rows) // 2)
    for number in scene.stream.shuffled(len(hosts)):
        host, guest = hosts[int(number)]
        reports = [int(runs.report[host]), int(runs.report[guest])]
        if (
            len(done) >= wanted * 2
            or set(reports) & set(done)
            or not _move(scene, guest, _overlap_start(scene, host, guest))
        ):
            continue
        tester = _idle_tester(scene, _place(scene, guest)[0], int(runs.start[guest]))
        shard.run_tester[guest] = tester
        done.extend(reports)
    return np.array(done, dtype=np.int64)


def double_tester(scene: Scene) -> Array:
    """One tester at two attended runs: at two places that worked at one time, or on two instruments of one place."""
    pairs = _parallel_pairs(scene) or _serial_pairs(scene)
    shard, runs = scene.shard, scene.shard.runs
    done: list[int] = []
    wanted = scene.wanted(len(scene.rows) // 2)
    for number in scene.stream.shuffled(len(pairs)):
        host, guest = pairs[int(number)]
        reports = [int(runs.report[host]), int(runs.report[guest])]
        if len(done) >= wanted * 2 or set(reports) & set(done):
            continue
        if _place(scene, host) == _place(scene, guest) and not _move(scene, guest, _overlap_start(scene, host, guest)):
            continue
        shard.run_tester[guest] = shard.run_tester[host]
        done.extend(reports)
    return np.array(done, dtype=np.int64)


def _parallel_pairs(scene: Scene) -> list[tuple[int, int]]:
    """Runs of one line at different places that overlap by more than five minutes."""
    runs = scene.shard.runs
    attended = _attended(scene)
    ordered = attended[np.argsort(runs.start[attended], kind="stable")]
    pairs = []
    for a, b in itertools.pairwise(ordered):
        same_line = _place(scene, a)[0] == _place(scene, b)[0] and _place(scene, a)[1] != _place(scene, b)[1]
        if same_line and runs.start[b] < runs.end[a] - 300 and runs.end[b] > runs.start[a] + 300:
            pairs.append((int(a), int(b)))
    return pairs if len(pairs) >= 4 else []


def _serial_pairs(scene: Scene) -> list[tuple[int, int]]:
    """Consecutive runs at one place, of different reports, on different instruments."""
    shard, runs = scene.shard, scene.shard.runs
    attended = _attended(scene)
    return [
        (int(a), int(b))
        for a, b in itertools.pairwise(attended)
        if _place(scene, a) == _place(scene, b)
        and runs.report[a] != runs.report[b]
        and shard.instruments.of_run[a] != shard.instruments.of_run[b]
    ]


def shorten(scene: Scene) -> Array:
    """Tests shorter than the method can be: a third of the minimum (L1), three quarters (L2), nine tenths (L3)."""
    shard, runs, cat = scene.shard, scene.shard.runs, catalogue()
    minimum = (cat.run_min_hours[runs.run[scene.runs]] * 3600).astype(np.int64)
    low = scene.by_level(0.2, 0.6, 0.88)
    missing = minimum * (1 - scene.by_level(0.45, 0.85, 0.94))
    visible = missing >= 2 * shard.resolution[runs.report[scene.runs]]
    mine = scene.runs[visible & runs.keep[scene.runs] & ~runs.outside[scene.runs]]
    longest = minimum[visible & runs.keep[scene.runs] & ~runs.outside[scene.runs]]
    order = np.lexsort((-longest, runs.report[mine]))
    reports, first = np.unique(runs.report[mine[order]], return_index=True)
    able = np.zeros(len(shard.reports), dtype=bool)
    able[reports] = True
    rows = scene.pick(scene.free(able), scene.wanted(len(scene.free(able))))
    chosen = mine[order][first[np.isin(reports, rows)]]
    share = low + (scene.by_level(0.45, 0.85, 0.94) - low) * scene.stream.uniform(len(chosen))
    runs.end[chosen] = runs.start[chosen] + (cat.run_min_hours[runs.run[chosen]] * 3600 * share).astype(np.int64)
    return rows


def break_order(scene: Scene) -> Array:
    """Issued before the test began (L1) or ended (L2); L3 keeps the times right and exchanges report numbers."""
    shard, times = scene.shard, scene.shard.times
    late = times.started > 8 * DAY
    rows = scene.pick(scene.free(late), scene.wanted(len(scene.free(late))))
    if scene.level == 2:
        rows = rows[: len(rows) // 2 * 2]
        half = len(rows) // 2
        shard.number_of[rows] = np.r_[rows[half:], rows[:half]]
        return rows
    step = shard.resolution[rows]
    back = (1 + scene.stream.integers(len(rows), 3)) * DAY + scene.stream.integers(len(rows), 20_000)
    soon = np.maximum(7200 + scene.stream.integers(len(rows), 60_000), 2 * step)
    issued = times.started[rows] - back if scene.level == 0 else times.finished[rows] - soon - (step >= DAY) * DAY
    times.issued[rows] = issued
    times.signed[rows] = issued
    if scene.level == 0:
        times.created[rows] = issued - 60
    return rows
