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


def find_shift(
    cells: Sequence[str | None], columns: Sequence[tuple[int, Column]], failing: Sequence[int]
) -> Shift | None:
    """Does moving contents by one column repair every failing place? `columns` pairs places with contract columns.

    At least two places must fail and all of them must hold something readable after the move.
    """
    if len(failing) < MINIMUM:
        return None
    wanted = {place: column for place, column in columns if place in set(failing)}
    for by in (1, -1):
        if all(_fits(cells, place - by, column) for place, column in wanted.items()):
            first = min(wanted) if by == -1 else min(wanted) - 1
            return Shift(by, max(first, 0))
    return None


def _fits(cells: Sequence[str | None], place: int, column: Column) -> bool:
    if not 0 <= place < len(cells):
        return False
    text = cells[place]
    if text is None or is_blank(text):
        return False
    return not isinstance(read_sample(column, text), Refusal)
