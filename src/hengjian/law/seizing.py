"""Dated data of sealing and seizing: which articles give the power and over what, and when officers are reminded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import cite
from hengjian.law.errors import LawError
from hengjian.law.models import Certain, Period
from hengjian.law.schema import parse_yaml, read_section

BASES_FILE = "seizure_bases.yaml"
SECTIONS = ("seizure_bases", "seizure_alarms")
Measure = Literal["seal", "seize"]
Covered = Literal["goods", "equipment", "papers", "premises"]


@dataclass(frozen=True, kw_only=True)
class SeizureBasis(Certain, Period):
    """One power to seal or seize: the article, what it is for in our words, which measures, which kinds of things."""

    id: str
    title: str
    rule: str
    basis: tuple[Reference, ...]
    measures: tuple[Measure, ...]
    covers: tuple[Covered, ...]

    def text(self, on: date) -> str:
        """《…》第十八条 as of a day."""
        return "、".join(cite(one, on).text for one in self.basis)


@dataclass(frozen=True, kw_only=True)
class SeizureAlarms(Certain, Period):
    """Days after the measure on which its officers are reminded of the last day."""

    id: str
    title: str
    days: tuple[str, ...]
    basis: tuple[Reference, ...]


def load_bases(folder: Traversable) -> tuple[tuple[SeizureBasis, ...], tuple[SeizureAlarms, ...]]:
    """Read and check the file; LawError names the first fault."""
    path = folder.joinpath(BASES_FILE)
    if not path.is_file():
        raise LawError("the file is missing", file=BASES_FILE)
    raw: Mapping[str, Any] = parse_yaml(path.read_text(encoding="utf-8"), BASES_FILE)
    unknown = [str(key) for key in raw if key not in SECTIONS]
    if unknown:
        raise LawError("unknown section", file=BASES_FILE, key=unknown[0])
    for section in SECTIONS:
        if section not in raw:
            raise LawError("missing section", file=BASES_FILE, key=section)
    bases = read_section(SeizureBasis, raw["seizure_bases"], BASES_FILE, "seizure_bases")
    alarms = read_section(SeizureAlarms, raw["seizure_alarms"], BASES_FILE, "seizure_alarms")
    _check_bases(bases)
    for row in alarms:
        if not all(day.isdigit() for day in row.days) or list(map(int, row.days)) != sorted(map(int, row.days)):
            raise LawError("days must rise", file=BASES_FILE, entry=row.id, key="days")
    return bases, alarms


def _check_bases(bases: tuple[SeizureBasis, ...]) -> None:
    for place, one in enumerate(bases):
        for name in ("basis", "measures", "covers"):
            if not getattr(one, name):
                raise LawError("a power without content", file=BASES_FILE, entry=one.id, key=name)
        if any(other.id == one.id and other.meets(one) for other in bases[:place]):
            raise LawError("the power stands twice for one day", file=BASES_FILE, entry=one.id)


@cache
def _data() -> tuple[tuple[SeizureBasis, ...], tuple[SeizureAlarms, ...]]:
    return load_bases(files("hengjian.law"))


def seizure_bases(on: date) -> tuple[SeizureBasis, ...]:
    """The powers in force on a day."""
    return tuple(one for one in _data()[0] if one.holds_on(on))


def seizure_basis(basis_id: str, on: date) -> SeizureBasis:
    """One power in force on a day; NotFound with a sentence otherwise."""
    for one in seizure_bases(on):
        if one.id == basis_id:
            return one
    raise NotFound("规则库里没有这一项查封、扣押依据，或者它在这一天没有生效。")


def alarm_days(on: date) -> tuple[int, ...]:
    """Days after the measure on which the officers are reminded."""
    return next((tuple(map(int, one.days)) for one in _data()[1] if one.holds_on(on)), ())
