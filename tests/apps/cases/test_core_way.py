"""The way of a case from the proposal to the decision, with and without a hearing."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.apps.cases import deciding, filing, investigating, noticing, recusals, timing
from hengjian.apps.cases.models import Case, Decision, Step
from hengjian.apps.cases.selectors import actions_for, cases_seen_by
from hengjian.apps.clocks.models import Clock
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from tests.apps.cases import core_world as way
from tests.apps.cases.evidence_world import prove

pytestmark = pytest.mark.django_db


def test_a_case_goes_from_the_proposal_to_the_decision() -> None:
    world = way.make_world()
    case = way.decided(world)
    assert case.state == "decided"
    assert case.decided_on == world.day
    decision = Decision.objects.get(case=case)
    assert (decision.fine_fen, decision.text) == (8 * way.WAN, "罚款8万元")
    assert "第二十七条" in decision.basis
    assert timing.running(case, "PEN-64") is None
    assert timing.running(case, "PEN-81") is not None
    labels = list(Step.objects.filter(case=case).values_list("label", flat=True))
    assert labels[0] == "登记案件"
    assert labels[-1] == "作出处罚决定"
    assert Event.objects.filter(verb="case.decide", thing_id=str(case.pk)).count() == 1


def test_the_case_limit_runs_ninety_days_from_the_filing_and_is_thirty_longer_once_the_head_extends_it() -> None:
    world = way.make_world()
    case = way.filed(world)
    clock = timing.running(case, "PEN-64")
    assert clock is not None
    assert clock.due_on == date(2027, 2, 1)  # ninety days end on Sunday 31 January
    investigating.extend(case=case, user=world.leader, **world.when, reason="案情复杂")
    clock.refresh_from_db()
    assert clock.due_on == date(2027, 3, 2)


def test_suspended_days_do_not_count() -> None:
    world = way.make_world()
    case = way.filed(world)
    case = investigating.suspend(case=case, user=world.leader, **world.when, ground="other_case", reason="等另案")
    clock = timing.running(case, "PEN-64")
    assert clock is not None
    assert clock.state == "paused"
    world.on(10)
    case = investigating.resume(case=case, user=world.leader, **world.when, reason="另案已结")
    clock.refresh_from_db()
    assert clock.state == "running"
    assert clock.due_on == date(2027, 2, 10)  # 2 to 12 November left out, of which the first never counted


def test_a_hearing_is_followed_by_legal_review_and_discussion() -> None:
    world = way.make_world()
    case = way.ready(world)
    with pytest.raises(IllegalMove) as refused:
        way.decide(world, case, way.outcome(case, fine=10 * way.WAN))
    assert refused.value.sentence == (
        "本案直接关系当事人或者第三人重大权益，经过听证程序，应当由负责人集体讨论决定；"
        "还没有集体讨论记录，不能作出决定。"
    )
    case = way.discuss(world, case)
    case = way.decide(world, case, way.outcome(case, fine=10 * way.WAN))
    assert case.state == "decided"


def test_a_hearing_stops_the_case_limit_till_the_report() -> None:
    world = way.make_world()
    case = way.heard(world)
    clock = timing.running(case, "PEN-64")
    assert clock is not None
    assert clock.state == "running"
    assert clock.pauses == [{"first": "2026-11-02", "last": "2026-11-16", "reason": "听证"}]


def test_a_decision_may_leave_a_party_unpunished_and_hand_another_over() -> None:
    world = way.make_world()
    case = way.filed(world)
    person = way.add_person(world, case)
    way.with_fact(world, case)
    prove(world, case)
    case = investigating.conclude(case=case, user=world.one, **world.when, report="—报告—", proposal="处罚机构")
    case = way.reviewing.send_to_review(case=case, user=world.one, **world.when, kind="case")
    case = way.reviewing.pass_review(case=case, user=world.reviewer, **world.when, opinion="同意")
    case = noticing.approve_notice(case=case, user=world.leader, **world.when, opinion="同意")
    entry = way.notice_entry(way.party_of(case), served_on=world.day, served_how="直接送达")
    case = noticing.notify(case=case, user=world.one, **world.when, notices=[entry])
    way.say(world, case, "waiver", "放弃")
    handed = way.OutcomeEntry(party=person, outcome="criminal", reasons="涉嫌犯罪", receiver="青石县公安局")
    case = way.decide(world, case, way.outcome(case), handed)
    found = {one.party_id: one for one in Decision.objects.filter(case=case)}
    assert found[person.pk].outcome == "criminal"
    assert found[person.pk].fine_fen == 0


def test_no_penalty_is_decided_without_a_notice() -> None:
    world = way.make_world()
    case = way.reviewed(world)
    entry = way.outcome(case, fine=0, measures=(), outcome="no_penalty", reasons="轻微并及时改正，没有危害后果")
    case = deciding.decide_no_penalty(case=case, user=world.leader, **world.when, outcomes=[entry])
    assert case.state == "no_penalty"


def test_a_decision_undone_is_investigated_anew_and_its_publication_withdrawn_in_three_days() -> None:
    world = way.make_world()
    case = way.decided(world)
    case = deciding.annul(case=case, user=world.leader, **world.when, instrument="衡政复〔2026〕3号", reason="程序违法")
    assert Clock.objects.filter(thing_kind="cases.case", thing_id=str(case.pk), rule_id="PEN-63").exists()
    assert Decision.objects.get(case=case).annulled_on == world.day
    case = deciding.reopen(case=case, user=world.leader, **world.when, reason="复议责令重新处理")
    assert case.state == "investigating"
    assert timing.running(case, "PEN-64") is not None


def test_a_case_registered_directly_bears_the_clock_of_verification_till_it_is_filed() -> None:
    world = way.make_world()
    case = way.proposed(world)
    assert timing.running(case, "PEN-18") is not None
    case = filing.submit_filing(
        case=case, user=world.one, **world.when, conditions=list(way.CONDITIONS), officers=[world.one, world.two],
        opinion="—理由—",
    )  # fmt: skip
    case = filing.approve_filing(case=case, user=world.leader, **world.when, opinion="同意")
    assert timing.running(case, "PEN-18") is None
    assert case.filed_on == world.day


def test_no_case_is_filed_on_one_of_the_four_grounds() -> None:
    world = way.make_world()
    case = filing.propose_refusal(
        case=way.proposed(world), user=world.one, **world.when, reason_code="minor", reason="已改正"
    )
    with pytest.raises(IllegalMove) as refused:
        filing.approve_filing(case=case, user=world.leader, **world.when, opinion="同意")
    assert refused.value.sentence == "报请的是不予立案，不能批准立案；认为应当立案的，请退回补充。"
    case = filing.refuse_filing(case=case, user=world.leader, **world.when, reason_code="minor", reason="同意")
    assert case.state == "refused"
    assert not Clock.objects.filter(thing_kind="cases.case", thing_id=str(case.pk), state="running").exists()


def test_another_county_does_not_see_the_case_and_the_city_does() -> None:
    world = way.make_world()
    case = way.filed(world)
    stranger = way.make_user(world.tree.other_county, "leader", name="他县")
    assert not cases_seen_by(stranger, world.day).filter(pk=case.pk).exists()
    assert cases_seen_by(world.city_leader, world.day).filter(pk=case.pk).exists()
    with pytest.raises(NotFound):
        investigating.extend(case=case, user=stranger, **world.when, reason="—")
    assert actions_for(case, world.city_leader, world.day) == ()


def test_a_granted_recusal_ends_the_persons_part() -> None:
    world = way.make_world()
    case = way.filed(world)
    asked = recusals.ask_recusal(
        case=case,
        user=world.one,
        **world.when,
        person=world.two,
        asked_by="当事人",
        asked_on=world.day,
        ground="近亲属",
    )
    recusals.answer_recusal(recusal=asked, user=world.leader, **world.when, answer="granted", reason="属实")
    with pytest.raises(Refused) as refused:
        investigating.change_officers(
            case=case, user=world.leader, **world.when, officers=[world.one, world.two], reason="补足"
        )
    assert refused.value.sentence == "阮知白已被决定在本案中回避，不能承办本案。"


def test_of_two_chiefs_deciding_at_once_the_second_is_told() -> None:
    world = way.make_world()
    case = way.notified(world)
    world.on(14)
    shown = case.version
    way.decide(world, case, seen=shown)
    stale = Case.objects.get(pk=case.pk)
    with pytest.raises(IllegalMove) as refused:
        way.decide(world, stale, user=world.second_leader, seen=shown)
    assert refused.value.sentence.startswith("案件现处于“已决定”状态，不能“作出处罚决定”；")
    assert Decision.objects.filter(case=case).count() == 1
