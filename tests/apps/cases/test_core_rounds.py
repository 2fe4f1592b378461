"""A second round: what was told, asked and decided in the first one does not carry the second."""

from __future__ import annotations

from typing import Any

import pytest

from hengjian.apps.cases import deciding, investigating, noticing, reviewing
from hengjian.apps.cases.models import Case
from hengjian.kernel.errors import Refused
from tests.apps.cases import core_world as way
from tests.apps.cases.test_core_rules import refused

pytestmark = pytest.mark.django_db
AGAIN = "上一次告知之后又进行了调查，须在这次调查终结后重新告知当事人，才能作出处罚决定。"


def concluded_again(world: way.World, case: Case) -> Case:
    """A second conclusion and review, without a second notice."""
    case = investigating.conclude(case=case, user=world.one, **world.when, report="—报告—", proposal="罚款", major=True)
    case = reviewing.send_to_review(case=case, user=world.one, **world.when, kind="case")
    return reviewing.pass_review(case=case, user=world.reviewer, **world.when, opinion="同意")


def test_after_a_new_investigation_the_old_notice_carries_no_decision() -> None:
    world = way.make_world()
    case = way.notified(world)
    world.on(14)
    case = investigating.reinvestigate(case=case, user=world.one, **world.when, reason="新的事实")
    case = way.discuss(world, concluded_again(world, case))
    error = refused(way.decide, world, case)
    assert error.sentence == AGAIN
    assert error.article == "《市场监督管理行政处罚程序规定》第五十七条"


def test_after_a_decision_was_undone_the_old_notice_carries_no_decision() -> None:
    world = way.make_world()
    case = way.decided(world)
    case = deciding.annul(case=case, user=world.leader, **world.when, instrument="〔2026〕3号", reason="程序违法")
    case = deciding.reopen(case=case, user=world.leader, **world.when, reason="重新处理")
    case = way.discuss(world, concluded_again(world, case))
    assert refused(way.decide, world, case).sentence == AGAIN


def banned(world: way.World, **told: Any) -> Case:
    """A person told of a fine and a ban, the period over."""
    case = way.cleared(world)
    entry = way.notice_entry(
        way.party_of(case), measures=("fine", "limit"), served_on=world.day, served_how="直接送达", **told
    )
    case = noticing.notify(case=case, user=world.one, **world.when, notices=[entry])
    world.on(14)
    return case


def test_a_longer_ban_than_the_party_was_told_of_is_refused() -> None:
    world = way.make_world()
    case = banned(world, ban_months=12)
    heavier = "不得因陈述、申辩或者要求听证给予更重的处罚；有新的事实或者理由的，须退回调查后重新告知。"
    error = refused(way.decide, world, case, way.outcome(case, measures=("fine", "limit"), ban_months=60))
    assert isinstance(error, Refused)
    assert error.sentence == f"对{world.institution.name}拟决定限制从业60个月，重于告知的（12个月）：{heavier}"
    error = refused(way.decide, world, case, way.outcome(case, measures=("fine", "limit"), ban_for_life=True))
    assert error.sentence == f"对{world.institution.name}拟决定限制从业终身，重于告知的（12个月）：{heavier}"
    assert way.decide(world, case, way.outcome(case, measures=("fine", "limit"), ban_months=12)).state == "decided"
