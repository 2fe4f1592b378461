"""Sheets of every kind as one all-text DuckDB table `src`: columns `c0` …, `rowid` in the order of the sheet.

`src.state` is 0 for rows to take, 1 for rows refused or quarantined, 2 for rows that are no data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineSheet

from hengjian.backends.duckdb_intake_rules import clean, literal, quote
from hengjian.engines.tables.dates import Epoch
from hengjian.engines.tables.reading import workbook as workbooks
from hengjian.engines.tables.reading.delimited import Delimited, open_delimited, records
from hengjian.engines.tables.reading.sources import Limits, SourceFile
from hengjian.engines.tables.reading.xlsx_facts import BookFacts, SheetFacts, book_facts, sheet_facts
from hengjian.engines.tables.writing import PLACEHOLDERS
from hengjian.kernel.errors import Refused

HEAD_ROWS = 300
Loader = Callable[[duckdb.DuckDBPyConnection, int], None]


@dataclass
class Sheet:
    """One sheet ready to be loaded: `head` its first rows as text, `load(connection, skip)` makes the table `src`.

    `first_number` is the number the user sees on the first row of `head`; `facts` are what only the file tells.
    """

    file: str
    name: str
    head: list[list[str]]
    width: int
    load: Loader
    epoch: Epoch | None = None
    encoding: str = ""
    first_number: int = 1
    facts: SheetFacts = field(default_factory=SheetFacts)
    macros: bool = False
    links: bool = False
    merged: int = 0


def sheets_of(source: SourceFile, *, workdir: Path, limits: Limits) -> Iterator[Sheet]:
    """The sheets of one file, one at a time: a workbook's next sheet is read when the last is done with."""
    if source.kind == "csv":
        yield _delimited(source, workdir=workdir, limits=limits)
    elif source.kind == "parquet":
        yield _parquet(source, limits=limits)
    else:
        yield from _workbook(source, limits=limits)


def _check_size(name: str, sheet: str, *, rows: int, width: int, limits: Limits) -> None:
    where = {"file": name, "sheet": sheet}
    if width > limits.columns:
        raise Refused(f"{name}：有 {width} 列，超过上限 {limits.columns} 列", where=where)
    if rows > limits.rows:
        raise Refused(f"{name}：有 {rows} 行，超过上限 {limits.rows} 行", where=where)


def _create(
    connection: duckdb.DuckDBPyConnection, width: int, relation: str, *, without_placeholders: bool = False
) -> None:
    """Make `src` of clean texts from a relation with columns `c0` …"""
    tidy = "trim({0})".format if without_placeholders else clean
    cells = ", ".join(f"{tidy(f'c{place}')} AS c{place}" for place in range(width))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE src AS SELECT 0::TINYINT AS state, {cells} FROM {relation}")


def _delimited(source: SourceFile, *, workdir: Path, limits: Limits) -> Sheet:
    text = open_delimited(source.path, name=source.name, workdir=workdir)
    head = list(islice(records(text, name=source.name), HEAD_ROWS))
    width = max((len(row) for row in head), default=0)
    _check_size(source.name, "", rows=0, width=width, limits=limits)

    def load(connection: duckdb.DuckDBPyConnection, skip: int) -> None:
        if not (text.plain and _load_fast(connection, text, skip=skip, width=width)):
            rows = islice(records(text, name=source.name), skip, None)
            _load_batches(connection, _record_batches(rows, width, source=source.name), width)
        _check_size(source.name, "", rows=_count(connection), width=width, limits=limits)

    return Sheet(source.name, "", head, width, load, encoding=text.encoding)


