"""Taking over the findings of a finished run: one alert per key, later runs add reports, never a second one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Max

from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.procedures import ALERT
from hengjian.apps.record.services import SYSTEM, append_event, perform
from hengjian.apps.registry.models import Institution
from hengjian.apps.runs.adapters import institutions_of
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.outcome import findings_of
from hengjian.apps.runs.policies import system_policy
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.tables.fields import FIELD_CODES

BATCH = 500
TITLES = {detector.id: detector.title for detector in DETECTORS}
REFRESHED = (
    "finding_id", "version", "severity", "score", "p_value", "q_value", "violation", "article", "article_as_of",
    "occurred_on", "title", "evidence",
)  # fmt: skip
"""What a later run says anew about a known key; state, judgement and first sight stay."""
WRITTEN = (*REFRESHED, "field", "report_ids", "n_reports", "last_run", "last_seen")


def take_findings(*, run: ScreeningRun, now: datetime) -> None:
    """Make or renew the alerts of a finished run in its transaction; judged ones reopen only with new reports.

    One event carries the counts of the run; a reopened alert has its own. Findings about institutions that left the
    organ meanwhile are counted as `strangers` and raise nothing.
    """
    institutions = {one.uscc: one for one in institutions_of(run.organ)}
    counts = {"new": 0, "renewed": 0, "reopened": 0, "strangers": 0}
    numbers = _numbers(now.year)
    for batch in _batches(findings_of(run)):
        known = [row for row in batch if row["institution_id"] in institutions]
        counts["strangers"] += len(batch) - len(known)
        _take_batch(known, institutions, run=run, now=now, numbers=numbers, counts=counts)
    append_event(now=now, actor=SYSTEM, verb="alert.take", thing=run, organ_path=run.organ_path, after=counts)
    run.counts["alerts"] = counts
    run.save(update_fields=["counts"])


def _take_batch(
    rows: list[dict[str, Any]],
    institutions: dict[str, Institution],
    *,
    run: ScreeningRun,
    now: datetime,
    numbers: Iterator[str],
    counts: dict[str, int],
) -> None:
    keys = [row["finding_key"] for row in rows]
    found = Alert.objects.select_for_update(of=("self",)).filter(finding_key__in=keys)
    known = {(alert.institution_id, alert.finding_key): alert for alert in found}
    fresh, renewed, reopened = [], [], []
    for row in rows:
        institution = institutions[row["institution_id"]]
        alert = known.get((institution.pk, row["finding_key"]))
        if alert is None:
            fresh.append(_fresh(row, institution, run=run, now=now, number=next(numbers)))
            continue
        _renew(alert, row, run=run, now=now)
        renewed.append(alert)
        if alert.verdict_stands and set(alert.report_ids) - set(alert.judged_reports):
            reopened.append(alert)
    Alert.objects.bulk_create(fresh, batch_size=BATCH)
    Alert.objects.bulk_update(renewed, WRITTEN, batch_size=100)
    for alert in reopened:
        _reopen(alert, run=run, now=now)
    counts["new"] += len(fresh)
    counts["renewed"] += len(renewed)
    counts["reopened"] += len(reopened)


def _fresh(row: dict[str, Any], institution: Institution, *, run: ScreeningRun, now: datetime, number: str) -> Alert:
    alert = Alert(
        number=number,
        organ_id=institution.organ_id,
        institution=institution,
        finding_key=row["finding_key"],
        detector=row["detector"],
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        run=run,
        first_seen=now,
        state_at=now,
    )
    _renew(alert, row, run=run, now=now)
    return alert


def _renew(alert: Alert, row: dict[str, Any], *, run: ScreeningRun, now: datetime) -> None:
    values = {**row, "title": _title(row), "article": (row["article"] or "")[:200]}
    for name in REFRESHED:
        setattr(alert, name, values[name])
    alert.field = row["field"] if row["field"] in FIELD_CODES else ""
    alert.report_ids = sorted({*alert.report_ids, *row["report_ids"]})
    alert.n_reports = len(alert.report_ids)
    alert.last_run, alert.last_seen = run, now


def _title(row: dict[str, Any]) -> str:
    """The detector's title, and which device or person of the institution: several alerts of one kind differ by it.

    People stand there by their number: titles go into lists and the record, where names are not needed.
    """
    title = TITLES.get(row["detector"], row["detector"])
    first = next((one for one in row["evidence"].get("rows", ()) if isinstance(one, dict)), {})
    whose = {
        "instrument": " ".join(filter(None, (str(first.get("instrument_name") or "设备"), row["subject_id"]))),
        "person": f"人员 {row['subject_id']}",
    }.get(row["subject_kind"], "")
    return f"{title}（{whose}）"[:200] if whose else title


def _reopen(alert: Alert, *, run: ScreeningRun, now: datetime) -> None:
    extra = len(set(alert.report_ids) - set(alert.judged_reports))

    def apply(row: Alert, *_: Any) -> None:
        row.state_at = now

    perform(
        procedure=ALERT,
        action="new_reports",
        thing=Alert,
        pk=alert.pk,
        policy=system_policy,
        now=now,
        facts={"run": run.number},
        reason=f"筛查 {run.number} 又发现 {extra} 份报告",
        apply=apply,
    )


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _numbers(year: int) -> Iterator[str]:
    """Free numbers of the year; finishing transactions wait for each other on the record, so none is given twice."""
    start = f"YJ-{year}-"
    last = Alert.objects.filter(number__startswith=start).aggregate(last=Max("number"))["last"]
    serial = int(last.rsplit("-", 1)[1]) if last else 0
    while True:
        serial += 1
        yield f"{start}{serial:06d}"
