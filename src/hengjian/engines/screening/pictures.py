"""Pictures that are alike, and how many as alike one institution's own pictures would give by chance.

A camera that stands still sees the same hall every day: two honest pictures of it may differ in a fifth of their bits
rather than a half, and the more pictures there are, the closer the closest two of them lie. What is unusual is
therefore learned from pairs of the institution's own pictures, and grows with their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

MOST_BITS = 12
MOST_BITS_ALONE = 4
MOST_PDQ_BITS = 31
MOST_PDQ_BITS_STRANGERS = 40
"""Pictures of two clients may differ so far, if nothing of the institution's own comes near that by chance."""

MOST_BY_CHANCE, MOST_FOR_HINT = 1e-4, 0.05
"""Pairs as close as a finding and as a hint may have by chance in all pictures of the kind at the institution."""

BANDS, BAND_BITS = 4, 16
FLAT = 8
"""A perceptual hash with fewer set (or unset) bits than this is of a picture without content."""

MOST_IN_BUCKET = 200
PIECE = 1 << 22
STRIDES = (1, 2, 3, 5, 8, 13, 21, 34)
"""Pictures are compared with those so many places further to learn how alike they usually are."""

ONE_SCENE = 102
"""Two pictures that differ in fewer than two fifths of their bits show one scene."""

LEAST_OF_SCENE = 0.02
LEAST_SAMPLED = 30
SD_OF_SCENES, SD_OF_STRANGERS = 6.0, 12.0
"""Least standard deviations of the distance."""

USUAL_OF_STRANGERS = 128.0
MIDDLE_HALF = 1.349
FIFTIETH, LOWEST_FIFTIETH = 0.02, 2.054
"""The lowest fiftieth of the pairs tells whether some are closer than the middle lets expect: like cars, like light."""

Columns = Mapping[str, npt.NDArray[Any]]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pairs of rows: bits in which the fine hash (or, without one, the coarse) differs, and as close ones by chance."""

    first: Integers
    second: Integers
    bits: Integers
    checked: npt.NDArray[np.bool_]
    chance: Floats

    @staticmethod
    def none() -> Pairs:
        empty = np.zeros(0, dtype=np.int64)
        return Pairs(first=empty, second=empty, bits=empty, checked=np.zeros(0, dtype=bool), chance=np.zeros(0))

    def where(self, kept: npt.NDArray[np.bool_]) -> Pairs:
        return Pairs(
            first=self.first[kept],
            second=self.second[kept],
            bits=self.bits[kept],
            checked=self.checked[kept],
            chance=self.chance[kept],
        )


def equal_pairs(values: npt.NDArray[Any]) -> tuple[Integers, Integers]:
    """Each row with the first one of the same text; empty texts are nobody's."""
    texts = np.array(["" if value is None else str(value) for value in values])
    order = np.argsort(texts, kind="stable")
    fresh = np.append(True, texts[order][1:] != texts[order][:-1])
    head = order[np.flatnonzero(fresh)][np.cumsum(fresh) - 1]
    keep = (head != order) & (texts[order] != "")
    return head[keep].astype(np.int64), order[keep].astype(np.int64)


def alike_pairs(column: Columns, strangers: npt.NDArray[Any]) -> Pairs:
    """Pairs within one institution (and over all where the coarse hash is equal) whose hashes differ in few bits.

    `strangers` names the client of each row: pictures of two clients may differ a little more (None: nobody's).
    """
    words, known = _hashes(column["phash"], 16)
    pdq, has_pdq = _hashes(column["pdq"], 64)
    filled = np.bitwise_count(words[:, 0]).astype(np.int64)
    rows = np.flatnonzero(known & (filled >= FLAT) & (filled <= 64 - FLAT))
    institution = np.unique(column["institution_id"].astype(str), return_inverse=True)[1].astype(np.int64)
    if len(rows) < 2:
        return Pairs.none()
    head, tail = equal_pairs(np.array([f"{one:016x}" for one in words[rows, 0]]))
    found = [np.stack([np.minimum(head, tail), np.maximum(head, tail)], axis=1)]
    fine = pdq[rows], has_pdq[rows]
    found += [
        _probe(words[rows, 0], institution[rows], fine, band, bit)
        for band in range(BANDS)
        for bit in range(-1, BAND_BITS)
    ]
    both = rows[np.unique(np.concatenate(found), axis=0)]
    low, high = both[:, 0], both[:, 1]
    checked = has_pdq[low] & has_pdq[high]
    bits = np.bitwise_count(words[low, 0] ^ words[high, 0]).astype(np.int64)
    bits = np.where(checked, np.bitwise_count(pdq[low] ^ pdq[high]).sum(axis=1).astype(np.int64), bits)
    group = _groups(institution, column["subject"])
    chance = _by_chance(pdq, np.flatnonzero(has_pdq & known), group, low, bits)
    pairs = Pairs(first=low, second=high, bits=bits, checked=checked, chance=np.where(checked, chance, np.inf))
    unlike = [a is not None and b is not None and a != b for a, b in zip(strangers[low], strangers[high], strict=True)]
    near = np.where(checked, (bits <= MOST_PDQ_BITS) & (chance <= MOST_FOR_HINT), bits <= MOST_BITS_ALONE)
    near |= checked & (bits <= MOST_PDQ_BITS_STRANGERS) & (chance <= MOST_BY_CHANCE) & np.array(unlike, dtype=bool)
    return pairs.where(near)


