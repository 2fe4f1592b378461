"""The desk's section of the rectification ledger: what this person has to answer, order, verify, or look after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse

from hengjian.apps.accounts.rights import granting
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited
from hengjian.apps.rectifications import selectors
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.rectifications.overdue import late_text
from hengjian.apps.rectifications.procedures import WITH_INSTITUTION
from hengjian.apps.rectifications.services import soon_days

Reader = Callable[..., QuerySet[Rectification]]
PARTS: tuple[tuple[str, Reader, str, str, str], ...] = (
    ("rectification.answer", selectors.to_answer, "整改", "去整改", "clip"),
    ("rectification.extend", selectors.overdue_for_chief, "逾期未改", "看进展", "warn"),
    ("rectification.extend", selectors.overdue_below, "下级逾期上报", "看进展", "warn"),
    ("rectification.verify", selectors.to_verify, "验收整改", "验收", "seal"),
    ("rectification.order", selectors.to_order, "下达整改", "下达", "clip"),
)
"""The right it takes, what it is about, the button, the icon; an item under several stands under the first."""


def rectifications_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Items that wait for this person, each once, in one query; who holds none of the rights costs none."""
    places = [
        When(pk__in=reader(user, on=today).order_by().values("pk"), then=Value(place))
        for place, (code, reader, *_) in enumerate(PARTS)
        if granting(user, code, today)
    ]
    if not places:
        return Waiting("rectify", "整改", (), 0, reverse("rectifications:list"))
    rows = selectors.items_seen_by(user, on=today).annotate(part=Case(*places, output_field=IntegerField()))
    rows = rows.filter(part__isnull=False).order_by("limit", "state_at", "pk")
    found = list(rows[:SHOWN])
    tasks = tuple(_task(item, *PARTS[item.part][2:], now=now, today=today) for item in found)
    total = len(found) if len(found) < SHOWN else rows.count()
    return Waiting("rectify", "整改", tasks, total, reverse("rectifications:list"))


def _task(item: Rectification, what: str, button: str, icon: str, *, now: datetime, today: date) -> Task:
    late = late_text(item, today)
    if late:
        clock, wait = "late", f"逾期 {item.days_late(today)} 日"
    elif item.limit is not None and item.state in WITH_INSTITUTION:
        left = (item.limit - today).days
        clock, wait = ("due" if left <= soon_days(today) else ""), f"剩 {left} 日" if left else "今天到期"
    else:
        clock, wait = clock_kind(item.state_at, now), waited(item.state_at, now)
    return Task(
        icon=icon,
        title=f"{what}：{item.institution.name}，{item.title}",
        line=" · ".join(part for part in (item.number, item.organ.short_name, item.get_field_display()) if part),
        url=reverse("rectifications:show", args=[item.number]),
        button=button,
        view="rectify",
        since=item.state_at,
        clock=clock,
        wait=wait,
        when=late.partition("，")[2],
    )
