"""A dry run as the page shows it: sheets as they came with markings, columns, reasons, quarantined rows, changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow.parquet as pq

from hengjian.apps.intake.columns import choices, letter
from hengjian.apps.intake.moved import (
    ADDED,
    FILE,
    ROW,
    SHEET,
    place_of,
    put_back,
    repair_key,
    repair_words,
    rows_as_came,
)
from hengjian.backends.duckdb_intake_preview import Preview, RefusedCell, SheetPreview
from hengjian.backends.lake_comparison import Change
from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.mapping import mapping_to_json
from hengjian.engines.tables.ready import find_ready

SHOWN_SHEETS, SHOWN_COLUMNS, SHOWN_ROWS, SHOWN_BAD = 60, 40, 4, 3
SHOWN_UNREAD = 8
ORIGINS = {"remembered": "记住的对应", "ready": "现成的对应"}
REASONS = {
    "superscript": "上标丢失",
    "value.two_units": "两种单位",
    "value.verdict": "结果栏是结论",
    "value.form": "结果看不懂",
    "value.several": "一格几个结果",
    "value.differs": "数值与原文不一致",
    "value.range": "结果是范围",
    "value.plan": "采样方案",
    "value.limit": "结果栏是限值",
    "value.error": "公式出错",
    "limit.unit": "限值单位不同",
    "blank": "没有填写",
    "key.contradicting": "同一编号互相矛盾",
    "key.elsewhere": "与另一张表矛盾",
    "date.form": "日期看不懂",
    "date.month": "没有这个日期",
    "date.day": "没有这个日期",
    "date.no_day": "日期缺日",
    "date.year": "年份不对",
    "date.several": "一格几个日期",
    "date.order": "日期不确定",
    "date.short_year": "年份两位",
    "uscc.length": "代码位数",
    "uscc.check": "校验码不对",
    "uscc.character": "代码有禁用字符",
    "uscc.name_only": "只有机构名称",
    "code.unknown": "不在取值里",
    "number.form": "不是数",
    "id.scientific": "科学计数丢位",
    "identity.form": "身份证号位数",
    "identity.check": "身份证号校验",
    "area.length": "区划代码位数",
}


def shown_detail(preview: Preview, counts: dict[str, Any]) -> dict[str, Any]:
    """Everything the page shows besides the counts, as plain JSON; identity numbers are masked by the engine."""
    taken = [sheet for sheet in preview.sheets if sheet.state == "taken"]
    own = [sheet for sheet in taken if not sheet.file.startswith("移回的行")]
    kept_out = [sheet for sheet in preview.sheets if sheet.state != "taken" and not sheet.file.startswith("移回的行")]
    left_out = [f"“{sheet.sheet or sheet.file}”{sheet.reason}" for sheet in kept_out]
    return {
        "seconds": round(preview.seconds, 2),
        "sheets": [
            _sheet(preview, sheet, tables=list(sheet.tables), editable=len(own) == 1, origin=_origin(counts, sheet))
            for sheet in own[:SHOWN_SHEETS]
        ],
        "sheets_more": max(len(own) - SHOWN_SHEETS, 0),
        "left_out": "；".join(left_out[:8]),
        "tables": counts["tables"],
        "reasons": _reasons(preview),
        "quarantine": _quarantine(preview, counts.get("moved_back", 0)),
        "facts": _facts(preview, own),
    }


def unread_detail(preview: Preview, *, table: str, wanted: str) -> dict[str, Any]:
    """The sheets of a file in which no table was found, as they came; one of them is to be mapped by hand.

    `table` is the table a person chose, `wanted` the name of the sheet they chose; both may be empty.
    """
    sheets = [sheet for sheet in preview.sheets if sheet.head][:SHOWN_UNREAD]
    best = max(sheets, key=lambda sheet: (bool(wanted) and sheet.sheet == wanted, _named_columns(sheet)), default=None)
    return {
        "sheets": [
            _sheet(preview, sheet, tables=_candidates(sheet, table), editable=sheet is best, origin="")
            for sheet in sheets
        ],
        "sheets_more": len(preview.sheets) - len(sheets),
        "facts": _facts(preview, sheets),
    }


def _named_columns(sheet: SheetPreview) -> tuple[bool, int]:
    return sheet.table is not None, sum(bool(column.header) for column in sheet.columns)


def _candidates(sheet: SheetPreview, table: str) -> list[str]:
    """Tables that the columns of a sheet may be taken for."""
    mapped = [target.table for target in sheet.mapping.targets] if sheet.mapping else []
    return list(dict.fromkeys([*mapped, *(name for name in (table, sheet.table) if name)]))


def _origin(counts: dict[str, Any], sheet: SheetPreview) -> str:
    """Where a mapping that was not recognised column by column comes from."""
    return "remembered" if counts.get("remembered") else "ready" if sheet.ready or counts.get("ready") else ""


def _sheet(preview: Preview, sheet: SheetPreview, *, tables: list[str], editable: bool, origin: str) -> dict[str, Any]:
    width = min(len(sheet.columns) or max((len(row) for row in sheet.head), default=0), SHOWN_COLUMNS)
    exact = bool(sheet.columns) and all(column.confidence == 1.0 for column in sheet.columns if column.header)
    known = find_ready(sheet.ready) if sheet.ready else None
    return {
        "file": sheet.file,
        "sheet": sheet.sheet,
        "rows": sheet.rows,
        "accepted": sheet.accepted,
        "quarantined": sheet.quarantined,
        "refused": sheet.refused,
        "reason": sheet.reason,
        "editable": editable,
        "exact": exact and not origin,
        "ready": known.title if known else "",
        "taken_columns": sum(bool(column.target) for column in sheet.columns),
        "all_columns": sum(bool(column.header) for column in sheet.columns),
        "tables": tables,
        "mapping": mapping_to_json(sheet.mapping) if sheet.mapping else {},
        "choices": choices(tables) if editable else [],
        "letters": [letter(place) for place in range(width)],
        "columns": [
            {
                "place": place,
                "header": column.header,
                "sample": "，".join(column.sample[:2]),
                "confidence": column.confidence,
                "why": ORIGINS.get(origin, column.why) if column.why == "列对应文件" else column.why,
            }
            for place, column in enumerate(sheet.columns[:200])
        ]
        if editable or not exact
        else [],
        "sample": _sample(preview, sheet, width),
        "note": _note(sheet),
    }


def _sample(preview: Preview, sheet: SheetPreview, width: int) -> list[dict[str, Any]]:
    """The top of the sheet and its first rows in question, in the sheet's order; a row in question stands once."""
    bad = _bad_rows(preview, sheet, width)
    numbers = {row["row"] for row in bad}
    return sorted([row for row in _head(sheet, width) if row["row"] not in numbers] + bad, key=lambda row: row["row"])


