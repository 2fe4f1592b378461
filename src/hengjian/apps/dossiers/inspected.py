"""The dossier's section on inspections: tasks up to the day with their outcome, and their part of the timeline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import may
from hengjian.apps.inspections.listing import STATE_TAGS, result_title
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.selectors import inspections_of
from hengjian.apps.registry.models import Institution
from hengjian.ui.parts import Event
from hengjian.ui.wording import day

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Inspected:
    """Tasks with the kind and words of their tag and the outcome as it stood on the day, the latest first."""

    rows: tuple[tuple[Inspection, str, str, str], ...]
    total: int
    events: tuple[Event, ...]


def inspected(user: User, institution: Institution, *, on: date, today: date, whole: bool = False) -> Inspected | None:
    """The inspections made or planned by the day; None without the right."""
    if may(user, "inspection.view", on=today) is None:
        return None
    tasks = list(inspections_of(institution, user, on=today).filter(created_at__date__lte=on))
    told = tuple((one, *_standing(one, on=on, today=today)) for one in tasks)
    events = tuple(event for one in tasks for event in _events(one))
    return Inspected(told if whole else told[:SHOWN], len(tasks), events)


def _standing(task: Inspection, *, on: date, today: date) -> tuple[str, str, str]:
    """Tag kind, tag words, result; of an earlier day only what bears a date is told."""
    if on == today:
        return STATE_TAGS[task.state], task.get_state_display(), result_title(task.result_code)
    if (published := day(task.published_at)) is not None and published <= on:
        return "ok", "已公示", result_title(task.result_code)
    if task.ended_on is not None and task.ended_on <= on:
        return "warn", "已检查", ""
    return "", "待检查", ""


def _events(task: Inspection) -> Iterable[Event]:
    url = reverse("inspections:show", args=[task.number])
    if task.ended_on is not None:
        yield Event(task.ended_on, f"检查：{task.title}", "act", f"{task.number} · {task.organ.short_name}", url)
    if (published := day(task.published_at)) is not None:
        yield Event(published, f"公示检查结果：{task.public_wording}", "act", task.number, url)
