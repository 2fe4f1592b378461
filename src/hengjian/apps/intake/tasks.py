"""Background work of submissions: reading (dry run) and writing into the lake. Work cut off is taken up again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from hengjian.apps.intake import acceptance, reading
from hengjian.apps.intake.models import DryRun, Submission
from hengjian.apps.intake.procedures import SUBMISSION
from hengjian.apps.intake.services import _queue_acceptance, _queue_reading, forget_work
from hengjian.apps.record.services import SYSTEM, Actor, perform
from hengjian.kernel.errors import DomainError, IllegalMove

STALLED = timedelta(minutes=5)
MOST_ATTEMPTS = 3
BROKEN_OFF = "处理这份文件时程序出错，已中断，没有写入任何数据。请把报送编号告诉系统管理员。"


class Cancelled(Exception):
    """A person asked the running work to stop."""


def _system(organ_path: str) -> Callable[[str, Any], Actor]:
    actor = Actor(id=SYSTEM.id, name=SYSTEM.name, role=SYSTEM.role, organ_path=organ_path)
    return lambda code, thing: actor


def _step(submission: Submission, action: str, *, facts: dict[str, Any] | None = None, **changes: Any) -> Submission:
    def apply(row: Submission, *_: Any) -> None:
        for name, value in (changes | {"touched_at": timezone.now()}).items():
            setattr(row, name, value)

    return perform(  # type: ignore[no-any-return]
        procedure=SUBMISSION,
        action=action,
        thing=Submission,
        pk=submission.pk,
        policy=_system(submission.organ_path),
        now=timezone.now(),
        facts=facts,
        apply=apply,
    )


def _reporter(pk: int) -> Callable[[int, int, str], None]:
    def report(done: int, total: int, step: str) -> None:
        Submission.objects.filter(pk=pk).update(done=done, total=total, step=step[:80], touched_at=timezone.now())
        if Submission.objects.filter(pk=pk, cancel_requested=True).exists():
            raise Cancelled

    return report


@contextmanager
def _in_hand(pk: int, *states: str) -> Iterator[Submission | None]:
    """The submission, if nobody else has it in hand; two workers never do the same one."""
    token, now = secrets.token_hex(16), timezone.now()
    free = Submission.objects.filter(pk=pk, state__in=states).filter(Q(runner="") | Q(touched_at__lt=now - STALLED))
    if not free.update(runner=token, touched_at=now):
        yield None
        return
    try:
        yield Submission.objects.select_related("organ").get(pk=pk)
    finally:
        Submission.objects.filter(pk=pk, runner=token).update(runner="")


@task()
def read_submission(pk: int) -> None:
    """Dry run in the background."""
    read_now(pk)


@task()
def write_submission(pk: int) -> None:
    """Acceptance in the background."""
    write_now(pk)


def read_now(pk: int) -> None:
    """Read, recognise, check; store the dry run. A refusal becomes the submission's message, never a lost task."""
    with _in_hand(pk, "received", "reading") as submission:
        if submission is None:
            return
        ended = False
        try:
            if submission.state == "received":
                submission = _step(submission, "read")
            counts, detail = reading.read(submission, report=_reporter(pk))
            _keep(submission, counts, detail)
            ended = True
        except Cancelled:
            ended = _fail(submission, "读取已取消，没有写入任何数据。")
        except IllegalMove:
            ended = True  # withdrawn while it was being read
        except reading.Unread as error:
            ended = _fail(submission, error.sentence, detail=error.detail)
        except DomainError as error:
            ended = _fail(submission, error.sentence)
        finally:
            if not ended:
                _fail(submission, BROKEN_OFF)


@transaction.atomic
def _keep(submission: Submission, counts: dict[str, Any], detail: dict[str, Any]) -> None:
    DryRun.objects.update_or_create(submission=submission, defaults={"detail": detail, "read_at": timezone.now()})
    _step(submission, "preview", preview=counts, message="", step="")


@transaction.atomic
def _fail(submission: Submission, sentence: str, *, detail: dict[str, Any] | None = None) -> bool:
    """End a reading; the counts of an earlier dry run no longer hold, `detail` is what there is to see."""
    if Submission.objects.filter(pk=submission.pk, state="reading").exists():
        DryRun.objects.update_or_create(
            submission=submission, defaults={"detail": detail or {}, "read_at": timezone.now()}
        )
        facts = {"message": sentence}
        _step(submission, "fail", facts=facts, message=sentence, step="", cancel_requested=False, preview={})
    return True


def write_now(pk: int) -> None:
    """Write the staged rows: files first, then one transaction that makes them count."""
    with _in_hand(pk, "accepting") as submission:
        if submission is None:
            return
        ended = False
        try:
            acceptance.write(submission, now=timezone.now(), report=_reporter(pk))
            ended = True
        except Cancelled:
            ended = _give_back(submission, "收下已取消，没有写入任何数据。")
        except DomainError as error:
            ended = _give_back(submission, error.sentence)
        finally:
            if not ended:
                _give_back(submission, BROKEN_OFF)
        submission.refresh_from_db()
        if submission.state == "accepted":
            forget_work(submission)


def _give_back(submission: Submission, sentence: str) -> bool:
    if Submission.objects.filter(pk=submission.pk, state="accepting").exists():
        _step(submission, "give_back", facts={"message": sentence}, message=sentence, step="", cancel_requested=False)
    return True


def take_up_stalled() -> int:
    """Queue again what a killed worker left half-way (nothing of it was committed); after three times, end it.

    Returns how many were found.
    """
    stale = Submission.objects.filter(
        touched_at__lt=timezone.now() - STALLED, state__in=["received", "reading", "accepting"]
    )
    found = list(stale.values_list("pk", flat=True))
    for pk in found:
        _take_up(pk)
    return len(found)


@transaction.atomic
def _take_up(pk: int) -> None:
    row = Submission.objects.select_for_update(of=("self",)).select_related("organ").get(pk=pk)
    if row.touched_at is None or row.touched_at >= timezone.now() - STALLED:
        return
    row.touched_at, row.runner, row.attempts = timezone.now(), "", row.attempts + 1
    row.save(update_fields=["touched_at", "runner", "attempts"])
    if row.state == "accepting":
        _give_back(row, BROKEN_OFF) if row.attempts > MOST_ATTEMPTS else _queue_acceptance(pk)
    elif row.attempts > MOST_ATTEMPTS and row.state == "reading":
        _fail(row, BROKEN_OFF)
    else:
        _queue_reading(pk)
