"""Major cases: reported up, supervised by the superior alone, joined by others for that case alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from hengjian.apps.accounts.models import Avoidance, Role
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.clocks.models import Clock
from hengjian.apps.oversights import services
from hengjian.apps.oversights.chart import Shared, shared_only
from hengjian.apps.oversights.models import Consultation, Oversight, TeamMember
from hengjian.apps.oversights.procedures import OVERSIGHT
from hengjian.apps.oversights.selectors import actions_for, oversights_seen_by, waiting_for
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from hengjian.ui.figures.links import Matter, link_chart
from tests.apps.cases.core_world import World, filed, make_world
from tests.apps.factories import LONG_AGO, make_user
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def case(world: World) -> Case:
    return filed(world)


def reported(world: World, case: Case) -> Oversight:
    return services.report_up(
        case=case, superior=world.tree.city, ground="scale", text="跨县区，涉案 800 份", user=world.chief, **world.when
    )


def step(world: World, row: Oversight, action: str, user: Any, **values: Any) -> Oversight:
    return services.move_oversight(row=row, action=action, values=values, user=user, **world.when)


def test_every_state_and_action_is_decided_by_the_table() -> None:
    assert assert_every_pair_is_decided(OVERSIGHT) == len(OVERSIGHT.states) * len(OVERSIGHT.actions)


def test_listed_by_the_superior_worked_by_the_organ_lifted_by_the_superior(world: World, case: Case) -> None:
    row = reported(world, case)
    assert list(waiting_for(world.city_leader, on=world.day)) == [row]
    with pytest.raises(NotAllowed):
        step(world, row, "list", world.leader, requirement="限期办结", due=world.day + timedelta(days=60))
    row = step(world, row, "list", world.city_leader, requirement="限期办结", due=world.day + timedelta(days=60))
    assert Clock.objects.get(thing_kind="oversights.oversight").due_on == row.due
    assert {move.action for move in actions_for(row, world.chief, on=world.day)} == {"progress", "answer"}
    step(world, row, "progress", world.chief, text="已询问 12 人")
    row = step(world, row, "answer", world.leader, text="已作出处罚决定")
    row = step(world, row, "lift", world.city_leader, reason="办结属实")
    assert (row.state, Clock.objects.get(thing_kind="oversights.oversight").state) == ("lifted", "met")
    assert row.progress.count() == 4


def test_only_an_organ_above_and_only_once(world: World, case: Case) -> None:
    with pytest.raises(Refused, match="不是青石县市场监督管理局的上级机关"):
        services.report_up(
            case=case, superior=world.tree.other_county, ground="scale", text="x", user=world.chief, **world.when
        )
    row = reported(world, case)
    with pytest.raises(Refused, match=f"已经上报：{row.number}"):
        reported(world, case)


def test_a_limit_in_the_past_is_refused_and_nothing_is_listed(world: World, case: Case) -> None:
    row = reported(world, case)
    with pytest.raises(Refused, match="期限须在今天以后"):
        step(world, row, "list", world.city_leader, requirement="办", due=world.day)
    row.refresh_from_db()
    assert row.state == "reported"


def test_two_leaders_at_once_the_second_is_told(world: World, case: Case) -> None:
    row = reported(world, case)
    step(world, row, "decline", world.city_leader, reason="由县局办理")
    with pytest.raises(IllegalMove, match="不予挂牌"):
        step(world, row, "list", make_user(world.tree.city, Role.LEADER), requirement="办",
             due=world.day + timedelta(days=9))  # fmt: skip


def joined(world: World, case: Case, member: Any) -> TeamMember:
    until = world.day + timedelta(days=30)
    return services.join_team(case=case, member=member, task="查账", until=until, user=world.leader, **world.when)


def test_a_team_member_sees_that_case_and_no_other_till_the_end(world: World, case: Case) -> None:
    member = make_user(world.tree.other_county, Role.OFFICER)
    assert not cases_seen_by(member, world.day).exists()
    row = joined(world, case, member)
    member.__dict__.pop("_kinds_shared_with", None)
    assert list(cases_seen_by(member, world.day)) == [case]
    member.__dict__.pop("_kinds_shared_with", None)
    assert not cases_seen_by(member, world.day + timedelta(days=31)).exists()
    services.leave_team(row=row, user=world.leader, **world.when)
    member.__dict__.pop("_kinds_shared_with", None)
    assert not cases_seen_by(member, world.day).exists()
    with pytest.raises(IllegalMove, match="已经退出"):
        services.leave_team(row=row, user=world.leader, **world.when)


def test_who_may_not_join(world: World, case: Case) -> None:
    with pytest.raises(Refused, match="是本机关的人"):
        joined(world, case, world.three)
    with pytest.raises(Refused, match="今天没有执法岗位"):
        joined(world, case, make_user(world.tree.other_county, Role.ANALYST))
    tied = make_user(world.tree.other_county, Role.OFFICER)
    Avoidance.objects.create(user=tied, institution_id=world.institution.uscc, kind="kin", valid_from=LONG_AGO)
    with pytest.raises(Refused, match="有回避关系"):
        joined(world, case, tied)
    member = make_user(world.tree.other_county, Role.OFFICER)
    joined(world, case, member)
    with pytest.raises(Refused, match="已经在专案组里"):
        joined(world, case, member)


def test_minutes_of_a_consultation_are_complete_and_stay(world: World, case: Case) -> None:
    values = {"held_on": world.day, "place": "会议室", "attendees": "甲、乙", "question": "定性"}
    values |= {"opinions": "甲说", "conclusion": "按虚假报告"}
    with pytest.raises(Refused, match="请写明结论。"):
        services.write_consultation(case=case, values=values | {"conclusion": " "}, user=world.chief, **world.when)
    with pytest.raises(Refused, match="会商日期还没有到"):
        later = values | {"held_on": world.day + timedelta(days=1)}
        services.write_consultation(case=case, values=later, user=world.chief, **world.when)
    made = services.write_consultation(case=case, values=values, user=world.chief, **world.when)
    assert Consultation.objects.get() == made


def test_a_stranger_sees_no_supervision(world: World, case: Case) -> None:
    reported(world, case)
    assert not oversights_seen_by(make_user(world.tree.other_county, Role.LEADER), world.day).exists()
    assert oversights_seen_by(world.city_leader, world.day).count() == 1


def test_the_chart_draws_only_what_two_matters_share() -> None:
    rows = shared_only([
        ("线索 1", [Shared("机构", "甲"), Shared("报告", "R1")]),
        ("线索 2", [Shared("机构", "甲")]),
        ("案件 3", [Shared("人员", "丙")]),
    ])  # fmt: skip
    assert rows == [Matter("线索 1", ("机构 甲",)), Matter("线索 2", ("机构 甲",)), Matter("案件 3", ())]
    drawn = link_chart(rows, caption="串案")
    assert str(drawn).count("<line") == 2
    assert drawn.rows[2] == ("案件 3", "没有共同点")


def test_the_pages_of_a_case(client: Any, world: World, case: Case) -> None:
    client.force_login(world.chief)
    address = reverse("oversights:report", args=[case.number])
    assert client.get(address).status_code == 200
    assert client.post(address, {"superior": world.tree.city.pk, "ground": "scale", "text": ""}).status_code == 422
    assert client.post(address, {"superior": world.tree.city.pk, "ground": "scale", "text": "情况"}).status_code == 302
    row = Oversight.objects.get()
    client.force_login(world.city_leader)
    act = reverse("oversights:act", args=[row.number, "list"])
    due = (world.day + timedelta(days=200)).isoformat()
    assert client.post(act, {"list-requirement": "限期", "list-due": "昨天"}).status_code == 422
    assert client.post(act, {"list-requirement": "限期", "list-due": due}).status_code in (302, 422)
    assert client.get(reverse("oversights:show", args=[row.number])).status_code == 200
    client.force_login(make_user(world.tree.other_county, Role.LEADER))
    assert client.get(reverse("oversights:show", args=[row.number])).status_code == 404
