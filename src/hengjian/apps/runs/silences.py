"""Why detectors said nothing, in words for people: a few reasons, and under each what was lacking."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hengjian.apps.runs.wording import title_of
from hengjian.engines.tables.contract import TABLES

NO_DATA, TOO_FEW, NOT_HANDED_IN, POOR, OTHER = (
    "没有这类报告或数据", "样本太少", "没有报送这张表", "数据不全或者不够细", "其他原因",
)  # fmt: skip
ORDER = (TOO_FEW, POOR, NOT_HANDED_IN, OTHER, NO_DATA)
COUNTED = re.compile(r"可判数量(\d+)，少于(\d+)")
ABSENT = re.compile(r"缺少[表列] (\S+)")
COLUMN = re.compile(r"(\w+\.\w+) (.+)")

Group = tuple[str, tuple[tuple[str, str, str], ...]]
"""(reason, detectors as (number, title, what was lacking))."""


def in_groups(silent: Sequence[Mapping[str, str]]) -> tuple[Group, ...]:
    """The detectors that abstained ({detector, reason}), those that more data would wake first."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for one in silent:
        group, lacking = _told(one["reason"])
        groups.setdefault(group, []).append((one["detector"], title_of(one["detector"]), lacking))
    return tuple((group, tuple(groups[group])) for group in ORDER if group in groups)


def _told(reason: str) -> tuple[str, str]:
    if counted := COUNTED.fullmatch(reason):
        found, least = counted.groups()
        return (NO_DATA, "") if found == "0" else (TOO_FEW, f"只有 {found}，至少要 {least}")
    if absent := ABSENT.fullmatch(reason):
        return NOT_HANDED_IN, _named(absent[1])
    if (column := COLUMN.fullmatch(reason)) and column[1].partition(".")[0] in TABLES:
        return POOR, f"{_named(column[1])}{column[2]}"
    return OTHER, reason


def _named(name: str) -> str:
    """`table` or `table.column` by the Chinese headers of the contract."""
    table, _, column = name.partition(".")
    if table not in TABLES:
        return name
    known = TABLES[table]
    if not column:
        return known.header
    header = known.columns[column].headers[0] if column in known.columns else column
    return f"{known.header}的{header}"
