"""Texts no fast rule could take, each read once by the engine's readers, as rows for a join."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa

from hengjian.engines.tables.contract import Column, Type
from hengjian.engines.tables.dates import Epoch
from hengjian.engines.tables.identifiers import USCC_ALPHABET, uscc_check_character
from hengjian.engines.tables.measured import Limit, Measured, parse_limit, parse_measured
from hengjian.engines.tables.personal import person_digest
from hengjian.engines.tables.values import parse_cell
from hengjian.engines.tables.writing import Refusal, narrow

_ARROW: dict[Type, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "list": pa.string(),
    "int": pa.int64(),
    "num": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "ts": pa.timestamp("us"),
    "numlist": pa.list_(pa.float64()),
}


_CHINESE = re.compile("[\u4e00-\u9fff]")
_INSTITUTION = re.compile("(所|院|中心|公司|站|局|实验室|机构|大学|学院|队|厂)(?:（[^（）]*）|\\([^()]*\\))?$")


@dataclass(frozen=True)
class Context:
    """What reading depends on besides the cell: the installation, the workbook, the institutions known by name."""

    demo: bool
    person_key: bytes
    epoch: Epoch | None = None
    institutions: Mapping[str, str] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    skipping: bool = False
    """Are there rows of the sheet in the table `skipped`?"""


def read_distinct(column: Column, texts: Sequence[str], *, context: Context, stand_in: bool = False) -> pa.Table:
    """Columns `text`, `value` (typed) and, where a cell is refused, `code`, `sentence`, `repair`; results and limits
    carry `unit` (limits also `op`, `high`)."""
    if column.name == "value_text":
        return _measured(texts)
    if column.name == "limit_text":
        return _limits(texts)
    if column.name == "id_no":
        return _table(texts, [person_digest(text, key=context.person_key) for text in texts], pa.string())
    if stand_in:
        return _table(texts, [stand_in_code(text, demo=context.demo) for text in texts], pa.string())
    return _table(texts, [_read(column, text, context) for text in texts], _ARROW[column.type])


def _read(column: Column, text: str, context: Context) -> object:
    value = parse_cell(column, text, demo=context.demo, epoch=context.epoch)
    if isinstance(value, Refusal) and column.identifier == "uscc":
        return context.institutions.get(narrow(text), value)
    return float(value) if isinstance(value, Decimal) else value


def stand_in_code(name: str, *, demo: bool) -> str | Refusal:
    """A credit code of the demo range standing for an institution known by name only; the same name, the same code."""
    written = narrow(name)
    if not demo:
        return Refusal("uscc.name_only", "只写了机构名称，没有统一社会信用代码", "补上信用代码，或先登记这家机构")
    if any(mark in written for mark in ("；", ";", "复检机构")):
        return Refusal("uscc.several", "一格里写了两家机构", "一份报告只写出具它的机构")
    if _CHINESE.search(written) and not _INSTITUTION.search(written):
        return Refusal("uscc.no_name", "不像机构名称", "写机构全称或统一社会信用代码")
    drawn = int.from_bytes(hashlib.sha256(written.encode()).digest()[:8], "big")
    body = ""
    for _ in range(7):
        drawn, place = divmod(drawn, len(USCC_ALPHABET))
        body += USCC_ALPHABET[place]
    first = f"91990100MA{body}"
    return first + uscc_check_character(first)


def _table(texts: Sequence[str], values: Sequence[Any], kind: pa.DataType, **more: pa.Array) -> pa.Table:
    refusals = [value if isinstance(value, Refusal) else None for value in values]
    columns = {
        "text": pa.array(texts, pa.string()),
        "value": pa.array([None if isinstance(value, Refusal) else value for value in values], kind),
        "code": pa.array([refusal.code if refusal else None for refusal in refusals], pa.string()),
        "sentence": pa.array([refusal.sentence if refusal else None for refusal in refusals], pa.string()),
        "repair": pa.array([refusal.repair if refusal else None for refusal in refusals], pa.string()),
        **more,
    }
    return pa.table(columns)


def _measured(texts: Sequence[str]) -> pa.Table:
    read = [parse_measured(text) for text in texts]
    values = [found if isinstance(found, Refusal) else _double(found.value) for found in read]
    units = [found.unit if isinstance(found, Measured) else None for found in read]
    return _table(texts, values, pa.float64(), unit=pa.array(units, pa.string()))


def _limits(texts: Sequence[str]) -> pa.Table:
    read = [parse_limit(text) for text in texts]
    values = [found if isinstance(found, Refusal) else _double(found.low) for found in read]
    limits = [found if isinstance(found, Limit) else None for found in read]
    return _table(
        texts,
        values,
        pa.float64(),
        unit=pa.array([limit.unit if limit else None for limit in limits], pa.string()),
        op=pa.array([limit.op if limit else None for limit in limits], pa.string()),
        high=pa.array([_double(limit.high) if limit else None for limit in limits], pa.float64()),
    )


def _double(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
