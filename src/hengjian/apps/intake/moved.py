"""Rows that slid by a column, put back where they belong once a person has decided so; the original is not touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from hengjian.backends.duckdb_intake_preview import MovedRow, Preview
from hengjian.ui.spreadsheet import write_workbook

FILE, SHEET, ROW = "原文件", "原工作表", "原行号"
ADDED = 4
"""Columns that the engine appends to a refused row: file, sheet, row, reasons."""


def repair_key(row: MovedRow) -> str:
    """What a decision to move back applies to: all rows of a sheet that slid in the same way."""
    return f"{row.by:+d}|{row.first}|{row.sheet}|{row.file}"


def repair_words(row: MovedRow) -> str:
    """The move as a person says it."""
    return "左移一列" if row.by < 0 else "右移一列"


def rows_as_came(preview: Preview, wanted: Sequence[MovedRow]) -> Iterator[tuple[MovedRow, list[str], list[str]]]:
    """(row, headers, cells) of quarantined rows, identity numbers masked."""
    asked = {(row.file, row.sheet, row.row): row for row in wanted}
    for path in preview.refused_rows:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=2000):
            headers = batch.schema.names[:-ADDED]
            for line in batch.to_pylist():
                row = asked.get((line[FILE], line[SHEET], line[ROW]))
                if row is not None:
                    yield row, headers, [str(line[name] or "") for name in headers]


def put_back(cells: Sequence[str], headers: Sequence[str], row: MovedRow) -> list[str]:
    """The cells after the move: from the first column out of place on, one to the left or to the right."""
    first = place_of(headers, row.first)
    if row.by < 0:
        return [*cells[:first], *cells[first + 1 :], ""]
    return [*cells[:first], "", *cells[first:-1]]


def place_of(headers: Sequence[str], first: str) -> int:
    """Place (from 0) of the column that the engine named."""
    return list(headers).index(first) if first in headers else 0


def move_back(preview: Preview, repairs: Sequence[str], folder: Path) -> tuple[Path | None, int]:
    """A helper sheet with the rows decided on, moved; (None, 0) where none of them is left."""
    wanted = [row for row in preview.moved_rows if repair_key(row) in repairs]
    lines: list[list[Any]] = []
    headings: list[str] = []
    for row, headers, cells in rows_as_came(preview, wanted):
        headings = headings or headers
        if headers == headings:
            lines.append(put_back(cells, headers, row))
    if not lines:
        return None, 0
    place = folder / "moved-back"
    place.mkdir(exist_ok=True)
    path = place / "移回的行.xlsx"
    path.write_bytes(write_workbook([(wanted[0].sheet or "移回的行", [(name, "id") for name in headings], lines)]))
    return path, len(lines)
