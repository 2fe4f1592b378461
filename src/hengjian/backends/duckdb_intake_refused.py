"""Rows that are not taken: those that slid by a column are quarantined, the rest refused cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hengjian.backends.duckdb_intake_cells import Source
from hengjian.backends.duckdb_intake_load import Sheet
from hengjian.backends.duckdb_intake_preview import MovedRow
from hengjian.backends.duckdb_intake_rules import literal, quote
from hengjian.engines.tables.contract import Column
from hengjian.engines.tables.mapping import resolve
from hengjian.engines.tables.shifted import MINIMUM, find_shift, is_telling

if TYPE_CHECKING:
    from hengjian.backends.duckdb_intake_stage import TargetStage

EXAMINED_ROWS = 20_000
"""So many unreadable rows are examined for a shift; a ledger with more is wrongly mapped, not shifted."""


def find_moved(
    connection: duckdb.DuckDBPyConnection,
    stages: Sequence[TargetStage],
    *,
    headers: list[str],
    sheet: Sheet,
    first_row: int,
) -> list[MovedRow]:
    """Rows whose unreadable cells all become readable one column to the side; fills the table `moved` (rid)."""
    connection.execute("CREATE OR REPLACE TEMP TABLE moved (rid BIGINT)")
    places = _places(stages, headers)
    rows = connection.execute(
        "SELECT rid, list(DISTINCT target ORDER BY target) AS failing "
        'FROM (SELECT rid, "table" || \'.\' || "column" AS target FROM bad) '
        f"GROUP BY rid HAVING len(failing) > 1 ORDER BY rid LIMIT {EXAMINED_ROWS}"
    ).fetchall()
    moved = []
    for rid, failing in rows:
        wanted = sorted({places[name][0] for name in failing if name in places})
        if len(wanted) < MINIMUM:
            continue
        cells = connection.execute("SELECT * EXCLUDE (state) FROM src WHERE rowid = ?", [rid]).fetchone()
        shift = find_shift(cells or (), list(places.values()), wanted)
        if shift is not None:
            first = headers[shift.first_place] or f"第{shift.first_place + 1}列"
            moved.append(MovedRow(sheet.file, sheet.name, first_row + rid, shift.by, first))
    if moved:
        connection.executemany("INSERT INTO moved VALUES (?)", [[row.row - first_row] for row in moved])
    return moved


def _places(stages: Sequence[TargetStage], headers: list[str]) -> dict[str, tuple[int, Column]]:
    """`table.column` → place in the sheet and contract column, for telling columns fed by exactly one column."""
    found: dict[str, tuple[int, Column]] = {}
    for stage in stages:
        for name, source in stage.sources.items():
            place = resolve(headers, source.headers[0]) if len(source.headers) == 1 else None
            column = stage.table.intake_columns[name]
            if place is not None and not source.stand_in and is_telling(column):
                found[f"{stage.table.name}.{name}"] = (place, column)
    return found


def collect_refused(
    connection: duckdb.DuckDBPyConnection,
    stages: Sequence[TargetStage],
    *,
    sheet: Sheet,
    first_row: int,
    moved: Sequence[MovedRow],
) -> tuple[int, int, int]:
    """Append the sheet's refused cells to `refused`; answers (rows, quarantined, refused) of the sheet."""
    branches = " ".join(
        f"WHEN {literal(f'{stage.table.name}.{name}')} THEN {_shown_header(source, stage.table.intake_columns[name])}"
        for stage in stages
        for name, source in stage.sources.items()
    )
    target = '"table" || \'.\' || "column"'
    connection.execute(
        f"INSERT INTO refused SELECT {literal(sheet.file)}, {literal(sheet.name)}, rid + {first_row}, "
        f'CASE {target} {branches} ELSE "column" END, '
        "CASE WHEN \"column\" = 'id_no' THEN '（身份证号，已遮蔽）' ELSE mask_identity(coalesce(value, '')) END, "
        f"code, sentence, repair, {target} FROM (SELECT DISTINCT * FROM bad) WHERE rid NOT IN (SELECT rid FROM moved)"
    )
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM src) - (SELECT count(*) FROM skipped), (SELECT count(*) FROM moved), "
        "(SELECT count(DISTINCT rid) FROM bad WHERE rid NOT IN (SELECT rid FROM moved))"
    ).fetchone()
    rows, quarantined, refused = counted or (0, 0, 0)
    if quarantined or refused:
        connection.execute("UPDATE src SET state = 1 WHERE rowid IN (SELECT rid FROM bad)")
    return int(rows), int(quarantined), int(refused)


def _shown_header(source: Source, column: Column) -> str:
    """SQL of the header the user knows the cell by: that of its branch where columns became rows."""
    if source.branched and source.headers:
        nth = " ".join(f"WHEN {place} THEN {literal(header)}" for place, header in enumerate(source.headers))
        return f"CASE branch {nth} END"
    return literal("、".join(source.headers) or column.header)


def write_refused_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, *, headers: list[str], file: str, sheet: str, first_row: int
) -> None:
    """Rows as they came (identity numbers masked) under their own headers, then 原文件, 工作表, 行, 原因."""
    names: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = header.strip() or f"第{place + 1}列"
        names[name if name not in names else f"{name}（第{place + 1}列）"] = place
    cells = ", ".join(f"mask_identity(coalesce(c{place}, '')) AS {quote(name)}" for name, place in names.items())
    connection.execute(
        f'COPY (SELECT {cells}, {literal(file)} AS "原文件", {literal(sheet)} AS "原工作表", '
        f's.rowid + {first_row} AS "原行号", why AS "不收的原因" '
        "FROM src s JOIN (SELECT rid, string_agg(DISTINCT reason, '；' ORDER BY reason) AS why FROM (SELECT rid, "
        "CASE WHEN rid IN (SELECT rid FROM moved) THEN '整行错位，已隔离' ELSE sentence END AS reason FROM bad) "
        f"GROUP BY rid) b ON s.rowid = b.rid ORDER BY s.rowid) TO {literal(str(path))} (FORMAT parquet)"
    )
