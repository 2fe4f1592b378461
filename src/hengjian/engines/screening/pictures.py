"""Pictures that are alike, and how many as alike one institution's own pictures would give by chance.

A camera that stands still sees the same hall every day: two honest pictures of it may differ in a fifth of their bits
rather than a half, and the more pictures there are, the closer the closest two of them lie. What is unusual is
therefore learned from pairs of the institution's own pictures, and grows with their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
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
PIECE = 1 << 18
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


def codes(column: pa.ChunkedArray) -> Integers:
    """A number for each text, the same for equal ones; −1 where there is none."""
    coded = column.combine_chunks().dictionary_encode().indices.fill_null(-1)
    return np.asarray(coded.to_numpy(zero_copy_only=False), dtype=np.int64)


def equal_pairs(values: Integers) -> tuple[Integers, Integers]:
    """Each row with the first one of the same number; negative numbers are nobody's."""
    order = np.argsort(values, kind="stable")
    fresh = np.append(True, values[order][1:] != values[order][:-1])
    head = order[np.flatnonzero(fresh)][np.cumsum(fresh) - 1]
    keep = (head != order) & (values[order] >= 0)
    return head[keep].astype(np.int64), order[keep].astype(np.int64)


def alike_pairs(data: pa.Table) -> Pairs:
    """Pairs within one institution (and over all where the coarse hash is equal) whose hashes differ in few bits.

    Read are `institution_id`, `subject`, `phash`, `pdq` and `client_id`: pictures of two clients may differ a little
    more.
    """
    words, known = _hashes(data["phash"], 16)
    pdq, has_pdq = _hashes(data["pdq"], 64)
    filled = np.bitwise_count(words[:, 0]).astype(np.int64)
    rows = np.flatnonzero(known & (filled >= FLAT) & (filled <= 64 - FLAT))
    institution, client = codes(data["institution_id"]), codes(data["client_id"])
    if len(rows) < 2:
        return Pairs.none()
    head, tail = equal_pairs(np.unique(words[rows, 0], return_inverse=True)[1].astype(np.int64))
    found = [np.stack([np.minimum(head, tail), np.maximum(head, tail)], axis=1)]
    fine = np.asfortranarray(pdq[rows]), has_pdq[rows]
    for band in range(BANDS):
        found += _probe(words[rows, 0], institution[rows], fine, band)
    both = rows[np.unique(np.concatenate(found), axis=0)]
    low, high = both[:, 0], both[:, 1]
    checked = has_pdq[low] & has_pdq[high]
    bits = np.bitwise_count(words[low, 0] ^ words[high, 0]).astype(np.int64)
    bits = np.where(checked, _bits_apart(pdq, low, high), bits)
    kind = codes(data["subject"].fill_null(""))
    group = institution * (int(kind.max(initial=0)) + 1) + kind
    chance = _by_chance(pdq, np.flatnonzero(has_pdq & known), group, low, bits)
    pairs = Pairs(first=low, second=high, bits=bits, checked=checked, chance=np.where(checked, chance, np.inf))
    unlike = (client[low] >= 0) & (client[high] >= 0) & (client[low] != client[high])
    near = np.where(checked, (bits <= MOST_PDQ_BITS) & (chance <= MOST_FOR_HINT), bits <= MOST_BITS_ALONE)
    near |= checked & (bits <= MOST_PDQ_BITS_STRANGERS) & (chance <= MOST_BY_CHANCE) & unlike
    return pairs.where(near)


