"""Reads the first sheet of workbooks as text columns, for datasets handed over as xlsx."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from hengjian.kernel.errors import Refused


def read_sheet(files: Sequence[Path]) -> pa.Table:
    """All parts under the first row's headers, joined by name; numbers lose a trailing `.0`, times are ISO text."""
    tables = [_read(file) for file in files]
    return pa.concat_tables(tables, promote_options="default")


def _read(file: Path) -> pa.Table:
    try:
        workbook = CalamineWorkbook.from_path(str(file))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=True)
    except (CalamineError, IndexError, OSError) as error:
        raise Refused(f"{file.name} 不是能读的 xlsx 文件", where={"file": file.name}) from error
    if not rows:
        raise Refused(f"{file.name} 的第一张工作表是空的", where={"file": file.name})
    headers = [str(cell).strip() for cell in rows[0]]
    columns = {
        header: pa.array([_text(row[place]) for row in rows[1:]], pa.string())
        for place, header in enumerate(headers)
        if header
    }
    return pa.table(columns)


def _text(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell)
