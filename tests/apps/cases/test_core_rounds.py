"""A second round: what was told, asked and decided in the first one does not carry the second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hengjian.apps.cases import deciding, hearings, investigating, noticing, reviewing
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


def opened(world: way.World, case: Case) -> Case:
    """The hearing that the first party asked for."""
    return hearings.open_hearing(
        case=case, user=world.leader, **world.when, chair=world.reviewer, recorder=world.second_reviewer
    )


def test_only_chair_and_recorder_act_in_a_hearing_and_its_record_is_entered_once() -> None:
    world = way.make_world()
    case = way.notified(world, fine=10 * way.WAN)
    way.say(world, case, "hearing", "要求听证")
    case = opened(world, case)
    presiding = f"听证由主持人{world.reviewer.name}、记录员{world.second_reviewer.name}办理。"
    error = refused(hearings.drop_hearing, case=case, user=world.leader, **world.when, reason="放弃")
    assert error.sentence == presiding
    error = refused(
        hearings.arrange_hearing, case=case, user=world.reviewer, **world.when, held_on=world.day + timedelta(days=14),
        place="三楼", notified_on=world.day - timedelta(days=3), announced_on=world.day,
    )  # fmt: skip
    assert error.sentence == "通知日期2026年10月30日早于确定听证主持人的日期2026年11月2日。"
    case = hearings.arrange_hearing(
        case=case, user=world.reviewer, **world.when, held_on=world.day + timedelta(days=14), place="三楼",
        notified_on=world.day, announced_on=world.day,
    )  # fmt: skip
    world.on(14)
    words: dict[str, Any] = {"attendees": "双方", "record": "陈述、质证、辩论。"}
    assert refused(hearings.enter_record, case=case, user=world.leader, **world.when, **words).sentence == presiding
    hearings.enter_record(case=case, user=world.reviewer, **world.when, **words)
    error = refused(hearings.enter_record, case=case, user=world.reviewer, **world.when, **words)
    assert error.sentence == "本次听证的笔录已经登记，不能重新填写。"


def test_a_hearing_that_one_party_gave_up_is_still_owed_to_the_other() -> None:
    world = way.make_world()
    case = way.filed(world)
    person = way.add_person(world, case)
    way.with_fact(world, case, fine=10 * way.WAN)
    way.with_fact(world, case, party=person, fine=None)
    person.contraventions.update(penalty_article="《特种设备安全法》第九十三条")
    case = investigating.conclude(case=case, user=world.one, **world.when, report="—报告—", proposal="罚款")
    case = reviewing.send_to_review(case=case, user=world.one, **world.when, kind="case")
    case = reviewing.pass_review(case=case, user=world.reviewer, **world.when, opinion="同意")
    case = noticing.approve_notice(case=case, user=world.leader, **world.when, opinion="同意")
    told: dict[str, Any] = {"served_on": world.day, "served_how": "直接送达", "fine": 10 * way.WAN}
    entries = [way.notice_entry(one, **told) for one in case.parties.order_by("order")]
    case = noticing.notify(case=case, user=world.one, **world.when, notices=entries)
    for notice in case.notices.all():
        noticing.enter_statement(
            notice=notice, user=world.one, **world.when, kind="hearing", received_on=world.day, text="要求听证"
        )
    case = opened(world, case)
    gone: dict[str, Any] = {"case": case, "user": world.reviewer, **world.when, "reason": "当事人放弃"}
    error = refused(hearings.drop_hearing, **gone)
    assert error.sentence == "要求听证的当事人不止一个，请选定放弃或者无正当理由不到场的当事人。"
    case = hearings.drop_hearing(**gone, parties=[way.party_of(case).pk])
    world.on(14)
    error = refused(way.decide, world, case)
    assert error.sentence == "司徒朗已经要求听证，须先组织听证。"
    assert opened(world, case).state == "hearing"


def test_only_an_investigator_of_the_case_enters_service_and_statements() -> None:
    world = way.make_world()
    case = way.notified(world)
    values: dict[str, Any] = {"notice": way.notice_of(case), "user": world.three, **world.when}
    error = refused(noticing.record_service, **values, served_on=world.day, served_how="直接送达")
    assert error.sentence == "您不是本案的办案人员，不能登记告知书送达。"
    error = refused(noticing.enter_statement, **values, kind="statement", received_on=world.day, text="请求从轻")
    assert error.sentence == "您不是本案的办案人员，不能记录陈述、申辩。"


def test_the_reviewer_who_passed_the_case_does_not_decide_it() -> None:
    world = way.make_world()
    case = way.notified(world)
    case.reviews.update(reviewer=world.leader)
    world.on(14)
    error = refused(way.decide, world, case)
    assert error.sentence == "处理决定须由另一人作出：钟离岫是本案的审核人。"
    case = way.decide(world, case, user=world.second_leader)
    assert case.state == "decided"


def test_the_chair_of_the_hearing_does_not_decide_the_case() -> None:
    world = way.make_world()
    case = way.discuss(world, way.ready(world))
    case.hearings.update(chair=world.leader)
    error = refused(way.decide, world, case, way.outcome(case, fine=10 * way.WAN))
    assert error.sentence == "处理决定须由另一人作出：钟离岫是本案的听证主持人。"
