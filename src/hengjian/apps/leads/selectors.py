"""Reading leads: what a person may see, what waits for them, which moves are open to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Organ, Share, User
from hengjian.apps.accounts.rights import granting, may, visible
from hengjian.apps.leads.models import Answer, Lead, Likeness
from hengjian.apps.leads.policies import TAKE, has_to_avoid, organ_asked
from hengjian.apps.leads.procedures import ENDED, LEAD
from hengjian.kernel.transitions import Move, moves_from

UNFINISHED = tuple(state for state in LEAD.states if state not in ENDED)


def organs_reached(user: Any, *, on: date) -> list[int]:
    """Ids of the organs whose leads the person may see, asked once a request."""
    cache: dict[date, list[int]] = user.__dict__.setdefault("_lead_organs", {}) if isinstance(user, User) else {}
    if on not in cache:
        rows = visible(user, "lead.view", Organ.objects.all(), on=on, organ="")
        cache[on] = list(rows.order_by().values_list("pk", flat=True))
    return cache[on]


def shared_with(user: Any, *, on: date) -> list[int]:
    """Ids of leads of other organs that are shared with the person's organs."""
    organs = [posting.organ_id for posting in granting(user, "lead.view", on)]
    rows = Share.objects.filter(thing_kind=Lead._meta.label_lower, organ_id__in=organs)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return [int(pk) for pk in rows.values_list("thing_id", flat=True) if pk.isdigit()]


def within_reach(user: Any, *, on: date) -> Q:
    """Leads of the person's part of the tree, heading there, handed on from there, or shared with it.

    By ids, not by joined paths: over a million leads an index has to answer.
    """
    organs = organs_reached(user, on=on)
    condition = Q(organ_id__in=organs) | Q(heading_to_id__in=organs) | Q(handed_by_id__in=organs)
    shared = shared_with(user, on=on)
    return condition | Q(pk__in=shared) if shared else condition


def leads_seen_by(user: Any, *, on: date) -> QuerySet[Lead]:
    """The leads a person may see, the newest first; everything else answers 404."""
    return with_people(Lead.objects.filter(within_reach(user, on=on)))


def with_people(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """The leads with everybody and every organ that a row of a list names."""
    return rows.select_related("institution", "organ", "responsible", "heading_to", "handed_by")


def lead_of(origin_kind: str, origin_id: object) -> Lead | None:
    """The lead that was made from this origin, if any; whoever shows it asks `leads_seen_by` before linking to it."""
    rows = Lead.objects.filter(origin_kind=origin_kind, origin_id=str(origin_id))
    return rows.select_related("organ").first()


def actions_for(lead: Lead, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make on this lead now; what is not here is not shown."""
    if has_to_avoid(user, lead.institution_uscc, on=on):
        return ()
    found = []
    for move in moves_from(LEAD, lead.state):
        organ = organ_asked(move.permission, lead) if move.permission != TAKE else None
        if organ is None or not may(user, move.permission, organ, on=on):
            continue
        if move.second_person and lead.proposed_by_id == user.pk:
            continue
        found.append(move)
    return tuple(found)


def likenesses_of(lead: Lead) -> QuerySet[Likeness]:
    """What may belong to this lead, both directions, the surest first."""
    rows = Likeness.objects.filter(Q(lead=lead) | Q(other=lead))
    return rows.select_related("lead__organ", "other__organ", "lead__institution", "other__institution", "decided_by")


def answers_of(lead: Lead) -> QuerySet[Answer]:
    """Its answers, the latest first."""
    return lead.answers.all()


def waiting_for(user: Any, *, on: date) -> QuerySet[Lead]:
    """Leads on which this person has to act: responsible, or to triage, receive, decide in the person's organ."""
    rows = leads_seen_by(user, on=on)
    condition = Q(responsible=user, state="verifying")
    for code, states, organ in (
        ("lead.triage", ["registered"], "organ"),
        ("lead.receive", ["escalated", "handed_down", "passed"], "heading_to"),
        ("lead.approve", ["not_filing"], "organ"),
        ("lead.designate", ["designating"], "heading_to"),
        ("lead.hand", ["disputed"], "organ"),
    ):
        if granting(user, code, on):
            mine = visible(user, code, Organ.objects.all(), on=on, organ="").order_by().values_list("pk", flat=True)
            condition |= Q(state__in=states, **{f"{organ}_id__in": list(mine)})
    return rows.filter(condition)
