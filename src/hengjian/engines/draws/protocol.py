"""SRD-1 in two steps: the commitment before the entropy exists, the reveal after it (spec statistics.md §2.2, §2.8).

Pure functions of bytes and values: no clock, no file. Order in time is enforced by whoever calls them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hengjian.engines.draws import feasibility
from hengjian.engines.draws.canonical import HEX64, canon, hash_of, refuse, sha256_hex
from hengjian.engines.draws.entropy import entropy_string, read_entropy
from hengjian.engines.draws.matching import Infeasible, Matching, Roll, roll_of
from hengjian.engines.draws.people import COI, INSPECTORS, Inspector, check_coi, coi_bytes, read_coi, read_inspectors
from hengjian.engines.draws.plan import COMMITTED, OPEN_SALT, Plan, read_plan
from hengjian.engines.draws.plan import FILE as PLAN
from hengjian.engines.draws.quotas import quotas
from hengjian.engines.draws.roster import FILE as ROSTER
from hengjian.engines.draws.roster import Unit, by_stratum, parse_roster
from hengjian.engines.draws.tickets import Selection, pair_rank, seed_of, select
from hengjian.kernel.errors import Refused

PROTOCOL = "SRD-1"
COMMIT, REVEAL, RESULT = "commit.json", "reveal.json", "result.json"
COMMITTED_FILES = (COMMIT, ROSTER, INSPECTORS, COI)
BUNDLE_FILES = (*COMMITTED_FILES, REVEAL, RESULT)


class InfeasibleDraw(Refused):
    """No staffing exists; `certificate` proves it."""

    def __init__(self, certificate: Infeasible) -> None:
        super().__init__(certificate.sentence, where={"targets": list(certificate.targets)})
        self.certificate = certificate


@dataclass(frozen=True)
class Frozen:
    """Everything that is fixed before the entropy, parsed and checked against each other."""

    plan: Plan
    units: Sequence[Unit]
    inspectors: Mapping[str, Inspector]
    coi: Sequence[tuple[str, str]]
    quota: Mapping[str, int]

    @cached_property
    def roll(self) -> Roll:
        """The people with their caps."""
        total = sum(self.quota.values())
        return roll_of(self.inspectors, self.coi, caps=self.plan.caps, slots=self.plan.slots, targets=total)

    def infeasible(self) -> Infeasible | None:
        """The certificate when no possible sample can be staffed."""
        return feasibility.certainly_infeasible(self.roll, self.units, self.quota, self.plan.method)

    def unstaffable(self) -> list[str]:
        """Units that could not be staffed even if they alone were drawn."""
        return feasibility.unstaffable(self.roll, self.units)


def freeze(plan: Mapping[str, Any], roster: bytes, inspectors: object, coi: object, *, file: str = PLAN) -> Frozen:
    """Parse and cross-check the four inputs; every fault is a Refused with its place."""
    read = read_plan(plan, file=file)
    units = parse_roster(roster)
    people = read_inspectors(inspectors)
    pairs = read_coi(coi)
    check_coi(pairs, people, (unit.id for unit in units))
    for id_ in read.caps:
        if id_ not in people:
            refuse(f"{file} 的 caps 里“{id_}”不在 {INSPECTORS} 中", file=file, column="caps", value=id_)
    sizes = {stratum: len(group) for stratum, group in by_stratum(units).items()}
    return Frozen(read, units, people, pairs, quotas(read, sizes))


def check_feasible(plan: Mapping[str, Any], roster: bytes, inspectors: object, coi: object) -> Infeasible | None:
    """Before the seed: the certificate when every possible sample is infeasible, naming strata and certain units."""
    return freeze(plan, roster, inspectors, coi).infeasible()


def unstaffable_units(plan: Mapping[str, Any], roster: bytes, inspectors: object, coi: object) -> list[str]:
    """Before the seed: ids that make the draw infeasible should they be drawn, whatever else is."""
    return freeze(plan, roster, inspectors, coi).unstaffable()


def commitment(plan: Mapping[str, Any], roster: bytes, inspectors: object, coi: object) -> dict[str, Any]:
    """commit.json: the plan's fields unchanged, the protocol and the hashes; InfeasibleDraw when nobody can be sent."""
    frozen = freeze(plan, roster, inspectors, coi)
    if (certificate := frozen.infeasible()) is not None:
        raise InfeasibleDraw(certificate)
    return {
        **plan,
        "protocol": PROTOCOL,
        "roster_sha256": sha256_hex(roster),
        "inspectors_sha256": hash_of(inspectors),
        "coi_sha256": sha256_hex(coi_bytes(frozen.coi)),
    }


def committed_files(commit: Mapping[str, Any], roster: bytes, inspectors: object, coi: object) -> dict[str, bytes]:
    """The files of a bundle before the reveal, by name; canonical bytes, the roster as it was given."""
    files = (canon(commit), roster, canon(inspectors), coi_bytes(read_coi(coi)))
    return dict(zip(COMMITTED_FILES, files, strict=True))


