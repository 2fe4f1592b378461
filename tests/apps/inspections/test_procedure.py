"""Every state and action of an inspection; who may make which move; the hard gates of law."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hengjian.apps.accounts.models import Avoidance, Posting, Role
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.inspections import services
from hengjian.apps.inspections.procedures import INSPECTION
from hengjian.apps.plans.models import Visit
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, Refused
from tests.apps.factories import LONG_AGO, NOW, TODAY, make_institution, make_user
from tests.apps.inspections.samples import JPEG, STATES, World, fresh, make_officer
from tests.kernel.procedure_contract import assert_every_pair_is_decided


def sentence_of(call: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.sentence


def test_every_pair_of_state_and_action_is_decided():
    assert assert_every_pair_is_decided(INSPECTION) > 80


ACTIONS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "notify": ("notify", "chief", {}),
    "cancel": ("cancel_task", "chief", {"code": "moved", "reason": "迁往白河县"}),
    "enter": ("enter", "lead", {}),
    "begin": ("start_check", "lead", {"cards_shown": True, "recusal_asked": True, "present_name": "毕"}),
    "submit": ("submit_result", "lead", {"code": "01"}),
    "fix_result": ("review", "leader", {"approve": True}),
    "send_back": ("review", "leader", {"approve": False, "note": "笔录不全"}),
    "publish": ("publish_result", "chief", {}),
    "file": ("file_result", "chief", {}),
    "close_record": ("finish_visit", "lead", {}),
    "record_absence": ("finish_visit", "lead", {}),
}
GOES = {
    ("assigned", "cancel"), ("notified", "cancel"), ("assigned", "enter"), ("notified", "enter"),
    ("entered", "begin"), ("record_closed", "submit"), ("in_review", "fix_result"), ("in_review", "send_back"),
    ("fixed", "publish"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_from_every_state_each_service_moves_or_is_refused_and_changes_nothing(world: World, state: str):
    task = world.in_state(state)
    legal = [action for action in ACTIONS if (state, action) in GOES]
    for action in ACTIONS:
        if action not in legal:
            before = Event.objects.count()
            with pytest.raises(DomainError):
                do(world, task, action)
            assert (fresh(task).state, Event.objects.count()) == (state, before), action
    for action in legal:
        do(world, task, action)
        assert fresh(task).state != state
        world.lab = make_institution(world.county)
        task = world.in_state(state) if action != legal[-1] else task


def do(world: World, task: Any, action: str) -> None:
    service, who, values = ACTIONS[action]
    getattr(services, service)(inspection=task, user=getattr(world, who), on=TODAY, now=NOW, **values)


def test_a_whole_inspection_leaves_its_trace(world: World):
    task = world.closed(findings=1)
    assert task.ended_on == TODAY
    assert task.visit.state == "done"
    clock = clocks_of(task)[0]
    assert (clock.rule_id, clock.state) == ("DR-04", "running")
    world.act("submit_result", task, code="02")
    world.act("review", task, user=world.leader, approve=True)
    done = world.act("publish_result", task, user=world.chief)
    assert (done.state, done.public_wording) == ("published", "发现问题已责令改正")
    assert clocks_of(task)[0].state == "met"
    told = Event.objects.filter(thing_id=str(task.pk), thing_kind="inspections.inspection").order_by("sequence")
    verbs = list(told.values_list("verb", flat=True))
    assert verbs[0] == "inspection.create"
    assert [one for one in verbs if one in {f"inspection.{move.action}" for move in INSPECTION.moves}] == [
        "inspection.enter", "inspection.begin", "inspection.close_record", "inspection.submit",
        "inspection.fix_result", "inspection.publish",
    ]  # fmt: skip


# -- two officers ------------------------------------------------------------------------------------------------------


def test_one_officer_alone_is_no_inspection(world: World):
    said = sentence_of(lambda: world.task(member=world.lead))
    assert said == "执法人员不得少于两人：主检人员和检查人员须是两个人。"
    assert not Visit.objects.exists()


def test_a_certificate_that_ends_the_day_before_keeps_its_holder_at_home(world: World):
    late = make_officer(world.county, "祝余", until=TODAY - timedelta(days=1))
    said = sentence_of(lambda: world.task(member=late))
    assert said == "祝余的执法证有效期止于2026年10月31日，2026年11月1日不能参加检查。"
    assert not Visit.objects.exists()


def test_the_certificate_is_asked_again_at_the_gate(world: World):
    task = world.task()
    Posting.objects.filter(user=world.member).update(enforcement_valid_to=TODAY - timedelta(days=1))
    world.act("enter", task)
    said = sentence_of(lambda: world.act("enter", task, user=_again(world.member)))
    assert said.startswith("应见山的执法证有效期止于2026年10月31日")
    said = sentence_of(lambda: world.act("start_check", task, cards_shown=True, recusal_asked=True, present_name="毕"))
    assert said == "执法人员不得少于两人：应见山还没有登记入企，不能开始检查。"


def _again(user: Any) -> Any:
    return type(user).objects.get(pk=user.pk)


def test_without_cards_or_without_the_recusal_question_nothing_begins(world: World):
    task = world.entered()
    given = {"cards_shown": False, "recusal_asked": True, "present_name": "毕"}
    assert sentence_of(lambda: world.act("start_check", task, **given)) == "没有出示执法证件，不能开始检查。"
    given = {"cards_shown": True, "recusal_asked": False, "present_name": "毕"}
    assert sentence_of(lambda: world.act("start_check", task, **given)).startswith("没有告知被检查人申请回避的权利")
    assert fresh(task).state == "entered"


def test_a_tie_keeps_an_officer_and_an_expert_away(world: World):
    Avoidance.objects.create(user=world.member, institution_id=world.lab.uscc, kind="kin", valid_from=LONG_AGO)
    assert "应见山与" in sentence_of(world.task)
    expert = make_user(world.county, Role.EXPERT, name="庄仪")
    Avoidance.objects.create(user=expert, institution_id=world.lab.uscc, kind="advised", valid_from=LONG_AGO)
    Avoidance.objects.filter(user=world.member).delete()
    assert "专家庄仪与" in sentence_of(lambda: world.task(experts=[expert]))


# -- origin ------------------------------------------------------------------------------------------------------------


def test_no_task_outside_a_plan_or_a_lead(world: World):
    assert sentence_of(lambda: world.task(origin_kind="tip", origin_id="1")) == "检查任务没有“tip”这种来源。"
    assert sentence_of(lambda: world.task(origin_id="no such item")).startswith("没有这项重点领域全覆盖")
    outside = make_institution(world.county, fields=["vehicle"])
    assert "不在" in sentence_of(lambda: world.task(lab=outside))


def test_one_source_is_served_once_for_an_institution(world: World):
    first = world.task()
    assert sentence_of(world.task).endswith(f"已有检查任务 {first.number}，不能再建一项。")


def test_the_burden_guard_speaks_at_task_creation(world: World):
    from hengjian.apps.plans.models import Parameter

    Parameter.objects.create(
        organ=world.county, name="annual_cap", value=1, source="县局公告", valid_from=date(2026, 1, 1)
    )
    Visit.objects.create(
        number="RQ-T-1", institution=world.lab, organ=world.county, item=world.item, origin_kind="key_field",
        origin_id="earlier", day=date(2026, 2, 2), state="done", reserved_at=NOW,
    )  # fmt: skip
    said = sentence_of(world.task)
    assert "上限" in said or "1 次" in said


def test_officers_of_the_task_write_and_nobody_else(world: World):
    task = world.on_site()
    third = make_officer(world.county, "祝余")
    said = sentence_of(lambda: world.act("answer_item", task, user=third, item_id="CK-A1", answer="ok"))
    assert said.startswith("只有本次检查的两名执法人员（沈砚秋、应见山）可以办理")
    with pytest.raises(NotAllowed):
        world.act("finish_visit", task, user=world.chief)


def test_chiefs_of_another_county_do_not_assign_here(world: World):
    other = make_user(world.office.tree.other_county, Role.SECTION_CHIEF)
    with pytest.raises(DomainError):
        world.task(user=other)


def test_an_officer_who_has_been_moved_meanwhile_is_told_and_nothing_is_written(world: World):
    task = world.on_site()
    Posting.objects.filter(user=world.lead).update(valid_to=TODAY)
    tomorrow = NOW + timedelta(days=1)
    lead = _again(world.lead)
    said = sentence_of(
        lambda: world.act("answer_item", task, user=lead, now=tomorrow, item_id="CK-A1", answer="ok", made_at=NOW)
    )
    assert said == (
        f"沈砚秋现在没有执法岗位（已调离或者停用），不能再写入检查 {task.number}。"
        "手机上的内容没有丢，请交由科长确认后处理。"
    )
    assert not task.answers.exists()


# -- record and result -------------------------------------------------------------------------------------------------


def test_a_record_is_not_closed_without_facts_signature_or_reason_and_witness(world: World):
    task = world.on_site()
    assert sentence_of(lambda: world.act("finish_visit", task)) == "笔录还没有写检查情况，不能闭合。"
    world.written(task, signing="")
    assert "签字、拒绝签字还是无法签字" in sentence_of(lambda: world.act("finish_visit", task))
    world.written(task, signing="signed")
    assert "还没有被检查人的签名" in sentence_of(lambda: world.act("finish_visit", task))
    world.written(task, witness_name="")
    assert sentence_of(lambda: world.act("finish_visit", task)) == (
        "被检查人没有签字的，须注明原因并由见证人签名：请填写原因和见证人。"
    )
    world.written(task, signing="signed")
    world.act("attach", task, kind="signature", file_name="签名.jpg", chunks=[JPEG])
    assert world.act("finish_visit", task).state == "record_closed"


def test_an_item_that_does_not_comply_needs_its_problem(world: World):
    task = world.on_site()
    world.act("answer_item", task, item_id="CK-D2", answer="problem", note="1 号线分析仪过期")
    world.written(task)
    assert sentence_of(lambda: world.act("finish_visit", task)).startswith("检查项 D2 填为不符合，还没有登记问题")
    world.found(task, item_id="CK-D2")
    assert world.act("finish_visit", task).state == "record_closed"


def test_a_closed_record_takes_nothing_more(world: World):
    task = world.closed()
    said = sentence_of(lambda: world.act("answer_item", task, item_id="CK-A1", answer="ok"))
    assert "变为“笔录已闭合”，这条内容没有写入" in said
    for call in (lambda: world.found(task), lambda: world.written(task), lambda: world.act("sample_reports", task)):
        with pytest.raises(IllegalMove):
            call()


def test_the_result_is_fixed_by_somebody_else(world: World):
    task = world.in_state("in_review")
    Posting.objects.create(user=world.lead, organ=world.county, role=Role.SECTION_CHIEF, valid_from=LONG_AGO)
    said = sentence_of(lambda: world.act("review", task, user=_again(world.lead), approve=True))
    assert said == "“审核通过，确定结果”须由另一人办理，提出人本人不能自己复核。"
    assert world.act("review", task, user=world.chief, approve=True).reviewed_by == world.chief


def test_a_result_code_must_fit_what_was_found(world: World):
    task = world.closed(findings=1)
    said = sentence_of(lambda: world.act("submit_result", task, code="01"))
    assert said == "结果“未发现问题”要求笔录里没有登记问题，本次登记了 1 个问题。"
    assert sentence_of(lambda: world.act("submit_result", task, code="77")).startswith("没有编号为“77”")
    assert world.act("submit_result", task, code="09").state == "in_review"


def test_the_reviewer_changes_a_result_only_with_words(world: World):
    task = world.closed(findings=1)
    world.act("submit_result", task, code="02")
    assert "写明理由" in sentence_of(lambda: world.act("review", task, user=world.leader, approve=True, code="09"))
    fixed = world.act("review", task, user=world.leader, approve=True, code="09", note="尚未改完")
    assert (fixed.result_code, fixed.public_wording) == ("09", "发现问题待后续处理")


def test_a_place_where_nobody_is_met_gets_only_results_that_suppose_no_check(world: World):
    task = world.entered()
    world.written(task, facts_found="地址不存在", signing="absent", refusal_reason="无人")
    task = world.act("finish_visit", task)
    assert "没有开展检查" in sentence_of(lambda: world.act("submit_result", task, code="01"))
    assert world.act("submit_result", task, code="10").state == "in_review"


def test_what_has_no_public_wording_is_filed_and_not_published(world: World):
    task = world.in_state("filed")
    assert clocks_of(task)[0].state == "stopped"
    fixed = World.in_state(_other(world), "fixed")
    assert sentence_of(lambda: world.act("file_result", fixed, user=world.chief)) == "这个结果应当公示，不能只归档。"


def _other(world: World) -> World:
    world.lab = make_institution(world.county)
    return world


def test_cancelling_needs_a_code_and_words_and_frees_the_visit(world: World):
    task = world.task()
    call = {"inspection": task, "user": world.chief, "on": TODAY, "now": NOW}
    said = sentence_of(lambda: services.cancel_task(code="closed", reason=" ", **call))
    assert said == "检查任务“取消检查”缺少必填事项：理由。"
    said = sentence_of(lambda: services.cancel_task(code="because", reason="x", **call))
    assert said == "请从列出的原因中选一项取消原因。"
    done = services.cancel_task(code="closed", reason="已注销", **call)
    assert (done.state, done.visit.state) == ("cancelled", "cancelled")
    assert world.task().number != task.number


def test_a_task_with_notice_is_not_entered_before_the_notice(world: World):
    task = world.task(kind="notice")
    assert sentence_of(lambda: world.act("enter", task)) == (
        f"检查 {task.number} 须事先通知，检查通知书还没有发出，不能入企。"
    )
    told = world.act("notify", task, user=world.chief)
    assert told.notice_no.startswith("检通-2026-")
    world.act("enter", task)
    unannounced = _other(world).task()
    assert "不预先告知" in sentence_of(lambda: world.act("notify", unannounced, user=world.chief))


def test_an_officer_is_replaced_with_words_and_the_gate_is_asked(world: World):
    task = world.task()
    third = make_officer(world.county, "祝余")
    call = {"inspection": task, "slot": "member", "user": world.chief, "on": TODAY, "now": NOW}
    assert sentence_of(lambda: services.replace_officer(person=third, reason="", **call)) == "请填写更换理由。"
    assert "须是两个人" in sentence_of(lambda: services.replace_officer(person=world.lead, reason="病假", **call))
    assert services.replace_officer(person=third, reason="病假", **call).member == third
    with pytest.raises(NotAllowed):
        world.act("enter", task, user=world.member)


def test_refused_errors_name_their_field(world: World):
    with pytest.raises(Refused) as refused:
        world.task(member=world.lead)
    assert refused.value.where == {"field": "member"}
    assert "第二十二条" in (refused.value.article or "")
