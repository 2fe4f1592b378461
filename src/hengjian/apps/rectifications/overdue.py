"""What is past its limit: found on every reading, reported upwards by the system with an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from hengjian.apps.record.services import Actor, perform
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.rectifications.policies import system_policy
from hengjian.apps.rectifications.procedures import ESCALATIONS, RECTIFICATION, WITH_INSTITUTION
from hengjian.apps.rectifications.services import RULE
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move
from hengjian.law.catalogue import threshold

CHIEF, SUPERIOR = 1, 2
STANDINGS: dict[str, str] = {
    "registered": "待下达",
    "waiting": "整改中",
    "late": "逾期未改",
    "answered": "待验收",
    "struck_off": "已销号",
    "withdrawn": "已撤销",
}


def standing_of(state: str, limit: date | None, today: date) -> str:
    """Where an item stands on a day, a key of `STANDINGS`; exactly one holds. The limit itself is still in time."""
    if state not in WITH_INSTITUTION:
        return state
    return "late" if limit is not None and today > limit else "waiting"


def standing_filter(standing: str, today: date) -> Q:
    """The same rule as a condition on rows."""
    late = Q(state__in=WITH_INSTITUTION, limit__lt=today)
    if standing == "late":
        return late
    if standing == "waiting":
        return Q(state__in=WITH_INSTITUTION) & ~Q(limit__lt=today)
    return Q(state=standing)


def level_due(state: str, limit: date | None, today: date, *, superior_days: int, has_superior: bool) -> int:
    """How far up an overdue item belongs: 0 nobody, 1 the chief of the organ, 2 the superior organ."""
    if standing_of(state, limit, today) != "late" or limit is None:
        return 0
    return SUPERIOR if has_superior and today - limit >= timedelta(days=superior_days) else CHIEF


def superior_days(on: date) -> int:
    """After how many days past the limit the superior organ is told (house rule, rulebook RCT-01)."""
    return int(threshold(RULE, on).value("superior_days"))


def level_of(item: Rectification, today: date) -> int:
    """The level that holds now, whether or not the system has written its event yet."""
    return level_due(
        item.state, item.limit, today, superior_days=superior_days(today), has_superior=item.organ.parent_id is not None
    )


def reported_to_superior(rows: QuerySet[Rectification], today: date) -> QuerySet[Rectification]:
    """The rows that are so late that the superior organ is told."""
    last = today - timedelta(days=superior_days(today))
    return rows.filter(state__in=WITH_INSTITUTION, limit__lte=last, organ__parent__isnull=False)


def escalate_overdue(*, now: datetime) -> list[Rectification]:
    """Report every item that became overdue, or overdue enough, since the last time; one transaction and event each."""
    today = timezone.localdate(now)
    found = Rectification.objects.filter(standing_filter("late", today)).select_related("organ").order_by("limit", "pk")
    due = [(item.pk, level) for item in found if (level := level_of(item, today)) > item.escalation]
    return [made for pk, level in due if (made := _escalate(pk, level, now=now)) is not None]


def _escalate(pk: int, level: int, *, now: datetime) -> Rectification | None:
    def apply(row: Rectification, move: Move, actor: Actor) -> None:
        if level_of(row, timezone.localdate(now)) < level:
            raise IllegalMove(f"{row.number} 已不再逾期到这一步，不必上报。")
        row.escalation, row.escalated_at = level, now

    try:
        made: Rectification = perform(
            procedure=RECTIFICATION,
            action="escalate",
            thing=Rectification,
            pk=pk,
            policy=system_policy,
            now=now,
            facts={"level": ESCALATIONS[level]},
            apply=apply,
        )
    except IllegalMove:
        return None  # answered or extended a moment ago: there is nothing to report any more
    return made


def late_text(item: Rectification, today: date) -> str:
    """逾期 5 日，已报科长 – or nothing."""
    days = item.days_late(today)
    return f"逾期 {days} 日，{ESCALATIONS[level_of(item, today)]}" if days else ""


def standings(keys: Sequence[str]) -> list[tuple[str, str]]:
    """Choices of a filter."""
    return [(key, STANDINGS[key]) for key in keys]
