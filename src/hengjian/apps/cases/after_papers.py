"""Papers of what follows a decision: filled from the record, numbered and issued in the transaction of the act."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Model

from hengjian.apps.cases.after_facts import facts_for
from hengjian.apps.cases.context import document_context
from hengjian.apps.cases.models import Case, Party
from hengjian.apps.documents.models import Document
from hengjian.apps.documents.services import draw_up_and_issue
from hengjian.apps.record.services import Actor


def issue_paper(
    form: str,
    case: Case,
    party: Party | None,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    about: Model,
    extra: dict[str, Any] | None = None,
) -> Document:
    """Draw up and issue one paper of the case, about one row of what follows the decision.

    Raises Refused naming every mandatory fact that the record lacks; then nothing has changed.
    """
    context = document_context(case, form, today)
    for key, values in (facts_for(about, party) | (extra or {})).items():
        known = context.get(key)
        context[key] = known | values if isinstance(known, dict) and isinstance(values, dict) else values
    return draw_up_and_issue(
        form=form,
        thing=case,
        organ=case.organ,
        context=context,
        actor=actor,
        now=now,
        today=today,
        party=party.name if party else "",
    )
