"""What a mapping reads from the loaded sheet, as SQL over `src`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hengjian.backends.duckdb_intake_rules import literal, quote
from hengjian.engines.tables.mapping import Feed, Target, resolve
from hengjian.kernel.errors import Refused


@dataclass(frozen=True)
class Source:
    """What a fed column reads: its SQL over `src` and the headers the user knows it by (one for each branch of an
    unpivot)."""

    sql: str
    headers: tuple[str, ...]
    stand_in: bool = False
    branched: bool = False


@dataclass(frozen=True)
class Cells:
    """Columns of `src` by the headers of the sheet; `blank` lists words that mean nothing in this ledger."""

    headers: Sequence[str]
    blank: tuple[str, ...] = ()

    def sql(self, reference: str) -> str:
        """The cell under a header. Raises Refused where the sheet has no such column."""
        place = resolve(self.headers, reference)
        if place is None:
            raise Refused(f"台账里没有“{reference}”这一列，列对应用不上", where={"column": reference})
        cell = f"c{place}"
        for word in self.blank:
            cell = f"nullif({cell}, {literal(word)})"
        return cell

    def source(self, feed: Feed) -> Source:
        """What one feed of the mapping reads."""
        if feed.kind == "constant":
            return Source(literal(feed.text), ())
        if feed.kind == "template":
            return Source(f"({' || '.join(self._template(feed.text))})", feed.references)
        sql = self.sql(feed.text)
        if feed.words:
            branches = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in feed.words)
            sql = f"CASE {sql} {branches} ELSE {sql} END"
        return Source(sql, (feed.text,), stand_in=feed.kind == "stand_in_code")

    def _template(self, text: str) -> list[str]:
        pieces = re.split(r"\{([^{}]+)\}", text)
        return [
            self.sql(piece) if place % 2 else literal(piece) for place, piece in enumerate(pieces) if place % 2 or piece
        ]

    def sources(self, target: Target) -> dict[str, Source]:
        """Every contract column the target feeds."""
        found = {name: self.source(feed) for name, feed in target.feeds.items()}
        for item in target.unpivot:
            found.update({name: Source("", (), branched=True) for name, _ in item.constants})
        if target.unpivot:
            found[target.into] = Source("", tuple(item.column for item in target.unpivot), branched=True)
        return found

    def view(self, target: Target, *, skipping: bool) -> str:
        """All-text rows of the target with `rid` (row of `src`), `state` and `branch` (of the unpivot, else 0)."""
        wide = {name: self.source(feed).sql for name, feed in target.feeds.items()}
        where = ["state < 2"] if skipping else ["TRUE"]
        if target.only_when:
            where.append(f"{self.sql(target.only_when)} IS NOT NULL")
        if not target.unpivot:
            return _select(wide, where)
        branches = []
        for branch, item in enumerate(target.unpivot):
            cell = self.sql(item.column)
            columns = {**wide, target.into: cell, **{name: literal(value) for name, value in item.constants}}
            branches.append(_select(columns, [*where, f"{cell} IS NOT NULL"], branch=branch))
        return " UNION ALL BY NAME ".join(branches)


def _select(columns: Mapping[str, str], where: Iterable[str], *, branch: int = 0) -> str:
    cells = "".join(f", {sql} AS {quote(name)}" for name, sql in columns.items())
    return f"SELECT rowid AS rid, state, {branch} AS branch{cells} FROM src WHERE {' AND '.join(where)}"
