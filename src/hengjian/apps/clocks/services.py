"""Starting, pausing, extending, correcting and stopping clocks. Whoever calls has asked for the right to the matter."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.clocks.calendars import current_calendar
from hengjian.apps.clocks.deriving import Outcome, as_outcome, derived, due_text, outcome_of, take
from hengjian.apps.clocks.models import UNFINISHED, Clock, ClockEvent
from hengjian.apps.record.services import Actor, append_event
from hengjian.engines.deadlines import Alarm, Deadline
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from hengjian.law.deadlines import clock_on, rule_on
from hengjian.ui.wording import zh_date

FIXED = "LIMIT"
"""The id under which a limit set by a person runs when its app gives no other."""
KNOWN = ("organ", "responsible")
"""Handed over as rows: whether they exist is not asked again, a query each."""
OUTCOMES = {"met": "已完成", "stopped": "已终止"}


@transaction.atomic
def start_clock(
    *,
    rule_id: str,
    thing: models.Model,
    organ: Organ,
    start: date | datetime,
    label: str,
    actor: Actor,
    now: datetime,
    url: str = "",
    responsible: User | None = None,
) -> Clock:
    """Start the clock of a rule for a thing from the day (or moment) of its event, which may lie in the past.

    Refused when the same clock already runs for the thing, or the event is still to come (except for periods that
    run up to an event); NotFound when no text of the rule is recorded for that day.
    """
    day = _day(start)
    rule = rule_on(rule_id, day)
    if rule.sense != "before" and day > timezone.localdate(now):
        raise Refused(f"“{rule.title}”的起算日 {day.isoformat()} 还没有到，不能预先起算。", article=rule.basis)
    if rule.unit == "hours" and isinstance(start, datetime) and start > now:
        raise Refused(f"“{rule.title}”的起算时刻还没有到，不能预先起算。", article=rule.basis)
    _require_not_running(thing, rule_id, rule.title)
    found = outcome_of(rule, start=start, calendar=current_calendar(), pauses=[], extensions=[])
    clock = Clock(
        rule_id=rule_id,
        rule_from=clock_on(rule_id, day).valid_from,
        title=rule.title,
        basis=rule.basis[:300],
        unit=rule.unit,
        sense=rule.sense,
        started_at=start if rule.unit == "hours" else None,
        **_about(thing, organ=organ, start=day, label=label, url=url, responsible=responsible, now=now),
    )
    return _begin(clock, found, actor=actor, now=now)


@transaction.atomic
def start_fixed_clock(
    *,
    due: date,
    basis: str,
    title: str,
    thing: models.Model,
    organ: Organ,
    start: date,
    label: str,
    actor: Actor,
    now: datetime,
    rule_id: str = FIXED,
    url: str = "",
    responsible: User | None = None,
) -> Clock:
    """Start a limit that a person set (a date in an order to correct); it is not moved by holidays or rules."""
    if due < start:
        raise Refused(f"期限 {due.isoformat()} 早于起算日 {start.isoformat()}。", where={"field": "due"})
    if start > timezone.localdate(now):
        raise Refused(f"“{title}”的起算日 {start.isoformat()} 还没有到，不能预先起算。", where={"field": "start"})
    _require_not_running(thing, rule_id, title)
    clock = Clock(
        kind="fixed",
        rule_id=rule_id,
        title=title[:80],
        basis=basis[:300],
        unit="days",
        sense="within",
        **_about(thing, organ=organ, start=start, label=label, url=url, responsible=responsible, now=now),
    )
    return _begin(clock, _fixed(clock, due), actor=actor, now=now)


def _fixed(clock: Clock, due: date) -> Outcome:
    days = (due - clock.started_on).days
    marks = [Alarm(p, clock.started_on + (due - clock.started_on) * p // 100) for p in (50, 80)] if days else []
    steps = (
        f"起算：{zh_date(clock.started_on, 'week')}。",
        f"期限：至{zh_date(due, 'week')}，由{clock.basis}指定，共 {days} 日；遇休息日不顺延。",
    )
    return as_outcome(Deadline(due, False, steps, (*marks, Alarm(100, due))))


def _about(
    thing: models.Model,
    *,
    organ: Organ,
    start: date,
    label: str,
    url: str,
    responsible: User | None,
    now: datetime,
) -> dict[str, Any]:
    return {
        "organ": organ,
        "responsible": responsible,
        "thing_kind": thing._meta.label_lower,
        "thing_id": str(thing.pk),
        "label": label[:200],
        "url": url,
        "institution_uscc": getattr(thing, "institution_uscc", "") or "",
        "started_on": start,
        "registered_at": now,
    }


def _begin(clock: Clock, found: Outcome, *, actor: Actor, now: datetime) -> Clock:
    take(clock, found)
    clock.full_clean(exclude=KNOWN, validate_constraints=False)
    clock.save()
    _note(clock, "start", "", False, actor=actor, now=now, note=f"{clock.started_on.isoformat()} 起算")
    append_event(
        now=now,
        actor=actor,
        verb="clock.start",
        thing=clock,
        organ_path=clock.organ_path,
        basis=clock.basis[:200],
        after={"rule_id": clock.rule_id, "started_on": clock.started_on, "due": found.due, "of": clock.thing_kind},
    )
    return clock


def _require_not_running(thing: models.Model, rule_id: str, title: str) -> None:
    if _unfinished(thing, rule_id).exists():
        raise Refused(f"“{title}”已经在计时，不能重复起算。")


def _unfinished(thing: models.Model, rule_id: str) -> models.QuerySet[Clock]:
    return Clock.objects.filter(
        thing_kind=thing._meta.label_lower, thing_id=str(thing.pk), rule_id=rule_id, state__in=UNFINISHED
    )


def _locked(thing: models.Model, rule_id: str) -> Clock:
    clock = _unfinished(thing, rule_id).select_related("organ").select_for_update(of=("self",)).first()
    if clock is None:
        raise NotFound(f"这一事项没有正在计时的时限“{rule_id}”。")
    return clock


def _day(start: date | datetime) -> date:
    return timezone.localdate(start) if isinstance(start, datetime) else start


@transaction.atomic
def pause_clock(
    *, thing: models.Model, rule_id: str, first: date, last: date | None, reason: str, actor: Actor, now: datetime
) -> Clock:
    """Leave days out, both ends included; `last` None while the cause goes on (then `resume_clock`).

    Refused when the rule names no such cause, the pause begins after the last day, before the event or in the future.
    """
    clock = _locked(thing, rule_id)
    _require_rule(clock, "暂停")
    lawful = rule_on(clock.rule_id, clock.started_on).pauses
    if reason not in lawful:
        known = f"可以扣除的只有：{'；'.join(lawful)}" if lawful else "没有规定可以扣除的期间"
        raise Refused(f"“{clock.title}”{known}。", where={"field": "reason"}, article=clock.basis)
    if clock.state == "paused":
        raise IllegalMove(f"“{clock.title}”已经暂停，请先恢复。")
    _require_pause_days(clock, first, last, now)
    clock.pauses = [*clock.pauses, {"first": first.isoformat(), "last": last and last.isoformat(), "reason": reason}]
    clock.paused_from, clock.paused_to = first, last
    clock.state = "running" if last else "paused"
    until = f"至 {last.isoformat()}" if last else "起"
    return _changed(clock, "pause", f"{first.isoformat()} {until}，{reason}", actor=actor, now=now)


def _require_pause_days(clock: Clock, first: date, last: date | None, now: datetime) -> None:
    if first > timezone.localdate(now):
        raise Refused(f"暂停的首日 {first.isoformat()} 还没有到。", where={"field": "first"})
    if first < clock.started_on:
        sentence = f"暂停的首日 {first.isoformat()} 早于起算日 {clock.started_on.isoformat()}。"
        raise Refused(sentence, where={"field": "first"})
    if clock.due_on is not None and first > clock.due_on:
        sentence = f"“{clock.title}”已于 {clock.due_on.isoformat()} 届满，届满以后不能暂停。"
        raise Refused(sentence, where={"field": "first"})
    if last is not None and last < first:
        raise Refused(f"暂停的末日 {last.isoformat()} 早于首日 {first.isoformat()}。", where={"field": "last"})


@transaction.atomic
def resume_clock(*, thing: models.Model, rule_id: str, last: date, actor: Actor, now: datetime) -> Clock:
    """End an open pause; `last` is its last day that is left out."""
    clock = _locked(thing, rule_id)
    if clock.state != "paused" or clock.paused_from is None:
        raise IllegalMove(f"“{clock.title}”没有暂停。")
    if last < clock.paused_from:
        raise Refused(f"恢复前的末日 {last.isoformat()} 早于暂停的首日 {clock.paused_from.isoformat()}。")
    if last > timezone.localdate(now):
        raise Refused(f"恢复前的末日 {last.isoformat()} 还没有到。", where={"field": "last"})
    clock.pauses = [*clock.pauses[:-1], clock.pauses[-1] | {"last": last.isoformat()}]
    clock.paused_to, clock.state = last, "running"
    return _changed(clock, "resume", f"暂停至 {last.isoformat()}", actor=actor, now=now)


@transaction.atomic
def extend_clock(
    *, thing: models.Model, rule_id: str, days: int | None, approver: str, actor: Actor, now: datetime, reason: str = ""
) -> Clock:
    """Take the rule's next extension, granted by `approver`; `days` only where the law leaves its length open.

    Refused after the last day: an extension granted late extends nothing.
    """
    clock = _locked(thing, rule_id)
    _require_rule(clock, "延长")
    today = timezone.localdate(now)
    if clock.due_on is not None and today > clock.due_on:
        raise Refused(f"“{clock.title}”已于 {clock.due_on.isoformat()} 届满，不能再延长。", article=clock.basis)
    if not approver.strip():
        raise Refused("请写明批准延长的人。", where={"field": "approver"})
    clock.extensions = [*clock.extensions, {"days": days, "approver": approver.strip(), "on": today.isoformat()}]
    length = f" {days}" if days else ""
    note = f"第 {len(clock.extensions)} 次延长{length}，{approver.strip()}批准"
    return _changed(clock, "extend", f"{note}，{reason}" if reason else note, actor=actor, now=now)


@transaction.atomic
def change_limit(
    *, thing: models.Model, due: date, reason: str, actor: Actor, now: datetime, rule_id: str = FIXED
) -> Clock:
    """Set another last day for a limit that a person set; the earlier one stays in the clock's history."""
    clock = _locked(thing, rule_id)
    if clock.kind != "fixed":
        raise IllegalMove(f"“{clock.title}”是法定时限，不能另定期限。", article=clock.basis)
    if due < clock.started_on or due < timezone.localdate(now):
        raise Refused(f"新的期限 {due.isoformat()} 已经过去。", where={"field": "due"})
    if not reason.strip():
        raise Refused("请写明改变期限的理由。", where={"field": "reason"})
    return _changed(clock, "extend", reason.strip(), actor=actor, now=now, found=_fixed(clock, due))


