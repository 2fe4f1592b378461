"""The link chart of a series: matters on the left, what they share on the right, drawn with its table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hengjian.apps.cases.models import Case
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.models import Series as LeadSeries
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.ui.figures import Drawn
from hengjian.ui.figures.links import Matter, link_chart


@dataclass(frozen=True, slots=True)
class Shared:
    """What may be shared: a kind and its value."""

    kind: str
    value: str


def chart_of(series: LeadSeries, user: Any, *, on: date) -> Drawn:
    """Leads of the series and the cases filed on them, as far as this person sees them."""
    leads = list(leads_seen_by(user, on=on).filter(series=series))
    numbers = [lead.number for lead in leads]
    filed = [lead.case_number for lead in leads if lead.case_number]
    cases = cases_seen_by(user, on).filter(number__in=filed) | cases_seen_by(user, on).filter(
        origin_kind="lead", origin_id__in=numbers
    )
    held = [(f"线索 {lead.number}", _of_lead(lead)) for lead in leads]
    held += [
        (f"案件 {case.number}", _of_case(case)) for case in cases.prefetch_related("parties__institution").distinct()
    ]
    return link_chart(shared_only(held), caption=f"{series.number} 串案关系")


def shared_only(held: Iterable[tuple[str, list[Shared]]]) -> list[Matter]:
    """Matters with those values alone that two of them share; a value that one matter has says nothing."""
    rows = list(held)
    count: dict[Shared, int] = defaultdict(int)
    for _, values in rows:
        for one in dict.fromkeys(values):
            count[one] += 1
    return [
        Matter(label, tuple(f"{one.kind} {one.value}" for one in dict.fromkeys(values) if count[one] > 1))
        for label, values in rows
    ]


def _of_lead(lead: Lead) -> list[Shared]:
    found = [Shared("报告", number) for number in lead.report_numbers[:50]]
    if lead.institution is not None:
        found.append(Shared("机构", lead.institution.name))
    elif lead.respondent_name:
        found.append(Shared("机构", lead.respondent_name))
    return found


def _of_case(case: Case) -> list[Shared]:
    return [Shared("机构" if one.institution else "人员", one.name) for one in case.parties.all()]
