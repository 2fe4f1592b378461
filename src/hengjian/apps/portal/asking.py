"""Reading what is asked for in a public address: words, a day, a page; nonsense is answered, never an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from hengjian.kernel.errors import Refused
from hengjian.ui.days import parse_day

WORDS_MOST = 60
ROWS = 50


def words(request: HttpRequest, name: str = "q") -> str:
    """The words of a parameter without control characters, cut to a sensible length."""
    text = request.GET.get(name, "")
    return "".join(char for char in text if char.isprintable()).strip()[:WORDS_MOST]


def day(request: HttpRequest, today: date, name: str = "on") -> date:
    """The day asked for, today where none is; Refused with the sentence for what is no day or lies ahead."""
    text = words(request, name)
    found = parse_day(text) if text else today
    if found > today:
        raise Refused(f"{found} 还没有到，只能查今天（{today}）及以前的情况。", where={"field": name})
    return found


def year(request: HttpRequest, today: date) -> int | None:
    """The year asked for, None for all; Refused for what is no year."""
    text = words(request, "year")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 2000 <= int(text) <= today.year + 1):
        raise Refused(f"“{text}”不是年度，请写成 {today.year} 这样。", where={"field": "year"})
    return int(text)


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of rows: `number` of `pages`, `total` rows in all."""

    rows: Sequence[Any]
    number: int
    pages: int
    total: int
    size: int
    query: dict[str, str]

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)

    @property
    def before(self) -> str:
        """The query of the page before, or nothing."""
        return self._link(self.number - 1) if self.number > 1 else ""

    @property
    def after(self) -> str:
        """The query of the page after, or nothing."""
        return self._link(self.number + 1) if self.number < self.pages else ""

    def _link(self, number: int) -> str:
        return f"?{urlencode({**self.query, 'page': number})}"

    def plain(self) -> dict[str, int]:
        """As it stands in JSON."""
        return {"page": self.number, "pages": self.pages, "page_size": self.size, "total": self.total}

    def address(self) -> dict[str, str]:
        """The parameters of the permanent address."""
        return {**self.query, **({"page": str(self.number)} if self.number > 1 else {})}


def slice_of(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], *, query: dict[str, str] | None = None, size: int = ROWS
) -> Slice:
    """The page asked for by `page`; anything that is no such page is the nearest one. Two queries."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    pages = max(1, -(-total // size))
    text = words(request, "page")
    asked = int(text) if text.isascii() and text.isdigit() else 1
    number = min(max(asked, 1), pages)
    shown = list(rows[(number - 1) * size : number * size]) if total else []
    return Slice(shown, number, pages, total, size, query or {})
