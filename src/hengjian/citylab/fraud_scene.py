"""Where a fraud happens: one institution, how careful it is, and which of its reports are still untouched."""

from __future__ import annotations

from typing import Any

import numpy as np

from hengjian.citylab.masters import House
from hengjian.citylab.plan import Fraud
from hengjian.citylab.shard import Shard

Array = np.ndarray[Any, Any]


class Scene:
    """One fraud at one institution."""

    def __init__(self, shard: Shard, number: int, fraud: Fraud, used: Array) -> None:
        self.shard, self.number, self.fraud, self.used = shard, number, fraud, used
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
