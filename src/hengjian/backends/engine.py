"""What the runner asks of an engine: named tables made from portable SQL, and Arrow tables out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from hengjian.engines.screening.detector import BatchStep, Step

STREAMED = ("raw_series",)
"""Tables kept as views: their rows are too long to copy."""


@dataclass(frozen=True, kw_only=True)
class TableSummary:
    """What was read: `columns` present, `unknown` headers kept out, `bad_cells` {column: cells of another type}."""

    table: str
    files: tuple[str, ...]
    rows: int
    sha256: str
    columns: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    bad_cells: dict[str, int] = field(default_factory=dict)


class Reader(Protocol):
    """A dataset by the data contract, as SQL of the engine's portable subset."""

    @property
    def tables(self) -> Mapping[str, object]:
        """The tables that were handed over, by name."""

    def summary(self, table: str) -> TableSummary:
        """Files, rows, hash and headers of one table; Refused where a required column is missing."""

    def select(self, table: str, columns: Sequence[str], *, only: str | None = None) -> str:
        """A SELECT of contract columns, typed; `only` names a table of `report_id` that bounds the rows."""

    def bad_cells(self, table: str, columns: Sequence[str]) -> dict[str, int]:
        """Filled cells that are not of their column's type, by column."""


class Engine(Protocol):
    """Runs portable SQL. One engine serves one run; the caller closes it.

    `name` goes into the run record.
    """

    name: str
    reader: Reader
    hands: int
    """How many threads are worth having beside one another."""

    def siblings(self) -> Sequence[Engine]:
        """Engines over the same tables, each with its own place for what it makes, where there is room to use all at
        once; none where one must wait for the other."""

    def make(self, name: str, sql: str, *, view: bool = False) -> None:
        """Name the rows of a query; a `view` is read anew by every reader, for rows too long to copy."""

    def put(self, name: str, table: pa.Table) -> None:
        """Name an Arrow table."""

    def rename(self, old: str, new: str) -> None:
        """Call a made table otherwise."""

    def arrow(self, sql: str) -> pa.Table:
        """The rows of a query, here."""

    def reduce(self, step: BatchStep) -> None:
        """Pass the query's rows through the step's function in batches; only what it yields is kept."""

    def drop(self, names: Sequence[str]) -> None:
        """Forget tables."""

    def close(self) -> None:
        """Give back memory, files and processes."""


def carry_out(engine: Engine, step: Step | BatchStep) -> None:
    """Make the table of one step."""
    if isinstance(step, BatchStep):
        engine.reduce(step)
    else:
        engine.make(step.name, step.sql)
