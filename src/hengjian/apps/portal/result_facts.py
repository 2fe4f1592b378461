"""Published results of inspections, exceptions from the burden guard, rectification in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.draws.selectors import published_draws
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.publicity import RULE
from hengjian.apps.inspections.selectors import published_results
from hengjian.apps.plans.models import Visit
from hengjian.apps.plans.procedures import ORIGINS
from hengjian.apps.plans.selectors import published_exceptions
from hengjian.apps.portal.institution_facts import brief
from hengjian.apps.rectifications.counts import count_by, whole
from hengjian.apps.rectifications.models import Rectification
from hengjian.law.loader import lawbook

PLANNED = ("draw", "key_field", "monitoring", "campaign")
LEAD = "线索核查"
"""What is told of an inspection upon a lead: that it was one. Which one is told by the list of exceptions."""


def newest_first(rows: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Results with what their lines need."""
    return rows.select_related("visit__item")


def draws_behind(rows: Iterable[Inspection]) -> set[str]:
    """Numbers of the published draws behind these inspections; a draw still sealed is not named."""
    numbers = {row.origin_id for row in rows if row.origin_kind == "draw"}
    return set(published_draws().filter(number__in=numbers).values_list("number", flat=True)) if numbers else set()


def results(rows: Sequence[Inspection]) -> list[dict[str, Any]]:
    """Lines of results in their public wording. One query for the draws."""
    known = draws_behind(rows)
    return [result(row, known) for row in rows]


def result(row: Inspection, known: set[str]) -> dict[str, Any]:
    """One published result: whom, by whom, when, in which words; never who inspected, never what was a lead."""
    item = row.visit.item
    return {
        "number": row.number,
        "institution": brief(row.institution),
        "organ": row.organ.name,
        "kind": row.origin_kind if row.origin_kind in PLANNED else "lead",
        "kind_name": ORIGINS[row.origin_kind] if row.origin_kind in PLANNED else LEAD,
        "item": {"number": item.number, "title": item.title} if item else None,
        "draw": row.origin_id if row.origin_kind == "draw" and row.origin_id in known else None,
        "notice": row.kind,
        "notice_name": row.get_kind_display(),
        "ended_on": row.ended_on,
        "result_code": row.result_code,
        "result": row.public_wording,
        "published_at": row.published_at,
    }


def checked_groups(row: Inspection) -> list[dict[str, str]]:
    """The check lists that were used, with their titles."""
    titles = {one.id: one.title for one in lawbook().checklists}
    return [{"id": group, "title": titles.get(group, group)} for group in row.groups]


def publication_due(row: Inspection) -> date | None:
    """The last day on which the result was to be published (DR-04)."""
    clock = clocks_of(row).filter(rule_id=RULE).first()
    return clock.due_on if clock else None


def results_as_of() -> datetime | None:
    """When the newest result was published."""
    found: datetime | None = published_results().aggregate(at=Max("published_at"))["at"]
    return found


def found_results(words: str, code: str) -> QuerySet[Inspection]:
    """Published results by institution (name or code) and by result code."""
    rows = newest_first(published_results())
    if words:
        rows = rows.filter(Q(institution__name__icontains=words) | Q(institution__uscc__icontains=words))
    return rows.filter(result_code=code) if code else rows


def exceptions(rows: Iterable[Visit]) -> list[dict[str, Any]]:
    """Visits outside plan or cap with their coded reason.

    The institution is named once the result is public: before that, a name beside "tip" would be a verdict.
    """
    return [
        {
            "number": row.number,
            "organ": row.organ.name,
            "entered_on": timezone.localdate(row.entered_at) if row.entered_at else row.day,
            "code": row.exception_code,
            "reason": row.get_exception_code_display(),
            "institution": brief(row.institution) if _is_public(row) else None,
        }
        for row in rows
    ]


def _is_public(row: Visit) -> bool:
    try:
        return bool(row.inspection.state == "published")  # type: ignore[attr-defined]
    except ObjectDoesNotExist:
        return False


def exception_rows() -> QuerySet[Visit]:
    """Exceptions that have begun, newest first."""
    return published_exceptions().select_related("inspection").order_by("-entered_at", "-pk")


def exceptions_as_of() -> datetime | None:
    """When the newest exception began."""
    found: datetime | None = published_exceptions().aggregate(at=Max("entered_at"))["at"]
    return found


def _items() -> QuerySet[Rectification]:
    """Problems of published results alone; what was withdrawn was none."""
    return Rectification.objects.filter(finding__inspection__state="published").exclude(state="withdrawn")


def rectification_numbers(today: date) -> dict[str, Any]:
    """Problems by field and where they stand, and all of them together."""
    lines = count_by(_items(), "field", today=today)
    return {"fields": [_line(one) for one in lines], "all": _line(whole(lines))}


def _line(one: Any) -> dict[str, Any]:
    standing = one.standings
    return {
        "field": one.key,
        "field_name": one.label or "未分领域",
        "problems": one.total,
        "struck_off": standing["struck_off"],
        "in_time": standing["registered"] + standing["waiting"] + standing["answered"],
        "overdue": standing["late"],
    }


def rectifications_as_of() -> datetime | None:
    """When the newest move of these problems was made."""
    found: datetime | None = _items().aggregate(at=Max("state_at"))["at"]
    return found
