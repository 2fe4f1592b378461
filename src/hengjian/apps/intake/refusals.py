"""Refused cells shown by page and reason; refused rows given out to be repaired."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from hengjian.apps.intake import storage
from hengjian.apps.intake.models import Submission
from hengjian.apps.intake.moved import ADDED, ROW
from hengjian.backends.parquet import open_parquet
from hengjian.ui.spreadsheet import RISKY, ROW_LIMIT, write_workbook

if TYPE_CHECKING:
    import pyarrow.dataset as ds

SHOWN = ["file", "sheet", "row", "column", "value", "code", "sentence", "repair"]
PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some refused cells and where they stand among all of them."""

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
    path = storage.refused_cells(submission)
    return open_parquet(path) if path.exists() else None


def page(submission: Submission, *, reason: str = "", number: int = 1, size: int = PAGE) -> Page:
    """One page of refused cells, by file and row; a page beyond the end is the last one."""
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
    """Headings and rows for the download: every row as it came, then file, sheet, row and reasons."""
    files = [pq.ParquetFile(path) for path in storage.refused_rows(submission)]
    names = list(dict.fromkeys(name for file in files for name in file.schema_arrow.names[:-ADDED]))
    added = files[0].schema_arrow.names[-ADDED:] if files else []

    def rows() -> Iterator[list[Any]]:
        for file in files:
            for batch in file.iter_batches(batch_size=5000):
                for row in batch.to_pylist():
                    yield [row.get(name, "") for name in [*names, *added]]

    return [*names, *added], rows()


def as_xlsx(submission: Submission) -> bytes:
    """The refused rows as a workbook in which every text is a text; beyond a sheet's rows it goes on on the next."""
    headings, rows = as_rows(submission)
    columns = [(name, "num" if name == ROW else "id") for name in headings]

    def sheets() -> Iterator[tuple[str, list[tuple[str, str]], Iterator[list[Any]]]]:
        total = sum(pq.read_metadata(path).num_rows for path in storage.refused_rows(submission))
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
