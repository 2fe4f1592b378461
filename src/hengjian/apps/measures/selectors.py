"""Reading measures: what a person may see and do, what waits, and which orders failed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import granting, may, visible
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.measures.models import Measure
from hengjian.apps.measures.procedures import MEASURE, UNFINISHED, WITH_INSTITUTION
from hengjian.apps.registry.models import Institution
from hengjian.kernel.transitions import Move, moves_from

BEFORE_SERVICE = ("draft", "proposed", "approved", "dropped")


def measures_seen_by(user: Any, on: date) -> QuerySet[Measure]:
    """Measures of the person's organ and of those below; institution users see their own once served."""
    rows = Measure.objects.select_related("institution", "organ", "drafted_by", "approved_by", "verified_by")
    rows = visible(user, "measure.view", rows, on=on, institution="institution__uscc")
    return rows.exclude(state__in=BEFORE_SERVICE) if is_institution(user, on=on) else rows


def is_institution(user: Any, *, on: date) -> bool:
    """Whether the person sees measures only as an institution's user."""
    found = granting(user, "measure.view", on)
    return bool(found) and all(posting.role == Role.INSTITUTION_USER for posting in found)


def took_part(row: Measure) -> Collection[str]:
    """Who had a hand in it: those do not approve or verify."""
    return {str(pk) for pk in (row.drafted_by_id, row.answered_by_id) if pk}


def actions_for(row: Measure, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make now."""
    if has_to_avoid(user, row.institution.uscc, on=on):
        return ()
    return tuple(
        move
        for move in moves_from(MEASURE, row.state)
        if may(user, move.permission, row, on=on)
        and not (move.second_person and str(user.pk) in took_part(row))
        and not (move.action == "hold" and row.kind != "interview")
        and not (move.action == "extend" and row.limit is None)
        and not (move.action == "fail" and row.state in WITH_INSTITUTION and not row.days_late(on))
    )


def waiting_for(user: Any, *, on: date) -> QuerySet[Measure]:
    """Measures on which this person has the next step: approve, verify, hand over, answer, see to what is late."""
    rows = measures_seen_by(user, on)
    mine = Q(pk__in=[])
    if granting(user, "measure.approve", on):
        mine |= Q(pk__in=_held(user, "measure.approve", on).filter(state="proposed").exclude(drafted_by=user))
    if granting(user, "measure.verify", on):
        verify = _held(user, "measure.verify", on)
        mine |= Q(pk__in=verify.filter(state="answered").exclude(drafted_by=user))
        mine |= Q(pk__in=verify.filter(state__in=WITH_INSTITUTION, limit__lt=on))
    if granting(user, "measure.draft", on):
        mine |= Q(drafted_by=user, state__in=("draft", "approved"))
    if granting(user, "measure.answer", on):
        mine |= Q(state__in=WITH_INSTITUTION)
    return rows.filter(mine).order_by("limit", "state_at", "pk")


def _held(user: Any, code: str, on: date) -> QuerySet[Any]:
    return visible(user, code, Measure.objects.all(), on=on, institution="institution__uscc").values("pk")


def measures_of(institution: Institution, user: Any, *, on: date) -> QuerySet[Measure]:
    """The measures towards one institution that the person may see, newest first."""
    return measures_seen_by(user, on).filter(institution=institution)


def orders_not_obeyed(institution: Institution, violation_ids: Collection[str]) -> QuerySet[Measure]:
    """Orders to correct that were found not obeyed: the first step of a two-step breach (SUP-26, ACC-35)."""
    return Measure.objects.filter(
        institution=institution, kind="order", violation_id__in=list(violation_ids), state="failed"
    ).order_by("-ended_on")


def open_count(institution: Institution) -> int:
    """How many measures towards the institution have not ended."""
    return Measure.objects.filter(institution=institution, state__in=UNFINISHED).count()
