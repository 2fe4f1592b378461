"""The clocks of a lead: verification, forwarding, dispute, designation, and the feedback asked of others."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Organ
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import start_clock, start_fixed_clock, stop_clock
from hengjian.apps.leads.codes import FROM_PUBLIC
from hengjian.apps.leads.models import Lead
from hengjian.apps.record.services import Actor

CHECK = "PEN-18"
FORWARD = "SHR-37"
DISPUTE = "PEN-13"
DESIGNATE = "PEN-16"
FEEDBACK = "LEAD-FB"
SHANGHAI = "31"


def label_of(lead: Lead) -> str:
    """What the clock's list shows: the number and whom it is about."""
    return f"{lead.number} {lead.respondent or lead.title}"


def start(lead: Lead, rule_id: str, *, on: date, actor: Actor, now: datetime, organ: Organ | None = None) -> Clock:
    """Start the clock of a rule for the lead."""
    return start_clock(
        rule_id=rule_id,
        thing=lead,
        organ=organ or lead.organ,
        start=on,
        label=label_of(lead),
        actor=actor,
        now=now,
        url=reverse("leads:show", args=[lead.number]),
        responsible=None if organ else lead.responsible,
    )


def start_first(lead: Lead, *, actor: Actor, now: datetime) -> None:
    """The clocks that the receipt of a lead starts: verification, and in Shanghai forwarding where the public wrote."""
    start(lead, CHECK, on=lead.received_on, actor=actor, now=now)
    if lead.organ.area_code.startswith(SHANGHAI) and lead.channel in FROM_PUBLIC:
        start(lead, FORWARD, on=lead.received_on, actor=actor, now=now)


def start_feedback(lead: Lead, *, due: date, actor: Actor, now: datetime) -> None:
    """The day by which the other department is asked to tell what came of it."""
    start_fixed_clock(
        due=due,
        basis="移送函请求反馈的日期",
        title="移送反馈",
        thing=lead,
        organ=lead.organ,
        start=timezone.localdate(now),
        label=label_of(lead),
        actor=actor,
        now=now,
        rule_id=FEEDBACK,
        url=reverse("leads:show", args=[lead.number]),
        responsible=lead.responsible,
    )


def running(lead: Lead, rule_id: str) -> Clock | None:
    """The unfinished clock of this rule, if one runs."""
    rows = Clock.objects.filter(
        thing_kind=lead._meta.label_lower, thing_id=str(lead.pk), rule_id=rule_id, state__in=UNFINISHED
    )
    return rows.select_related("organ").first()


def stop(lead: Lead, rule_id: str, *, actor: Actor, now: datetime, on: date | None = None, met: bool = True) -> None:
    """Stop the clock if it runs: `met` by an act, or because the matter went elsewhere."""
    clock = running(lead, rule_id)
    if clock is not None:
        day = max(on or timezone.localdate(now), clock.started_on)
        stop_clock(thing=lead, rule_id=rule_id, on=day, actor=actor, now=now, outcome="met" if met else "stopped")


def stop_all(lead: Lead, *, actor: Actor, now: datetime, met: bool = True) -> None:
    """Stop every clock that runs for the lead."""
    for rule_id in (CHECK, FORWARD, DISPUTE, DESIGNATE, FEEDBACK):
        stop(lead, rule_id, actor=actor, now=now, met=met)
