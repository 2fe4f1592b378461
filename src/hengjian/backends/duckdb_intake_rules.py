"""The fast rules of intake in SQL: what they take is what the readers of `engines.tables` take, value for value.

No `IN` with many constants here: DuckDB turns it into a join, and a join loses the order of the sheet.
"""

from __future__ import annotations

from hengjian.engines.tables.contract import DUCKDB_TYPES, Column
from hengjian.engines.tables.values import FALSE_WORDS, TRUE_WORDS
from hengjian.engines.tables.writing import ODD_BLANKS, PLACEHOLDERS

_MOMENT = r"(19\d\d|20\d\d|2100)[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,6})?)?)?"
_SCIENTIFIC = r"[+-]?\d(\.\d+)?[eE]\+?\d+"
_PLAIN_NUMBER = r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?"


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def clean(cell: str) -> str:
    """Blank cells and placeholders become NULL, blanks around are trimmed."""
    blank = " ".join(f"WHEN {literal(word)} THEN NULL" for word in PLACEHOLDERS)
    return f"CASE WHEN strlen({cell}) < 7 THEN CASE trim({cell}) {blank} ELSE trim({cell}) END ELSE trim({cell}) END"


def fast(column: Column, cell: str) -> str | None:
    """SQL that gives the typed value of a clean text, or NULL where a reader must look; None: a reader always looks."""
    if column.identifier:
        return None
    if column.codes:
        return None if column.type == "list" else _codes(column, cell)
    match column.type:
        case "num":
            return number(cell)
        case "int":
            return f"CASE WHEN regexp_full_match({cell}, '[+-]?\\d{{1,18}}') THEN try_cast({cell} AS BIGINT) END"
        case "bool":
            return _bool(cell)
        case "date" | "ts":
            return _moment(cell, DUCKDB_TYPES[column.type])
        case "id":
            plain = f"strlen({cell}) = length({cell}) AND {_even_ends(cell)}"
            return f"CASE WHEN {plain} AND NOT regexp_full_match({cell}, '{_SCIENTIFIC}') THEN {cell} END"
        case "text":
            wide = f"NOT {_odd_ends(cell)}"
            return f"CASE WHEN {_even_ends(cell)} AND (strlen({cell}) = length({cell}) OR {wide}) THEN {cell} END"
        case _:
            return None


def cast(column: Column, cell: str) -> str | None:
    """The value of a text of which `fast` is known to read every one: the cast without its guard; None: no shorter way.

    The guards are regular expressions; running them again on a million cells costs more than the casts.
    """
    if column.identifier or column.codes:
        return None
    match column.type:
        case "num":
            return f"try_cast({cell} AS DOUBLE)"
        case "int":
            return f"try_cast({cell} AS BIGINT)"
        case "date" | "ts":
            return f"CAST(try_cast({cell} AS TIMESTAMP) AS {DUCKDB_TYPES[column.type]})"
        case _:
            return None


def number(cell: str) -> str:
    """A double where the text is a plain number."""
    return f"CASE WHEN regexp_full_match({cell}, '{_PLAIN_NUMBER}') THEN try_cast({cell} AS DOUBLE) END"


def _moment(cell: str, kind: str) -> str:
    return f"CASE WHEN regexp_full_match({cell}, '{_MOMENT}') THEN CAST(try_cast({cell} AS TIMESTAMP) AS {kind}) END"


def _bool(cell: str) -> str:
    branches = [
        f"WHEN {literal(word)} THEN {truth}"
        for truth, said in (("TRUE", TRUE_WORDS), ("FALSE", FALSE_WORDS))
        for word in sorted(said)
    ]
    return f"CASE lower({cell}) {' '.join(branches)} END"


def _codes(column: Column, cell: str) -> str:
    branches = " ".join(f"WHEN {literal(word)} THEN {literal(code)}" for word, code in column.words.items())
    return f"CASE {cell} {branches} END"


def _even_ends(cell: str) -> str:
    """No control character (tab, line break …) at either end of a trimmed text: they all sort before `!`."""
    return f"{cell} >= '!' AND right({cell}, 1) >= '!'"


def _odd_ends(cell: str) -> str:
    """Wide or no-break blanks around the text: rare, so a reader takes them off."""
    ends = " OR ".join(f"suffix({cell}, {literal(mark)}) OR prefix({cell}, {literal(mark)})" for mark in ODD_BLANKS)
    return f"({ends})"