@transaction.atomic
def correct_start(
    *, clock_pk: int, start: date | datetime, reason: str, actor: Actor, now: datetime, seen: date | None = None
) -> Clock:
    """Correct the day of the event that a clock rests on, and derive again; what was stays in the history.

    `seen` is the starting day that the person saw; IllegalMove when somebody else has corrected it meanwhile.
    """
    clock = Clock.objects.select_related("organ").select_for_update(of=("self",)).filter(pk=clock_pk).first()
    if clock is None or clock.state not in UNFINISHED:
        raise IllegalMove("这个时限已经办结，不能再更正起算。")
    if seen is not None and seen != clock.started_on:
        raise IllegalMove(f"起算日刚刚被改为 {clock.started_on.isoformat()}，您看到的已不是最新情况。")
    if not reason.strip():
        raise Refused("请写明更正的理由。", where={"field": "reason"})
    day = _day(start)
    if day > timezone.localdate(now) and clock.sense != "before":
        raise Refused(f"起算日 {day.isoformat()} 还没有到。", where={"field": "start"})
    was = clock.started_on
    clock.started_on = day
    found = _fixed(clock, clock.due_on) if clock.kind == "fixed" and clock.due_on else None
    if clock.kind == "rule":
        clock.started_at = start if clock.unit == "hours" and isinstance(start, datetime) else None
        clock.rule_from = clock_on(clock.rule_id, day).valid_from
    note = f"起算由 {was.isoformat()} 改为 {day.isoformat()}：{reason.strip()}"
    return _changed(clock, "correct", note, actor=actor, now=now, found=found)


