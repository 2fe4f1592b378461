"""Where a fraud happens: one institution, how careful it is, and which of its reports are still untouched."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.institution import Fraud
from hengjian.citylab.masters import House
from hengjian.citylab.shard import Shard
from hengjian.citylab.values import meets_limit, summarise

Array = np.ndarray[Any, Any]


class Scene:
    """One fraud at one institution. A deed that falsifies no report says so by `committed`."""

    def __init__(self, shard: Shard, number: int, fraud: Fraud, used: Array) -> None:
        self.shard, self.number, self.fraud, self.used = shard, number, fraud, used
        self.committed = False
        self.stream = shard.stream("fraud", fraud.kind, shard.institutions[number].number)
        bounds = np.searchsorted(shard.reports.institution, [number, number + 1])
        self.rows = np.arange(bounds[0], bounds[1])
        bounds = np.searchsorted(shard.runs.report, [self.rows[0], self.rows[-1] + 1]) if len(self.rows) else [0, 0]
        self.runs = np.arange(bounds[0], bounds[1])
        bounds = np.searchsorted(shard.items.report, [self.rows[0], self.rows[-1] + 1]) if len(self.rows) else [0, 0]
        self.items = np.arange(bounds[0], bounds[1])

    @property
    def house(self) -> House:
        """The institution."""
        return self.shard.houses[self.number]

    @property
    def level(self) -> int:
        """0 crude, 1 careful, 2 adaptive."""
        return ("L1", "L2", "L3").index(self.fraud.stealth)

    def by_level(self, *choices: Any) -> Any:
        """The choice for this stealth."""
        return choices[self.level]

    def wanted(self, among: int, *, least: int = 4, share: float | None = None) -> int:
        """How many of `among` reports are falsified."""
        exact = (share or self.fraud.share) * len(self.rows)
        return int(min(max(round(exact), least), max(1, among * 6 // 10))) if among else 0

    def free(self, mask: Array | None = None) -> Array:
        """Reports of the institution that no other fraud has touched, where `mask` (over all reports) holds."""
        open_rows = self.rows[~self.used[self.rows]]
        return open_rows if mask is None else open_rows[mask[open_rows]]

    def pick(self, candidates: Array, count: int) -> Array:
        """`count` of the candidates at random, in ascending order."""
        order = self.stream.shuffled(len(candidates))
        return np.sort(candidates[order[:count]])

    def items_of(self, row: int) -> Array:
        """Item rows of one report."""
        bounds = np.searchsorted(self.shard.items.report, [row, row + 1])
        return np.arange(bounds[0], bounds[1])

    def runs_of(self, row: int) -> Array:
        """Runs of one report."""
        bounds = np.searchsorted(self.shard.runs.report, [row, row + 1])
        return np.arange(bounds[0], bounds[1])

    def make_pass(self, rows: Array) -> None:
        """Values that break a limit are replaced by values of the institution that keep it."""
        items, cat = self.shard.items, catalogue()
        outcome = meets_limit(items)[self.items]
        of_rows = np.isin(items.report[self.items], rows)
        for i in self.items[of_rows & (outcome == 0) & items.keep[self.items]]:
            good = self.items[(items.item[self.items] == items.item[i]) & (outcome == 1)]
            if len(good):
                items.readings[i] = items.readings[good[self.stream.one(len(good))]]
            else:
                bound = cat.item_high[items.item[i]] * 0.7 if cat.item_op[items.item[i]] == 1 else np.nan
                bound = cat.item_low[items.item[i]] * 1.1 if np.isnan(bound) else bound
                items.readings[i] = round(float(bound) * 10 ** (int(items.decimals[i]) + 1))
            summarise(items, np.array([i]))
