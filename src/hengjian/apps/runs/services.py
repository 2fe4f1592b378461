"""Starting, cancelling and restarting screening runs; taking over what a finished one found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Protocol

from django.db import IntegrityError, transaction
from django.db.models import Max

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.record.services import append_event, perform
from hengjian.apps.registry.services import set_risk
from hengjian.apps.runs.lock import is_held
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.outcome import FILES, Outcome, risk_values
from hengjian.apps.runs.policies import system_policy
from hengjian.apps.runs.procedures import ACTIVE, RUN
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from hengjian.ui.wording import zh_datetime

INTERRUPTED = "后台程序在运行途中停止，没有写入任何结果；可以重新运行。"


class OnFinished(Protocol):
    """What an app above does with a finished run, inside the transaction that finishes it."""

    def __call__(self, *, run: ScreeningRun, now: datetime) -> None: ...


_CALLBACKS: list[OnFinished] = []


def on_finished(callback: OnFinished) -> None:
    """Register what is done when a run has finished; apps above this one call it from `ready()`."""
    if callback not in _CALLBACKS:
        _CALLBACKS.append(callback)


def start_run(*, organ: Organ, user: User, today: date, on: date, now: datetime) -> ScreeningRun:
    """Queue a screening of the organ's institutions as of `today`; `on` is the day on which the right is asked.

    Raises NotAllowed without the right, IllegalMove while another run of the organ is active, Refused for a later day.
    """
    posting = may(user, "run.start", organ, on=on)
    if posting is None:
        raise NotAllowed(f"您没有为{organ.name}启动筛查的权限。")
    if today > on:
        raise Refused("筛查日期不能晚于今天。", where={"field": "today"})
    note_interruptions(organ=organ, now=now)
    _refuse_second(organ)
    try:
        with transaction.atomic():
            run = ScreeningRun.objects.create(
                number=_next_number(now.year), organ=organ, requested_by=user, requested_at=now, today=today
            )
            append_event(
                now=now,
                actor=actor_for(user, posting),
                verb="screening_run.start",
                thing=run,
                organ_path=organ.path,
                basis=RUN.moves[0].basis,
                after={"number": run.number, "today": today},
            )
            _enqueue(run.pk)
    except IntegrityError:
        # somebody else's start was committed between the question and the insert
        _refuse_second(organ)
        raise IllegalMove("另一次筛查正在同时启动，请再试一次。") from None
    return run


def _refuse_second(organ: Organ) -> None:
    active = ScreeningRun.objects.filter(organ=organ, state__in=ACTIVE).select_related("requested_by").first()
    if active:
        raise IllegalMove(
            f"{organ.name}的筛查 {active.number} {RUN.states[active.state]}，由{active.requested_by.name}于"
            f"{zh_datetime(active.requested_at)}启动。同一机关同一时间只能有一次筛查，请等它结束，或者先取消它。",
            where={"run": active.number},
        )


def _next_number(year: int) -> str:
    start = f"SC-{year}-"
    last = ScreeningRun.objects.filter(number__startswith=start).aggregate(last=Max("number"))["last"]
    return f"{start}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def _enqueue(pk: int) -> None:
    from hengjian.apps.runs.tasks import screen_in_background  # the task imports the worker, which imports this

    transaction.on_commit(lambda: screen_in_background.enqueue(pk))


def cancel_run(*, pk: int, user: User, on: date, now: datetime) -> ScreeningRun:
    """Cancel a queued run at once; ask a running one to stop; a run whose worker is dead is marked as interrupted."""
    run = ScreeningRun.objects.select_related("organ").get(pk=pk)
    if interrupted(run):
        note_interruptions(organ=run.organ, now=now)
        raise IllegalMove(f"筛查 {run.number} 已中断，不用再取消；可以重新运行。")
    policy = policy_of(user, on=on)

    def ask(row: ScreeningRun, *_: Any) -> None:
        row.cancel_requested = True
        row.ended_at = now if row.state == "cancelled" else None

    action = "cancel" if run.state == "queued" else "ask_to_stop"
    return perform(procedure=RUN, action=action, thing=ScreeningRun, pk=pk, policy=policy, now=now, apply=ask)  # type: ignore[no-any-return]


def restart_run(*, pk: int, user: User, on: date, now: datetime) -> ScreeningRun:
    """Queue a failed, cancelled or interrupted run again under its number."""
    run = ScreeningRun.objects.select_related("organ").get(pk=pk)
    note_interruptions(organ=run.organ, now=now)

    def renew(row: ScreeningRun, *_: Any) -> None:
        row.attempt += 1
        row.cancel_requested = False
        row.done = row.total = 0
        row.step = row.message = ""
        row.begun_at = row.ended_at = row.touched_at = None

    try:
        with transaction.atomic():
            again = perform(
                procedure=RUN,
                action="restart",
                thing=ScreeningRun,
                pk=pk,
                policy=policy_of(user, on=on),
                now=now,
                apply=renew,
            )
            _enqueue(pk)
            return again  # type: ignore[no-any-return]
    except IntegrityError:
        _refuse_second(run.organ)
        raise


def interrupted(run: ScreeningRun) -> bool:
    """Whether the run says it is running while no living worker holds it."""
    return run.state == "running" and not is_held(run)


def note_interruptions(*, now: datetime, organ: Organ | None = None) -> int:
    """Mark runs whose worker died as interrupted; called before a start or restart and when a worker comes up."""
    rows = ScreeningRun.objects.filter(state="running")
    dead = [run for run in (rows.filter(organ=organ) if organ else rows) if interrupted(run)]
    marked = 0
    for run in dead:
        # the worker may have finished between the two looks: then the table refuses, and rightly
        with suppress(IllegalMove):
            move_by_system(run=run, action="interrupt", now=now, message=INTERRUPTED)
            marked += 1
    return marked


def move_by_system(
    *,
    run: ScreeningRun,
    action: str,
    now: datetime,
    message: str = "",
    change: Callable[[ScreeningRun], None] | None = None,
) -> ScreeningRun:
    """Make one of the worker's own moves; `message` is the Chinese sentence that the page shows."""

    def apply(row: ScreeningRun, *_: Any) -> None:
        row.message = message
        row.touched_at = now
        if row.state not in ACTIVE:
            row.ended_at = now
        if change:
            change(row)

    return perform(  # type: ignore[no-any-return]
        procedure=RUN,
        action=action,
        thing=ScreeningRun,
        pk=run.pk,
        policy=system_policy,
        now=now,
        facts={"message": message},
        apply=apply,
    )


