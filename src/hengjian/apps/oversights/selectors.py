"""Reading supervision: whose cases are listed, what waits, which moves are open."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.oversights.models import Oversight, TeamMember
from hengjian.apps.oversights.policies import oversight_policy
from hengjian.apps.oversights.procedures import OVERSIGHT
from hengjian.kernel.transitions import Move, moves_from


def oversights_seen_by(user: Any, on: date) -> QuerySet[Oversight]:
    """Supervision of cases that the person sees."""
    rows = Oversight.objects.select_related("case__organ", "superior", "reported_by", "listed_by")
    rows = visible(user, "oversight.view", rows, on=on, organ="case__organ")
    return rows.filter(case__in=cases_seen_by(user, on).values("pk"))


def actions_for(row: Oversight, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make now."""
    ask = oversight_policy(user, on=on)
    return tuple(move for move in moves_from(OVERSIGHT, row.state) if ask(move.permission, row) is not None)


def superiors_of(case: Case) -> list[Organ]:
    """The organs above the case's, nearest first."""
    above = [int(step) for step in case.organ.path.strip("/").split("/")][:-1]
    return sorted(Organ.objects.filter(pk__in=above), key=lambda one: -len(one.path))


def team_of(case: Case) -> QuerySet[TeamMember]:
    """The joint team, those who left at the end."""
    return case.team_members.select_related("user", "from_organ", "share").order_by("ended_on", "pk")


def waiting_for(user: Any, *, on: date) -> QuerySet[Oversight]:
    """What this person has to decide or to report on."""
    mine = Q(pk__in=[])
    supervising = [one.organ_id for one in granting(user, "oversight.supervise", on)]
    if supervising:
        mine |= Q(superior_id__in=supervising, state__in=("reported", "answered"))
    reporting = [one.organ_id for one in granting(user, "oversight.report", on)]
    if reporting:
        mine |= Q(case__organ_id__in=reporting, state="listed")
    return oversights_seen_by(user, on).filter(mine).order_by("due", "state_at")
