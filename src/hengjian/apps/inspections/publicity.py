"""The clock of publication: 20 working days from the end of the check (DR-04)."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse

from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.record.services import Actor

RULE = "DR-04"


def start(inspection: Inspection, *, actor: Actor, now: datetime) -> None:
    """Start the clock on the day the check ended."""
    start_clock(
        rule_id=RULE,
        thing=inspection,
        organ=inspection.organ,
        start=inspection.ended_on,
        label=f"{inspection.number} {inspection.institution.name}",
        actor=actor,
        now=now,
        url=reverse("inspections:show", args=[inspection.number]),
        responsible=inspection.lead,
    )


def stop(inspection: Inspection, *, on: date, actor: Actor, now: datetime, outcome: str) -> None:
    """Stop it: published (met) or not for publication (stopped)."""
    stop_clock(thing=inspection, rule_id=RULE, on=on, actor=actor, now=now, outcome=outcome)
