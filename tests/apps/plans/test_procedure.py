"""A plan's way into force: drafted, approved by another, filed above, changed only by a new version."""

from __future__ import annotations

from datetime import date

import pytest

from hengjian.apps.accounts.models import Role
from hengjian.apps.plans import planning
from hengjian.apps.plans.burden import over_cap
from hengjian.apps.plans.models import AnnualPlan, PlanItem
from hengjian.apps.plans.parameters import set_parameter
from hengjian.apps.plans.procedures import MERGE, PLAN, VISIT
from hengjian.apps.plans.scope import share_for, strata_of
from hengjian.apps.plans.selectors import items_open_for_draw, items_open_for_tasks, published_plans
from hengjian.apps.plans.waiting import moves_for, plans_waiting_for
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.factories import make_actor, make_institution, make_user
from tests.apps.plans.samples import (
    ITEM,
    NOW,
    TODAY,
    add_item,
    draft,
    file,
    make_office,
    move,
    plan_in_force,
    reserve,
)
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db
KEY = {"title": "食品机构全覆盖", "kind": "key_field", "fields": ["food"]}
CAMPAIGN = {"title": "专项", "kind": "campaign", "share": 100}


@pytest.fixture
def office():
    return make_office()


def said(call) -> str:
    with pytest.raises((Refused, IllegalMove)) as refused:
        call()
    return refused.value.sentence


@pytest.mark.parametrize("procedure", [PLAN, VISIT, MERGE], ids=lambda one: one.name)
def test_every_pair_of_state_and_action_is_decided(procedure):
    assert assert_every_pair_is_decided(procedure) == len(procedure.states) * len(procedure.actions)


def test_a_plan_comes_into_force_by_four_steps_of_three_people(office):
    plan = plan_in_force(office)
    assert (plan.state, plan.receipt_no, plan.superior) == ("in_force", "云市监备〔2026〕3号", office.tree.city)
    verbs = [verb for verb in Event.objects.order_by("sequence").values_list("verb", flat=True) if "plan" in verb]
    assert verbs == [
        "annual_plan.create",
        "plan_item.create",
        "annual_plan.submit",
        "annual_plan.approve",
        "annual_plan.file",
        "annual_plan.acknowledge",
    ]


def test_who_drafted_or_submitted_does_not_approve(office):
    plan = draft(office.chief, office.county)
    move(plan, "submit", office.chief)
    assert said(lambda: move(plan, "approve", office.chief)) == "“批准”须由另一人办理，提出人本人不能自己复核。"
    assert [one.action for one in moves_for(AnnualPlan.objects.get(), office.chief, on=TODAY)] == []
    assert move(plan, "approve", office.leader).state == "approved"


def test_only_the_superior_acknowledges(office):
    plan = draft(office.officer, office.county)
    for action, user in (("submit", office.officer), ("approve", office.leader), ("file", office.leader)):
        move(plan, action, user)
    with pytest.raises(NotAllowed):
        move(plan, "acknowledge", office.leader, receipt_no="1")
    assert (
        said(lambda: move(plan, "acknowledge", office.city_chief)) == "年度检查计划“确认备案”缺少必填事项：备案文号。"
    )
    assert plans_waiting_for(office.city_chief, on=TODAY) == [plan]
    returned = move(plan, "object", office.city_chief, reason="重点领域漏了车检")
    assert (returned.state, returned.opinion, returned.superior) == ("draft", "重点领域漏了车检", None)


def test_a_plan_without_items_is_not_submitted(office):
    plan = planning.create_plan(
        organ=office.county, year=2026, title="甲", basis="", user=office.officer, now=NOW, today=TODAY
    )
    assert said(lambda: move(plan, "submit", office.officer)) == "年度检查计划“提请审批”缺少必填事项：检查事项。"


def test_filing_on_paper_is_for_organs_without_a_superior_in_the_system(office):
    plan = draft(office.officer, office.county)
    move(plan, "submit", office.officer)
    move(plan, "approve", office.leader)
    sentence = said(lambda: move(plan, "file_on_paper", office.leader, receipt_no="1"))
    assert sentence == "请在系统内报云岭市市场监督管理局备案。"
    nation = office.tree.nation
    drafter, leader = make_user(nation, Role.OFFICER), make_user(nation, Role.LEADER)
    top = draft(drafter, nation)
    move(top, "submit", drafter)
    move(top, "approve", leader)
    assert said(lambda: move(top, "file", leader)) == "系统内没有本机关的上一级机关，请登记系统外备案。"
    assert move(top, "file_on_paper", leader, receipt_no="国办备1号").state == "in_force"


