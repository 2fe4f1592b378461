"""Reading publications and typical cases: what a person may see, what waits, what everybody may read."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import granting, may, visible
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.cases.models import Service
from hengjian.apps.publications.models import Publication, TypicalCase
from hengjian.apps.publications.policies import typical_policy
from hengjian.apps.publications.procedures import PUBLIC, PUBLICATION, TYPICAL
from hengjian.kernel.errors import DomainError
from hengjian.kernel.transitions import Move, moves_from

DECISION_LETTER = "PEN-45"


def publications_seen_by(user: Any, on: date) -> QuerySet[Publication]:
    """Publications of the person's organ and of those below it."""
    rows = Publication.objects.select_related(
        "organ", "case", "case__organ", "decision", "decision__case__organ", "party", "institution", "prepared_by"
    )
    return visible(user, "publication.view", rows, on=on)


def public_rows(on: date) -> QuerySet[Publication]:
    """What everybody may read on that day; what was stopped, withdrawn, or is past its last day is not among them."""
    rows = Publication.objects.filter(Q(stop_on__isnull=True) | Q(stop_on__gte=on), state__in=PUBLIC)
    return rows.select_related("organ", "institution")


def published_cases() -> QuerySet[TypicalCase]:
    """Typical cases that everybody may read."""
    return TypicalCase.objects.filter(state="published").select_related("organ", "published_by")


def actions_for(row: Publication, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make now."""
    if row.institution is not None and has_to_avoid(user, row.institution.uscc, on=on):
        return ()
    skipped = "push" if not row.away else "publish"
    return tuple(
        move
        for move in moves_from(PUBLICATION, row.state)
        if move.action != skipped
        and (move.action != "stop" or row.is_over(on))
        and may(user, move.permission, row, on=on)
        and not (move.second_person and str(user.pk) in took_part(row, move))
    )


def took_part(row: Publication, move: Move) -> set[str]:
    """Who prepared what this move decides."""
    if move.action == "approve_correction":
        last = row.versions.order_by("-number").first()
        return {str(last.made_by_id)} if last else set()
    if move.action == "grant_stop":
        return {str(row.requested_by_id)}
    return {str(row.prepared_by_id)}


def told_at_service(row: Publication) -> bool | None:
    """Whether the party was told in writing when the decision was served (PUB-08); None where it is not served yet."""
    served = Service.objects.filter(party_id=row.party_id, document__form=DECISION_LETTER, state="served")
    told = list(served.values_list("told_publication", flat=True))
    return any(told) if told else None


def typical_seen_by(user: Any, on: date) -> QuerySet[TypicalCase]:
    """Typical cases of the person's organ and of those below it, and what is nominated to their own."""
    rows = TypicalCase.objects.select_related("organ", "case", "lead", "made_by", "nominated_to", "published_by")
    return visible(user, "typical_case.view", rows, on=on)


def typical_actions_for(row: TypicalCase, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make now."""
    ask = typical_policy(user, on=on)
    found = []
    for move in moves_from(TYPICAL, row.state):
        try:
            actor = ask(move.permission, row)
        except DomainError:
            continue
        if actor is None or (move.second_person and str(user.pk) in typical_part(row, move)):
            continue
        if move.action == "pass_up" and (row.nominated_to is None or not _above(row.nominated_to)):
            continue
        if move.action == "nominate" and not _above(row.organ):
            continue
        found.append(move)
    return tuple(found)


def _above(organ: Any) -> bool:
    return organ.parent_id is not None


def typical_part(row: TypicalCase, move: Move) -> set[str]:
    """Who wrote or proposed it; for the superior's choice also who nominated it."""
    people = [row.made_by_id, row.proposed_by_id]
    if move.action == "choose":
        people.append(row.nominated_by_id)
    return {str(one) for one in people if one}


def waiting_for(user: Any, *, on: date) -> tuple[QuerySet[Publication], QuerySet[TypicalCase]]:
    """What this person has to prepare, to publish, to withdraw, to end; and typical cases to decide or to choose."""
    rows, cases = Q(pk__in=[]), Q(pk__in=[])
    if granting(user, "publication.handle", on):
        rows |= Q(state__in=("draft", "pushed")) | Q(state__in=PUBLIC, stop_on__lt=on)
    if granting(user, "publication.publish", on):
        rows |= Q(state__in=("proposed", "correcting", "stop_requested")) & ~Q(prepared_by=user, state="proposed")
        rows |= Q(state__in=PUBLIC, overturned_on__isnull=False)
    if granting(user, "typical_case.decide", on):
        cases |= Q(state="proposed", organ__in=_own(user, "typical_case.decide", on)) & ~Q(made_by=user)
    if granting(user, "typical_case.choose", on):
        cases |= Q(state="nominated", nominated_to__in=_own(user, "typical_case.choose", on))
    own = _own(user, "publication.handle", on) | _own(user, "publication.publish", on)
    return (
        publications_seen_by(user, on).filter(rows, organ__in=own).order_by("state_at"),
        typical_seen_by(user, on).filter(cases).order_by("state_at"),
    )


def _own(user: Any, code: str, on: date) -> set[int]:
    """The organs for which the person holds the right: the postings' own, for a station also its bureau."""
    found = set()
    for posting in granting(user, code, on):
        found.add(posting.organ_id)
        if posting.organ.level in ("station", "team") and posting.organ.parent_id:
            found.add(posting.organ.parent_id)
    return found
