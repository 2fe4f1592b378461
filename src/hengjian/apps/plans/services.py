"""The ledger of visits: reserve, move, enter, finish, cancel – each under the institution's lock, each with an event.

Whoever calls has asked for the right (`visit.*` here, or its own) and hands over the actor. Whoever sends people to an
enterprise reserves a visit first; no check exists outside a plan in force or a coded exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import Organ
from hengjian.apps.plans import guard
from hengjian.apps.plans.ledger import NOTE_MAX, check_request, create_visit, lock_institution
from hengjian.apps.plans.merging import (
    end_proposals_of,
    free_guests,
    host_in_plan,
    join_visit,
    propose_nearest,
)
from hengjian.apps.plans.models import PlanItem, Visit
from hengjian.apps.plans.policies import acting
from hengjian.apps.plans.procedures import CHK, VISIT
from hengjian.apps.record.services import Actor, perform
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from hengjian.ui.wording import zh_datetime


@transaction.atomic
def reserve_visit(
    *,
    institution: Institution,
    organ: Organ,
    day: date,
    origin_kind: str,
    origin_id: str,
    item: PlanItem | None = None,
    exception_code: str = "",
    exception_note: str = "",
    departments: Sequence[str] = (),
    actor: Actor,
    now: datetime,
    today: date,
) -> Visit:
    """Reserve one visit; it is joined at once to the visit that the plan says it belongs to.

    Raises Refused with a sentence: no plan and no lead, plan not filed, outside its scope or year, cap or gap.
    """
    institution = lock_institution(institution)
    check_request(
        institution=institution,
        organ=organ,
        day=day,
        origin_kind=origin_kind,
        origin_id=origin_id,
        item=item,
        exception_code=exception_code,
        exception_note=exception_note,
        today=today,
    )
    host = host_in_plan(institution=institution, item=item, day=day) if item and not exception_code else None
    answer = None
    if host is None:
        answer = guard.ask(
            institution=institution, organ=organ, day=day, on=today, exception_code=exception_code or None
        )
        if not answer.allowed:
            raise Refused(answer.sentence, where={"field": "day", "value": day.isoformat()}, article=CHK)
    visit = create_visit(
        institution=institution,
        organ=organ,
        day=day,
        origin_kind=origin_kind,
        origin_id=origin_id,
        item=item,
        exception_code=exception_code,
        exception_note=exception_note.strip(),
        departments=list(departments) or (list(item.departments) if item else []),
        counted=not exception_code and host is None,
        actor=actor,
        now=now,
    )
    if host is not None:
        return join_visit(guest=visit, host=host, actor=actor, now=now)
    if answer is not None:
        propose_nearest(visit=visit, answer=answer, actor=actor, now=now)
    return visit


def lock_visit(visit: Visit) -> Visit:
    """The visit as it stands now, after its institution has been locked."""
    lock_institution(visit.institution)
    found = Visit.objects.select_related("institution__organ", "organ", "item__plan", "merged_with").get(pk=visit.pk)
    return found


def _moved(visit: Visit, action: str, *, actor: Actor, now: datetime, **given: Any) -> Visit:
    """One move of the visit's procedure; `given` are facts that are also columns where the row has them."""
    set_columns = given.pop("columns", {})

    def apply(row: Visit, *_: Any) -> None:
        for name, value in set_columns.items():
            setattr(row, name, value)

    reason = str(given.get("reason", ""))
    return perform(  # type: ignore[no-any-return]
        procedure=VISIT,
        action=action,
        thing=Visit,
        pk=visit.pk,
        policy=acting(actor),
        now=now,
        facts=given,
        reason=reason,
        apply=apply,
    )


@transaction.atomic
def move_visit(*, visit: Visit, day: date, reason: str, actor: Actor, now: datetime, today: date) -> Visit:
    """Another day for a reserved visit and for those joined to it; the guard is asked again without itself."""
    visit = lock_visit(visit)
    if visit.merged_with_id:
        raise IllegalMove(f"{visit.number} 已并入 {visit.merged_with.number}，只能随它改期。")
    if day < today:
        raise Refused("不能预约已经过去的日期。", where={"field": "day", "value": day.isoformat()})
    if visit.item and day.year != visit.item.plan.year:
        raise Refused(
            f"{visit.item.number} 是{visit.item.plan.year}年度的事项，不能安排在{day.year}年。", where={"field": "day"}
        )
    _ask_again(visit, day=day, on=today)
    for guest in visit.guests.filter(state="reserved"):
        _moved(guest, "move", actor=actor, now=now, day=day, reason=reason.strip(), columns={"day": day})
    return _moved(visit, "move", actor=actor, now=now, day=day, reason=reason.strip(), columns={"day": day})


