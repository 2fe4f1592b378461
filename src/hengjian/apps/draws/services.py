"""Setting a draw up: project it for a batch, build and freeze the roster, take it back, make it void."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.draws import pool, roster
from hengjian.apps.draws.access import hold, locked, refuse_stale
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.moving import move_draw
from hengjian.apps.draws.procedures import DRAW
from hengjian.apps.plans.models import PlanItem
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event
from hengjian.engines.draws.canonical import sha256_hex
from hengjian.engines.draws.quotas import largest_remainder
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from hengjian.kernel.transitions import Move
from hengjian.law.drawing import draw_rules
from hengjian.ui.wording import zh_date

SETTABLE = (
    "title", "mode", "method", "stratify", "n", "min_per_stratum", "quota", "team", "cap", "experts_wanted",
    "planned_from", "planned_to", "open_by",
)  # fmt: skip
REASON_LEAST = 6


def create_draw(
    *, item: PlanItem, batch: int, user: User, now: datetime, today: date, id_salt: str, settings: Mapping[str, Any]
) -> Draw:
    """Project the draw of one batch of a plan item and build its roster; `id_salt` is 64 hex digits of fresh chance.

    Two people at the same batch: the second is told who was first. Raises NotAllowed, IllegalMove or Refused.
    """
    posting = may(user, "draw.prepare", item.organ, on=today)
    if posting is None:
        raise NotAllowed(f"您没有为{item.organ.name}立项抽查的权限。")
    if item.plan.state != "in_force":
        raise IllegalMove("年度计划还没有备案生效，不能抽取。先把计划报上级备案。")
    if item.kind not in ("draw", "campaign"):
        raise IllegalMove(f"“{item.get_kind_display()}”是全部检查的事项，不需要抽取。")
    if not 1 <= batch <= item.batches:
        raise Refused(f"本事项计划 {item.batches} 批，没有第 {batch} 批。", where={"field": "batch"})
    draw = Draw(
        organ=item.organ,
        item=item,
        lineage=item.lineage,
        batch=batch,
        state_at=now,
        created_at=now,
        created_by=user,
        id_salt=id_salt,
    )
    _set(draw, settings, today=today)
    actor = actor_for(user, posting)
    try:
        with transaction.atomic():
            draw.number = next_number("CQ", now.year)
            draw.full_clean(validate_constraints=False)
            draw.save()
            append_event(
                now=now,
                actor=actor,
                verb="draw.create",
                thing=draw,
                organ_path=draw.organ_path,
                after={"item": item.number, "batch": batch, **{name: getattr(draw, name) for name in SETTABLE}},
            )
            roster.fill_roster(draw, actor=actor, now=now, on=today)
    except IntegrityError as error:
        if "draw_batch_once" not in str(error) and "draws_draw.lineage" not in str(error):
            raise
        raise IllegalMove(_already_drawn(item, batch)) from error
    return draw


def _already_drawn(item: PlanItem, batch: int) -> str:
    other = (
        Draw.objects.filter(lineage=item.lineage, batch=batch, holds_batch=True).select_related("created_by").first()
    )
    if other is None:
        return "同一批次刚刚由另一人立项，请刷新后再看。"
    who = other.created_by.name if other.created_by else "系统"
    if other.state == "void":
        return (
            f"第 {batch} 批已由 {other.number} 抽过，该次抽查在熵可能公布之后作废，结果当时已可推算，"
            "因此本批次不得再抽；要补查的，请在计划中另列批次。"
        )
    return (
        f"第 {batch} 批已由{who}于{zh_date(other.created_at)}立项（{other.number}，{DRAW.states[other.state]}），"
        "同一批次只能抽一次。"
    )


def change_settings(
    *, pk: int, user: User, now: datetime, today: date, settings: Mapping[str, Any], rows: QuerySet[Draw] | None = None
) -> Draw:
    """Change what may still be changed while the roster is being built; the roster is built again."""
    with transaction.atomic():
        draw, actor = hold(
            pk=pk, user=user, code="draw.prepare", on=today, states=("draft",), what="修改方案", rows=rows
        )
        before = {name: getattr(draw, name) for name in SETTABLE}
        _set(draw, settings, today=today)
        draw.full_clean(validate_constraints=False)
        draw.save()
        after = {name: getattr(draw, name) for name in SETTABLE if getattr(draw, name) != before[name]}
        append_event(
            now=now,
            actor=actor,
            verb="draw.plan",
            thing=draw,
            organ_path=draw.organ_path,
            before={name: before[name] for name in after},
            after=after,
        )
        roster.fill_roster(draw, actor=actor, now=now, on=today)
    return draw


def _set(draw: Draw, settings: Mapping[str, Any], *, today: date) -> None:
    unknown = set(settings) - set(SETTABLE)
    if unknown:
        raise ValueError(f"not a setting of a draw: {sorted(unknown)}")
    for name, value in settings.items():
        setattr(draw, name, value)
    if not draw.title.strip():
        raise Refused("请写明这次抽查的名称。", where={"field": "title"})
    if not draw.quota and draw.n < 1:
        raise Refused("抽取家数至少 1 家。", where={"field": "n"})
    _check_days(draw, today=today)
    _check_opening(draw, today=today)


def _check_days(draw: Draw, *, today: date) -> None:
    if draw.planned_from < today:
        raise Refused("计划检查日期不能早于今天。", where={"field": "planned_from"})
    if draw.planned_to < draw.planned_from:
        raise Refused("计划检查的止日早于起日。", where={"field": "planned_to"})
    if draw.planned_to.year != draw.planned_from.year:
        raise Refused("计划检查的起止应当在同一年度，年度上限按年计算。", where={"field": "planned_to"})


def _check_opening(draw: Draw, *, today: date) -> None:
    if draw.mode == "open":
        draw.open_by = None
        return
    days = draw_rules(today).opening_days
    latest = draw.planned_to + timedelta(days=days)
    if draw.open_by is None:
        raise Refused(f"密封模式须写明最迟公开证明的日期（检查结束后 {days} 日内）。", where={"field": "open_by"})
    if not draw.planned_to <= draw.open_by <= latest:
        raise Refused(
            f"最迟公开的日期应当在计划检查结束（{draw.planned_to:%Y-%m-%d}）之后 {days} 日内，"
            f"即不晚于 {latest:%Y-%m-%d}。",
            where={"field": "open_by"},
        )


def build_roster(*, pk: int, user: User, now: datetime, today: date, rows: QuerySet[Draw] | None = None) -> Draw:
    """Build the roster anew from the registry as it is now; exclusions by hand stay."""
    with transaction.atomic():
        draw, actor = hold(
            pk=pk, user=user, code="draw.prepare", on=today, states=("draft",), what="编制名录", rows=rows
        )
        roster.fill_roster(draw, actor=actor, now=now, on=today)
    return draw


def exclude_unit(
    *,
    pk: int,
    user: User,
    now: datetime,
    today: date,
    uscc: str,
    code: str,
    note: str,
    rows: QuerySet[Draw] | None = None,
) -> None:
    """Leave an institution out by hand, with code and evidence note."""
    with transaction.atomic():
        draw, actor = hold(pk=pk, user=user, code="draw.prepare", on=today, states=("draft",), what="剔除", rows=rows)
        roster.exclude_by_hand(draw, uscc=uscc, code=code, note=note, user=user, actor=actor, now=now)


def include_unit(
    *, pk: int, user: User, now: datetime, today: date, exclusion_pk: int, rows: QuerySet[Draw] | None = None
) -> None:
    """Take an exclusion by hand back."""
    with transaction.atomic():
        draw, actor = hold(
            pk=pk, user=user, code="draw.prepare", on=today, states=("draft",), what="撤回剔除", rows=rows
        )
        roster.include_again(draw, exclusion_pk=exclusion_pk, actor=actor, now=now, on=today)


def freeze_roster(
    *, pk: int, user: User, now: datetime, today: date, seen_state: str = "", rows: QuerySet[Draw] | None = None
) -> Draw:
    """Reconcile with the registry, fix roster, people and ties, take the roster's hash."""
    with transaction.atomic():
        draw = locked(pk, rows)
        refuse_stale(draw, seen_state)
        if draw.state == "draft":
            _check_partners(draw)
            roster.refuse_leak(draw)
            draw.population = roster.reconcile(draw, on=today)
            draw.save(update_fields=["population"])
            quota_of(draw)
            pool.fill_pool(draw, on=today)
        digest = sha256_hex(roster.roster_bytes(draw)) if draw.units.exists() else ""

        def apply(row: Draw, move: Move, actor: Actor) -> None:
            row.state_at = row.frozen_at = now
            row.frozen_by = user
            row.roster_sha256 = digest
            row.roster_size = draw.units.count()

        return move_draw(
            "freeze",
            pk,
            user=user,
            now=now,
            today=today,
            facts={"roster_sha256": digest},
            apply=apply,
        )


