"""What institutions buy month by month for their tests: packs, stocks, bulk orders, and months left out."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.habits import hands_over, lots
from hengjian.citylab.institution import Institution
from hengjian.citylab.methods import BOTTLES, GOODS, use_of_kinds
from hengjian.citylab.shard import Shard
from hengjian.citylab.workdays import DAY
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]

MONTHS = 12


def _untested(shard: Shard) -> Array:
    """Reports for which nothing was tested at all, so that nothing was used up."""
    none = np.zeros(len(shard.reports), dtype=bool)
    none[[row for _, row, kind, _ in shard.labels if row >= 0 and kind in ("no_test", "vector_clone")]] = True
    return none


def _used(shard: Shard) -> Array:
    """Institution × month × goods (bottles last): what the tests took."""
    runs, houses = shard.runs, len(shard.institutions)
    bogus = _untested(shard)
    rows = np.flatnonzero(runs.keep & ~runs.outside & ~bogus[runs.report])
    month = np.clip(runs.start[rows] * MONTHS // (shard.plan.window.days * DAY), 0, MONTHS - 1)
    kinds = len(catalogue().kinds)
    place = (shard.reports.institution[runs.report[rows]] * MONTHS + month) * kinds + runs.kind[rows]
    count = np.bincount(place, minlength=houses * MONTHS * kinds).reshape(houses, MONTHS, kinds)
    used = count @ use_of_kinds().T
    field = np.array([line.field == "environment" for line in shard.lines])[shard.reports.line]
    taken = np.flatnonzero(shard.reports.collected & field & ~bogus)
    month = np.clip(shard.reports.arrival[taken] * MONTHS // (shard.plan.window.days * DAY), 0, MONTHS - 1)
    bottles = np.bincount(shard.reports.institution[taken] * MONTHS + month, minlength=houses * MONTHS)
    return np.concatenate([used, BOTTLES[4] * bottles.reshape(houses, MONTHS, 1)], axis=2)


def _bell(lot: Array) -> Array:
    """Nearly normal deviates: the sum of three numbers in [0, 1), on the last axis, made standard."""
    return (lot.sum(axis=-1) - 1.5) * 2.0


def _orders(lot: Array, use: Array, pack: float, life: int, each: int) -> list[float]:
    """What is bought each month: at the start of every `each` months for what will be needed, in whole packs.

    The store at the beginning holds up to that time's need; one in forty goods was bought for a year just before.
    """
    need, year = use.tolist(), float(use.sum())
    store = year / MONTHS * each * float(lot[0])
    if lot[1] < 0.025:
        store = min(year, year / MONTHS * life) * (0.5 + 0.5 * float(lot[2]))
    first, reserve = int(lot[3] * each), year / MONTHS * 0.3 * float(lot[4])
    bought = [0.0] * MONTHS
    for month in range(MONTHS):
        turn = month % each == first
        want = (sum(need[month : month + each]) if turn else need[month]) + reserve - store
        if want > 0 and (turn or store < need[month]):
            bought[month] = ceil(want / pack) * pack
        store += bought[month] - need[month]
    return bought


def _rows_of(seed: int, institution: Institution, uscc: str, used: Array, months: list[str]) -> list[dict[str, Any]]:
    """Purchases of one institution: its own thrift, its own rhythm, goods bought by others for it, months left out."""
    goods = (*GOODS, BOTTLES)
    lot = lots(seed, "purchases", 8 + 9 * len(goods), institution)
    own = lot[8:].reshape(len(goods), 9)
    each, elsewhere = (1, 2, 3, 3, 6)[int(lot[0] * 5)], lot[1] < 0.05
    gap = range(int(lot[2] * MONTHS), int(lot[2] * MONTHS) + 1 + int(lot[4] * 2)) if lot[3] < 0.1 else range(0)
    fraud = institution.fraud("stock_short")
    cover = {"L1": 0.12, "L2": 0.3, "L3": 0.55}[fraud.stealth] if fraud else 1.0
    waste = 1.3 * cover * np.exp(0.22 * _bell(lot[5:8]) + 0.2 * _bell(own[:, 5:8]))
    rows = []
    for number in np.flatnonzero(used.any(axis=0)).tolist():
        name, unit, pack, life = goods[number][:4]
        if elsewhere and own[number, 8] < 0.4:
            continue
        bought = _orders(own[number], used[:, number] * waste[number], float(pack), int(life), each)
        rows.extend(
            {"institution_id": uscc, "month": months[month], "kind": name, "quantity": amount, "unit": unit}
            for month, amount in enumerate(bought)
            if amount > 0 and month not in gap
        )
    return sorted(rows, key=lambda row: row["month"])


def month_names(shard: Shard) -> list[str]:
    """The twelve months of the window as `2026-03`."""
    first = shard.plan.window.first
    start = first.year * 12 + first.month - 1
    return [f"{(start + k) // 12}-{(start + k) % 12 + 1:02d}" for k in range(MONTHS)]


def write_purchases(shard: Shard, out: Dataset) -> None:
    """Purchases of the institutions that hand them over."""
    used, months = _used(shard), month_names(shard)
    rows: list[dict[str, Any]] = []
    for number, (institution, house) in enumerate(zip(shard.institutions, shard.houses, strict=True)):
        if hands_over(shard.plan.seed, "purchases", institution):
            rows.extend(_rows_of(shard.plan.seed, institution, house.uscc, used[number], months))
    out.append_rows("purchases", rows)