@transaction.atomic
def finish_run(*, run: ScreeningRun, outcome: Outcome, now: datetime) -> ScreeningRun:
    """Store the summary, put the risk into force, hand the findings to the apps above: all or nothing."""

    def store(row: ScreeningRun) -> None:
        row.engine, row.program_version = outcome.engine[:80], outcome.program_version[:40]
        row.inputs, row.detectors = outcome.inputs, outcome.detectors
        row.heat, row.counts = outcome.heat, outcome.counts
        row.done = row.total

    finished = move_by_system(run=run, action="finish", now=now, change=store)
    set_risk(run=finished.number, values=risk_values(finished), now=now)
    for callback in _CALLBACKS:
        callback(run=finished, now=now)
    return finished


@transaction.atomic
def note_download(*, run: ScreeningRun, name: str, user: User, on: date, now: datetime) -> None:
    """Put on the record that somebody took a file of the run; NotAllowed without the right."""
    posting = may(user, "run.download", run, on=on)
    if posting is None:
        raise NotAllowed("您没有下载筛查结果的权限。")
    append_event(
        now=now,
        actor=actor_for(user, posting),
        verb="screening_run.download",
        thing=run,
        organ_path=run.organ_path,
        after={"file": name, "label": FILES[name], "sha256": run.counts.get("files", {}).get(name, "")},
    )
