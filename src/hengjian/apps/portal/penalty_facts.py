"""Penalties and typical cases as the public reads them: only what was approved, only while its period runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from hengjian.apps.portal.institution_facts import brief
from hengjian.apps.publications.models import Publication, TypicalCase
from hengjian.apps.publications.periods import period_of
from hengjian.apps.publications.selectors import public_rows, published_cases
from hengjian.apps.rulebook.rows import field_titles
from hengjian.kernel.errors import NotFound
from hengjian.ui.wording import zh_date

NEVER = "没有这件行政处罚公示，或者还没有公开。"


def found_penalties(words: str, tier: str, kind: str, on: date) -> QuerySet[Publication]:
    """What is public on that day by party, code or number of the decision, newest first."""
    rows = public_rows(on).order_by("-published_on", "-pk")
    if words:
        rows = rows.filter(
            Q(party_shown__icontains=words) | Q(doc_number__icontains=words) | Q(institution__uscc=words.upper())
        )
    rows = rows.filter(tier=tier) if tier else rows
    return rows.filter(kind=kind) if kind else rows


def penalties_of(uscc: str, on: date) -> QuerySet[Publication]:
    """The public penalties of one institution."""
    return public_rows(on).filter(institution__uscc=uscc).order_by("-published_on", "-pk")


def penalties(rows: Sequence[Publication]) -> list[dict[str, Any]]:
    """Lines of penalties."""
    return [penalty(row) for row in rows]


def penalty(row: Publication) -> dict[str, Any]:
    """The summary (PUB-04): number, party, type of violation, content, authority, date."""
    return {
        "number": row.number,
        "kind": row.kind,
        "kind_name": row.get_kind_display(),
        "party": row.party_shown,
        "institution": brief(row.institution) if row.institution else None,
        "doc_number": row.doc_number,
        "violation": row.violation,
        "content": row.content,
        "organ": row.organ.name,
        "decided_on": row.decided_on,
        "tier": row.tier,
        "tier_name": row.get_tier_display(),
        "published_on": row.published_on,
        "stop_on": row.stop_on,
    }


def whole(row: Publication) -> dict[str, Any]:
    """Summary, text, period with its steps, corrections; the version that is public and no other."""
    versions = list(row.versions.all())
    shown = next(one for one in versions if one.number == row.shown)
    steps = period_of(row, row.published_on).steps if row.published_on else ()
    return penalty(row) | {
        "code": shown.summary.get("code", ""),
        "basis": row.basis,
        "text": shown.text,
        "home": row.pushed_to if row.away else None,
        "apply_from": row.apply_from,
        "period": list(steps),
        "corrections": [
            {"version": one.number, "on": timezone.localdate(one.approved_at), "reason": one.reason}
            for one in versions
            if one.number > 1 and one.approved_at is not None and not one.refused
        ],
    }


def public_penalty(number: str, on: date) -> Publication:
    """The one of that number; NotFound with the sentence why it is gone, without anybody's name."""
    rows = Publication.objects.select_related(
        "organ", "institution", "case__organ", "decision__case__organ", "decision__party"
    )
    row = rows.filter(number=number).first()
    if row is None or row.shown == 0:
        raise NotFound(NEVER)
    if row.state == "withdrawn":
        raise NotFound(f"公示 {row.number} 已于{zh_date(row.ended_on)}撤回。理由：{row.public_reason}")
    if not row.is_public(on):
        raise NotFound(f"公示 {row.number} 的公示期已经结束，依法停止公示。")
    return row


def penalties_as_of() -> datetime | None:
    """When the newest penalty was published, corrected, stopped or withdrawn."""
    found: datetime | None = Publication.objects.filter(shown__gt=0).aggregate(at=Max("state_at"))["at"]
    return found


def found_cases(words: str, field: str) -> QuerySet[TypicalCase]:
    """Typical cases by a word of title or text, and by field."""
    rows = published_cases().order_by("-published_at", "-pk")
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(text__icontains=words))
    return rows.filter(field=field) if field else rows


def typical(row: TypicalCase) -> dict[str, Any]:
    """One line: whose, in which field, since when."""
    return {
        "number": row.number,
        "title": row.title,
        "field": row.field,
        "field_name": field_titles().get(row.field, ""),
        "organ": row.published_by.name if row.published_by else row.organ.name,
        "published_at": row.published_at,
    }


def public_case(number: str) -> TypicalCase:
    """The one of that number; NotFound with the sentence where it was withdrawn."""
    row = TypicalCase.objects.select_related("organ", "published_by").filter(number=number).first()
    if row is not None and row.state == "withdrawn":
        raise NotFound(f"典型案例 {row.number} 已经撤回。")
    if row is None or row.state != "published":
        raise NotFound("没有这个典型案例，或者还没有公布。")
    return row


def cases_as_of() -> datetime | None:
    """When the newest typical case was published."""
    found: datetime | None = published_cases().aggregate(at=Max("published_at"))["at"]
    return found
