"""Register-and-preserve, sealing and seizing: basis, head, 24 hours, limits, lapse, reminders, release, closing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hengjian.apps.cases.evidence_gates import require_nothing_held
from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.holds import Carried, Item, carry_out, decide_hold, drop_hold, propose_hold
from hengjian.apps.cases.holds_ending import act_on_hold, extend_hold, record_return, release_hold
from hengjian.apps.cases.holds_limits import alarms_of, lapse_due, remind
from hengjian.apps.cases.holds_moving import clock_of
from hengjian.apps.cases.holds_procedures import PRESERVATION, SEIZURE
from hengjian.apps.clocks.models import Clock
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.cases.core_world import World, filed, make_world, noon
from tests.apps.cases.evidence_world import GOODS, PAPERS, appraisal, held, proposal, seizing
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_ROOT = tmp_path / "uploads"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize("procedure", [PRESERVATION, SEIZURE], ids=lambda one: one.name)
def test_every_state_and_action_is_decided(procedure):
    assert_every_pair_is_decided(procedure)


def test_seizure_without_a_basis_is_refused_with_the_article_that_gives_none(world: World):
    case = filed(world)
    with pytest.raises(Refused) as refused:
        propose_hold(case=case, entry=seizing(world, legal_basis=""), user=world.one, **world.when)
    assert refused.value.sentence == (
        "《检验检测机构监督管理办法》第二十一条（修改前为第二十条）没有规定查封、扣押，不能作为依据；"
        "查封、扣押须有法律、法规的明文依据，请选择依据，没有依据的只能先行登记保存。"
    )
    assert refused.value.article == "《市场监督管理行政处罚程序规定》第三十六条"
    assert refused.value.where == {"field": "legal_basis"} and not case.holds.exists()


def test_an_unknown_basis_is_refused(world: World):
    with pytest.raises(Refused) as refused:
        propose_hold(case=filed(world), entry=seizing(world, legal_basis="SUP-21"), user=world.one, **world.when)
    assert refused.value.sentence == "规则库里没有这一项查封、扣押依据，或者它在这一天没有生效。"


def test_a_basis_covers_only_its_own_things(world: World):
    hold = propose_hold(case=filed(world), entry=seizing(world), user=world.one, **world.when)
    hold = decide_hold(hold=hold, action="approve", user=world.leader, **world.when, opinion="同意")
    assert hold.basis_text == "《中华人民共和国产品质量法》第十八条"
    with pytest.raises(Refused) as papers:
        carry_out(hold=hold, carried=Carried(noon(world.day), "库房", "own", (PAPERS,)), user=world.one, **world.when)
    assert papers.value.sentence == (
        "《中华人民共和国产品质量法》第十八条规定的扣押不包括票据、账簿、记录、资料（“安全帽样品登记簿”）；"
        "作为证据的可以先行登记保存。"
    )
    rooms = Item("仓库", "premises", Decimal(1), "间")
    with pytest.raises(Refused) as premises:
        carry_out(hold=hold, carried=Carried(noon(world.day), "库房", "own", (rooms,)), user=world.one, **world.when)
    assert premises.value.sentence == "“仓库”是场所、设施，只能查封，不能扣押。"


def test_unrelated_things_are_ruled_out_first(world: World):
    with pytest.raises(Refused) as refused:
        propose_hold(case=filed(world), entry=seizing(world, within_scope=False), user=world.one, **world.when)
    assert refused.value.article.startswith("《中华人民共和国行政强制法》第二十三条")


def test_only_the_head_approves_and_never_an_officer_of_the_case(world: World):
    hold = propose_hold(case=filed(world), entry=proposal(world), user=world.one, **world.when)
    with pytest.raises(NotAllowed) as officer:
        decide_hold(hold=hold, action="approve", user=world.two, **world.when, opinion="同意")
    assert officer.value.sentence == "您没有“批准”的权限。"
    with pytest.raises(IllegalMove) as early:
        carry_out(hold=hold, carried=Carried(noon(world.day), "库房", "own", (PAPERS,)), user=world.one, **world.when)
    assert early.value.sentence.startswith("先行登记保存现处于“待批准”状态，不能“登记实施”")


def test_the_preservation_runs_seven_working_days_and_is_followed_up(world: World):
    hold = held(world, filed(world))
    clock = clock_of(hold, "PEN-33")
    assert clock is not None and clock.due_on == date(2026, 11, 11)
    assert [one.seal_no for one in hold.items.all()] == ["封 001"]
    world.on(5)
    hold = act_on_hold(hold=hold, user=world.one, **world.when, follow_up="copied", note="复印后返还")
    assert hold.state == "acted" and Clock.objects.get(pk=clock.pk).state == "met"


def test_without_a_step_it_lapses_by_itself_with_the_derivation(world: World):
    hold = held(world, filed(world))
    assert lapse_due(now=noon(date(2026, 11, 11))) == []
    assert [one.pk for one in lapse_due(now=noon(date(2026, 11, 12)))] == [hold.pk]
    hold.refresh_from_db()
    assert (hold.state, hold.lapsed_on) == ("lapsed", date(2026, 11, 12))
    assert hold.lapse_steps.endswith("2026年11月11日届满前没有处理，自2026年11月12日起自动解除。")
    assert Event.objects.get(verb="preservation.lapse").actor_id == "system"
    assert lapse_due(now=noon(date(2026, 11, 13))) == []
    world.day = date(2026, 11, 13)
    done = record_return(hold=hold, user=world.one, **world.when, returned_on=world.day, receiver="仓管员")
    assert done.returned_on == world.day and done.items.get().returned_on == world.day


def test_a_step_after_the_last_day_comes_too_late(world: World):
    hold = held(world, filed(world))
    world.day = date(2026, 11, 12)
    with pytest.raises(Refused) as late:
        act_on_hold(hold=hold, user=world.one, **world.when, follow_up="copied", note="复印")
    assert late.value.sentence == (
        "登记保存期限已于2026年11月11日届满，没有处理的自动解除，现在不能再登记处理；请返还物品。"
    )


def test_an_urgent_measure_is_regularised_within_24_hours_or_released(world: World):
    case = filed(world)
    hold = propose_hold(case=case, entry=proposal(world), user=world.one, **world.when)
    carried = Carried(noon(world.day), "青石路 1 号", "on_spot", (PAPERS,))
    hold = carry_out(hold=hold, carried=carried, user=world.one, **world.when, urgency="正在销毁登记簿")
    assert hold.state == "urgent"
    report = clock_of(hold, "PEN-33.report")
    assert report is not None and report.due_at == noon(world.day) + timedelta(hours=24)
    hold = decide_hold(hold=hold, action="regularise", user=world.leader, **world.when, opinion="同意补办")
    assert hold.state == "held" and clock_of(hold, "PEN-33.report") is None and clock_of(hold, "PEN-33") is not None
    other = propose_hold(case=case, entry=proposal(world), user=world.one, **world.when)
    other = carry_out(hold=other, carried=carried, user=world.one, **world.when, urgency="正在转移")
    other = decide_hold(hold=other, action="reject_urgent", user=world.leader, **world.when, opinion="没有必要")
    assert other.state == "released" and clock_of(other, "PEN-33") is None


def test_the_follow_up_by_seizure_wants_the_seizure_first(world: World):
    case = filed(world)
    hold = held(world, case, items=(GOODS,))
    with pytest.raises(Refused) as refused:
        act_on_hold(hold=hold, user=world.one, **world.when, follow_up="seized", note="转扣押")
    assert refused.value.sentence == "转为查封、扣押的，须先就同一批物品作出查封、扣押决定并实施，再登记本项处理。"
    held(world, case, seizing(world, follows=hold))
    assert act_on_hold(hold=hold, user=world.one, **world.when, follow_up="seized", note="转扣押").state == "acted"


def test_the_follow_up_by_testing_wants_the_commission_out(world: World):
    case = filed(world)
    hold = held(world, case, items=(GOODS,))
    appraisal(world, case, hold=hold)
    with pytest.raises(Refused) as refused:
        act_on_hold(hold=hold, user=world.one, **world.when, follow_up="tested", note="送检")
    assert refused.value.sentence == "送交检测、鉴定的，须先登记委托并送出，再登记本项处理。"


def test_a_seizure_runs_thirty_days_and_is_extended_once_with_notice(world: World):
    hold = held(world, filed(world), seizing(world))
    clock = clock_of(hold, "PEN-38")
    assert clock is not None and clock.due_on == date(2026, 12, 2)
    world.on(20)
    with pytest.raises(Refused) as long:
        extend_hold(hold=hold, user=world.leader, **world.when, days=31, reason="案情复杂", noticed_on=world.day)
    assert "30" in long.value.sentence and long.value.where == {"field": "days"}
    with pytest.raises(Refused) as untold:
        extend_hold(hold=hold, user=world.leader, **world.when, days=30, reason="案情复杂", noticed_on=None)
    assert untold.value.sentence == "请填写书面告知当事人日期。"
    hold = extend_hold(hold=hold, user=world.leader, **world.when, days=30, reason="案情复杂", noticed_on=world.day)
    assert hold.state == "extended" and Clock.objects.get(pk=clock.pk).due_on == date(2027, 1, 1)
    with pytest.raises(IllegalMove):
        extend_hold(hold=hold, user=world.leader, **world.when, days=1, reason="再延", noticed_on=world.day)


def test_reminders_come_once_on_day_25_and_30_and_after_an_extension_on_55_and_60(world: World):
    hold = held(world, filed(world), seizing(world))
    start = world.day
    assert [one.on for one in alarms_of(hold, start)] == [start + timedelta(days=n) for n in (25, 30)]
    assert remind(now=noon(start + timedelta(days=24))) == []
    assert [alarm.day for _, alarm in remind(now=noon(start + timedelta(days=25)))] == [25]
    assert remind(now=noon(start + timedelta(days=26))) == []
    assert Event.objects.filter(verb="hold.remind").count() == 1
    world.on(26)
    hold = extend_hold(hold=hold, user=world.leader, **world.when, days=30, reason="复杂", noticed_on=world.day)
    assert [one.day for one in alarms_of(hold, world.day)] == [25, 30, 55, 60]


def test_a_seizure_is_released_in_one_of_five_cases(world: World):
    case = filed(world)
    hold = held(world, case, seizing(world))
    with pytest.raises(Refused) as none:
        release_hold(hold=hold, user=world.one, **world.when, reason="解除", returned_on=world.day, receiver="仓管员")
    assert none.value.sentence == "请从列出的解除情形中选一项。"
    with pytest.raises(IllegalMove) as closing:
        require_nothing_held(case, Attempt("close", world.leader, noon(world.day), world.day))
    assert closing.value.sentence == "扣押 C-01 现为“实施中”，不能结案；请先解除返还、移送或者按决定处置。"
    hold = release_hold(
        hold=hold, user=world.one, **world.when, ground="unrelated", reason="核查无关", returned_on=world.day,
        receiver="仓管员",
    )  # fmt: skip
    assert (hold.state, hold.ground, hold.receiver) == ("released", "unrelated", "仓管员")
    assert clock_of(hold, "PEN-38") is None
    require_nothing_held(case, Attempt("close", world.leader, noon(world.day), world.day))
    assert "仓管员" not in str(list(Event.objects.filter(verb="seizure.release").values_list("after", flat=True)))


def test_a_measure_not_carried_out_is_dropped(world: World):
    hold = propose_hold(case=filed(world), entry=proposal(world), user=world.one, **world.when)
    assert drop_hold(hold=hold, user=world.one, **world.when, reason="已自行提供").state == "refused"


def test_a_list_without_things_is_refused(world: World):
    hold = propose_hold(case=filed(world), entry=proposal(world), user=world.one, **world.when)
    hold = decide_hold(hold=hold, action="approve", user=world.leader, **world.when, opinion="同意")
    with pytest.raises(Refused) as refused:
        carry_out(hold=hold, carried=Carried(noon(world.day), "库房", "own", ()), user=world.one, **world.when)
    assert refused.value.sentence == "请填写清单：至少一项物品或者场所。"
    with pytest.raises(Refused) as keeper:
        carry_out(
            hold=hold, carried=Carried(noon(world.day), "库房", "commission", (PAPERS,)), user=world.one, **world.when
        )
    assert keeper.value.sentence == "请填写受托保管人。"
