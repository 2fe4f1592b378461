"""Seed, tickets and the order of each stratum, in exact integers (§2.2, §2.8).

A ticket t gives u = (2t + 1) / 2^257. Under Pareto the key u(1-pi) / ((1-u)pi) with pi = k·w / W is, up to the factor
1/k that all units of a stratum share, the fraction A / B with A = (2t + 1)(W - k·w) and B = (2^257 - 2t - 1)·w. Two
different fractions of denominators up to M differ by at least 1/M², hence floor(A·2^s / B) with 2^s >= M² orders them
as the fractions themselves do, and equal floors mean equal keys. No rounding decides an order.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from hengjian.engines.draws.inclusion import Targets, capped_pps
from hengjian.engines.draws.plan import Method
from hengjian.engines.draws.roster import Unit, by_stratum

SEPARATOR = b"\x1f"
PREFIX = b"SRD1" + SEPARATOR
UNIT = PREFIX + b"unit" + SEPARATOR
PAIR = PREFIX + b"pair" + SEPARATOR
TOP = 1 << 257


def seed_of(salt: bytes, commit_sha256: str, entropy: str) -> bytes:
    """HMAC-SHA256(salt, "SRD1" US "seed" US commit hash in hex US entropy); 32 bytes."""
    parts = (b"seed", commit_sha256.encode(), entropy.encode())
    return hmac.digest(salt, PREFIX + SEPARATOR.join(parts), "sha256")


def unit_ticket(seed: bytes, stratum: str, id_: str) -> bytes:
    """HMAC-SHA256(seed, "SRD1" US "unit" US stratum US id); 32 bytes."""
    return hmac.digest(seed, UNIT + stratum.encode() + SEPARATOR + id_.encode(), "sha256")


def pair_rank(seed: bytes, target: str, slot: str, inspector: str) -> bytes:
    """The ticket of an inspector for one slot of one target; bytes compare as the 256-bit integers do."""
    return hmac.digest(seed, PAIR + SEPARATOR.join((target.encode(), slot.encode(), inspector.encode())), "sha256")


class Ranked(NamedTuple):
    """One unit in the order of its stratum."""

    id: str
    ticket: bytes
    pi: Fraction


@dataclass(frozen=True, slots=True)
class Selection:
    """The drawn order of every stratum; the first `quota` of each are the sample, the rest the reserve list."""

    quota: Mapping[str, int]
    ranked: Mapping[str, Sequence[Ranked]]

    @property
    def sample(self) -> dict[str, list[str]]:
        return {name: [unit.id for unit in units[: self.quota[name]]] for name, units in self.ranked.items()}

    def targets(self) -> list[tuple[str, str]]:
        """(id, stratum) of the sample in ascending ticket order over all strata."""
        drawn = [
            (unit.ticket, unit.id, name) for name, units in self.ranked.items() for unit in units[: self.quota[name]]
        ]
        return [(id_, name) for _, id_, name in sorted(drawn)]


def select(seed: bytes, units: Iterable[Unit], quota: Mapping[str, int], method: Method) -> Selection:
    """Order every stratum by (key, u, id); serves draws of institutions and of reports alike."""
    groups = by_stratum(units)
    return Selection(
        quota={name: quota[name] for name in groups},
        ranked={name: rank_stratum(seed, group, quota[name], method) for name, group in groups.items()},
    )


def rank_stratum(seed: bytes, units: Sequence[Unit], n: int, method: Method) -> list[Ranked]:
    """The units of one stratum in drawn order; with n = 0 all keys are alike and the tickets decide."""
    tickets = [unit_ticket(seed, unit.stratum, unit.id) for unit in units]
    if method == "equal":
        share = Fraction(n, len(units)) if units else Fraction(0)
        return sorted((Ranked(unit.id, t, share) for unit, t in zip(units, tickets, strict=True)), key=_by_ticket)
    targets = capped_pps([unit.weight for unit in units], n)
    keyed = sorted(
        (key, ticket, unit.id, targets.pi(unit.weight))
        for key, ticket, unit in zip(_pareto_keys(units, tickets, targets), tickets, units, strict=True)
    )
    return [Ranked(id_, ticket, pi) for _, ticket, id_, pi in keyed]


def _by_ticket(unit: Ranked) -> tuple[bytes, str]:
    return unit.ticket, unit.id


def _pareto_keys(units: Sequence[Unit], tickets: Sequence[bytes], targets: Targets) -> list[int]:
    if targets.left == 0:
        return [-1 if targets.is_certain(unit.weight) else 0 for unit in units]
    heaviest = max((unit.weight for unit in units if not targets.is_certain(unit.weight)), default=1)
    shift = 2 * (257 + heaviest.bit_length())
    keys = []
    for unit, ticket in zip(units, tickets, strict=True):
        if targets.is_certain(unit.weight):
            keys.append(-1)
            continue
        odd = 2 * int.from_bytes(ticket, "big") + 1
        above = odd * (targets.total - targets.left * unit.weight)
        keys.append((above << shift) // ((TOP - odd) * unit.weight))
    return keys
