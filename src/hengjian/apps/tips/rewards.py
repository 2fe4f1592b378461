"""Rewards: worked out by the rule of the day, approved by another person, paid against a code that names nobody."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.policies import actor_or_refuse, policy_of
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, perform, snapshot
from hengjian.apps.tips.models import Reward, Tip
from hengjian.apps.tips.moving import refuse_slower, said
from hengjian.apps.tips.procedures import REWARD, REWARD_RULE
from hengjian.engines.rewards import Reward as Calculated
from hengjian.engines.rewards import calculate
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.law.rewarding import RewardRule, major_grounds, reward_rule

NARRATIVE = ("steps", "reason", "claim_digest")
CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_LENGTH = 12


def work_out(*, rule: RewardRule, base: int, grade: int, uplift_percent: int, insider: bool) -> Calculated:
    """The calculation with its steps; Refused where a number is out of the rule's range."""
    if base <= 0:
        raise _refused("base", "罚没款须大于 0 元：奖励按罚没款的一定比例计算。")
    if grade not in {one.grade for one in rule.grades}:
        raise _refused("grade", f"奖励等级只有一至{len(rule.grades)}级。")
    if uplift_percent and not insider:
        raise _refused("uplift_percent", "只有内部人员举报才可以增加奖励。")
    if not 0 <= uplift_percent <= rule.uplift_percent:
        raise _refused("uplift_percent", f"内部人员举报最多增加 {rule.uplift_percent}%，填的是 {uplift_percent}%。")
    return calculate(rule.for_engine(), base=base, grade=grade, uplift_percent=uplift_percent)


@transaction.atomic
def propose_reward(
    *,
    tip: Tip,
    case_ref: str,
    decided_on: date,
    base: int,
    grade: int,
    ground: str,
    user: User,
    now: datetime,
    natural_person: bool,
    uplift_percent: int = 0,
) -> Reward:
    """Propose the reward of a tip whose facts led to a decided case; `base` is fine and confiscation in fen.

    Refused: another reward exists, the tip is not verified or nobody could be paid (anonymous without a channel is
    paid by code all the same), the reporter is no natural person, the ground is no major violation.
    """
    today = timezone.localdate(now)
    actor = actor_or_refuse(user, "reward.propose", tip, on=today)
    tip = Tip.objects.select_for_update(of=("self",)).select_related("organ").get(pk=tip.pk)
    _require_rewardable(tip, natural_person, case_ref, decided_on, today)
    grounds = {one.id for one in major_grounds(decided_on)}
    if ground not in grounds:
        raise _refused("ground", "重大违法行为才给予奖励：请选属于哪一种情形。")
    rule = reward_rule(decided_on)
    insider = tip.kind == "insider"
    found = work_out(rule=rule, base=base, grade=grade, uplift_percent=uplift_percent, insider=insider)
    reward = Reward(
        number=next_number("JL", today.year),
        tip=tip,
        organ=tip.organ,
        case_ref=case_ref.strip(),
        base=base,
        grade=grade,
        major_ground=ground,
        insider=insider,
        uplift=found.uplift,
        amount=found.amount,
        finance_needed=found.with_finance,
        rule_from=rule.valid_from,
        steps="\n".join(found.steps),
        state_at=now,
        proposed_by=user,
    )
    reward.full_clean(validate_unique=False, validate_constraints=False)
    reward.save()
    append_event(
        now=now,
        actor=actor,
        verb="reward.propose",
        thing=reward,
        organ_path=reward.organ_path,
        basis=REWARD_RULE,
        after=snapshot(reward, without=NARRATIVE),
    )
    return reward


