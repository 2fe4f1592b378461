"""Rows that slid by a column: recognised when the cells that cannot be read become readable one place to the side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hengjian.engines.tables.column import Column
from hengjian.engines.tables.recognise import read_sample
from hengjian.engines.tables.writing import Refusal, is_blank

MINIMUM = 2
"""So many unreadable cells must become readable together; one alone is an ordinary mistake."""


@dataclass(frozen=True)
class Shift:
    """`by` is +1 where the contents stand one column too far left (they belong one to the right), -1 the other way;
    `first_place` is the first column (from 0) that is out of place."""

    by: int
    first_place: int


def is_telling(column: Column) -> bool:
    """Does the column say something about its content? Free text and plain identifiers fit everywhere."""
    written = column.name in ("value_text", "limit_text")
    return written or bool(column.codes or column.identifier) or column.type in ("num", "int", "bool", "date", "ts")


def find_shift(
    cells: Sequence[str | None], columns: Sequence[tuple[int, Column]], failing: Sequence[int]
) -> Shift | None:
    """Does moving contents by one column repair failing places? `columns` pairs places with telling contract columns.

    At least two places must become readable, and between the first and the last of them none may stay unreadable.
    """
    wanted = {place: column for place, column in columns if place in set(failing)}
    for by in (1, -1):
        fitting = [place for place, column in sorted(wanted.items()) if _fits(cells, place - by, column)]
        if len(fitting) < MINIMUM:
            continue
        inside = [place for place in wanted if fitting[0] <= place <= fitting[-1]]
        if len(inside) == len(fitting):
            return Shift(by, max(fitting[0] - 1, 0) if by == 1 else fitting[0])
    return None


def _fits(cells: Sequence[str | None], place: int, column: Column) -> bool:
    if not 0 <= place < len(cells):
        return False
    text = cells[place]
    if text is None or is_blank(text):
        return False
    return not isinstance(read_sample(column, text), Refusal)
