"""The step from an overdue problem to a lead, offered on its page; the lead links back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.leads.raising import SUBJECTS_OF, Source
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.rectifications.selectors import is_institution, items_seen_by
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.catalogue import violation
from hengjian.ui.wording import zh_date

KIND = "rectification"


def is_due(item: Rectification, today: date) -> bool:
    """Whether a lead may be made of it: overdue, or a serious problem while it is not put right."""
    serious = item.finding.severity == "serious" and item.state not in ("struck_off", "withdrawn")
    return serious or item.days_late(today) > 0


def source_of(user: Any, on: date, number: str) -> Source | None:
    """An overdue item that this person may see, as what a lead is made from."""
    if is_institution(user, on=on):
        return None
    item = items_seen_by(user, on=on).select_related("finding__inspection").filter(number=number).first()
    if item is None:
        return None
    if not is_due(item, on):
        raise Refused(f"整改事项 {item.number} 没有逾期，不转为线索。")
    late = f"期限{zh_date(item.limit)}，逾期 {item.days_late(on)} 日没有改正。" if item.days_late(on) else ""
    finding = item.finding
    return Source(
        kind=KIND,
        id=item.number,
        label=f"整改事项 {item.number}",
        url=reverse("rectifications:show", args=[item.number]),
        title=f"逾期未整改：{item.title}"[:200] if late else item.title,
        text=f"{finding.text}\n{late}整改要求：{item.requirement or '见整改事项'}".strip(),
        organ=item.organ,
        institution=item.institution,
        channel="rectification",
        fields=(item.field,) if item.field else (),
        subject=_subject(finding.violation_id),
        occurred_on=finding.conduct_on,
    )


def _subject(violation_id: str) -> str:
    try:
        return SUBJECTS_OF.get(violation(violation_id).kind, "management") if violation_id else ""
    except NotFound:
        return ""
