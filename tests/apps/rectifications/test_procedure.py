"""The way of an item: every state × action, who may, what is refused with which sentence."""

from __future__ import annotations

from typing import Any

import pytest

from hengjian.apps.accounts.models import Avoidance, Role
from hengjian.apps.record.models import Event
from hengjian.apps.rectifications.models import Rectification, Reply
from hengjian.apps.rectifications.procedures import LOOK_BACK, RECTIFICATION
from hengjian.apps.rectifications.selectors import actions_for, due_for, to_verify
from hengjian.apps.rectifications.timing import clocks_of_item
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, Refused
from hengjian.kernel.transitions import every_pair
from tests.apps.factories import LONG_AGO, NOW, TODAY, make_institution, make_tree, make_user
from tests.apps.rectifications.samples import LIMIT, World, day, evidence, later, make_world
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(make_tree())


def test_every_state_and_action_is_decided_by_the_tables() -> None:
    assert assert_every_pair_is_decided(RECTIFICATION) == 6 * 11
    assert assert_every_pair_is_decided(LOOK_BACK) == 4 * 3


BY = {
    "order": "third", "answer": "institution_user", "strike_off": "third", "send_back": "third", "extend": "chief",
    "assign": "chief", "withdraw": "chief", "reopen": "chief",
}  # fmt: skip


@pytest.mark.parametrize("state", RECTIFICATION.states)
def test_the_services_do_what_the_table_says_from_every_state(world: World, state: str) -> None:
    for pair_state, action, move in every_pair(RECTIFICATION):
        if pair_state != state or action not in BY:
            continue
        item = world.in_state(state)
        values: dict[str, Any] = {"responsible": world.people.third} if action == "assign" else {}
        events = _events()
        if move is None:
            with pytest.raises(IllegalMove) as refused:
                world.do(action, item, getattr(world.people, BY[action]), **values)
            assert RECTIFICATION.states[state] in refused.value.sentence
            item.refresh_from_db()
            assert item.state == state
            assert _events() == events
        else:
            moved = world.do(action, item, getattr(world.people, BY[action]), **values)
            assert moved.state == move.target
            assert _events() == events + 1


def test_a_closed_record_makes_one_item_for_each_finding_and_never_a_second(world: World) -> None:
    from hengjian.apps.rectifications.opening import take_findings
    from tests.apps.factories import make_actor
    from tests.apps.rectifications.samples import make_finding, make_inspection

    inspection = make_inspection(world.tree.county, world.institution, world.people)
    make_finding(inspection, world.people.lead)
    make_finding(inspection, world.people.member, handling="corrected", limit_on=None, item_id="")
    make_finding(inspection, world.people.lead, handling="follow_up", limit_on=None)
    make_finding(inspection, world.people.lead, state="withdrawn", withdrawn_reason="重复")
    actor = make_actor(world.people.lead)
    made = take_findings(inspection=inspection, actor=actor, now=NOW)
    assert [one.state for one in made] == ["open", "answered", "registered"]
    assert [one.problem_type for one in made] == ["CK-B", "", "CK-B"]
    assert made[0].limit == made[0].first_limit == LIMIT
    assert made[0].responsible == world.people.lead
    assert len({one.number for one in made}) == 3
    assert take_findings(inspection=inspection, actor=actor, now=NOW) == []


def test_the_finder_the_handler_and_who_entered_the_papers_do_not_verify(world: World) -> None:
    item = world.in_state("answered")
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        world.do("strike_off", item, world.people.lead)
    world.do("assign", item, world.people.chief, responsible=world.people.third)
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        world.do("strike_off", item, world.people.third)
    assert "strike_off" not in {move.action for move in actions_for(_fresh(item), world.people.third, on=TODAY)}
    assert not to_verify(world.people.third, on=TODAY).exists()
    assert to_verify(world.people.chief, on=TODAY).exists()
    assert world.do("strike_off", item, world.people.chief).state == "struck_off"


def _may_not_verify(item: Rectification, user: Any) -> None:
    for action in ("strike_off", "send_back"):
        assert action not in {move.action for move in actions_for(_fresh(item), user, on=TODAY)}
    assert not to_verify(user, on=TODAY).filter(pk=item.pk).exists()
    assert due_for(user, on=TODAY)[0] == 0