def _groups(institution: Integers, subject: npt.NDArray[Any]) -> Integers:
    """Pictures of one kind of one institution."""
    kind = np.unique(["" if one is None else str(one) for one in subject], return_inverse=True)[1]
    return np.asarray(institution * (int(kind.max(initial=0)) + 1) + kind, dtype=np.int64)


def _hashes(values: npt.NDArray[Any], digits: int) -> tuple[Words, npt.NDArray[np.bool_]]:
    """Hexadecimal texts as 64-bit words, and which rows have one."""
    words = np.zeros((len(values), digits // 16), dtype=np.uint64)
    known = np.zeros(len(values), dtype=bool)
    for at, value in enumerate(values):
        if value is not None and len(value) == digits:
            try:
                words[at] = [int(value[start : start + 16], 16) for start in range(0, digits, 16)]
                known[at] = True
            except ValueError:
                known[at] = False
    return words, known


def _probe(
    words: Words, institution: Integers, fine: tuple[Words, npt.NDArray[np.bool_]], band: int, bit: int
) -> Integers:
    """Pairs within one institution whose bands are equal (bit −1) or differ in that bit, close in both hashes."""
    shift = np.uint64(band * BAND_BITS)
    part = ((words >> shift) & np.uint64((1 << BAND_BITS) - 1)).astype(np.int64)
    key = (institution << BAND_BITS) | part
    order = np.argsort(key, kind="stable")
    wanted = key if bit < 0 else key ^ (1 << bit)
    low, high = (np.searchsorted(key[order], wanted, side=side) for side in ("left", "right"))
    size = np.where(high - low <= MOST_IN_BUCKET, high - low, 0)
    pdq, has_pdq = fine
    found = [np.zeros((0, 2), dtype=np.int64)]
    for start, end in _starts(size):
        some = np.arange(start, end)
        first = np.repeat(some, size[some])
        begins = np.cumsum(size[some]) - size[some]
        second = order[np.arange(len(first)) - np.repeat(begins, size[some]) + np.repeat(low[some], size[some])]
        near = (first < second) & (np.bitwise_count(words[first] ^ words[second]) <= MOST_BITS)
        first, second = first[near], second[near]
        apart = np.bitwise_count(pdq[first] ^ pdq[second]).sum(axis=1)
        close = ~(has_pdq[first] & has_pdq[second]) | (apart <= MOST_PDQ_BITS_STRANGERS)
        found.append(np.stack([first[close], second[close]], axis=1))
    return np.concatenate(found)


def _starts(size: Integers) -> list[tuple[int, int]]:
    """Ranges of rows that give some four million candidates together."""
    cuts = np.flatnonzero(np.diff(np.cumsum(size) // PIECE)) + 1
    edges = [0, *cuts.tolist(), len(size)]
    return list(pairwise(edges))


def _by_chance(pdq: Words, rows: Integers, group: Integers, low: Integers, bits: Integers) -> Floats:
    """How many pairs of the group of `low` would lie as close, were its pictures as alike as they usually are."""
    rows = rows[np.argsort(group[rows], kind="stable")]
    apart, of = [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    for stride in STRIDES:
        one, two = rows[:-stride], rows[stride:]
        same = group[one] == group[two]
        apart.append(np.bitwise_count(pdq[one[same]] ^ pdq[two[same]]).sum(axis=1).astype(np.float64))
        of.append(group[one[same]])
    owner = np.concatenate(of)
    order = np.argsort(owner, kind="stable")
    owner, distance = owner[order], np.concatenate(apart)[order]
    count = np.bincount(group[rows], minlength=int(group.max(initial=0)) + 1).astype(np.float64)
    chance = np.zeros(len(low))
    for one in np.unique(group[low]):
        mine = np.flatnonzero(group[low] == one)
        start, end = np.searchsorted(owner, [one, one + 1])
        chance[mine] = _expected(distance[start:end], float(count[one]), bits[mine])
    return chance


def _expected(sampled: Floats, pictures: float, bits: Integers) -> Floats:
    """Expected number of pairs that differ in so few bits: those of one scene where there is one, else any two."""
    pairs = pictures * (pictures - 1) / 2
    scene = sampled[sampled < ONE_SCENE]
    if len(scene) >= max(LEAST_SAMPLED, LEAST_OF_SCENE * len(sampled)):
        least, low, middle, high = np.quantile(scene, [FIFTIETH, 0.25, 0.5, 0.75])
        spread = max(SD_OF_SCENES, (high - low) / MIDDLE_HALF, (middle - least) / LOWEST_FIFTIETH)
        pairs *= len(scene) / len(sampled)
    else:
        middle = np.median(sampled) if len(sampled) else USUAL_OF_STRANGERS
        spread = SD_OF_STRANGERS
    return np.asarray(pairs * special.ndtr((bits + 0.5 - middle) / spread), dtype=np.float64)