@dataclass(frozen=True)
class DrawResult:
    """A revealed draw; `result` has the golden's keys, `files` are the bytes of reveal.json and result.json."""

    commit_sha256: str
    salts: tuple[bytes, ...]
    salt: bytes
    entropy: str
    seed: bytes
    selection: Selection
    assignment: Mapping[str, Mapping[str, str]]
    load: Mapping[str, int]

    @cached_property
    def result(self) -> dict[str, Any]:
        """quota, order, sample, pi, tickets, target_order, assignment, load."""
        ranked = self.selection.ranked
        return {
            "quota": dict(self.selection.quota),
            "order": {name: [unit.id for unit in units] for name, units in ranked.items()},
            "sample": self.selection.sample,
            "pi": {name: {unit.id: str(unit.pi) for unit in units} for name, units in ranked.items()},
            "tickets": {name: {unit.id: unit.ticket.hex() for unit in units} for name, units in ranked.items()},
            "target_order": [id_ for id_, _ in self.selection.targets()],
            "assignment": {target: dict(slots) for target, slots in self.assignment.items()},
            "load": dict(self.load),
        }

    @property
    def reveal(self) -> dict[str, Any]:
        """salt, entropy and seed; with several custodians also `salts`, each one's own."""
        shown: dict[str, Any] = {"salt": self.salt.hex(), "entropy": self.entropy, "seed": self.seed.hex()}
        if len(self.salts) > 1:
            shown["salts"] = [salt.hex() for salt in self.salts]
        return shown

    def files(self) -> dict[str, bytes]:
        return {REVEAL: canon(self.reveal), RESULT: canon(self.result)}


def reveal(
    commit: Mapping[str, Any],
    roster: bytes,
    inspectors: object,
    coi: object,
    *,
    salt: bytes | Sequence[bytes] = OPEN_SALT,
    entropy: object,
) -> DrawResult:
    """Draw: refused when any input is not the committed one; InfeasibleDraw, with nothing shown, when it cannot be
    staffed. `salt` is the bytes, or a list of each custodian's; `entropy` the list of sources."""
    frozen = open_commit(commit, roster, inspectors, coi)
    read_entropy(entropy, expected=len(frozen.plan.entropy_spec))
    salts = (salt,) if isinstance(salt, bytes) else tuple(salt)
    return draw(frozen, hash_of(commit), salts, check_salts(frozen.plan, salts), entropy_string(entropy))


def draw(frozen: Frozen, commit_sha256: str, salts: tuple[bytes, ...], salt: bytes, entropy: str) -> DrawResult:
    """Seed, selection and matching from inputs that were checked; InfeasibleDraw when it cannot be staffed."""
    seed = seed_of(salt, commit_sha256, entropy)
    selection = select(seed, frozen.units, frozen.quota, frozen.plan.method)
    assignment = Matching(frozen.roll, selection.targets()).assign(lambda *pair: pair_rank(seed, *pair))
    if isinstance(assignment, Infeasible):
        raise InfeasibleDraw(assignment)
    load = loads(frozen.inspectors, assignment)
    return DrawResult(commit_sha256, salts, salt, entropy, seed, selection, assignment, load)


def loads(inspectors: Iterable[str], assignment: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """How many slots each inspector has, those without any included."""
    load = dict.fromkeys(sorted(inspectors), 0)
    for slots in assignment.values():
        for inspector in slots.values():
            load[inspector] += 1
    return load


def split_commit(commit: object) -> tuple[dict[str, Any], dict[str, str]]:
    """(plan, the four fields the program adds); refused when one is missing or malformed."""
    if not isinstance(commit, Mapping):
        refuse(f"{COMMIT} 应当是一个对象", file=COMMIT)
    for key in COMMITTED:
        value = commit.get(key)
        right = value == PROTOCOL if key == "protocol" else isinstance(value, str) and HEX64.fullmatch(value)
        if not right:
            refuse(f"{COMMIT} 的 {key} 缺少或写法不对", file=COMMIT, column=key, value=str(value))
    added = {key: str(commit[key]) for key in COMMITTED}
    return {key: value for key, value in commit.items() if key not in COMMITTED}, added


def open_commit(commit: Mapping[str, Any], roster: bytes, inspectors: object, coi: object) -> Frozen:
    """The frozen inputs, after every file was found to be the committed one."""
    plan, added = split_commit(commit)
    _same(sha256_hex(roster), added["roster_sha256"], ROSTER)
    _same(hash_of(inspectors), added["inspectors_sha256"], INSPECTORS)
    _same(sha256_hex(coi_bytes(read_coi(coi))), added["coi_sha256"], COI)
    return freeze(plan, roster, inspectors, coi, file=COMMIT)


def _same(actual: str, committed: str, file: str) -> None:
    if actual != committed:
        sentence = f"{file} 在承诺之后被改动过：承诺的摘要值是 {committed}，现在是 {actual}"
        refuse(sentence, file=file, value=actual)


def check_salts(plan: Plan, salts: Sequence[bytes]) -> bytes:
    """The salt of the draw, after each custodian's was found to be the committed one."""
    if len(salts) != len(plan.salt_sha256):
        if plan.custodians:
            sentence = f"承诺里有 {len(plan.salt_sha256)} 位保管人，现在交来 {len(salts)} 份盐"
        else:
            sentence = f"承诺里只有一份盐，现在交来 {len(salts)} 份"
        refuse(sentence, file="salt", value=len(salts))
    for position, (salt, committed) in enumerate(zip(salts, plan.salt_sha256, strict=True), start=1):
        if sha256_hex(salt) == committed:
            continue
        if salt == OPEN_SALT and not plan.custodians:
            refuse("这是密封模式的抽取，要给出保管人的盐", file="salt")
        whose = f"第 {position} 位保管人的盐" if plan.custodians else "盐"
        refuse(f"{whose}与承诺的摘要值不符", file="salt", row=position)
    return bytes.fromhex(sha256_hex(b"".join(salts))) if plan.custodians else salts[0]
