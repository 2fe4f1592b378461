"""One file a table: parts of several sheets joined, repeated rows dropped, contradicting rows refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from hengjian.backends.duckdb_intake_preview import SHOWN_CELLS, Preview, RefusedCell, TablePreview
from hengjian.backends.duckdb_intake_rules import literal, quote
from hengjian.engines.tables.contract import TABLES, Table

PROVENANCE = ("source_file", "source_sheet", "source_row")
CHUNK = 1 << 20


def finish_tables(
    connection: duckdb.DuckDBPyConnection, parts: Mapping[str, Sequence[Path]], *, workdir: Path
) -> dict[str, TablePreview]:
    """Stage `<table>.parquet` for every table from its parts; parts are removed."""
    finished = {}
    for name, paths in sorted(parts.items()):
        staged = workdir / f"{name}.parquet"
        repeated = _join_parts(connection, TABLES[name], paths, staged)
        for path in paths:
            path.unlink(missing_ok=True)
        columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {_read([staged])}").fetchall()]
        finished[name] = TablePreview(
            table=name,
            rows=_number(connection, f"SELECT count(*) FROM {_read([staged])}"),
            repeated=repeated,
            staged=staged,
            sha256=file_sha256(staged),
            columns=tuple(column for column in columns if column not in PROVENANCE),
        )
    return finished


def _join_parts(connection: duckdb.DuckDBPyConnection, table: Table, paths: Sequence[Path], staged: Path) -> int:
    """Write the staged file; answers how many rows were the same row again."""
    relation = _read(paths)
    columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    keys = [quote(name) for name in table.key if name in columns]
    key = f"hash({', '.join(keys)})"
    rows, distinct = _pair(connection, f"SELECT count(*), count(DISTINCT {key}) FROM {relation}") if keys else (0, 0)
    if rows == distinct:
        if len(paths) == 1:
            paths[0].rename(staged)
        else:
            _copy(connection, f"SELECT * FROM {relation}", staged)
        return 0
    facts = ", ".join(quote(name) for name in columns if name not in PROVENANCE)
    own_key = ", ".join(keys)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE joined AS SELECT *, row_number() OVER () AS place FROM {relation}"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE contradicting AS SELECT {own_key} FROM (SELECT DISTINCT {facts} FROM joined) "
        f"GROUP BY {own_key} HAVING count(*) > 1"
    )
    same = " AND ".join(f"j.{name} IS NOT DISTINCT FROM x.{name}" for name in keys)
    said = "、".join(table.columns[name].header for name in table.key if name in table.columns)
    connection.execute(
        f"INSERT INTO refused SELECT source_file, source_sheet, source_row, {literal(said)}, "
        f"concat_ws(' ', {own_key}), 'key.elsewhere', '同一{said}在别的表里还有一行，内容互相矛盾', '只留正确的一行', "
        f"{literal(table.name)} FROM joined j WHERE EXISTS (SELECT 1 FROM contradicting x WHERE {same})"
    )
    _copy(
        connection,
        f"SELECT * EXCLUDE (place) FROM (SELECT * FROM joined j WHERE NOT EXISTS "
        f"(SELECT 1 FROM contradicting x WHERE {same})) "
        f"QUALIFY row_number() OVER (PARTITION BY {own_key} ORDER BY place) = 1 ORDER BY place",
        staged,
    )
    kept = _number(connection, f"SELECT count(*) FROM {_read([staged])}")
    lost = _number(
        connection, f"SELECT count(*) FROM joined j WHERE EXISTS (SELECT 1 FROM contradicting x WHERE {same})"
    )
    connection.execute("DROP TABLE joined")
    return rows - kept - lost


def contradicting_rows(connection: duckdb.DuckDBPyConnection, *, file: str, sheet: str) -> int:
    """Rows of a sheet refused because another sheet says something else under the same key."""
    row = connection.execute(
        "SELECT count(DISTINCT \"row\") FROM refused WHERE code = 'key.elsewhere' AND file = ? AND sheet = ?",
        [file, sheet],
    ).fetchone()
    return int(row[0]) if row else 0


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.execute(
        f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)"
    )


def _read(paths: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}], union_by_name = true)"


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _pair(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, int]:
    row = connection.execute(query).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_refused_cells(connection: duckdb.DuckDBPyConnection, preview: Preview, *, workdir: Path) -> None:
    """Put every refused cell into `refused.parquet`, the first ones and the counts by reason into the preview."""
    preview.refused_cell_count = _number(connection, "SELECT count(*) FROM refused")
    if not preview.refused_cell_count:
        return
    path = workdir / "refused.parquet"
    ordered = 'SELECT * FROM refused ORDER BY file, sheet, "row", target, code'
    connection.execute(f"COPY ({ordered}) TO {literal(str(path))} (FORMAT parquet)")
    preview.refused_file = path
    preview.refused_cells = [
        RefusedCell(*row) for row in connection.execute(f"{ordered} LIMIT {SHOWN_CELLS}").fetchall()
    ]
    preview.reasons = {
        str(code): int(count)
        for code, count in connection.execute(
            "SELECT code, count(*) FROM refused GROUP BY code ORDER BY count(*) DESC, code"
        ).fetchall()
    }