def _check_partners(draw: Draw) -> None:
    if draw.team == "own":
        return
    partners = list(draw.partners.select_related("organ"))
    if not partners:
        raise Refused(f"“{draw.get_team_display()}”须先邀请参加机关，并由对方同意。")
    waiting = [one.organ.name for one in partners if one.agreed_at is None]
    if waiting:
        raise Refused(f"{'、'.join(waiting)}还没有同意参加。等对方同意，或者撤回邀请后再冻结。")


def quota_of(draw: Draw) -> dict[str, int]:
    """How many each stratum gives, by the roster as it stands; Refused with a sentence when it cannot be."""
    sizes = {name: counts["roster"] for name, counts in draw.population.items() if counts["roster"]}
    total = sum(sizes.values())
    if not total:
        raise Refused("名录里没有一家机构，不能抽取。请检查计划事项的范围和剔除。")
    if draw.quota:
        return _given_quota(draw, sizes)
    if draw.n > total:
        raise Refused(f"要抽 {draw.n} 家，名录只有 {total} 家。", where={"field": "n", "value": draw.n})
    least = sum(min(draw.min_per_stratum, size) for size in sizes.values())
    if least > draw.n:
        raise Refused(
            f"每层至少 {draw.min_per_stratum} 家，{len(sizes)} 层合计至少 {least} 家，多于要抽的 {draw.n} 家。",
            where={"field": "min_per_stratum", "value": draw.min_per_stratum},
        )
    return largest_remainder(sizes, draw.n, draw.min_per_stratum)


