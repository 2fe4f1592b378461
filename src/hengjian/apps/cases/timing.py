"""The clocks of a case: which one starts, pauses and ends with which act."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from hengjian.apps.cases.models import Case, CaseOfficer, Notice
from hengjian.apps.clocks.calendars import current_calendar
from hengjian.apps.clocks.deriving import outcome_of
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import pause_clock, resume_clock, start_clock, stop_clock
from hengjian.apps.record.services import Actor
from hengjian.law.deadlines import rule_on

CHECK = "PEN-18"
LIMIT = "PEN-64"
REVIEW = "PEN-55"
SUSPENSION = "中止"
HEARING = "听证"


def start(case: Case, rule_id: str, *, on: date, actor: Actor, now: datetime) -> None:
    """Start a clock of the case from the day of its event, unless it already runs."""
    if running(case, rule_id) is not None:
        return
    lead = CaseOfficer.objects.select_related("user").filter(case=case, lead=True, to_on__isnull=True).first()
    start_clock(
        rule_id=rule_id,
        thing=case,
        organ=case.organ,
        start=on,
        label=f"{case.number} {case.title}",
        actor=actor,
        now=now,
        url=reverse("cases:show", args=[case.number]),
        responsible=lead.user if lead else None,
    )


def stop(case: Case, rule_id: str, *, on: date, actor: Actor, now: datetime, met: bool = True) -> None:
    """End the clock if it runs: the act was done, or it no longer matters. An open pause ends with it."""
    clock = running(case, rule_id)
    if clock is None:
        return
    last = min(max(on, clock.started_on), timezone.localdate(now))
    stop_clock(thing=case, rule_id=rule_id, on=last, actor=actor, now=now, outcome="met" if met else "stopped")


def stop_all(case: Case, *, on: date, actor: Actor, now: datetime) -> None:
    """End every clock of the case that still runs: the matter is over."""
    for clock in clocks_of(case):
        if clock.state in UNFINISHED:
            stop(case, clock.rule_id, on=on, actor=actor, now=now, met=False)


def pause(case: Case, *, on: date, reason: str, actor: Actor, now: datetime) -> None:
    """Leave the days from `on` out of the case limit, for a reason that the rule names; nothing where it is over."""
    clock = running(case, LIMIT)
    if clock is None or clock.state == "paused" or (clock.due_on is not None and on > clock.due_on):
        return
    first = max(on, clock.started_on)
    pause_clock(thing=case, rule_id=LIMIT, first=first, last=None, reason=reason, actor=actor, now=now)


def resume(case: Case, *, last: date, actor: Actor, now: datetime) -> None:
    """Count again from the day after `last`."""
    clock = running(case, LIMIT)
    if clock is None or clock.state != "paused" or clock.paused_from is None:
        return
    if case.appraisals.filter(state="out").exists():  # testing is still out: its return lets the limit go on
        return
    resume_clock(thing=case, rule_id=LIMIT, last=max(last, clock.paused_from), actor=actor, now=now)


def running(case: Case, rule_id: str) -> Clock | None:
    """The clock of that rule that has not ended."""
    return next((one for one in clocks_of(case) if one.rule_id == rule_id and one.state in UNFINISHED), None)


def clocks_of(case: Case) -> list[Clock]:
    """All clocks of the case, those running first, by their last day."""
    rows = Clock.objects.filter(thing_kind=Case._meta.label_lower, thing_id=str(case.pk)).order_by("due_on", "pk")
    return sorted(rows, key=lambda one: one.state not in UNFINISHED)


def last_day(rule_id: str, start: date) -> date | None:
    """The last day of a period that begins with an event of that day, holidays counted as they are known."""
    rule = rule_on(rule_id, start)
    return outcome_of(rule, start=start, calendar=current_calendar(), pauses=[], extensions=[]).due_on


def notice_ends(notice: Notice) -> date | None:
    """The last day on which the party may speak, None while the notice is not served."""
    return last_day("PEN-57", notice.served_on) if notice.served_on else None
