"""Reading cases: what a person may see, and what they may do next."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may, visible
from hengjian.apps.cases.models import Case, CaseOfficer
from hengjian.apps.cases.policies import tied_party
from hengjian.apps.cases.procedures import BEFORE_FILING, CASE
from hengjian.apps.cases.reading import rows_of
from hengjian.kernel.transitions import Move, moves_from


def cases_seen_by(user: Any, on: date) -> QuerySet[Case]:
    """Cases of the person's organ and of those below it, and cases shared with the organ."""
    rows = Case.objects.select_related("organ", "registered_by", "approved_by", "decided_by")
    return visible(user, "case.view", rows, on=on)


def officers_on(case: Case, on: date) -> list[CaseOfficer]:
    """The investigators in force on a day, the leading one first."""
    rows = rows_of(case, "officers")
    return [one for one in rows if one.from_on <= on and (one.to_on is None or one.to_on >= on)]


def ever_investigated(case: Case) -> dict[int, str]:
    """Everybody who ever investigated the case, id to name: none of them approves, reviews or decides it."""
    return {one.user_id: one.user.name for one in rows_of(case, "officers")}


def is_investigator(case: Case, user: User, on: date) -> bool:
    """Whether the person investigates this case on that day."""
    return any(one.user_id == user.pk for one in officers_on(case, on))


def actions_for(case: Case, user: User, on: date) -> tuple[Move, ...]:
    """The moves that this person may make now: by the table, the rights, the ties, and who investigated."""
    if tied_party(user, case, on=on):
        return ()
    investigated = ever_investigated(case)
    working = {one.user_id for one in officers_on(case, on)}
    found = []
    for move in moves_from(CASE, case.state):
        if may(user, move.permission, case, on=on) is None:
            continue
        if move.second_person and (user.pk in investigated or case.proposed_by_id == user.pk):
            continue
        if move.permission == "case.handle" and case.state not in BEFORE_FILING and user.pk not in working:
            continue
        found.append(move)
    return tuple(found)
