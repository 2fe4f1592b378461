"""The desk's sections of tips, rewards and complaints: what this person has to look at, decide, approve or pay."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.rights import granting
from hengjian.apps.clocks.models import LIMITS, Clock
from hengjian.apps.complaints import selectors as complaints
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.presenting import NEXT, PRIMARY
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, until_text, waited
from hengjian.apps.tips import selectors as tips
from hengjian.apps.tips.models import Reward, Tip

REWARD_RIGHTS = ("reward.approve", "reward.pay")


def tips_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Tips that nobody has taken up, and rewards to approve or pay; who holds none of the rights costs no query."""
    url = reverse("tips:list")
    tasks: list[Task] = []
    total = 0
    if granting(user, "tip.handle", today):
        rows = tips.waiting_for(user, on=today)
        found = list(rows[:SHOWN])
        tasks += [_tip_task(one, now) for one in found]
        total += len(found) if len(found) < SHOWN else rows.count()
    if any(granting(user, code, today) for code in REWARD_RIGHTS):
        rewards = list(tips.rewards_waiting_for(user, on=today)[:SHOWN])
        tasks += [_reward_task(one, now) for one in rewards]
        total += len(rewards)
    return Waiting("tips", "举报", tuple(tasks), total, url)


def _tip_task(tip: Tip, now: datetime) -> Task:
    what = "重新分送" if tip.state == "returned" else "审查举报"
    return Task(
        icon="flag",
        title=f"{what}：{tip.respondent_name}",
        line=f"{tip.number}　{tip.get_kind_display()}",
        url=reverse("tips:show", args=[tip.number]),
        button="去办理",
        view="tips",
        since=tip.state_at,
        clock=clock_kind(tip.state_at, now),
        wait=waited(tip.state_at, now),
    )


def _reward_task(reward: Reward, now: datetime) -> Task:
    what = "审批举报奖励" if reward.state == "proposed" else "发放举报奖励"
    return Task(
        icon="seal",
        title=f"{what}：{reward.number}",
        line=reward.case_ref,
        url=reverse("tips:reward", args=[reward.number]),
        button="去办理",
        view="tips",
        since=reward.state_at,
        clock=clock_kind(reward.state_at, now),
        wait=waited(reward.state_at, now),
    )


def complaints_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Complaints that wait for an act of this person, with the legal limit that runs for each; two queries."""
    url = reverse("complaints:list")
    if not granting(user, "complaint.handle", today):
        return Waiting("complaints", "投诉", (), 0, url)
    rows = complaints.waiting_for(user, on=today)
    found = list(rows[:SHOWN])
    due = _due_of(found)
    tasks = tuple(_complaint_task(one, due.get(str(one.pk)), now=now, today=today) for one in found)
    total = len(found) if len(found) < SHOWN else rows.count()
    return Waiting("complaints", "投诉", tasks, total, url)


def _due_of(found: list[Complaint]) -> dict[str, date]:
    if not found:
        return {}
    running = Clock.objects.filter(thing_kind=Complaint._meta.label_lower, thing_id__in=[str(one.pk) for one in found])
    running = running.filter(state="running", sense__in=LIMITS, due_on__isnull=False)
    return dict(running.order_by("-due_on").values_list("thing_id", "due_on"))


def _complaint_task(complaint: Complaint, due: date | None, *, now: datetime, today: date) -> Task:
    first = PRIMARY[complaint.state][0]
    clock, wait = until_text(due, today) if due else (clock_kind(complaint.state_at, now), "")
    if clock == "late" and due:
        wait = f"逾期 {(today - due).days} 日"
    return Task(
        icon="flag",
        title=f"投诉{complaint.get_state_display()}：{complaint.respondent_name}",
        line=f"{complaint.number}　{NEXT[first][0]}",
        url=reverse("complaints:show", args=[complaint.number]),
        button="去办理",
        view="complaints",
        since=complaint.state_at,
        clock=clock,
        wait=wait or waited(complaint.state_at, now),
    )