def test_a_filed_plan_is_not_edited_and_there_is_one_a_year(office):
    plan = plan_in_force(office)
    assert said(lambda: add_item(plan, office.officer, **ITEM)) == (
        "计划 JH-2026-0001 现处于“已备案，执行中”状态，不能修改；已备案的计划以新版本变更。"
    )
    assert said(lambda: draft(office.officer, office.county)) == (
        "青石县市场监督管理局2026年度已有计划 JH-2026-0001（已备案，执行中）；要变更请从该计划新建版本。"
    )
    assert said(lambda: draft(office.officer, office.county, year=2025)) == "只能起草2026年或者2027年的计划。"


def test_a_new_version_replaces_the_old_when_it_is_filed_and_keeps_what_was_done(office):
    old = plan_in_force(office, KEY, CAMPAIGN | {"joined_to": None})
    lab = make_institution(office.county)
    visit = reserve(lab, office.officer, day=date(2026, 3, 10), item=old.items.get(kind="key_field"))
    given = {"plan": old, "user": office.officer, "now": NOW, "today": TODAY}
    assert said(lambda: planning.start_new_version(reason=" ", **given)) == "请写明变更计划的理由。"
    new = planning.start_new_version(reason="增加车检", **given)
    assert "已在办理" in said(lambda: planning.start_new_version(reason="再改", **given))
    assert AnnualPlan.objects.get(pk=old.pk).state == "in_force"
    new = file(new, drafter=office.officer, approver=office.leader, superior=office.city_chief)
    old.refresh_from_db()
    assert (old.state, new.state, new.version) == ("superseded", "in_force", 2)
    item = new.items.get(kind="key_field")
    assert item.lineage == visit.item.lineage != item.number
    assert set(published_plans()) == {old, new}


def test_a_dropped_version_gives_its_place_free(office):
    old = plan_in_force(office)
    given = {"plan": old, "user": office.officer, "now": NOW, "today": TODAY}
    first = planning.start_new_version(reason="甲", **given)
    move(first, "drop", office.officer, reason="不改了")
    assert planning.start_new_version(reason="乙", **given).version == 3


def test_a_plan_with_visits_to_come_is_not_closed(office):
    plan = plan_in_force(office, KEY)
    lab = make_institution(office.county)
    reserve(lab, office.officer, day=date(2026, 3, 10), item=plan.items.get())
    assert (
        said(lambda: move(plan, "close", office.leader, reason="年终")) == "还有 1 次检查没有完成或者取消，不能办结。"
    )


def test_somebody_who_was_faster_is_told(office):
    plan = draft(office.officer, office.county)
    move(plan, "submit", office.officer)
    from hengjian.apps.plans.selectors import plans_seen_by

    sentence = said(
        lambda: planning.move_plan(
            pk=plan.pk,
            rows=plans_seen_by(office.officer, on=TODAY),
            action="submit",
            user=office.officer,
            now=NOW,
            today=TODAY,
            seen_state="draft",
        )
    )
    assert sentence == "计划 JH-2026-0001 刚刚变为“待审批”，请看过再办。"


@pytest.mark.parametrize(
    ("values", "shares", "sentence"),
    [
        ({"title": "甲", "kind": "draw"}, (), "请写明抽查的比例或者家数。"),
        ({"title": "甲", "kind": "key_field"}, (), "重点领域全覆盖要写明是哪些领域。"),
        (ITEM | {"batches": 3, "planned_months": [1, 2]}, (), "分 3 批，却只写了 2 个计划月份。"),
        (ITEM, ({"share": 20},), "分层比例至少要写明领域、区域、等级中的一项。"),
        (ITEM, ({"field": "food", "share": 20}, {"field": "food", "share": 30}), "同一层写了两个比例。"),
        (ITEM | {"fields": ["food"]}, ({"field": "drug", "share": 20},), "分层比例中的领域不在本事项的领域之内。"),
    ],
)
def test_an_item_that_says_too_little_or_contradicts_itself_is_refused(office, values, shares, sentence):
    plan = draft(office.officer, office.county)
    assert said(lambda: add_item(plan, office.officer, **values, shares=shares)) == sentence


