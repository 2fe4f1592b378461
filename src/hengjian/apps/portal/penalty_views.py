"""Public pages of penalties and of typical cases."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from hengjian.apps.portal import penalty_facts
from hengjian.apps.portal.asking import slice_of, words
from hengjian.apps.portal.pages import Page, public_page
from hengjian.apps.publications.procedures import KINDS, TIERS
from hengjian.apps.rulebook.rows import field_titles

OPEN_PENALTIES = "依法公示的行政处罚决定和公布的典型案例"


@public_page("portal/penalties.html", OPEN_PENALTIES)
def penalties(request: HttpRequest) -> Page:
    """Penalties in their period, newest first, by party, tier and kind."""
    asked, tier, kind = words(request), words(request, "tier"), words(request, "kind")
    tier, kind = (tier if tier in TIERS else ""), (kind if kind in KINDS else "")
    query = {name: value for name, value in (("q", asked), ("tier", tier), ("kind", kind)) if value}
    rows = penalty_facts.found_penalties(asked, tier, kind, timezone.localdate())
    part = slice_of(request, rows, query=query)
    return Page(
        title=f"行政处罚 {part.total} 件",
        data={
            "q": asked,
            "tier": tier,
            "kind": kind,
            **part.plain(),
            "penalties": penalty_facts.penalties(part.rows),
        },
        as_of=penalty_facts.penalties_as_of(),
        query=part.address(),
        shown={"part": part, "tiers": TIERS, "kinds": KINDS},
    )


@public_page("portal/penalty.html", OPEN_PENALTIES)
def penalty(request: HttpRequest, number: str) -> Page:
    """One penalty: summary, text, period, corrections."""
    row = penalty_facts.public_penalty(number, timezone.localdate())
    return Page(
        title=f"{row.party_shown}：{row.content}", data={"penalty": penalty_facts.whole(row)}, as_of=row.state_at
    )


@public_page("portal/cases.html", OPEN_PENALTIES)
def cases(request: HttpRequest) -> Page:
    """Typical cases, newest first, by words and field."""
    asked, field = words(request), words(request, "field")
    titles = field_titles()
    field = field if field in titles else ""
    query = {name: value for name, value in (("q", asked), ("field", field)) if value}
    part = slice_of(request, penalty_facts.found_cases(asked, field), query=query)
    return Page(
        title=f"典型案例 {part.total} 个",
        data={"q": asked, "field": field, **part.plain(), "cases": [penalty_facts.typical(one) for one in part.rows]},
        as_of=penalty_facts.cases_as_of(),
        query=part.address(),
        shown={"part": part, "fields": titles},
    )


@public_page("portal/case.html", OPEN_PENALTIES)
def case(request: HttpRequest, number: str) -> Page:
    """One typical case."""
    row = penalty_facts.public_case(number)
    told = penalty_facts.typical(row) | {"text": row.text, "lesson": row.lesson}
    return Page(title=row.title, data={"case": told}, as_of=row.published_at)
