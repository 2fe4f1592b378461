"""A lead's ways: verified and not filed, handed up and down, transferred, disputed, taken up again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hengjian.apps.accounts.models import Role
from hengjian.apps.leads import handing, outside, services, timing, verifying
from hengjian.apps.leads.models import Lead, OutsideBody
from hengjian.apps.leads.selectors import actions_for, lead_of
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, NotFound, Refused
from tests.apps.factories import NOW, TODAY, Tree, make_actor, make_tree, make_user
from tests.apps.leads.samples import People, keys, make_lead, make_people, rows_of, triaged
from tests.apps.leads.samples import verifying as verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def people(tree: Tree) -> People:
    return make_people(tree.county)


def test_a_lead_registered_has_a_number_an_event_and_the_clock_of_pen_18(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer)
    assert lead.number == "XS-2026-0001"
    clock = timing.running(lead, "PEN-18")
    assert clock is not None and clock.started_on == TODAY
    assert Event.objects.filter(verb="lead.register", thing_id=str(lead.pk)).count() == 1


def test_the_record_keeps_no_text_of_a_lead(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer, text="举报人张三反映，电话13800138000")
    said = str(list(Event.objects.filter(thing_id=str(lead.pk)).values_list("before", "after", "reason")))
    assert "13800138000" not in said and "张三" not in said


def test_a_second_lead_of_one_origin_is_refused_naming_the_first(tree: Tree, people: People):
    first = make_lead(tree.county, people.officer, origin_kind="alert", origin_id="7")
    with pytest.raises(Refused) as refused:
        make_lead(tree.county, people.officer, origin_kind="alert", origin_id="7")
    assert refused.value.sentence == f"它已经登记为线索 {first.number}，不重复登记。"
    assert lead_of("alert", 7) == first


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"channel": "pigeon"}, "没有“pigeon”这种来源渠道。"),
        ({"fields": ["gold"]}, "没有“gold”这个领域。"),
        ({"text": "  "}, "请填写内容。"),
        ({"title": ""}, "请填写标题。"),
        ({"occurred_on": TODAY + timedelta(days=1)}, "行为日 2026-11-02 还没有到。"),
        ({"area_code": "12"}, "行政区划代码应为 6、9 或 12 位数字，填的是“12”。"),
        ({"text": "长" * 5001}, "内容最多 5000 字，现在是 5001 字。"),
        ({"report_numbers": [f"R{n}" for n in range(201)]}, "报告编号一次最多 200 个，现在是 201 个。"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(tree: Tree, people: People, values: dict, sentence: str):
    with pytest.raises(Refused) as refused:
        make_lead(tree.county, people.officer, **values)
    assert refused.value.sentence == sentence
    assert not Lead.objects.exists()


def test_verification_needs_triage_first(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer)
    with pytest.raises(IllegalMove, match="还没有研判"):
        verifying.begin_verification(**keys(people.chief, lead), responsible=people.officer)


def test_a_stranger_cannot_be_made_responsible(tree: Tree, people: People):
    lead = triaged(make_lead(tree.county, people.officer), people.chief)
    stranger = make_user(tree.other_county, Role.OFFICER, name="外人")
    with pytest.raises(Refused, match="外人不是青石县市场监督管理局现任的执法人员或者科长，不能承办"):
        verifying.begin_verification(**keys(people.chief, lead), responsible=stranger)


def test_not_filing_is_proposed_by_one_and_decided_by_the_head(tree: Tree, people: People):
    lead = verified(make_lead(tree.county, people.officer), people)
    verifying.propose_not_filing(
        **keys(people.officer, lead), code="first_slight", findings="已改正", reason="初次轻微"
    )
    with pytest.raises(NotAllowed):
        verifying.approve_not_filing(**keys(people.chief, lead))
    done = verifying.approve_not_filing(**keys(people.leader, lead), note="同意")
    assert done.state == "answered" and done.answers.get().kind == "not_filed"
    assert timing.running(done, "PEN-18") is None


def test_an_unknown_ground_for_not_filing_is_refused(tree: Tree, people: People):
    lead = verified(make_lead(tree.county, people.officer), people)
    with pytest.raises(Refused, match="没有“lazy”这种不予立案的情形"):
        verifying.propose_not_filing(**keys(people.officer, lead), code="lazy", findings="x", reason="y")


def test_only_the_head_extends_and_a_test_stops_the_count(tree: Tree, people: People):
    lead = verified(make_lead(tree.county, people.officer), people)
    with pytest.raises(NotAllowed):
        verifying.extend_verification(**keys(people.chief, lead), reason="检测未完")
    before = timing.running(lead, "PEN-18").due_on  # type: ignore[union-attr]
    verifying.extend_verification(**keys(people.leader, lead), reason="检测未完")
    assert timing.running(lead, "PEN-18").due_on > before  # type: ignore[union-attr]
    verifying.pause_verification(**keys(people.officer, lead), cause="检测、检验、检疫、鉴定", first=TODAY)
    assert timing.running(lead, "PEN-18").state == "paused"  # type: ignore[union-attr]
    with pytest.raises(Refused):
        verifying.pause_verification(**keys(people.officer, lead), cause="出差", first=TODAY)
    verifying.resume_verification(**keys(people.officer, lead), last=TODAY)
    assert timing.running(lead, "PEN-18").state == "running"  # type: ignore[union-attr]


def test_reported_up_it_belongs_to_the_superior_once_received(tree: Tree, people: People):
    above = make_people(tree.city)
    lead = make_lead(tree.county, people.officer, complexity="complex")
    handing.send_lead(**keys(people.chief, lead), kind="escalate", to=tree.city, reason="案情复杂")
    assert Lead.objects.get(pk=lead.pk).organ == tree.county
    done = handing.receive_lead(**keys(above.officer, lead))
    assert (done.organ, done.handed_by, done.state) == (tree.city, tree.county, "registered")
    assert timing.running(done, "PEN-18").organ == tree.city  # type: ignore[union-attr]
    receipt = done.handings.get()
    assert receipt.state == "received" and receipt.receipt_no.startswith(lead.number)
    assert rows_of(people.officer).filter(pk=lead.pk).exists(), "who handed it on goes on seeing it"


def test_the_receiver_of_a_report_may_return_it_with_a_reason(tree: Tree, people: People):
    above = make_people(tree.city)
    lead = make_lead(tree.county, people.officer)
    handing.send_lead(**keys(people.chief, lead), kind="escalate", to=tree.city, reason="案情复杂")
    with pytest.raises(IllegalMove, match="缺少必填事项：理由"):
        handing.give_back(**keys(above.chief, lead), action="decline", reason="")
    done = handing.give_back(**keys(above.chief, lead), action="decline", reason="属地可办")
    assert done.state == "registered" and done.organ == tree.county and done.heading_to is None


def test_assigned_down_and_recalled_before_receipt(tree: Tree):
    above = make_people(tree.city)
    lead = make_lead(tree.city, above.officer)
    handing.send_lead(**keys(above.chief, lead), kind="hand_down", to=tree.county, reason="属地")
    done = handing.give_back(**keys(above.chief, lead), action="recall", reason="发错")
    assert done.state == "registered" and done.handings.get().state == "recalled"


def test_a_sister_organ_sees_nothing_until_the_lead_is_on_its_way_to_it(tree: Tree, people: People):
    there = make_people(tree.other_county)
    lead = make_lead(tree.county, people.officer)
    assert not rows_of(there.officer).filter(pk=lead.pk).exists()
    with pytest.raises(NotFound):
        handing.receive_lead(**keys(there.officer, lead))
    handing.send_lead(**keys(people.chief, lead), kind="pass_on", to=tree.other_county, reason="发生在该县")
    assert rows_of(there.officer).filter(pk=lead.pk).exists()


def test_who_received_a_transfer_may_not_transfer_on_but_ask_the_superior(tree: Tree, people: People):
    there = make_people(tree.other_county)
    lead = make_lead(tree.county, people.officer)
    handing.send_lead(**keys(people.chief, lead), kind="pass_on", to=tree.other_county, reason="发生在该县")
    handing.receive_lead(**keys(there.officer, lead))
    with pytest.raises(IllegalMove, match="不得再自行移送") as refused:
        handing.send_lead(**keys(there.chief, lead), kind="pass_on", to=tree.county, reason="不属我局")
    assert refused.value.article and "第十四条" in refused.value.article


def test_an_objection_to_a_transfer_goes_to_the_common_superior_who_designates(tree: Tree, people: People):
    there, above = make_people(tree.other_county), make_people(tree.city)
    lead = make_lead(tree.county, people.officer)
    handing.send_lead(**keys(people.chief, lead), kind="pass_on", to=tree.other_county, reason="发生在该县")
    handing.report_dispute(**keys(there.chief, lead), reason="行为不在本县")
    clock = timing.running(lead, "PEN-16")
    assert clock is not None and clock.organ == tree.city
    with pytest.raises(NotAllowed):
        handing.designate_organ(**keys(above.chief, lead), to=tree.county, reason="属地")
    done = handing.designate_organ(**keys(above.leader, lead), to=tree.other_county, reason="实际场所在该县")
    assert done.organ == tree.other_county and done.state == "registered"
    assert timing.running(done, "PEN-16") is None and timing.running(done, "PEN-18") is not None


def test_a_dispute_runs_seven_working_days_and_ends_in_talks(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer)
    handing.dispute_lead(**keys(people.chief, lead), to=tree.other_county, reason="两地都说不归自己")
    clock = timing.running(lead, "PEN-13")
    assert clock is not None and clock.due_on == date(2026, 11, 10)
    handing.settle_dispute(**keys(people.chief, lead), reason="协商由我局办")
    assert timing.running(lead, "PEN-13") is None


def test_a_dispute_nobody_settles_is_reported_and_designated(tree: Tree, people: People):
    above = make_people(tree.city)
    lead = make_lead(tree.county, people.officer)
    handing.dispute_lead(**keys(people.chief, lead), to=tree.other_county, reason="两地都说不归自己")
    handing.report_dispute(**keys(people.chief, lead), reason="协商不成")
    done = handing.designate_organ(**keys(above.leader, lead), to=tree.county, reason="先立案")
    assert done.organ == tree.county


@pytest.mark.parametrize(("kind", "organ"), [("escalate", "other_county"), ("hand_down", "city"), ("pass_on", "city")])
def test_a_lead_goes_only_where_its_way_leads(tree: Tree, people: People, kind: str, organ: str):
    lead = make_lead(tree.county, people.officer)
    with pytest.raises(Refused):
        handing.send_lead(**keys(people.chief, lead), kind=kind, to=getattr(tree, organ), reason="x")
    assert Lead.objects.get(pk=lead.pk).state == "registered"


def _body(tree: Tree, name: str = "青石县生态环境局", department: str = "environment") -> OutsideBody:
    return OutsideBody.objects.create(name=name, department=department, organ=tree.county)


def test_a_transfer_to_an_organ_that_does_not_exist_is_refused(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer)
    with pytest.raises(Refused) as refused:
        outside.transfer_out(
            **keys(people.chief, lead), body="火星环保局", reason="不归我局", due=TODAY + timedelta(days=30)
        )
    assert refused.value.sentence == "外部机关名录里没有“火星环保局”，不能移送。请核对名称，或者先登记到名录。"
    assert refused.value.article and "第十七条" in refused.value.article
    assert Lead.objects.get(pk=lead.pk).state == "registered" and not lead.handings.exists()


def test_a_transfer_has_receipt_result_and_answer(tree: Tree, people: People):
    _body(tree)
    lead = make_lead(tree.county, people.officer)
    due = TODAY + timedelta(days=30)
    outside.transfer_out(**keys(people.chief, lead), body="青石县生态环境局", reason="不归我局", due=due)
    assert timing.running(lead, "PEN-18") is None
    assert timing.running(lead, timing.FEEDBACK).due_on == due  # type: ignore[union-attr]
    outside.record_receipt(**keys(people.chief, lead), receipt_no="青环收〔2026〕7号", on=TODAY)
    done = outside.take_feedback(**keys(people.chief, lead), text="已立案处罚", on=TODAY)
    assert done.state == "answered" and done.answers.get().kind == "transferred"
    assert done.handings.get().feedback == "已立案处罚"


def test_a_lead_sent_back_is_counted_from_the_return(tree: Tree, people: People):
    _body(tree)
    lead = make_lead(tree.county, people.officer)
    outside.transfer_out(
        **keys(people.chief, lead), body="青石县生态环境局", reason="不归我局", due=TODAY + timedelta(days=30)
    )
    done = outside.take_back(**keys(people.chief, lead), reason="属你局职责", on=TODAY)
    assert done.state == "registered" and timing.running(done, "PEN-18").started_on == TODAY  # type: ignore[union-attr]


def test_a_case_files_answers_and_reopens_the_lead(tree: Tree, people: People):
    lead = verified(make_lead(tree.county, people.officer), people)
    actor = make_actor(people.officer)
    services.mark_filed(lead=lead, case_number="案-1", url="/cases/1/", actor=actor, now=NOW)
    done = services.mark_answered(
        lead=lead, kind="case", text="已处罚", ref_label="案-1", ref_url="/cases/1/", actor=actor, now=NOW
    )
    assert done.state == "answered" and done.answers.get().ref_url == "/cases/1/"
    again = verifying.reopen_lead(**keys(people.leader, lead), reason="又有新报告")
    assert again.state == "registered" and timing.running(again, "PEN-18") is not None


def test_new_facts_restart_the_clock(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer, received_on=TODAY - timedelta(days=10))
    services.restart_clock(lead=lead, on=TODAY, reason="补充材料", actor=make_actor(people.officer), now=NOW)
    assert timing.running(lead, "PEN-18").started_on == TODAY  # type: ignore[union-attr]


def test_nobody_tied_to_the_institution_handles_its_lead(tree: Tree, people: People):
    from hengjian.apps.accounts.models import Avoidance

    lead = make_lead(tree.county, people.officer)
    Lead.objects.filter(pk=lead.pk).update(respondent_uscc="91990121TEST")
    Avoidance.objects.create(user=people.chief, institution_id="91990121TEST", kind="kin", valid_from=date(2020, 1, 1))
    assert actions_for(Lead.objects.get(pk=lead.pk), people.chief, on=TODAY) == ()
    with pytest.raises(DomainError, match="回避"):
        triaged(Lead.objects.get(pk=lead.pk), people.chief)
