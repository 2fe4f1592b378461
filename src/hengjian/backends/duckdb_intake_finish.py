"""One file a table: parts of several sheets joined, repeated rows dropped, contradicting rows refused."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb

from hengjian.backends.duckdb_intake_preview import SHOWN_CELLS, Preview, RefusedCell, TablePreview
from hengjian.backends.duckdb_intake_rules import literal, quote
from hengjian.engines.tables.contract import TABLES, Table

PROVENANCE = ("source_file", "source_sheet", "source_row")
CHUNK = 1 << 20


def finish_tables(
    connection: duckdb.DuckDBPyConnection,
    parts: Mapping[str, Sequence[Path]],
    alone: Collection[str],
    *,
    workdir: Path,
) -> dict[str, TablePreview]:
    """Stage `<table>.parquet` for every table from its parts; parts are removed.

    `alone` names tables of a single part in which every key is known to stand once.
    A row of a sheet that is refused for one table is refused for every table it feeds.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE elsewhere (source_file VARCHAR, source_sheet VARCHAR, source_row BIGINT)"
    )
    unique = {
        name: name in alone or _refuse_contradicting(connection, TABLES[name], paths)
        for name, paths in sorted(parts.items())
    }
    finished = {}
    for name, paths in sorted(parts.items()):
        staged = workdir / f"{name}.parquet"
        repeated = _join_parts(connection, TABLES[name], paths, staged, unique=unique[name])
        for path in paths:
            path.unlink(missing_ok=True)
        finished[name] = TablePreview(
            table=name,
            rows=_number(connection, f"SELECT count(*) FROM {_read([staged])}"),
            repeated=repeated,
            staged=staged,
            sha256=file_sha256(staged),
            columns=tuple(column for column in _columns(connection, [staged]) if column not in PROVENANCE),
        )
    return finished


def _columns(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {_read(paths)}").fetchall()]


def _refuse_contradicting(connection: duckdb.DuckDBPyConnection, table: Table, paths: Sequence[Path]) -> bool:
    """Refuse rows of one key that differ between sheets, all of them; answers whether every key stands once."""
    relation, columns = _read(paths), _columns(connection, paths)
    keys = [quote(name) for name in table.key if name in columns]
    if not keys:
        return True
    own_key = ", ".join(keys)
    rows, distinct = _pair(connection, f"SELECT count(*), count(DISTINCT hash({own_key})) FROM {relation}")
    if rows == distinct:
        return True
    facts = ", ".join(quote(name) for name in columns if name not in PROVENANCE)
    same = " AND ".join(f"j.{name} IS NOT DISTINCT FROM x.{name}" for name in keys)
    said = "、".join(table.columns[name].header for name in table.key if name in table.columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE contradicting AS SELECT {', '.join(PROVENANCE)}, concat_ws(' ', {own_key}) AS "
        f"shown FROM {relation} j WHERE EXISTS (SELECT 1 FROM (SELECT {own_key} FROM "
        f"(SELECT DISTINCT {facts} FROM {relation}) GROUP BY {own_key} HAVING count(*) > 1) x WHERE {same})"
    )
    connection.execute(
        f"INSERT INTO refused SELECT source_file, source_sheet, source_row, {literal(said)}, shown, "
        f"'key.elsewhere', '同一{said}在别的表里还有一行，内容互相矛盾', '只留正确的一行', "
        f"{literal(table.name)} FROM contradicting"
    )
    connection.execute(f"INSERT INTO elsewhere SELECT DISTINCT {', '.join(PROVENANCE)} FROM contradicting")
    return False


def _join_parts(
    connection: duckdb.DuckDBPyConnection, table: Table, paths: Sequence[Path], staged: Path, *, unique: bool
) -> int:
    """Write the staged file without refused and repeated rows; answers how many rows were the same row again."""
    relation = _read(paths)
    refused = _number(connection, "SELECT count(*) FROM elsewhere")
    if unique and not refused:
        if len(paths) == 1:
            paths[0].rename(staged)
        else:
            _copy(connection, f"SELECT * FROM {relation}", staged)
        return 0
    own_key = ", ".join(quote(name) for name in table.key if name in _columns(connection, paths))
    once = f"QUALIFY row_number() OVER (PARTITION BY {own_key} ORDER BY place) = 1" if own_key else ""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE joined AS SELECT * FROM "
        f"(SELECT *, row_number() OVER () AS place FROM {relation}) ANTI JOIN elsewhere USING ({', '.join(PROVENANCE)})"
    )
    _copy(connection, f"SELECT * EXCLUDE (place) FROM (SELECT * FROM joined {once}) ORDER BY place", staged)
    repeated = _number(connection, "SELECT count(*) FROM joined") - _number(
        connection, f"SELECT count(*) FROM {_read([staged])}"
    )
    connection.execute("DROP TABLE joined")
    return repeated


def contradicting_rows(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """(file, sheet) → rows refused because another sheet says something else under the same key."""
    rows = connection.execute(
        "SELECT source_file, source_sheet, count(*) FROM (SELECT DISTINCT * FROM elsewhere) GROUP BY ALL"
    ).fetchall()
    return {(str(file), str(sheet)): int(count) for file, sheet, count in rows}


def mark_contradicting(connection: duckdb.DuckDBPyConnection, *, file: str, sheet: str, first_row: int) -> int:
    """Make `bad` and `moved` say which rows of a sheet loaded again are refused for that reason; how many cells."""
    connection.execute("DELETE FROM moved")
    connection.execute("CREATE OR REPLACE TEMP TABLE bad (rid BIGINT, sentence VARCHAR)")
    connection.execute(
        f'INSERT INTO bad SELECT "row" - {first_row}, sentence FROM refused '
        "WHERE code = 'key.elsewhere' AND file = ? AND sheet = ?",
        [file, sheet],
    )
    return _number(connection, "SELECT count(*) FROM bad")


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
