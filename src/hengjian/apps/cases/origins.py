"""Where a case comes from: a lead, a finding of an inspection, a rectification; or it is registered directly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.inspections.models import Finding
from hengjian.apps.inspections.selectors import inspections_seen_by
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.apps.rectifications.selectors import items_seen_by
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import NotFound, Refused

CHANNEL_SOURCES = {
    "alert": "supervision",
    "inspection": "supervision",
    "rectification": "supervision",
    "portal": "report",
    "hotline_12315": "report",
    "hotline_12345": "report",
    "letter": "report",
    "phone": "report",
    "visit": "report",
    "tip": "report",
    "complaint": "report",
    "insider": "report",
    "transfer": "transfer",
    "superior": "assigned",
}
"""Channel of the lead → source by form 1; everything else is 其他."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a new case takes over from the thing it comes from."""

    kind: str
    id: str
    label: str
    url: str
    organ: Organ
    title: str
    facts: str
    source_code: str
    source_on: date
    institution: Institution | None = None
    respondent: str = ""
    field: str = ""
    area_code: str = ""
    violation_id: str = ""
    occurred_on: date | None = None


def origin_of(kind: str, ref: str, *, user: User, on: date) -> Origin | None:
    """The origin behind kind and number, None for a case registered directly; NotFound where it is not to be seen."""
    if not kind:
        return None
    reader = _READERS.get(kind)
    if reader is None or "\0" in ref:
        raise Refused(f"案件没有“{kind[:20]}”这种来源。", where={"field": "origin"})
    found = reader(user, on, ref)
    if found is None:
        raise NotFound("没有这项案件来源，或者您无权查看。")
    return found


def lead_of(kind: str, ref: str) -> Lead | None:
    """The lead a case came from, if it came from one."""
    return Lead.objects.select_related("organ").filter(number=ref).first() if kind == "lead" else None


def _lead(user: User, on: date, ref: str) -> Origin | None:
    lead = leads_seen_by(user, on=on).filter(number=ref).first()
    if lead is None:
        return None
    return Origin(
        kind="lead",
        id=lead.number,
        label=f"线索 {lead.number}",
        url=reverse("leads:show", args=[lead.number]),
        organ=lead.organ,
        title=lead.title,
        facts=lead.findings or lead.text,
        source_code=CHANNEL_SOURCES.get(lead.channel, "other"),
        source_on=lead.received_on,
        institution=lead.institution,
        respondent=lead.respondent_name,
        field=str(lead.fields[0]) if lead.fields else "",
        area_code=lead.area_code,
        occurred_on=lead.occurred_on,
    )


def _finding(user: User, on: date, ref: str) -> Origin | None:
    rows = Finding.objects.select_related("inspection__organ", "institution")
    found = rows.filter(number=ref, inspection__in=inspections_seen_by(user, on=on)).first()
    if found is None:
        return None
    if found.state != "found":
        raise Refused(f"问题 {found.number} 已经撤回，不能据以立案。", where={"field": "origin"})
    return Origin(
        kind="finding",
        id=found.number,
        label=f"检查 {found.inspection.number} 的问题 {found.number}",
        url=reverse("inspections:show", args=[found.inspection.number]),
        organ=found.inspection.organ,
        title=found.text,
        facts=found.text,
        source_code="supervision",
        source_on=found.happened_at.date(),
        institution=found.institution,
        field=str(found.inspection.fields[0]) if found.inspection.fields else "",
        area_code=found.institution.area_code,
        violation_id=found.violation_id,
        occurred_on=found.conduct_on,
    )


def _rectification(user: User, on: date, ref: str) -> Origin | None:
    item = items_seen_by(user, on=on).select_related("finding").filter(number=ref).first()
    if item is None:
        return None
    return Origin(
        kind="rectification",
        id=item.number,
        label=f"整改事项 {item.number}",
        url=reverse("rectifications:show", args=[item.number]),
        organ=item.organ,
        title=item.title,
        facts=item.finding.text,
        source_code="supervision",
        source_on=item.found_on,
        institution=item.institution,
        field=item.field,
        area_code=item.institution.area_code,
        violation_id=item.finding.violation_id,
        occurred_on=item.finding.conduct_on,
    )


_READERS: dict[str, Callable[[User, date, str], Origin | None]] = {
    "lead": _lead,
    "finding": _finding,
    "rectification": _rectification,
}