def _head(sheet: SheetPreview, width: int) -> list[dict[str, Any]]:
    rows, data = [], 0
    first_header = sheet.header_rows[0] if sheet.header_rows else 0
    numbering = 0 if sheet.header_rows and first_header == 0 else 1  # a Parquet file's names stand above row 1
    for place, cells in enumerate(sheet.head):
        number = place + numbering
        kind, word = (
            ("", "原样")
            if not sheet.header_rows
            else ("hd", "表头")
            if number in sheet.header_rows
            else ("ttl", "标题")
            if number < first_header
            else ("", "数据")
        )
        if not kind:
            data += 1
            if data > (SHOWN_ROWS if sheet.header_rows else 2 * SHOWN_ROWS) or not any(cell.strip() for cell in cells):
                continue
        shown: list[dict[str, Any]] = [{"text": text} for text in (cells + [""] * width)[:width]]
        if kind == "ttl" and sum(bool(text.strip()) for text in cells) == 1:
            shown = [{"text": next(text for text in cells if text.strip()), "span": width}]
        rows.append({"row": number, "kind": kind, "word": word, "cells": shown})
    return rows


def _bad_rows(preview: Preview, sheet: SheetPreview, width: int) -> list[dict[str, Any]]:
    """The first refused and quarantined rows, as they came, the cells in question marked."""
    refused: dict[int, list[str]] = {}
    for cell in preview.refused_cells:
        if (cell.file, cell.sheet) == (sheet.file, sheet.sheet) and (cell.row in refused or len(refused) < SHOWN_BAD):
            refused.setdefault(cell.row, []).extend(cell.column.split("、"))
    moved = [row for row in preview.moved_rows if (row.file, row.sheet) == (sheet.file, sheet.sheet)][:SHOWN_BAD]
    marks = {row.row: row for row in moved}
    headers = [column.header for column in sheet.columns]
    rows = []
    for number, cells in _as_came(preview, sheet, {*refused, *marks}):
        texts = (cells + [""] * width)[:width]
        if number in marks:
            first = place_of(headers, marks[number].first)
            shown = [{"text": text, "mark": place >= first} for place, text in enumerate(texts)]
            rows.append({"row": number, "kind": "amb", "word": "隔离", "cells": shown})
        else:
            named = refused[number]
            shown = [{"text": text, "mark": header in named} for text, header in zip(texts, headers, strict=False)]
            rows.append({"row": number, "kind": "bad", "word": "拒收", "cells": shown})
    return rows


