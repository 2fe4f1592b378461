"""Ready-made mappings of ledgers that are known: proposed where a sheet carries every header they read.

They lie in `mappings/`, one JSON file each: a mapping (see `mapping.py`) with a Chinese `title`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hengjian.engines.tables.headers import Header, Rows
from hengjian.engines.tables.mapping import Mapping, header_key, mapping_from_json
from hengjian.engines.tables.writing import is_blank

FOLDER = Path(__file__).with_name("mappings")
SEARCHED_ROWS = 40


@dataclass(frozen=True)
class ReadyMade:
    """One known ledger: `name` is the file's stem, `title` what a person chooses it by."""

    name: str
    title: str
    mapping: Mapping
    keys: frozenset[str]
    """Headers it reads, as they are compared."""


@cache
def ready_mappings() -> tuple[ReadyMade, ...]:
    """Every ready-made mapping, by name."""
    return tuple(_load(path) for path in sorted(FOLDER.glob("*.json")))


def _load(path: Path) -> ReadyMade:
    raw = json.loads(path.read_text(encoding="utf-8"))
    mapping = mapping_from_json(raw)
    return ReadyMade(path.stem, str(raw["title"]), mapping, frozenset(header_key(text) for text in headers_of(mapping)))


def headers_of(mapping: Mapping) -> set[str]:
    """Headers that a mapping reads."""
    read = {name for target in mapping.targets for feed in target.feeds.values() for name in feed.references}
    return read | {item.column for target in mapping.targets for item in target.unpivot}


def find_ready(name: str) -> ReadyMade | None:
    """The ready-made mapping of this name."""
    return next((one for one in ready_mappings() if one.name == name), None)


def match_ready(rows: Rows) -> tuple[ReadyMade, Header] | None:
    """The ready-made mapping all of whose headers stand in one row of the sheet's top, the one that reads most."""
    for place, row in enumerate(rows[:SEARCHED_ROWS]):
        found = _reading_most(row)
        if found is not None:
            return found, Header(place, 1, tuple(cell.strip() for cell in row))
    return None


def _reading_most(row: Sequence[str]) -> ReadyMade | None:
    keys = {header_key(cell) for cell in row if not is_blank(cell)}
    fitting = [one for one in ready_mappings() if one.keys <= keys]
    return max(fitting, key=lambda one: len(one.keys), default=None)
