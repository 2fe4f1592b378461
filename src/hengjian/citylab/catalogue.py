"""What is tested, by which standard, on what kind of instrument: the generator's own small tables.

Standard numbers are real; medians, spreads and repeatabilities are plausible figures of this generator,
not limits to be applied in law. Everything is turned into flat arrays so that reports can be made in bulk.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

BENCH, SEQUENCE, CHAMBER = 0, 1, 2
MODES = {"bench": BENCH, "sequence": SEQUENCE, "chamber": CHAMBER}
OPS = ("", "<=", ">=", "range")


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of one CSV table of `citylab/tables`."""
    with files("hengjian.citylab").joinpath("tables", f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _num(text: str) -> float:
    return float(text) if text else float("nan")


@dataclass(frozen=True)
class Run:
    """One use of one kind of instrument for one product: the items measured together."""

    product: int
    kind: int
    min_hours: float


@dataclass(frozen=True)
class Catalogue:
    """The tables as arrays.

    Items of product p are rows `item_start[p]:item_start[p+1]` of the item arrays, its runs are
    `run_start[p]:run_start[p+1]`; `item_run` is the run number within the product.
    """

    products: tuple[dict[str, str], ...]
    items: tuple[dict[str, str], ...]
    kinds: tuple[dict[str, str], ...]
    standards: tuple[dict[str, str], ...]
    runs: tuple[Run, ...]
    item_start: Array
    run_start: Array
    item_product: Array
    item_run: Array
    item_op: Array
    item_low: Array
    item_high: Array
    item_reps: Array
    item_decimals: Array
    item_rsd: Array
    item_lod: Array
    item_median: Array
    item_gsd: Array
    item_parent: Array
    item_min_hours: Array
    run_kind: Array
    run_mode: Array
    run_seconds: Array
    run_min_hours: Array

    def product_number(self, code: str) -> int:
        """Position of the product with this code."""
        return next(i for i, row in enumerate(self.products) if row["product"] == code)

    def products_of(self, field: str) -> list[int]:
        """Products of a field, in the table's order."""
        return [i for i, row in enumerate(self.products) if row["field"] == field]

    def items_of(self, product: int) -> range:
        """Item rows of a product."""
        return range(int(self.item_start[product]), int(self.item_start[product + 1]))


def _find_runs(
    products: list[dict[str, str]], items: list[dict[str, str]], kinds: dict[str, int]
) -> tuple[list[Run], list[int], list[int], list[int]]:
    """Group the items of each product by (kind, shortest duration); items must be listed product by product."""
    runs: list[Run] = []
    run_start, item_start, item_run = [0], [0], []
    for number, product in enumerate(products):
        mine = [row for row in items if row["product"] == product["product"]]
        found: dict[tuple[int, float], int] = {}
        for row in mine:
            hours = float(row["min_hours"])
            key = (kinds[row["kind"]], hours)
            if key not in found:
                found[key] = len(found)
                runs.append(Run(product=number, kind=key[0], min_hours=hours))
            item_run.append(found[key])
        item_start.append(item_start[-1] + len(mine))
        run_start.append(len(runs))
    return runs, run_start, item_start, item_run


def _parents(items: list[dict[str, str]]) -> list[int]:
    place = {(row["product"], row["item"]): i for i, row in enumerate(items)}
    return [place[row["product"], row["parent"]] if row["parent"] else -1 for row in items]


def _run_seconds(runs: list[Run], kinds: list[dict[str, str]]) -> Array:
    """Nominal duration: the kind's minutes, or the method's shortest duration plus a margin."""
    minutes = np.array([float(kinds[run.kind]["minutes"]) for run in runs])
    hours = np.array([run.min_hours for run in runs])
    return np.ceil(np.maximum(minutes * 60, hours * 3600 * 1.02)).astype(np.int64)


@cache
def catalogue() -> Catalogue:
    """Load the tables once."""
    products, items, kinds = read_table("products"), read_table("items"), read_table("kinds")
    order = {row["product"]: i for i, row in enumerate(products)}
    items.sort(key=lambda row: order[row["product"]])
    kind_number = {row["kind"]: i for i, row in enumerate(kinds)}
    runs, run_start, item_start, item_run = _find_runs(products, items, kind_number)
    columns = {name: np.array([_num(row[name]) for row in items]) for name in ("low", "high", "rsd", "lod")}
    return Catalogue(
        products=tuple(products),
        items=tuple(items),
        kinds=tuple(kinds),
        standards=tuple(read_table("standards")),
        runs=tuple(runs),
        item_start=np.array(item_start),
        run_start=np.array(run_start),
        item_product=np.array([order[row["product"]] for row in items]),
        item_run=np.array(item_run),
        item_op=np.array([OPS.index(row["op"]) for row in items]),
        item_low=columns["low"],
        item_high=columns["high"],
        item_reps=np.array([int(row["reps"]) for row in items]),
        item_decimals=np.array([int(row["decimals"]) for row in items]),
        item_rsd=columns["rsd"] / 100,
        item_lod=columns["lod"],
        item_median=np.array([float(row["median"]) for row in items]),
        item_gsd=np.array([float(row["gsd"]) for row in items]),
        item_parent=np.array(_parents(items)),
        item_min_hours=np.array([float(row["min_hours"]) for row in items]),
        run_kind=np.array([run.kind for run in runs]),
        run_mode=np.array([MODES[kinds[run.kind]["mode"]] for run in runs]),
        run_seconds=_run_seconds(runs, kinds),
        run_min_hours=np.array([run.min_hours for run in runs]),
    )
