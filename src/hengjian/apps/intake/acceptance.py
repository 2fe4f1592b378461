"""Acceptance: staged rows become immutable lake files, then one transaction makes them count.

Order matters. Files are written and made durable first, named by their content: a kill leaves files that no row names,
and the next attempt writes the very same ones. Only the transaction at the end – lake rows, registry, state, event –
makes them count, and it is given up when another acceptance came in between the comparison and the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.intake import storage
from hengjian.apps.intake.models import LakeFile, LakeHead, Submission
from hengjian.apps.intake.procedures import SUBMISSION
from hengjian.apps.intake.reading import compared, staged_tables
from hengjian.apps.intake.selectors import in_force, lake_files_for
from hengjian.apps.record.services import SYSTEM, Actor, perform
from hengjian.apps.registry.services import load_registry_table
from hengjian.apps.registry.tables import TABLES as REGISTRY
from hengjian.kernel.errors import Refused

Report = Callable[[int, int, str], None]
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Written:
    """One table's files in the lake, not yet counting."""

    table: str
    path: str
    replaces: str
    sha256: str
    rows: int
    new: int
    changed: int
    same: int


def write(submission: Submission, *, now: datetime, report: Report) -> None:
    """Write what is new or changed and make it count; safe to run again after a kill at any moment.

    Raises Refused when the staged rows are gone or other acceptances keep coming in between.
    """
    staged = staged_tables(submission)
    if not staged:
        raise Refused("试运行没有认出可以写入的表。")
    for _ in range(ATTEMPTS):
        seen = _order()
        written = [
            _write_table(submission, table, path, now, done, len(staged), report)
            for done, (table, path) in enumerate(staged.items())
        ]
        report(len(staged), len(staged), "写入登记并生效")
        if _make_count(submission, [one for one in written if one.rows], written, seen=seen, now=now):
            return
    raise Refused("别的数据正在不断收下，这份没有写成。请再点一次“收下”。")


def _order() -> int:
    head = LakeHead.objects.filter(pk=1).first()
    return head.order if head else 0


def _write_table(
    submission: Submission, table: str, path: Path, now: datetime, done: int, total: int, report: Report
) -> Written:
    report(done, total, f"比较并写入 {table}")
    files = in_force(list(lake_files_for(submission.organ, timezone.localdate(now), tables=[table])))
    found = compared(path, files, table, folder=storage.work_folder(submission) / "compared")
    rows = found.new + found.changed
    if found.write is None:
        return Written(table, "", "", "", 0, 0, 0, found.same)
    lake, sha256 = storage.put_into_lake(found.write, table)
    replaces = storage.put_into_lake(found.replaces, f"{table}.replaces")[0] if found.replaces else ""
    return Written(table, lake, replaces, sha256, rows, found.new, found.changed, found.same)


@transaction.atomic
def _make_count(
    submission: Submission, written: list[Written], every: list[Written], *, seen: int, now: datetime
) -> bool:
    """All or nothing; False when another acceptance was faster and the comparison has to be made again."""
    LakeHead.objects.get_or_create(pk=1)
    head = LakeHead.objects.select_for_update().get(pk=1)
    if head.order != seen and _overtaken(submission, every, seen, now):
        return False
    head.order += 1
    head.save()
    actor = _actor(submission, now)
    for one in sorted(written, key=_registry_first):
        LakeFile.objects.create(
            submission=submission, organ=submission.organ, order=head.order, accepted_at=now, **asdict(one)
        )
        if one.table in REGISTRY:
            load_registry_table(
                table=one.table,
                rows=_rows(storage.lake_path(one.path)),
                actor=actor,
                now=now,
                organ=submission.organ,
                source=f"{submission.number} {one.sha256}",
            )
    counts = {name: sum(getattr(one, name) for one in every) for name in ("new", "changed", "same")}

    def apply(row: Submission, *_: Any) -> None:
        row.accepted_at, row.touched_at, row.step, row.message, row.runner = now, now, "", "", ""
        row.preview = {**row.preview, **counts}

    perform(
        procedure=SUBMISSION,
        action="finish",
        thing=Submission,
        pk=submission.pk,
        policy=lambda code, thing: actor,
        now=now,
        apply=apply,
        facts={"files": [asdict(one) for one in written], **counts},
    )
    return True


def _overtaken(submission: Submission, every: list[Written], seen: int, now: datetime) -> bool:
    tables = [one.table for one in every]
    return lake_files_for(submission.organ, timezone.localdate(now), tables=tables).filter(order__gt=seen).exists()


def _registry_first(one: Written) -> int:
    """Institutions before their parts, parts before evidence."""
    return REGISTRY.index(one.table) if one.table in REGISTRY else len(REGISTRY)


def _actor(submission: Submission, now: datetime) -> Actor:
    """Who accepted; the system where that person's posting has ended since."""
    user = submission.accepted_by
    posting = may(user, "intake.accept", submission.organ, on=timezone.localdate(now)) if user else None
    if user is None or posting is None:
        return Actor(id=SYSTEM.id, name=SYSTEM.name, role=SYSTEM.role, organ_path=submission.organ_path)
    return actor_for(user, posting)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.ParquetFile(path).iter_batches(batch_size=5000):
        yield from batch.to_pylist()