def _hashes(column: pa.ChunkedArray, digits: int) -> tuple[Words, npt.NDArray[np.bool_]]:
    """Hexadecimal texts as 64-bit words, and which rows have one."""
    known = pc.match_substring_regex(column, f"^[0-9a-f]{{{digits}}}$").fill_null(False)
    found = np.asarray(known.to_numpy(), dtype=bool)
    words = np.zeros((len(found), digits // 16), dtype=np.uint64, order="F")
    shown = b"".join(bytes.fromhex("".join(part.to_pylist())) for part in column.filter(known).chunks)
    words[found] = np.frombuffer(shown, dtype=">u8").reshape(-1, digits // 16)
    return words, found


def _probe(words: Words, institution: Integers, fine: tuple[Words, npt.NDArray[np.bool_]], band: int) -> list[Integers]:
    """Pairs within one institution whose bands are equal or differ in one bit, close in both hashes."""
    part = ((words >> np.uint64(band * BAND_BITS)) & np.uint64((1 << BAND_BITS) - 1)).astype(np.int64)
    key = (institution << BAND_BITS) | part
    order = np.argsort(key, kind="stable")
    distinct, begin, size = np.unique(key[order], return_index=True, return_counts=True)
    found = [_close(np.flatnonzero(size > 1), np.flatnonzero(size > 1), (order, begin, size), words, fine)]
    for bit in range(BAND_BITS):
        unset = np.flatnonzero((distinct >> bit) & 1 == 0)
        wanted = distinct[unset] | (1 << bit)
        place = np.minimum(np.searchsorted(distinct, wanted), len(distinct) - 1)
        there = distinct[place] == wanted
        found.append(_close(unset[there], place[there], (order, begin, size), words, fine))
    return found


def _close(
    one: Integers,
    other: Integers,
    buckets: tuple[Integers, Integers, Integers],
    words: Words,
    fine: tuple[Words, npt.NDArray[np.bool_]],
) -> Integers:
    """Pairs of rows, the first from bucket `one`, the second from `other`, or the other way round.

    The one that comes later among all rows must lie in a bucket that is not too full.
    """
    order, begin, size = buckets
    pdq, has_pdq = fine
    some = np.minimum(size[one], size[other]) <= MOST_IN_BUCKET
    one, other = one[some], other[some]
    mine, theirs = _spread(begin[one], size[one]), np.repeat(other, size[one])
    full, sorted_words = np.repeat(size > MOST_IN_BUCKET, size), words[order]
    found = [np.zeros((0, 2), dtype=np.int64)]
    for start, end in _starts(size[theirs]):
        into = theirs[start:end]
        left, right = np.repeat(mine[start:end], size[into]), _spread(begin[into], size[into])
        near = np.flatnonzero(np.bitwise_count(sorted_words[left] ^ sorted_words[right]) <= MOST_BITS)
        left, right = left[near], right[near]
        first, second = order[left], order[right]
        kept = (first != second) & ~full[np.where(first < second, right, left)]
        first, second = first[kept], second[kept]
        apart = _bits_apart(pdq, first, second)
        close = ~(has_pdq[first] & has_pdq[second]) | (apart <= MOST_PDQ_BITS_STRANGERS)
        first, second = first[close], second[close]
        found.append(np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1))
    return np.concatenate(found)


def _bits_apart(words: Words, first: Integers, second: Integers) -> Integers:
    """In how many bits two rows differ; the words lie column by column."""
    bits = np.zeros(len(first), dtype=np.int64)
    for column in words.T:
        bits += np.bitwise_count(column[first] ^ column[second])
    return bits


def _spread(begin: Integers, size: Integers) -> Integers:
    """The members of ranges, one after another."""
    end = np.cumsum(size)
    members: Integers = np.arange(int(size.sum())) + np.repeat(begin - (end - size), size)
    return members


def _starts(size: Integers) -> list[tuple[int, int]]:
    """Ranges of rows that give some quarter of a million candidates together."""
    cuts = np.flatnonzero(np.diff(np.cumsum(size) // PIECE)) + 1
    edges = [0, *cuts.tolist(), len(size)]
    return list(pairwise(edges))


def _by_chance(pdq: Words, rows: Integers, group: Integers, low: Integers, bits: Integers) -> Floats:
    """How many pairs of the group of `low` would lie as close, were its pictures as alike as they usually are."""
    asked = np.zeros(int(group.max(initial=0)) + 1, dtype=bool)
    asked[group[low]] = True
    rows = rows[asked[group[rows]]]
    rows = rows[np.argsort(group[rows], kind="stable")]
    apart, of = [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    for stride in STRIDES:
        one, two = rows[:-stride], rows[stride:]
        same = group[one] == group[two]
        apart.append(_bits_apart(pdq, one[same], two[same]).astype(np.float64))
        of.append(group[one[same]])
    owner = np.concatenate(of)
    order = np.argsort(owner, kind="stable")
    owner, distance = owner[order], np.concatenate(apart)[order]
    count = np.bincount(group[rows], minlength=len(asked)).astype(np.float64)
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
