"""Reading the ledger: what a person may see, what waits for them, which moves are open to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import granting, may, visible
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.rectifications.look_backs import ORIGIN
from hengjian.apps.rectifications.models import LookBack, LookBackTarget, Rectification
from hengjian.apps.rectifications.overdue import reported_to_superior, standing_filter
from hengjian.apps.rectifications.policies import CHIEFS, ESCALATE
from hengjian.apps.rectifications.procedures import RECTIFICATION, WITH_INSTITUTION
from hengjian.apps.rectifications.separation import parts_in, without_part_of
from hengjian.apps.registry.models import Institution
from hengjian.kernel.transitions import Move, moves_from


def items_seen_by(user: Any, *, on: date) -> QuerySet[Rectification]:
    """Items of the person's organ and of those below it; institution users see their own, once ordered."""
    rows = Rectification.objects.select_related("institution", "organ", "responsible", "found_by", "finding")
    rows = visible(user, "rectification.view", rows, on=on, institution="institution__uscc")
    if is_institution(user, on=on):
        rows = rows.exclude(state="registered")
    return rows


def is_institution(user: Any, *, on: date) -> bool:
    """Whether the person sees the ledger only as an institution's user."""
    found = granting(user, "rectification.view", on)
    return bool(found) and all(posting.role == Role.INSTITUTION_USER for posting in found)


def actions_for(item: Rectification, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make on this item now; what is not here is not shown."""
    if has_to_avoid(user, item.institution.uscc, on=on):
        return ()
    return tuple(
        move
        for move in moves_from(RECTIFICATION, item.state)
        if move.permission != ESCALATE
        and move.action != "correct"
        and may(user, move.permission, item, on=on)
        and not (move.second_person and str(user.pk) in parts_in(item, move))
    )


def to_answer(user: Any, *, on: date) -> QuerySet[Rectification]:
    """An institution user's items that wait for an answer."""
    rows = items_seen_by(user, on=on).filter(state__in=WITH_INSTITUTION)
    return visible(user, "rectification.answer", rows, on=on, institution="institution__uscc")


def to_order(user: Any, *, on: date) -> QuerySet[Rectification]:
    """Problems found that nobody has ordered to be put right yet."""
    return visible(user, "rectification.order", items_seen_by(user, on=on), on=on).filter(state="registered")


def to_verify(user: Any, *, on: date) -> QuerySet[Rectification]:
    """Answers that this person may verify: not of items that they had a part in."""
    rows = visible(user, "rectification.verify", items_seen_by(user, on=on), on=on).filter(state="answered")
    return without_part_of(rows, user)


def overdue_for_chief(user: Any, *, on: date) -> QuerySet[Rectification]:
    """Overdue items of the organs where this person is chief or leader."""
    return visible(user, "rectification.extend", items_seen_by(user, on=on), on=on).filter(standing_filter("late", on))


def overdue_below(user: Any, *, on: date) -> QuerySet[Rectification]:
    """Items of subordinate organs so late that they are reported to this person's organ."""
    organs = [one.organ_id for one in granting(user, "rectification.extend", on) if one.role in CHIEFS]
    rows = items_seen_by(user, on=on).filter(organ__parent_id__in=organs)
    return reported_to_superior(rows, on)


def items_of(institution: Institution, user: Any, *, on: date) -> QuerySet[Rectification]:
    """The items of one institution that the person may see, newest first; for the dossier."""
    return items_seen_by(user, on=on).filter(institution=institution)


def look_backs_seen_by(user: Any, *, on: date) -> QuerySet[LookBack]:
    """Look-backs of the person's organ and of those below it."""
    rows = LookBack.objects.select_related("organ", "created_by")
    return visible(user, "look_back.view", rows, on=on)


def due_for(user: Any, *, on: date) -> tuple[int, int]:
    """How many items wait for this person, and how many of those are overdue, in one query."""
    if is_institution(user, on=on):
        waiting = Q(pk__in=to_answer(user, on=on).values("pk"))
    else:
        parts = (to_verify(user, on=on), to_order(user, on=on), overdue_for_chief(user, on=on))
        waiting = Q(pk__in=[])
        for rows in parts:
            waiting |= Q(pk__in=rows.order_by().values("pk"))
    counted = Rectification.objects.filter(waiting).aggregate(
        n=Count("pk"), late=Count("pk", filter=standing_filter("late", on))
    )
    return counted["n"], counted["late"]


def targets_seen_by(user: Any, *, on: date) -> QuerySet[LookBackTarget]:
    """Targets of the person's organ and of those below it."""
    rows = LookBackTarget.objects.select_related("look_back", "institution", "organ", "recorded_by")
    return visible(user, "look_back.view", rows, on=on)


def targets_without_task(user: Any, *, on: date) -> QuerySet[LookBackTarget]:
    """Targets of running look-backs for which this person may make the inspection task."""
    tasks = Inspection.objects.filter(origin_kind=ORIGIN, origin_id=OuterRef("ref")).exclude(state="cancelled")
    rows = targets_seen_by(user, on=on).filter(~Exists(tasks), look_back__state="running", left_out="")
    return visible(user, "inspection.assign", rows, on=on)
