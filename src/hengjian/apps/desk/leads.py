"""The desk's section of leads: what this person has to triage, receive, verify, decide."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.rights import granting
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited
from hengjian.apps.leads.listing import due_words, with_due
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.selectors import waiting_for

WORDS = {
    "registered": ("研判线索", "研判"),
    "verifying": ("核查线索", "去核查"),
    "escalated": ("签收上报的线索", "签收"),
    "handed_down": ("签收交办的线索", "签收"),
    "passed": ("签收移送的线索", "签收"),
    "not_filing": ("决定是否立案", "决定"),
    "designating": ("指定管辖", "指定"),
    "disputed": ("管辖争议", "看进展"),
}
"""What is to be done with a lead in this state, and the button."""


def leads_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Leads that wait for this person, the most pressing first; who holds no right over leads costs no query."""
    url = reverse("leads:list")
    if not granting(user, "lead.view", today):
        return Waiting("leads", "线索", (), 0, url)
    rows = with_due(waiting_for(user, on=today))
    found = list(rows.order_by("due_on", "state_at", "pk")[:SHOWN])
    total = len(found) if len(found) < SHOWN else rows.count()
    return Waiting("leads", "线索", tuple(_task(lead, now, today) for lead in found), total, url)


def _task(lead: Lead, now: datetime, today: date) -> Task:
    what, button = WORDS[lead.state]
    due = lead.due_on  # type: ignore[attr-defined]
    kind, words = due_words(due, today) if due else (clock_kind(lead.state_at, now), waited(lead.state_at, now))
    return Task(
        icon="flag",
        title=f"{what}：{lead.respondent or '被反映单位不明'}，{lead.title}",
        line=" · ".join((lead.number, lead.organ.short_name, lead.get_channel_display())),
        url=reverse("leads:show", args=[lead.number]),
        button=button,
        view="leads",
        since=lead.state_at,
        clock=kind,
        wait=words,
        when=f"{due.isoformat()} 届满" if due else "",
    )
