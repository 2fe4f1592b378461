"""Facts of an xlsx that its cells do not tell: date system, hidden rows, formulas without a result, macros, links."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO
from xml.parsers import expat

from hengjian.engines.tables.dates import Epoch

CHUNK = 1 << 20
_OVERLAP = 4096
_HIDDEN = re.compile(rb'<row\b[^>]*?\br="(\d+)"[^>]*?\bhidden="(?:1|true)"')
_HIDDEN_FIRST = re.compile(rb'<row\b[^>]*?\bhidden="(?:1|true)"[^>]*?\br="(\d+)"')
_FORMULA = re.compile(rb"<f[ />]")
_NO_RESULT = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>')
_HIDDEN_COLUMNS = re.compile(rb'<col\b[^>]*\bhidden="(?:1|true)"')


@dataclass
class SheetFacts:
    """`hidden_rows` are numbers from 1; `formulas` counts cells; `no_result` names cells whose formula has no value."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: int = 0
    formulas: int = 0
    no_result: list[str] = field(default_factory=list)


@dataclass
class BookFacts:
    """Facts of the whole workbook; `parts` leads from a sheet's name to its file inside."""

    epoch: Epoch = 1900
    macros: bool = False
    links: bool = False
    parts: dict[str, str] = field(default_factory=dict)


def book_facts(path: Path) -> BookFacts:
    """Read the workbook's own part and its relations; a damaged one gives what could be read."""
    facts = BookFacts()
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        facts.macros = any(name.endswith("vbaProject.bin") for name in names)
        facts.links = any(name.startswith("xl/externalLinks/") for name in names)
        targets = {
            attributes["Id"]: attributes.get("Target", "")
            for tag, attributes in _elements(archive, "xl/_rels/workbook.xml.rels")
            if tag == "Relationship" and "Id" in attributes
        }
        for tag, attributes in _elements(archive, "xl/workbook.xml"):
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                facts.epoch = 1904
            elif tag == "sheet":
                reference = next((value for key, value in attributes.items() if key.endswith(":id") or key == "id"), "")
                part = str(PurePosixPath("xl") / targets.get(reference, "").removeprefix("/xl/").lstrip("/"))
                if part in names:
                    facts.parts[attributes.get("name", "")] = part
    return facts


def _elements(archive: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    """Elements with attributes of a small part; entities are never expanded."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], dict(attributes)))
    parser.EntityDeclHandler = _no_entities
    try:
        parser.Parse(archive.read(part), True)
    except (KeyError, expat.ExpatError, _EntityFound):
        return found
    return found


class _EntityFound(Exception):
    """A part declares entities, which no spreadsheet program writes."""


def _no_entities(*_: object) -> None:
    raise _EntityFound


def sheet_facts(path: Path, part: str) -> SheetFacts:
    """Scan the sheet's XML as a stream of bytes; cost is that of unpacking it once."""
    facts = SheetFacts()
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        for window, fresh_from in _windows(stream):
            if b"hidden=" in window:
                rows = (*_HIDDEN.finditer(window), *_HIDDEN_FIRST.finditer(window))
                facts.hidden_rows += [int(found[1]) for found in rows if found.end() > fresh_from]
                facts.hidden_columns += sum(found.end() > fresh_from for found in _HIDDEN_COLUMNS.finditer(window))
            if b"<f" in window:
                facts.formulas += sum(found.end() > fresh_from for found in _FORMULA.finditer(window))
                facts.no_result += [
                    found[1].decode() for found in _NO_RESULT.finditer(window) if found.end() > fresh_from
                ]
    facts.hidden_rows = sorted(set(facts.hidden_rows))
    return facts


def _windows(stream: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Overlapping windows, each with the place where its bytes are new: a match is counted where it ends."""
    tail = b""
    while chunk := stream.read(CHUNK):
        window = tail + chunk
        yield window, len(tail)
        tail = window[-_OVERLAP:]
