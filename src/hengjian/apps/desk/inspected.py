"""The desk's section of inspections: to carry out, to review, to publish."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, until_text, waited
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.procedures import WORKING
from hengjian.apps.inspections.selectors import waiting_for

WORDS = {
    "assigned": ("检查", "看任务", "clip"),
    "notified": ("检查", "看任务", "clip"),
    "entered": ("开始检查", "继续", "clip"),
    "on_site": ("正在检查", "继续", "clip"),
    "record_closed": ("提交检查结果", "提交", "doc"),
    "in_review": ("审核检查结果", "审核", "seal"),
    "fixed": ("公示检查结果", "公示", "seal"),
}
"""What it is about, the button, the icon."""


def inspections_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Tasks that wait for this person, by day."""
    rows = waiting_for(user, on=today)
    found = list(rows.select_related("visit")[:SHOWN])
    total = len(found) if len(found) < SHOWN else rows.count()
    tasks = tuple(_task(one, now=now, today=today) for one in found)
    return Waiting("inspect", "检查", tasks, total, f"{reverse('inspections:list')}?mine=1")


def _task(one: Inspection, *, now: datetime, today: date) -> Task:
    what, button, icon = WORDS[one.state]
    if one.state in WORKING:
        clock, wait = until_text(one.visit.day, today)
    else:
        clock, wait = clock_kind(one.state_at, now), waited(one.state_at, now)
    return Task(
        icon=icon,
        title=f"{what}：{one.institution.name}",
        line=" · ".join((one.number, one.origin_label, one.organ.short_name)),
        url=reverse("inspections:show", args=[one.number]),
        button=button,
        view="inspect",
        since=one.state_at,
        clock=clock,
        wait=wait,
    )
