"""Dated data of discretion: benchmarks with their factors, and which level may take which action."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from hengjian.engines.penalties import Applicable, Benchmark, Calculation, Deviation, Factor, Tier, calculate
from hengjian.engines.penalties import deviation_needs_reason as judged
from hengjian.engines.penalties.benchmark import FactorEffect, TierCode
from hengjian.engines.penalties.conduct import Level, PartyKind
from hengjian.engines.penalties.procedure import Competence, CompetenceRow, Right, competence
from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.loader import lawbook
from hengjian.law.models import Certain, Period
from hengjian.law.punishing import citation, limits_on
from hengjian.law.schema import parse_yaml, read_section

BENCHMARKS_FILE = "benchmarks.yaml"
COMPETENCE_FILE = "competence.yaml"
TIERS = ("mitigated", "lighter", "general", "heavier")
DOWN, UP = frozenset({"mitigate", "lighter", "may_waive"}), frozenset({"heavier"})


@dataclass(frozen=True, kw_only=True)
class TierRow:
    """One tier as it stands in the data: parts of the range, counted from 0."""

    code: TierCode
    title: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class FactorRow(Certain):
    """One circumstance; `points` negative for the lighter directions, positive for the heavier."""

    id: str
    title: str
    effect: FactorEffect
    points: int
    basis: tuple[Reference, ...]
    parties: tuple[PartyKind, ...] = ("institution", "person")


@dataclass(frozen=True, kw_only=True)
class BenchmarkRow(Certain, Period):
    """One benchmark of a period; no `rules`: for every provision without one of its own."""

    id: str
    title: str
    rules: tuple[str, ...]
    basis: tuple[Reference, ...]
    parts: int
    tiers: tuple[TierRow, ...]
    reach: int
    mitigated_at: int
    floor_parts: int
    floor_of: int
    round_to_fen: int


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What each level may do."""

    samr: Right
    province: Right
    city: Right
    county: Right
    station: Right


@dataclass(frozen=True, kw_only=True)
class CompetenceEntry(Certain, Period):
    """One action of the level matrix."""

    id: str
    title: str
    rights: Rights
    basis: tuple[Reference, ...]


@dataclass(frozen=True, kw_only=True)
class Discretion:
    """Benchmarks and factors as loaded."""

    benchmarks: tuple[BenchmarkRow, ...]
    factors: tuple[FactorRow, ...]


def benchmark_for(rule_id: str, on: date) -> Benchmark:
    """The benchmark for a violation or sector law on a day: its own first, else the general one.

    `rule_id` may carry the version of a provision (SUP-15.1@2025-05-01). NotFound where none was in force.
    """
    name = rule_id.partition("@")[0]
    rows = [one for one in discretion().benchmarks if one.holds_on(on) and (not one.rules or name in one.rules)]
    if not rows:
        raise NotFound(f"{on:%Y年%m月%d日}没有生效的裁量基准。")
    return as_benchmark(min(rows, key=lambda one: not one.rules), on)


def as_benchmark(row: BenchmarkRow, on: date) -> Benchmark:
    """The row with its factors as the engine takes it, cited as of a day."""
    return Benchmark(
        id=row.id,
        title=row.title,
        parts=row.parts,
        tiers=tuple(Tier(code=one.code, title=one.title, first=one.first, last=one.last) for one in row.tiers),
        factors=tuple(
            Factor(
                id=one.id,
                title=one.title,
                effect=one.effect,
                points=one.points,
                article="、".join(citation(cited, on) for cited in one.basis),
                parties=one.parties,
                certainty=one.certainty,
            )
            for one in discretion().factors
        ),
        reach=row.reach,
        mitigated_at=row.mitigated_at,
        floor_parts=row.floor_parts,
        floor_of=row.floor_of,
        round_to=row.round_to_fen,
        article="、".join(citation(one, on) for one in row.basis),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        certainty=row.certainty,
        note=row.note or "",
    )


def calculation_for(
    applicable: Applicable, *, factors: Sequence[str], on: date, party_kind: PartyKind = "institution"
) -> Calculation:
    """The suggested sum for one provision of a choice by the benchmark of the day; see engines.penalties.calculate."""
    benchmark = benchmark_for(applicable.provision.id, on)
    return calculate(applicable, benchmark, factors=factors, limits=limits_on(on), party_kind=party_kind)


def deviation(calculation: Calculation, amount: int, *, on: date) -> Deviation:
    """Whether an amount in fen keeps to the calculation, needs a written reason, or is against the law."""
    return judged(calculation, amount, limits=limits_on(on))


def competence_on(
    action: str, level: Level, *, on: date, accreditor: Literal["samr", "province"] = "province"
) -> Competence:
    """Whether an organ of that level may take the action (accredit, revoke, cancel, penalty, list) on a day."""
    rows = [
        CompetenceRow(
            action=one.id,
            title=one.title,
            rights={
                "samr": one.rights.samr,
                "province": one.rights.province,
                "city": one.rights.city,
                "county": one.rights.county,
                "station": one.rights.station,
            },
            article="、".join(citation(cited, on) for cited in one.basis),
            note=one.note or "",
        )
        for one in competence_rows()
        if one.holds_on(on)
    ]
    return competence(action, level, rows, accreditor=accreditor)


