"""A list as one URL asks for it: rows, links, chips, sentences, Excel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import F, QuerySet
from django.http import HttpResponse, QueryDict

from hengjian.kernel.errors import Refused
from hengjian.ui import wording
from hengjian.ui.lists.narrowing import TEXT_MAX, narrow, range_end
from hengjian.ui.lists.spec import NUMERIC, Column, Filter, View, reach
from hengjian.ui.spreadsheet import CONTENT_TYPE, write_workbook

SIZES = (20, 50, 200)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """What a list can show, filter, sort and export. `default_sort` is a column's key, `-key` for descending."""

    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    views: Sequence[View] = ()
    default_sort: str = ""
    url: Callable[[Any], str | None] | None = None
    key: str | Callable[[Any], Any] = "pk"
    row_kind: Callable[[Any], str] | None = None
    sizes: Sequence[int] = SIZES
    may_export: bool = True

    def open(
        self,
        query: QueryDict,
        *,
        path: str,
        rows: Any,
        choices: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        view_counts: Mapping[str, int] | None = None,
    ) -> Listing:
        """Read the URL's query and get the list ready; `choices` fills choice filters known only at run time."""
        return Listing(self, query, path, rows, dict(choices or {}), dict(view_counts or {}))


class Listing:
    """One list as asked for by one URL: rows of the page, links, chips, sentences about what was not understood."""

    def __init__(
        self,
        spec: ListSpec,
        query: QueryDict,
        path: str,
        rows: Any,
        choices: dict[str, Sequence[tuple[str, str]]],
        view_counts: dict[str, int],
    ) -> None:
        self.spec, self.path, self.errors = spec, path, []
        self._asked = {name: query.get(name, "").replace("\x00", "").strip() for name in query}
        self._choices, self._view_counts = choices, view_counts
        self.values = self._read_filters()
        self.sort, self.descending = self._read_sort()
        self.size = self._read_size()
        self.rows = self._ordered(self._filtered(rows))
        if not self.wants_export:
            self.page  # noqa: B018 – a page that does not exist is said on top, before the rows

    # -- reading the URL --------------------------------------------------------------------------------------------
    def choices_of(self, item: Filter) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in self._choices.get(item.key, item.choices)]

    def _read_filters(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for item in self.spec.filters:
            try:
                value = self._read_filter(item)
            except Refused as error:
                self.errors.append(f"“{item.label}”：{error.sentence}。没有按它筛选")
                continue
            if value is not None:
                found[item.key] = value
        return found

    def _read_filter(self, item: Filter) -> Any:
        given = [self._asked.get(name, "") for name in item.names]
        if not any(given):
            return None
        if item.kind == "range":
            pair = tuple(range_end(text, item.values) if text else None for text in given)
            if None not in pair and pair[0] > pair[1]:
                raise Refused(f"“{given[0]}”在“{given[1]}”之后")
            return pair
        text = given[0]
        if item.kind == "flag":
            if text not in {"0", "1"}:
                raise Refused(f"没有“{text[:TEXT_MAX]}”这一项")
            return text == "1"
        if item.kind == "choice" and text not in dict(self.choices_of(item)):
            raise Refused(f"没有“{text[:TEXT_MAX]}”这一项")
        if len(text) > TEXT_MAX:
            raise Refused(f"最多 {TEXT_MAX} 个字")
        return text

    def _read_sort(self) -> tuple[str, bool]:
        asked = self._asked.get("sort", "")
        known = {column.key for column in self.spec.columns if column.sort}
        if asked.lstrip("-") in known:
            return asked.lstrip("-"), asked.startswith("-")
        if asked:
            self.errors.append("不能按网址里写的那一栏排序，已用默认的顺序")
        return self.spec.default_sort.lstrip("-"), self.spec.default_sort.startswith("-")

    def _read_size(self) -> int:
        asked = self._asked.get("size", "")
        if asked and asked not in {str(size) for size in self.spec.sizes}:
            self.errors.append(f"每页行数只有 {'、'.join(map(str, self.spec.sizes))} 可选")
            asked = ""
        return int(asked or self.spec.sizes[0])

    # -- rows -------------------------------------------------------------------------------------------------------
    def _filtered(self, rows: Any) -> Any:
        for item in self.spec.filters:
            if item.key in self.values:
                value = self.values[item.key]
                rows = item.lookup(rows, value) if callable(item.lookup) else narrow(rows, item, value)
        return rows

    def _ordered(self, rows: Any) -> Any:
        column = next((c for c in self.spec.columns if c.key == self.sort and c.sort), None)
        if column is None:
            return rows
        if isinstance(rows, QuerySet):
            ends = {"nulls_last": True}
            return rows.order_by(
                *(F(o).desc(**ends) if self.descending else F(o).asc(**ends) for o in column.orders), "pk"
            )
        if hasattr(rows, "ordered"):
            return rows.ordered(column.orders, descending=self.descending)
        keys = [tuple(reach(row, order) for order in column.orders) for row in rows]
        full = sorted(
            (i for i, key in enumerate(keys) if None not in key), key=keys.__getitem__, reverse=self.descending
        )
        return [rows[i] for i in (*full, *(i for i, key in enumerate(keys) if None in key))]

    @cached_property
    def total(self) -> int:
        return self.rows.count() if isinstance(self.rows, QuerySet) else len(self.rows)

    @cached_property
    def page_count(self) -> int:
        return max(1, -(-self.total // self.size))

    @cached_property
    def page(self) -> int:
        asked = self._asked.get("page", "1") or "1"
        wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        if not 1 <= wanted <= self.page_count:
            self.errors.append(f"没有第“{asked[:12]}”页，一共 {self.page_count} 页")
            return 1 if wanted < 1 else self.page_count
        return wanted

    @cached_property
    def shown(self) -> list[Any]:
        """The rows of this page."""
        start = (self.page - 1) * self.size
        return list(self.rows[start : start + self.size])

    @property
    def first(self) -> int:
        return (self.page - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * self.size, self.total)

    # -- links ------------------------------------------------------------------------------------------------------
    @property
    def _state(self) -> dict[str, str]:
        names = [name for item in self.spec.filters if item.key in self.values for name in item.names]
        state = {name: self._asked[name] for name in names if self._asked.get(name)}
        for name in ("sort", "size"):
            if self._asked.get(name):
                state[name] = self._asked[name]
        return state

    def link(self, **changes: Any) -> str:
        """This list with some parameters changed (None removes); the page starts anew unless it is given."""
        state = {**self._state, **{k: None if v is None else str(v) for k, v in changes.items()}}
        query = urlencode({k: v for k, v in state.items() if v not in {None, ""}})
        return f"{self.path}?{query}" if query else self.path

    @property
    def clear_url(self) -> str:
        return self.link(**{name: None for item in self.spec.filters for name in item.names})

    @property
    def export_url(self) -> str:
        return self.link(format="xlsx") if self.spec.may_export and self.total else ""

    @property
    def kept_hidden(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self._state.items() if name in {"sort", "size"}]

    # -- what the parts show ----------------------------------------------------------------------------------------
    @property
    def chips(self) -> list[dict[str, str]]:
        made = []
        for item in self.spec.filters:
            if item.key in self.values:
                without = self.link(**dict.fromkeys(item.names))
                made.append({"label": f"{item.label}：{self._said(item)}", "url": without})
        return made

    def _said(self, item: Filter) -> str:
        value = self.values[item.key]
        if item.kind == "range":
            low, high = (self._asked.get(name, "") for name in item.names)
            return f"{low} 至 {high}" if low and high else f"从 {low}" if low else f"到 {high}"
        if item.kind == "flag":
            return "是" if value else "否"
        return dict(self.choices_of(item)).get(value, value) if item.kind == "choice" else value

    @property
    def filter_fields(self) -> list[dict[str, Any]]:
        fields = []
        for item in self.spec.filters:
            given = [self._asked.get(name, "") for name in item.names]
            known = {"key": item.key, "label": item.label, "kind": item.kind, "placeholder": item.placeholder}
            ends = {"low": given[0], "high": given[-1], "value": given[0]}
            mode = "decimal" if item.values == "number" else "numeric"
            fields.append({**known, **ends, "inputmode": mode, "choices": self.choices_of(item)})
        return fields

    @property
    def views(self) -> list[dict[str, Any]]:
        mine = {name: value for name, value in self._state.items() if name != "size"}
        made = []
        for view in self.spec.views:
            url = f"{self.path}?{urlencode(dict(view.query))}" if view.query else self.path
            count = self._view_counts.get(view.key or view.label)
            made.append({"label": view.label, "url": url, "current": dict(view.query) == mine, "count": count})
        return made

    @property
    def _page_columns(self) -> list[Column]:
        return [column for column in self.spec.columns if not column.only_export]

    @property
    def heads(self) -> list[dict[str, Any]]:
        made = []
        for column in self._page_columns:
            mine = bool(column.sort) and column.key == self.sort
            state = ("descending" if self.descending else "ascending") if mine else ""
            turn = f"-{column.key}" if not (mine and self.descending) else column.key
            url = self.link(sort=turn) if column.sort else ""
            made.append({"label": column.label, "numeric": column.kind in NUMERIC, "sorted": state, "url": url})
        return made

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        return [self._cells_of(row) for row in self.shown]

    def _cells_of(self, row: Any) -> dict[str, Any]:
        spec, cells = self.spec, []
        for column in self._page_columns:
            note = column.note(row) if column.note else ""
            shown = column.shown(row)
            cells.append({"label": column.label, "shown": shown, "note": note, "classes": column.classes})
        key = spec.key(row) if callable(spec.key) else reach(row, spec.key)
        kind = spec.row_kind(row) if spec.row_kind else ""
        name = self._page_columns[0].of(row)
        return {"cells": cells, "url": spec.url(row) if spec.url else None, "key": key, "kind": kind, "name": name}

    @property
    def sizes(self) -> list[dict[str, Any]]:
        return [{"label": n, "url": self.link(size=n), "current": n == self.size} for n in self.spec.sizes]

    @property
    def pages(self) -> list[dict[str, Any]]:
        """First, last and the neighbours of this page; an entry without URL is a gap."""
        near = sorted({1, self.page_count, *range(max(1, self.page - 1), min(self.page_count, self.page + 1) + 1)})
        made: list[dict[str, Any]] = []
        for place, number in enumerate(near):
            if place and number - near[place - 1] > 1:
                made.append({"url": ""})
            made.append({"label": number, "url": self.link(page=number), "current": number == self.page})
        if self.page > 1:
            made.insert(0, {"url": self.link(page=self.page - 1), "icon": "lt", "aria": "上一页"})
        if self.page < self.page_count:
            made.append({"url": self.link(page=self.page + 1), "icon": "rt", "aria": "下一页"})
        return made

    # -- export -----------------------------------------------------------------------------------------------------
    @property
    def wants_export(self) -> bool:
        return self._asked.get("format") == "xlsx" and self.spec.may_export

    def export(self, title: str, *, now: datetime) -> HttpResponse:
        """All rows of the list as filtered and sorted, as an Excel file; the caller has checked the right to it."""
        columns = [(column.label, column.kind) for column in self.spec.columns]
        lazily = self.rows.iterator(chunk_size=2000) if isinstance(self.rows, QuerySet) else iter(self.rows)
        content = write_workbook([(title, columns, ([c.of(row) for c in self.spec.columns] for row in lazily))])
        name = quote(f"{title}-{wording.iso_date(now)}.xlsx")
        answer = HttpResponse(content, content_type=CONTENT_TYPE)
        answer["Content-Disposition"] = f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{name}"
        return answer
