"""Vehicles that come to the lanes, and their exhaust curves second by second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.columns import fixed_text
from hengjian.citylab.draws import Reports
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]

# model, engine, litres, kW, reference mass, wheelbase, diesel, type
MODELS = tuple(
    row.split("|")
    for row in """
云驰YC6450|YE15A|1.5|82|1290|2610|0|轿车
云驰YC6480|YE15T|1.5|110|1480|2700|0|SUV
云驰YC6400|YE12B|1.2|63|1080|2500|0|面包车
临溪LX7160|LX16D|1.6|85|1260|2650|0|轿车
临溪LX7201|LX20T|2.0|140|1510|2830|0|轿车
砚山YS6470|LX20T|2.0|138|1690|2780|0|SUV
砚山YS6380|YE12B|1.2|62|1050|2460|0|面包车
沅芷YZ7150|YE15A|1.5|80|1210|2600|0|轿车
沅芷YZ1020|LX24P|2.4|102|1620|3085|0|皮卡
松陵SL6500|SL18T|1.8|125|1580|2800|0|SUV
松陵SL7180|SL18A|1.8|98|1350|2700|0|轿车
广陌GM1041|GM28D|2.8|85|2350|3308|1|轻型货车
广陌GM1091|GM38D|3.8|115|4450|3815|1|中型货车
岭外LW1250|LW78D|7.8|221|8900|4350|1|重型货车
岭外LW4251|LW110|11.0|309|8600|3900|1|牵引车
南浦NP6600|GM28D|2.8|95|2650|3750|1|轻型客车
""".strip().splitlines()
)
CYCLE_SECONDS = 195
_CYCLE = np.interp(
    np.arange(CYCLE_SECONDS),
    [0, 11, 15, 23, 28, 49, 61, 85, 96, 117, 143, 155, 163, 176, 178, 188, 194],
    [0, 0, 15, 15, 0, 0, 32, 32, 0, 0, 50, 50, 35, 35, 32, 0, 0],
)
CHANNELS = ("speed_kmh", "co_pct", "co2_pct", "hc_ppm", "no_ppm")
_PLATE = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", dtype=np.uint8)


@dataclass
class Vehicles:
    """Facts of vehicles; `row` gives the vehicle of each report (−1: none)."""

    row: Array
    model: Array
    vin: pa.Array
    plate: pa.Array
    first_day: Array
    yearly_km: Array
    calid: list[str]
    cvn: list[str]
    stage: Array

    def __len__(self) -> int:
        return len(self.model)


def make_vehicles(stream: Stream, reports: Reports, shard: int) -> Vehicles:
    """One vehicle for every first visit; engine families share calibration identifiers, as they really do."""
    cat = catalogue()
    roots, row = np.unique(reports.vehicle, return_inverse=True)
    if len(roots) and roots[0] < 0:
        roots, row = roots[1:], row - 1
    n = len(roots)
    product = reports.product[roots]
    diesel_products = np.array([cat.product_number("lugdown"), cat.product_number("freeacc")])
    diesel = np.isin(product, diesel_products)
    diesel |= (product == cat.product_number("safety")) & (stream.uniform(n) < 0.2)
    by_fuel = [np.array([i for i, m in enumerate(MODELS) if m[6] == flag]) for flag in "01"]
    pick = stream.uniform(n)
    model = np.where(
        diesel, by_fuel[1][(pick * len(by_fuel[1])).astype(int)], by_fuel[0][(pick * len(by_fuel[0])).astype(int)]
    )
    age = 1500 + stream.integers(n, 4200)
    number = shard * 1_000_000 + np.arange(n)
    tail = (number[:, None] // 10 ** np.arange(6, -1, -1) % 10 + 48).astype(np.uint8)
    salt = stream.integers(n, 34 * 34 * 34)
    mixed = np.stack([48 + salt % 10, 48 + salt // 10 % 10, _PLATE[10 + salt // 100 % 24]], axis=1)
    head = np.tile(np.frombuffer(b"L9XDEMO", dtype=np.uint8), (n, 1))
    vin = fixed_text(np.hstack([head, mixed.astype(np.uint8), tail]))
    code = stream.shuffled(n) + shard * 700_001
    plate_cells = np.stack([_PLATE[code // 34**k % 34] for k in (4, 3, 2, 1, 0)], axis=1)
    engines = sorted({m[1] for m in MODELS})
    return Vehicles(
        row=row,
        model=model,
        vin=vin,
        plate=fixed_text(plate_cells),
        first_day=-age,
        yearly_km=8000 + 14_000 * stream.uniform(n) ** 2,
        calid=[f"10{37 + i}-{engine}-{i:02d}" for i, engine in enumerate(engines)],
        cvn=[f"{(i * 40_503 + 9001) % 65536:04X}{(i * 30_011 + 77) % 65536:04X}" for i in range(len(engines))],
        stage=np.where(age > 3900, 0, np.where(age > 2400, 1, 2)),
    )


def exhaust_curves(stream: Stream, values: dict[str, Array]) -> dict[str, Array]:
    """Curves of the short transient cycle: n × 195 for each channel, rounded to the analyser's resolution.

    `values` holds the reported g/km of each test; the curve's mean is proportional to it.
    """
    n = len(values["co_gkm"])
    noise = {name: _ar(stream, n, 0.86) for name in CHANNELS}
    speed = np.maximum(_CYCLE + np.where(_CYCLE > 0, 0.5 * noise["speed_kmh"], 0), 0)
    power = np.gradient(speed, axis=1).clip(0) * speed / 12 + speed / 25
    power = np.roll(power, 4, axis=1)
    load = 0.35 + power / (1e-9 + power.max(axis=1, keepdims=True))
    co = _scaled(values["co_gkm"] / 11.0, load * np.exp(0.35 * noise["co_pct"]))
    hc = _scaled(values["hc_gkm"] * 190, load**0.6 * np.exp(0.3 * noise["hc_ppm"]))
    no = _scaled(values["nox_gkm"] * 560, load**1.4 * np.exp(0.4 * noise["no_ppm"]))
    co2 = 11.4 + 2.4 * (load - 0.5) + 0.22 * noise["co2_pct"] + 0.3 * stream.normal(n)[:, None] - co * 0.6
    return {
        "speed_kmh": np.round(speed, 1),
        "co_pct": np.round(co, 2),
        "co2_pct": np.round(co2.clip(7.0, 15.2), 2),
        "hc_ppm": np.rint(hc),
        "no_ppm": np.rint(no),
    }


def _scaled(mean: Array, shape: Array) -> Array:
    return shape / shape.mean(axis=1, keepdims=True) * mean[:, None]


def _ar(stream: Stream, n: int, rho: float) -> Array:
    """n × 195 series of AR(1) noise with unit variance."""
    white = stream.normal(n * CYCLE_SECONDS).reshape(CYCLE_SECONDS, n)
    step = (1 - rho**2) ** 0.5
    for second in range(1, CYCLE_SECONDS):
        white[second] = rho * white[second - 1] + step * white[second]
    return white.T


PRESS_POINTS = 80


def press_curves(stream: Stream, peaks: Array) -> Array:
    """Force over time of cubes under a press, in newtons: n × 80, the greatest value is the given peak."""
    n = len(peaks)
    ramp = np.linspace(0.02, 1.0, PRESS_POINTS - 6)
    bend = 1.0 + 0.25 * stream.uniform(n)[:, None]
    rise = ramp**bend + 0.004 * stream.normal(n * len(ramp)).reshape(n, -1) * (1 - ramp)
    fall = np.linspace(0.97, 0.45, 6) - 0.08 * stream.uniform(n)[:, None]
    return np.rint(np.hstack([rise.clip(0.005, 1.0), fall]) * peaks[:, None] / 10) * 10


def day_of(seconds: Array) -> Array:
    """Day numbers."""
    return seconds // DAY
