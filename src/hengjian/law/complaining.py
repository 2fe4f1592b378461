"""Dated lists of the complaint procedure: refusals, ends of mediation, signs of mass complaints, duties to tell."""

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

FILE = "complaints.yaml"
Need = Literal["", "three_years", "asked_for_material", "mediation_record", "limit_passed"]


@dataclass(frozen=True, kw_only=True)
class Ground(Certain, Period):
    """One reason of a closed list; `needs` names what the record must hold before it may be used."""

    id: str
    title: str
    basis: tuple[Reference, ...]
    needs: Need = ""

    def cited(self, on: date) -> str:
        """《…》第十六条第一款第（四）项."""
        return cite(self.basis[0], on).text


@dataclass(frozen=True, kw_only=True)
class Factor(Certain, Period):
    """One sign of mass complaints: counted over `months`, shown as such from `at_least` on (yuan for amounts)."""

    id: str
    title: str
    unit: str
    months: int
    at_least: int
    basis: tuple[Reference, ...]


@dataclass(frozen=True, kw_only=True)
class ResultNotice(Certain, Period):
    """One law that wants the reporter told; `fields` empty: any field. Without `law` it is written by hand."""

    id: str
    title: str
    fields: tuple[str, ...]
    law: str | None = None


@dataclass(frozen=True)
class ComplaintLaw:
    """All lists."""

    refusal_grounds: tuple[Ground, ...]
    ending_grounds: tuple[Ground, ...]
    abuse_factors: tuple[Factor, ...]
    result_notices: tuple[ResultNotice, ...]


SECTIONS: Mapping[str, type[Any]] = {
    "refusal_grounds": Ground,
    "ending_grounds": Ground,
    "abuse_factors": Factor,
    "result_notices": ResultNotice,
}


def load_lists(folder: Traversable) -> ComplaintLaw:
    """Read and check the file; LawError names the first fault."""
    path = folder.joinpath(FILE)
    if not path.is_file():
        raise LawError("the file is missing", file=FILE)
    raw = parse_yaml(path.read_text(encoding="utf-8"), FILE)
    unknown = [str(key) for key in raw if key not in SECTIONS]
    if unknown:
        raise LawError("unknown section", file=FILE, key=unknown[0])
    read: dict[str, tuple[Any, ...]] = {}
    for section, kind in SECTIONS.items():
        if section not in raw:
            raise LawError("missing section", file=FILE, key=section)
        read[section] = read_section(kind, raw[section], FILE, section)
        _check(read[section])
    return ComplaintLaw(**read)


def _check(rows: tuple[Any, ...]) -> None:
    for place, one in enumerate(rows):
        if any(other.id == one.id and other.meets(one) for other in rows[:place]):
            raise LawError("the entry stands twice for one day", file=FILE, entry=one.id)
        if isinstance(one, Ground) and not one.basis:
            raise LawError("a ground without article", file=FILE, entry=one.id, key="basis")
        if isinstance(one, Factor) and (one.months < 1 or one.at_least < 2):
            raise LawError("a sign needs a period and more than one", file=FILE, entry=one.id, key="at_least")


@cache
def _lists() -> ComplaintLaw:
    return load_lists(files("hengjian.law"))


def refusal_grounds(on: date) -> tuple[Ground, ...]:
    """Why a complaint received on that day may not be accepted."""
    return tuple(one for one in _lists().refusal_grounds if one.holds_on(on))


def ending_grounds(on: date) -> tuple[Ground, ...]:
    """Why the mediation of a complaint accepted on that day ends."""
    return tuple(one for one in _lists().ending_grounds if one.holds_on(on))


def ground_of(ground_id: str) -> Ground:
    """One ground by its id, whichever list and version it stands in; NotFound with a sentence."""
    found = (one for one in (*_lists().refusal_grounds, *_lists().ending_grounds) if one.id == ground_id)
    first = next(found, None)
    if first is None:
        raise NotFound("规则库里没有这一项情形。")
    return first


def abuse_factors(on: date) -> tuple[Factor, ...]:
    """Signs of mass complaints that are counted on that day."""
    return tuple(one for one in _lists().abuse_factors if one.holds_on(on))


def result_notices(on: date) -> tuple[ResultNotice, ...]:
    """Laws that want a reporter told, for tips received on that day."""
    return tuple(one for one in _lists().result_notices if one.holds_on(on))
