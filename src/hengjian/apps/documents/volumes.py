"""The whole file of a matter as one PDF: contents page, main volume, side volume, numbered through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

from django.db.models import Model
from django.template.loader import render_to_string
from pypdf import PdfReader, PdfWriter

from hengjian.apps.documents.composing import chinese_day
from hengjian.apps.documents.models import Document
from hengjian.apps.documents.printing import PDF, bytes_of
from hengjian.apps.documents.selectors import documents_of
from hengjian.apps.documents.typesetting import html_pdf
from hengjian.kernel.errors import Refused
from hengjian.law.paper import form_by_digest
from hengjian.law.paper import forms as all_forms

VOLUMES = {"main": "正卷", "side": "副卷", "none": "卷首与卷尾"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents: its place, what it is, from which to which page of its volume."""

    order: int
    volume: str
    title: str
    number: str
    on: date | None
    party: str
    pages: int
    first: int
    last: int
    pk: int = 0

    @property
    def page_text(self) -> str:
        """3 or 3–5."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def day(self) -> str:
        """The day as documents write it."""
        return chinese_day(self.on) if self.on else ""


def rank_of(document: Document) -> tuple[str, int]:
    """In which volume a document stands and at which rank (PEN-78)."""
    known = form_by_digest(document.form, document.form_digest)
    if known is None:
        known = next(one for one in all_forms() if one.id == document.form)
    return known.volume, known.order


def ordered(documents: list[Document]) -> list[tuple[str, Document]]:
    """Documents with their volume: main before side, by the order of the law, then by day."""
    places = [(rank_of(one), one) for one in documents]
    keys = list(VOLUMES)
    places.sort(key=lambda pair: (keys.index(pair[0][0]), pair[0][1], pair[1].issued_on or date.max, pair[1].pk))
    return [(place[0], one) for place, one in places]


def contents(thing: Model, *, now: datetime, volumes: tuple[str, ...] = ("main", "side")) -> list[Entry]:
    """The contents of the file as it stands: every issued document with its pages within its volume."""
    return _entries(_sources(thing, now, volumes))


def whole_file(
    thing: Model,
    *,
    title: str,
    organ_name: str,
    now: datetime,
    today: date,
    volumes: tuple[str, ...] = ("main", "side"),
) -> bytes:
    """The whole file as one PDF; Refused when nothing was issued yet or the system lacks what typesetting needs.

    The side volume holds what is kept from outsiders: give `volumes=("main",)` for a copy that leaves the organ.
    """
    sources = _sources(thing, now, volumes)
    if not sources:
        raise Refused("这一事项还没有制作文书，没有可以合成的卷宗。")
    entries = _entries(sources)
    page = {"title": title, "organ": organ_name, "day": chinese_day(today), "volumes": _by_volume(entries, volumes)}
    writer = PdfWriter()
    writer.append(BytesIO(html_pdf(render_to_string("documents/contents.html", page))))
    writer.add_outline_item(title="卷内目录", page_number=0)
    at = len(writer.pages)
    for entry, (_, _, reader) in zip(entries, sources, strict=True):
        start = len(writer.pages)
        writer.append(reader, import_outline=False)
        writer.add_outline_item(
            title=f"{VOLUMES[entry.volume]} {entry.title} {entry.number}".strip(), page_number=start
        )
    _stamp(writer, at, entries)
    writer.metadata = {"/Title": title, "/Producer": "hengjian"}
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def _sources(thing: Model, now: datetime, volumes: tuple[str, ...]) -> list[tuple[str, Document, PdfReader]]:
    issued = list(documents_of(thing).filter(state="issued"))
    wanted = [(volume, one) for volume, one in ordered(issued) if volume in volumes]
    return [(volume, one, PdfReader(BytesIO(bytes_of(one, PDF, now=now)))) for volume, one in wanted]


def _entries(sources: list[tuple[str, Document, PdfReader]]) -> list[Entry]:
    entries: list[Entry] = []
    next_page: dict[str, int] = {}
    count: dict[str, int] = {}
    for volume, one, reader in sources:
        pages = len(reader.pages)
        first = next_page.get(volume, 1)
        next_page[volume] = first + pages
        count[volume] = count.get(volume, 0) + 1
        entries.append(
            Entry(
                order=count[volume],
                volume=volume,
                title=one.title,
                number=one.number,
                on=one.issued_on,
                party=one.party,
                pages=pages,
                first=first,
                last=first + pages - 1,
                pk=one.pk,
            )
        )
    return entries


def _by_volume(entries: list[Entry], volumes: tuple[str, ...]) -> list[tuple[str, list[Entry]]]:
    return [(VOLUMES[name], [one for one in entries if one.volume == name]) for name in volumes]


def _stamp(writer: PdfWriter, at: int, entries: list[Entry]) -> None:
    """Volume and number at the upper right of every upright page from `at` on, as an archivist stamps them."""
    told = [f"{VOLUMES[entry.volume]} {number}" for entry in entries for number in range(entry.first, entry.last + 1)]
    stamps = PdfReader(BytesIO(html_pdf(render_to_string("documents/stamps.html", {"told": told}))))
    for place, stamp in enumerate(stamps.pages):
        page = writer.pages[at + place]
        if page.mediabox.width < page.mediabox.height:
            page.merge_page(stamp)
