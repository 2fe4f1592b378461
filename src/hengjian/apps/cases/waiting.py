"""Which cases wait for a person: their own to take forward, and those that want a head's or reviewer's word."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.cases.models import Case, CaseOfficer, Consent
from hengjian.apps.cases.selectors import cases_seen_by

MINE = ("investigating", "concluded", "cleared", "heard", "decided", "enforcing")
"""States in which the investigators have to act."""
FOR_HEAD = ("filing", "reviewed", "notified", "ready", "collective")
FOR_REVIEWER = ("reviewing", "post_review")
FOR_CHAIR = ("hearing",)


def cases_waiting(user: Any, *, on: date) -> QuerySet[Case]:
    """The cases of this person's desk; who holds none of the rights gets none without a query."""
    rows = cases_seen_by(user, on)
    condition = Q(pk__in=[])
    ever = CaseOfficer.objects.filter(case=OuterRef("pk"), user=user)
    if granting(user, "case.handle", on):
        mine = Exists(ever.filter(to_on__isnull=True))
        condition |= Q(state__in=MINE) & mine
        condition |= Q(state="proposed", registered_by=user)
    for code, states in (("case.approve", FOR_HEAD), ("case.review", FOR_REVIEWER)):
        if granting(user, code, on):
            reach = visible(user, code, Case.objects.all(), on=on).values("pk")
            condition |= Q(pk__in=reach, state__in=states) & ~Exists(ever) & ~Q(proposed_by=user, state="filing")
    if granting(user, "case.hear", on):
        condition |= Q(state__in=FOR_CHAIR) & (Q(hearings__chair=user) | Q(hearings__recorder=user))
    if granting(user, "case.consent", on):
        asked = [posting.organ_id for posting in granting(user, "case.consent", on)]
        open_asked = Consent.objects.filter(case=OuterRef("pk"), organ_asked_id__in=asked, granted__isnull=True)
        condition |= Exists(open_asked)
    return rows.filter(condition).distinct()
