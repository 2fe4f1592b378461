"""The desk's section of draws: the step that a draw waits for and this person may take, and salts to be handed in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.presenting import next_step
from hengjian.apps.draws.selectors import waiting_for


def draws_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Draws in which it is this person's turn, oldest first."""
    rows = waiting_for(user, on=today).prefetch_related("custodians__user").order_by("state_at", "pk")[:SHOWN]
    tasks = tuple(task for one in rows for task in [_task(one, user, now=now, today=today)] if task)
    return Waiting("draws", "抽查", tasks, len(tasks), reverse("draws:list"))


def _task(draw: Draw, user: Any, *, now: datetime, today: date) -> Task | None:
    keeper = next((one for one in draw.custodians.all() if one.user_id == user.pk), None)
    if keeper and draw.state in ("draft", "frozen") and not keeper.salt_sha256:
        what, button, url = "交盐的摘要值", "去交", reverse("draws:people", args=[draw.number]) + "#keepers"
    elif keeper and draw.state == "entropy_confirmed" and not keeper.salt:
        what, button, url = "交盐", "去交", reverse("draws:people", args=[draw.number]) + "#keepers"
    else:
        step = next_step(draw, user, on=today, now=now)
        if step is None or step.action is None:
            return None
        what, button, url = step.action.label, "办理", reverse("draws:show", args=[draw.number])
    return Task(
        icon="clip",
        title=f"{what}：{draw.title}",
        line=" · ".join((draw.number, draw.organ.short_name, draw.get_state_display())),
        url=url,
        button=button,
        view="draws",
        since=draw.state_at,
        clock=clock_kind(draw.state_at, now),
        wait=waited(draw.state_at, now),
    )
