"""The screening engine on one machine: DuckDB in memory, spilling to a scratch folder."""

from __future__ import annotations

import os
import re
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa

from hengjian.backends.connection import cursor_of, open_connection
from hengjian.backends.dataset import DatasetReader
from hengjian.backends.dialect import install_dialect
from hengjian.backends.engine import STREAMED
from hengjian.engines.screening.detector import BatchStep
from hengjian.engines.tables.contract import TABLES
from hengjian.kernel.errors import DomainError

BATCH_ROWS = 4096
COMPRESSED = "held"
"""Where the tables of the contract are: every detector reads them, and compressed they take a sixth of the room."""
UNPACKED = 8
"""How much more room the files' rows take while a table is made."""
SEARCH_PATH = f"memory.main,{COMPRESSED}.main"
SIDE_BY_SIDE = 4
"""So many times the room of the unpacked tables lets several detectors compute at once; also the most that do."""

WORDS = re.compile(r"'[^']*'|[()]|\bORDER\s+BY\b")


def ordered(sql: str) -> bool:
    """Whether the rows of the whole statement come in an order (not only those of a window or a part of it)."""
    depth = 0
    for word in WORDS.findall(sql):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0 and word.startswith("ORDER"):
            return True
    return False


def _side_by_side(
    reduce: Callable[[pa.RecordBatch], pa.Table], batches: Iterable[pa.RecordBatch], threads: int
) -> Iterator[pa.Table]:
    """What `reduce` makes of each batch, in their order, on as many threads as there are cores, few batches at once."""
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[pa.Table]] = deque()
        try:
            for batch in batches:
                under_way.append(pool.submit(reduce, batch))
                if len(under_way) > threads:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for one in under_way:
                one.cancel()


class DuckDBEngine:
    """An engine over the dataset in `folder`. Refused: no dataset, a required table is missing."""

    name = f"duckdb {duckdb.__version__}"
    schema, search_path = "main", SEARCH_PATH
    """Where it makes its tables, and where it looks for those it reads."""

    def __init__(self, folder: Path, *, memory_mb: int, threads: int | None = None) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="hengjian-screen-")
        self.connection = open_connection(temp_directory=Path(self._scratch.name), threads=threads, memory_mb=memory_mb)
        self._threads = threads or os.cpu_count() or 2
        self.hands = min(2, self._threads)
        self._siblings: list[DuckDBEngine] = []
        self._always_in_order = False
        self._keep_order(keep=False)
        install_dialect(self.connection)
        try:
            self.reader = DatasetReader(folder, self.connection)
        except DomainError:
            self._end()
            raise
        self._attach(memory_mb)

    def _attach(self, memory_mb: int) -> None:
        """Compressed in memory where the whole has room until then, else in a file that takes rows packed at once."""
        held = [file for name, parts in self.reader.tables.items() if name not in STREAMED for file in parts.files]
        unpacked, memory = UNPACKED * sum(file.stat().st_size for file in held), memory_mb * 2**20
        ample, self._roomy = unpacked < memory, SIDE_BY_SIDE * unpacked < memory
        place = "':memory:'" if ample else f"'{self._scratch.name}/tables.duckdb'"
        self.connection.execute(f"ATTACH {place} AS {COMPRESSED}{' (COMPRESS)' if ample else ''}")
        self.connection.execute(f"SET search_path = '{SEARCH_PATH}'")

    def siblings(self) -> list[DuckDBEngine]:
        if self._roomy and not self._siblings and self._threads > 1:
            self._keep_order(keep=True)  # one setting for all, so nobody may take it back
            self._always_in_order = True
            self._siblings = [_Sibling(self, number) for number in range(min(SIDE_BY_SIDE, self._threads))]
        return self._siblings

    def make(self, name: str, sql: str, *, view: bool = False) -> None:
        self._keep_order(keep=ordered(sql))
        where = f"{COMPRESSED}.main." if name in TABLES and not view else ""
        self.connection.execute(f'CREATE {"VIEW" if view else "TABLE"} {where}"{name}" AS {sql}')

    def put(self, name: str, table: pa.Table) -> None:
        self.connection.register("handed_over", table)
        self.connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM handed_over')
        self.connection.unregister("handed_over")

    def rename(self, old: str, new: str) -> None:
        self.connection.execute(f'ALTER TABLE "{old}" RENAME TO "{new}"')

    def arrow(self, sql: str) -> pa.Table:
        self._keep_order(keep=True)
        return self.connection.sql(sql).to_arrow_table()

    def _keep_order(self, *, keep: bool) -> None:
        """Rows keep their order only where it is asked for: large tables cost less memory without it."""
        if not self._always_in_order:
            self.connection.execute(f"SET preserve_insertion_order = {str(keep).lower()}")

    def reduce(self, step: BatchStep) -> None:
        self._keep_order(keep=ordered(step.sql))
        with self.connection.sql(step.sql).to_arrow_reader(BATCH_ROWS) as reader:
            parts = list(_side_by_side(step.reduce, reader, self._threads))
        self.put(step.name, pa.concat_tables(parts) if parts else step.schema.empty_table())

    def drop(self, names: Sequence[str]) -> None:
        for name in names:
            self.connection.execute(f'DROP TABLE IF EXISTS "{name}"')

    def close(self) -> None:
        for one in self._siblings:
            one.close()
        self.reader.close()
        self._end()

    def _end(self) -> None:
        self.connection.close()
        self._scratch.cleanup()


class _Sibling(DuckDBEngine):
    """Reads the tables of another engine and makes its own in a schema of its own."""

    def __init__(self, of: DuckDBEngine, number: int) -> None:
        self.reader, self._threads, self.hands = of.reader, of._threads, 1
        self._siblings, self._roomy, self._always_in_order = [], False, True
        self.connection = cursor_of(of.connection)
        install_dialect(self.connection)
        self.schema = f"lane_{number}"
        self.search_path = f"memory.{self.schema},{SEARCH_PATH}"
        self.connection.execute(f"CREATE SCHEMA memory.{self.schema}")
        self.connection.execute(f"SET search_path = '{self.search_path}'")

    def close(self) -> None:
        self.connection.close()
