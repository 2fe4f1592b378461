"""Frauds on people, places, dates and pictures: ghosts, lent certificates, back-dating, photographs used again."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.catalogue import BENCH
from hengjian.citylab.chance import Stream
from hengjian.citylab.cheats import shared_kind
from hengjian.citylab.equipment import find_instruments
from hengjian.citylab.fraud_scene import Scene
from hengjian.citylab.fraud_values import from_history
from hengjian.citylab.market import offer
from hengjian.citylab.masters import at_time
from hengjian.citylab.shard import certificate_at
from hengjian.citylab.values import summarise
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]

LENT_UNIT = 90


def ghost_tester(scene: Scene) -> Array:
    """The tester was not there: has left (L1), was on leave (L2), was out sampling at that hour (L3)."""
    done = _sampling_elsewhere(scene) if scene.level == 2 else _has_left(scene) if scene.level == 0 else scene.rows[:0]
    return done if len(done) else _on_leave(scene)


def _set_tester(scene: Scene, rows: Array, person: int) -> None:
    shard = scene.shard
    shard.tester[rows] = person
    mine = scene.runs[np.isin(shard.runs.report[scene.runs], rows)]
    shard.run_tester[mine] = person


def _has_left(scene: Scene) -> Array:
    shard = scene.shard
    able = scene.free(shard.times.received // DAY > scene.house.left_on + 2)
    rows = scene.pick(able, scene.wanted(len(able)))
    _set_tester(scene, rows, scene.house.gone)
    return rows


def _on_leave(scene: Scene) -> Array:
    """The tester with most work in any fortnight is on leave on paper during it."""
    shard = scene.shard
    able = scene.free()
    if not len(able):
        return able
    fortnight = shard.times.started[able] // (14 * DAY)
    keys, count = np.unique(shard.tester[able] * 64 + fortnight, return_counts=True)
    person, period = divmod(int(keys[np.argmax(count)]), 64)
    rows = able[(shard.tester[able] == person) & (fortnight == period)]
    rows = rows[shard.times.finished[rows] < (period + 1) * 14 * DAY]
    window = shard.plan.window
    shard.masters.rows["absences"].append(
        {
            "person_id": shard.masters.people[person],
            "institution_id": scene.house.uscc,
            "kind": "leave",
            "from_at": at_time(window, period * 14 * DAY),
            "to_at": at_time(window, (period + 1) * 14 * DAY - 60),
        }
    )
    _set_tester(scene, rows, person)
    return rows


def _sampling_elsewhere(scene: Scene) -> Array:
    runs, times = scene.shard.runs, scene.shard.times
    trips = scene.free(times.sampled >= 0)
    mine = scene.runs[runs.keep[scene.runs] & (runs.mode[scene.runs] == BENCH) & ~runs.outside[scene.runs]]
    mine = mine[~scene.used[runs.report[mine]]]
    order = mine[np.argsort(runs.start[mine], kind="stable")]
    done: list[int] = []
    wanted = scene.wanted(len(trips))
    for trip in trips[scene.stream.shuffled(len(trips))]:
        begin, end = int(times.sampled[trip]), int(times.sampling_end[trip])
        at = int(np.searchsorted(runs.start[order], begin))
        if len(done) >= wanted or at >= len(order) or runs.start[order[at]] >= end - 300:
            continue
        report = int(runs.report[order[at]])
        if report == trip or report in done or times.sampled[report] == begin:
            continue
        _set_tester(scene, np.array([report]), int(times.sampler[trip]))
        scene.used[trip] = True
        done.append(report)
    return np.array(done, dtype=np.int64)


def ghost_travel(scene: Scene) -> Array:
    """One sampler at two distant clients: at one time (L1), three minutes later (L2), eight minutes later (L3)."""
    shard, times, traces = scene.shard, scene.shard.times, scene.shard.traces
    least = scene.by_level(0.05, 0.08, 0.12)
    gap = scene.by_level(-600, 180, 480)
    able = scene.free(times.sampled >= 0)
    able = able[np.argsort(times.sampled[able], kind="stable")]
    wanted = scene.wanted(len(able) // 2)
    done: list[int] = []
    for at in scene.stream.shuffled(len(able)):
        host = int(able[at])
        if len(done) >= wanted * 2:
            break
        if host in done:
            continue
        start = int(times.sampling_end[host]) + gap
        for guest in (int(row) for row in able[at + 1 : at + 80]):
            far = max(abs(traces.lon[host] - traces.lon[guest]), abs(traces.lat[host] - traces.lat[guest])) >= least
            near_in_time = times.sampled[guest] >= start and times.sampled[guest] < start + 12 * DAY
            if far and near_in_time and guest not in done and shard.reports.line[guest] == shard.reports.line[host]:
                length = times.sampling_end[guest] - times.sampled[guest]
                times.sampled[guest], times.sampling_end[guest] = start, start + length
                times.sampler[guest] = times.sampler[host]
                traces.located[[host, guest]] = True
                traces.gps_m[[host, guest]] = np.minimum(traces.gps_m[[host, guest]], 15)
                done.extend((host, guest))
                break
    return np.array(done, dtype=np.int64)


def backdate(scene: Scene) -> Array:
    """Every written time is moved back: weeks (L1, files keep their own times), weeks (L2), one week (L3)."""
    shard, times = scene.shard, scene.shard.times
    weeks = scene.by_level(3 + scene.stream.one(6), 2 + scene.stream.one(3), 1)
    shift = int(weeks * 7 * DAY + (scene.by_level(2, 0, 0) * DAY))
    chiefs = [person for pair in scene.house.signatories.values() for person in pair]
    able = scene.free(
        (np.where(times.sampled >= 0, times.sampled, times.received) > shift + 5 * DAY)
        & np.isin(shard.signatory, chiefs) & (shard.reports.retest_of < 0) & ~shard.reports.lane
    )  # fmt: skip
    rows = scene.pick(able, scene.wanted(len(able)))
    for name in ("sampled", "sampling_end"):
        column = getattr(times, name)
        column[rows] = np.where(column[rows] >= 0, column[rows] - shift, column[rows])
    for name in ("received", "started", "finished", "signed", "issued"):
        getattr(times, name)[rows] -= shift
    if scene.level > 0:
        times.created[rows] -= shift
    shard.reports.arrival[rows] -= shift
    mine = scene.runs[np.isin(shard.runs.report[scene.runs], rows)]
    shard.runs.start[mine] -= shift
    shard.runs.end[mine] -= shift
    shard.traces.paper_lead[rows] = shift
    shard.traces.file_late[rows] = shift if scene.level == 0 else 0
    shard.certificate[rows] = certificate_at(shard.houses, shard.reports.institution[rows], times.issued[rows])
    return rows


def reuse_photo(scene: Scene) -> Array:
    """A photograph of another report: the same file (L1), cropped and compressed anew (L2), another view (L3)."""
    shard = scene.shard
    able = scene.free(shard.traces.pictured)
    rows = scene.pick(able, scene.wanted(len(able) * 2 // 3))
    sources = np.setdiff1d(able, rows)
    done = []
    for row in rows:
        fit = sources[
            (shard.reports.lane[sources] == shard.reports.lane[row])
            & ((shard.reports.vehicle[sources] != shard.reports.vehicle[row]) | ~shard.reports.lane[row])
        ]
        if not len(fit):
            continue
        source = int(fit[scene.stream.one(len(fit))])
        shard.traces.photo_of[row] = source
        shard.traces.sources[int(row)] = source
        scene.used[source] = True
        done.append(int(row))
    return np.array(done, dtype=np.int64)


def collude(scene: Scene) -> Array:
    """Proficiency results agreed with another institution; the rounds are written from the plan."""
    scene.committed = True
    return scene.rows[:0]


def lend(scene: Scene) -> Array:
    """The certificate covers another institution's work: its instrument (L1), its people (L2), its devices (L3)."""
    shard, own = scene.shard, scene.shard.institutions[scene.number]
    partner = shard.plan.institutions[scene.fraud.partner]
    pair = (min(own.number, partner.number), max(own.number, partner.number))
    stream = Stream(shard.plan.seed, "lent", *pair)
    kind = shared_kind(own, partner)
    line = int(shard.reports.line[scene.rows[0]])
    rows = scene.free(shard.reports.line == line)
    if scene.level == 0:
        rows = _on_lent_instrument(
            scene, rows, kind, f"LX{stream.one(900_000) + 100_000}", lender=own.number == pair[0]
        )
    if scene.level == 1:
        team = scene.house.testers[line]
        key = f"{stream.words(1)[0]:016x}"
        for row in shard.masters.rows["people"]:
            if row["person_id"] == shard.masters.people[team[0]]:
                row["person_key"] = key
        rows = rows[shard.tester[rows] == team[0]]
    if own.number != pair[0]:
        scene.committed = True
        return rows[:0]
    rows = scene.pick(rows, scene.wanted(len(rows)))
    shard.traces.device_house[rows] = partner.number
    shard.traces.agent[rows] = 900 + pair[0] % 90
    return rows


