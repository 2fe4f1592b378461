"""Staged rows against the rows in force: which are new, which changed, which the same; what an acceptance writes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from hengjian.backends.connection import open_connection
from hengjian.engines.tables.column import Table

PROVENANCE = ("source_file", "source_sheet", "source_row")
EXAMPLES = 50
LAYOUT = ("institution_id", "report_id")
"""Rows of one institution lie together: detectors read them together."""


@dataclass(frozen=True)
class Standing:
    """One file in force and the key files whose rows in it are superseded."""

    path: Path
    superseded_by: tuple[Path, ...]


@dataclass(frozen=True)
class Change:
    """One value that an acceptance would supersede."""

    key: str
    column: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Comparison:
    """Counts by row; `write` holds new and changed rows (None: nothing to write), `replaces` the changed keys."""

    new: int
    changed: int
    same: int
    write: Path | None
    replaces: Path | None
    examples: tuple[Change, ...]


def compare_with_lake(*, staged: Path, standing: Sequence[Standing], table: Table, folder: Path) -> Comparison:
    """Compare by the table's key, column by column of the staged file.

    A column that the new ledger does not have keeps its former value. Rows staged twice count once. Where a row came
    from (`PROVENANCE`) is written, not compared.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with closing(open_connection(temp_directory=folder / "spill")) as connection:
        run = _Run(connection, staged, standing, table)
        return run.result(folder)


class _Run:
    def __init__(
        self, connection: duckdb.DuckDBPyConnection, staged: Path, standing: Sequence[Standing], table: Table
    ) -> None:
        self.connection, self.table = connection, table
        self.key = list(table.key)
        self.columns = list(pq.read_schema(staged).names)
        self.compared = [name for name in self.columns if name not in (*PROVENANCE, *self.key)]
        self.former = _columns_of(standing)
        keys = ", ".join(map(_quoted, self.key))
        connection.execute(
            f"CREATE TEMP TABLE s AS SELECT DISTINCT ON ({keys}) * FROM read_parquet({_files([staged])})"
        )
        connection.execute(f"CREATE TEMP TABLE c AS SELECT DISTINCT ON ({keys}) * FROM ({self._current(standing)})")
        self._mark()

    def _current(self, standing: Sequence[Standing]) -> str:
        keys = ", ".join(map(_quoted, self.key))
        parts = []
        for one in standing:
            part = f"SELECT f.* FROM read_parquet({_files([one.path])}) f SEMI JOIN s USING ({keys})"
            for later in one.superseded_by:
                part += f" ANTI JOIN read_parquet({_files([later])}) USING ({keys})"
            parts.append(part)
        return " UNION ALL BY NAME ".join(parts) if parts else "SELECT * FROM s WHERE false"

    def _mark(self) -> None:
        """`m`: staged rows with what became of them; absent columns take the former value."""
        kept = [name for name in self.former if name not in self.columns]
        differs = [
            f"s.{_quoted(name)} IS DISTINCT FROM c.{_quoted(name)}"
            if name in self.former
            else f"s.{_quoted(name)} IS NOT NULL"
            for name in self.compared
        ]
        changed = " OR ".join(differs) or "false"
        state = f"CASE WHEN c.{_quoted(self.key[0])} IS NULL THEN 'new' WHEN {changed} THEN 'changed' ELSE 'same' END"
        carried = "".join(f", c.{_quoted(name)}" for name in kept)
        joined = " AND ".join(f"s.{_quoted(name)} = c.{_quoted(name)}" for name in self.key)
        self.connection.execute(
            f"CREATE TEMP TABLE m AS SELECT s.*{carried}, {state} AS state FROM s LEFT JOIN c ON {joined}"
        )

    def result(self, folder: Path) -> Comparison:
        counted = dict(self.connection.execute("SELECT state, count(*) FROM m GROUP BY state").fetchall())
        new, changed, same = (int(counted.get(name, 0)) for name in ("new", "changed", "same"))
        name = self.table.name
        write = replaces = None
        if new or changed:
            write = folder / f"{name}.write.parquet"
            order = [column for column in LAYOUT if column in self.columns]
            order += [column for column in self.key if column not in order]
            ordered = ", ".join(map(_quoted, order))
            self._copy(f"SELECT * EXCLUDE (state) FROM m WHERE state <> 'same' ORDER BY {ordered}", write)
        if changed:
            replaces = folder / f"{name}.replaces.parquet"
            keys = ", ".join(map(_quoted, self.key))
            self._copy(f"SELECT {keys} FROM m WHERE state = 'changed' ORDER BY {keys}", replaces)
        return Comparison(new, changed, same, write, replaces, self._examples() if changed else ())

    def _copy(self, query: str, path: Path) -> None:
        target = _literal(str(path))
        self.connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)")

    def _examples(self) -> tuple[Change, ...]:
        shared = [name for name in self.compared if name in self.former]
        added = [name for name in self.compared if name not in self.former]
        keys = ", ".join(f"m.{_quoted(name)}" for name in self.key)
        cells = [f"{{'new': m.{_quoted(n)}, 'old': c.{_quoted(n)}}} AS {_quoted(n)}" for n in shared]
        cells += [f"{{'new': m.{_quoted(n)}, 'old': NULL}} AS {_quoted(n)}" for n in added]
        joined = " AND ".join(f"m.{_quoted(name)} = c.{_quoted(name)}" for name in self.key)
        rows = self.connection.execute(
            f"SELECT {keys}, {', '.join(cells)} FROM m JOIN c ON {joined} "
            f"WHERE m.state = 'changed' ORDER BY {keys} LIMIT {EXAMPLES}"
        ).fetchall()
        found = []
        for row in rows:
            key = " · ".join(str(part) for part in row[: len(self.key)])
            for name, pair in zip([*shared, *added], row[len(self.key) :], strict=True):
                if pair["new"] != pair["old"]:
                    found.append(Change(key, name, pair["old"], pair["new"]))
        return tuple(found)


def _columns_of(standing: Sequence[Standing]) -> list[str]:
    found: dict[str, None] = {}
    for one in standing:
        found.update(dict.fromkeys(pq.read_schema(one.path).names))
    return list(found)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _files(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(_literal(str(path)) for path in paths) + "]"
