"""What others saw: the road, meters of plants, gates of stations, plants that stood still, rain."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.citylab import columns as col
from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.codes import COUNTIES
from hengjian.citylab.habits import hands_over, lots
from hengjian.citylab.shard import Shard
from hengjian.citylab.values import verdicts
from hengjian.citylab.vehicles import MODELS
from hengjian.citylab.workdays import DAY, Window
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]

SEEN_BY_SENSOR, PASSES, STOPPED_ON_ROAD = 0.7, 3, 0.04
"""Share of the tested vehicles that a remote sensor sees in each of some passes, and that are stopped on the road."""

METERED = 0.1
"""Share of the clients of environment institutions whose power is metered day by day."""

OPEN, CLOSED = 6 * 3600, 20 * 3600


def write_outside(shard: Shard, out: Dataset) -> None:
    """Everything from outside about the institutions of a shard."""
    _write_road(shard, out)
    _write_gates(shard, out)
    _write_plants(shard, out)
    _write_sites(shard, out)


def _append(out: Dataset, shard: Shard, count: int, columns: dict[str, Any]) -> None:
    _events(out, shard.plan.window.first, count, columns)


def _events(out: Dataset, first: date, count: int, columns: dict[str, Any]) -> None:
    columns |= {name: col.moments(first, columns[name]) for name in ("from_at", "to_at") if name in columns}
    columns |= {name: columns[name].cast(pa.string()) for name in ("kind", "place_id", "unit", "source")}
    out.append("external_events", columns, count)


def _chance_of_failing(shard: Shard, rows: Array, lag: Array) -> Array:
    """How likely a vehicle is beyond the limit so many seconds after its test: age, fuel, time, owners' care."""
    vehicles, reports = shard.vehicles, shard.reports
    assert vehicles is not None  # noqa: S101 - rows are vehicles
    car = vehicles.row[rows]
    age = -vehicles.first_day[car] / 365.25
    diesel = np.array([m[6] == "1" for m in MODELS])[vehicles.model[car]]
    care = np.array([2 * lots(shard.plan.seed, "owners", 3, e).sum() - 3 for e in shard.institutions])
    base = np.where(diesel, 0.035 + 0.009 * age, 0.012 + 0.0045 * age)
    chance = base * (1 + 0.6 * lag / (365 * DAY)) * np.exp(0.28 * care[reports.institution[rows]])
    chance = np.where(verdicts(reports, shard.items)[rows] == 0, 0.45, chance)
    bought = shard.bought_passes[rows]
    return np.where(bought > 0, bought, np.minimum(chance, 0.6))


def _write_road(shard: Shard, out: Dataset) -> None:
    """Vehicles seen by sensors or stopped on the road after their emission test.

    A vehicle is as it is: who smokes is seen smoking again. Sensors overlook a fifth of what is beyond the limit and
    accuse four in a thousand of the others; half of the stops by the police are of vehicles that look bad.
    """
    reports, vehicles, cat = shard.reports, shard.vehicles, catalogue()
    if vehicles is None:
        return
    stream, end = shard.stream("on the road"), shard.plan.window.days * DAY
    rows = np.flatnonzero(reports.lane & (reports.product != cat.product_number("safety")))
    n, tested = len(rows), shard.times.finished[rows]
    worn = stream.uniform(n)
    sights = [("remote_sensing", SEEN_BY_SENSOR, "遥感监测点")] * PASSES + [("roadside", STOPPED_ON_ROAD, "路检点")]
    for kind, share, source in sights:
        lag = (1 + 330 * stream.uniform(n)) * DAY
        at = (tested + lag).astype(np.int64) // DAY * DAY + DAY + DAY // 4 + stream.integers(n, DAY // 2)
        truly, error = worn < _chance_of_failing(shard, rows, lag), stream.uniform(n)
        bad = np.where(truly, error > 0.2, error < 0.004) if kind == "remote_sensing" else truly
        chance = share * np.where(truly & (kind == "roadside"), 2.0, 1.0)
        seen = np.flatnonzero((stream.uniform(n) < chance) & (at < end))
        seen = seen[np.argsort(at[seen], kind="stable")]
        place, point = pa.array(vehicles.row[rows[seen]]), stream.integers(len(seen), 24)
        by_plate = stream.uniform(len(seen)) < (0.9 if kind == "remote_sensing" else 0.3)
        plates = pc.binary_join_element_wise(pa.scalar("澄A"), vehicles.plate.take(place), "")
        columns = {
            "kind": col.lookup(np.zeros(len(seen)), (kind,)),
            "place_id": pc.if_else(pa.array(by_plate), plates, vehicles.vin.take(place)),
            "from_at": at[seen],
            "value": bad[seen].astype(float),
            "unit": col.lookup(np.zeros(len(seen)), ("判定",)),
            "source": col.lookup(point, [f"{source}{k + 1:02d}" for k in range(24)]),
        }
        _append(out, shard, len(seen), columns)


