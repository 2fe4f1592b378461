"""A person's or an instrument's day on a time bar: what the evidence names and what else the run's data know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.packet import BY_ID
from hengjian.apps.runs.outcome import dataset_rows
from hengjian.apps.runs.reading import rows_where
from hengjian.ui import figures
from hengjian.ui.figures.lanes import overlaps

WORKS_MOST = 10
LONGEST = timedelta(hours=30)
SOURCES: Mapping[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "instrument": (("results", "instrument_id", "started_at", "finished_at", "检测"),),
    "person": (
        ("reports", "sampler_id", "sampled_at", "sampling_ended_at", "采样"),
        ("vehicle_tests", "driver_id", "started_at", "finished_at", "机动车检验"),
    ),
}
"""Where the works of a subject stand: table, its column, start, end, and what the work is called.

Of a person only works that need presence: an instrument may run while its tester is elsewhere.
"""


@dataclass(frozen=True, slots=True)
class Work:
    """One stretch of work: of which report, from when to when, what it is, whether the evidence names it."""

    report: str
    start: datetime
    end: datetime
    kind: str
    named: bool


def day_of(alert: Alert, rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, str]) -> figures.Drawn | None:
    """The day of the first contradiction; None where no row sets two stretches of time against each other."""
    named = [work for row in rows if len(found := works_of(row)) > 1 for work in found]
    if not named or any(work.end - work.start > LONGEST for work in named[:2]):
        return None
    day = named[0].start.date()
    works = {(one.report, one.start, one.end): one for one in named if one.start.date() == day}
    for one in _others(alert, day):
        works.setdefault((one.report, one.start, one.end), one)
    return _drawn(alert, _foremost(list(works.values())), numbers)


def works_of(row: Mapping[str, Any]) -> list[Work]:
    """The stretches of one evidence row: every pair of columns `…_from`, `…_to`; those of `other_…` are the other's."""
    found = []
    for name in row:
        stem = name.removesuffix("_from")
        start, end = _moment(row.get(name)), _moment(row.get(f"{stem}_to"))
        if stem == name or start is None or end is None or end < start:
            continue
        whose = "other_report" if stem.startswith("other") else "report_id"
        kind = str(row.get(f"{stem}_kind" if stem.startswith("other") else "kind") or "")
        found.append(Work(str(row.get(whose) or row.get("report_id") or ""), start, end, kind, named=True))
    return found


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _others(alert: Alert, day: date) -> list[Work]:
    """What else the subject did that day, by the data that were screened."""
    found: dict[tuple[str, datetime, datetime], Work] = {}
    for table, column, start, end, kind in SOURCES.get(alert.subject_kind, ()):
        rows = rows_where(
            alert.last_run, table, column=column, value=alert.subject_id, columns=["report_id", start, end]
        )
        if rows is not None and {start, end} <= set(rows.column_names):
            for one in _plain(rows):
                begun, ended = _moment(one.get(start)), _moment(one.get(end))
                if begun and ended and begun <= ended and begun.date() == day and ended - begun <= LONGEST:
                    work = Work(str(one.get("report_id") or ""), begun, ended, kind, named=False)
                    found.setdefault((work.report, begun, ended), work)
    return sorted(found.values(), key=lambda one: (one.start, one.report))


def _plain(rows: pa.Table) -> list[dict[str, Any]]:
    return rows.to_pylist()  # type: ignore[no-any-return]


def _foremost(works: list[Work]) -> list[Work]:
    """At most ten, those of the evidence first, then those nearest to them; in the order of the day."""
    first = min(one.start for one in works if one.named)
    works.sort(key=lambda one: (not one.named, abs((one.start - first).total_seconds()), one.report))
    return sorted(works[:WORKS_MOST], key=lambda one: (one.start, one.end, one.report))


def _drawn(alert: Alert, works: list[Work], numbers: Mapping[str, str]) -> figures.Drawn:
    """One lane a work; above them those of the evidence together, hatched where they overlap.

    Other works of the day are shown and never hatched: whether they may overlap is for the detector to say.
    """
    row = next(iter(alert.evidence.get("rows", ())), {})
    whose = str(row.get("instrument_name") or row.get("person_name") or alert.subject_id)
    said = {**_printed(alert, works, numbers), **numbers}
    named = [one for one in works if one.named]
    every = [figures.Interval(one.start, one.end, said.get(one.report, one.report)) for one in named]
    clashes = overlaps(every)
    lanes = [figures.Lane("证据所指", every, whose, remark="" if clashes else "没有重叠")]
    for one in works:
        hit = one.named and any(one.start < end and start < one.end for start, end in clashes)
        mine = figures.Interval(one.start, one.end, _kind(alert, one.kind), "strong" if one.named else "plain")
        note = f"{one.start:%H:%M:%S} – {one.end:%H:%M:%S}" + ("，重叠" if hit else "")
        lanes.append(figures.Lane(said.get(one.report, one.report), [mine], note))
    start = min(one.start for one in works).replace(minute=0, second=0, microsecond=0)
    midnight = named[0].start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    last = max(*(one.end for one in named), min(midnight, max(one.end for one in works)))
    end = last.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return figures.day_bar(lanes, start=start, end=end)


def _printed(alert: Alert, works: Sequence[Work], numbers: Mapping[str, str]) -> dict[str, str]:
    """The numbers printed on the reports that the evidence does not name."""
    unknown = {one.report for one in works if one.report and one.report not in numbers}
    rows = dataset_rows(alert.last_run, "reports", report_ids=unknown, columns=["report_id", "report_no"])
    return {str(row["report_id"]): str(row["report_no"]) for row in rows if row.get("report_no")}


def _kind(alert: Alert, kind: str) -> str:
    """What a work is called: the detector's own word for its code."""
    detector = BY_ID.get(alert.detector)
    return (detector.words.get("kind", {}).get(kind) if detector else None) or kind
