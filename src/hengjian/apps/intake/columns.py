"""Columns of a sheet and what they feed: the rows of the form, and the mapping that a changed form means."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hengjian.apps.intake.models import Submission
from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.mapping import header_key, mapping_from_json
from hengjian.engines.tables.recognise import FALLBACKS
from hengjian.kernel.errors import Refused

HIGH, MIDDLE = 0.9, 0.6
ALSO = {"reports": ("results",), "results": ("reports",)}
"""Tables that a wide ledger of the first feeds as well."""


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One line of the mapping form; `field` is the control's name, `groups` the choices by table."""

    field: str
    letter: str
    header: str
    sample: str
    chosen: str
    confidence: float
    why: str
    also: str

    @property
    def level(self) -> str:
        """How sure, in a word."""
        return "高" if self.confidence >= HIGH else "中" if self.confidence >= MIDDLE else "低"

    @property
    def spoken(self) -> str:
        """What is chosen in the contract's Chinese words; empty where nothing is."""
        return _spoken(self.chosen) if self.chosen else ""


def letter(place: int) -> str:
    """Column letter as spreadsheets write it: 0 → A, 26 → AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_rows(sheet_place: int, sheet: Mapping[str, Any], submission: Submission) -> list[ColumnRow]:
    """The columns of one sheet as the form shows them, by the mapping that the dry run used."""
    mapping = sheet.get("mapping") or submission.preview.get("mapping") or {}
    rows = []
    for column in sheet.get("columns", []):
        direct, others = feeds_of(mapping, column)
        rows.append(
            ColumnRow(
                field=f"column-{sheet_place}-{column['place']}",
                letter=letter(column["place"]),
                header=column["header"],
                sample=column.get("sample", ""),
                chosen=direct,
                confidence=float(column.get("confidence", 0)),
                why=column.get("why", ""),
                also="、".join(_spoken(name) for name in others),
            )
        )
    return rows


def _spoken(target: str) -> str:
    table, _, name = target.partition(".")
    return f"{TABLES[table].header}·{TABLES[table].intake_columns[name].header}"


def _is_of(reference: str, column: Mapping[str, Any]) -> bool:
    if reference == f"#{column['place'] + 1}":
        return True
    return bool(column["header"]) and header_key(reference) == header_key(column["header"])


def feeds_of(mapping: Mapping[str, Any], column: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What a sheet column feeds: the first direct target, and every further one (templates, second tables)."""
    direct, others = "", []
    for entry in mapping.get("tables", []):
        for name, source in entry.get("columns", {}).items():
            plain = source if isinstance(source, str) else source.get("column", "")
            parts = source if isinstance(source, str) else next(iter(source.values()), "")
            target = f"{entry['table']}.{name}"
            if plain and _is_of(plain, column):
                direct, others = (direct, [*others, target]) if direct else (target, others)
            elif not plain and isinstance(parts, str) and column["header"]:
                held = "{" + column["header"] + "}"
                if held in parts or ("stand_in_code" in source and _is_of(parts, column)):
                    others.append(target)
    return direct, others


def choices(tables: list[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be taken for, grouped by table."""
    wanted = list(dict.fromkeys([*tables, *(also for name in tables for also in ALSO.get(name, ()))]))
    return [
        (TABLES[name].header, [(f"{name}.{column.name}", column.header) for column in TABLES[name].all_columns])
        for name in wanted
        if name in TABLES
    ]


def changed_mapping(submission: Submission, detail: Mapping[str, Any], posted: Mapping[str, str]) -> dict[str, Any]:
    """The mapping in use with the person's changes; columns that were not touched keep their feed, templates too.

    Raises Refused where two columns are taken for the same one.
    """
    mapping = _base(submission, detail)
    changes = []
    for place, sheet in enumerate(detail.get("sheets", [])):
        for column in sheet.get("columns", []):
            wanted = posted.get(f"column-{place}-{column['place']}")
            direct, _ = feeds_of(mapping, column)
            if wanted is not None and wanted != direct:
                changes.append((column, direct, wanted))
    for _, direct, _ in changes:
        if direct:
            _entry(mapping, direct).get("columns", {}).pop(direct.partition(".")[2], None)
    shown = {feeds_of(mapping, column)[0] for sheet in detail.get("sheets", []) for column in sheet.get("columns", [])}
    for column, _, wanted in changes:
        _take(mapping, column, wanted, shown)
        shown.add(wanted)
    if not changes and submission.preview.get("ready"):
        mapping["ready"] = submission.preview["ready"]
    repairs = [shift for shift in posted.get("repair", "").split("\n") if shift]
    if repairs:
        mapping["repairs"] = sorted({*submission.mapping.get("repairs", []), *repairs})
    _complete(mapping)
    if mapping.get("tables"):
        mapping_from_json(mapping)
    return mapping


def _complete(mapping: dict[str, Any]) -> None:
    """Tables nothing feeds any more are left out; a wide ledger's results go by its reports' identifier."""
    entries = [entry for entry in mapping.get("tables", []) if _is_fed(entry)]
    if "tables" in mapping:
        mapping["tables"] = entries
    by_table = {entry["table"]: entry.get("columns", {}) for entry in entries}
    report = by_table.get("reports", {})
    named = report.get("report_id") or report.get("report_no")
    if named and "results" in by_table:
        by_table["results"].setdefault("report_id", named)
    for (table, name), fallback in FALLBACKS.items():
        columns = by_table.get(table, {})
        if fallback in columns and name in TABLES[table].required:
            columns.setdefault(name, columns[fallback])


def _base(submission: Submission, detail: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping that a person's changes start from: the one used, or what was made out of the sheet to be mapped."""
    if submission.preview.get("mapping"):
        return copy.deepcopy(submission.preview["mapping"])
    if submission.state != "failed":
        return copy.deepcopy(submission.mapping)
    sheets = detail.get("sheets", [])
    sheet = next((sheet for sheet in sheets if sheet["editable"]), None)
    if sheet is None:
        return copy.deepcopy(submission.mapping)
    mapping = copy.deepcopy(sheet["mapping"])
    return mapping | {"sheet": sheet["sheet"]} if len(sheets) > 1 and sheet["sheet"] else mapping


def _is_fed(entry: Mapping[str, Any]) -> bool:
    """The identifier alone makes no result: it came along with the report."""
    return bool(entry.get("unpivot") or set(entry.get("columns", {})) - {"report_id"}) or entry["table"] == "reports"


def _take(mapping: dict[str, Any], column: Mapping[str, Any], wanted: str, shown: Collection[str]) -> None:
    """Take the column for `wanted`; a column that only stood in for it gives way, one shown as it does not."""
    reference = column["header"] or f"#{column['place'] + 1}"
    ignored = [name for name in mapping.get("ignore", []) if name != reference]
    mapping["ignore"] = ignored if wanted else sorted({*ignored, reference})
    if not wanted:
        return
    table, _, name = wanted.partition(".")
    if table not in TABLES or name not in TABLES[table].intake_columns:
        raise Refused(f"没有“{wanted}”这一列可收。")
    feeds = _entry(mapping, wanted).setdefault("columns", {})
    if wanted in shown:
        raise Refused(f"有两列都收为“{_spoken(wanted)}”，只能留一列。把另一列改为“不收”。")
    feeds[name] = reference


def _entry(mapping: dict[str, Any], target: str) -> dict[str, Any]:
    tables: list[dict[str, Any]] = mapping.setdefault("tables", [])
    table = target.partition(".")[0]
    found = next((entry for entry in tables if entry["table"] == table), None)
    if found is None:
        found = {"table": table, "columns": {}}
        tables.append(found)
    return found
