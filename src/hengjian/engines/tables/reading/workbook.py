"""Workbooks (xlsx, xls) sheet by sheet as text cells, in batches that never hold the whole sheet twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from hengjian.kernel.errors import Refused

BATCH_ROWS = 60_000
EXACT = 1e15  # a spreadsheet keeps fifteen digits


def open_workbook(path: Path, *, name: str) -> CalamineWorkbook:
    """Open it, or raise Refused saying that it is damaged or locked."""
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        locked = type(error).__name__ == "PasswordError"
        why = "有密码，请去掉密码再交" if locked else "已损坏或不是表格，打不开"
        raise Refused(f"{name}：{why}", where={"file": name}) from error


def sheet_names(workbook: CalamineWorkbook) -> list[str]:
    """Worksheets in order; chart and macro sheets hold no ledger."""
    return [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def read_sheet(workbook: CalamineWorkbook, sheet: str, *, name: str) -> CalamineSheet:
    """The sheet, or Refused where its XML is broken."""
    try:
        return workbook.get_sheet_by_name(sheet)
    except (CalamineError, ValueError) as error:
        raise Refused(f"{name}：工作表“{sheet}”已损坏，读不出", where={"file": name, "sheet": sheet}) from error


def head_rows(sheet: CalamineSheet, count: int) -> list[list[str]]:
    """The first rows as text, leading empty rows included, so that row numbers stay the sheet's."""
    return [[cell_text(cell) or "" for cell in row] for row in islice(sheet.iter_rows(), count)]


def batches(sheet: CalamineSheet, *, skip: int, width: int) -> Iterator[pa.RecordBatch]:
    """Rows after `skip` as batches of text columns `c0` … of `width` columns."""
    rows = islice(sheet.iter_rows(), skip, None)
    names = [f"c{place}" for place in range(width)]
    while chunk := list(islice(rows, BATCH_ROWS)):
        columns = list(zip(*chunk, strict=True))[:width]
        arrays = [_text_array(column) for column in columns]
        arrays += [pa.nulls(len(chunk), pa.string())] * (width - len(columns))
        yield pa.RecordBatch.from_arrays(arrays, names=names)


def _text_array(column: Sequence[Any]) -> pa.Array:
    kinds = set(map(type, column))
    if kinds == {str}:
        return pa.array(column, pa.string())
    if kinds <= {str, float}:
        written = {cell: _WRITERS[type(cell)](cell) for cell in set(column)}
        return pa.array([written[cell] for cell in column], pa.string())
    return pa.array([_WRITERS[type(cell)](cell) for cell in column], pa.string())


def cell_text(cell: Any) -> str | None:
    """A cell as it would be typed: whole numbers without `.0`, fifteen digits at most, times ISO."""
    return _WRITERS[type(cell)](cell)


def _float_text(number: float) -> str:
    text = f"{number:.15g}"
    return f"{number:.14E}" if "e+" in text else text


def _span_text(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


_WRITERS: dict[type, Callable[[Any], str | None]] = {
    str: lambda text: text,
    float: _float_text,
    int: lambda number: str(number) if abs(number) < EXACT else f"{float(number):.14E}",
    bool: lambda truth: "是" if truth else "否",
    datetime: lambda moment: moment.isoformat(sep=" "),
    date: lambda day: day.isoformat(),
    time: lambda clock: clock.isoformat(),
    timedelta: _span_text,
    type(None): lambda _: None,
}