@transaction.atomic
def stop_clock(
    *, thing: models.Model, rule_id: str, on: date, actor: Actor, now: datetime, outcome: str = "met"
) -> Clock:
    """End a clock by the act done on `on` (met), or because the matter ended (stopped); `now` is when it was entered.

    Refused when the act lies before the event or in the future.
    """
    clock = _locked(thing, rule_id)
    if outcome not in OUTCOMES:
        raise ValueError(f"no outcome {outcome!r}")
    if clock.sense != "before" and on < clock.started_on:
        raise Refused(f"办结日 {on.isoformat()} 早于起算日 {clock.started_on.isoformat()}。", where={"field": "on"})
    if on > timezone.localdate(now):
        raise Refused(f"办结日 {on.isoformat()} 还没有到。", where={"field": "on"})
    before = due_text(clock.due_on, clock.due_at)
    clock.state, clock.ended_on, clock.ended_at = outcome, on, now
    clock.save()
    late = "，逾期" if clock.is_limit and clock.due_on is not None and on > clock.due_on else ""
    note = f"{on.isoformat()} {OUTCOMES[outcome]}{late}"
    _note(clock, "stop", before, clock.provisional, actor=actor, now=now, note=note)
    append_event(
        now=now,
        actor=actor,
        verb="clock.stop",
        thing=clock,
        organ_path=clock.organ_path,
        basis=clock.basis[:200],
        before={"state": "running"},
        after={"state": outcome, "ended_on": on, "due": before, "late": bool(late)},
    )
    return clock


