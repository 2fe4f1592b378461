"""Sets of results of one institution that lie closer together than those of different institutions ever do.

How close two samples' sets come by chance is measured, not assumed: distances between reports of *different*
institutions on the same object and the same items, which cannot be copies of each other. Below the closest of them
their number falls with a power of the distance, the dimension of the cloud (Grassberger and Procaccia), also measured.
An institution whose clients resemble each other has its distances stretched accordingly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

LEAST_ITEMS = 4
LEAST_REPORTS, LEAST_HOUSES = 60, 10
SAMPLED, SAMPLED_OF_HOUSE = 1500, 60
CLOSEST = 30
"""The distance below which so many pairs of different institutions lie is where extrapolation begins."""

WIDER = 2.0
"""The dimension is read between that distance and this many times it."""

CAUTION = 0.8
"""The dimension is taken smaller by this factor: less rare, that is."""

TRIMMED = 0.02
LEAST_EIGENVALUE = 1e-4
LEAST_DISTANCE = 1e-3
MOST_EXPECTED = 0.01
"""Pairs as close, expected by chance among all pairs that were looked at (by caution in fact fewer)."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Near:
    """Two reports, how many such pairs chance would give in all, greatest relative difference in %, items (equal)."""

    a: str
    b: str
    expected: float
    apart: float
    items: int
    equal: int


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """Reports with the same items: whitened ln of the values, their institutions, how pairs by chance become rare.

    `rounding` is the squared distance that two values have on the mean that print alike.
    """

    reports: Integers
    values: Floats
    points: Floats
    rounding: Floats
    house: Integers
    radius: float
    share: float
    dimension: float
    stretch: Floats

    def pairs(self) -> float:
        size = np.bincount(self.house).astype(np.float64)
        return float((size * (size - 1) / 2).sum())

    def chance(self, distance: Floats, house: Integers) -> Floats:
        """Share of the pairs of an institution that lie so close by chance."""
        stretched = np.maximum(distance, LEAST_DISTANCE) * self.stretch[house]
        return np.asarray(self.share * (stretched / self.radius) ** self.dimension, dtype=np.float64)

    def close(self, largest: float) -> tuple[Integers, Integers, Floats]:
        """Pairs within one institution whose chance is at most `largest`, with it; rows of the cloud."""
        reach = self.radius * (largest / self.share) ** (1 / self.dimension)
        if reach < LEAST_DISTANCE:
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty, np.zeros(0)
        apart = np.column_stack([self.points, self.house * (4.0 * reach + 4.0)])
        found = cKDTree(apart).query_pairs(reach, output_type="ndarray")
        first, second = found[:, 0], found[:, 1]
        squared = ((self.points[first] - self.points[second]) ** 2).sum(axis=1)
        distance = np.sqrt(squared + np.maximum(self.rounding[first], self.rounding[second]))
        chance = self.chance(distance, self.house[first])
        kept = chance <= largest
        return first[kept], second[kept], chance[kept]


def near_pairs(sets: pa.Table) -> list[Near]:
    """Pairs of reports of one institution that chance would not bring so close once in a hundred such datasets.

    `sets` has one row a report and item, ordered by report and item: institution_id, report_id, object, item, shown
    (the printed value), value.
    """
    clouds = list(_clouds(sets))
    looked_at = sum(cloud.pairs() for cloud in clouds)
    names = sets["report_id"]
    found = []
    for cloud in clouds:
        first, second, chance = cloud.close(MOST_EXPECTED / looked_at)
        for one, two, share in zip(first.tolist(), second.tolist(), chance.tolist(), strict=True):
            apart = np.abs(np.expm1(np.abs(cloud.values[one] - cloud.values[two])))
            a, b = (names[int(cloud.reports[place])].as_py() for place in (one, two))
            found.append(
                Near(
                    a=min(a, b),
                    b=max(a, b),
                    expected=share * looked_at,
                    apart=100 * float(apart.max()),
                    items=len(apart),
                    equal=int((apart < 1e-12).sum()),
                )
            )
    return sorted(found, key=lambda near: (near.a, near.b))


def _codes(column: pa.ChunkedArray) -> Integers:
    codes = column.combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return np.asarray(codes, dtype=np.int64)


