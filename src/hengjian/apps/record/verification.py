"""Running a verification of the chain that a person asked for: progress, cancelling, surviving a restart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from hengjian.apps.record.models import Verification
from hengjian.apps.record.selectors import chain_head, verify_chain

SMALL_CHAIN = 20_000
"""Up to this many events a verification takes well under a second and needs no background work."""

SILENT_AFTER = timedelta(minutes=10)


class Cancelled(Exception):
    """The person who asked does not want the answer any more."""


@transaction.atomic
def request_verification(*, requested_by: str, now: datetime, start: Callable[[int], object]) -> Verification:
    """Store the wish and hand it to `start(pk)` once the transaction is through; one already under way is joined."""
    mark_interrupted(now)
    under_way = Verification.objects.filter(state__in=["waiting", "running"]).first()
    if under_way:
        return under_way
    row = Verification.objects.create(
        requested_by=requested_by, requested_at=now, touched_at=now, total=chain_head()[0]
    )
    transaction.on_commit(lambda: start(row.pk))
    return row


def run_verification(pk: int, *, clock: Callable[[], datetime]) -> None:
    """Do it, writing the progress; a second run of one that has ended changes nothing."""
    begun = Verification.objects.filter(pk=pk, state__in=["waiting", "running"])
    if not begun.update(state="running", touched_at=clock()):
        return

    def note(done: int, total: int) -> None:
        Verification.objects.filter(pk=pk).update(done=done, total=total, touched_at=clock())
        if Verification.objects.filter(pk=pk, cancel_requested=True).exists():
            raise Cancelled

    try:
        report = verify_chain(note)
    except Cancelled:
        Verification.objects.filter(pk=pk).update(state="cancelled", finished_at=clock())
        return
    broken = report.broken
    Verification.objects.filter(pk=pk).update(
        state="done",
        done=report.events,
        total=report.events,
        head_hash=report.head_hash,
        broken_sequence=broken.sequence if broken else None,
        broken_reason=broken.reason if broken else "",
        finished_at=clock(),
    )


def cancel_verification(pk: int) -> None:
    """Ask the running verification to stop at its next step."""
    Verification.objects.filter(pk=pk, state__in=["waiting", "running"]).update(cancel_requested=True)


def mark_interrupted(now: datetime) -> int:
    """Mark what was found half-done and has been silent for ten minutes; answers how many."""
    silent = Verification.objects.filter(state__in=["waiting", "running"], touched_at__lt=now - SILENT_AFTER)
    return silent.update(state="failed", broken_reason="校验中断：后台任务停止过。请重新校验。", finished_at=now)
