"""The work of one run in the background: dataset, screening, finish; every end leaves a sentence."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
from django.utils import timezone

from hengjian.apps.intake.selectors import dataset_files
from hengjian.apps.runs.dataset import build_dataset
from hengjian.apps.runs.lock import Busy, at_work
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.outcome import read_outcome
from hengjian.apps.runs.services import finish_run, move_by_system
from hengjian.apps.runs.weighing import scored_by
from hengjian.backends.articles import article_in_force
from hengjian.backends.detecting import DetectorRun
from hengjian.backends.runner import ScreeningCancelled, run_screening
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.kernel.errors import DomainError, Refused

log = logging.getLogger(__name__)

DATASET_SHARE = 10
"""Per cent of the progress bar for building the dataset; screening has the rest."""
LEAST_SECONDS = 0.5
"""Progress is written at most this often."""
STOPPED = "按要求停下，没有写入任何结果。"
BROKEN = "筛查程序出错（{}），没有写入任何结果。可以重新运行；再次失败请把运行编号报给系统管理员。"
TECHNICAL = (duckdb.Error, pa.ArrowException, OSError, MemoryError)


class Progress:
    """Writes how far the work is and asks whether somebody wants it to stop."""

    def __init__(self, run: ScreeningRun) -> None:
        self._pk, self._written, self._asked = run.pk, None, False
        self._detectors: list[dict[str, Any]] = []
        self._at = (0, "")

    def part(self, low: int, high: int) -> Callable[[int, int, str], None]:
        """A reporter for one part of the work, spread over low…high per cent; ScreeningCancelled when asked to stop."""

        def report(done: int, total: int, step: str) -> None:
            share = low + (high - low) * (done / total if total else 0)
            self._at = (round(share * 10), step)
            self._write()
            if self.cancelled():
                raise ScreeningCancelled(STOPPED)

        return report

    def detectors(self, low: int, high: int, names: Sequence[str]) -> Callable[[int, int, str], None]:
        """A reporter for screening: also notes which detectors are at work; `ended` says which are done."""
        self._detectors = [{"id": name, "state": "waiting", "seconds": None} for name in names]
        told = self.part(low, high)

        def report(done: int, total: int, step: str) -> None:
            self._note(step.partition(" ")[0], "running")
            told(done, total, step)

        return report

    def ended(self, run: DetectorRun) -> None:
        """The detector is done; others may be at work beside it."""
        self._note(run.id, "done", round(run.seconds, 1))
        self._write()

    def _note(self, name: str, state: str, seconds: float | None = None) -> None:
        for one in self._detectors:
            if one["id"] == name:
                one["state"], one["seconds"] = state, seconds

    def _write(self) -> None:
        now, (done, step) = timezone.now(), self._at
        if self._written and (now - self._written).total_seconds() < LEAST_SECONDS:
            return
        self._written = now
        rows = ScreeningRun.objects.filter(pk=self._pk)
        rows.update(done=done, total=1000, step=step[:120], touched_at=now, detectors=self._detectors)
        self._asked = rows.filter(cancel_requested=True).exists()

    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop, as of the last written progress."""
        return self._asked


def work_on(pk: int) -> None:
    """Do the run's work if it is still wanted and nobody else is at it."""
    run = ScreeningRun.objects.select_related("organ").get(pk=pk)
    try:
        with at_work(run):
            _work(run)
    except Busy:
        log.warning("run %s is being worked on elsewhere", run.number)


def _work(run: ScreeningRun) -> None:
    run.refresh_from_db()
    if run.state != "queued":
        return  # cancelled while it waited, or delivered twice
    run = move_by_system(run=run, action="begin", now=timezone.now(), change=_begun(timezone.now()))
    progress = Progress(run)
    try:
        _screen(run, progress)
        outcome = read_outcome(run, previous=_previous(run))
        finish_run(run=run, outcome=outcome, now=timezone.now())
    except ScreeningCancelled:
        move_by_system(run=run, action="stop", now=timezone.now(), message=STOPPED)
    except DomainError as error:
        move_by_system(run=run, action="fail", now=timezone.now(), message=error.sentence)
    except TECHNICAL as error:
        # the message of a reading error may quote data: only its kind goes to the log and to the page
        log.error("run %s failed: %s", run.number, type(error).__name__)
        move_by_system(run=run, action="fail", now=timezone.now(), message=BROKEN.format(type(error).__name__))


def _begun(now: datetime) -> Callable[[ScreeningRun], None]:
    def change(row: ScreeningRun) -> None:
        row.begun_at, row.ended_at, row.step, row.total = now, None, "准备数据", 1000

    return change


def _screen(run: ScreeningRun, progress: Progress) -> None:
    evidence = dataset_files(run.organ, timezone.localdate(run.requested_at))
    if not evidence.get("reports"):
        raise Refused(f"{run.organ.name}还没有收下任何检验检测报告数据，无法筛查。请先在“报送与导入”收下报告表。")
    dataset = build_dataset(run=run, evidence=evidence, report=progress.part(0, DATASET_SHARE))
    out = run.folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    run_screening(
        dataset,
        out,
        today=run.today,
        articles=article_in_force,
        progress=progress.detectors(DATASET_SHARE, 100, [one.id for one in DETECTORS]),
        ended=progress.ended,
        cancelled=progress.cancelled,
        scored_by=scored_by(run),
    )


def _previous(run: ScreeningRun) -> ScreeningRun | None:
    return ScreeningRun.objects.filter(organ=run.organ, state="finished").exclude(pk=run.pk).first()
