"""Stretches of a recording that stand in another one of the same institution, run a little faster or slower.

Recordings of one length and institution are compared stretch by stretch: each is put on the other's time with a few
speeds and shifts. What all have in common – the course of the cycle, and coming to it early or late – is taken out
first. How alike stretches are by chance is read from the institution's own pairs, nearly all of which are honest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengjian.engines.screening.series import Integers

Single = npt.NDArray[np.float32]

WINDOW, STRIDE = 64, 44
THINNED = 2
SPEEDS = (1.0, 0.98, 0.96)
"""A slower copy is met as the faster original of its original."""

SHIFTS = range(-8, 9, 2)
LEAST_REPORTS = 30
LEAST_CHANNELS = 2
MOST_AT_ONCE = 2000
USUAL, HIGH = 0.9, 0.99
CHANCE = 1e-4
"""Honest pairs as alike that are expected at an institution, at most."""

LEAST_CORRELATION = 0.75
LEAST_PEERS, OF_PEERS = 5, 0.75
"""Where copies are so many that they look usual, an institution is measured like the upper quarter of the others."""


@dataclass(frozen=True, kw_only=True)
class Warped:
    """Two reports, how alike their stretch is over all channels, what chance gives, where it lies and how it runs.

    `channel` is the one in which it shows best, `speed` and `shift` (points) make of one the other.
    """

    a: str
    b: str
    correlation: float
    usual: float
    channel: str
    channels: int
    first_point: int
    last_point: int
    shift: int
    speed: float


@dataclass(frozen=True)
class _Recordings:
    """Channels × reports × points: logarithms of the levels, their mean over the reports, whether two are equal."""

    channels: tuple[str, ...]
    reports: list[str]
    levels: Single
    common: Single
    prints: Integers


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """How alike (as z) the pairs of an institution usually are, how many there are, and the most alike of them."""

    kind: tuple[int, int]
    usual: float
    high: float
    pairs: float
    closest: list[Warped]


def warped_pairs(shapes: pa.Table, house: Mapping[str, str]) -> list[Warped]:
    """Pairs of reports of one institution with an alike stretch.

    `shapes` are those of C2: report_id, channel, points, print, sketch; `house` is report → institution, others are
    left out. Reports with a channel twice are left out too.
    """
    seen = [one for recordings in _recordings(shapes, house) for one in _parts(recordings)]
    found: dict[tuple[str, str], Warped] = {}
    for one in seen:
        others = [other for other in seen if other is not one and other.kind == one.kind]
        high, rise = one.high, one.high - one.usual
        if len(others) >= LEAST_PEERS:
            high = min(high, float(np.quantile([other.high for other in others], OF_PEERS)))
            rise = min(rise, float(np.quantile([other.high - other.usual for other in others], OF_PEERS)))
        least = _limit(high, rise, one.pairs)
        for pair in one.closest:
            known = found.get((pair.a, pair.b))
            if pair.correlation >= least and (known is None or known.correlation < pair.correlation):
                found[pair.a, pair.b] = replace(pair, usual=float(np.tanh(high)))
    return [found[pair] for pair in sorted(found)]


def _limit(high: float, rise: float, pairs: float) -> float:
    """Least correlation that accuses: the largest of many falls off exponentially from one percentile to the next."""
    fall = max(rise / np.log((1 - USUAL) / (1 - HIGH)), 1e-3)
    return max(LEAST_CORRELATION, float(np.tanh(high + fall * np.log((1 - HIGH) * pairs / CHANCE))))


def _recordings(shapes: pa.Table, house: Mapping[str, str]) -> Iterator[_Recordings]:
    groups: dict[tuple[str, int], dict[str, dict[str, tuple[bytes, int]]]] = {}
    twice: set[str] = set()
    columns = (shapes[name].to_pylist() for name in ("report_id", "channel", "points", "sketch", "print"))
    for report, channel, points, sketch, print_ in zip(*columns, strict=True):
        if report in house and points > WINDOW:
            mine = groups.setdefault((house[report], points), {}).setdefault(report, {})
            if channel in mine:
                twice.add(report)
            mine[channel] = sketch, print_
    for _, members in sorted(groups.items()):
        kinds: dict[tuple[str, ...], list[str]] = {}
        for report in sorted(members.keys() - twice):
            kinds.setdefault(tuple(sorted(members[report])), []).append(report)
        for channels, reports in sorted(kinds.items()):
            if len(reports) >= LEAST_REPORTS and len(channels) >= LEAST_CHANNELS:
                yield _stacked([[members[one][name] for name in channels] for one in reports], channels, reports)


def _stacked(curves: list[list[tuple[bytes, int]]], channels: tuple[str, ...], reports: list[str]) -> _Recordings:
    raw = np.frombuffer(b"".join(sketch[8:] for row in curves for sketch, _ in row), np.float16)
    steps = raw.reshape(len(reports), len(curves[0]), -1).astype(np.float32)
    levels = np.ascontiguousarray(np.cumsum(steps, axis=2, dtype=np.float32).transpose(1, 0, 2))
    prints = np.unique(np.array([[one for _, one in row] for row in curves]), axis=0, return_inverse=True)[1]
    return _Recordings(channels, reports, levels, levels.mean(axis=1), prints.reshape(-1).astype(np.int64))


def _starts(points: int) -> list[int]:
    return list(range(0, points - WINDOW + 1, STRIDE))


@lru_cache(maxsize=4096)
def _reading(points: int, start: int, speed: float, shift: int) -> Single | None:
    """Points → stretch of `WINDOW` points from `start` as another clock has it, neighbours taken together (linear).

    None where the recording does not reach.
    """
    along = np.arange(start, start + WINDOW, dtype=np.float64)
    middle = start + (WINDOW - 1) / 2
    place = middle + shift + speed * (along - middle)
    if place[0] < 0 or place[-1] > points - 1:
        return None
    low = np.minimum(place.astype(np.int64), points - 2)
    part = place - low
    matrix = np.zeros((points, WINDOW))
    matrix[low, np.arange(WINDOW)] = 1 - part
    matrix[low + 1, np.arange(WINDOW)] += part
    return np.asarray(matrix.reshape(points, -1, THINNED).mean(axis=2), dtype=np.float32)


def _rest(common: Single, start: int) -> Single:
    """By channel, what takes from a stretch all that honest ones share: level, drift, the cycle, its early or late."""
    course = common[:, start : start + WINDOW].astype(np.float64)
    change = np.gradient(course, axis=1)
    slope = np.broadcast_to(np.arange(WINDOW, dtype=np.float64), course.shape)
    parts = np.stack([np.ones_like(course), slope, course, change, np.gradient(change, axis=1)], axis=2)
    thinned = parts.reshape(len(parts), -1, THINNED, parts.shape[2]).mean(axis=2)
    turned, _ = np.linalg.qr(thinned)
    return np.asarray(np.eye(thinned.shape[1]) - turned @ turned.transpose(0, 2, 1), dtype=np.float32)


def _units(levels: Single, readings: Single, rest: Single) -> Single:
    """Readings × reports × what is left of the stretch, as rows of length 1, every channel with the same weight."""
    channels, count, points = levels.shape
    turned = np.tensordot(readings, rest, axes=(2, 1)).transpose(2, 1, 0, 3)  # channel, point, reading, what is left
    left = (levels @ turned.reshape(channels, points, -1)).reshape(channels, count, len(readings), -1)
    length = np.linalg.norm(left, axis=3, keepdims=True) * np.float32(np.sqrt(channels))
    left = np.divide(left, length, out=np.zeros_like(left), where=length > 1e-6)
    return np.ascontiguousarray(left.transpose(2, 1, 0, 3)).reshape(len(readings), count, -1)


def _parts(own: _Recordings) -> Iterator[_Seen]:
    """All pairs of an institution; of a very large one each report with the next thousands."""
    count = len(own.reports)
    for begin in range(0, max(count - MOST_AT_ONCE, 1), MOST_AT_ONCE):
        part = slice(begin, begin + 2 * MOST_AT_ONCE)
        one = _Recordings(own.channels, own.reports[part], own.levels[:, part], own.common, own.prints[part])
        best, where, looks = _looked(one)
        alike = np.arctanh(np.clip(best[~np.eye(len(best), dtype=bool)].astype(np.float64), -0.9999, 0.9999))
        usual, high = (float(level) for level in np.quantile(alike, (USUAL, HIGH)))
        closest = [_told(one, row, column, looks[where[row, column]]) for row, column in _closest(best, one.prints)]
        pairs = count * (count - 1) / 2
        yield _Seen(kind=own.levels.shape[::2], usual=usual, high=high, pairs=pairs, closest=closest)


def _looked(own: _Recordings) -> tuple[Single, npt.NDArray[np.int16], list[tuple[int, float, int]]]:
    """By ordered pair how alike their best stretch is, and at which look (start, speed, shift)."""
    _, count, points = own.levels.shape
    best = np.full((count, count), -1.0, dtype=np.float32)
    where = np.zeros((count, count), dtype=np.int16)
    looks: list[tuple[int, float, int]] = []
    for start in _starts(points):
        rest = _rest(own.common, start)
        ways = [(speed, shift) for speed in SPEEDS for shift in SHIFTS]
        readings = {way: reading for way in ways if (reading := _reading(points, start, *way)) is not None}
        units = _units(own.levels, np.stack(list(readings.values())), rest)
        fixed = units[list(readings).index((1.0, 0))].T
        for way, moved in zip(readings, units, strict=True):
            alike = np.round(moved @ fixed, 4)
            better = alike > best
            np.copyto(best, alike, where=better)
            np.copyto(where, np.int16(len(looks)), where=better)
            looks.append((start, *way))
    np.fill_diagonal(best, -1.0)
    return best, where, looks


def _closest(best: Single, prints: Integers) -> list[tuple[int, int]]:
    """Each recording's closest, as the one that is moved and as the other; equal recordings belong to C1."""
    left = np.where(prints[:, None] == prints[None, :], np.float32(-1.0), best)
    every = np.arange(len(left))
    pairs = {*zip(every.tolist(), left.argmax(axis=1).tolist(), strict=True)}
    pairs |= {*zip(left.argmax(axis=0).tolist(), every.tolist(), strict=True)}
    return sorted(pair for pair in pairs if left[pair] >= LEAST_CORRELATION)


def _told(own: _Recordings, row: int, column: int, look: tuple[int, float, int]) -> Warped:
    start, speed, shift = look
    moved, still = _reading(own.levels.shape[2], start, speed, shift), _reading(own.levels.shape[2], start, 1.0, 0)
    assert moved is not None and still is not None  # noqa: S101 - it was looked at
    units = _units(own.levels[:, [row, column]], np.stack([moved, still]), _rest(own.common, start))
    one, other = units[0, 0], units[1, 1]
    by_channel = (one * other).reshape(len(own.channels), -1).sum(axis=1)
    a, b = sorted((own.reports[row], own.reports[column]))
    return Warped(
        a=a,
        b=b,
        correlation=round(min(1.0, float(by_channel.sum())), 4),
        usual=0.0,
        channel=own.channels[int(np.round(by_channel, 4).argmax())],
        channels=len(own.channels),
        first_point=start + 1,
        last_point=start + WINDOW,
        shift=shift,
        speed=speed,
    )
