"""Rewards: who may propose, approve and pay; what is refused; the code that names nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hengjian.apps.record.models import Event
from hengjian.apps.tips.models import Reward
from hengjian.apps.tips.rewards import act_on_reward
from hengjian.apps.tips.selectors import rewards_seen_by
from hengjian.kernel.errors import IllegalMove, Refused
from tests.apps.factories import NOW, TODAY
from tests.apps.tips.samples import Desk, closed_tip, reward_of, tip_of

pytestmark = pytest.mark.django_db


def do(action: str, reward: Reward, user: Any, **values: Any) -> tuple[Reward, str]:
    rows = rewards_seen_by(user, on=TODAY)
    return act_on_reward(action, rows=rows, pk=reward.pk, user=user, now=NOW, values=values)


def test_a_reward_is_worked_out_approved_by_another_and_paid_against_the_code(desk: Desk) -> None:
    reward = reward_of(desk, closed_tip(desk))
    assert reward.amount == 1_000_000
    assert reward.steps.split("\n")[0] == "罚没款合计 200,000 元，按一级奖励 5% 计算为 10,000 元。"
    approved, code = do("approve", reward, desk.leader, amount=str(reward.amount))
    assert re.fullmatch(r"[0-9A-Z]{12}", code)
    assert code not in str(list(Event.objects.values())) + approved.claim_digest
    with pytest.raises(Refused) as refused:
        do("pay", approved, desk.registrar, code="AAAAAAAAAAAA", voucher="P-1")
    assert refused.value.sentence.startswith("领取码不对")
    paid, _ = do("pay", approved, desk.registrar, code=code.lower()[:6] + " " + code[6:], voucher="P-1")
    assert (paid.state, paid.paid_by, paid.paid_on) == ("paid", desk.registrar, TODAY)


def test_who_approved_does_not_pay_and_who_proposed_does_not_approve(desk: Desk) -> None:
    tip = closed_tip(desk)
    reward = reward_of(desk, tip)
    Reward.objects.filter(pk=reward.pk).update(proposed_by=desk.leader)
    with pytest.raises(IllegalMove) as refused:
        do("approve", reward, desk.leader, amount=str(reward.amount))
    assert "须由另一人办理" in refused.value.sentence
    Reward.objects.filter(pk=reward.pk).update(state="approved", approved_by=desk.chief)
    with pytest.raises(IllegalMove):
        do("pay", reward, desk.chief, code="x", voucher="P-1")


def test_half_a_million_wants_the_finance_department(desk: Desk) -> None:
    reward = reward_of(desk, closed_tip(desk), base=1_000_000_000)
    assert (reward.amount, reward.finance_needed) == (50_000_000, True)
    with pytest.raises(Refused) as refused:
        do("approve", reward, desk.leader, amount=str(reward.amount))
    assert refused.value.sentence == "奖励金额达到 50 万元，须会同财政部门决定：请填财政部门意见文号。"
    assert (
        do("approve", reward, desk.leader, amount=str(reward.amount), finance_ref="衡财〔2026〕1号")[0].state
        == "approved"
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"base": 0}, "罚没款须大于 0 元：奖励按罚没款的一定比例计算。"),
        ({"grade": 4}, "奖励等级只有一至3级。"),
        ({"ground": "x"}, "重大违法行为才给予奖励：请选属于哪一种情形。"),
        ({"natural_person": False}, "只奖励自然人举报人；单位举报的，不适用举报奖励。"),
        ({"uplift_percent": 5}, "只有内部人员举报才可以增加奖励。"),
        ({"case_ref": " "}, "请写明处罚决定书文号。"),
    ],
)
def test_what_does_not_fit_is_refused(desk: Desk, changed: dict[str, Any], sentence: str) -> None:
    tip = closed_tip(desk)
    with pytest.raises(Refused) as refused:
        reward_of(desk, tip, **changed)
    assert refused.value.sentence == sentence
    assert not Reward.objects.exists()


def test_only_a_case_earns_a_reward_and_only_one(desk: Desk) -> None:
    with pytest.raises(IllegalMove):
        reward_of(desk, tip_of(desk))
    tip = closed_tip(desk, text="另一份没有检测就出具的合格报告，尾号 12，十月一日。")
    first = reward_of(desk, tip)
    with pytest.raises(Refused) as refused:
        reward_of(desk, tip)
    assert refused.value.sentence == f"这件举报已经提出过奖励（{first.number}），不重复奖励。"


def test_an_insider_may_get_more_but_not_above_the_rule(desk: Desk) -> None:
    tip = closed_tip(desk, insider=True)
    with pytest.raises(Refused) as refused:
        reward_of(desk, tip, uplift_percent=21)
    assert refused.value.sentence == "内部人员举报最多增加 20%，填的是 21%。"
    assert reward_of(desk, tip, uplift_percent=20).amount == 1_200_000
