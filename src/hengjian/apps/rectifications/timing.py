"""The clock of an item: one runs from each order till the institution's answer; while the organ verifies none does."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import FIXED, change_limit, start_fixed_clock, stop_clock
from hengjian.apps.record.services import Actor
from hengjian.apps.rectifications.models import Rectification
from hengjian.kernel.errors import Refused

TITLE = "整改期限"


def start_limit(item: Rectification, *, start: date, basis: str, actor: Actor, now: datetime) -> None:
    """Start the clock of the limit that a person has set; `basis` says where (order, return of an answer)."""
    if item.limit is None:
        raise Refused("还没有定整改期限，不能计时。", where={"field": "limit"})
    start_fixed_clock(
        due=item.limit,
        basis=basis,
        title=TITLE,
        thing=item,
        organ=item.organ,
        start=start,
        label=f"{item.number} {item.institution.name}",
        actor=actor,
        now=now,
        url=reverse("rectifications:show", args=[item.number]),
        responsible=item.responsible,
    )


def move_limit(item: Rectification, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give the running clock the item's new limit."""
    if item.limit is None:
        raise Refused("还没有定整改期限，不能延期。", where={"field": "limit"})
    change_limit(thing=item, due=item.limit, reason=reason, actor=actor, now=now)


def end_limit(item: Rectification, *, actor: Actor, now: datetime, outcome: str) -> None:
    """Stop the clock if one runs: `met` by an answer, `stopped` where the problem was withdrawn."""
    if running_clock(item) is not None:
        stop_clock(thing=item, rule_id=FIXED, on=timezone.localdate(now), actor=actor, now=now, outcome=outcome)


def running_clock(item: Rectification) -> Clock | None:
    """The clock that runs for the item now."""
    return clocks_of_item(item).filter(state__in=UNFINISHED).first()


def clocks_of_item(item: Rectification) -> QuerySet[Clock]:
    """All clocks of the item, the newest first."""
    return Clock.objects.filter(thing_kind=item._meta.label_lower, thing_id=str(item.pk)).order_by("-pk")
