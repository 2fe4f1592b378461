"""The clocks of a criminal transfer; whether the three days are working days is unsure and said so by the rule."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse

from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.record.services import Actor
from hengjian.apps.transfers.models import CriminalTransfer


def start(row: CriminalTransfer, rule_id: str, *, at: date | datetime, actor: Actor, now: datetime) -> None:
    """Start one of the clocks; the one before ends with the move that starts it."""
    start_clock(
        rule_id=rule_id,
        thing=row,
        organ=row.organ,
        start=at,
        label=f"{row.number} {row.title}"[:120],
        actor=actor,
        now=now,
        url=reverse("transfers:criminal", args=[row.number]),
        responsible=row.made_by,
    )


def stop(row: CriminalTransfer, *, on: date, actor: Actor, now: datetime, met: bool = True) -> None:
    """Stop whatever runs."""
    rows = Clock.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk), state__in=UNFINISHED)
    for rule_id in rows.values_list("rule_id", flat=True):
        stop_clock(thing=row, rule_id=rule_id, on=on, actor=actor, now=now, outcome="met" if met else "stopped")


def clocks_of(row: CriminalTransfer) -> list[Clock]:
    """All clocks of the transfer, oldest first."""
    return list(Clock.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk)).order_by("pk"))
