"""Drafting an annual plan and bringing it into force; a filed plan changes only by a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.deletion import ProtectedError

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.plans.burden import over_cap
from hengjian.apps.plans.models import AnnualPlan, ItemShare, PlanItem, Visit
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.plans.policies import plan_policy
from hengjian.apps.plans.procedures import EDITABLE, HOUSE_VERSION, PLAN
from hengjian.apps.plans.selectors import editors_of
from hengjian.apps.record.services import SYSTEM, Actor, append_event, changed_fields, perform, snapshot
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from hengjian.kernel.transitions import Move

REASON_MAX = 500
ENDED = ("superseded", "closed", "dropped")
SHARE_KEYS = ("field", "area_code", "rating", "share")


@transaction.atomic
def create_plan(
    *, organ: Organ, year: int, title: str, basis: str, user: User, now: datetime, today: date
) -> AnnualPlan:
    """Begin the plan of a year; one organ has one at a time. Refused for past years and for a second plan."""
    actor = actor_or_refuse(user, "plan.draft", organ, on=today)
    if not today.year <= year <= today.year + 1:
        raise Refused(f"只能起草{today.year}年或者{today.year + 1}年的计划。", where={"field": "year", "value": year})
    Organ.objects.select_for_update().get(pk=organ.pk)
    known = AnnualPlan.objects.filter(organ=organ, year=year).exclude(state="dropped").order_by("-version").first()
    if known:
        hint = "；要变更请从该计划新建版本" if known.state == "in_force" else ""
        raise Refused(
            f"{organ.name}{year}年度已有计划 {known.number}（{PLAN.states[known.state]}）{hint}。",
            where={"field": "year", "value": year},
        )
    version = AnnualPlan.objects.filter(organ=organ, year=year).count() + 1
    plan = AnnualPlan(
        number=next_number("JH", year),
        organ=organ,
        year=year,
        version=version,
        title=title.strip(),
        basis=basis.strip(),
        drafted_by=user,
        drafted_at=now,
    )
    return _written(plan, "annual_plan.create", actor=actor, now=now)


def _written(plan: AnnualPlan, verb: str, *, actor: Actor, now: datetime, reason: str = "") -> AnnualPlan:
    plan.full_clean()
    plan.save()
    append_event(
        now=now,
        actor=actor,
        verb=verb,
        thing=plan,
        organ_path=plan.organ.path,
        reason=reason,
        basis=PLAN.moves[0].basis,
        after=snapshot(plan),
    )
    return plan


@transaction.atomic
def start_new_version(*, plan: AnnualPlan, reason: str, user: User, now: datetime, today: date) -> AnnualPlan:
    """A draft of the next version with all items of the plan in force; the old one holds until the new is filed."""
    plan = AnnualPlan.objects.select_for_update(of=("self",)).select_related("organ").get(pk=plan.pk)
    actor = actor_or_refuse(user, "plan.draft", plan, on=today)
    if plan.state != "in_force":
        raise IllegalMove(f"只有执行中的计划可以变更，{plan.number} 现处于“{PLAN.states[plan.state]}”状态。")
    if not reason.strip():
        raise Refused("请写明变更计划的理由。", where={"field": "reason"})
    rows = AnnualPlan.objects.filter(organ=plan.organ, year=plan.year, version__gt=plan.version)
    pending = rows.exclude(state="dropped").first()
    if pending:
        raise IllegalMove(f"新版本 {pending.number} 已在办理（{PLAN.states[pending.state]}）。")
    # a dropped draft gives the place behind this version free
    rows.update(previous=None)
    last = rows.order_by("-version").values_list("version", flat=True).first() or plan.version
    new = AnnualPlan(
        number=next_number("JH", plan.year),
        organ=plan.organ,
        year=plan.year,
        version=last + 1,
        previous=plan,
        title=plan.title,
        basis=plan.basis,
        change_reason=reason.strip()[:300],
        drafted_by=user,
        drafted_at=now,
    )
    _written(new, "annual_plan.new_version", actor=actor, now=now, reason=reason.strip())
    _copy_items(plan, new)
    return new


def _copy_items(old: AnnualPlan, new: AnnualPlan) -> None:
    made: dict[int, PlanItem] = {}
    rows = list(old.items.order_by("number").prefetch_related("shares"))
    for order, item in enumerate(rows, start=1):
        values = {f.name: getattr(item, f.name) for f in PlanItem._meta.concrete_fields if f.name not in ("id", "plan")}
        values |= {"number": f"{new.number}-{order:02d}", "joined_to": None}
        made[item.pk] = PlanItem.objects.create(plan=new, **values)
        for share in item.shares.all():
            ItemShare.objects.create(item=made[item.pk], **{key: getattr(share, key) for key in SHARE_KEYS})
    for item in rows:
        if item.joined_to_id:
            made[item.pk].joined_to = made[item.joined_to_id]
            made[item.pk].save(update_fields=["joined_to"])


def _draft(plan: AnnualPlan, *, user: User, on: date) -> tuple[AnnualPlan, Actor]:
    """The plan under lock, open for editing by this person; IllegalMove otherwise."""
    plan = AnnualPlan.objects.select_for_update(of=("self",)).select_related("organ").get(pk=plan.pk)
    actor = actor_or_refuse(user, "plan.draft", plan, on=on)
    require_draft(plan)
    return plan, actor


def require_draft(plan: AnnualPlan) -> None:
    """IllegalMove unless the plan is still being drafted."""
    if plan.state not in EDITABLE:
        raise IllegalMove(
            f"计划 {plan.number} 现处于“{PLAN.states[plan.state]}”状态，不能修改；已备案的计划以新版本变更。",
            article=HOUSE_VERSION,
        )


@transaction.atomic
def edit_plan(*, plan: AnnualPlan, title: str, basis: str, user: User, now: datetime, today: date) -> AnnualPlan:
    """Change title and basis of a draft."""
    plan, actor = _draft(plan, user=user, on=today)
    before = snapshot(plan)
    plan.title, plan.basis = title.strip(), basis.strip()
    plan.full_clean()
    plan.save()
    old, new = changed_fields(before, snapshot(plan))
    if new:
        append_event(
            now=now, actor=actor, verb="annual_plan.edit", thing=plan, organ_path=plan.organ.path, before=old, after=new
        )
    return plan


@transaction.atomic
def save_item(
    *,
    plan: AnnualPlan,
    item: PlanItem | None,
    values: Mapping[str, Any],
    shares: Sequence[Mapping[str, Any]] = (),
    user: User,
    now: datetime,
    today: date,
) -> PlanItem:
    """Write one item of a draft with its own shares; `item` None makes a new one. Refused with sentence and field."""
    plan, actor = _draft(plan, user=user, on=today)
    before: dict[str, Any] = {}
    if item is None:
        number = f"{plan.number}-{_next_item(plan):02d}"
        item = PlanItem(plan=plan, number=number, lineage=number)
    else:
        item = plan.items.get(pk=item.pk)
        before = snapshot(item) | {"shares": _shares_plain(item)}
    for name, value in values.items():
        setattr(item, name, value)
    _check_item(item, shares)
    item.full_clean()
    item.save()
    item.shares.all().delete()
    for share in shares:
        row = ItemShare(item=item, **{key: share.get(key, "") for key in SHARE_KEYS})
        row.full_clean()
        row.save()
    old, new = changed_fields(before, snapshot(item) | {"shares": _shares_plain(item)})
    append_event(
        now=now,
        actor=actor,
        verb="plan_item.edit" if before else "plan_item.create",
        thing=item,
        organ_path=plan.organ.path,
        before=old,
        after=new,
    )
    return item


def _next_item(plan: AnnualPlan) -> int:
    return max((int(number.rsplit("-", 1)[1]) for number in plan.items.values_list("number", flat=True)), default=0) + 1


def _shares_plain(item: PlanItem) -> list[dict[str, Any]]:
    return [{key: getattr(row, key) for key in SHARE_KEYS} for row in item.shares.all()]


def _check_item(item: PlanItem, shares: Sequence[Mapping[str, Any]]) -> None:
    if item.kind in ("draw", "campaign") and not item.share and not item.n:
        raise Refused("请写明抽查的比例或者家数。", where={"field": "share"})
    if item.kind == "key_field" and not item.fields:
        raise Refused("重点领域全覆盖要写明是哪些领域。", where={"field": "fields"})
    if item.kind == "monitoring" and item.joined_to is not None:
        raise Refused("风险监测不入企，不能与别的事项同次入企。", where={"field": "joined_to"})
    if item.planned_months and item.batches > len(item.planned_months):
        raise Refused(
            f"分 {item.batches} 批，却只写了 {len(item.planned_months)} 个计划月份。", where={"field": "planned_months"}
        )
    if item.joined_to is not None and (item.joined_to.plan_id != item.plan_id or item.joined_to.pk == item.pk):
        raise Refused("只能与同一计划的另一事项同次入企。", where={"field": "joined_to"})
    if item.joined_to is not None and item.joined_to.joined_to_id:
        raise Refused(f"{item.joined_to.number} 自己已并入别的事项，请直接选那一项。", where={"field": "joined_to"})
    _check_shares(item, shares)


def _check_shares(item: PlanItem, shares: Sequence[Mapping[str, Any]]) -> None:
    seen = set()
    for share in shares:
        key = (share.get("field", ""), share.get("area_code", ""), share.get("rating", ""))
        if not any(key):
            raise Refused("分层比例至少要写明领域、区域、等级中的一项。", where={"field": "shares"})
        if key in seen:
            raise Refused("同一层写了两个比例。", where={"field": "shares"})
        seen.add(key)
        if item.fields and share.get("field") and share["field"] not in item.fields:
            raise Refused("分层比例中的领域不在本事项的领域之内。", where={"field": "shares"})


@transaction.atomic
def remove_item(*, item: PlanItem, user: User, now: datetime, today: date) -> AnnualPlan:
    """Take an item out of a draft; an item that others join, or under which visits were made, stays."""
    plan, actor = _draft(item.plan, user=user, on=today)
    item = plan.items.get(pk=item.pk)
    if item.joined_items.exists():
        raise Refused(f"{item.joined_items.all()[0].number} 与本事项同次入企，请先改它。")
    if Visit.objects.filter(item__lineage=item.lineage).exclude(state="cancelled").exists():
        raise Refused("本事项已安排过检查，不能从计划中去掉。")
    append_event(
        now=now,
        actor=actor,
        verb="plan_item.remove",
        thing=item,
        organ_path=plan.organ.path,
        before=snapshot(item) | {"shares": _shares_plain(item)},
    )
    try:
        item.delete()
    except ProtectedError as error:
        # an upper app holds on to it: a draw, for one, keeps the item that it was made for
        raise Refused("本事项已经立项抽查，不能从计划中去掉。") from error
    return plan


def move_plan(
    *,
    pk: int,
    rows: QuerySet[AnnualPlan],
    action: str,
    user: User,
    now: datetime,
    today: date,
    seen_state: str,
    reason: str = "",
    receipt_no: str = "",
) -> AnnualPlan:
    """One person's move on a plan; `rows` are those the person may see, `seen_state` what the page showed.

    Raises NotFound, NotAllowed, IllegalMove (also when somebody else was faster) or Refused with a sentence.
    """
    with transaction.atomic():
        plan = rows.select_for_update(of=("self",)).filter(pk=pk).first()
        if plan is None:
            raise NotFound("没有这份计划，或者您无权查看。")
        if seen_state != plan.state:
            raise IllegalMove(f"计划 {plan.number} 刚刚变为“{PLAN.states[plan.state]}”，请看过再办。")
        if len(reason) > REASON_MAX:
            raise Refused(f"理由最多 {REASON_MAX} 字，现在是 {len(reason)} 字。", where={"field": "reason"})
        facts = _facts(plan, action, reason=reason.strip(), receipt_no=receipt_no.strip(), today=today)
        if action in ("acknowledge", "file_on_paper") and facts.get("receipt_no"):
            _supersede(plan, user=user, now=now, today=today)

        def apply(row: AnnualPlan, move: Move, actor: Actor) -> None:
            _note_move(row, move, user=user, now=now, reason=reason.strip(), receipt_no=receipt_no.strip())

        return perform(  # type: ignore[no-any-return]
            procedure=PLAN,
            action=action,
            thing=rows,
            pk=pk,
            policy=plan_policy(user, on=today),
            now=now,
            facts=facts,
            reason=reason.strip(),
            apply=apply,
            took_part=lambda row, move: editors_of(row),
        )


def _facts(plan: AnnualPlan, action: str, *, reason: str, receipt_no: str, today: date) -> dict[str, Any]:
    facts: dict[str, Any] = {"reason": reason, "receipt_no": receipt_no}
    if action == "submit":
        facts["items"] = list(plan.items.values_list("number", flat=True))
        _refuse_over_cap(plan, today=today)
    if action == "file":
        if plan.organ.parent is None:
            raise IllegalMove("系统内没有本机关的上一级机关，请登记系统外备案。")
        facts["superior"] = plan.organ.parent.name
    if action == "file_on_paper" and plan.organ.parent is not None:
        raise IllegalMove(f"请在系统内报{plan.organ.parent.name}备案。")
    if action == "close":
        waiting = Visit.objects.filter(item__plan=plan, state__in=("reserved", "proposed", "entered")).count()
        if waiting:
            raise IllegalMove(f"还有 {waiting} 次检查没有完成或者取消，不能办结。")
    return facts


def _refuse_over_cap(plan: AnnualPlan, *, today: date) -> None:
    over = over_cap(plan, on=today)
    if over:
        first = over[0]
        raise Refused(
            f"按本计划有 {len(over)} 家机构一年内必被检查的次数超过上限，例如{first.institution.name}："
            f"{first.expected} 次，上限 {first.cap} 次。请让全覆盖的事项同次入企，或者缩小范围。",
            where={"field": "items"},
        )


def _note_move(row: AnnualPlan, move: Move, *, user: User, now: datetime, reason: str, receipt_no: str) -> None:
    if move.action == "submit":
        row.submitted_by, row.submitted_at, row.opinion = user, now, ""
    elif move.action == "approve":
        row.approved_by, row.approved_at = user, now
    elif move.action in ("return", "object"):
        row.opinion = reason
        row.approved_by = row.approved_at = row.superior = row.filed_at = None
    elif move.action == "file":
        row.superior, row.filed_at = row.organ.parent, now
    if move.target == "in_force":
        row.receipt_no, row.in_force_at = receipt_no, now
    if move.target in ENDED:
        row.ended_at = now


def _supersede(plan: AnnualPlan, *, user: User, now: datetime, today: date) -> None:
    """The version in force ends at the moment in which the new one is filed; the right was asked for the filing."""
    old = plan.previous
    if old is None or old.state != "in_force" or plan.state not in ("filing", "approved"):
        return

    def apply(row: AnnualPlan, *_: Any) -> None:
        row.ended_at = now

    perform(
        procedure=PLAN,
        action="supersede",
        thing=AnnualPlan,
        pk=old.pk,
        policy=lambda _code, _thing: SYSTEM,
        now=now,
        facts={"version": plan.number},
        apply=apply,
    )