def _mixed(codes: Integers, salt: int) -> npt.NDArray[np.uint64]:
    """Well spread 64-bit words of small numbers (splitmix64)."""
    with np.errstate(over="ignore"):
        word = (codes.astype(np.uint64) + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(word ^ (word >> np.uint64(31)), dtype=np.uint64)


def _clouds(sets: pa.Table) -> Iterator[Cloud]:
    """Groups of reports on one object with the same items in numbers, large enough to tell what chance gives."""
    if not sets.num_rows:
        return
    report, item = _codes(sets["report_id"]), _codes(sets["item"])
    start = np.flatnonzero(np.append(True, report[1:] != report[:-1]))
    count = np.diff(np.append(start, len(report)))
    with np.errstate(over="ignore"):
        kind = np.add.reduceat(_mixed(item, 1), start) + _mixed(_codes(sets["object"])[start], 1 << 40)
    house = _codes(sets["institution_id"])[start]
    number = np.asarray(sets["value"].to_numpy(zero_copy_only=False), dtype=np.float64)
    value, step = np.log(number), 10.0 ** -_places(sets["shown"]) / number
    order = np.lexsort((start, kind))
    edges = np.flatnonzero(np.append(True, kind[order][1:] != kind[order][:-1]))
    for mine in np.split(order, edges[1:]):
        items = int(count[mine[0]])
        if len(mine) < LEAST_REPORTS or items < LEAST_ITEMS or bool((count[mine] != items).any()):
            continue
        rows = start[mine][:, None] + np.arange(items)
        houses = np.unique(house[mine], return_inverse=True)[1].astype(np.int64)
        cloud = _cloud(start[mine], value[rows], step[rows], houses)
        if cloud is not None:
            yield cloud


def _places(shown: pa.ChunkedArray) -> Floats:
    """Digits printed after the point."""
    point, length = pc.find_substring(shown, "."), pc.utf8_length(shown)
    places = pc.if_else(pc.greater_equal(point, 0), pc.subtract(pc.subtract(length, point), 1), 0)
    return np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.float64)


def _whitening(values: Floats) -> Floats:
    """The matrix that takes correlations and units from ln values, so that one step is as rare in every direction."""
    centred = values - np.median(values, axis=0)
    low, high = np.quantile(centred, [TRIMMED, 1 - TRIMMED], axis=0)
    covariance = np.cov(np.clip(centred, low, high).T)
    size, direction = np.linalg.eigh(covariance)
    return np.asarray(direction / np.sqrt(np.maximum(size, LEAST_EIGENVALUE * size.max())), dtype=np.float64)


def _cloud(reports: Integers, values: Floats, steps: Floats, house: Integers) -> Cloud | None:
    """The cloud of these reports, or None where chance cannot be told; `steps` are last places relative to values."""
    if house.max() + 1 < LEAST_HOUSES or float(np.ptp(values, axis=0).min()) <= 0:
        return None
    turn = _whitening(values)
    points = (values - np.median(values, axis=0)) @ turn
    chosen = np.unique(np.linspace(0, len(points) - 1, min(len(points), SAMPLED)).astype(np.int64))
    distance = pdist(points[chosen])
    other = pdist(house[chosen][:, None].astype(np.float64), "cityblock") > 0
    strangers = distance[other]
    if len(strangers) < 10 * CLOSEST:
        return None
    radius = float(np.partition(strangers, CLOSEST - 1)[CLOSEST - 1])
    if radius <= 10 * LEAST_DISTANCE:
        return None
    within = np.count_nonzero(strangers <= WIDER * radius)
    dimension = CAUTION * min(values.shape[1], float(np.log(within / CLOSEST) / np.log(WIDER)))
    kin = distance[~other]
    usual = CLOSEST / len(strangers)
    # what one institution's samples have in common, everywhere
    share = max(usual, float((kin <= WIDER * radius).sum() + 1) / (len(kin) + 1) * CLOSEST / within)
    if dimension < 1:
        return None
    return Cloud(
        reports=reports,
        values=values,
        points=points,
        rounding=(steps**2 @ turn**2).sum(axis=1) / 6,
        house=house,
        radius=radius,
        share=share,
        dimension=dimension,
        stretch=_stretches(points, house, float(np.median(strangers))),
    )


def _stretches(points: Floats, house: Integers, usual: float) -> Floats:
    """By institution: how much closer its samples lie as a rule than those of different institutions (at least 1)."""
    order = np.argsort(house, kind="stable")
    bounds = np.searchsorted(house[order], np.arange(house.max() + 2))
    stretch = np.full(int(house.max()) + 1, np.nan)
    for one, (begin, end) in enumerate(pairwise(bounds.tolist())):
        mine = order[begin:end]
        if len(mine) >= 8:
            few = mine[np.unique(np.linspace(0, len(mine) - 1, min(len(mine), SAMPLED_OF_HOUSE)).astype(np.int64))]
            stretch[one] = max(1.0, usual / max(float(np.median(pdist(points[few]))), LEAST_DISTANCE))
    known: Any = stretch[~np.isnan(stretch)]
    stretch[np.isnan(stretch)] = float(np.quantile(known, 0.9)) if len(known) else 2.0
    return stretch