def _require_rule(clock: Clock, what: str) -> None:
    if clock.kind != "rule":
        raise IllegalMove(f"“{clock.title}”是指定的期限，不能{what}，请另定期限。")


def _changed(clock: Clock, kind: str, note: str, *, actor: Actor, now: datetime, found: Outcome | None = None) -> Clock:
    """Derive again from the changed facts, save, keep the history, append the event."""
    before, was_provisional = due_text(clock.due_on, clock.due_at), clock.provisional
    take(clock, found or derived(clock, current_calendar()))
    clock.full_clean(exclude=KNOWN, validate_constraints=False)
    clock.save()
    event = _note(clock, kind, before, was_provisional, actor=actor, now=now, note=note)
    append_event(
        now=now,
        actor=actor,
        verb=f"clock.{kind}",
        thing=clock,
        organ_path=clock.organ_path,
        reason=event.note,
        basis=clock.basis[:200],
        before={"due": before, "provisional": was_provisional},
        after={"due": event.due_after, "provisional": clock.provisional},
    )
    return clock


def _note(
    clock: Clock, kind: str, before: str, was_provisional: bool, *, actor: Actor, now: datetime, note: str
) -> ClockEvent:
    return ClockEvent.objects.create(
        clock=clock,
        at=now,
        kind=kind,
        actor_name=actor.name,
        note=note[:300],
        due_before=before,
        due_after=due_text(clock.due_on, clock.due_at),
        provisional_before=was_provisional,
        provisional_after=clock.provisional,
        steps=clock.steps,
    )
