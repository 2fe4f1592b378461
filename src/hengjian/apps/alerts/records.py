"""The accused reports as they were screened, side by side: bounded reads of a few reports.

Whoever may see the alert may see the rows it rests on, also where a superior organ received the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hengjian.apps.alerts.models import Alert
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.outcome import dataset_rows
from hengjian.engines.tables.contract import TABLES
from hengjian.ui import wording

DIGEST = re.compile(r"[0-9a-f]{40,}")
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
    copied: bool

    @property
    def odd(self) -> int:
        """How many results are the same where they should not be."""
        return sum(line.odd for line in self.results)


def records_of(alert: Alert) -> Records:
    """Read the reports named by the evidence (first of all those of its first row); empty where the run is gone."""
    ids = _named(alert)[:REPORTS_COMPARED]
    rows = {row["report_id"]: row for row in dataset_rows(alert.last_run, "reports", report_ids=ids)}
    there = [report for report in ids if report in rows]
    copied = alert.subject_kind == "cluster"
    fields = _lines(TABLES["reports"].columns, [rows[report] for report in there])
    return Records(
        reports=tuple(str(rows[report].get("report_no") or report) for report in there),
        fields=tuple(fields),
        results=tuple(results_of(alert.last_run, there, copied=copied)) if there else (),
        total=alert.n_reports,
        copied=copied,
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
    if isinstance(value, int | float):
        return wording.num(value)
    return wording.short_hash(value) if DIGEST.fullmatch(str(value)) else str(value)


def _lines(columns: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """One line a field, those empty in every report left out."""
    made = []
    for name, column in columns.items():
        values = tuple(column.codes.get(str(row.get(name)), _say(row.get(name))) for row in rows)
        if rows and name != "report_id" and set(values) != {"—"}:
            made.append(Line(column.header, values, len(rows) > 1 and len(set(values)) == 1, odd=False))
    return made


def results_of(run: ScreeningRun, reports: Sequence[str], *, copied: bool) -> list[Line]:
    """Reported values by item; where copying is the question, equal values are marked."""
    columns = ["report_id", "item_code", "item_name", "replicate", "value_text", "unit"]
    rows = dataset_rows(run, "results", report_ids=reports, columns=columns)
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
