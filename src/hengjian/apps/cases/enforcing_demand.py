"""The demand (form 48): drawn up with the sums of the day, and what its service sets going."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases import timing
from hengjian.apps.cases.after_moving import acting, move_row
from hengjian.apps.cases.after_papers import issue_paper
from hengjian.apps.cases.after_procedures import COURT_RULE, OBLIGATION
from hengjian.apps.cases.models import Demand, Obligation, Service
from hengjian.apps.cases.owing import Standing, plan_of, standing_of
from hengjian.apps.cases.windows import require_in_force, start_window
from hengjian.apps.clocks.models import UNFINISHED
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.clocks.services import start_clock, stop_clock
from hengjian.apps.documents.models import Document
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_date

DEMAND_DAYS, PAY_PERIOD = "PEN-76", "PEN-72"


def require_default(row: Obligation, *, today: date) -> Standing:
    """The standing of the day; IllegalMove where nothing is overdue: nothing can be demanded then."""
    standing = standing_of(row, on=today)
    if not standing.whole:
        raise IllegalMove("罚没款已经缴清，不需要催告。", article=COURT_RULE)
    due = standing.next_due or row.due_on
    if row.state == "deferred":
        late = [one for one in plan_of(list(row.deferrals.filter(granted=True))[-1]) if one.on < today]
        if not late or (standing.next_due is not None and standing.next_due >= today):
            raise IllegalMove(f"批准的延期、分期还没有逾期，下一期是{zh_date(due)}，不能催告。", article=COURT_RULE)
    elif today <= row.due_on:
        raise IllegalMove(f"缴款期限至{zh_date(row.due_on)}，还没有逾期，不能催告。", article=COURT_RULE)
    return standing


@transaction.atomic
def draw_demand(*, row: Obligation, user: User, now: datetime, today: date) -> Document:
    """Issue the demand letter with what is unpaid and what lateness has added up to today; then it is to be served."""
    fresh = Obligation.objects.select_for_update(of=("self",)).select_related("case__organ", "party").get(pk=row.pk)
    actor = acting(fresh, "case.handle", "催告", user=user, today=today)
    require_in_force(fresh)
    if fresh.case is None or fresh.party is None:
        raise IllegalMove("当场处罚逾期不缴的，请先按普通程序登记案件再催告。", article=COURT_RULE)
    if fresh.state not in ("due", "deferred"):
        raise IllegalMove(f"罚没款现处于“{fresh.get_state_display()}”状态，不能再催告。", article=COURT_RULE)
    standing = require_default(fresh, today=today)
    paper = issue_paper(
        "PEN-48",
        fresh.case,
        fresh.party,
        actor=actor,
        now=now,
        today=today,
        about=fresh,
        extra={
            "payment": {
                "amount": standing.left.principal,
                "paid": standing.left.paid or None,
                "late": standing.late_left_fen or None,
            }
        },
    )
    append_event(
        now=now,
        actor=actor,
        verb="obligation.draw_demand",
        thing=fresh,
        organ_path=fresh.organ_path,
        basis=COURT_RULE,
        after={"principal_fen": standing.left.principal, "late_fen": standing.late_left_fen},
    )
    return paper


def register_demand(service: Service, *, user: User, actor: Actor, now: datetime, today: date) -> None:
    """The demand letter reached the party: the ten working days run, after which a court may be asked."""
    row = Obligation.objects.filter(party=service.party, state__in=("due", "deferred")).order_by("-pk").first()
    on = service.served_on
    if row is None or on is None:
        return
    standing = require_default(row, today=today)
    demand = Demand(
        obligation=row,
        document=service.document,
        served_on=on,
        fine_fen=standing.left.principal,
        late_fen=standing.late_left_fen,
        over_on=timing.last_day(DEMAND_DAYS, on) or on,
        by=user,
    )

    def apply(one: Obligation, move: Move, who: Actor) -> None:
        demand.full_clean()
        demand.save()

    moved = move_row(OBLIGATION, "demand", row, user=user, now=now, today=today, facts={"on": on}, apply=apply)
    start_clock(
        rule_id=DEMAND_DAYS,
        thing=demand,
        organ=moved.organ,
        start=on,
        label=f"{moved.source_number} 催告",
        actor=actor,
        now=now,
        url=f"/cases/owed/{moved.pk}/",
        responsible=user,
    )
    if clocks_of(moved).filter(rule_id=PAY_PERIOD, state__in=UNFINISHED).exists():
        stop_clock(thing=moved, rule_id=PAY_PERIOD, on=today, actor=actor, now=now, outcome="stopped")
    start_window(moved, actor=actor, now=now, today=today)
