"""The notice and the decision as documents, one for each party, filled from the record alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.context import document_context
from hengjian.apps.cases.core_context import for_party
from hengjian.apps.cases.models import Case, Party
from hengjian.apps.cases.reading import rows_of
from hengjian.apps.cases.selectors import is_investigator
from hengjian.apps.documents.models import Document
from hengjian.apps.documents.services import draw_up_and_issue
from hengjian.kernel.errors import IllegalMove, Refused

NOTICE, PENALTY, NO_PENALTY = "PEN-37", "PEN-45", "PEN-46"
TITLES = {NOTICE: "行政处罚告知书", PENALTY: "行政处罚决定书", NO_PENALTY: "不予行政处罚决定书"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One paper that a party has to get: the issued document, or None while it has to be made."""

    party: Party
    form: str
    document: Document | None

    @property
    def title(self) -> str:
        return TITLES[self.form]


def wanted_papers(case: Case) -> list[Wanted]:
    """For each party the notice of the last round and the decision, with the document that was issued after it."""
    notices = {one.party_id: one for one in sorted(rows_of(case, "notices"), key=lambda one: one.round)}
    decisions = {one.party_id: one for one in sorted(rows_of(case, "decisions"), key=lambda one: one.round)}
    if not notices and not decisions:
        return []
    issued = list(
        Document.objects.filter(
            thing_kind="cases.case", thing_id=str(case.pk), form__in=list(TITLES), state="issued"
        ).order_by("pk")
    )
    found = []
    for party in rows_of(case, "parties"):
        notice, decision = notices.get(party.pk), decisions.get(party.pk)
        if notice is not None:
            found.append(Wanted(party, NOTICE, _after(issued, party, NOTICE, notice.issued_on)))
        if decision is not None and decision.outcome in ("penalty", "no_penalty"):
            form = PENALTY if decision.outcome == "penalty" else NO_PENALTY
            found.append(Wanted(party, form, _after(issued, party, form, decision.decided_on)))
    return found


def _after(issued: Sequence[Document], party: Party, form: str, since: date) -> Document | None:
    fitting = [one for one in issued if one.form == form and one.party == party.name]
    return next((one for one in reversed(fitting) if one.issued_on is not None and one.issued_on >= since), None)


@transaction.atomic
def issue_party_paper(
    *, case: Case, party: Party, form: str, user: User, now: datetime, today: date, printing: Any = "soon"
) -> Document:
    """Make and number the paper of one party; by an investigator, once for each notice or decision.

    Refused naming what the record lacks; IllegalMove where there is no notice or decision, or the paper exists.
    """
    row, actor = act_on(case=case, user=user, code="case.handle", today=today, what="制作文书", investigator=True)
    wanted = next((one for one in wanted_papers(row) if one.party.pk == party.pk and one.form == form), None)
    if wanted is None:
        raise IllegalMove(f"还没有对{party.name}作出，不能制作《{TITLES.get(form, form)}》。")
    if wanted.document is not None:
        raise IllegalMove(f"《{wanted.title}》已经制作：{wanted.document.number}。")
    if len({one.name for one in row.parties.all()}) != row.parties.count():
        raise Refused("本案有同名的当事人，请先在名称里区分，文书才能对应到人。")
    return draw_up_and_issue(
        form=form,
        thing=row,
        organ=row.organ,
        context={**document_context(row, form, today), **for_party(row, party, today)},
        actor=actor,
        now=now,
        today=today,
        party=party.name,
        printing=printing,
    )


def section(case: Case, user: User, today: date) -> Mapping[str, Any] | None:
    """What the case page shows: each party's papers, and a button for those to be made."""
    rows = wanted_papers(case)
    return {"rows": rows, "may_issue": is_investigator(case, user, today)} if rows else None
