"""Reading clocks: what a person may see, what presses, what changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, Model, Q, QuerySet, When

from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.clocks.models import LIMITS, UNFINISHED, Clock


def clocks_seen_by(user: Any, *, on: date) -> QuerySet[Clock]:
    """Clocks of the person's organ and of those below it."""
    rows = Clock.objects.select_related("organ", "responsible")
    return visible(user, "clock.view", rows, on=on)


def clocks_of(thing: Model) -> QuerySet[Clock]:
    """All clocks of a matter, running ones first. Whoever may see the matter may see its clocks."""
    rows = Clock.objects.filter(thing_kind=thing._meta.label_lower, thing_id=str(thing.pk))
    ended = Case(When(state__in=UNFINISHED, then=0), default=1)
    return rows.select_related("organ", "responsible").order_by(ended, "due_on", "pk")


def clocks_of_person(user: Any, *, on: date) -> QuerySet[Clock]:
    """Unfinished clocks that this person answers for: named as responsible, or nobody is, in an organ they serve in."""
    organs = [posting.organ_id for posting in granting(user, "clock.view", on)]
    mine = Q(responsible=user) | Q(responsible__isnull=True, organ_id__in=organs)
    rows = Clock.objects.filter(state__in=UNFINISHED).filter(mine)
    return visible(user, "clock.view", rows, on=on).select_related("organ", "responsible")


def late(on: date, now: datetime) -> Q:
    """Running limits whose last day (or moment) has passed."""
    passed = Q(due_at__isnull=True, due_on__lt=on) | Q(due_at__lt=now)
    return Q(state="running", sense__in=LIMITS) & passed


def paused(on: date) -> Q:
    """Held by a pause on that day."""
    closed = Q(state="running", paused_from__lte=on, paused_to__gte=on)
    return Q(state="paused") | closed


def pressing(on: date) -> Q:
    """Running limits of which four fifths are over and that are not late."""
    return Q(state="running", sense__in=LIMITS, pressing_on__lte=on, due_on__gte=on)


def counts(rows: QuerySet[Clock], *, on: date, now: datetime) -> dict[str, int]:
    """How many unfinished clocks there are, and of these late, due today, pressing, paused, provisional; one query."""
    unfinished = Q(state__in=UNFINISHED)
    return rows.order_by().aggregate(  # type: ignore[no-any-return]
        unfinished=Count("pk", filter=unfinished),
        late=Count("pk", filter=late(on, now)),
        today=Count("pk", filter=Q(state="running", due_on=on)),
        pressing=Count("pk", filter=pressing(on)),
        paused=Count("pk", filter=paused(on)),
        provisional=Count("pk", filter=unfinished & Q(provisional=True)),
        ended=Count("pk", filter=~unfinished),
    )


def by_day(rows: QuerySet[Clock], *, first: date, last: date) -> dict[date, int]:
    """How many unfinished clocks end on each day of a span; one query."""
    chosen = rows.filter(state__in=UNFINISHED, due_on__range=(first, last)).order_by()
    return dict(chosen.values_list("due_on").annotate(n=Count("pk")))