def _as_came(preview: Preview, sheet: SheetPreview, numbers: set[int]) -> list[tuple[int, list[str]]]:
    found = []
    for path in preview.refused_rows:
        wanted = [(FILE, "==", sheet.file), (SHEET, "==", sheet.sheet), (ROW, "in", sorted(numbers))]
        if not numbers or pq.read_metadata(path).num_rows == 0:
            continue
        for line in pq.read_table(path, filters=wanted).to_pylist():
            cells = [str(value or "") for value in list(line.values())[:-ADDED]]
            found.append((int(line[ROW]), cells))
    return sorted(found)


def _note(sheet: SheetPreview) -> str:
    parts = []
    if sheet.header_rows and sheet.header_rows[0] > 1:
        parts.append("灰底的标题不收")
    if len(sheet.header_rows) > 1:
        parts.append("蓝底是两层合并的表头")
    if sheet.skipped_rows:
        parts.append(f"合计、空行等 {sheet.skipped_rows} 行不收")
    if sheet.hidden_rows:
        parts.append(f"含 {len(sheet.hidden_rows)} 个隐藏行，照收")
    if sheet.unknown_columns:
        names = "、".join(sheet.unknown_columns[:6])
        parts.append(f"不收的列：{names}{'等' if len(sheet.unknown_columns) > 6 else ''}")
    return "；".join(parts) + "。" if parts else ""


def _reasons(preview: Preview) -> list[dict[str, Any]]:
    said: dict[str, RefusedCell] = {}
    for cell in preview.refused_cells:
        said.setdefault(cell.code, cell)
    return [
        {
            "code": code,
            "label": REASONS.get(code) or (said[code].sentence[:12] if code in said else code),
            "count": count,
        }
        for code, count in preview.reasons.items()
    ]


def _quarantine(preview: Preview, moved_back: int) -> list[dict[str, Any]]:
    """Rows that slid in the same way, one group each with its first row before and after the move."""
    groups: dict[str, list[Any]] = {}
    for row in preview.moved_rows:
        groups.setdefault(repair_key(row), []).append(row)
    if moved_back:
        return []
    shown = []
    for key, rows in list(groups.items())[:10]:
        for row, headers, cells in rows_as_came(preview, rows[:1]):
            then, first = put_back(cells, headers, row), place_of(headers, row.first)
            pairs = zip(headers[first:], cells[first:], then[first:], strict=True)
            several = [
                {"column": f"{letter(first + i)} {name}", "now": now, "then": after}
                for i, (name, now, after) in enumerate(pairs)
            ]
            shown.append(
                {
                    "repair": key,
                    "row": row.row,
                    "count": len(rows),
                    "move": repair_words(row),
                    "cells": several[:12],
                    "title": f"从{letter(first)}列起错了一列，共 {len(rows)} 行",
                }
            )
    return shown


def _facts(preview: Preview, own: Sequence[SheetPreview]) -> list[tuple[str, str]]:
    """What the file is, for the rail."""
    found = [("工作表", f"{len(preview.sheets)} 张，收 {len(own)} 张")] if len(preview.sheets) > 1 else []
    if own and own[0].encoding:
        found.append(("编码", own[0].encoding))
    if own and own[0].epoch and own[0].sheet:
        found.append(("日期", f"{own[0].epoch} 起算"))
    for label, amount in (
        ("公式", sum(sheet.formulas for sheet in own)),
        ("隐藏", sum(len(sheet.hidden_rows) for sheet in own)),
        ("合并格", sum(sheet.merged for sheet in own)),
    ):
        if amount:
            found.append(
                (label, f"{amount} 格" if label == "公式" else f"{amount} 行" if label == "隐藏" else f"{amount} 处")
            )
    if any(sheet.macros or sheet.links for sheet in own):
        found.append(("宏、外链", "有，没有运行"))
    return found


def shown_changes(changes: Sequence[tuple[str, Change]]) -> list[dict[str, str]]:
    """Values that would be superseded, in words."""
    shown = []
    for table, change in changes:
        column = TABLES[table].intake_columns.get(change.column)
        words = column.codes if column else {}
        shown.append(
            {
                "key": change.key,
                "column": column.header if column else change.column,
                "old": _word(change.old, words),
                "new": _word(change.new, words),
            }
        )
    return shown


def _word(value: Any, words: Any) -> str:
    if value is None:
        return ""
    return str(words.get(value) or value)[:200] if isinstance(value, str) else str(value)[:200]
