"""Vehicles that come to the lanes, and what their on-board diagnosis says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.chance import Stream
from hengjian.citylab.columns import fixed_text
from hengjian.citylab.draws import Reports

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
_PLATE = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", dtype=np.uint8)


STAGES, VERSIONS = 3, 2
ENGINES = tuple(sorted({model[1] for model in MODELS}))
ENGINE_OF = np.array([ENGINES.index(model[1]) for model in MODELS])


@dataclass
class Vehicles:
    """Facts of vehicles; `row`: the vehicle of each report (−1: none); `family`: which are calibrated alike."""

    row: Array
    model: Array
    vin: pa.Array
    plate: pa.Array
    first_day: Array
    yearly_km: Array
    stage: Array
    family: Array
    mute: Array
    all_wheels: Array

    def __len__(self) -> int:
        return len(self.model)


@dataclass
class Readout:
    """What the diagnosis socket told at each report, as indices: `vin` a vehicle (−1: not told), `calid` and `cvn` into
    `calids` and `cvns`, `counters` a vehicle; `rated` is the share of the rated power that was keyed in.
    """

    vin: Array
    calid: Array
    cvn: Array
    counters: Array
    rated: Array
    calids: list[str]
    cvns: list[str]

    def foreign(self, calid: str, cvn: str) -> int:
        """Add identifiers that no vehicle of the list has; returns their index."""
        self.calids.append(calid)
        self.cvns.append(cvn)
        return len(self.calids) - 1


def _models(stream: Stream, reports: Reports, roots: Array, diesel: Array) -> Array:
    """Models by fuel; fleets (some clients of a station) bring vehicles of one model."""
    by_fuel = [np.array([i for i, m in enumerate(MODELS) if m[6] == flag]) for flag in "01"]
    client = reports.line[roots] * 4096 + reports.client[roots] % 4096
    which, place = np.unique(client, return_inverse=True)
    fleet, common = (stream.uniform(len(which)) < 0.12)[place], stream.uniform(len(which))[place]
    pick = np.where(fleet, common, stream.uniform(len(roots)))
    heavy, light = by_fuel[1], by_fuel[0]
    return np.where(diesel, heavy[(pick * len(heavy)).astype(int)], light[(pick * len(light)).astype(int)])


def make_vehicles(stream: Stream, reports: Reports, shard: int, fine: Array) -> Vehicles:
    """One vehicle for every first visit; engine families share calibration identifiers, as they really do.

    What fails is older on average; `fine` says which institutions see only young vehicles.
    """
    cat = catalogue()
    roots, row = np.unique(reports.vehicle, return_inverse=True)
    if len(roots) and roots[0] < 0:
        roots, row = roots[1:], row - 1
    n = len(roots)
    product = reports.product[roots]
    diesel = np.isin(product, np.array([cat.product_number("lugdown"), cat.product_number("freeacc")]))
    diesel |= (product == cat.product_number("safety")) & (stream.uniform(n) < 0.2)
    model = _models(stream, reports, roots, diesel)
    worn = np.where(reports.must_fail[roots], np.maximum(stream.uniform(n), stream.uniform(n)), stream.uniform(n))
    age = 1500 + (4200 * np.where(fine[reports.institution[roots]], 0.2 * worn, worn)).astype(np.int64)
    stage = np.where(age > 3900, 0, np.where(age > 2400, 1, 2))
    engine = np.where(stream.uniform(n) < 0.004, stream.integers(n, len(ENGINES)), ENGINE_OF[model])
    version = (stream.uniform(n) < 0.35).astype(np.int64)
    idle = (product == cat.product_number("twoidle")) & ~reports.shopped[roots]
    return Vehicles(
        row=row,
        model=model,
        vin=_vins(stream, shard, n),
        plate=_plates(stream, shard, n),
        first_day=-age,
        yearly_km=8000 + 14_000 * stream.uniform(n) ** 2,
        stage=stage,
        family=(engine * STAGES + stage) * VERSIONS + version,
        mute=stream.uniform(n) < 0.06,
        all_wheels=stream.uniform(n) < np.where(idle, 0.9, 0.02),
    )


def _vins(stream: Stream, shard: int, n: int) -> pa.Array:
    number = shard * 1_000_000 + np.arange(n)
    tail = (number[:, None] // 10 ** np.arange(6, -1, -1) % 10 + 48).astype(np.uint8)
    salt = stream.integers(n, 34 * 34 * 34)
    mixed = np.stack([48 + salt % 10, 48 + salt // 10 % 10, _PLATE[10 + salt // 100 % 24]], axis=1)
    head = np.tile(np.frombuffer(b"L9XDEMO", dtype=np.uint8), (n, 1))
    return fixed_text(np.hstack([head, mixed.astype(np.uint8), tail]))


def _plates(stream: Stream, shard: int, n: int) -> pa.Array:
    code = stream.shuffled(n) + shard * 700_001
    return fixed_text(np.stack([_PLATE[code // 34**k % 34] for k in (4, 3, 2, 1, 0)], axis=1))


def read_out(vehicles: Vehicles) -> Readout:
    """What every vehicle honestly tells."""
    row = np.maximum(vehicles.row, 0)
    count = len(ENGINES) * STAGES * VERSIONS
    family = vehicles.family[row]
    return Readout(
        vin=np.where(vehicles.mute[row], -1, row),
        calid=family.copy(),
        cvn=family.copy(),
        counters=row.copy(),
        rated=np.ones(len(row)),
        calids=[f"10{37 + i // 6}-{ENGINES[i // 6]}-{'ABC'[i // 2 % 3]}{i % 2 + 1:02d}" for i in range(count)],
        cvns=[f"{(i * 40_503 + 9001) % 65536:04X}{(i * 30_011 + 77) % 65536:04X}" for i in range(count)],
    )
