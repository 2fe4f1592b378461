"""Looking back: last period's items become targets, targets become inspection tasks, tasks give results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse, policy_of
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.inspections.models import Finding, Inspection
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.apps.rectifications.models import LookBack, LookBackItem, LookBackTarget, Rectification
from hengjian.apps.rectifications.overdue import standing_filter
from hengjian.apps.rectifications.policies import handling_policy
from hengjian.apps.rectifications.procedures import LOOK_BACK, OUTCOMES
from hengjian.apps.rectifications.services import check_text
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from hengjian.kernel.transitions import Move

ORIGIN = "follow_up"
FINISHED = ("record_closed", "in_review", "fixed", "published")
"""States of an inspection in which what was found on site is settled."""


def items_for(organ: Organ, *, found_from: date, found_to: date, take: str, today: date) -> QuerySet[Rectification]:
    """The items of the organ and of those below it from which targets are built."""
    rows = Rectification.objects.filter(
        organ__path__startswith=organ.path, found_on__gte=found_from, found_on__lte=found_to
    )
    wanted = {
        "struck_off": Q(state="struck_off"),
        "late": standing_filter("late", today),
        "both": Q(state="struck_off") | standing_filter("late", today),
    }[take]
    return rows.filter(wanted).select_related("institution", "organ").order_by("found_on", "pk")


@transaction.atomic
def create_look_back(
    *, organ: Organ, title: str, found_from: date, found_to: date, take: str, user: User, now: datetime
) -> LookBack:
    """Draw up a look-back with its targets; Refused where no item falls under it."""
    today = timezone.localdate(now)
    posting = may(user, "look_back.manage", organ, on=today)
    if posting is None:
        raise NotAllowed(f"您不能代{organ.name}组织回头看。")
    if found_from > found_to:
        raise Refused("截止日在起始日之前。", where={"field": "found_to"})
    found = list(items_for(organ, found_from=found_from, found_to=found_to, take=take, today=today))
    if not found:
        raise Refused("这段时间里没有符合条件的整改事项，列不出回头看的对象。请换一段时间或者换选取的范围。")
    look_back = LookBack(
        number=next_number("HTK", today.year),
        organ=organ,
        title=title.strip(),
        found_from=found_from,
        found_to=found_to,
        take=take,
        created_by=user,
        created_at=now,
    )
    look_back.full_clean()
    look_back.save()
    grouped: dict[int, list[Rectification]] = defaultdict(list)
    for item in found:
        grouped[item.institution_id].append(item)
    for place, items in enumerate(grouped.values(), start=1):
        newest = items[-1]
        target = LookBackTarget.objects.create(
            look_back=look_back, institution=newest.institution, organ=newest.organ, ref=f"{look_back.number}-{place}"
        )
        LookBackItem.objects.bulk_create(LookBackItem(target=target, rectification=item) for item in items)
    append_event(
        now=now, actor=actor_for(user, posting), verb="look_back.create", thing=look_back,
        organ_path=look_back.organ_path,
        after={"title": look_back.title, "found_from": found_from, "found_to": found_to, "take": take,
               "targets": len(grouped), "items": [item.number for item in found]},
    )  # fmt: skip
    return look_back


def start_look_back(*, rows: QuerySet[LookBack], pk: int, user: User, now: datetime) -> LookBack:
    """Settle the list of targets, so that tasks can be made."""
    return _move(rows, pk, "start", user, now, facts={"targets": _kept(pk).count()})


def cancel_look_back(*, rows: QuerySet[LookBack], pk: int, user: User, now: datetime, reason: str) -> LookBack:
    """Give up a look-back that has not begun."""
    said = check_text(reason, field="reason", label="理由")

    def apply(row: LookBack, move: Move, actor: Actor) -> None:
        row.reason = said

    return _move(rows, pk, "cancel", user, now, facts={"reason": said}, apply=apply)


def close_look_back(*, rows: QuerySet[LookBack], pk: int, user: User, now: datetime) -> LookBack:
    """End a look-back; Refused while a target has no result."""
    left = _kept(pk).filter(recorded_at__isnull=True).select_related("institution")
    if names := [one.institution.name for one in left[:3]]:
        more = left.count() - len(names)
        raise Refused(
            f"还有对象没有登记结果：{'、'.join(names)}{f' 等 {more + len(names)} 家' if more > 0 else ''}。"
            "登记结果，或者写明理由不纳入，再办结。"
        )

    def apply(row: LookBack, move: Move, actor: Actor) -> None:
        row.closed_at = now

    return _move(rows, pk, "close", user, now, facts={"results": _kept(pk).count()}, apply=apply)


def _kept(pk: int) -> QuerySet[LookBackTarget]:
    return LookBackTarget.objects.filter(look_back_id=pk, left_out="")


def _move(
    rows: QuerySet[LookBack],
    pk: int,
    action: str,
    user: User,
    now: datetime,
    *,
    facts: Mapping[str, Any],
    apply: Any = None,
) -> LookBack:
    if not facts.get("targets", 1):
        raise Refused("名单里一家机构也没有留下，不能确定。")
    moved: LookBack = perform(
        procedure=LOOK_BACK,
        action=action,
        thing=rows,
        pk=pk,
        policy=policy_of(user, on=timezone.localdate(now)),
        now=now,
        facts=facts,
        reason=str(facts.get("reason", "")),
        apply=apply,
    )
    return moved


@transaction.atomic
def leave_out(*, rows: QuerySet[LookBackTarget], pk: int, user: User, now: datetime, reason: str) -> LookBackTarget:
    """Take a target off the list with a reason, or (with an empty reason) back on it."""
    target = _locked(rows, pk)
    today = timezone.localdate(now)
    actor = actor_or_refuse(user, "look_back.manage", target.look_back, on=today)
    if target.look_back.state not in ("draft", "running"):
        raise IllegalMove(f"回头看{target.look_back.get_state_display()}，名单不能再改。")
    if task_of(target) is not None:
        raise IllegalMove("已经下达检查任务，不能再移出名单。要取消，先取消检查任务。")
    said = check_text(reason, field="reason", label="理由")[:200]
    before, target.left_out = target.left_out, said
    target.save(update_fields=["left_out"])
    verb = "look_back_target.leave_out" if said else "look_back_target.take_in"
    append_event(
        now=now,
        actor=actor,
        verb=verb,
        thing=target,
        organ_path=target.organ_path,
        reason=said or before,
        before={"left_out": before},
        after={"left_out": said},
    )
    return target


def tasks_of(targets: Iterable[LookBackTarget]) -> dict[str, Inspection]:
    """The inspection task of each target that has one, by the target's `ref`; a cancelled task is none."""
    rows = Inspection.objects.filter(origin_kind=ORIGIN, origin_id__in=[one.ref for one in targets])
    rows = rows.exclude(state="cancelled").select_related("organ", "lead", "member")
    return {one.origin_id: one for one in rows}


