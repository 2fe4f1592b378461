"""Quality control of chemical analyses: curves, blanks, checks, duplicates and spikes of each day of use."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.citylab import columns as col
from hengjian.citylab.catalogue import catalogue
from hengjian.citylab.habits import hands_over, lots
from hengjian.citylab.methods import CURVE_LACK, LOOSE
from hengjian.citylab.schedule import expand
from hengjian.citylab.shard import Shard
from hengjian.citylab.workdays import DAY
from hengjian.citylab.writing import Dataset

Array = np.ndarray[Any, Any]

BLANK, DUPLICATE, SPIKE, CHECK, CURVE = range(5)
WORDS = ("blank", "duplicate", "spike", "ccv", "curve")
SAMPLES_BETWEEN = 20
FAR = 1 << 10


@dataclass
class Batches:
    """One row an instrument, an item and a day of use."""

    house: Array
    instrument: Array
    code: Array
    item: Array
    kind: Array
    day: Array
    start: Array
    end: Array
    samples: Array
    first: Array

    def __len__(self) -> int:
        return len(self.house)


@dataclass
class Sheet:
    """Control results as they are collected: of which batch, of which kind, when, and what came out."""

    batch: list[Array] = field(default_factory=list)
    kind: list[Array] = field(default_factory=list)
    at: list[Array] = field(default_factory=list)
    value: list[Array] = field(default_factory=list)
    expected: list[Array] = field(default_factory=list)
    r: list[Array] = field(default_factory=list)

    def add(self, kind: int, batch: Array, at: Array, value: Array, expected: Array, r: Array | None = None) -> None:
        """Append results of one kind; NaN means empty."""
        self.batch.append(batch)
        self.kind.append(np.full(len(batch), kind))
        self.at.append(at.astype(np.int64))
        self.value.append(value)
        self.expected.append(expected)
        self.r.append(np.full(len(batch), np.nan) if r is None else r)


@cache
def codes() -> tuple[list[str], Array]:
    """Item codes of the catalogue, and the code's number of each item."""
    names = [entry["item"] for entry in catalogue().items]
    every = list(dict.fromkeys(names))
    return every, np.array([every.index(name) for name in names])


def significant(values: Array, places: int) -> Array:
    """Rounded to significant digits; zero and NaN stay."""
    size = np.where(np.isfinite(values) & (values != 0), np.abs(values), 1.0)
    factor = 10.0 ** (places - 1 - np.floor(np.log10(size)))
    return np.rint(values * factor) / factor


