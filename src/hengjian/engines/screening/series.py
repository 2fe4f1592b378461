"""Raw series in canonical form: what two recordings of one signal have in common, as a fingerprint.

Canonical: quantised at the resolution of the channel (or the decimals the series shows), constant lead-in and tail
dropped, repeated samples of a slower instrument taken once. A series becomes its first level and its differences.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

SLICE_VALUES = 1 << 20
MOST_DECIMALS = 6
FINEST_SHARE = 1e-6
LEAST_NOMINAL_STEPS = 50
LARGEST_INTEGER = 1e15
BINS = 256

NOMINAL = {
    "co_pct": 0.01,
    "co2_pct": 0.01,
    "o2_pct": 0.01,
    "hc_ppm": 1.0,
    "no_ppm": 1.0,
    "nox_ppm": 1.0,
    "opacity_k": 0.01,
    "lambda": 0.001,
    "rpm": 1.0,
    "obd_rpm": 1.0,
    "oil_temp_c": 1.0,
    "temp_c": 0.1,
    "power_kw": 0.1,
    "torque_nm": 1.0,
    "flow_ls": 0.1,
    "force_n": 1.0,
}
"""Usual resolution of the instruments behind a channel; finer digits are noise of the software."""


def fingerprints(values: Floats, lengths: Integers, nominal: Floats) -> tuple[Integers, Floats]:
    """(64-bit fingerprint, information in bits) of every series.

    `values` holds all series one after another, `lengths` their sizes, `nominal` the channel's resolution (0: unknown).
    Information is the entropy of the first differences times their number, a lower bound; constant series have 0.
    """
    prints, bits = np.zeros(len(lengths), np.int64), np.zeros(len(lengths))
    ends = np.cumsum(lengths)
    for first, last in _slices(lengths):
        low = int(ends[first] - lengths[first])
        part = slice(first, last)
        prints[part], bits[part] = _of_slice(values[low : int(ends[last - 1])], lengths[part], nominal[part])
    return prints, bits


def _slices(lengths: Integers) -> Iterator[tuple[int, int]]:
    """Ranges of series that hold about a million values together."""
    first, held = 0, 0
    for place, size in enumerate(lengths.tolist()):
        if held and held + size > SLICE_VALUES:
            yield first, place
            first, held = place, 0
        held += size
    if first < len(lengths):
        yield first, len(lengths)


def _of_slice(values: Floats, lengths: Integers, nominal: Floats) -> tuple[Integers, Floats]:
    prints, bits = np.zeros(len(lengths), np.int64), np.zeros(len(lengths))
    filled = np.flatnonzero(lengths > 0)
    if len(filled) == 0:
        return prints, bits
    lengths, nominal = lengths[filled], nominal[filled]
    row = np.repeat(np.arange(len(lengths)), lengths)
    levels = quantised(values, row, lengths, nominal)
    steps = np.diff(levels)
    moves = np.flatnonzero((steps != 0) & (row[1:] == row[:-1]))
    if len(moves) == 0:
        return prints, bits
    owner = row[moves]
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    moving, sizes = owner[begins], np.diff(np.append(begins, len(owner)))
    first = moves[begins]
    place = moves - np.repeat(first, sizes)
    stride = np.maximum(np.gcd.reduceat(place, begins), 1)
    place //= np.repeat(stride, sizes)
    count = place[begins + sizes - 1] + 1
    words = _mixed(steps[moves].astype(np.uint64) * _ODD + place.astype(np.uint64) * _OTHER_ODD)
    total = np.add.reduceat(words, begins)
    total += _mixed(levels[first].astype(np.uint64) * _ODD + count.astype(np.uint64))
    prints[filled[moving]] = _mixed(total).view(np.int64)
    bits[filled[moving]] = _information(steps[moves], np.repeat(np.arange(len(begins)), sizes), sizes, count)
    return prints, bits


def quantised(values: Floats, row: Integers, lengths: Integers, nominal: Floats) -> Integers:
    """Values in whole units of the resolution; missing ones become a level of their own."""
    known = np.isfinite(values)
    clean = np.where(known, values, 0.0)
    starts = np.cumsum(lengths) - lengths
    unit = _own_resolution(clean, starts, lengths)
    span = np.maximum.reduceat(clean, starts) - np.minimum.reduceat(clean, starts)
    coarser = (nominal > unit) & (span >= LEAST_NOMINAL_STEPS * nominal)
    unit = np.where(coarser, nominal, unit)
    whole = np.rint(clean / unit[row])
    return np.where(known, whole, -LARGEST_INTEGER).astype(np.int64)


def _own_resolution(values: Floats, starts: Integers, lengths: Integers) -> Floats:
    """10^-decimals that a series shows; a millionth of its span where it shows more than six."""
    span = np.maximum.reduceat(values, starts) - np.minimum.reduceat(values, starts)
    unit = np.where(span > 0, span * FINEST_SHARE, 1.0)
    largest = np.maximum.reduceat(np.abs(values), starts)
    unit = np.maximum(unit, largest / LARGEST_INTEGER)
    open_rows = np.arange(len(lengths))
    shown, own = values, lengths
    for decimals in range(MOST_DECIMALS + 1):
        scaled = shown * 10.0**decimals
        off = np.abs(scaled - np.rint(scaled)) > 1e-6
        fits = ~np.logical_or.reduceat(off, np.cumsum(own) - own) & (largest[open_rows] * 10.0**decimals < 1e12)
        unit[open_rows[fits]] = 10.0**-decimals
        keep = np.repeat(~fits, own)
        shown, own, open_rows = shown[keep], own[~fits], open_rows[~fits]
        if len(open_rows) == 0:
            break
    return unit


_ODD = np.uint64(0x9E3779B97F4A7C15)
_OTHER_ODD = np.uint64(0xC2B2AE3D27D4EB4F)


def _mixed(words: Words) -> Words:
    """The finaliser of SplitMix64: every input bit reaches every output bit."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def _information(moves: Integers, owner: Integers, sizes: Integers, count: Integers) -> Floats:
    """n·log2 n − Σ c·log2 c over the differences (zeros included) in 256 bins; merged bins only lower it."""
    bins = (_mixed(moves.astype(np.uint64) * _ODD) % np.uint64(BINS)).astype(np.int64)
    tally = np.bincount(owner * BINS + bins, minlength=len(sizes) * BINS).reshape(len(sizes), BINS)
    weighted = (tally * np.log2(np.maximum(tally, 1))).sum(axis=1)
    zeros = (count - sizes).astype(np.float64)
    weighted += zeros * np.log2(np.maximum(zeros, 1.0))
    total = count.astype(np.float64)
    return np.asarray(np.maximum(0.0, total * np.log2(total) - weighted), dtype=np.float64)
