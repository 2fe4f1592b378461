"""What the days do to measures: preservation lapses by itself, seizures are called to mind before the last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from hengjian.apps.cases.evidence_policies import lapse_policy
from hengjian.apps.cases.holds_moving import clock_of, days_in_force
from hengjian.apps.cases.holds_procedures import IN_FORCE, PRESERVATION, PRESERVE_AFTER, SEIZE_TIME
from hengjian.apps.cases.models import Hold
from hengjian.apps.cases.moving import write_step
from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.services import stop_clock
from hengjian.apps.record.services import SYSTEM, append_event, perform
from hengjian.kernel.transitions import Move
from hengjian.law.seizing import alarm_days
from hengjian.ui.wording import zh_date


@dataclass(frozen=True, slots=True)
class Alarm:
    """One reminder of a seizure: its day after the measure, the date, whether it has come, whether it still counts."""

    day: int
    on: date
    reached: bool
    said: str


def paused_days(clock: Clock | None, today: date) -> int:
    """Days left out of the limit so far, an open pause up to today included."""
    total = 0
    for one in clock.pauses if clock else []:
        first = date.fromisoformat(one["first"])
        last = date.fromisoformat(one["last"]) if one["last"] else today
        total += max(0, (last - first).days + 1)
    return total


def alarms_of(hold: Hold, today: date) -> list[Alarm]:
    """The reminders of a seizure; those of the second period only when extended, moved by what is left out."""
    if hold.kind == "preserve" or hold.taken_on is None:
        return []
    clock, start = clock_of(hold, "PEN-38"), hold.taken_on
    left_out = paused_days(clock, today)
    found = []
    for day in alarm_days(start):
        second = day > 30
        if second and hold.extended_days is None:
            continue
        on = start + timedelta(days=day + left_out)
        said = "延长后期限将满" if second else "期限将满"
        found.append(Alarm(day, on, today >= on, said if day % 30 else said.replace("将满", "届满")))
    return found


def last_reached(hold: Hold, today: date) -> Alarm | None:
    """The latest reminder that has come."""
    return next((one for one in reversed(alarms_of(hold, today)) if one.reached), None)


def lapse_due(*, now: datetime) -> list[Hold]:
    """Write down every preservation whose seven working days have passed without a step: the law has ended it.

    Called once a day; each row in its own transaction. The day and the derivation are kept with the row.
    """
    today = timezone.localdate(now)
    rows = Hold.objects.filter(kind="preserve", state__in=("held", "urgent")).values_list("pk", flat=True)
    return [done for pk in list(rows) if (done := _lapse(pk, now=now, today=today)) is not None]


@transaction.atomic
def _lapse(pk: int, *, now: datetime, today: date) -> Hold | None:
    hold = Hold.objects.select_related("case__organ").select_for_update(of=("self",)).get(pk=pk)
    clock = clock_of(hold, "PEN-33")
    if hold.state not in ("held", "urgent") or clock is None or clock.due_on is None or today <= clock.due_on:
        return None
    first_free = clock.due_on + timedelta(days=1)
    steps = f"{clock.steps}\n{zh_date(clock.due_on)}届满前没有处理，自{zh_date(first_free)}起自动解除。"

    def apply(row: Hold, move: Move, actor: object) -> None:
        row.lapsed_on, row.lapse_steps, row.ended_on = first_free, steps, first_free
        stop_clock(thing=row, rule_id="PEN-33", on=today, actor=SYSTEM, now=now, outcome="stopped")
        if clock_of(row, "PEN-33.report") is not None:
            stop_clock(thing=row, rule_id="PEN-33.report", on=today, actor=SYSTEM, now=now, outcome="stopped")

    done: Hold = perform(
        procedure=PRESERVATION,
        action="lapse",
        thing=Hold.objects.select_related("case__organ"),
        pk=pk,
        policy=lapse_policy,
        now=now,
        facts={"due": clock.due_on, "lapsed_on": first_free},
        reason=f"登记保存期限{zh_date(clock.due_on)}届满，没有处理",
        apply=apply,
    )
    write_step(
        case=done.case, action="preservation.lapse", label=f"先行登记保存 {done.number}：期满自动解除", actor=SYSTEM,
        now=now, on=today, note=PRESERVE_AFTER,
    )  # fmt: skip
    return done


def remind(*, now: datetime) -> list[tuple[Hold, Alarm]]:
    """Tell the record, once each, that a seizure reached a day of reminder; called once a day."""
    today = timezone.localdate(now)
    told: list[tuple[Hold, Alarm]] = []
    for hold in Hold.objects.exclude(kind="preserve").filter(state__in=IN_FORCE).select_related("case__organ"):
        for alarm in alarms_of(hold, today):
            if alarm.reached and alarm.day not in hold.alarmed:
                _remind(hold, alarm, now=now, today=today)
                told.append((hold, alarm))
    return told


@transaction.atomic
def _remind(hold: Hold, alarm: Alarm, *, now: datetime, today: date) -> None:
    hold.alarmed = [*hold.alarmed, alarm.day]
    Hold.objects.filter(pk=hold.pk).update(alarmed=hold.alarmed)
    said = f"{hold.get_kind_display()} {hold.number} 第 {alarm.day} 日：{alarm.said}"
    append_event(
        now=now, actor=SYSTEM, verb="hold.remind", thing=hold, organ_path=hold.organ_path, basis=SEIZE_TIME,
        after={"day": alarm.day, "in_force": days_in_force(hold, today)},
    )  # fmt: skip
    write_step(case=hold.case, action="hold.remind", label=said, actor=SYSTEM, now=now, on=today, note=SEIZE_TIME)
