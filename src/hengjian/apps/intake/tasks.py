"""Background work of submissions: reading (dry run) and writing into the lake. A task cut off is taken up again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from hengjian.apps.accounts.models import User
from hengjian.apps.intake import acceptance, reading
from hengjian.apps.intake.models import Submission
from hengjian.apps.intake.procedures import SUBMISSION
from hengjian.apps.intake.services import _queue_acceptance, _queue_reading, forget_work
from hengjian.apps.record.services import SYSTEM, Actor, perform
from hengjian.kernel.errors import DomainError, IllegalMove

STALLED = timedelta(minutes=5)


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
        procedure=SUBMISSION, action=action, thing=Submission, pk=submission.pk, policy=_system(submission.organ_path),
        now=timezone.now(), facts=facts, apply=apply,
    )


def _reporter(pk: int) -> Callable[[int, int, str], None]:
    def report(done: int, total: int, step: str) -> None:
        Submission.objects.filter(pk=pk).update(done=done, total=total, step=step[:80], touched_at=timezone.now())
        if Submission.objects.filter(pk=pk, cancel_requested=True).exists():
            raise Cancelled

    return report


@task()
def read_submission(pk: int) -> None:
    """Dry run in the background."""
    read_now(pk)


@task()
def write_submission(pk: int, user_id: int) -> None:
    """Acceptance in the background."""
    write_now(pk, user_id)


def read_now(pk: int) -> None:
    """Read, recognise, check; store the preview. A refusal becomes the submission's message, never a lost task."""
    submission = Submission.objects.select_related("organ").filter(pk=pk).first()
    if submission is None or submission.state not in {"received", "reading"}:
        return
    if submission.state == "received":
        submission = _step(submission, "read")
    try:
        preview = reading.read(submission, report=_reporter(pk))
        _step(submission, "preview", preview=preview, message="", step="")
    except Cancelled:
        _step(submission, "fail", facts={"message": "已取消"}, message="读取已取消，没有写入任何数据。", cancel_requested=False)
    except IllegalMove:
        return  # withdrawn while it was being read
    except DomainError as error:
        _step(submission, "fail", facts={"message": error.sentence}, message=error.sentence)


def write_now(pk: int, user_id: int) -> None:
    """Write the staged rows: files first, then one transaction that makes them count."""
    submission = Submission.objects.select_related("organ").filter(pk=pk, state="accepting").first()
    if submission is None:
        return
    user = User.objects.get(pk=user_id)
    try:
        acceptance.write(submission, user=user, now=timezone.now(), report=_reporter(pk))
    except Cancelled:
        sentence = "收下已取消，没有写入任何数据。"
        _step(submission, "give_back", facts={"message": sentence}, message=sentence, cancel_requested=False)
        return
    except DomainError as error:
        _step(submission, "give_back", facts={"message": error.sentence}, message=error.sentence)
        return
    forget_work(submission)


def take_up_stalled() -> int:
    """Queue again what a killed worker left half-way; nothing of it had been committed. Returns how many."""
    stale = Submission.objects.filter(touched_at__lt=timezone.now() - STALLED)
    count = 0
    for submission in stale.filter(state__in=["received", "reading", "accepting"]):
        with transaction.atomic():
            row = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
            row.touched_at = timezone.now()
            row.save(update_fields=["touched_at"])
            if row.state == "accepting" and row.accepted_by_id:
                _queue_acceptance(row.pk, row.accepted_by_id)
            elif row.state != "accepting":
                _queue_reading(row.pk)
        count += 1
    return count
