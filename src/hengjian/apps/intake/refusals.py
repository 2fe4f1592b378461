"""Refused rows of a submission: kept as one Parquet file, shown by page and reason, given out to be repaired."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from hengjian.apps.intake import storage
from hengjian.apps.intake.models import Submission
from hengjian.ui.spreadsheet import RISKY, ROW_LIMIT, write_workbook

SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("sheet", pa.string()),
        ("row", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("code", pa.string()),
        ("label", pa.string()),
        ("reason", pa.string()),
        ("repair", pa.string()),
        ("cells", pa.string()),  # JSON {header: text}: the row as it came, identity numbers covered
    ]
)
SHOWN = [name for name in SCHEMA.names if name != "cells"]
PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some refused rows and where they stand among all of them."""

    rows: list[dict[str, Any]]
    total: int
    number: int
    size: int

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def more(self) -> bool:
        return self.last < self.total


def _dataset(submission: Submission) -> ds.Dataset | None:
    path = storage.refused_path(submission)
    return ds.dataset(str(path), format="parquet") if path.exists() else None


def page(submission: Submission, *, reason: str = "", number: int = 1, size: int = PAGE) -> Page:
    """One page of refused rows, by file and row; a page beyond the end is the last one."""
    source = _dataset(submission)
    if source is None:
        return Page([], 0, 1, size)
    wanted = pc.field("code") == reason if reason else None
    total = source.count_rows(filter=wanted)
    number = max(1, min(number, -(-total // size)))
    start = (number - 1) * size
    taken = source.scanner(columns=SHOWN, filter=wanted).head(start + size).slice(start)
    return Page(taken.to_pylist(), total, number, size)


def as_rows(submission: Submission) -> tuple[list[str], Iterator[list[Any]]]:
    """Headings and rows for the download: the columns as they came, then file, sheet, row, column, reason, repair."""
    source = _dataset(submission)
    if source is None:
        return [], iter(())
    headers: dict[str, None] = {}
    for batch in source.to_batches(columns=["cells"]):
        for text in batch.column(0).to_pylist():
            headers.update(dict.fromkeys(json.loads(text or "{}")))
    names = list(headers)
    added = ["来源文件", "工作表", "行", "列", "拒收原因", "怎样改"]

    def rows() -> Iterator[list[Any]]:
        for batch in source.to_batches():
            for row in batch.to_pylist():
                cells = json.loads(row["cells"] or "{}")
                place = [row["file"], row["sheet"], row["row"], row["column"], row["reason"], row["repair"]]
                yield [cells.get(name, "") for name in names] + place

    return [*names, *added], rows()


def as_xlsx(submission: Submission) -> bytes:
    """The refused rows as a workbook in which every text is a text; beyond a sheet's rows it goes on on the next."""
    headings, rows = as_rows(submission)
    columns = [(name, "num" if name == "行" else "id") for name in headings]

    def sheets() -> Iterator[tuple[str, list[tuple[str, str]], Iterator[list[Any]]]]:
        total = page(submission, size=1).total
        for number in range(max(1, -(-total // ROW_LIMIT))):
            yield f"拒收的行{number + 1 if number else ''}", columns, _some(rows, ROW_LIMIT)

    return write_workbook(sheets())


def _some(rows: Iterator[list[Any]], most: int) -> Iterator[list[Any]]:
    for count, row in enumerate(rows, 1):
        yield row
        if count >= most:
            return


def as_csv(submission: Submission) -> Iterator[str]:
    """The refused rows as CSV lines (UTF-8 with BOM); a cell that Excel would run gets a quote before it."""
    headings, rows = as_rows(submission)
    yield "\ufeff" + _line(headings)
    for row in rows:
        yield _line(row)


def _line(row: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([_harmless(cell) for cell in row])
    return buffer.getvalue()


def _harmless(cell: Any) -> Any:
    text = "" if cell is None else str(cell)
    if text.startswith(RISKY) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
