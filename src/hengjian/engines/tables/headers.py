"""Which row of a sheet is the header: title rows above it, one or two header rows, groups over columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from hengjian.engines.tables.contract import TABLES, Table
from hengjian.engines.tables.mapping import header_key
from hengjian.engines.tables.writing import is_blank

SEARCHED_ROWS = 40
Rows = Sequence[Sequence[str]]
_OTHER_PARTY = re.compile("被抽|受检|生产|经营|委托|供货")
_ABOUT_INSTITUTION = frozenset(["institution_id", "institution_text", "name", "address", "legal_rep", "phone"])
"""Under a group about somebody else these parts are not the testing institution's."""


@dataclass(frozen=True)
class Header:
    """The header of a sheet: `first_row` and `depth` (1 or 2) count rows from 0; `names` one text a column."""

    first_row: int
    depth: int
    names: tuple[str, ...]

    @property
    def data_row(self) -> int:
        """First row (from 0) under the header."""
        return self.first_row + self.depth


@cache
def names_of(table: Table) -> dict[str, tuple[str, float, str]]:
    """Every header this table understands: key → (column, confidence, why)."""
    known: dict[str, tuple[str, float, str]] = {}
    for column in table.intake_columns.values():
        for synonym in column.headers[1:]:
            known.setdefault(header_key(synonym), (column.name, 0.93, "同义词"))
    for column in table.intake_columns.values():
        known[header_key(column.header)] = (column.name, 1.0, "合同里的表头")
        known[header_key(column.name)] = (column.name, 1.0, "合同里的英文列名")
    return known


@cache
def all_names() -> frozenset[str]:
    """Every header any table understands."""
    return frozenset(key for table in TABLES.values() for key in names_of(table))


def look_up(table: Table, header: str) -> tuple[str, float, str] | None:
    """The contract column a header names: as written, without its unit in brackets, or by its part under a group."""
    known = names_of(table)
    elsewhere = bool(_OTHER_PARTY.search(header.partition("/")[0])) if "/" in header else False
    for text, factor, note in _variants(header):
        found = known.get(header_key(text))
        if found is not None and not (elsewhere and text != header and found[0] in _ABOUT_INSTITUTION):
            name, confidence, why = found
            return name, round(confidence * factor, 2), why + note
    return None


def _variants(header: str) -> list[tuple[str, float, str]]:
    found = [(header, 1.0, "")]
    bare = re.sub(r"[(（\[【][^()（）]*[)）\]】]", "", header)
    if bare != header and bare.strip():
        found.append((bare, 0.95, "（去掉括号里的单位）"))
    if "/" in header:
        group, _, part = header.partition("/")
        found.append((group.strip() + part.strip(), 0.97, "（两层表头）"))
        found.append((part.strip(), 0.93, "（两层表头）"))
    numbered = re.sub(r"[.．_]?\d+$", "", header)
    if numbered != header and numbered.strip():
        found.append((numbered, 0.8, "（去掉末尾的序号）"))
    return found


def header_unit(header: str) -> str | None:
    """The unit in brackets at the end of a header: `检测值(mg/kg)` → `mg/kg`."""
    found = re.search(r"[(（\[]([A-Za-zμ%‰℃°][^()（）\]]*)[)）\]]\s*$", header)
    return found[1].strip() if found else None


def find_header(rows: Rows, *, tables: Sequence[Table] | None = None) -> Header | None:
    """The row (or two) among the first forty that names most columns; without known names, the first full text row."""
    known = all_names() if tables is None else {key for table in tables for key in names_of(table)}
    best: tuple[float, Header] | None = None
    for row in range(min(len(rows), SEARCHED_ROWS)):
        for header in _candidates(rows, row):
            score = _score(header.names, known) - 0.01 * row + 0.5 * (header.depth - 1)
            if score >= 1.5 and (best is None or score > best[0]):
                best = (score, header)
    return best[1] if best else _first_text_row(rows)


def _candidates(rows: Rows, row: int) -> list[Header]:
    """The row alone, and together with the row above where that one groups its columns."""
    single = Header(row, 1, tuple(cell.strip() for cell in rows[row]))
    if row == 0 or not _groups(rows[row - 1], rows[row]):
        return [single]
    upper, lower = list(rows[row - 1]), list(rows[row])
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    return [Header(row - 1, 2, _merge(upper, lower)), single]


def _groups(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Is `upper` a row of groups over `lower`? A title stands alone in its row, at the left, or is long."""
    filled = [place for place, cell in enumerate(upper) if cell.strip()]
    if (
        not filled
        or not any(cell.strip() for cell in lower)
        or any(len(upper[place].strip()) > 16 or re.search("[：:]", upper[place]) for place in filled)
    ):
        return False
    if any(re.fullmatch(r"[\d.,/:\-\s]+", cell.strip()) for cell in lower if cell.strip()):
        return False
    return len(filled) >= 2 or filled[0] > 0


def _merge(upper: list[str], lower: list[str]) -> tuple[str, ...]:
    names = []
    group = ""
    for above, below in zip((text.strip() for text in upper), (text.strip() for text in lower), strict=True):
        group = above or (group if below else "")
        if not below:
            names.append(above)
        elif group and group != below:
            names.append(f"{group}/{below}")
        else:
            names.append(below)
    return tuple(names)


def _score(names: Sequence[str], known: frozenset[str] | set[str]) -> float:
    filled = [name for name in names if not is_blank(name)]
    hits = sum(any(header_key(text) in known for text, _, _ in _variants(name)) for name in filled)
    distinct = len({header_key(name) for name in filled})
    return hits - 0.2 * (len(filled) - hits) - 0.5 * (len(filled) - distinct) if hits else 0.0


def _first_text_row(rows: Rows) -> Header | None:
    width = max((sum(not is_blank(cell) for cell in row) for row in rows[:SEARCHED_ROWS]), default=0)
    for place, row in enumerate(rows[:SEARCHED_ROWS]):
        filled = [cell for cell in row if not is_blank(cell)]
        texts = [cell for cell in filled if not re.fullmatch(r"[\d.,/:\-\s]+", cell)]
        if len(filled) >= 2 and len(filled) >= 0.6 * width and len(texts) == len(filled):
            return Header(place, 1, tuple(cell.strip() for cell in row))
    return None
