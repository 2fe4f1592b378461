"""What a list is made of: columns, filters, remembered views."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hengjian.ui import wording

SHOWN: dict[str, Callable[[Any], str]] = {
    "num": wording.num,
    "date": wording.iso_date,
    "datetime": wording.iso_datetime,
    "fen": wording.fen,
    "share": wording.share,
}
NUMERIC = {"num", "fen", "share"}


def reach(row: Any, path: str) -> Any:
    """`site.organ.name` or `site__organ__name` through attributes and keys; None where something is missing."""
    for part in path.replace("__", ".").split("."):
        row = row.get(part) if isinstance(row, Mapping) else getattr(row, part, None)
        if row is None:
            return None
    return row() if callable(row) else row


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `value` goes to Excel and, written by `kind`, to the page; `cell` may draw the page's cell instead.

    kind: text, id (code, never a number), num, date, datetime, fen, share. `value` is a path or a function of the row.
    `sort` names the field(s) to order by; `only_wide` leaves the column out on phones, `only_export` on the page.
    """

    key: str
    label: str
    value: str | Callable[[Any], Any] = ""
    kind: str = "text"
    sort: str | tuple[str, ...] = ()
    cell: Callable[[Any], str] | None = None
    note: Callable[[Any], str] | None = None
    only_wide: bool = False
    only_export: bool = False

    def of(self, row: Any) -> Any:
        return self.value(row) if callable(self.value) else reach(row, self.value or self.key)

    def shown(self, row: Any) -> str:
        if self.cell:
            return self.cell(row)
        value = self.of(row)
        if value is None or value == "":
            return wording.NONE
        return SHOWN[self.kind](value) if self.kind in SHOWN else str(value)

    @property
    def orders(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) else self.sort

    @property
    def classes(self) -> str:
        kinds = [("n", self.kind in NUMERIC), ("mono", self.kind == "id"), ("nw", self.kind == "date")]
        kinds.append(("hide", self.only_wide))
        return " ".join(name for name, there in kinds if there)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. kind: text, choice, flag (yes/no), range (`key_from`, `key_to`; both ends in).

    `lookup` is a field path (`icontains` for text is added) or a function (rows, value) → rows; for a range the value
    is the pair (low, high). `values` of a range: number, day, or moment (a day of a date-time field).
    """

    key: str
    label: str
    kind: str = "text"
    lookup: str | Callable[[Any, Any], Any] = ""
    choices: Sequence[tuple[str, str]] = ()
    values: str = "number"
    placeholder: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_to") if self.kind == "range" else (self.key,)


@dataclass(frozen=True, slots=True)
class View:
    """A remembered view: a name for a set of filters (and sort) in the URL."""

    label: str
    query: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
