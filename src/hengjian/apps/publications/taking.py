"""What a case's moves set going: a publication for every decision that must be public, and its end with it."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.cases import listeners
from hengjian.apps.cases.models import Case, CaseOfficer, Decision, Remedy
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.publications import composing, periods
from hengjian.apps.publications.ending import end_undoing
from hengjian.apps.publications.models import Publication, PublicationVersion
from hengjian.apps.publications.moving import move_publication
from hengjian.apps.publications.procedures import PUBLIC, SHOW
from hengjian.apps.record.services import Actor, Policy, append_event
from hengjian.kernel.transitions import Move

OVERTURNED = ("changed", "annulled", "unlawful")


def register() -> None:
    """Listen to the cases."""
    listeners.on_moved("decide", on_decided)
    listeners.on_moved("annul", on_annulled)
    listeners.on_moved("decision_overturned", on_overturned)


def on_decided(*, case: Case, action: str, actor: Actor, now: datetime) -> None:
    """A publication for every decision that is more than a warning, and one for every listing."""
    rows = Decision.objects.filter(case=case, annulled_on__isnull=True, outcome="penalty")
    for decision in rows.select_related("case__organ", "party__institution"):
        if composing.must_be_public(decision):
            take(decision, "penalty", actor=actor, now=now)
        if composing.is_listed(decision):
            take(decision, "listing", actor=actor, now=now)


def take(decision: Decision, kind: str, *, actor: Actor, now: datetime) -> Publication:
    """The draft with its first version, and the clock from the decision; the same decision is taken once."""
    known = Publication.objects.filter(decision=decision, kind=kind).first()
    if known is not None:
        return known
    case, party = decision.case, decision.party
    told = composing.tell(decision, kind=kind)
    row = Publication(
        number=next_number("GS", decision.decided_on.year),
        organ=case.organ,
        case=case,
        decision=decision,
        party=party,
        institution=party.institution if party.kind == "institution" else None,
        kind=kind,
        state_at=now,
        made_at=now,
        tier="serious" if kind == "listing" else composing.tier_of(decision).id,
        home_province=party.home_province,
        away=composing.is_away(decision),
        party_shown=told.summary["party"],
        doc_number=told.summary["doc_number"],
        violation=told.summary["violation"],
        content=told.summary["content"],
        basis=told.summary["basis"],
        decided_on=decision.decided_on,
    )
    row.full_clean()
    row.save()
    PublicationVersion.objects.create(
        publication=row, number=1, summary=told.summary, text=told.text, counts=told.counts, made_at=now
    )
    append_event(
        now=now,
        actor=actor,
        verb="publication.take",
        thing=row,
        organ_path=row.organ_path,
        basis=SHOW,
        after={"number": row.number, "case": case.number, "kind": kind, "tier": row.tier, "away": row.away},
    )
    lead = CaseOfficer.objects.select_related("user").filter(case=case, lead=True, to_on__isnull=True).first()
    rule = periods.deciding_rule(row)
    periods.start(row, rule, on=decision.decided_on, actor=actor, now=now, who=lead.user if lead else None)
    return row


def on_annulled(*, case: Case, action: str, actor: Actor, now: datetime) -> None:
    """All decisions of the case were undone."""
    _undo(Publication.objects.filter(case=case, decision__annulled_on__isnull=False), case, actor=actor, now=now)


def on_overturned(*, case: Case, action: str, actor: Actor, now: datetime) -> None:
    """A decision was changed or undone on review or by a court."""
    undone = Remedy.objects.filter(case=case, outcome__in=OVERTURNED).values("decision_id")
    _undo(Publication.objects.filter(case=case, decision_id__in=undone), case, actor=actor, now=now)


def _undo(rows: QuerySet[Publication], case: Case, *, actor: Actor, now: datetime) -> None:
    today = timezone.localdate(now)
    for row in rows.filter(overturned_on__isnull=True):
        if row.state in ("draft", "proposed"):
            _drop(row, actor=actor, now=now, today=today)
        elif row.state in (*PUBLIC, "pushed"):
            Publication.objects.filter(pk=row.pk).update(overturned_on=today)
            append_event(
                now=now,
                actor=actor,
                verb="publication.overturned",
                thing=row,
                organ_path=row.organ_path,
                basis=SHOW,
                after={"number": row.number, "on": today},
            )
            periods.start(row, periods.UNDO, on=today, actor=actor, now=now, who=row.prepared_by)
    end_undoing(case, today=today, now=now, actor=actor)


def _drop(row: Publication, *, actor: Actor, now: datetime, today: date) -> None:
    """What was not public yet never becomes so: by the person who undid the decision, without asking further rights."""
    policy: Policy = lambda code, thing: actor  # noqa: E731 – a right that the move of the case has already asked

    def apply(held: Publication, move: Move, by: Actor) -> None:
        held.overturned_on, held.ended_on = today, today
        periods.stop(held, on=today, actor=by, now=now, met=False)

    said = "处罚决定已经被变更或者撤销"
    move_publication(
        "drop", row, user=None, now=now, today=today, facts={"reason": said}, reason=said, apply=apply, policy=policy
    )
