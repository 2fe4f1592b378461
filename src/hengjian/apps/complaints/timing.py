"""The clocks of a complaint: acceptance, mediation, notice of its end, check of a clue; by the rule of their day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import pause_clock, resume_clock, start_clock, stop_clock
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import NotFound

ACCEPTANCE = "CMP-15"
MEDIATION = "CMP-23"
NOTICE = "CMP-23.notice"
FORWARD = "SHR-37"
TEST_PAUSE = "检测、检验、检疫、鉴定"
SHANGHAI = "31"


def start_acceptance(complaint: Complaint, *, actor: Actor, now: datetime) -> None:
    """Seven working days to accept or refuse, from the day of receipt; in Shanghai also the five of SHR-37."""
    _start(complaint, ACCEPTANCE, complaint.received_on, actor=actor, now=now)


def start_forwarding(complaint: Complaint, *, actor: Actor, now: datetime) -> None:
    """Shanghai: five working days to hand on what is another department's (SHR-37), from the day of receipt."""
    if complaint.organ.area_code.startswith(SHANGHAI):
        _start(complaint, FORWARD, complaint.received_on, actor=actor, now=now)


def start_mediation(complaint: Complaint, *, day: date, actor: Actor, now: datetime) -> None:
    """The period of the mediation, from acceptance: sixty days, or the older rule's where accepted before."""
    _start(complaint, MEDIATION, day, actor=actor, now=now)


def start_notice(complaint: Complaint, *, day: date, actor: Actor, now: datetime) -> None:
    """Seven working days to tell both sides that the mediation has ended."""
    _start(complaint, NOTICE, day, actor=actor, now=now)


def pause_for_testing(complaint: Complaint, *, day: date, actor: Actor, now: datetime) -> None:
    """The time of testing is left out of the mediation (CMP-22)."""
    pause_clock(thing=complaint, rule_id=MEDIATION, first=day, last=None, reason=TEST_PAUSE, actor=actor, now=now)


def resume_after_testing(complaint: Complaint, *, day: date, actor: Actor, now: datetime) -> None:
    """The conclusion is there: the mediation counts on from the day after."""
    resume_clock(thing=complaint, rule_id=MEDIATION, last=day, actor=actor, now=now)


def end_clock(complaint: Complaint, rule_id: str, *, actor: Actor, now: datetime, outcome: str = "met") -> None:
    """Stop one clock if it runs."""
    day = timezone.localdate(now)
    with suppress(NotFound):
        stop_clock(thing=complaint, rule_id=rule_id, on=day, actor=actor, now=now, outcome=outcome)


def running(complaint: Complaint) -> QuerySet[Clock]:
    """The clocks that run for the complaint now."""
    rows = Clock.objects.filter(thing_kind=complaint._meta.label_lower, thing_id=str(complaint.pk))
    return rows.filter(state__in=UNFINISHED)


def _start(complaint: Complaint, rule_id: str, day: date, *, actor: Actor, now: datetime) -> None:
    start_clock(
        rule_id=rule_id,
        thing=complaint,
        organ=complaint.organ,
        start=day,
        label=f"投诉 {complaint.number}",
        actor=actor,
        now=now,
        url=reverse("complaints:show", args=[complaint.number]),
        responsible=complaint.responsible,
    )