def test_a_chief_who_was_responsible_does_not_hand_the_item_on_and_strike_it_off(world: World) -> None:
    people = world.people
    item = world.do("assign", world.item(), people.chief, responsible=people.chief)
    world.do("answer", item, people.institution_user)
    world.do("assign", item, people.chief, responsible=people.third)
    _may_not_verify(item, people.chief)
    for action in ("strike_off", "send_back"):
        with pytest.raises(IllegalMove) as refused:
            world.do(action, item, people.chief)
        assert refused.value.sentence.endswith("须由另一人办理：丁四承办过这一事项，请科长指定他人或者由局领导办理。")
    assert _fresh(item).state == "answered"


def test_the_second_officer_of_the_inspection_does_not_verify(world: World) -> None:
    item = world.in_state("answered")
    _may_not_verify(item, world.people.member)
    with pytest.raises(IllegalMove, match="须由另一人办理：乙二参加了这次检查"):
        world.do("strike_off", item, world.people.member)


def test_whoever_once_entered_papers_does_not_verify_a_later_answer_either(world: World) -> None:
    people = world.people
    item = world.do("answer", world.item(), people.third, on_paper=True)
    item = world.do("send_back", item, people.chief)
    item = world.do("answer", item, people.institution_user, files=[evidence("新材料.pdf")])
    Rectification.objects.filter(pk=item.pk).update(handled_by=people.lead)
    _may_not_verify(item, people.third)
    with pytest.raises(IllegalMove, match="须由另一人办理：丙三代录过书面材料"):
        world.do("strike_off", item, people.third)
    assert world.do("strike_off", item, people.chief).state == "struck_off"


def test_in_a_small_county_the_leader_can_verify_when_all_others_took_part(world: World) -> None:
    people = world.people
    leader = make_user(world.tree.county, Role.LEADER, name="戊五")
    item = world.do("assign", world.item(), people.chief, responsible=people.chief)
    item = world.do("answer", item, people.third, on_paper=True)
    for person in (people.lead, people.member, people.third, people.chief):
        assert not to_verify(person, on=TODAY).exists()
    assert [one.pk for one in to_verify(leader, on=TODAY)] == [item.pk]
    assert {"strike_off", "send_back"} <= {move.action for move in actions_for(_fresh(item), leader, on=TODAY)}
    assert world.do("strike_off", item, leader).verified_by == leader


def test_a_part_in_one_item_does_not_bar_from_another(world: World) -> None:
    world.do("assign", world.item(), world.people.chief, responsible=world.people.third)
    other = world.in_state("answered")
    assert [one.pk for one in to_verify(world.people.third, on=TODAY)] == [other.pk]
    assert world.do("strike_off", other, world.people.third).state == "struck_off"


def test_whoever_enters_paper_answers_does_not_verify_them(world: World) -> None:
    item = world.item()
    world.do("answer", item, world.people.third, on_paper=True)
    assert Reply.objects.get(rectification=item).on_paper
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        world.do("strike_off", item, world.people.third)
    assert world.do("strike_off", item, world.people.chief).verified_by == world.people.chief


def test_the_finder_does_not_withdraw_the_problem(world: World) -> None:
    chief_who_found = make_user(world.tree.county, Role.SECTION_CHIEF)
    item = world.item()
    Rectification.objects.filter(pk=item.pk).update(found_by=chief_who_found)
    with pytest.raises(IllegalMove, match="须由另一人办理"):
        world.do("withdraw", item, chief_who_found)


