"""The demonstration's draw: a county has published its first batch; the second waits for its chief."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hengjian.apps.accounts.models import Organ, User
    from hengjian.apps.draws.models import Draw

DAYS_BEFORE = 5
"""How many days ago the finished draw was projected."""
TARGETS = 8
SSQ = "03 09 14 18 26 31 + 07"
KL8 = "1 4 9 13 17 20 22 28 31 36 40 44 47 51 55 60 66 70 75 79"
WHERE = "https://example.invalid/demo/开奖公告（演示，号码为虚构）"


def build(*, people: Mapping[str, User], organs: Mapping[str, Organ], now: datetime, today: date) -> Draw | None:
    """Draw and publish the first batch of Qingtong county's plan, in open mode; None too early in a year.

    `people` by user name, `organs` by the generator's key; everything goes through the product's services, each step at
    its own time in the days before `now`.
    """
    from django.utils import timezone

    from hengjian.apps.draws.selectors import open_items

    county = organs["qingtong"]
    items = open_items(county, year=today.year)
    start = timezone.localtime(now).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=DAYS_BEFORE)
    if not items or start.year != today.year:
        return None
    item, batches = items[0]
    return _finished(item, batches[0], people, start=start)


def _finished(item: Any, batch: int, people: Mapping[str, User], *, start: datetime) -> Draw:
    from hengjian.apps.draws import committing, drawing, entropy, services

    chief, legal = people["qingtong.section_chief"], people["qingtong.legal_reviewer"]
    first = start.date()
    settings = {
        "title": f"{item.title}第 {batch} 批",
        "mode": "open",
        "method": item.method,
        "stratify": "field",
        "n": TARGETS,
        "min_per_stratum": 0,
        "planned_from": first + timedelta(days=DAYS_BEFORE - 1),
        "planned_to": first + timedelta(days=DAYS_BEFORE + 9),
    }
    salt = hashlib.sha256(b"demo draw of " + item.number.encode()).hexdigest()
    draw = services.create_draw(
        item=item, batch=batch, user=chief, now=start, today=first, id_salt=salt, settings=settings
    )
    services.freeze_roster(pk=draw.pk, user=chief, now=start + timedelta(minutes=20), today=first)
    drawn_at = start.replace(hour=21, minute=30) + timedelta(days=1)
    deadline = start.replace(hour=12) + timedelta(days=2)
    sources = _sources(drawn_at, drawn_at + timedelta(days=2))
    committing.commit_draw(
        pk=draw.pk, user=chief, now=start + timedelta(minutes=62), sources=sources, deadline=deadline
    )
    typed = _typed(sources, drawn_at)
    later = drawn_at + timedelta(minutes=15)
    entropy.enter_entropy(pk=draw.pk, user=chief, now=later, today=later.date(), given=typed)
    later += timedelta(minutes=6)
    entropy.confirm_entropy(pk=draw.pk, user=legal, now=later, today=later.date(), given=typed)
    later += timedelta(minutes=4)
    drawing.draw_now(pk=draw.pk, user=chief, now=later, today=later.date())
    later += timedelta(minutes=9)
    return drawing.publish_draw(pk=draw.pk, user=chief, now=later, today=later.date())


def _sources(at: datetime, fallback_at: datetime) -> list[dict[str, Any]]:
    from hengjian.apps.draws.lotteries import issues_from

    made = []
    for kind in ("ssq", "kl8"):
        issue, fallback = issues_from(kind, at, fallback_at)
        made.append(
            {"kind": kind, "issue": issue, "drawn_at": at, "fallback_issue": fallback, "fallback_at": fallback_at}
        )
    return made


def _typed(sources: list[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    return [
        {"issue": one["issue"], "published_at": at, "values": values, "evidence": WHERE}
        for one, values in zip(sources, (SSQ, KL8), strict=True)
    ]
