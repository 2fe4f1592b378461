"""Rows of the contract for vehicles: their tests with what the on-board diagnosis said, and the register."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hengjian.citylab import columns as col
from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.evidence import placed
from hengjian.citylab.output import Frame
from hengjian.citylab.process import run_of_report
from hengjian.citylab.shard import Shard
from hengjian.citylab.vehicles import MODELS, Vehicles
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]


def write_vehicles(shard: Shard, frame: Frame, out: Dataset) -> None:
    """The tests of vehicles, and the register of the vehicles seen."""
    rows = np.flatnonzero(shard.reports.lane)
    vehicles = shard.vehicles
    if vehicles is None or not len(rows):
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
    run = run_of_report(shard, row)
    safety = reports.product[row] == cat.product_number("safety")
    methods = [entry["method"] for entry in cat.products]
    heavy = np.array([int(m[6] == "1" and float(m[4]) > 4000) for m in MODELS])
    days = shard.times.started[row] // 86_400 - vehicles.first_day[vehicle]
    odometer = np.rint(days / 365.25 * vehicles.yearly_km[vehicle])
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
        "started_at": col.moments(first, shard.runs.start[run]),
        "finished_at": col.moments(first, shard.runs.end[run]),
        "attempt": 1 + (reports.retest_of[row] >= 0).astype(np.int64),
        "test_kind": col.lookup(safety.astype(np.int64), ("emission", "safety")),
        "driver_id": col.lookup(shard.run_tester[run], shard.masters.people),
        "drive": col.lookup(vehicles.all_wheels[vehicle].astype(np.int64), ("两驱", "全时四驱")),
    }
    columns |= _diagnosis(shard, vehicles, row, safety | (vehicles.stage[vehicle] == 0), odometer)
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
    columns |= _model_columns(vehicles, vehicle, wanted)
    columns["rated_power_kw"] = np.rint(columns["rated_power_kw"] * shard.readout.rated[row])
    out.append("vehicle_tests", columns, len(row))


def _diagnosis(shard: Shard, vehicles: Vehicles, row: Array, none: Array, odometer: Array) -> dict[str, Any]:
    """What the diagnosis socket told; nothing for vehicles that have none."""
    readout, reports = shard.readout, shard.reports
    assert readout is not None  # noqa: S101 - there are vehicles
    told = readout.vin[row]
    counters = readout.counters[row]
    own = shard.stream("diagnosis")
    n = len(vehicles)
    ratios = [150 + own.integers(n, 750)[counters] for _ in range(4)]
    cleared = 200 + own.integers(n, 24_000)[counters]
    fresh = (own.uniform(len(reports)) < 0.35)[row] & (reports.retest_of[row] >= 0)
    ready = (own.uniform(len(reports)) < 0.04)[row].astype(np.int64)
    ecus = np.array([1 + i % 3 for i in range(len(MODELS))])[vehicles.model[vehicles.row[row]]]
    repaired = (own.uniform(len(reports)) < 0.7)[row] & (reports.retest_of[row] >= 0)
    iupr = pc.binary_join_element_wise(*(col.coded("0.", (ratio, 3)) for ratio in ratios), "|")
    mute = pa.array(np.maximum(told, 0), mask=none | (told < 0))
    return {
        "obd_vin": vehicles.vin.take(mute),
        "obd_calid": col.lookup(readout.calid[row], readout.calids, none),
        "obd_cvn": col.lookup(readout.cvn[row], readout.cvns, none),
        "obd_protocol": col.lookup(ecus % 2, ("ISO15765", "ISO14230"), none),
        "obd_monitor_mask": col.lookup(ready, ("07E500", "07E504"), none),
        "obd_ecu_count": pa.array(ecus, mask=none),
        "obd_km": pa.array(np.maximum(odometer - 3, 0), mask=none),
        "dtc_clear_km": pa.array(np.where(fresh, cleared % 60, cleared).astype(float), mask=none),
        "iupr": pc.if_else(pa.array(none), pa.scalar(None, pa.string()), iupr),
        "repair_no": col.lookup(row, [f"WX{k:07d}" for k in range(len(reports))], ~repaired),
    }
