"""The step from a confirmed alert to a lead, offered on the alert's page; the lead links back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.alerts.following import FollowUp
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.selectors import alerts_seen_by
from hengjian.apps.leads.raising import SUBJECTS_OF, Source, standing
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.catalogue import violation

KIND = "alert"
REPORTS_MOST = 200


def source_of(user: Any, on: date, number: str) -> Source | None:
    """A confirmed alert that this person may see, as what a lead is made from."""
    alert = alerts_seen_by(user, on=on).select_related("institution", "organ").filter(number=number).first()
    if alert is None:
        return None
    if alert.state != "confirmed":
        raise Refused(f"预警 {alert.number} 现在是“{alert.get_state_display()}”，确认以后才能转为线索。")
    about = "，".join(part for part in (alert.article, f"涉及 {alert.n_reports} 份报告") if part)
    return Source(
        kind=KIND,
        id=alert.number,
        label=f"预警 {alert.number}",
        url=reverse("alerts:show", args=[alert.number]),
        title=alert.title,
        text=f"{alert.title}。{about}。研判意见：{alert.reason}",
        organ=alert.organ,
        institution=alert.institution,
        channel="alert",
        fields=(alert.field,) if alert.field else (),
        subject=_subject(alert.violation),
        report_numbers=_numbers(alert),
        occurred_on=alert.occurred_on,
    )


def _numbers(alert: Alert) -> tuple[str, ...]:
    """The numbers that stand on the reports, as far as the evidence has them; else the identifiers of the data."""
    printed = {str(row.get("report_id")): str(row.get("report_no") or "") for row in alert.evidence.get("rows", ())}
    return tuple(printed.get(str(one)) or str(one) for one in alert.report_ids[:REPORTS_MOST])


def _subject(violation_id: str) -> str:
    if not violation_id:
        return ""
    try:
        return SUBJECTS_OF.get(violation(violation_id).kind, "management")
    except NotFound:
        return ""


def after_alert(alert: Alert, user: User, on: date) -> FollowUp | None:
    """The lead of this alert, if the person may see it; else making one, if the person may."""
    if alert.state != "confirmed":
        return None
    found = standing(KIND, alert.number, alert.organ, user=user, on=on)
    if found.lead is not None:
        label = f"线索 {found.lead.number}：{found.lead.get_state_display()}"
        return FollowUp(label, reverse("leads:show", args=[found.lead.number]), running=True)
    if found.may_raise:
        return FollowUp("转为线索", reverse("leads:raise", args=[KIND, alert.number]))
    return None