def _on_lent_instrument(scene: Scene, rows: Array, kind: int, serial: str, *, lender: bool) -> Array:
    """The lender logs work on a further instrument whose serial number is that of the other's own."""
    shard, runs = scene.shard, scene.shard.runs
    assert shard.instruments is not None  # noqa: S101 - frauds come after
    mine = scene.runs[
        runs.keep[scene.runs] & (runs.kind[scene.runs] == kind) & ~runs.outside[scene.runs]
        & np.isin(runs.report[scene.runs], rows)
    ]  # fmt: skip
    if not len(mine):
        return rows[:0]
    units, count = np.unique(runs.unit[mine], return_counts=True)
    mine = mine[runs.unit[mine] == units[np.argmax(count)]]
    if not lender:
        shard.serials[int(shard.instruments.of_run[mine[0]])] = serial
        return rows[:0]
    reports = np.unique(runs.report[mine])
    reports = scene.pick(reports, scene.wanted(len(reports)))
    mine = mine[np.isin(runs.report[mine], reports)]
    runs.unit[mine] = LENT_UNIT
    before = {shard.instruments.ids[number]: serial_ for number, serial_ in shard.serials.items()}
    shard.instruments = find_instruments(shard.reports, runs, shard.lines)
    shard.serials = {shard.instruments.ids.index(identity): text for identity, text in before.items()}
    shard.serials[int(shard.instruments.of_run[mine[0]])] = serial
    return reports


def sell_online(scene: Scene) -> Array:
    """Reports sold on a trading site without a sample; the offer says so openly (L1) or hardly (L3)."""
    shard = scene.shard
    shard.listings.append(offer(scene.stream, scene.house, shard.plan.window, level=scene.level))
    able = scene.free(~shard.reports.lane)
    rows = scene.pick(able, scene.wanted(len(able)))
    for row in rows:
        mine = scene.items_of(int(row))
        from_history(scene, mine)
        summarise(shard.items, mine)
    if scene.level == 0:
        shard.raw_kept[rows] = False
    return rows
