"""The golden as bytes and values, and endless further cases: made from a number, the same on every machine."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from hengjian.engines.draws import OPEN_SALT_SHA256, DrawResult, commitment, committed_files, reveal, sha256_hex
from hengjian.engines.draws.plan import COMMITTED, OPEN_SALT
from tests.paths import SHARED

VECTORS = SHARED / "vectors"
ENTROPY = [
    {"unordered": True, "values": [31, 9, 3, 15, 18, 26]},
    {"unordered": False, "values": [7]},
    {"unordered": False, "values": [312345]},
]
STRATA = ["食品", "A-food", "机动车", "\U00020000", "\uff21", "10", "2", "__proto__", "生态 环境", "z"]


def vector(name: str) -> dict[str, Any]:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Inputs:
    """What a draw is made of before anything is computed."""

    plan: dict[str, Any]
    roster: bytes
    inspectors: dict[str, Any]
    coi: list[list[str]]
    salts: list[bytes] = field(default_factory=lambda: [OPEN_SALT])
    entropy: list[dict[str, Any]] = field(default_factory=lambda: ENTROPY)

    @property
    def commit(self) -> dict[str, Any]:
        return commitment(self.plan, self.roster, self.inspectors, self.coi)

    def draw(self) -> DrawResult:
        return reveal(self.commit, self.roster, self.inspectors, self.coi, salt=self.salts, entropy=self.entropy)

    def bundle(self) -> dict[str, bytes]:
        return committed_files(self.commit, self.roster, self.inspectors, self.coi) | self.draw().files()


def golden(case: str) -> tuple[Inputs, dict[str, Any]]:
    """The inputs of one golden case, and what must come out."""
    expected = vector("srd1_golden")["expected"]
    told = expected["cases"][case]
    plan = {key: value for key, value in told["commit"].items() if key not in COMMITTED}
    roster = expected["roster_tsv"].encode()
    return Inputs(plan, roster, expected["inspectors"], expected["coi"], [bytes.fromhex(told["salt"])]), told


class Chance:
    """Numbers from SHA-256 of a seed, one after the other."""

    def __init__(self, seed: object) -> None:
        self.seed, self.count = str(seed), 0

    def below(self, top: int) -> int:
        self.count += 1
        return int.from_bytes(hashlib.sha256(f"{self.seed}/{self.count}".encode()).digest(), "big") % top

    def one_of(self, things: list[Any]) -> Any:
        return things[self.below(len(things))]

    def some_of(self, things: list[Any], one_in: int) -> list[Any]:
        return [thing for thing in things if self.below(one_in) == 0]


def random_inputs(seed: object) -> Inputs:
    """A draw that may or may not be staffable: 1-4 strata, up to 40 units, tight caps now and then."""
    chance = Chance(seed)
    strata = sorted({chance.one_of(STRATA) for _ in range(1 + chance.below(4))})
    heaviest = chance.one_of([1, 3, 10, 10**6])
    units = [
        (f"U{number:03d}", chance.one_of(strata), 1 + chance.below(heaviest)) for number in range(2 + chance.below(39))
    ]
    present = sorted({stratum for _, stratum, _ in units})
    roster = "id\tstratum\tweight\n" + "".join(f"{a}\t{b}\t{c}\n" for a, b, c in units)
    slots = chance.one_of([["lead", "member"]] * 4 + [["lead"], ["lead", "member", "second"], ["member"], []])
    field_expert = chance.below(8) == 0
    people: dict[str, Any] = {}
    for number in range(3 + chance.below(8)):
        people[f"J{number}"] = {"domains": chance.some_of(present, 2) or [present[0]], "lead": int(chance.below(3) > 0)}
    if field_expert:
        slots = [*slots, "field_expert"]
        people |= {f"X{number}": {"domains": present, "lead": 0, "expert": 1} for number in range(2)}
    coi = sorted([person, unit] for unit, _, _ in units for person in chance.some_of(sorted(people), 9))
    salts = [hashlib.sha256(f"{seed} salt {number}".encode()).digest() for number in range(1 + chance.below(3))]
    hashes = [sha256_hex(salt) for salt in salts]
    mode = chance.below(3)
    plan: dict[str, Any] = {
        "draw_id": f"测试-{seed}",
        "seq": 1,
        "prev_commit": "0" * 64,
        "method": chance.one_of(["equal", "pareto"]),
        "salt_sha256": OPEN_SALT_SHA256 if mode == 0 else hashes[0] if len(salts) == 1 else hashes,
        "entropy_spec": ["双色球红球", "蓝球", "公开掷骰"],
        "not_before": "2026-01-05T21:30:00+08:00",
    } | _size(chance, units, present)
    if slots != ["lead", "member"]:
        plan["slots"] = slots
    if chance.below(3) == 0:
        plan["caps"] = {person: chance.below(6) for person in chance.some_of(sorted(people), 2)}
    return Inputs(plan, roster.encode(), people, coi, [OPEN_SALT] if mode == 0 else salts)


def _size(chance: Chance, units: list[tuple[str, str, int]], present: list[str]) -> dict[str, Any]:
    sizes = {stratum: sum(1 for unit in units if unit[1] == stratum) for stratum in present}
    if chance.below(3) == 0:
        quota = {stratum: chance.below(min(size, 8) + 1) for stratum, size in sizes.items()}
        quota[present[0]] = max(quota[present[0]], 1)
        return {"quota": quota}
    minimum = chance.below(3)
    least = sum(min(minimum, size) for size in sizes.values())
    return {"n": max(least, 1 + chance.below(min(len(units), 14))), "min_per_stratum": minimum}
