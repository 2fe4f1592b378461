"""Leads and inspections: a finding becomes a lead, and a lead brings a visit outside the plan."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may, visible
from hengjian.apps.inspections.models import Finding, Inspection
from hengjian.apps.inspections.origins import Origin
from hengjian.apps.inspections.origins import Source as Visit
from hengjian.apps.inspections.selectors import inspections_seen_by, unfinished_of
from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.leads.following import FollowUp
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.procedures import OWN
from hengjian.apps.leads.raising import SUBJECTS_OF, Source
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.catalogue import violation

KIND = "inspection"
LEAD = "lead"
ASSIGN = "inspection.assign"
SHOWN_MOST = 500
VISIT_KINDS = {"transfer": "transfer", "superior": "superior_order", "alert": "alert", "rectification": "follow_up"}
"""Under which kind (and exception of the burden guard) a visit stands, by the lead's channel; else as a tip."""


def finding_source(user: Any, on: date, number: str) -> Source | None:
    """A finding of an inspection that this person may see, as what a lead is made from."""
    rows = Finding.objects.filter(number=number, inspection__in=inspections_seen_by(user, on=on))
    finding = rows.select_related("inspection__organ", "institution", "report").first()
    if finding is None:
        return None
    if finding.state == "withdrawn":
        raise Refused(f"问题 {finding.number} 已撤回，不转为线索。")
    task, report = finding.inspection, finding.report
    line = " ".join(finding.text.split())
    return Source(
        kind=KIND,
        id=finding.number,
        label=f"检查 {task.number} 问题 {finding.number}",
        url=reverse("inspections:finding", args=[task.number, finding.number]),
        title=line[:80],
        text=f"{finding.text}\n条款：{finding.article}",
        organ=task.organ,
        institution=finding.institution,
        channel="inspection",
        fields=tuple(task.fields),
        subject=_subject(finding.violation_id),
        report_numbers=(report.report_no or report.report_id,) if report else (),
        occurred_on=finding.conduct_on,
    )


def _subject(violation_id: str) -> str:
    try:
        return SUBJECTS_OF.get(violation(violation_id).kind, "management") if violation_id else ""
    except NotFound:
        return ""


def _open(user: Any, on: date) -> QuerySet[Lead]:
    """Leads that the person may see and sends people for: with an institution in the register."""
    rows = leads_seen_by(user, on=on).select_related("institution__organ", "organ").filter(institution__isnull=False)
    return visible(user, ASSIGN, rows, on=on)


def _visit(lead: Lead) -> Visit:
    kind = VISIT_KINDS.get(lead.channel, "tip")
    if lead.handed_by_id and lead.organ.path.startswith(lead.handed_by.path):  # type: ignore[union-attr]
        kind = "superior_order"
    return Visit(
        kind=LEAD,
        id=lead.number,
        label=f"线索 {lead.number}",
        title=f"线索核查：{lead.title}"[:200],
        organ=lead.organ,
        institution=lead.institution,
        visit_kind=kind,
        exception_code=kind,
        # the note is published with the visit: it names the lead's number and channel, never its text
        exception_note=f"核查线索 {lead.number}（{CHANNELS[lead.channel]}）",
        fields=tuple(lead.fields),
        url=reverse("leads:show", args=[lead.number]),
        note=lead.get_state_display(),
    )


def _leads_open(user: User, on: date) -> list[Visit]:
    served = set(
        Inspection.objects.filter(origin_kind=LEAD).exclude(state="cancelled").values_list("origin_id", flat=True)
    )
    rows = _open(user, on).filter(state="verifying")[:SHOWN_MOST]
    return [_visit(one) for one in rows if one.number not in served]


def _lead_one(user: User, on: date, ref: str) -> Visit | None:
    lead = _open(user, on).filter(number=ref).first()
    if lead is None:
        return None
    if lead.state not in OWN:
        raise Refused(
            f"线索 {lead.number} 现在是“{lead.get_state_display()}”，不能据以检查。", where={"field": "origin"}
        )
    if lead.special_law:
        authority = lead.triage.get("authority", "其他部门")
        raise Refused(f"线索 {lead.number} 应当移送{authority}，不能据以检查。", where={"field": "origin"})
    return _visit(lead)


LEADS = Origin(LEAD, "线索", _leads_open, _lead_one, order=25)


def after_lead(lead: Lead, user: User, on: date) -> FollowUp | None:
    """The inspection of this lead, if the person may see it; else making one, if the person may."""
    if lead.institution is None:
        return None
    made = Inspection.objects.filter(origin_kind=LEAD, origin_id=lead.number).exclude(state="cancelled")
    shown = made.filter(pk__in=inspections_seen_by(user, on=on).order_by().values("pk")).order_by("-pk").first()
    if shown is not None:
        label = f"现场检查 {shown.number}：{shown.get_state_display()}"
        return FollowUp(label, reverse("inspections:show", args=[shown.number]), running=True)
    if unfinished_of(LEAD, lead.number, lead.institution) is not None or lead.state != "verifying":
        return None
    if may(user, ASSIGN, lead, on=on) is None:
        return None
    return FollowUp(
        "建立现场检查任务", f"{reverse('inspections:create')}?{urlencode({'kind': LEAD, 'id': lead.number})}"
    )
