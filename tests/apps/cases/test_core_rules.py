"""What the law does not allow on the way to a decision, each with its sentence and article; nothing half-done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hengjian.apps.accounts.models import Avoidance
from hengjian.apps.cases import (
    consents,
    contraventions,
    filing,
    hearings,
    investigating,
    noticing,
    orders,
    parties,
    reviewing,
)
from hengjian.apps.cases.models import Case, Contravention, Decision
from hengjian.apps.cases.wording import CONDITIONS
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, Refused
from tests.apps.cases import core_world as way

pytestmark = pytest.mark.django_db


def refused(call: Any, *args: Any, **values: Any) -> DomainError:
    """The error of a call that has to be refused; the record has not grown and no case has moved."""
    events = Event.objects.count()
    states = list(Case.objects.values_list("pk", "state", "version"))
    with pytest.raises(DomainError) as found:
        call(*args, **values)
    assert Event.objects.count() == events
    assert list(Case.objects.values_list("pk", "state", "version")) == states
    return found.value


def submit(world: way.World, case: Case, officers: list[Any], conditions: list[str] | None = None) -> Case:
    return filing.submit_filing(
        case=case, user=world.one, **world.when, opinion="—理由—", officers=officers,
        conditions=list(CONDITIONS) if conditions is None else conditions,
    )  # fmt: skip


def test_filing_wants_all_four_conditions_two_officers_and_a_party() -> None:
    world = way.make_world()
    case = way.proposed(world, institution=None)
    error = refused(submit, world, case, [world.one, world.two], list(CONDITIONS)[:3])
    assert error.sentence == "立案须四项条件全部符合，还缺：在给予行政处罚的法定期限内。"
    assert error.article == "《市场监督管理行政处罚程序规定》第十九条"
    error = refused(submit, world, case, [world.one])
    assert error.sentence == "执法人员不得少于两人，请选两名以上。"
    assert error.article == "《市场监督管理行政处罚程序规定》第二十二条"
    case = submit(world, case, [world.one, world.two])
    error = refused(filing.approve_filing, case=case, user=world.leader, **world.when, opinion="同意")
    assert error.sentence == "还没有登记当事人，不能立案。"


def test_an_expired_certificate_is_refused_when_named_and_when_it_runs_out_later() -> None:
    world = way.make_world()
    case = way.proposed(world)
    way.card(world.two, "ZF-02", until=date(2026, 10, 31))
    error = refused(submit, world, case, [world.one, world.two])
    assert error.sentence == "阮知白的执法证有效期止于2026年10月31日，2026年11月2日不能承办案件。"
    way.card(world.two, "ZF-02", until=date(2026, 11, 5))
    case = submit(world, case, [world.one, world.two])
    case = filing.approve_filing(case=case, user=world.leader, **world.when, opinion="同意")
    way.with_fact(world, case)
    world.on(7)
    error = refused(investigating.conclude, case=case, user=world.one, **world.when, report="—报告—", proposal="罚款")
    assert error.sentence == (
        "执法人员不得少于两人，本案现在能办案的只有 1 人。阮知白的执法证有效期止于2026年11月5日，"
        "2026年11月9日不能承办案件。请先变更办案人员。"
    )


def test_who_is_tied_to_a_party_neither_investigates_nor_approves() -> None:
    world = way.make_world()
    case = way.proposed(world)
    for person in (world.two, world.leader):
        Avoidance.objects.create(
            user=person, institution_id=world.institution.uscc, kind="kin", valid_from=date(2020, 1, 1)
        )
    error = refused(submit, world, case, [world.one, world.two])
    assert error.sentence == f"阮知白与当事人{world.institution.name}有回避关系，不能承办本案。"
    case = submit(world, case, [world.one, world.three])
    error = refused(filing.approve_filing, case=case, user=world.leader, **world.when, opinion="同意")
    assert isinstance(error, NotAllowed)
    assert error.sentence == f"您与当事人{world.institution.name}有回避关系，不能办理本案。"


def test_a_contravention_without_a_day_of_conduct_is_refused() -> None:
    world = way.make_world()
    case = way.filed(world)
    fact = replace(way.FALSE_REPORT, occurred_from=None)
    error = refused(
        contraventions.add_contravention, case=case, party=way.party_of(case), fact=fact, user=world.one, **world.when
    )
    assert error.sentence == "请填写行为日：适用哪一文本的法律由行为日决定。"
    assert error.article == "《中华人民共和国行政处罚法》第三十七条"
    assert not Contravention.objects.exists()


def test_conduct_before_the_amendment_is_judged_by_the_old_text() -> None:
    world = way.make_world()
    case = way.filed(world)
    old = replace(way.FALSE_REPORT, occurred_from=date(2025, 3, 1), occurred_to=date(2025, 3, 5))
    one = way.with_fact(world, case, old, fine=None)
    assert "第二十六条" in one.penalty_article
    assert (one.choice["chosen"]["low"], one.choice["chosen"]["high"]) == (3 * way.WAN, 3 * way.WAN)
    new = way.with_fact(world, case, fine=None)
    assert "第二十七条" in new.penalty_article
    assert new.choice["chosen"]["high"] == 10 * way.WAN


def test_leaving_the_benchmark_needs_a_reason_and_leaving_the_range_is_refused() -> None:
    world = way.make_world()
    case = way.filed(world)
    one = way.with_fact(world, case, fine=None)
    error = refused(
        contraventions.propose_fine, contravention=one, user=world.one, **world.when, factors=[],
        amount_fen=95 * way.WAN // 10,
    )  # fmt: skip
    assert "须写明偏离裁量基准的理由" in error.sentence
    error = refused(
        contraventions.propose_fine, contravention=one, user=world.one, **world.when, factors=[],
        amount_fen=12 * way.WAN, deviation="—",
    )  # fmt: skip
    assert "超出法定幅度" in error.sentence
    one = contraventions.propose_fine(
        contravention=one, user=world.one, **world.when, factors=["F-31"], amount_fen=None
    )
    assert one.proposed_fen == one.calculation["suggested"]
    assert one.deviation == ""


def test_a_two_step_offence_is_fined_only_after_an_order_and_a_failed_recheck() -> None:
    world = way.make_world()
    case = way.filed(world)
    fact = replace(way.FALSE_REPORT, violation_id="SUP-11", title="未经委托人同意分包")
    one = way.with_fact(world, case, fact, fine=None)
    assert one.two_step
    error = refused(
        contraventions.propose_fine, contravention=one, user=world.one, **world.when, factors=[], amount_fen=way.WAN
    )
    assert error.sentence == "须先责令限期改正，复查仍不合格的才能罚款，现在不能计算罚款。"
    order = orders.order_correction(
        contravention=one, user=world.one, **world.when, ordered_on=world.day, due_on=world.day + timedelta(days=5),
        requirement="改正分包",
    )  # fmt: skip
    world.on(3)
    error = refused(
        orders.record_recheck, order=order, user=world.one, **world.when, result="failed", rechecked_on=world.day,
        note="仍未改正",
    )  # fmt: skip
    assert error.sentence == "改正期限到2026年11月7日为止，期限内不能认定逾期未改正。"
    world.on(7)
    orders.record_recheck(
        order=order, user=world.one, **world.when, result="failed", rechecked_on=world.day, note="仍未改正"
    )
    one = contraventions.propose_fine(
        contravention=Contravention.objects.get(pk=one.pk), user=world.one, **world.when, factors=[], amount_fen=None
    )
    assert one.proposed_fen


def test_an_investigator_does_not_review_approve_or_decide_the_own_case() -> None:
    world = way.make_world()
    way.card(world.chief, "ZF-04")
    case = submit(world, way.proposed(world), [world.chief, world.two])
    case = filing.approve_filing(case=case, user=world.leader, **world.when, opinion="同意")
    world.one = world.chief
    way.with_fact(world, case)
    case = investigating.conclude(case=case, user=world.chief, **world.when, report="—报告—", proposal="罚款")
    case = reviewing.send_to_review(case=case, user=world.chief, **world.when, kind="case")
    error = refused(reviewing.pass_review, case=case, user=world.chief, **world.when, opinion="同意")
    assert error.sentence == "“审核通过”须由没有参加调查的人办理：公冶晗是（或者曾是）本案办案人员。"
    assert error.article == "《市场监督管理行政处罚程序规定》第四十九、五十、五十二条（法制审核、案件审核）"


def test_a_case_of_article_fifty_wants_legal_review_by_a_legal_reviewer() -> None:
    world = way.make_world()
    case = way.concluded(world, legal_ground="complex")
    error = refused(reviewing.send_to_review, case=case, user=world.one, **world.when, kind="case")
    assert error.sentence == "本案案情疑难复杂、涉及多个法律关系，决定之前必须进行法制审核，不能只作案件审核。"
    case = reviewing.send_to_review(case=case, user=world.one, **world.when, kind="legal")
    error = refused(reviewing.pass_review, case=case, user=world.chief, **world.when, opinion="同意")
    assert error.sentence == "法制审核须由法制审核人员办理。"


def test_no_decision_before_the_period_of_the_notice_is_over_though_the_party_has_spoken() -> None:
    world = way.make_world()
    case = way.notified(world)
    too_soon = (
        f"{world.institution.name}的陈述、申辩和要求听证的期限到2026年11月9日为止，"
        "期限内没有书面放弃的，不能作出处罚决定。"
    )
    error = refused(way.decide, world, case)
    assert error.sentence == too_soon
    assert error.article == "《市场监督管理行政处罚程序规定》第五十七条"
    world.on(1)
    said = way.say(world, case, "statement")
    error = refused(way.decide, world, case)
    assert error.sentence == f"{world.institution.name}的陈述、申辩还没有复核，须先充分听取并复核。"
    noticing.answer_statement(statement=said, user=world.one, **world.when, answer="rejected", reason="理由不成立")
    assert refused(way.decide, world, case).sentence == too_soon
    assert refused(way.discuss, world, case).sentence == too_soon.replace("作出处罚决定", "集体讨论")
    way.say(world, case, "waiver", "书面放弃")
    assert way.decide(world, case).state == "decided"


def test_defending_brings_no_heavier_penalty_and_no_new_kind() -> None:
    world = way.make_world()
    case = way.notified(world)
    world.on(14)
    error = refused(way.decide, world, case, way.outcome(case, fine=9 * way.WAN, deviation="态度恶劣"))
    assert error.sentence == (
        f"对{world.institution.name}拟决定罚款9万元，重于告知的8万元：不得因陈述、申辩或者要求听证给予更重的处罚；"
        "有新的事实或者理由的，须退回调查后重新告知。"
    )
    assert error.article == "《市场监督管理行政处罚程序规定》第五十八条"
    error = refused(way.decide, world, case, way.outcome(case, measures=("fine", "close")))
    assert "责令停产停业、责令关闭没有告知过" in error.sentence


def test_a_fine_outside_the_range_or_off_the_proposal_is_refused() -> None:
    world = way.make_world()
    case = way.notified(world, fine=8 * way.WAN)
    noticed = way.notice_of(case)
    noticed.fine_fen = 20 * way.WAN  # a notice that went out wrong does not widen the law
    noticed.save()
    world.on(14)
    error = refused(way.decide, world, case, way.outcome(case, fine=15 * way.WAN, deviation="—"))
    assert error.sentence == f"对{world.institution.name}罚款15万元，超出法定幅度（最高10万元）。"
    error = refused(way.decide, world, case, way.outcome(case, fine=7 * way.WAN))
    assert error.sentence == (f"对{world.institution.name}罚款7万元，与按裁量基准提出的8万元不一致，须写明偏离的理由。")
    assert not Decision.objects.exists()


def test_the_hearing_right_begins_at_the_sum_itself_and_comes_before_the_decision() -> None:
    world = way.make_world()
    case = way.notified(world, fine=10 * way.WAN)
    assert way.notice_of(case).hearing_right
    way.say(world, case, "hearing", "要求听证")
    error = refused(way.decide, world, case, way.outcome(case, fine=10 * way.WAN))
    assert error.sentence == f"{world.institution.name}已经要求听证，须先组织听证。"
    error = refused(
        hearings.open_hearing, case=case, user=world.leader, **world.when, chair=world.one, recorder=world.reviewer
    )
    assert error.sentence == "听证主持人不能由本案调查人员担任：沈砚秋是（或者曾是）本案办案人员。"
    case = hearings.open_hearing(
        case=case, user=world.leader, **world.when, chair=world.reviewer, recorder=world.second_reviewer
    )
    soon = world.day + timedelta(days=3)
    error = refused(
        hearings.arrange_hearing, case=case, user=world.reviewer, **world.when, held_on=soon, place="三楼",
        notified_on=world.day, announced_on=world.day,
    )  # fmt: skip
    assert error.sentence.startswith("听证通知须在举行七个工作日前送达：2026年11月5日举行的，最迟")
    error = refused(hearings.report_hearing, case=case, user=world.reviewer, **world.when, report="—")
    assert isinstance(error, IllegalMove)


def test_below_the_sum_there_is_no_hearing_and_late_requests_count_as_waived() -> None:
    world = way.make_world()
    case = way.notified(world)
    error = refused(way.say, world, case, "hearing", "要求听证")
    assert error.sentence == "拟处罚内容没有达到听证标准，不组织听证；可以作为陈述、申辩记录。"
    notice = way.notice_of(case)
    notice.hearing_right = True
    notice.save()
    world.on(14)
    error = refused(way.say, world, case, "hearing", "要求听证")
    assert error.sentence == "要求听证的期限已于2026年11月9日届满，逾期视为放弃；可以作为陈述、申辩记录。"


def test_a_county_proposes_the_revocation_instead_of_deciding_it() -> None:
    world = way.make_world()
    case = way.cleared(world)
    entry = way.notice_entry(way.party_of(case), measures=("fine", "revoke"))
    error = refused(noticing.notify, case=case, user=world.one, **world.when, notices=[entry])
    assert "只能由作出资质认定的省级局或者其上级机关决定" in error.sentence
    assert error.sentence.endswith("请改选“提请发证机关撤销资质认定证书”。")


def test_a_county_lists_only_with_the_citys_consent() -> None:
    world = way.make_world()
    case = way.notified(world, measures=("fine", "listing"))
    world.on(14)
    entry = way.outcome(case, measures=("fine", "listing"))
    error = refused(way.decide, world, case, entry)
    assert error.sentence == (
        f"将{world.institution.name}列入严重违法失信名单，须经上一级机关云岭市市场监督管理局同意，"
        "现在还没有报请，不能作出决定。"
    )
    asked = consents.ask_consent(case=case, party=way.party_of(case), user=world.one, **world.when, reason="性质恶劣")
    error = refused(consents.answer_consent, consent=asked, user=world.leader, **world.when, granted=True, reference="")
    assert error.sentence == "须由云岭市市场监督管理局的负责人答复。"
    consents.answer_consent(
        consent=asked, user=world.city_leader, **world.when, granted=True, reference="云市监函〔2026〕8号"
    )
    assert way.decide(world, case, entry).state == "decided"


def test_everybody_is_told_and_everybody_is_decided_about() -> None:
    world = way.make_world()
    case = way.filed(world)
    person = way.add_person(world, case)
    way.with_fact(world, case)
    way.with_fact(world, case, party=person, fine=None)
    case = investigating.conclude(case=case, user=world.one, **world.when, report="—报告—", proposal="罚款")
    case = reviewing.send_to_review(case=case, user=world.one, **world.when, kind="case")
    case = reviewing.pass_review(case=case, user=world.reviewer, **world.when, opinion="同意")
    case = noticing.approve_notice(case=case, user=world.leader, **world.when, opinion="同意")
    entry = way.notice_entry(way.party_of(case), served_on=world.day, served_how="直接送达")
    error = refused(noticing.notify, case=case, user=world.one, **world.when, notices=[entry])
    assert error.sentence == "还没有告知司徒朗；拟处罚的每个当事人都要告知。"


def test_a_second_case_of_the_same_party_twice_and_identity_numbers_in_the_clear_do_not_happen() -> None:
    world = way.make_world()
    case = way.filed(world)
    person = way.add_person(world, case)
    assert "990121199001010011" not in person.id_sealed
    assert person.id_tail == "0011"
    assert not Event.objects.filter(after__icontains="司徒朗").exists()
    error = refused(parties.add_institution, case=case, institution=world.institution, user=world.one, **world.when)
    assert isinstance(error, Refused)
    assert error.sentence == f"{world.institution.name}已经是本案当事人。"


def test_somebody_who_does_not_investigate_the_case_does_not_take_it_forward() -> None:
    world = way.make_world()
    case = way.concluded(world)
    error = refused(reviewing.send_to_review, case=case, user=world.three, **world.when, kind="case")
    assert error.sentence == "您不是本案的办案人员，不能办理这一步。"


def test_a_form_that_showed_an_older_state_writes_nothing() -> None:
    world = way.make_world()
    case = way.filed(world)
    shown = case.version
    investigating.extend(case=case, user=world.leader, **world.when, reason="案情复杂")
    error = refused(
        investigating.suspend, case=case, user=world.second_leader, **world.when, ground="other", reason="—",
        seen=shown,
    )  # fmt: skip
    assert "刚刚有人办理过，现在是“调查中”，您提交的“中止调查”没有写入。" in error.sentence
