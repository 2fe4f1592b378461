"""What a measure may come from: a lead, a finding on site, a problem not put right, a confirmed alert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.models import Organ
from hengjian.apps.alerts.selectors import alerts_seen_by
from hengjian.apps.inspections.models import Finding
from hengjian.apps.inspections.selectors import inspections_seen_by
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.apps.rectifications.selectors import items_seen_by
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.selectors import institutions_seen_by


@dataclass(frozen=True, slots=True)
class Source:
    """Where a measure comes from, and what of it is filled in."""

    kind: str
    id: str
    label: str
    url: str
    organ: Organ
    institution: Institution
    title: str
    facts: str
    violation_id: str = ""

    @property
    def origin(self) -> tuple[str, str, str, str]:
        return (self.kind, self.id, self.label, self.url)


def source_of(user: Any, kind: str, ref: str, *, on: date) -> Source | None:
    """The source as this person sees it; None where there is none, or it names no institution of the register."""
    found = _READERS[kind](user, ref, on) if kind in _READERS else None
    return found


def _lead(user: Any, ref: str, on: date) -> Source | None:
    one = leads_seen_by(user, on=on).filter(number=ref, institution__isnull=False).first()
    if one is None:
        return None
    url = reverse("leads:show", args=[one.number])
    # the lead's own text may tell who reported: only its title is taken over
    return Source("lead", one.number, f"线索 {one.number}", url, one.organ, one.institution, one.title, "")


def _finding(user: Any, ref: str, on: date) -> Source | None:
    seen = inspections_seen_by(user, on=on).values("pk")
    rows = Finding.objects.filter(number=ref, state="found", inspection__in=seen)
    one = rows.select_related("inspection__organ", "institution").first()
    if one is None:
        return None
    url = reverse("inspections:show", args=[one.inspection.number])
    label = f"检查发现 {one.number}"
    return Source(
        "finding",
        one.number,
        label,
        url,
        one.inspection.organ,
        one.institution,
        one.text[:80],
        one.text,
        one.violation_id,
    )


def _rectification(user: Any, ref: str, on: date) -> Source | None:
    one = items_seen_by(user, on=on).filter(number=ref).first()
    if one is None:
        return None
    url = reverse("rectifications:show", args=[one.number])
    label = f"整改事项 {one.number}"
    return Source(
        "rectification", one.number, label, url, one.organ, one.institution, one.title, one.finding.text,
        one.finding.violation_id,
    )  # fmt: skip


def _alert(user: Any, ref: str, on: date) -> Source | None:
    one = (
        alerts_seen_by(user, on=on).filter(number=ref, state="confirmed").select_related("organ", "institution").first()
    )
    if one is None:
        return None
    url = reverse("alerts:show", args=[one.number])
    return Source(
        "alert", one.number, f"预警 {one.number}", url, one.organ, one.institution, one.title[:200], one.title
    )


def _institution(user: Any, ref: str, on: date) -> Source | None:
    one = institutions_seen_by(user, on=on).filter(uscc=ref).select_related("organ").first()
    if one is None:
        return None
    return Source("", "", "", "", one.organ, one, "", "")


_READERS = {
    "lead": _lead,
    "finding": _finding,
    "rectification": _rectification,
    "alert": _alert,
    "institution": _institution,
}
