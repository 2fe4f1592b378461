"""When a court may be asked to enforce: after the periods for remedies and the demand, within three months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from hengjian.apps.cases import timing
from hengjian.apps.cases.after_procedures import COURT_RULE, OVERTURNED
from hengjian.apps.cases.models import Demand, Obligation, Remedy
from hengjian.apps.cases.owing import granted_deferral, plan_of
from hengjian.apps.clocks.models import UNFINISHED
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.clocks.services import start_clock
from hengjian.apps.record.services import SYSTEM, Actor
from hengjian.kernel.errors import IllegalMove
from hengjian.ui.wording import zh_date

SUIT, AFTER_REVIEW, MONTHS = "ALL-46", "ALL-45", "PEN-76.court"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The first and last day on which the court may be asked, from which day the months count, the sentences."""

    first: date
    last: date
    counted_from: date
    steps: tuple[str, ...]


def require_in_force(row: Obligation) -> None:
    """Nothing is demanded or enforced on a decision that was undone."""
    if row.decision is not None and row.decision.annulled_on is not None:
        raise IllegalMove(
            f"处罚决定已于{zh_date(row.decision.annulled_on)}撤销，不能催告，也不能申请法院强制执行。",
            article=COURT_RULE,
        )


def window_of(row: Obligation) -> Window:
    """The window of an obligation whose demand was served; IllegalMove with the sentence where there is none yet."""
    require_in_force(row)
    demand = Demand.objects.filter(obligation=row).first()
    if demand is None:
        raise IllegalMove("还没有送达催告书，不能申请法院强制执行。", article=COURT_RULE)
    ended, steps = period_end(row)
    last = timing.last_day(MONTHS, ended) or ended
    first = max(ended, demand.over_on) + DAY
    steps = [
        *steps,
        f"催告书{zh_date(demand.served_on)}送达，十个工作日至{zh_date(demand.over_on)}。",
        f"自{zh_date(ended)}期限届满起三个月内申请，至{zh_date(last)}。",
        f"可以申请的期间：{zh_date(first)}至{zh_date(last)}。",
    ]
    return Window(first, last, ended, tuple(steps))


def period_end(row: Obligation) -> tuple[date, list[str]]:
    """The day on which the periods for remedies ended (or the granted plan, where that is later), with its reasons."""
    remedies = list(Remedy.objects.filter(decision_id=row.decision_id)) if row.decision_id else []
    pending = next((one for one in remedies if one.state == "pending"), None)
    if pending is not None:
        raise IllegalMove(
            f"{pending.get_kind_display()}（{pending.number}）还没有结果，不能申请法院强制执行。", article=COURT_RULE
        )
    standing = [one for one in remedies if one.outcome not in OVERTURNED and one.ended_on is not None]
    if standing:
        last = max(standing, key=lambda one: one.ended_on or date.min)
        on = last.ended_on or row.served_on
        if last.kind == "review":
            ended = timing.last_day(AFTER_REVIEW, on) or on
            steps = [f"复议决定{zh_date(on)}收到，十五日的起诉期限至{zh_date(ended)}。"]
        else:
            ended, steps = on, [f"诉讼{zh_date(on)}有生效结果。"]
    else:
        ended = timing.last_day(SUIT, row.served_on) or row.served_on
        steps = [f"处罚决定书{zh_date(row.served_on)}送达，六个月的起诉期限至{zh_date(ended)}。"]
    granted = granted_deferral(row)
    if granted is not None:
        plan_end = plan_of(granted)[-1].on
        if plan_end > ended:
            ended = plan_end
            steps.append(f"批准的延期、分期至{zh_date(plan_end)}，自该日起算。")
    return ended, steps


def start_window(row: Obligation, *, actor: Actor, now: datetime, today: date) -> None:
    """Start the clock of the three months once they run; nothing before, while a remedy is pending, or twice."""
    try:
        window = window_of(row)
    except IllegalMove:
        return  # told on the page; the clock begins when the periods have ended
    running = clocks_of(row).filter(rule_id=MONTHS, state__in=UNFINISHED).exists()
    if window.counted_from > today or running or row.state != "demanded":
        return
    start_clock(
        rule_id=MONTHS,
        thing=row,
        organ=row.organ,
        start=window.counted_from,
        label=f"{row.source_number} 申请法院强制执行",
        actor=actor,
        now=now,
        url=f"/cases/owed/{row.pk}/",
    )


def start_windows(*, now: datetime) -> None:
    """Start the three months of every demanded obligation whose periods have ended since the last time."""
    for row in Obligation.objects.filter(state="demanded").select_related("organ", "case", "spot"):
        with transaction.atomic():
            start_window(row, actor=SYSTEM, now=now, today=timezone.localdate(now))
