"""The accused reports as they lie in the lake, side by side: bounded reads of a few reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.alerts.models import Alert
from hengjian.apps.intake.selectors import report_rows
from hengjian.engines.tables.contract import TABLES
from hengjian.ui import wording

REPORTS_COMPARED = 3
RESULTS_MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One field or item with its value in every report; `same` when all reports say the same."""

    label: str
    values: tuple[str, ...]
    same: bool
    odd: bool


@dataclass(frozen=True, slots=True)
class Records:
    """A few of an alert's reports side by side: their own fields, then their results by item."""

    reports: tuple[str, ...]
    fields: tuple[Line, ...]
    results: tuple[Line, ...]
    total: int


def records_of(alert: Alert, user: User, *, on: date) -> Records:
    """Read the reports named by the evidence (first of all those of its first row); empty where nothing is in reach."""
    ids = _named(alert)[:REPORTS_COMPARED]
    rows = {row["report_id"]: row for row in report_rows(user=user, on=on, report_ids=ids)} if ids else {}
    there = [report for report in ids if report in rows]
    copied = alert.subject_kind == "cluster"
    fields = _lines(TABLES["reports"].columns, [rows[report] for report in there])
    return Records(
        reports=tuple(str(rows[report].get("report_no") or report) for report in there),
        fields=tuple(fields),
        results=tuple(_results(there, user, on=on, copied=copied)) if there else (),
        total=alert.n_reports,
    )


def _named(alert: Alert) -> list[str]:
    first = next(iter(alert.evidence.get("rows", ())), {})
    named = [first.get("report_id"), first.get("other_report"), *alert.report_ids]
    return list(dict.fromkeys(str(one) for one in named if one))


def _say(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return wording.num(value) if isinstance(value, int | float) else str(value)


def _lines(columns: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """One line a field, those empty in every report left out."""
    made = []
    for name, column in columns.items():
        values = tuple(column.codes.get(str(row.get(name)), _say(row.get(name))) for row in rows)
        if rows and name != "report_id" and set(values) != {"—"}:
            made.append(Line(column.header, values, len(rows) > 1 and len(set(values)) == 1, odd=False))
    return made


def _results(reports: Sequence[str], user: User, *, on: date, copied: bool) -> list[Line]:
    """Reported values by item; where copying is the question, equal values are marked."""
    columns = ["report_id", "item_code", "item_name", "replicate", "value_text", "unit"]
    rows = report_rows(user=user, on=on, report_ids=reports, table="results", columns=columns)
    found: dict[tuple[str, int], dict[str, str]] = {}
    names: dict[tuple[str, int], str] = {}
    for row in rows:
        replicate = int(row.get("replicate") or 0)
        key = (str(row["item_code"]), replicate)
        names.setdefault(
            key, str(row.get("item_name") or row["item_code"]) + (f" 平行 {replicate}" if replicate else "")
        )
        text = " ".join(str(part) for part in (row.get("value_text"), row.get("unit")) if part)
        found.setdefault(key, {})[str(row["report_id"])] = text or "—"
    made = []
    for key in sorted(found)[:RESULTS_MOST]:
        values = tuple(found[key].get(report, "—") for report in reports)
        same = len(reports) > 1 and len(set(values)) == 1
        made.append(Line(names[key], values, same, odd=same and copied))
    return made
