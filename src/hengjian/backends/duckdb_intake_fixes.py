"""What the readers made of odd texts, brought back into SQL without losing the order of the sheet.

A hash join does not keep the order of its rows in DuckDB, and the staged file must be the same bytes every time. So a
handful of odd texts becomes a CASE; only where there are many does a join follow, and the output is sorted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from hengjian.backends.duckdb_intake_rules import literal, quote
from hengjian.engines.tables.contract import DUCKDB_TYPES, Column

INLINE_TEXTS = 64


@dataclass
class Fix:
    """The reading of one column's odd texts: parts (`value`, `unit` …) as SQL over the view `v`."""

    column: Column
    joined: str | None
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def join(self) -> str:
        """The join this fix needs, empty where it is written out."""
        return f"LEFT JOIN {self.joined} ON v.{quote(self.column.name)} = {self.joined}.text" if self.joined else ""


def make_fix(connection: duckdb.DuckDBPyConnection, column: Column, rows: pa.Table, *, name: str) -> Fix:
    """Bring `rows` (of `read_distinct`) into SQL; a text that reads as itself is left out."""
    kept = _changed(column, rows)
    parts = [part for part in rows.column_names if part not in ("text", "code", "sentence", "repair")]
    if kept.num_rows <= INLINE_TEXTS:
        texts = kept.column("text").to_pylist()
        return Fix(column, None, {part: _case(column, part, texts, kept.column(part)) for part in parts})
    connection.register("changed", kept)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS SELECT * FROM changed")
    connection.unregister("changed")
    return Fix(column, quote(name), {part: f"{quote(name)}.{quote(part)}" for part in parts})


def _changed(column: Column, rows: pa.Table) -> pa.Table:
    texts, values = rows.column("text").to_pylist(), rows.column("value").to_pylist()
    codes = rows.column("code").to_pylist()
    if DUCKDB_TYPES[column.type] == "VARCHAR" and "unit" not in rows.column_names:
        keep = [code is None and value != text for text, value, code in zip(texts, values, codes, strict=True)]
        blank = pa.array(["" if value is None else value for value in values], pa.string())
        rows = rows.set_column(rows.column_names.index("value"), "value", blank)
    else:
        keep = [code is None for code in codes]
    return rows.filter(pa.array(keep, pa.bool_()))


def _case(column: Column, part: str, texts: Sequence[str], values: pa.ChunkedArray) -> str:
    kind = _sql_type(values.type)
    branches = [
        f"WHEN {literal(text)} THEN {_constant(value, kind)}"
        for text, value in zip(texts, values.to_pylist(), strict=True)
        if value is not None
    ]
    return f"CASE v.{quote(column.name)} {' '.join(branches)} END" if branches else f"CAST(NULL AS {kind})"


def _constant(value: Any, kind: str) -> str:
    return f"CAST({literal(str(value))} AS {kind})" if kind != "VARCHAR" else literal(value)


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return "DOUBLE[]"
    return {"string": "VARCHAR", "int64": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "date32[day]": "DATE"}.get(
        str(kind), "TIMESTAMP"
    )