def task_of(target: LookBackTarget) -> Inspection | None:
    """The inspection task of one target."""
    return tasks_of([target]).get(target.ref)


def proposed_outcomes(target: LookBackTarget) -> dict[int, str]:
    """What the finished inspection suggests for each earlier problem: found again or not; empty before.

    An earlier problem counts as found again when the new inspection found one under the same check-list item or the
    same violation. A person decides.
    """
    task = task_of(target)
    if task is None or task.state not in FINISHED:
        return {}
    found = Finding.objects.filter(inspection=task, state="found")
    again = {value for pair in found.values_list("item_id", "violation_id") for value in pair if value}
    outcomes = {}
    for item in target.items.select_related("rectification__finding"):
        earlier = item.rectification.finding
        same = bool(again & {earlier.item_id, earlier.violation_id})
        outcomes[item.pk] = "recurred" if same else "not_recurred"
    return outcomes


@transaction.atomic
def record_result(
    *, rows: QuerySet[LookBackTarget], pk: int, user: User, now: datetime, outcomes: Mapping[int, str], note: str
) -> LookBackTarget:
    """Record for each earlier problem whether it was there again; only once the inspection's record is closed."""
    target = _locked(rows, pk)
    actor = handling_policy(user, on=timezone.localdate(now))("look_back.record", target)
    if actor is None:
        raise NotAllowed("您可以看到它，但没有登记回头看结果的权限。")
    if target.look_back.state != "running":
        raise IllegalMove(f"回头看{target.look_back.get_state_display()}，不能登记结果。")
    task = task_of(target)
    if task is None:
        raise IllegalMove("还没有下达检查任务，不能登记结果。")
    if task.state not in FINISHED:
        raise IllegalMove(f"检查任务 {task.number} 现在是“{task.get_state_display()}”，笔录闭合以后才能登记结果。")
    said = check_text(note, field="note", label="结果说明")
    if not said:
        raise Refused("请写明现场看到的情况。", where={"field": "note"})
    items = list(target.items.select_related("rectification"))
    _check_outcomes(items, outcomes)
    before = {item.rectification.number: item.outcome for item in items}
    for item in items:
        item.outcome = outcomes[item.pk]
        item.save(update_fields=["outcome"])
    target.note, target.recorded_by, target.recorded_at = said, user, now
    target.save(update_fields=["note", "recorded_by", "recorded_at"])
    append_event(
        now=now,
        actor=actor,
        verb="look_back_target.record",
        thing=target,
        organ_path=target.organ_path,
        reason=said,
        before=before,
        after={item.rectification.number: item.outcome for item in items},
    )
    return target


def _check_outcomes(items: Sequence[LookBackItem], outcomes: Mapping[int, str]) -> None:
    for item in items:
        if outcomes.get(item.pk, "") not in OUTCOMES:
            raise Refused(
                f"请给 {item.rectification.number} 选一个结果：{'、'.join(OUTCOMES.values())}。",
                where={"field": f"item_{item.pk}"},
            )


def _locked(rows: QuerySet[LookBackTarget], pk: int) -> LookBackTarget:
    target = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if target is None:
        raise NotFound("没有这个回头看对象，或者您无权查看。")
    return target
