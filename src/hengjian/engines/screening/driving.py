"""What the curves of one driven test tell of car and engine: does the exhaust follow the load, which gear turned.

The functions reduce record batches that hold two or three channels of one recording side by side, with `hz`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.curves import Floats, Integers, aligned

LAGS_S = range(2, 13)
"""Seconds that the gas takes from the engine to the analyser."""

LEAST_POINTS = 60
RUNNING_RPM = 400.0
DRIVEN_KMH = 5.0
FAST_SHARE = 0.9
LEAST_FAST_KMH = 25.0
LEAST_FAST_POINTS = 5
TACHO_APART = 0.05
TACHO_S = 10.0
STEADY_FACTOR = 0.03

FOLLOWED = pa.schema(
    [(name, pa.string()) for name in ("report_id", "driver", "kind")] + [("r", pa.float64()), ("lag_s", pa.int64())]
)
TURNED = pa.schema([("report_id", pa.string()), ("off_share", pa.float64()), ("ratio", pa.float64())])
TACHO = pa.schema(
    [("report_id", pa.string()), ("apart_s", pa.float64()), ("factor", pa.float64()), ("constant", pa.bool_())]
)


def specific_power(speed: Floats, hz: float) -> Floats:
    """Power by mass that driving at this speed (km/h) takes, in kW/t (Jiménez-Palacios), never below nought."""
    metres = speed / 3.6
    pull = 1.1 * np.gradient(metres, axis=1) * hz + 0.132
    return np.asarray(np.maximum(metres * pull + 0.000302 * metres**3, 0.0), dtype=np.float64)


def followed(load: Floats, gas: Floats, hz: float) -> tuple[Floats, Integers]:
    """(greatest correlation of gas with the load 2 to 12 s before, its lag); NaN where the load stands still."""
    best, lags = np.full(len(load), -np.inf), np.zeros(len(load), dtype=np.int64)
    for lag in LAGS_S:
        shift = round(lag * hz)
        if shift < 1 or shift >= load.shape[1] - LEAST_POINTS // 2:
            continue
        x, y = load[:, :-shift], gas[:, shift:]
        x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
        below = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
        r = np.divide((x * y).sum(axis=1), below, out=np.zeros(len(x)), where=below > 0)
        lags = np.where(r > best, lag, lags)
        best = np.maximum(best, r)
    return np.where((load.std(axis=1) > 0) & np.isfinite(best), best, np.nan), lags


def reduce_followed(batch: pa.RecordBatch) -> pa.Table:
    """How far the exhaust of every test follows its load: as a flow of CO2 where the flow is known."""
    parts = [FOLLOWED.empty_table()]
    drivers = np.array(batch.column("driver").to_pylist(), dtype=np.str_)
    with_flow = batch.column("flow").value_lengths().fill_null(0).to_numpy(zero_copy_only=False) > 0
    for names, kind in ((("gas", "load", "flow"), "flow"), (("gas", "load"), "share")):
        for rows, hz, matrix in _by_frequency(batch, names):
            keep = with_flow[rows] == (kind == "flow")
            rows, some = rows[keep], [one[keep] for one in matrix]
            gas = some[0] * some[2] if kind == "flow" else some[0]
            power = np.where((drivers[rows] == "power_kw")[:, None], some[1], specific_power(some[1], hz))
            r, lag = followed(power, gas, hz)
            known = np.isfinite(r)
            names_of = [batch.column(name).take(pa.array(rows[known])) for name in ("report_id", "driver")]
            kinds = pa.array([kind] * int(known.sum()), pa.string())
            parts.append(pa.table([*names_of, kinds, pa.array(r[known]), pa.array(lag[known])], schema=FOLLOWED))
    return pa.concat_tables(parts)


def _by_frequency(batch: pa.RecordBatch, names: tuple[str, ...]) -> Iterator[tuple[Integers, float, list[Floats]]]:
    """As `aligned`, rows of one sampling frequency together."""
    every = batch.column("hz").cast(pa.float64()).to_numpy(zero_copy_only=False)
    for rows, matrix in aligned(batch, names, least=LEAST_POINTS):
        for hz in np.unique(every[rows][np.isfinite(every[rows])]):
            mine = every[rows] == hz
            yield rows[mine], float(hz), [one[mine] for one in matrix]


def reduce_turned(batch: pa.RecordBatch) -> pa.Table:
    """Share of driven seconds with the engine off; ln of revolutions by km/h where the car is fastest."""
    parts = [TURNED.empty_table()]
    for rows, _, (speed, rpm) in _by_frequency(batch, ("speed", "rpm")):
        driven = speed > DRIVEN_KMH
        off = (driven & (rpm < RUNNING_RPM)).sum(axis=1) / np.maximum(driven.sum(axis=1), 1)
        fast = (speed >= np.maximum(FAST_SHARE * speed.max(axis=1, keepdims=True), LEAST_FAST_KMH)) & (rpm > 0)
        lines = np.where(fast, np.log(np.maximum(rpm, 1.0) / np.maximum(speed, 1.0)), np.nan)
        enough = fast.sum(axis=1) >= LEAST_FAST_POINTS
        ratio = np.full(len(rows), np.nan)
        ratio[enough] = np.nanmedian(lines[enough], axis=1)
        ids = batch.column("report_id").take(pa.array(rows))
        parts.append(pa.table([ids, pa.array(off), pa.array(ratio, from_pandas=True)], schema=TURNED))
    return pa.concat_tables(parts)


def reduce_tacho(batch: pa.RecordBatch) -> pa.Table:
    """Seconds in which tachometer and engine computer differ by more than 5 %, two seconds' shift allowed."""
    parts = [TACHO.empty_table()]
    for rows, hz, (rpm, obd) in _by_frequency(batch, ("rpm", "obd")):
        known = (rpm > RUNNING_RPM) & (obd > RUNNING_RPM)  # a dropout shows nought
        ratio = np.where(known, rpm / np.maximum(obd, 1.0), np.nan)
        some = known.sum(axis=1) > TACHO_S * hz
        factor, constant = np.ones(len(rows)), np.zeros(len(rows), dtype=bool)
        factor[some] = np.nanmedian(ratio[some], axis=1)
        spread = np.nanmedian(np.abs(ratio[some] / factor[some, None] - 1), axis=1)
        constant[some] = (np.abs(factor[some] - 1) > TACHO_APART) & (spread <= STEADY_FACTOR)
        least = np.full(len(rows), np.inf)
        for shift in range(round(-2 * hz), round(2 * hz) + 1):
            moved = np.roll(obd, shift, axis=1)
            both = known & (moved > RUNNING_RPM)
            least = np.minimum(least, (both & (np.abs(rpm - moved) > TACHO_APART * moved)).sum(axis=1) / hz)
        ids = batch.column("report_id").take(pa.array(rows[some]))
        columns = [pa.array(one[some]) for one in (least, factor, constant)]
        parts.append(pa.table([ids, *columns], schema=TACHO))
    return pa.concat_tables(parts)
