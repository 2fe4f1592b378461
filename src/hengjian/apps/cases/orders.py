"""The two steps of an offence that is fined only after an order: order to correct, then re-check."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.contraventions import STATES, refresh_choice
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.models import Contravention, CorrectionOrder
from hengjian.apps.cases.moving import write_step
from hengjian.apps.record.services import append_event
from hengjian.kernel.errors import IllegalMove
from hengjian.ui.wording import zh_date


@transaction.atomic
def order_correction(
    *,
    contravention: Contravention,
    user: User,
    now: datetime,
    today: date,
    ordered_on: date | None,
    due_on: date | None,
    requirement: str,
    reference: str = "",
) -> CorrectionOrder:
    """Enter an order to correct (form 33), made now or before the filing, with its last day."""
    row, actor = act_on(
        case=contravention.case,
        user=user,
        code="case.handle",
        today=today,
        what="责令改正",
        states=STATES,
        investigator=True,
    )
    day = day_of(
        ordered_on,
        field="ordered_on",
        label="责令日期",
        today=today,
        first=contravention.occurred_from,
        first_label="行为日",
    )
    if due_on is None or due_on < day:
        raise refused("due_on", f"请填改正期限，不早于责令日期{zh_date(day)}。")
    order = CorrectionOrder.objects.create(
        case=row,
        contravention=contravention,
        ordered_on=day,
        due_on=due_on,
        requirement=text_of(requirement, field="requirement", label="改正要求", most=500),
        reference=text_of(reference, field="reference", label="文书或者来源", most=120, required=False),
        by=user,
    )
    refresh_choice(contravention, on=today)
    note = f"期限{zh_date(due_on)}"
    write_step(
        case=row, action="order_correction", label="责令限期改正", actor=actor, now=now, on=day, note=note, user=user
    )
    append_event(
        now=now,
        actor=actor,
        verb="case.order_correction",
        thing=row,
        organ_path=row.organ_path,
        basis=contravention.penalty_article[:200],
        after={"order": order.pk, "ordered_on": day, "due_on": due_on},
    )
    return order


@transaction.atomic
def record_recheck(
    *,
    order: CorrectionOrder,
    user: User,
    now: datetime,
    today: date,
    result: str,
    rechecked_on: date | None,
    note: str,
) -> CorrectionOrder:
    """Enter what the re-check found; not before the order's last day has passed unless it was corrected."""
    row, actor = act_on(
        case=order.case, user=user, code="case.handle", today=today, what="登记复查", states=STATES, investigator=True
    )
    fresh = CorrectionOrder.objects.select_for_update(of=("self",)).select_related("contravention").get(pk=order.pk)
    if fresh.result:
        raise IllegalMove("这次责令改正已经复查。")
    one_of(result, dict(CorrectionOrder.RESULTS[1:]), field="result", label="复查结果")
    day = day_of(
        rechecked_on,
        field="rechecked_on",
        label="复查日期",
        today=today,
        first=fresh.ordered_on,
        first_label="责令日期",
    )
    if result == "failed" and day <= fresh.due_on:
        raise refused(
            "rechecked_on",
            f"改正期限到{zh_date(fresh.due_on)}为止，期限内不能认定逾期未改正。",
            fresh.contravention.penalty_article,
        )
    fresh.result, fresh.rechecked_on, fresh.rechecked_by = result, day, user
    fresh.note = text_of(note, field="note", label="复查情况", most=500)
    fresh.save()
    refresh_choice(fresh.contravention, on=today)
    label = f"复查：{fresh.get_result_display()}"
    write_step(case=row, action="recheck", label=label, actor=actor, now=now, on=day, user=user)
    append_event(
        now=now,
        actor=actor,
        verb="case.recheck",
        thing=row,
        organ_path=row.organ_path,
        after={"order": fresh.pk, "result": result, "rechecked_on": day},
    )
    return fresh
