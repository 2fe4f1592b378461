"""Loads the dated law data once, whole or not at all, and gives them as of a day.

`lawbook()` is the book in force here: the installed package and what was amended; `load(folder)` reads another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from hengjian.law.amending import Amendment, Raw, amended, kept, overlay, overlay_bytes
from hengjian.law.consistency import check, check_names
from hengjian.law.errors import LawError
from hengjian.law.models import (
    Alias,
    Article,
    Checklist,
    Clock,
    Field,
    HolidayYear,
    Instrument,
    Renumbering,
    SectorRule,
    TestStandard,
    Threshold,
    Violation,
)
from hengjian.law.numbering import with_versions
from hengjian.law.schema import parse_yaml, read_section

SECTIONS: Mapping[str, Mapping[str, type[Any]]] = {
    "instruments.yaml": {"instruments": Instrument},
    "articles.yaml": {"renumberings": Renumbering, "articles": Article},
    "violations.yaml": {"violations": Violation, "aliases": Alias},
    "sector.yaml": {"sector_rules": SectorRule},
    "clocks.yaml": {"clocks": Clock},
    "holidays.yaml": {"holiday_years": HolidayYear},
    "checklists.yaml": {"checklists": Checklist},
    "test_standards.yaml": {"test_standards": TestStandard},
    "thresholds.yaml": {"thresholds": Threshold},
    "fields.yaml": {"fields": Field},
}


@dataclass(frozen=True)
class Lawbook:
    """Everything the dated data say; `as_of` gives the same shape with only what holds on a day."""

    instruments: tuple[Instrument, ...]
    renumberings: tuple[Renumbering, ...]
    articles: tuple[Article, ...]
    violations: tuple[Violation, ...]
    aliases: tuple[Alias, ...]
    sector_rules: tuple[SectorRule, ...]
    clocks: tuple[Clock, ...]
    checklists: tuple[Checklist, ...]
    test_standards: tuple[TestStandard, ...]
    thresholds: tuple[Threshold, ...]
    fields: tuple[Field, ...]
    holiday_years: tuple[HolidayYear, ...]

    def as_of(self, on: date) -> Lawbook:
        """The book as it stood on `on`: entries, versions and penalties of other days are left out."""
        instruments = (
            replace(one, versions=tuple(v for v in one.versions if v.holds_on(on))) for one in self.instruments
        )
        articles = (replace(one, versions=tuple(v for v in one.versions if v.holds_on(on))) for one in self.articles)
        violations = (
            replace(one, penalties=tuple(p for p in one.penalties if p.holds_on(on))) for one in self.violations
        )
        return replace(
            self,
            instruments=tuple(one for one in instruments if one.versions),
            articles=tuple(one for one in articles if one.versions),
            violations=tuple(one for one in violations if one.penalties),
            aliases=tuple(one for one in self.aliases if one.holds_on(on)),
            sector_rules=tuple(one for one in self.sector_rules if one.holds_on(on)),
            clocks=tuple(one for one in self.clocks if one.holds_on(on)),
            checklists=tuple(one for one in self.checklists if one.holds_on(on)),
            test_standards=tuple(one for one in self.test_standards if one.holds_on(on)),
            thresholds=tuple(one for one in self.thresholds if one.holds_on(on)),
            fields=tuple(one for one in self.fields if one.holds_on(on)),
            holiday_years=tuple(one for one in self.holiday_years if one.published_on <= on),
        )

    def instrument(self, key: str) -> Instrument | None:
        """The instrument of that key."""
        return next((one for one in self.instruments if one.key == key), None)

    def article(self, article_id: str) -> Article | None:
        """The article of that id (SUP-15)."""
        return next((one for one in self.articles if one.id == article_id), None)


@kept
def lawbook() -> Lawbook:
    """The law data of this program with this installation's amendments, read once and again when those change."""
    return load(files("hengjian.law"), overlay())


@kept
def edition() -> str:
    """Eight hex digits that change with any word of the law data: which rulebook a page or a printout rests on."""
    return edition_with(overlay_bytes())


def edition_with(added: bytes) -> str:
    """The edition that the program's data have together with this file of amendments."""
    folder = files("hengjian.law")
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml"))
    texts = [folder.joinpath(name).read_bytes() for name in names]
    return sha256(b"\0".join([*texts, added] if added else texts)).hexdigest()[:8]


@cache
def raw_data() -> Raw:
    """The program's law data as written, without amendments; read once per process."""
    return _read(files("hengjian.law"))


def load(folder: Traversable, amendments: Sequence[Amendment] = ()) -> Lawbook:
    """Read and check a folder of law data; LawError names file, entry and key of the first fault."""
    return book_of(amended(_read(folder), amendments))


def book_of(raw: Raw) -> Lawbook:
    """The book of data as written, checked whole."""
    sections: dict[str, tuple[Any, ...]] = {}
    for name, kinds in SECTIONS.items():
        for section, kind in kinds.items():
            if section not in raw[name]:
                raise LawError("missing section", file=name, key=section)
            sections[section] = read_section(kind, raw[name][section], name, section)
    book = Lawbook(**sections)
    check_names(book)
    complete = replace(book, articles=with_versions(book.articles, book.instruments, book.renumberings))
    check(complete)
    return complete


def _read(folder: Traversable) -> Raw:
    raw = {}
    for name, kinds in SECTIONS.items():
        raw[name] = _read_file(folder, name)
        unknown = [str(key) for key in raw[name] if key not in kinds]
        if unknown:
            raise LawError("unknown section", file=name, key=unknown[0])
    return raw


def _read_file(folder: Traversable, name: str) -> Mapping[str, Any]:
    path = folder.joinpath(name)
    if not path.is_file():
        raise LawError("the file is missing", file=name)
    return parse_yaml(path.read_text(encoding="utf-8"), name)
