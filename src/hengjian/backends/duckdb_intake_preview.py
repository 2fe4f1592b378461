"""What a dry run of intake tells: sheets, columns, counts, refused cells, and where the staged files lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hengjian.engines.tables.mapping import Mapping

SHOWN_CELLS = 2000


@dataclass(frozen=True)
class RefusedCell:
    """One cell that cannot be read: `row` is the number the user sees, `column` the header, `target` `table.column`."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    code: str
    sentence: str
    repair: str
    target: str


@dataclass(frozen=True)
class MovedRow:
    """A quarantined row: its contents belong `by` columns to the right (+1) or left (-1), from column `first` on."""

    file: str
    sheet: str
    row: int
    by: int
    first: str


@dataclass
class ColumnPreview:
    """One column of the sheet: letter, header, sample as it came (identity numbers masked), proposed target and why."""

    letter: str
    header: str
    sample: tuple[str, ...]
    target: str
    confidence: float
    why: str


@dataclass
class SheetPreview:
    """One sheet: `rows` = `accepted` + `quarantined` + `refused`; `state` is `taken` or `skipped` with `reason`.

    `skipped_rows` are blank, total and note rows (kept out of `rows`); `header_rows` and `hidden_rows` count from 1.
    """

    file: str
    sheet: str
    state: str = "taken"
    reason: str = ""
    table: str | None = None
    tables: tuple[str, ...] = ()
    header_rows: tuple[int, ...] = ()
    columns: list[ColumnPreview] = field(default_factory=list)
    mapping: Mapping | None = None
    ready: str = ""
    """Name of the ready-made mapping that took the sheet."""
    unknown_columns: tuple[str, ...] = ()
    head: list[list[str]] = field(default_factory=list)
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    refused: int = 0
    skipped_rows: int = 0
    encoding: str = ""
    epoch: int | None = None
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: int = 0
    merged: int = 0
    formulas: int = 0
    formulas_without_result: tuple[str, ...] = ()
    macros: bool = False
    links: bool = False


@dataclass
class TablePreview:
    """One table of the submission: `staged` holds its accepted `rows`; `repeated` rows were the same row again."""

    table: str
    rows: int
    repeated: int
    staged: Path
    sha256: str
    columns: tuple[str, ...]


@dataclass
class Preview:
    """The whole dry run; counts are rows of sheets. `refused_file` has every refused cell, `refused_rows` the rows."""

    sheets: list[SheetPreview] = field(default_factory=list)
    tables: dict[str, TablePreview] = field(default_factory=dict)
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    refused: int = 0
    refused_cells: list[RefusedCell] = field(default_factory=list)
    refused_cell_count: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    moved_rows: list[MovedRow] = field(default_factory=list)
    refused_file: Path | None = None
    refused_rows: list[Path] = field(default_factory=list)
    seconds: float = 0.0