def test_full_coverage_above_the_cap_is_seen_before_the_plan_is_submitted(office):
    lab = make_institution(office.county, name="青石县检验所")
    set_parameter(
        organ=office.county, name="annual_cap", value=1, source="公告", valid_from=TODAY,
        actor=make_actor(office.chief), now=NOW, today=TODAY,
    )  # fmt: skip
    plan = draft(office.officer, office.county, KEY, CAMPAIGN)
    assert [one.institution for one in over_cap(plan, on=TODAY)] == [lab]
    assert said(lambda: move(plan, "submit", office.officer)) == (
        "按本计划有 1 家机构一年内必被检查的次数超过上限，例如青石县检验所：2 次，上限 1 次。"
        "请让全覆盖的事项同次入企，或者缩小范围。"
    )
    first, second = plan.items.order_by("number")
    values = {"title": second.title, "kind": "campaign", "share": 100, "joined_to": first}
    planning.save_item(plan=plan, item=second, values=values, user=office.officer, now=NOW, today=TODAY)
    assert move(plan, "submit", office.officer).state == "submitted"


def test_what_is_drawn_and_what_is_simply_visited_are_told_apart(office):
    plan = plan_in_force(office, ITEM, KEY, CAMPAIGN, {"title": "监测", "kind": "monitoring"})
    kinds = {"draw", "key_field", "campaign"}
    assert {one.kind for one in items_open_for_draw(office.county, 2026)} == {"draw"}
    assert {one.kind for one in items_open_for_tasks(office.county, 2026)} == kinds - {"draw"}
    assert {one.kind for one in items_open_for_tasks(office.tree.station, 2026)} == kinds - {"draw"}
    assert not items_open_for_draw(office.county, 2027)
    assert plan.items.count() == 4


def test_the_most_specific_share_holds(office):
    shares = ({"field": "food", "share": 30}, {"field": "food", "area_code": "990121", "share": 50})
    plan = draft(office.officer, office.county)
    item = add_item(plan, office.officer, title="甲", kind="draw", share=10, shares=shares)
    food = make_institution(office.county, fields=["food"])
    car = make_institution(office.county, fields=["vehicle"], area_code="990121")
    away = make_institution(office.county, fields=["food"], area_code="990199")
    rows = list(item.shares.all())
    assert [share_for(item, rows, one, one.fields[0]) for one in (food, car, away)] == [50, 10, 30]


def test_strata_add_up_to_the_share_rounded_up_once(office):
    for field in ("food", "vehicle", "fire"):
        for _ in range(5):
            make_institution(office.county, fields=[field])
    plan = draft(office.officer, office.county)
    item = PlanItem.objects.get(plan=plan)
    assert [(one.code, one.size, one.wanted) for one in strata_of(item)] == [
        ("food", 5, 1), ("vehicle", 5, 1), ("fire", 5, 1),
    ]  # fmt: skip
    item.n = 4
    assert sum(one.wanted for one in strata_of(item)) == 4


def _edits_the_title(plan, user):
    planning.edit_plan(plan=plan, title="改名", basis="", user=user, now=NOW, today=TODAY)


def _rewrites_an_item(plan, user):
    item = plan.items.order_by("number")[0]
    planning.save_item(plan=plan, item=item, values={"share": 40}, user=user, now=NOW, today=TODAY)


def _removes_an_item(plan, user):
    item = plan.items.order_by("-number")[0]
    planning.remove_item(item=item, user=user, now=NOW, today=TODAY)


@pytest.mark.parametrize("edit", [_edits_the_title, _rewrites_an_item, _removes_an_item])
def test_whoever_rewrote_a_colleagues_draft_does_not_approve_it(office, edit):
    plan = draft(office.officer, office.county, ITEM, KEY)
    edit(plan, office.chief)
    move(plan, "submit", office.officer)
    plan.refresh_from_db()
    assert "approve" not in {one.action for one in moves_for(plan, office.chief, on=TODAY)}
    assert said(lambda: move(plan, "approve", office.chief)) == "“批准”须由另一人办理，提出人本人不能自己复核。"
    assert "approve" in {one.action for one in moves_for(plan, office.leader, on=TODAY)}
    assert move(plan, "approve", office.leader).state == "approved"


def test_an_editor_of_another_plan_is_not_held_to_be_one_of_this(office):
    other = draft(office.officer, office.county, ITEM, year=2027)
    _rewrites_an_item(other, office.chief)
    plan = draft(office.officer, office.county, ITEM)
    move(plan, "submit", office.officer)
    assert move(plan, "approve", office.chief).state == "approved"
