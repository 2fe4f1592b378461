"""How an event is hashed, how a chain is checked and how a day's root is built. Pure functions over values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """The hashed content of one event; every field takes part in the hash."""

    sequence: int
    at: datetime
    actor_id: str
    actor_name: str
    role: str
    organ_path: str
    verb: str
    thing_kind: str
    thing_id: str
    thing_label: str
    reason: str
    basis: str
    before: object
    after: object
    previous_hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first broken link: its number and why, in Chinese."""

    sequence: int
    reason: str


def link_hash(link: Link) -> str:
    """SHA-256 (hex) over the canonical JSON list of the link's fields, time in UTC with microseconds."""
    stamp = link.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    values = [getattr(link, name) for name in Link.__slots__]
    values[1] = stamp
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def first_break(links: Iterable[tuple[Link, str]], *, head: tuple[int, str]) -> Break | None:
    """Walk (link, stored hash) in order and name the first that does not hold; None if the chain is whole.

    `head` is the stored (sequence, hash) of the last event: a chain cut at its end shows there.
    """
    expected, previous = 1, GENESIS
    for link, stored in links:
        if link.sequence != expected:
            return Break(expected, f"缺少第 {expected} 号事件（其后直接是第 {link.sequence} 号）")
        if link.previous_hash != previous:
            return Break(link.sequence, "所记的上一事件摘要与上一事件不符")
        if link_hash(link) != stored:
            return Break(link.sequence, "内容与其摘要不符，事件被改动过")
        expected, previous = link.sequence + 1, stored
    if head != (expected - 1, previous):
        return Break(expected, f"链尾应为第 {head[0]} 号事件，实际只到第 {expected - 1} 号")
    return None


def merkle_root(leaves: Sequence[str]) -> str:
    """Merkle root (hex) of leaf hashes (hex): leaves and nodes are hashed with different prefixes (RFC 6962)."""
    if not leaves:
        return sha256(b"").hexdigest()
    level = [sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()