def _given_quota(draw: Draw, sizes: Mapping[str, int]) -> dict[str, int]:
    for name, count in draw.quota.items():
        if name not in sizes:
            raise Refused(f"配额里的“{name}”在名录中没有机构，请改为名录中的层。", where={"field": "quota"})
        if count > sizes[name]:
            raise Refused(
                f"配额要从“{name}”抽 {count} 家，名录中这一层只有 {sizes[name]} 家。", where={"field": "quota"}
            )
    missing = [name for name in sizes if name not in draw.quota]
    if missing:
        raise Refused(f"配额没有写“{missing[0]}”，不抽也要写 0。", where={"field": "quota"})
    if not any(draw.quota.values()):
        raise Refused("配额全是 0，没有可抽的。", where={"field": "quota"})
    return {name: int(draw.quota[name]) for name in sorted(sizes, key=str.encode)}


def thaw_roster(
    *, pk: int, user: User, now: datetime, today: date, reason: str, rows: QuerySet[Draw] | None = None
) -> Draw:
    """Back to building, before anything has been published."""

    def apply(row: Draw, move: Move, actor: Actor) -> None:
        row.state_at = now
        row.frozen_at = row.frozen_by = None
        row.roster_sha256 = ""

    return move_draw(
        "thaw",
        pk,
        user=user,
        now=now,
        today=today,
        facts={"reason": reason.strip()},
        reason=reason.strip(),
        apply=apply,
        rows=rows,
    )


def void_draw(
    *, pk: int, user: User, now: datetime, today: date, reason: str, rows: QuerySet[Draw] | None = None
) -> Draw:
    """Make a draw void. It stays with its reason and its place in the chain of commitments.

    From the moment at which its entropy may be known, its outcome could be known too: then the batch stays used.
    """
    if reason.strip() and len(reason.strip()) < REASON_LEAST:
        raise Refused(f"作废理由会公开，请写清楚，至少 {REASON_LEAST} 个字。", where={"field": "reason"})

    def apply(row: Draw, move: Move, actor: Actor) -> None:
        row.state_at = row.voided_at = now
        row.voided_by = user
        row.void_reason = reason.strip()
        row.holds_batch = row.not_before is not None and row.commit_sha256 != "" and now >= row.not_before

    return move_draw(
        "void",
        pk,
        user=user,
        now=now,
        today=today,
        facts={"reason": reason.strip()},
        reason=reason.strip(),
        apply=apply,
        rows=rows,
    )
