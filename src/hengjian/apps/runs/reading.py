"""Bounded reads of a run's dataset by one column, without DuckDB: fit for a part of a page that is asked for apart."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from hengjian.apps.runs.models import ScreeningRun
from hengjian.backends.parquet import open_parquet

MOST_SCANNED = 20_000_000
"""Tables with more rows are not looked through for a picture."""


def rows_where(run: ScreeningRun, table: str, *, column: str, value: str, columns: Sequence[str]) -> pa.Table | None:
    """Rows whose `column` is `value`, with those of `columns` that the table has.

    None where the run's dataset has no such table or column (any more), or the table is too large to look through.
    """
    place = run.folder / "dataset" / table
    source = place if place.is_dir() else place.with_suffix(".parquet")
    if not source.exists():
        return None
    rows = open_parquet(source)
    if column not in rows.schema.names or rows.count_rows() > MOST_SCANNED:
        return None
    names = [name for name in dict.fromkeys((column, *columns)) if name in rows.schema.names]
    return rows.to_table(columns=names, filter=pc.field(column) == value)
