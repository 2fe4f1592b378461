"""Looking back: targets come from a period's items, become inspection tasks, and give a result for each problem."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hengjian.apps.accounts.models import Posting, Role
from hengjian.apps.inspections import origins
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.services import create_task
from hengjian.apps.plans.models import Visit
from hengjian.apps.record.models import Event
from hengjian.apps.rectifications import look_backs
from hengjian.apps.rectifications.models import LookBack, LookBackTarget
from hengjian.apps.rectifications.selectors import targets_without_task
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, NotFound, Refused
from tests.apps.factories import NOW, TODAY, make_institution, make_tree, make_user
from tests.apps.rectifications.samples import World, day, later, make_finding, make_people, make_world

ALL = LookBackTarget.objects.all


@pytest.fixture
def world(db: None) -> World:
    world = make_world(make_tree())
    cards = {"enforcement_no": "99-001", "enforcement_valid_to": date(2030, 1, 1)}
    Posting.objects.filter(organ=world.tree.county).update(**cards)
    return world


def _drawn_up(world: World, *, take: str = "both", user: Any = None, organ: Any = None, **values: Any) -> LookBack:
    given: dict[str, Any] = {"found_from": date(2026, 1, 1), "found_to": date(2026, 12, 31)} | values
    return look_backs.create_look_back(
        organ=organ or world.tree.county, title="回头看试验", take=take, user=user or world.people.chief,
        now=later(20), **given,
    )  # fmt: skip


def _started(world: World, **values: Any) -> LookBackTarget:
    look_back = _drawn_up(world, **values)
    look_backs.start_look_back(rows=LookBack.objects.all(), pk=look_back.pk, user=world.people.chief, now=later(20))
    return LookBackTarget.objects.get(look_back=look_back)


def _task(world: World, target: LookBackTarget) -> Inspection:
    return create_task(
        origin_kind="follow_up", origin_id=target.ref, planned_on=day(21), lead=world.people.lead,
        member=world.people.member, user=world.people.chief, on=day(20), now=later(20),
    )  # fmt: skip


def test_targets_are_the_institutions_of_struck_off_and_overdue_items(world: World) -> None:
    struck, late = world.in_state("struck_off"), world.item()
    world.in_state("withdrawn")
    answered_elsewhere = World(world.tree, make_institution(world.tree.county), world.people)
    answered_elsewhere.people = make_people(world.tree.county, answered_elsewhere.institution)
    answered_elsewhere.in_state("answered")
    for take, wanted in (("both", {struck, late}), ("struck_off", {struck}), ("late", {late})):
        look_back = _drawn_up(world, take=take)
        target = look_back.targets.get()
        assert target.institution == world.institution
        assert {one.rectification for one in target.items.all()} == wanted


def test_a_period_without_items_and_a_period_upside_down_are_refused(world: World) -> None:
    with pytest.raises(Refused, match="没有符合条件的整改事项"):
        _drawn_up(world)
    with pytest.raises(Refused, match="截止日在起始日之前"):
        _drawn_up(world, found_from=date(2026, 12, 31), found_to=date(2026, 1, 1))
    assert not LookBack.objects.exists()


def test_a_superior_looks_back_at_its_subordinates_and_nobody_at_others(world: World) -> None:
    world.in_state("struck_off")
    city_chief = make_user(world.tree.city, Role.SECTION_CHIEF)
    look_back = _drawn_up(world, user=city_chief, organ=world.tree.city)
    assert look_back.targets.get().organ == world.tree.county
    with pytest.raises(NotAllowed):
        _drawn_up(world, user=city_chief, organ=world.tree.county)
    with pytest.raises(NotAllowed):
        _drawn_up(world, user=world.people.lead)


def test_a_target_becomes_a_follow_up_task_outside_the_cap(world: World) -> None:
    world.in_state("struck_off")
    target = _started(world)
    assert [one.ref for one in targets_without_task(world.people.chief, on=day(20))] == [target.ref]
    task = _task(world, target)
    assert (task.origin_kind, task.origin_id, task.institution) == ("follow_up", target.ref, world.institution)
    assert task.groups == ["CK-B"]
    visit = Visit.objects.get(pk=task.visit_id)
    assert (visit.exception_code, visit.counted) == ("follow_up", False)
    assert "回头看" in visit.exception_note
    assert look_backs.task_of(target) == task
    assert not targets_without_task(world.people.chief, on=day(20)).exists()
    with pytest.raises(Refused, match="已有检查任务"):
        _task(world, target)


def test_no_task_before_the_list_is_settled_or_for_whom_is_left_out(world: World) -> None:
    world.in_state("struck_off")
    look_back = _drawn_up(world)
    target = look_back.targets.get()
    with pytest.raises(Refused, match="名单确定以后才能下达检查"):
        _task(world, target)
    look_backs.leave_out(rows=ALL(), pk=target.pk, user=world.people.chief, now=NOW, reason="已注销")
    with pytest.raises(Refused, match="一家机构也没有留下"):
        look_backs.start_look_back(rows=LookBack.objects.all(), pk=look_back.pk, user=world.people.chief, now=NOW)
    look_backs.leave_out(rows=ALL(), pk=target.pk, user=world.people.chief, now=NOW, reason="")
    look_backs.start_look_back(rows=LookBack.objects.all(), pk=look_back.pk, user=world.people.chief, now=NOW)
    look_backs.leave_out(rows=ALL(), pk=target.pk, user=world.people.chief, now=NOW, reason="已注销")
    with pytest.raises(Refused, match="没有纳入这次回头看：已注销"):
        _task(world, target)
    with pytest.raises(NotFound):
        origins.source("follow_up", target.ref, user=make_user(world.tree.other_county, Role.SECTION_CHIEF), on=TODAY)


def _result(world: World, target: LookBackTarget, user: Any, outcome: str, **values: Any) -> LookBackTarget:
    outcomes = {item.pk: outcome for item in target.items.all()}
    given = {"note": "现场查看 3 份报告"} | values
    return look_backs.record_result(rows=ALL(), pk=target.pk, user=user, now=later(22), outcomes=outcomes, **given)


def test_results_wait_for_the_closed_record_and_are_told_for_each_problem(world: World) -> None:
    world.in_state("struck_off")
    target = _started(world)
    officer = world.people.lead
    with pytest.raises(IllegalMove, match="还没有下达检查任务"):
        _result(world, target, officer, "recurred")
    task = _task(world, target)
    with pytest.raises(IllegalMove, match="笔录闭合以后才能登记结果"):
        _result(world, target, officer, "recurred")
    assert look_backs.proposed_outcomes(target) == {}
    with pytest.raises(Refused, match="还有对象没有登记结果"):
        _close(world, target)
    Inspection.objects.filter(pk=task.pk).update(state="record_closed")
    assert set(look_backs.proposed_outcomes(target).values()) == {"not_recurred"}
    make_finding(task, officer, item_id="CK-B2")
    assert set(look_backs.proposed_outcomes(target).values()) == {"recurred"}
    for values, sentence in (
        ({"note": " "}, "请写明现场看到的情况。"),
        ({}, "选一个结果：再次发生、没有再发生、本次未能核实。"),
    ):
        with pytest.raises(DomainError, match=sentence):
            _result(world, target, officer, "recurred" if values else "nonsense", **values)
    with pytest.raises(NotAllowed):
        _result(world, target, make_user(world.tree.county, Role.ANALYST), "recurred")
    _result(world, target, officer, "recurred")
    assert [one.outcome for one in target.items.all()] == ["recurred"]
    event = Event.objects.latest("sequence")
    assert (event.verb, list(event.after.values())) == ("look_back_target.record", ["recurred"])
    assert _close(world, target).state == "closed"
    with pytest.raises(IllegalMove, match="已办结，不能登记结果"):
        _result(world, target, officer, "recurred")


def test_a_cancelled_task_frees_the_target(world: World) -> None:
    world.in_state("struck_off")
    target = _started(world)
    task = _task(world, target)
    with pytest.raises(IllegalMove, match="已经下达检查任务"):
        look_backs.leave_out(rows=ALL(), pk=target.pk, user=world.people.chief, now=NOW, reason="已注销")
    Inspection.objects.filter(pk=task.pk).update(state="cancelled")
    assert look_backs.task_of(target) is None
    assert targets_without_task(world.people.chief, on=day(20)).exists()


def _close(world: World, target: LookBackTarget) -> LookBack:
    rows = LookBack.objects.all()
    return look_backs.close_look_back(rows=rows, pk=target.look_back_id, user=world.people.chief, now=later(23))