def _write_gates(shard: Shard, out: Dataset) -> None:
    """Vehicles that the gate camera of a station counted each day; cameras miss some, and fail for days."""
    reports = shard.reports
    for number, (entry, house) in enumerate(zip(shard.institutions, shard.houses, strict=True)):
        if entry.field != "vehicle" or not hands_over(shard.plan.seed, "gates", entry) or entry.number % 5 < 2:
            continue
        own = Stream(shard.plan.seed, "gate", entry.number)
        mine = np.flatnonzero(reports.lane & (reports.institution == number))
        came = np.unique(reports.arrival[mine] // DAY * (1 << 32) + reports.vehicle[mine]) >> 32
        count = np.bincount(came, minlength=shard.plan.window.days)[: shard.plan.window.days]
        days = shard.plan.window.lane_days
        seen = np.rint(count[days] * (0.93 + 0.05 * own.uniform(len(days))) + 6 * own.uniform(len(days)))
        seen = np.maximum(seen, np.minimum(count[days], 1))
        broken = np.zeros(len(days), dtype=bool)
        for begin in np.flatnonzero(own.uniform(len(days)) < 0.004):
            broken[begin : begin + 1 + own.one(3)] = True
        # Half of the broken cameras hand over nothing, half a zero.
        told = ~broken | (own.share() < 0.5)
        seen = np.where(broken, 0, seen)[told]
        n = len(seen)
        _append(out, shard, n, {
            "kind": col.lookup(np.zeros(n), ("gate",)),
            "place_id": col.lookup(np.zeros(n), (house.sites[0],)),
            "from_at": days[told] * DAY + OPEN,
            "to_at": days[told] * DAY + CLOSED,
            "value": seen.astype(float),
            "unit": col.lookup(np.zeros(n), ("辆",)),
            "source": col.lookup(np.zeros(n), ("卡口",)),
        })  # fmt: skip


def _plant_days(own: Stream, window: Window, visits: Array) -> tuple[Array, Array]:
    """Load of a plant each day (1: full) and the days on which it stands still; nobody samples a plant that does."""
    days = window.days
    open_days = np.zeros(days, dtype=bool)
    open_days[window.lab_days] = True
    through = own.share() < 0.4
    load = np.where(open_days | through, 1.0, 0.25 + 0.3 * own.share())
    load = load * np.exp(0.12 * own.normal(days))
    still = np.zeros(days, dtype=bool)
    for _ in range(own.one(3)):
        begin = own.one(days)
        still[begin : begin + 3 + own.one(14)] = True
    for day in visits:
        still[max(int(day) - 1, 0) : int(day) + 2] = False
    return np.where(still, 0.04 * load, load), still


def _write_plants(shard: Shard, out: Dataset) -> None:
    """Power of metered plants day by day, and their notices of standing still.

    A meter now and then loses its connection: a day without reading, and the next with the sum of two.
    """
    reports, clients = shard.reports, shard.masters.rows["clients"]
    environment = np.array([line.field == "environment" for line in shard.lines])[reports.line]
    visited = np.flatnonzero(environment & reports.collected)
    of_client: dict[int, list[int]] = {}
    for row in visited.tolist():
        of_client.setdefault(int(shard.client[row]), []).append(row)
    rows: list[dict[str, Any]] = []
    window = shard.plan.window
    for client, mine in sorted(of_client.items()):
        name = clients[client]["client_id"]
        own = Stream(shard.plan.seed, "plant", name)
        idle = {
            int(shard.times.sampled[row]) // DAY: shard.idle_plants[row] for row in mine if row in shard.idle_plants
        }
        if own.share() >= METERED and not idle:
            continue
        days = np.clip(shard.times.sampled[np.array(mine)] // DAY, 0, window.days - 1)
        load, still = _plant_days(own, window, np.array([day for day in days if int(day) not in idle]))
        for day, left in idle.items():
            load[day], still[day] = left, left < 0.2
        rows.extend(_metered(own, window, name, load))
        rows.extend(_notices(window, name, still))
    _append_rows(out, shard, rows)


def _metered(own: Stream, window: Window, name: str, load: Array) -> list[dict[str, Any]]:
    usual = float(np.exp(6.5 + 1.1 * own.normal(1)[0]))
    lost = own.uniform(window.days) < 0.004
    used = np.rint(usual * load * 10) / 10
    rows, carried = [], 0.0
    for day in range(window.days):
        if lost[day]:
            carried += float(used[day])
            continue
        rows.append({
            "kind": "power", "place_id": name, "from_at": day * DAY, "to_at": (day + 1) * DAY,
            "value": round(float(used[day]) + carried, 1), "unit": "kWh", "source": "用电监管平台",
        })  # fmt: skip
        carried = 0.0
    return rows


def _notices(window: Window, name: str, still: Array) -> list[dict[str, Any]]:
    edges = np.flatnonzero(np.diff(np.r_[False, still, False].astype(np.int64)))
    return [
        {
            "kind": "stop", "place_id": name, "from_at": int(begin) * DAY, "to_at": int(end) * DAY,
            "value": None, "unit": None, "source": "停产报备",
        }
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]  # fmt: skip


def _write_sites(shard: Shard, out: Dataset) -> None:
    """Power of some laboratories and stations, month by month, as the grid company bills it."""
    window, rows = shard.plan.window, []
    done = np.bincount(shard.reports.institution, minlength=len(shard.institutions))
    for number, (entry, house) in enumerate(zip(shard.institutions, shard.houses, strict=True)):
        lot = lots(shard.plan.seed, "bills", 8 + 12, entry)
        if not hands_over(shard.plan.seed, "bills", entry) or lot[0] < 0.6:
            continue
        ground = 900 * float(np.exp(1.4 * (lot[1:4].sum() - 1.5)))
        ground += 2.2 * float(done[number]) * float(np.exp(0.6 * (lot[4:7].sum() - 1.5)))
        cuts = np.linspace(0, window.days, 13).astype(int)
        wave = np.exp(0.35 * (lot[8:] - 0.5))
        rows.extend(
            {
                "kind": "power", "place_id": house.sites[0], "from_at": int(cuts[k]) * DAY,
                "to_at": int(cuts[k + 1]) * DAY, "value": round(ground * float(wave[k]), 1),
                "unit": "kWh", "source": "供电公司账单",
            }
            for k in range(12)
        )  # fmt: skip
    _append_rows(out, shard, rows)


def _append_rows(out: Dataset, shard: Shard, rows: list[dict[str, Any]]) -> None:
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in ("value",)}
    for name in ("kind", "place_id", "unit", "source"):
        columns[name] = pa.array([row[name] for row in rows], type=pa.string()).dictionary_encode()
    for name in ("from_at", "to_at"):
        columns[name] = np.array([row[name] for row in rows], dtype=np.int64)
    _append(out, shard, len(rows), columns)


def dry_hours(shard: Shard, dry: Array) -> None:
    """Mark hours (county × hour of the year) in which outdoor noise was measured: nobody does that in the rain."""
    cat, counties = catalogue(), list(COUNTIES)
    rows = np.flatnonzero((shard.reports.product == cat.product_number("noise")) & shard.reports.collected)
    county = np.array([counties.index(house.area) for house in shard.houses])[shard.reports.institution[rows]]
    for edge in (shard.times.sampled[rows], shard.times.sampling_end[rows], shard.times.finished[rows]):
        dry[county, np.clip(edge // 3600, 0, dry.shape[1] - 1)] = True


def write_weather(seed: int, window: Window, dry: Array, out: Dataset) -> None:
    """Rain of each county by the hour, where there was any."""
    hours = dry.shape[1]
    for number, area in enumerate(COUNTIES):
        own = Stream(seed, "weather", area)
        begin = np.flatnonzero(own.uniform(hours) < 0.011)
        rain = np.zeros(hours)
        for hour, length in zip(begin.tolist(), (2 + own.integers(len(begin), 9)).tolist(), strict=True):
            rain[hour : hour + length] += 0.2 + 6 * own.share() ** 3
        rain[dry[number]] = 0.0
        wet = np.flatnonzero(rain)
        _events(out, window.first, len(wet), {
            "kind": col.lookup(np.zeros(len(wet)), ("weather",)),
            "place_id": col.lookup(np.zeros(len(wet)), (area,)),
            "from_at": wet * 3600,
            "to_at": wet * 3600 + 3600,
            "value": np.round(rain[wet], 1),
            "unit": col.lookup(np.zeros(len(wet)), ("mm",)),
            "source": col.lookup(np.zeros(len(wet)), ("气象站",)),
        })  # fmt: skip