@cache
def discretion() -> Discretion:
    """The benchmarks of this program, read once per process."""
    return load_discretion(files("hengjian.law"))


@cache
def competence_rows() -> tuple[CompetenceEntry, ...]:
    """The level matrix of this program, read once per process."""
    return load_competence(files("hengjian.law"))


def load_discretion(folder: Traversable) -> Discretion:
    """Read and check the benchmarks; LawError names entry and key of the first fault."""
    raw = _sections(folder, BENCHMARKS_FILE, ("benchmarks", "factors"))
    rows = read_section(BenchmarkRow, raw["benchmarks"], BENCHMARKS_FILE, "benchmarks")
    factors = read_section(FactorRow, raw["factors"], BENCHMARKS_FILE, "factors")
    for place, row in enumerate(rows):
        _check_benchmark(row, rows[:place])
    seen: set[str] = set()
    for factor in factors:
        _check_factor(factor, seen)
        seen.add(factor.id)
    return Discretion(benchmarks=rows, factors=factors)


def load_competence(folder: Traversable) -> tuple[CompetenceEntry, ...]:
    """Read and check the level matrix; LawError names entry and key of the first fault."""
    raw = _sections(folder, COMPETENCE_FILE, ("competence",))
    rows = read_section(CompetenceEntry, raw["competence"], COMPETENCE_FILE, "competence")
    for place, row in enumerate(rows):
        fault = _faults(COMPETENCE_FILE, row.id)
        _check_entry(row, row.basis, fault)
        if any(one.id == row.id and one.meets(row) for one in rows[:place]):
            raise fault("validity periods overlap", "valid_from")
    return rows


def _sections(folder: Traversable, name: str, wanted: tuple[str, ...]) -> Mapping[str, Any]:
    path = folder.joinpath(name)
    if not path.is_file():
        raise LawError("the file is missing", file=name)
    raw = parse_yaml(path.read_text(encoding="utf-8"), name)
    unknown = [str(key) for key in raw if key not in wanted]
    if unknown:
        raise LawError("unknown section", file=name, key=unknown[0])
    missing = [key for key in wanted if key not in raw]
    if missing:
        raise LawError("missing section", file=name, key=missing[0])
    return raw


def _faults(file: str, entry: str) -> Callable[[str, str], LawError]:
    return lambda complaint, key: LawError(complaint, file=file, entry=entry, key=key)


def _check_entry(entry: Certain, basis: Sequence[Reference], fault: Callable[[str, str], LawError]) -> None:
    if entry.certainty == "unsure" and entry.note is None:
        raise fault("an unsure entry needs a note", "note")
    book = lawbook()
    for cited in basis:
        known = book.article(cited.article_id) if cited.article_id else book.instrument(cited.instrument)
        if known is None:
            raise fault(f"no article {cited}", "basis")
    if not basis:
        raise fault("no basis", "basis")


def _check_benchmark(row: BenchmarkRow, earlier: Sequence[BenchmarkRow]) -> None:
    fault = _faults(BENCHMARKS_FILE, row.id)
    _check_entry(row, row.basis, fault)
    if tuple(one.code for one in row.tiers) != TIERS:
        raise fault(f"the tiers are {', '.join(TIERS)} in this order", "tiers")
    edges = [(one.first, one.last) for one in row.tiers[1:]]
    starts, ends = [first for first, _ in edges], [last for _, last in edges]
    if [0, *ends] != [*starts, row.parts] or any(first >= last for first, last in edges):
        raise fault("lighter, general and heavier follow each other over all parts", "tiers")
    if row.reach < 1 or row.mitigated_at > -1 or row.round_to_fen < 1:
        raise fault("reach and rounding are above nought, mitigated_at below", "reach")
    if not 0 <= row.floor_parts < row.floor_of or row.floor_parts * row.parts >= row.floor_of * row.tiers[1].last:
        raise fault("the floor is a share that ends within the lighter tier", "floor_parts")
    book = lawbook()
    known = {one.id for one in book.violations} | {one.id for one in book.sector_rules}
    for name in row.rules:
        if name not in known:
            raise fault(f"{name} does not exist", "rules")
    for other in earlier:
        if other.meets(row) and (set(other.rules) & set(row.rules) or not (other.rules or row.rules)):
            raise fault("validity periods overlap", "valid_from")


def _check_factor(factor: FactorRow, seen: set[str]) -> None:
    fault = _faults(BENCHMARKS_FILE, factor.id)
    _check_entry(factor, factor.basis, fault)
    if factor.id in seen:
        raise fault("the id is used twice", "id")
    if not factor.parties:
        raise fault("no party", "parties")
    right = (
        factor.points < 0 if factor.effect in DOWN else factor.points > 0 if factor.effect in UP else not factor.points
    )
    if not right:
        raise fault("the points contradict the direction", "points")