def _load_fast(connection: duckdb.DuckDBPyConnection, text: Delimited, *, skip: int, width: int) -> bool:
    """DuckDB's own reader; False where it stumbles (ragged rows), so that the forgiving reader takes over."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    nulls = ", ".join(literal(word) for word in PLACEHOLDERS)
    relation = (
        f"read_csv({literal(str(text.path))}, header=false, skip={skip}, delim={literal(text.delimiter)}, "
        f"quote='\"', escape='\"', auto_detect=false, nullstr=[{nulls}], columns={{{columns}}})"
    )
    try:
        _create(connection, width, relation, without_placeholders=True)
    except duckdb.Error:
        return False
    return True


def _record_batches(rows: Iterable[list[str]], width: int, *, source: str) -> Iterator[pa.RecordBatch]:
    taken = iter(rows)
    names = [f"c{place}" for place in range(width)]
    while chunk := list(islice(taken, workbooks.BATCH_ROWS)):
        for row in chunk:
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                raise Refused(f"{source}：有一行多出 {len(row) - width} 格，超出表头", where={"file": source})
        even = [(row + [""] * (width - len(row)))[:width] for row in chunk]
        yield pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in zip(*even, strict=True)], names)


def _load_batches(connection: duckdb.DuckDBPyConnection, batches: Iterable[pa.RecordBatch], width: int) -> None:
    columns = ", ".join(f"c{place} VARCHAR" for place in range(width))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE src (state TINYINT, {columns})")
    cells = ", ".join(f"trim(c{place}) AS c{place}" for place in range(width))
    nothing = pa.array(PLACEHOLDERS, pa.string())
    for batch in batches:
        kept = [pc.if_else(pc.is_in(column, value_set=nothing), None, column) for column in batch.columns]
        connection.register("batch", pa.table(kept, names=batch.schema.names))
        connection.execute(f"INSERT INTO src SELECT 0, {cells} FROM batch")
        connection.unregister("batch")


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) FROM src").fetchone()
    return int(row[0]) if row else 0


def _parquet(source: SourceFile, *, limits: Limits) -> Sheet:
    try:
        file = pq.ParquetFile(source.path)
    except (pa.ArrowException, OSError) as error:
        raise Refused(f"{source.name}：Parquet 文件已损坏", where={"file": source.name}) from error
    names = list(file.schema_arrow.names)
    _check_size(source.name, "", rows=file.metadata.num_rows, width=len(names), limits=limits)
    head = [names]
    for batch in file.iter_batches(batch_size=HEAD_ROWS):
        head += [["" if cell is None else str(cell) for cell in row.values()] for row in batch.to_pylist()]
        break

    def load(connection: duckdb.DuckDBPyConnection, skip: int) -> None:
        cells = ", ".join(
            f"CAST({_plain_time(quote(name), file.schema_arrow.field(name).type)} AS VARCHAR) AS c{place}"
            for place, name in enumerate(names)
        )
        _create(
            connection,
            len(names),
            f"(SELECT {cells} FROM read_parquet({literal(str(source.path))}) OFFSET {max(skip - 1, 0)})",
        )

    return Sheet(source.name, "", head, len(names), load, epoch=1900, first_number=0)


def _plain_time(cell: str, kind: pa.DataType) -> str:
    return f"CAST({cell} AS TIMESTAMP)" if pa.types.is_timestamp(kind) and kind.tz else cell


def _workbook(source: SourceFile, *, limits: Limits) -> Iterator[Sheet]:
    book = workbooks.open_workbook(source.path, name=source.name)
    facts = book_facts(source.path) if source.kind == "xlsx" else BookFacts()
    for name in workbooks.sheet_names(book):
        sheet = workbooks.read_sheet(book, name, name=source.name)
        # total_width counts the last column from 0: one short
        width = sheet.end[1] + 1 if sheet.end else 0
        _check_size(source.name, name, rows=sheet.total_height, width=width, limits=limits)
        part = facts.parts.get(name)
        yield Sheet(
            source.name,
            name,
            workbooks.head_rows(sheet, HEAD_ROWS),
            width,
            _sheet_loader(sheet, width),
            epoch=facts.epoch,
            facts=sheet_facts(source.path, part) if part else SheetFacts(),
            macros=facts.macros,
            links=facts.links,
            merged=len(sheet.merged_cell_ranges or ()),
        )
        del sheet


def _sheet_loader(sheet: CalamineSheet, width: int) -> Loader:
    def load(connection: duckdb.DuckDBPyConnection, skip: int) -> None:
        _load_batches(connection, workbooks.batches(sheet, skip=skip, width=width), width)

    return load
