"""Small ledgers in a lake of their own, and finished runs without the engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.intake.models import LakeFile, Submission
from hengjian.apps.registry.models import Institution
from hengjian.apps.runs.adapters import ARROW
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.outcome import read_outcome
from hengjian.apps.runs.services import finish_run
from hengjian.engines.screening.findings import FINDINGS_SCHEMA, key_of
from hengjian.engines.screening.score import INSTITUTIONS_SCHEMA
from hengjian.engines.tables.contract import TABLES
from tests.apps.factories import NOW, TODAY

_serial = count(1)


def put_into_lake(
    *, organ: Organ, user: User, table: str, rows: Sequence[Mapping[str, Any]], replaces: str = ""
) -> LakeFile:
    """One accepted file with these rows."""
    number = next(_serial)
    columns = TABLES[table].columns
    schema = pa.schema([(name, ARROW[column.type]) for name, column in columns.items()])
    relative = f"{table}/{number:04d}.parquet"
    path = Path(settings.LAKE_ROOT) / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), path)
    sha256 = hashlib.sha256(path.read_bytes() + str(number).encode()).hexdigest()
    submission = Submission.objects.create(
        number=f"BS-T-{number:04d}",
        organ=organ,
        submitted_by=user,
        sender="试用",
        file_name=f"{table}.csv",
        sha256=sha256,
        size=path.stat().st_size,
        received_at=NOW,
        state="accepted",
        accepted_at=NOW,
    )
    return LakeFile.objects.create(
        submission=submission,
        organ=organ,
        table=table,
        path=relative,
        replaces=replaces,
        sha256=sha256,
        rows=len(rows),
        new=len(rows),
        changed=0,
        same=0,
        order=number,
        accepted_at=NOW,
    )


def report(institution: Institution | str, serial: int, **changes: Any) -> dict[str, Any]:
    """A report with times in their right order; `changes` break it."""
    day = datetime(2026, 9, 1, 9, 0) + timedelta(days=serial % 25, minutes=7 * serial + 3)
    row = {
        "report_id": f"R{serial:05d}",
        "report_no": f"QS-2026-{serial:05d}",
        "institution_id": institution if isinstance(institution, str) else institution.uscc,
        "field": "food",
        "sample_id": f"S{serial:05d}",
        "sampled_at": day,
        "received_at": day + timedelta(hours=3, minutes=1, seconds=7),
        "started_at": day + timedelta(hours=20, minutes=5, seconds=13),
        "finished_at": day + timedelta(days=2, minutes=11, seconds=29),
        "issued_at": day + timedelta(days=4, minutes=17, seconds=31),
    }
    return row | changes


def backwards(institution: Institution | str, serial: int) -> dict[str, Any]:
    """A report that was received and finished weeks after it had been issued: no single slip explains it."""
    row = report(institution, serial)
    late = row["issued_at"] + timedelta(days=40, hours=5)
    return row | {"received_at": late, "started_at": late, "finished_at": late + timedelta(days=2, hours=3)}


def finding(
    institution: Institution, *, detector: str = "A6", reports: Sequence[str], **changes: Any
) -> dict[str, Any]:
    """One row of findings.parquet."""
    subject = str(changes.pop("subject_id", institution.uscc))
    key = key_of((detector, institution.uscc, "institution", subject, changes.pop("key", "")))
    row: dict[str, Any] = {
        "finding_key": key,
        "finding_id": key_of((key, 1)),
        "detector": detector,
        "version": 1,
        "institution_id": institution.uscc,
        "subject_kind": "institution",
        "subject_id": subject,
        "report_ids": "|".join(reports),
        "violation": "SUP-15.5",
        "article": "《检验检测机构监督管理办法》第十五条第二款第（五）项",
        "article_as_of": date(2026, 9, 20),
        "occurred_on": date(2026, 9, 20),
        "p_value": None,
        "q_value": None,
        "severity": "strong",
        "score": 20.0,
        "evidence": json.dumps(evidence(reports), ensure_ascii=False),
    }
    return row | changes


def evidence(reports: Sequence[str]) -> dict[str, Any]:
    """Evidence as the engine writes it, of the time-order detector."""
    rows = [
        {
            "report_id": one,
            "report_no": f"QS-{one}",
            "earlier": "finished_at",
            "earlier_at": "2026-10-30 10:00:00",
            "later": "issued_at",
            "later_at": "2026-09-20 09:00:00",
            "gap_hours": 961.0,
        }
        for one in reports
    ]
    labels = {
        "report_id": "报告标识",
        "report_no": "报告编号",
        "earlier_at": "应在前环节的时间",
        "later_at": "应在后环节的时间",
    }
    return {
        "says": f"报告 {reports[0] if reports else '—'} 的检测结束晚于签发",
        "rows": rows,
        "rows_total": len(rows),
        "labels": labels,
        "accused": len(rows),
        "judged": 100,
        "unit": "报告",
        "excluded": ["时间只记到天的，相差一天以内不计"],
        "slip": False,
    }


def running(*, organ: Organ, user: User, today: date = TODAY) -> ScreeningRun:
    """A run that a worker has begun."""
    return ScreeningRun.objects.create(
        number=f"SC-2026-{next(_serial):04d}",
        organ=organ,
        requested_by=user,
        requested_at=NOW,
        begun_at=NOW,
        today=today,
        state="running",
    )


def finished(
    *,
    organ: Organ,
    user: User,
    findings: Sequence[Mapping[str, Any]],
    now: datetime = NOW,
    numbers: Mapping[str, str] | None = None,
) -> ScreeningRun:
    """A run finished with these findings, as if the engine had written them; `numbers` are printed on the reports."""
    run = running(organ=organ, user=user)
    out, dataset = run.folder / "out", run.folder / "dataset"
    out.mkdir(parents=True)
    dataset.mkdir()
    whose = {one: row["institution_id"] for row in findings for one in row["report_ids"].split("|") if one}
    reports = sorted(whose)
    printed = {"report_no": [numbers.get(one) for one in reports]} if numbers else {}
    owners = {"institution_id": pa.array([whose[one] for one in reports], pa.string())}
    columns = {"report_id": reports, **owners, "field": ["food"] * len(reports), **printed}
    pq.write_table(pa.table(columns), dataset / "reports.parquet")
    pq.write_table(
        pa.Table.from_pylist([dict(row) for row in findings], schema=FINDINGS_SCHEMA), out / "findings.parquet"
    )
    risks = [_risk(one, findings) for one in Institution.objects.filter(organ__path__startswith=organ.path)]
    pq.write_table(pa.Table.from_pylist(risks, schema=INSTITUTIONS_SCHEMA), out / "institutions.parquet")
    summary = {
        "today": run.today.isoformat(),
        "engine": "duckdb 2",
        "program_version": "0.1.0",
        "inputs": [{"table": "reports", "files": ["reports.parquet"], "rows": len(reports), "sha256": "ab" * 32}],
        "detectors": [
            {"id": "A6", "version": 1, "state": "ran", "reason": "", "findings": len(findings), "seconds": 0.2},
            {"id": "D3", "version": 1, "state": "abstained", "reason": "平行样不足", "findings": 0, "seconds": 0.1},
            {"id": "B2", "version": 1, "state": "failed", "reason": "ValueError", "findings": 0, "seconds": 0.1},
            {
                "id": "A2",
                "version": 1,
                "state": "skipped",
                "reason": "缺少表 certificates",
                "findings": 0,
                "seconds": 0,
            },
        ],
    }
    (out / "run.json").write_text(json.dumps(summary, ensure_ascii=False), encoding="utf-8")
    return finish_run(run=run, outcome=read_outcome(run, previous=None), now=now)


def _risk(institution: Institution, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    mine = [row["finding_id"] for row in findings if row["institution_id"] == institution.uscc]
    parts = [{"cluster": "time", "decibans": 20.0, "finding_ids": mine}] if mine else []
    return {
        "institution_id": institution.uscc,
        "risk": 0.82 if mine else 0.052,
        "band": "red" if mine else "green",
        "prior_db": -12.6,
        "contributions": json.dumps(parts),
        "n_reports": 100,
        "abstained": "D3:平行样不足",
        "exonerating": json.dumps([{"what": "盲样合格", "decibans": -3.0}]),
    }
