"""A small sketch of a text by which near texts find each other without all being compared (one-permutation minhash)."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from hengjian.engines.likeness.words import normal, shingles

BINS = 8
_TOP = 1 << 63


def jaccard(left: Collection[str], right: Collection[str]) -> float:
    """Pieces in common over pieces at all, 0–1; 0 where both are empty."""
    one, other = frozenset(left), frozenset(right)
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def text_keys(text: str) -> tuple[int, ...]:
    """At most `BINS` signed 64-bit keys; two texts share each with a probability that grows with their likeness.

    The space of hashes is parted into bins; a key is the least hash of a bin together with the bin. A bin without a
    hash gives no key.
    """
    least: dict[int, int] = {}
    for piece in shingles(text):
        value = _hash(piece)
        place = value % BINS
        if place not in least or value < least[place]:
            least[place] = value
    return tuple(_signed(least[place]) for place in sorted(least))


def number_key(number: str) -> int:
    """The key of a report number; it never equals a text's key but by chance of 2⁻⁶⁴."""
    plain = "".join(ch for ch in normal(number) if ch.isalnum())
    return _signed(_hash(f"#{plain}"))


def _hash(piece: str) -> int:
    return int.from_bytes(blake2b(piece.encode(), digest_size=8).digest(), "big")


def _signed(value: int) -> int:
    return value - (_TOP << 1) if value >= _TOP else value
