"""Parquet files by the data contract, with fixed settings so that the same rows give the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hengjian.engines.tables.contract import ARROW_NAMES, TABLES

LABEL_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("institution_id", "report_id", "kind", "stealth", "source_id")]
)
_TYPES = {
    "string": pa.string(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date32": pa.date32(),
    "timestamp[us]": pa.timestamp("us"),
    "list<double>": pa.list_(pa.float64()),
}
ROWS_OF_GROUP = 1 << 17


def schema_of(table: str) -> pa.Schema:
    """Every column of the contract's table, in its order and type."""
    if table == "labels":
        return LABEL_SCHEMA
    return pa.schema([(column.name, _TYPES[ARROW_NAMES[column.type]]) for column in TABLES[table].columns.values()])


def _filled(schema: pa.Schema, columns: dict[str, Any], count: int) -> pa.Table:
    """Columns in the schema's order; what is not given is null. Dictionary arrays stay as they are."""
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise KeyError(f"not in the contract: {sorted(unknown)}")
    arrays, fields = [], []
    for field in schema:
        given = columns.get(field.name)
        if given is None:
            given = pa.nulls(count, field.type)
        elif not isinstance(given, pa.Array | pa.ChunkedArray):
            given = pa.array(given, type=field.type)
        elif not pa.types.is_dictionary(given.type) and given.type != field.type:
            given = given.cast(field.type)
        arrays.append(given)
        fields.append(pa.field(field.name, given.type))
    return pa.table(arrays, schema=pa.schema(fields))


class Dataset:
    """The files of one dataset, open for appending; used as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Dataset:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def append(self, table: str, columns: dict[str, Any], count: int) -> None:
        """Add rows to a table; arrays of all columns have `count` rows."""
        data = _filled(schema_of(table), columns, count)
        writer = self._writers.get(table)
        if writer is None:
            writer = pq.ParquetWriter(
                self.folder / f"{table}.parquet",
                data.schema,
                compression="zstd",
                compression_level=2,
                store_schema=False,
                version="2.6",
                data_page_size=1 << 20,
                write_statistics=True,
            )
            self._writers[table] = writer
        writer.write_table(data, row_group_size=ROWS_OF_GROUP)
        self.rows[table] = self.rows.get(table, 0) + count

    def append_rows(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Add rows given as dicts."""
        names = schema_of(table).names
        columns = {name: [row.get(name) for row in rows] for name in names}
        self.append(table, columns, len(rows))
