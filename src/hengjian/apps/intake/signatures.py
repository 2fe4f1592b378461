"""Recognising a ledger by its headers: the same sender's same headers take the columns that were confirmed before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hengjian.apps.intake.models import RememberedMapping, Submission
from hengjian.backends.duckdb_intake_load import sheets_of
from hengjian.engines.tables.headers import find_header
from hengjian.engines.tables.mapping import header_key
from hengjian.engines.tables.reading.sources import Limits, open_sources

SEARCHED = 40


def signature_of(headers: Iterable[str]) -> str:
    """SHA-256 (hex) of the headers that are not blank, as they are compared, in their order."""
    keys = [key for key in (header_key(text) for text in headers) if key]
    return hashlib.sha256("\x1f".join(keys).encode()).hexdigest() if keys else ""


def recognised_mapping(submission: Submission, path: Path, folder: Path) -> tuple[dict[str, Any], int] | None:
    """The remembered mapping whose headers this file has, with its version; the file is only looked at for a sender
    of whom something is remembered."""
    rows = RememberedMapping.objects.filter(organ=submission.organ, sender=submission.sender).order_by("version")
    known = {row.signature: row for row in rows}
    if not known:
        return None
    for signature, sheet in _signatures(path, folder):
        if signature in known:
            mapping = {name: value for name, value in known[signature].mapping.items() if name != "sheet"}
            return (mapping | {"sheet": sheet} if sheet else mapping), known[signature].version
    return None


def _signatures(path: Path, folder: Path) -> Iterator[tuple[str, str]]:
    limits = Limits()
    for source in open_sources([path], workdir=folder / "looked-at", limits=limits):
        for sheet in sheets_of(source, workdir=folder, limits=limits):
            header = find_header(sheet.head)
            if header is not None:
                yield signature_of(header.names), sheet.name
            for row in sheet.head[:SEARCHED]:
                yield signature_of(row), sheet.name
