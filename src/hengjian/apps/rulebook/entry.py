"""The one shape in which every entry of the rulebook is shown, and links between entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from hengjian.apps.rulebook import wording
from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import Entry, cite
from hengjian.law.loader import lawbook
from hengjian.law.models import Certain, Period


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text, and where it leads."""

    text: str
    url: str = ""
    note: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an entry; `anchor` is its id in the page."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything an entry's page shows. `in_force` None: the entry has no dates of its own."""

    section: str
    section_label: str
    id: str
    title: str
    lines: Sequence[str] = ()
    text: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = ()
    uses: Sequence[Entry] = ()
    certain: Certain | None = None
    in_force: bool | None = None
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def certainty(self) -> str:
        return wording.CERTAINTY[self.certain.certainty] if self.certain else ""

    @property
    def note(self) -> str:
        return (self.certain.note or "") if self.certain else ""


def entry_url(section: str, entry_id: str, on: date, *, today: date) -> str:
    """The page of an entry, as of the day being read."""
    plain = reverse("rulebook:entry", args=[section, entry_id])
    return plain if on == today else f"{plain}?{urlencode({'on': on.isoformat()})}"


def span(period: Period) -> str:
    """2021-06-01 至 2025-04-30, or 至今."""
    return f"{period.valid_from} 至 {period.valid_to or '今'}"


def cited(reference: Reference, on: date, *, otherwise: date | None = None) -> str:
    """The citation as it must be written on that day; as of `otherwise` where nothing was in force then."""
    for day in (on, otherwise):
        if day is None:
            continue
        try:
            return cite(reference, day).text
        except NotFound:
            continue
    instrument = lawbook().instrument(reference.instrument)
    return f"《{instrument.title}》（{on} 没有录入的有效文本）" if instrument else str(reference)


def reference_cells(
    references: Iterable[Reference], on: date, *, today: date, otherwise: date | None = None
) -> list[Cell]:
    """Each reference as a link to its article, or to its instrument."""
    made = []
    for reference in references:
        section, target = (
            ("articles", reference.article_id) if reference.article_id else ("instruments", reference.instrument)
        )
        made.append(Cell(cited(reference, on, otherwise=otherwise), entry_url(section, target or "", on, today=today)))
    return made


def basis_table(
    title: str, references: Sequence[Reference], on: date, *, today: date, otherwise: date | None = None
) -> list[Table]:
    """A table of what an entry rests on; none where it cites nothing."""
    cells = reference_cells(references, on, today=today, otherwise=otherwise)
    return [Table(title, ("依据",), [[cell] for cell in cells])] if cells else []
