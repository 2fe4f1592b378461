"""The documents of a measure: what the record fills in, and which are offered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.documents import access
from hengjian.apps.documents.models import Document
from hengjian.apps.documents.services import draw_up_and_issue
from hengjian.apps.measures.models import Measure
from hengjian.apps.measures.procedures import FORMS, RECORD
from hengjian.apps.measures.selectors import measures_seen_by
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import cite
from hengjian.law.loader import lawbook


def register_all() -> None:
    """Offer documents on measures; drawn up by the moves alone."""
    access.register("measures.measure", measures_seen_by, context_of, url=_url)


def _url(row: Measure) -> str:
    return reverse("measures:show", args=[row.number])


def context_of(row: Measure, form: str, today: date) -> dict[str, Any]:
    """What the record knows of a measure for any of its forms."""
    institution = row.institution
    return {
        "today": today,
        "party": {
            "kind": "单位",
            "name": institution.name,
            "id_text": institution.uscc,
            "legal_rep": institution.legal_rep,
            "address": institution.address,
            "phone": institution.phone,
        },
        "organ": {"name": row.organ.name, "contact": row.drafted_by.name, "phone": row.drafted_by.phone},
        "officers": _officers(row),
        "measure": {
            "facts": row.facts,
            "requirement": row.requirement,
            "limit": row.limit,
            "planned_at": row.planned_at,
            "place": row.place,
            "attendees": row.attendees,
            "minutes": row.minutes,
        },
        "order": {
            "facts": row.facts,
            "basis": broken_text(row, today),
            "content": row.requirement,
            "until": row.limit,
        },
    }


def broken_text(row: Measure, on: date) -> str:
    """The articles that were broken, as cited on the day; the catalogue's own where a breach is named."""
    known = next((one for one in lawbook().violations if one.id == row.violation_id), None)
    if known is None:
        return row.basis
    cited = []
    for reference in known.basis:
        try:
            cited.append(cite(reference, on).citation.text)
        except NotFound:
            continue
    return "、".join(cited) or row.basis


def _officers(row: Measure) -> list[dict[str, str]]:
    people = [one for one in (row.drafted_by, row.approved_by) if one is not None]
    return [{"name": one.name, "enforcement_no": _enforcement_no(one)} for one in people]


def _enforcement_no(user: Any) -> str:
    posting = user.postings.exclude(enforcement_no="").order_by("-valid_from").first()
    return posting.enforcement_no if posting else ""


def issue_paper(row: Measure, *, actor: Actor, now: datetime, today: date) -> Document:
    """The document by which the measure is served, numbered and closed."""
    return _drawn(FORMS[row.kind], row, actor=actor, now=now, today=today)


def issue_record(row: Measure, *, actor: Actor, now: datetime, today: date) -> Document:
    """The record of an interview."""
    return _drawn(RECORD, row, actor=actor, now=now, today=today)


def _drawn(form: str, row: Measure, *, actor: Actor, now: datetime, today: date) -> Document:
    return draw_up_and_issue(
        form=form,
        thing=row,
        organ=row.organ,
        context=context_of(row, form, today),
        actor=actor,
        now=now,
        today=today,
        party=row.institution.name,
    )