def _ask_again(visit: Visit, *, day: date, on: date) -> None:
    if visit.exception_code:
        return
    answer = guard.ask(institution=visit.institution, organ=visit.organ, day=day, on=on, ignore=visit)
    if not answer.allowed:
        raise Refused(answer.sentence, where={"field": "day", "value": day.isoformat()}, article=CHK)


@transaction.atomic
def enter_visit(*, visit: Visit, at: datetime, actor: Actor, now: datetime) -> Visit:
    """Officials are at the gate: `at` is when. On another day than reserved the guard is asked again.

    A visit joined to another one is entered on the other one's day. Proposals that still wait lapse. Refused before
    the visit was reserved and in another year than the plan's.
    """
    visit = lock_visit(visit)
    day = timezone.localdate(at)
    _require_planned_time(visit, at, day)
    if visit.merged_with_id is None and visit.state == "reserved" and day != visit.day:
        _ask_again(visit, day=day, on=timezone.localdate(now))
    if visit.merged_with is not None and visit.merged_with.state in ("reserved", "entered", "done"):
        _require_same_day(visit, day)
    if visit.item is not None and visit.item.plan.state in ("draft", "dropped"):
        raise Refused(f"计划 {visit.item.plan.number} 没有生效，不能入企。", where={"field": "item"})
    end_proposals_of(visit=visit, reason=f"{visit.number} 已入企", actor=actor, now=now)
    entered = _moved(visit, "enter", actor=actor, now=now, columns={"entered_at": at, "day": day})
    for guest in entered.guests.filter(state="reserved").exclude(day=day):
        _moved(guest, "move", actor=actor, now=now, day=day, reason="随主查检查入企", columns={"day": day})
    return entered


def _require_planned_time(visit: Visit, at: datetime, day: date) -> None:
    if at < visit.reserved_at:
        raise Refused(
            f"入企时间{zh_datetime(timezone.localtime(at))}早于{visit.number}登记预约的时间"
            f"{zh_datetime(timezone.localtime(visit.reserved_at))}，不能登记入企。",
            where={"field": "at", "value": at.isoformat()},
        )
    if visit.item is not None and day.year != visit.item.plan.year:
        raise Refused(
            f"{visit.item.number} 是{visit.item.plan.year}年度的事项，不能在{day.year}年入企。",
            where={"field": "day", "value": day.isoformat()},
        )


def _require_same_day(visit: Visit, day: date) -> None:
    host = visit.merged_with
    if host is not None and host.day != day:
        raise Refused(
            f"{visit.number} 已并入 {host.number}（{host.day.month}月{host.day.day}日），必须同日入企。",
            where={"field": "day", "value": day.isoformat()},
        )


@transaction.atomic
def finish_visit(*, visit: Visit, at: datetime, actor: Actor, now: datetime) -> Visit:
    """The officials have left; `at` is when, not before they came."""
    visit = lock_visit(visit)
    if visit.entered_at and at < visit.entered_at:
        raise Refused("结束时间早于入企时间。", where={"field": "at"})
    return _moved(visit, "finish", actor=actor, now=now, columns={"done_at": at})


@transaction.atomic
def cancel_visit(*, visit: Visit, reason: str, actor: Actor, now: datetime) -> Visit:
    """Call a visit off; those joined to it stay, the first of them then carries the others and counts."""
    visit = lock_visit(visit)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明取消的理由。", where={"field": "reason"})
    if len(reason) > NOTE_MAX:
        raise Refused(f"理由最多 {NOTE_MAX} 字，现在是 {len(reason)} 字。", where={"field": "reason"})
    end_proposals_of(visit=visit, reason=f"{visit.number} 已取消", actor=actor, now=now)
    columns = {"cancelled_at": now, "cancel_reason": reason}
    cancelled = _moved(visit, "cancel", actor=actor, now=now, reason=reason, columns=columns)
    free_guests(host=cancelled, actor=actor, now=now)
    return cancelled


def visit_by_number(number: str) -> Visit:
    """The visit of that number; NotFound otherwise. For callers that have it from their own row."""
    found = Visit.objects.select_related("institution", "organ", "item__plan").filter(number=number).first()
    if found is None:
        raise NotFound(f"没有入企检查 {number}。")
    return found
