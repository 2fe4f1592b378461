"""How the columns of a ledger feed tables of the contract: read from and written to JSON, checked, never guessed.

One sheet may feed several tables (a wide ledger carries a report and its results in one row), a column of the contract
may come from a column, a constant, a template over columns or a stand-in code, and several value columns may become
rows (`unpivot`). `mappings/` holds the ready-made ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.writing import narrow
from hengjian.kernel.errors import Refused

Kind = Literal["column", "constant", "template", "stand_in_code"]
_REFERENCE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Feed:
    """Where one column of the contract comes from.

    `column`: the header in `text` (or `#3`, the third column); `constant`: `text` itself; `template`: `text` with
    `{header}` places, blank as soon as one place is blank; `stand_in_code`: a credit code of the demo range made from
    the name in the column `text`, for ledgers that name institutions without codes. `words` replaces whole cells.
    """

    kind: Kind
    text: str
    words: tuple[tuple[str, str], ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """Headers this feed reads."""
        if self.kind == "template":
            return tuple(_REFERENCE.findall(self.text))
        return () if self.kind == "constant" else (self.text,)


@dataclass(frozen=True)
class Unpivot:
    """One value column that becomes rows: the header and the constants its rows carry (`item_code`, `unit` …)."""

    column: str
    constants: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Target:
    """One table fed by the sheet; with `unpivot` every entry gives one row a sheet row, its cell being `into`."""

    table: str
    feeds: Map[str, Feed]
    unpivot: tuple[Unpivot, ...] = ()
    into: str = "value_text"
    only_when: str = ""
    """A header: rows where this cell is blank do not feed this table (results of a report without an item)."""


@dataclass(frozen=True)
class Mapping:
    """A whole mapping; `header_row` (from 1) and `sheet` are None where they are to be recognised."""

    targets: tuple[Target, ...]
    sheet: str | None = None
    header_row: int | None = None
    note: str = ""
    blank: tuple[str, ...] = ()
    """Words that mean "nothing" in this ledger, such as `NA`."""
    ignore: tuple[str, ...] = ()
    """Headers a person chose to keep out."""


def header_key(text: str) -> str:
    """A header as it is compared: narrow, without blanks, line breaks, stars and the colon at the end, lower case."""
    return re.sub(r"[\s*＊]+", "", narrow(text)).rstrip(":").lower()


def mapping_from_json(raw: object) -> Mapping:
    """Read a mapping; raises Refused naming what is wrong in it."""
    if not isinstance(raw, dict):
        raise Refused("列对应文件应是一个 JSON 对象")
    tables = raw.get("tables")
    if tables is None and "table" in raw:
        tables = [raw]
    if not isinstance(tables, list) or not tables:
        raise Refused("列对应文件缺少 tables：要收进哪些表")
    header_row = raw.get("header_row")
    if header_row is not None and (not isinstance(header_row, int) or header_row < 1):
        raise Refused("列对应文件的 header_row 应是从 1 起的行号")
    return Mapping(
        targets=tuple(_target(entry) for entry in tables),
        sheet=_text(raw.get("sheet"), "sheet") if raw.get("sheet") is not None else None,
        header_row=header_row,
        note=str(raw.get("note", "")),
        blank=_words(raw.get("blank", ()), "blank"),
        ignore=_words(raw.get("ignore", ()), "ignore"),
    )


def _target(entry: object) -> Target:
    if not isinstance(entry, dict) or entry.get("table") not in TABLES:
        named = entry.get("table") if isinstance(entry, dict) else entry
        raise Refused(f"列对应文件里的表“{named}”不在数据合同里", where={"allowed": sorted(TABLES)})
    table = TABLES[entry["table"]]
    feeds: dict[str, Feed] = {}
    for name, source in _object(entry.get("columns", {}), "columns").items():
        feeds[name] = _feed(name, source)
    for name, constant in _object(entry.get("constants", {}), "constants").items():
        feeds[name] = Feed("constant", _text(constant, name))
    raw_unpivot = entry.get("unpivot", [])
    if not isinstance(raw_unpivot, list):
        raise Refused("列对应文件的 unpivot 应是一列对象")
    unpivot = tuple(_unpivot(item) for item in raw_unpivot)
    into = str(entry.get("into", "value_text"))
    named_columns = {*feeds, *(name for item in unpivot for name, _ in item.constants), *([into] if unpivot else [])}
    for name in sorted(named_columns):
        if name not in table.intake_columns:
            raise Refused(f"表“{table.header}”（{table.name}）没有“{name}”这一列")
    return Target(table.name, feeds, unpivot, into, only_when=str(entry.get("only_when", "")))


def _feed(name: str, source: object) -> Feed:
    if isinstance(source, str):
        return Feed("column", source)
    if isinstance(source, dict):
        words = tuple((str(key), str(value)) for key, value in _object(source.get("words", {}), "words").items())
        for kind in ("column", "constant", "template", "stand_in_code"):
            if kind in source:
                return Feed(kind, _text(source[kind], name), words)
    raise Refused(f"列对应文件里“{name}”的来源看不懂：可写表头，或 column、constant、template、stand_in_code 之一")


def _unpivot(item: object) -> Unpivot:
    if not isinstance(item, dict) or "column" not in item:
        raise Refused("列对应文件的 unpivot 每项要有 column（表头）和 set（这一列各行的固定值）")
    constants = tuple((str(key), _text(value, key)) for key, value in _object(item.get("set", {}), "set").items())
    return Unpivot(_text(item["column"], "column"), constants)


def _object(raw: object, name: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise Refused(f"列对应文件的 {name} 应是一个 JSON 对象")
    return {str(key): value for key, value in raw.items()}


def _words(raw: object, name: str) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise Refused(f"列对应文件的 {name} 应是一列文字")
    return tuple(str(word) for word in raw)


def _text(value: object, name: str) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise Refused(f"列对应文件里“{name}”的值应是文字")


def mapping_to_json(mapping: Mapping) -> dict[str, object]:
    """The same mapping as JSON data, readable by `mapping_from_json`."""
    raw: dict[str, object] = {"tables": [_target_json(target) for target in mapping.targets]}
    raw.update(
        {
            key: value
            for key, value in (
                ("sheet", mapping.sheet),
                ("header_row", mapping.header_row),
                ("note", mapping.note),
                ("blank", list(mapping.blank)),
                ("ignore", list(mapping.ignore)),
            )
            if value
        }
    )
    return raw


def _target_json(target: Target) -> dict[str, object]:
    columns: dict[str, object] = {}
    for name, feed in target.feeds.items():
        if feed.kind == "column" and not feed.words:
            columns[name] = feed.text
        else:
            columns[name] = {feed.kind: feed.text, **({"words": dict(feed.words)} if feed.words else {})}
    raw: dict[str, object] = {"table": target.table, "columns": columns}
    if target.unpivot:
        raw["unpivot"] = [{"column": item.column, "set": dict(item.constants)} for item in target.unpivot]
        raw["into"] = target.into
    if target.only_when:
        raw["only_when"] = target.only_when
    return raw


def resolve(headers: Sequence[str], reference: str) -> int | None:
    """Place (from 0) of the column a mapping names by its header or as `#3`; None where the sheet has none."""
    if re.fullmatch(r"#\d+", reference):
        place = int(reference[1:]) - 1
        return place if 0 <= place < len(headers) else None
    wanted = header_key(reference)
    for place, header in enumerate(headers):
        if header_key(header) == wanted:
            return place
    return None
