"""Excel out: the same columns as the page, every text a text, so that no cell is run as a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hengjian.kernel.errors import Refused
from hengjian.ui import wording

if TYPE_CHECKING:
    import xlsxwriter

ROW_LIMIT = 1_048_575  # rows of a sheet below its heading
TEXT_LIMIT = 32_767  # characters of a cell
CUT = "…（单元格放不下，已截断）"
RISKY = ("=", "+", "-", "@", "\t", "\r", "|", "%")
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Sheet:
    """One worksheet being written row by row."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Any) -> None:
        self.sheet = sheet
        self.text = book.add_format({"num_format": "@"})
        # The quote prefix is Excel's own mark for “this is text”: the content stays as it was typed.
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.number = book.add_format({"num_format": "General"})
        self.head = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})

    def put(self, row: int, column: int, value: Any, kind: str) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime) and value.year >= 1900:
            self.sheet.write_datetime(row, column, wording.local(value).replace(tzinfo=None), self.moment)
        elif isinstance(value, date) and value.year >= 1900:
            self.sheet.write_datetime(row, column, value, self.day)
        elif kind != "id" and _is_plain_number(value):
            self.sheet.write_number(row, column, float(value), self.number)
        else:
            self.put_text(row, column, wording.listed(value) if isinstance(value, list | tuple | set) else str(value))

    def put_text(self, row: int, column: int, text: str) -> None:
        if len(text) > TEXT_LIMIT:
            text = text[: TEXT_LIMIT - len(CUT)] + CUT
        self.sheet.write_string(row, column, text, self.quoted if text.startswith(RISKY) else self.text)


def _is_plain_number(value: Any) -> bool:
    """Numbers that survive Excel's fifteen digits; the rest is written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    exact = Decimal(str(value))
    return exact.is_finite() and len(exact.normalize().as_tuple().digits) <= 15 and abs(exact.adjusted()) < 300


def write_workbook(
    sheets: Iterable[tuple[str, Sequence[tuple[str, str]], Iterable[Sequence[Any]]]],
) -> bytes:
    """Write sheets of (title, ((heading, kind), …), rows); kind `id` keeps leading zeros and long codes as text.

    Raises Refused when a sheet has more rows than Excel can hold.
    """
    import xlsxwriter  # on first use: a tenth of a second at each start otherwise

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True, "strings_to_formulas": False}) as book:
        for title, columns, rows in sheets:
            _write_sheet(book, title, columns, rows)
    return buffer.getvalue()


def _write_sheet(
    book: xlsxwriter.Workbook, title: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]
) -> None:
    safe = "".join(" " if letter in "[]:*?/\\'" else letter for letter in title).strip()[:31] or "数据"
    sheet = _Sheet(book, book.add_worksheet(safe))
    sheet.sheet.freeze_panes(1, 1)
    for column, (heading, _) in enumerate(columns):
        sheet.sheet.set_column(column, column, min(max(len(heading) * 2 + 2, 12), 40))
        sheet.sheet.write_string(0, column, heading, sheet.head)
    for index, row in enumerate(rows, 1):
        if index > ROW_LIMIT:
            raise Refused(f"超过 Excel 一张表能放的 {ROW_LIMIT:,} 行，请先筛选再导出")
        for column, (value, (_, kind)) in enumerate(zip(row, columns, strict=True)):
            sheet.put(index, column, value, kind)
