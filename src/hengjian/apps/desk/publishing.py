"""The desk's section of publication: what to prepare, to publish, to withdraw, to end; typical cases to decide."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from hengjian.apps.accounts.rights import granting
from hengjian.apps.desk.sections import SHOWN, Waiting
from hengjian.apps.desk.tasks import Task, clock_kind, waited
from hengjian.apps.publications.listing import standing_tag
from hengjian.apps.publications.models import Publication, TypicalCase
from hengjian.apps.publications.selectors import waiting_for

RIGHTS = ("publication.handle", "publication.publish", "typical_case.decide", "typical_case.choose")
BUTTONS = {"draft": "拟定", "proposed": "审核", "correcting": "审核更正", "stop_requested": "决定", "pushed": "登记"}


def publications_waiting(user: Any, *, now: datetime, today: date) -> Waiting:
    """Publications and typical cases with this person's next step; who holds none of the rights costs no query."""
    url = f"{reverse('publications:list')}?todo=1"
    if not any(granting(user, code, today) for code in RIGHTS):
        return Waiting("publication", "公示", (), 0, url)
    rows, cases = waiting_for(user, on=today)
    found, typical = list(rows[:SHOWN]), list(cases[:SHOWN])
    tasks = tuple(_task(row, now, today) for row in found) + tuple(_typical(row, now) for row in typical)
    total = len(found) if len(found) < SHOWN else rows.count()
    return Waiting("publication", "公示", tasks, total + len(typical), url)


def _task(row: Publication, now: datetime, today: date) -> Task:
    kind, words = standing_tag(row, today)
    urgent = kind == "bad"
    return Task(
        icon="warn" if urgent else "doc",
        title=f"公示{words}：{row.party_shown}",
        line=f"{row.number} · {row.case.number} · {row.organ.short_name}",
        url=reverse("publications:show", args=[row.number]),
        button=BUTTONS.get(row.state, "去办") if not urgent else "去办",
        view="publication",
        since=row.state_at,
        clock="late" if urgent else clock_kind(row.state_at, now),
        wait=waited(row.state_at, now),
        when="",
    )


def _typical(row: TypicalCase, now: datetime) -> Task:
    return Task(
        icon="doc",
        title=f"典型案例{row.get_state_display()}：{row.title}",
        line=f"{row.number} · {row.organ.short_name}",
        url=reverse("publications:typical", args=[row.number]),
        button="去看",
        view="publication",
        since=row.state_at,
        clock=clock_kind(row.state_at, now),
        wait=waited(row.state_at, now),
        when="须另一人批准" if row.state == "proposed" else "",
    )