@pytest.mark.parametrize(
    ("action", "state", "values", "sentence"),
    [
        (
            "order",
            "registered",
            {"limit": TODAY},
            "整改期限须在今天（2026年11月1日）之后，填的是2026年11月1日。期限不能倒填。",
        ),
        (
            "order",
            "registered",
            {"limit": day(31)},
            "一次定的期限最长 30 日，最晚到2026年12月1日；填的是2026年12月2日。",
        ),
        ("order", "registered", {"limit": None}, "整改事项“下达整改”缺少必填事项：整改期限。"),
        ("order", "registered", {"requirement": "x" * 2001}, "整改要求最多 2000 字，现在是 2001 字。"),
        ("answer", "open", {"files": []}, "请附上证明材料：整改前后的照片、记录、证书等，至少一份。"),
        ("answer", "open", {"text": "  "}, "整改事项“提交整改材料”缺少必填事项：整改情况。"),
        ("strike_off", "answered", {"method": "guess"}, "没有这种验收方式，请从列出的方式中选一种。"),
        ("strike_off", "answered", {"note": ""}, "整改事项“验收销号”缺少必填事项：验收意见。"),
        ("send_back", "answered", {"reason": ""}, "整改事项“退回再改”缺少必填事项：理由。"),
        ("extend", "open", {"limit": LIMIT}, "延期后的期限须晚于现在的期限2026年11月11日，填的是2026年11月11日。"),
        ("extend", "open", {"reason": ""}, "整改事项“批准延期”缺少必填事项：理由。"),
        ("withdraw", "open", {"reason": ""}, "整改事项“撤销问题”缺少必填事项：理由。"),
        ("assign", "open", {"responsible": None}, "整改事项“改派承办人”缺少必填事项：承办人。"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(
    world: World, action: str, state: str, values: dict[str, Any], sentence: str
) -> None:
    item = world.in_state(state)
    events = _events()
    with pytest.raises(DomainError) as refused:
        world.do(action, item, getattr(world.people, BY[action]), **values)
    assert refused.value.sentence == sentence
    assert _fresh(item).state == state
    assert _events() == events


def test_nobody_of_another_organ_is_made_responsible(world: World) -> None:
    stranger = make_user(world.tree.other_county, Role.OFFICER, name="外人")
    with pytest.raises(Refused) as refused:
        world.do("assign", world.item(), world.people.chief, responsible=stranger)
    assert refused.value.sentence == "外人不是青石县市场监督管理局现任的执法人员或者科长，不能承办。"


def test_rights_follow_role_organ_and_institution(world: World) -> None:
    item = world.item()
    other = make_institution(world.tree.county)
    other_user = make_user(world.tree.county, Role.INSTITUTION_USER, institution_id=other.uscc)
    analyst = make_user(world.tree.county, Role.ANALYST)
    city_chief = make_user(world.tree.city, Role.SECTION_CHIEF)
    for action, user in (
        ("answer", other_user), ("answer", world.people.third), ("extend", world.people.third), ("extend", city_chief),
        ("extend", analyst), ("withdraw", world.people.institution_user),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            world.do(action, item, user)
    assert _fresh(item).state == "open"


def test_nobody_handles_an_institution_they_are_tied_to(world: World) -> None:
    item = world.in_state("answered")
    Avoidance.objects.create(
        user=world.people.third, institution_id=world.institution.uscc, kind="kin", valid_from=LONG_AGO
    )
    with pytest.raises(NotAllowed, match="回避关系"):
        world.do("strike_off", item, world.people.third)
    assert actions_for(_fresh(item), world.people.third, on=TODAY) == ()


def test_an_answer_after_the_limit_is_taken_and_told(world: World) -> None:
    item = world.do("answer", world.item(), world.people.institution_user, now=later(11))
    assert item.answered_late
    assert Reply.objects.get(rectification=item).late
    assert not world.do("answer", world.item(), world.people.institution_user, now=later(10)).answered_late


def test_a_form_of_an_older_standing_is_not_written(world: World) -> None:
    from hengjian.apps.rectifications.services import stamp

    item = world.item()
    seen = stamp(item)
    world.do("extend", item, world.people.chief)
    with pytest.raises(IllegalMove, match="刚刚有人办理过"):
        world.do("answer", item, world.people.institution_user, seen=seen)


def test_an_extension_keeps_the_first_limit_and_counts(world: World) -> None:
    item = world.do("extend", world.item(), world.people.chief)
    assert (item.first_limit, item.limit, item.extensions) == (LIMIT, day(15), 1)


def test_a_struck_off_item_may_be_opened_again_by_a_chief(world: World) -> None:
    item = world.do("reopen", world.in_state("struck_off"), world.people.chief)
    assert item.state == "returned"
    assert item.struck_off_on is None
    answered = world.do("answer", item, world.people.institution_user, files=[evidence("新材料.pdf")])
    assert answered.rounds == 2


def _events() -> int:
    return Event.objects.filter(verb__startswith="rectification.").count()


def _fresh(item: Rectification) -> Rectification:
    return Rectification.objects.select_related("institution", "organ").get(pk=item.pk)


def test_the_clock_runs_while_the_institution_has_to_act_and_rests_with_the_organ(world: World) -> None:
    def clocks(item: Rectification) -> list[tuple[str, Any]]:
        return [(one.state, one.due_on) for one in clocks_of_item(item).order_by("pk")]

    item = world.item()
    assert clocks(item) == [("running", LIMIT)]
    world.do("extend", item, world.people.chief)
    assert clocks(item) == [("running", day(15))]
    world.do("answer", item, world.people.institution_user)
    assert clocks(item) == [("met", day(15))]
    world.do("send_back", item, world.people.third)
    assert clocks(item) == [("met", day(15)), ("running", LIMIT)]
    world.do("withdraw", item, world.people.chief)
    assert clocks(item) == [("met", day(15)), ("stopped", LIMIT)]
