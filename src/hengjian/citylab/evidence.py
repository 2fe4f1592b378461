"""From the arrays of a shard to rows of the contract: results, raw records, process data, vehicle tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.citylab import columns as col
from hengjian.citylab.catalogue import BENCH, OPS, SEQUENCE, catalogue
from hengjian.citylab.output import Frame
from hengjian.citylab.schedule import expand
from hengjian.citylab.shard import Shard, injections
from hengjian.citylab.slips import UNIT, Slips, mistyped_values
from hengjian.citylab.values import meets_limit
from hengjian.citylab.vehicles import CHANNELS, MODELS, PRESS_POINTS, Vehicles, exhaust_curves, press_curves
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
    lag = stream.integers(len(raw.runs), 110)[which]
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


def _run_of_report(shard: Shard, rows: Array) -> Array:
    first = np.full(len(shard.reports), -1)
    attended = np.flatnonzero(shard.runs.mode == BENCH)[::-1]
    first[shard.runs.report[attended]] = attended
    return first[rows]


def _append_series(shard: Shard, frame: Frame, out: Dataset, rows: Array, series: dict[str, Any]) -> None:
    """Write series of `rows` (reports) in output order; `series` maps columns to one entry a series row."""
    owner = series.pop("owner")
    which, place = placed(frame, owner)
    run = _run_of_report(shard, owner)[which]
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
    back = np.full(len(shard.reports), -1)
    back[rows] = np.arange(len(rows))
    source = back[shard.curve_of[rows]]
    source = np.where(source < 0, np.arange(len(rows)), source)
    matrix = np.stack([curves[name][source] for name in CHANNELS], axis=1).reshape(-1, curves["co_pct"].shape[1])
    _disturb(shard, rows, matrix)
    k = len(rows) * len(CHANNELS)
    series = {
        "owner": np.repeat(rows, len(CHANNELS)),
        "channel": col.lookup(np.tile(np.arange(len(CHANNELS)), len(rows)), CHANNELS),
        "item_code": col.lookup(np.zeros(k), ("co_gkm",)),
        "hz": pa.array(np.ones(k)),
        "values": _lists(matrix),
        "replicate": pa.array(np.zeros(k, dtype=np.int64)),
    }
    _append_series(shard, frame, out, rows, series)


def _disturb(shard: Shard, rows: Array, matrix: Array) -> None:
    """Cloned curves of careful cheats are shifted by some seconds (L2) or scaled with noise (L3); L1 stays exact."""
    cloned = np.flatnonzero(shard.curve_of[rows] != rows)
    if shard.plan.stealth == "L1" or not len(cloned):
        return
    stream = shard.stream("disturb")
    for report in cloned:
        lines = slice(report * len(CHANNELS), (report + 1) * len(CHANNELS))
        if shard.plan.stealth == "L2":
            matrix[lines] = np.roll(matrix[lines], 1 + stream.one(4), axis=1)
            continue
        scale = 0.6 + 0.35 * stream.share()
        noise = stream.normal(matrix[lines].size).reshape(matrix[lines].shape)
        matrix[lines] = np.round(
            matrix[lines] * np.array([[1], [scale], [1], [scale], [scale]]) * (1 + 0.02 * noise), 2
        )


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
    back = np.full(len(shard.reports), -1)
    back[rows] = np.arange(len(rows))
    source = back[shard.curve_of[rows]]
    curves = curves[np.where(source < 0, np.arange(len(rows)), source)]
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


def write_vehicles(shard: Shard, frame: Frame, out: Dataset, vehicles: Vehicles) -> None:
    """The tests of vehicles, and the register of the vehicles seen."""
    rows = np.flatnonzero(shard.reports.lane)
    if not len(rows):
        return
    which, place = placed(frame, rows)
    row = rows[which]
    _write_tests(shard, frame, out, vehicles, row, place)
    window = shard.plan.window
    columns = {"vin": vehicles.vin, "first_registered_on": col.days(window.first, vehicles.first_day)}
    columns |= _model_columns(
        vehicles,
        np.arange(len(vehicles)),
        ("model", "engine_model", "fuel", "rated_power_kw", "ref_mass_kg", "wheelbase_mm", "axles", "emission_stage"),
    )
    out.append("vehicles", columns, len(vehicles))


def _model_columns(vehicles: Vehicles, vehicle: Array, wanted: tuple[str, ...]) -> dict[str, Any]:
    model = vehicles.model[vehicle]
    numbers = {
        name: np.array([float(m[k]) for m in MODELS])[model]
        for name, k in (("displacement_l", 2), ("rated_power_kw", 3), ("ref_mass_kg", 4), ("wheelbase_mm", 5))
    }
    diesel = np.array([m[6] == "1" for m in MODELS])[model]
    made = {
        **numbers,
        "model": col.lookup(model, [m[0] for m in MODELS]),
        "engine_model": col.lookup(model, [m[1] for m in MODELS]),
        "fuel": col.lookup(diesel.astype(np.int64), ("汽油", "柴油")),
        "axles": np.where(numbers["ref_mass_kg"] > 8700, 3, 2),
        "vehicle_type": col.lookup(model, [m[7] for m in MODELS]),
        "emission_stage": col.lookup(vehicles.stage[vehicle], ("国四", "国五", "国六")),
    }
    return {name: made[name] for name in wanted}


def _write_tests(shard: Shard, frame: Frame, out: Dataset, vehicles: Vehicles, row: Array, place: Array) -> None:
    reports, cat, first = shard.reports, catalogue(), shard.plan.window.first
    vehicle = vehicles.row[row]
    run = _run_of_report(shard, row)
    safety = reports.product[row] == cat.product_number("safety")
    methods = [entry["method"] for entry in cat.products]
    heavy = np.array([int(m[6] == "1" and float(m[4]) > 4000) for m in MODELS])
    engines = sorted({m[1] for m in MODELS})
    engine = np.array([engines.index(m[1]) for m in MODELS])[vehicles.model[vehicle]]
    days = shard.times.started[row] // 86_400 - vehicles.first_day[vehicle]
    odometer = np.rint(days / 365.25 * vehicles.yearly_km[vehicle])
    no_obd = safety | (vehicles.stage[vehicle] == 0)
    numbers = np.array([entry.number for entry in shard.institutions])[reports.institution[row]]
    columns = {
        "report_id": frame.ids.take(pa.array(place)),
        "plate": pc.binary_join_element_wise(pa.scalar("澄A·"), vehicles.plate.take(pa.array(vehicle)), ""),
        "plate_kind": col.lookup(heavy[vehicles.model[vehicle]], ("小型汽车", "大型汽车")),
        "vin": vehicles.vin.take(pa.array(vehicle)),
        "first_registered_on": col.days(first, vehicles.first_day[vehicle]),
        "odometer_km": odometer,
        "lane_id": col.coded("X", (numbers, 4), (reports.bench[row] + 1, 3)),
        "method": col.lookup(reports.product[row], methods, safety),
        "obd_vin": vehicles.vin.take(pa.array(vehicle, mask=no_obd)),
        "obd_calid": col.lookup(engine, vehicles.calid, no_obd),
        "obd_cvn": col.lookup(engine, vehicles.cvn, no_obd),
        "obd_protocol": col.lookup(np.zeros(len(row)), ("ISO15765",), no_obd),
        "obd_km": pa.array(np.maximum(odometer - 3, 0), mask=no_obd),
        "started_at": col.moments(first, shard.runs.start[run]),
        "finished_at": col.moments(first, shard.runs.end[run]),
        "attempt": 1 + (reports.retest_of[row] >= 0).astype(np.int64),
        "test_kind": col.lookup(safety.astype(np.int64), ("emission", "safety")),
        "driver_id": col.lookup(shard.run_tester[run], shard.masters.people),
    }
    wanted = (
        "model",
        "engine_model",
        "fuel",
        "displacement_l",
        "rated_power_kw",
        "ref_mass_kg",
        "wheelbase_mm",
        "axles",
        "vehicle_type",
        "emission_stage",
    )
    out.append("vehicle_tests", columns | _model_columns(vehicles, vehicle, wanted), len(row))