def _require_rewardable(tip: Tip, natural_person: bool, case_ref: str, decided_on: date, today: date) -> None:
    known = Reward.objects.filter(tip=tip).first()
    if known:
        raise _refused("case_ref", f"这件举报已经提出过奖励（{known.number}），不重复奖励。")
    if tip.state != "closed" or tip.outcome != "case":
        raise IllegalMove(f"{tip.number} 还没有以立案查处办结，不能提出奖励。", article=REWARD_RULE)
    if not natural_person:
        raise _refused("natural_person", "只奖励自然人举报人；单位举报的，不适用举报奖励。")
    if not case_ref.strip():
        raise _refused("case_ref", "请写明处罚决定书文号。")
    if decided_on > today:
        raise _refused("decided_on", f"处罚决定日期 {decided_on.isoformat()} 还没有到。")


@transaction.atomic
def act_on_reward(
    action: str,
    *,
    rows: QuerySet[Reward],
    pk: int,
    user: User,
    now: datetime,
    values: dict[str, Any],
    seen: str | None = None,
) -> tuple[Reward, str]:
    """Make one move of a reward; answers with it and, when it was approved, with the claim code (told once, not kept).

    Who proposed does not approve, who proposed or approved does not pay. From 500,000 yuan on the finance department's
    paper is needed. Paying wants the code that only the reporter was told.
    """
    code = ""
    facts: dict[str, Any] = dict(values)
    if action == "approve":
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    if action == "pay":
        facts.pop("code", None)

    def apply(row: Reward, move: Move, actor: Actor) -> None:
        row.state_at = now
        APPLY[action](row, user, values, now)
        if action == "approve":
            row.claim_digest = digest_of_code(row.number, code)

    reward: Reward = perform(
        procedure=REWARD,
        action=action,
        thing=rows,
        pk=pk,
        policy=policy_of(user, on=timezone.localdate(now)),
        now=now,
        facts=facts,
        reason=said(values.get("reason", ""), "reason", "理由"),
        apply=apply,
        took_part=lambda row, move: {str(one) for one in (row.proposed_by_id, row.approved_by_id) if one},
        look=lambda row: refuse_slower(row, seen, stamp(row)),
    )
    return reward, code


def _approve(row: Reward, user: User, values: dict[str, Any], now: datetime) -> None:
    row.approved_by = user
    row.finance_ref = said(values.get("finance_ref", ""), "finance_ref", "财政部门意见文号", most=80)
    if str(values.get("amount", "")) != str(row.amount):
        raise _refused("amount", "批准的金额与计算的金额不一致，请看过计算步骤再批。")
    if row.finance_needed and not row.finance_ref:
        raise _refused("finance_ref", "奖励金额达到 50 万元，须会同财政部门决定：请填财政部门意见文号。")


def _decline(row: Reward, user: User, values: dict[str, Any], now: datetime) -> None:
    row.approved_by, row.reason = user, said(values.get("reason", ""), "reason", "理由")


def _pay(row: Reward, user: User, values: dict[str, Any], now: datetime) -> None:
    given = digest_of_code(row.number, str(values.get("code", "")))
    if not row.claim_digest or not secrets.compare_digest(given, row.claim_digest):
        raise _refused("code", "领取码不对。请领取人核对；领取码遗失的，由办理人员重新核实身份后另行处理。")
    row.paid_by, row.voucher = user, said(values.get("voucher", ""), "voucher", "付款凭证号", most=60)
    row.paid_on = timezone.localdate(now)


def _lapse(row: Reward, user: User, values: dict[str, Any], now: datetime) -> None:
    row.reason = said(values.get("reason", ""), "reason", "理由")


APPLY: dict[str, Any] = {"approve": _approve, "decline": _decline, "pay": _pay, "lapse": _lapse}


def digest_of_code(number: str, code: str) -> str:
    """What is kept of a claim code: a digest together with the reward's number."""
    plain = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(f"{number}|{plain}".encode()).hexdigest()


def stamp(reward: Reward) -> str:
    """What a page shows of a reward's standing."""
    return f"{reward.state}:{reward.state_at.isoformat()}"


def _refused(field: str, sentence: str) -> Refused:
    return Refused(sentence, where={"field": field}, article=REWARD_RULE)