def batches(shard: Shard) -> Batches:
    """Days of use of instruments with control samples, of the institutions that hand their control over."""
    items, runs, cat = shard.items, shard.runs, catalogue()
    gives = np.array([hands_over(shard.plan.seed, "qc", entry) for entry in shard.institutions])
    house = shard.reports.institution[items.report]
    able = np.array([kind["kind"] in CURVE_LACK for kind in cat.kinds])
    mine = items.keep & ~items.bare & ~runs.outside[items.run] & able[runs.kind[items.run]] & gives[house]
    rows = np.flatnonzero(mine & (cat.item_rsd[items.item] > 0))
    run = items.run[rows]
    names, code_of = codes()
    day = np.maximum(runs.start[run] // DAY, 0)
    instruments = shard.instruments
    assert instruments is not None  # noqa: S101 - equip() comes first
    key = (instruments.of_run[run] * len(names) + code_of[items.item[rows]]) * FAR + day
    found, first, place, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    start = np.full(len(found), np.iinfo(np.int64).max)
    end = np.zeros(len(found), dtype=np.int64)
    np.minimum.at(start, place, runs.start[run])
    np.maximum.at(end, place, runs.end[run])
    head = rows[first]
    return Batches(
        house=house[head],
        instrument=found // FAR // len(names),
        code=found // FAR % len(names),
        item=items.item[head],
        kind=runs.kind[items.run[head]],
        day=found % FAR,
        start=start,
        end=end,
        samples=count,
        first=head,
    )


@dataclass
class Manner:
    """How each institution of a shard controls: one entry an institution (kinds of control: × 5 columns).

    `tame`: factor on all scatter; `ignores`: batches whose failures nobody follows up, by (instrument, day).
    """

    does: Array
    places: Array
    polish: Array
    precision: Array
    tame: Array


def _manners(shard: Shard) -> Manner:
    rows = []
    for entry in shard.institutions:
        lot = lots(shard.plan.seed, "control", 9, entry)
        polish = (float(lot[6:].sum()) - 1.5) * 2
        watched = entry.fraud("qc_ignored") is not None
        rows.append((watched | (lot[:5] < (0.9, 0.92, 0.8, 0.92, 0.9)), 4 if lot[5] < 0.65 else 5, polish))
    tame = [1.0] * len(rows)
    for number, entry in enumerate(shard.institutions):
        fraud = entry.fraud("qc_invented")
        if fraud:
            tame[number] = {"L1": 0.06, "L2": 0.2, "L3": 0.45}[fraud.stealth]
    return Manner(
        does=np.array([row[0] for row in rows]),
        places=np.array([row[1] for row in rows]),
        polish=np.array([row[2] for row in rows]),
        precision=np.array([entry.precision for entry in shard.institutions]),
        tame=np.array(tame),
    )


class Control:
    """Makes the control results of one shard."""

    def __init__(self, shard: Shard) -> None:
        self.shard, self.all, self.sheet = shard, batches(shard), Sheet()
        self.stream = shard.stream("control samples")
        self.manner = _manners(shard)
        cat, made = catalogue(), self.all
        kinds = [row["kind"] for row in cat.kinds]
        self.rsd = np.maximum(cat.item_rsd[made.item], 0.006)
        self.spread = self.rsd * self.manner.precision[made.house]
        self.tame = self.manner.tame[made.house]
        self.bound = np.where(np.isin(made.kind, [kinds.index(name) for name in LOOSE]), 0.15, 0.10)
        self.bound = np.maximum(self.bound, 2.4 * self.rsd)
        lod = np.nan_to_num(cat.item_lod, nan=0.0)
        self.level = significant(np.maximum(cat.item_median, 5 * lod)[made.item], 2)
        self.lod = np.where(lod > 0, lod, 0.01 * cat.item_median)[made.item]
        self.lead = np.where(np.array([m["mode"] for m in cat.kinds])[made.kind] == "bench", 0.3, 1.0)
        self.curve = np.array([CURVE_LACK.get(name, 0.0) for name in kinds])[made.kind]
        self.off = self._unheeded()

    def _unheeded(self) -> Array:
        """By how much the checks of a batch are off and nobody cares: 0 for all honest batches."""
        off = np.zeros(len(self.all))
        if self.shard.unheeded:
            marked = sorted((instrument * FAR + day, size) for (instrument, day), size in self.shard.unheeded.items())
            keys, sizes = np.array([key for key, _ in marked]), np.array([size for _, size in marked])
            own = self.all.instrument * FAR + self.all.day
            place = np.minimum(np.searchsorted(keys, own), len(keys) - 1)
            off = np.where(keys[place] == own, sizes[place], 0.0)
        return off

    def _doing(self, kind: int) -> Array:
        """Batches of laboratories that do this control; one in a hundred sheets is not handed over."""
        made = self.manner.does[self.all.house, kind]
        return np.flatnonzero(made & (self.stream.uniform(len(self.all)) > 0.01))

    def _repeat(self, kind: int, batch: Array, at: Array, again: Array, expected: Array) -> None:
        """What failed is done anew within the hour, except in batches that nobody follows up."""
        rows = np.flatnonzero(self.off[batch] == 0)
        wait = (900 + 2400 * self.stream.uniform(len(rows))) * np.minimum(self.lead[batch[rows]], 1.0)
        self.sheet.add(kind, batch[rows], at[rows] + wait, again[rows], expected[rows])

    def curves(self) -> None:
        """One curve a day; a bad one is made anew at once."""
        batch = self._doing(CURVE)
        batch = batch[self.curve[batch] < 0]
        n = len(batch)
        house = self.all.house[batch]
        lack = self.curve[batch] + 0.3 * self.manner.polish[house] + 0.3 * self.stream.normal(n)
        lack = np.where(self.tame[batch] < 1, -4.6 - 0.1 * (0.5 - self.tame[batch]), lack)
        bad = (self.stream.uniform(n) < 0.004) & (self.tame[batch] == 1)
        places = 10.0 ** self.manner.places[house]
        good = np.rint((1 - 10.0**lack) * places) / places
        poor = np.rint((0.985 + 0.009 * self.stream.uniform(n)) * places) / places
        at = self.all.start[batch] - np.rint((9600 + 600 * self.stream.uniform(n)) * self.lead[batch])
        none = np.full(n, np.nan)
        self.sheet.add(CURVE, batch, at, none, none, np.where(bad, poor, good))
        self.sheet.add(CURVE, batch[bad], at[bad] + 1500 * self.lead[batch[bad]], none[bad], none[bad], good[bad])

    def blanks(self) -> None:
        """A procedural blank a batch; one in two hundred is contaminated and done anew."""
        batch = self._doing(BLANK)
        n = len(batch)
        clean = self.lod[batch] * np.minimum(0.15 * np.exp(0.6 * self.stream.normal(n)), 0.8)
        again = significant(clean, 2)
        dirty = self.stream.uniform(n) < 0.005
        value = np.where(dirty, self.lod[batch] * (1.3 + 4 * self.stream.uniform(n)), clean)
        value = np.where(self.tame[batch] < 1, 0.0, value)
        at = self.all.start[batch] - np.rint((7200 + 600 * self.stream.uniform(n)) * self.lead[batch])
        self.sheet.add(BLANK, batch, at, significant(value, 2), np.zeros(n))
        rows = np.flatnonzero(dirty)
        self._repeat(BLANK, batch[rows], at[rows], again[rows], np.zeros(len(rows)))

    def checks(self) -> None:
        """A middle standard before, after and among the samples; drift over weeks, sudden steps, then a new curve."""
        doing = self._doing(CHECK)
        parent, within = expand(2 + self.all.samples[doing] // SAMPLES_BETWEEN)
        batch = doing[parent]
        n = len(batch)
        last = (1 + self.all.samples[batch] // SAMPLES_BETWEEN).astype(float)
        span = self.all.end[batch] - self.all.start[batch]
        at = np.where(
            within == 0,
            self.all.start[batch] - np.rint((4500 + 300 * self.stream.uniform(n)) * self.lead[batch]),
            self.all.start[batch] + np.rint(span * within / last) + 300 + 60 * (within % 5),
        )
        small = np.maximum(0.6 * self.spread[batch], 0.008)
        shift = self._drift()[batch] + small * self.stream.normal(n)
        step = np.flatnonzero(self.stream.uniform(n) < 0.005)
        shift[step] += np.where(self.stream.uniform(len(step)) < 0.6, -1, 1) * (
            0.11 + 0.2 * self.stream.uniform(len(step))
        )
        shift = np.where(self.tame[batch] < 1, self.tame[batch] * np.clip(shift, -0.05, 0.05), shift) + self.off[batch]
        expected = self.level[batch]
        self.sheet.add(CHECK, batch, at, significant(expected * (1 + shift), 4), expected)
        rows = np.flatnonzero(np.abs(shift) > self.bound[batch])
        anew = significant(expected[rows] * (1 + 0.5 * small[rows] * self.stream.normal(len(rows))), 4)
        self._repeat(CHECK, batch[rows], at[rows], anew, expected[rows])

    def _drift(self) -> Array:
        """Slow wander of each instrument and item, set back when it is serviced."""
        key = self.all.instrument * len(codes()[0]) + self.all.code
        _, place = np.unique(key, return_inverse=True)
        n = int(place.max(initial=-1)) + 1
        phase, length, size = self.stream.uniform(n), 25 + 60 * self.stream.uniform(n), self.stream.normal(n)
        turn = (self.all.day / length[place] + phase[place]) % 1.0
        return np.maximum(0.5 * self.rsd, 0.006) * (size[place] * (turn - 0.4) + 0.6 * self.stream.normal(n)[place])

    def duplicates(self) -> None:
        """The first sample with a number is prepared twice; far apart ones are prepared a third time."""
        items = self.shard.items
        batch = self._doing(DUPLICATE)
        batch = batch[~items.nd[self.all.first[batch]]]
        n = len(batch)
        row = self.all.first[batch]
        found = items.value[row] / 10.0 ** items.decimals[row]
        near = np.sqrt(1 + (2 * self.lod[batch] / np.maximum(found, self.lod[batch])) ** 2)
        scatter = 1.2 * self.spread[batch] * near
        gap = np.where(self.stream.uniform(n) < 0.006, 5.0, 1.0) * self.stream.normal(n) * self.tame[batch]
        value = np.maximum(found * (1 + scatter * gap), 0.1 * self.lod[batch])
        value = np.where(self.off[batch] > 0, found * (1 + 2.5 * self.off[batch]), value)
        at = self.all.start[batch] + np.rint((self.all.end[batch] - self.all.start[batch]) * 0.4) + 120
        kept = np.flatnonzero(found > 0)
        fine = 10.0 ** (items.decimals[row] + 1)
        self.sheet.add(DUPLICATE, batch[kept], at[kept], (np.rint(value * fine) / fine)[kept], found[kept])
        rows = kept[np.abs(value[kept] / found[kept] - 1) > 2.8 * 1.4 * self.rsd[batch[kept]]]
        anew = np.rint(found * (1 + 0.5 * scatter * self.stream.normal(n)) * fine)[rows] / fine[rows]
        self._repeat(DUPLICATE, batch[rows], at[rows], anew, found[rows])

    def spikes(self) -> None:
        """Six batches of ten hold a spiked sample; each laboratory loses its own part of each item."""
        batch = self._doing(SPIKE)
        batch = batch[self.stream.uniform(len(batch)) < 0.6]
        n = len(batch)
        key = self.all.house[batch] * len(codes()[0]) + self.all.code[batch]
        which, place = np.unique(key, return_inverse=True)
        usual = np.clip(0.955 + 0.03 * self.stream.normal(len(which)), 0.86, 1.05)[place]
        scatter = np.maximum(1.3 * self.spread[batch], 0.015)
        matrix = np.where(self.stream.uniform(n) < 0.012, -0.3 * self.stream.uniform(n), 0.0)
        part = np.clip(usual + scatter * self.stream.normal(n) + matrix, 0.4, 1.5)
        part = np.where(self.tame[batch] < 1, 0.98 + self.tame[batch] * np.clip(part - usual, -0.05, 0.05), part)
        expected = self.level[batch]
        at = self.all.start[batch] + np.rint((self.all.end[batch] - self.all.start[batch]) * 0.6) + 240
        self.sheet.add(SPIKE, batch, at, significant(expected * (part - self.off[batch]), 4), expected)
        rows = np.flatnonzero((part < 0.8) | (part > 1.2))
        anew = significant(
            expected[rows] * np.clip(usual[rows] + 0.5 * scatter[rows] * self.stream.normal(len(rows)), 0.82, 1.15), 4
        )
        self._repeat(SPIKE, batch[rows], at[rows], anew, expected[rows])


def write_quality(shard: Shard, out: Dataset) -> None:
    """The control results of a shard, by instrument, day, item and time."""
    control = Control(shard)
    for part in (control.curves, control.blanks, control.checks, control.duplicates, control.spikes):
        part()
    made, sheet = control.all, control.sheet
    batch, kind, at = (np.concatenate(entry) for entry in (sheet.batch, sheet.kind, sheet.at))
    value, expected, r = (np.concatenate(entry) for entry in (sheet.value, sheet.expected, sheet.r))
    order = np.lexsort((kind, at, made.code[batch], made.day[batch], made.instrument[batch]))
    batch, kind, at, value, expected, r = (entry[order] for entry in (batch, kind, at, value, expected, r))
    same = (batch[1:] == batch[:-1]) & (kind[1:] == kind[:-1]) & (at[1:] == at[:-1])
    keep = np.r_[True, ~same][: len(batch)]
    batch, kind, at, value, expected, r = (entry[keep] for entry in (batch, kind, at, value, expected, r))
    days, place = np.unique(made.instrument * FAR + made.day, return_inverse=True)
    ids = shard.instruments.ids if shard.instruments else []
    first = shard.plan.window.first
    names = [f"ZK{ids[int(k) // FAR][1:]}-{shard.plan.window.at(int(k) % FAR):%m%d}" for k in days]
    columns = {
        "batch_id": col.lookup(place[batch], names),
        "instrument_id": col.lookup(made.instrument[batch], ids),
        "item_code": col.lookup(made.code[batch], codes()[0]),
        "kind": col.lookup(kind, WORDS),
        "value": pa.array(value, mask=np.isnan(value)),
        "expected": pa.array(expected, mask=np.isnan(expected)),
        "r": pa.array(r, mask=np.isnan(r)),
        "run_at": col.moments(first, at),
    }
    out.append("qc", columns, len(batch))


__all__ = ["Batches", "batches", "codes", "significant", "write_quality"]
