"""The ledger of visits: nobody goes outside a plan or a lead, nor more often than the cap, nor too soon again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hengjian.apps.accounts.models import Role
from hengjian.apps.plans import guard, merging, services
from hengjian.apps.plans.models import MergeProposal, Visit
from hengjian.apps.plans.parameters import set_parameter, settings_of
from hengjian.apps.plans.secrecy import is_secret
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused
from tests.apps.factories import make_actor, make_institution, make_user
from tests.apps.plans.samples import NOW, TODAY, draft, make_office, plan_in_force, reserve

pytestmark = pytest.mark.django_db
KEY = {"title": "食品机构全覆盖", "kind": "key_field", "fields": ["food"]}
SECRET = {"title": "飞行检查", "kind": "campaign", "share": 100, "notice": "unannounced"}
TIP = {"exception_code": "tip", "exception_note": "12315 举报出具虚假报告"}


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def item(office):
    return plan_in_force(office, KEY).items.get()


@pytest.fixture
def lab(office):
    return make_institution(office.county, name="青石县食品检验有限公司")


def said(call) -> str:
    with pytest.raises((Refused, IllegalMove)) as refused:
        call()
    return refused.value.sentence


def test_a_visit_within_the_plan_is_reserved_counted_and_told(office, item, lab):
    visit = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    assert (visit.number, visit.state, visit.counted, visit.organ) == ("RQ-2026-0001", "reserved", True, office.county)
    event = Event.objects.latest("sequence")
    assert (event.verb, event.thing_id) == ("visit.reserve", str(visit.pk))


def test_no_visit_without_plan_or_lead(office, lab):
    assert said(lambda: reserve(lab, office.officer, day=TODAY)) == (
        "没有计划也没有线索，不能检查企业：请选择已备案计划中的事项，或者选择例外情形并写明理由。"
    )


def test_a_plan_that_is_not_filed_sends_nobody(office, lab):
    plan = draft(office.officer, office.county, KEY)
    sentence = said(lambda: reserve(lab, office.officer, day=TODAY, item=plan.items.get()))
    assert sentence == f"计划 {plan.number} 还没有备案生效，不能据以安排检查。"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"day": date(2027, 3, 1)}, "JH-2026-0001-01 是2026年度的事项，不能安排在2027年。"),
        ({"day": date(2026, 3, 1)}, "不能预约已经过去的日期。"),
        ({"origin_kind": "whim"}, "检查必须写明来源：哪一类、哪一号。"),
        ({"origin_id": " "}, "检查必须写明来源：哪一类、哪一号。"),
        ({"exception_code": "mood"}, "没有“mood”这一例外情形。"),
        ({"exception_code": "tip"}, "按例外情形检查的，必须写明理由；理由将公示。"),
        ({"exception_code": "tip", "exception_note": "长" * 301}, "例外说明最多 300 字，现在是 301 字。"),
    ],
)
def test_bad_requests_are_refused_with_a_sentence(office, item, lab, change, sentence):
    assert said(lambda: reserve(lab, office.officer, **{"day": date(2026, 3, 9), "item": item, **change})) == sentence
    assert not Visit.objects.exists()


def test_scope_holds_by_field_area_and_organ(office, item):
    other = make_institution(office.county, name="青石县车检站", fields=["vehicle"])
    assert said(lambda: reserve(other, office.officer, day=TODAY, item=item)) == (
        "青石县车检站不在 JH-2026-0001-01 的检查范围内（领域或者区域不符）。"
    )
    away = make_institution(office.tree.other_county, name="白河县食品站")
    assert said(lambda: reserve(away, office.officer, day=TODAY, item=item)).startswith("白河县食品站不在")
    lab = make_institution(office.county)
    stranger = make_user(office.tree.other_county, Role.OFFICER)
    assert said(lambda: reserve(lab, stranger, day=TODAY, item=item)) == (
        "JH-2026-0001-01 是青石县市场监督管理局的计划事项，白河县市场监督管理局不能据以检查。"
    )
    closed = make_institution(office.county, name="青石县旧站", status="closed")
    assert said(lambda: reserve(closed, office.officer, day=TODAY, item=item)) == "青石县旧站已注销，不能安排检查。"


def test_the_cap_refuses_the_third_planned_visit_and_says_what_remains(office, item, lab):
    reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    reserve(lab, office.officer, day=date(2026, 6, 10), item=item)
    assert said(lambda: reserve(lab, office.officer, day=date(2026, 9, 10), item=item)) == (
        "2026年对该机构已安排 2 次计入上限的检查，达到年度上限 2 次（涉企检查的年度频次和间隔（默认值）），不能再安排。"
        "可以并入青石县市场监督管理局的检查 RQ-2026-0002（2026年6月10日），进一次门查多项事。"
        "确因投诉举报、移送转办、上级交办、数据预警或者复查必须检查的，请选择例外情形并写明理由。"
    )


def test_the_gap_names_the_first_day_on_which_it_is_kept(office, item, lab):
    reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    sentence = said(lambda: reserve(lab, office.officer, day=date(2026, 4, 1), item=item))
    assert "最早可以安排在2026年5月9日" in sentence
    assert reserve(lab, office.officer, day=date(2026, 5, 9), item=item).counted


def test_an_exception_goes_above_the_cap_is_not_counted_and_is_listed(office, item, lab):
    reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    reserve(lab, office.officer, day=date(2026, 6, 10), item=item)
    visit = reserve(lab, office.officer, day=date(2026, 6, 11), **TIP)
    assert (visit.counted, visit.exception_code) == (False, "tip")
    answer = guard.ask(institution=lab, organ=office.county, day=date(2026, 6, 11), on=TODAY, exception_code="tip")
    assert (answer.allowed, answer.used, answer.total) == (True, 2, 3)


def test_the_same_origin_is_not_used_twice(office, lab):
    reserve(lab, office.officer, day=TODAY, origin_id="TS-1", **TIP)
    assert said(lambda: reserve(lab, office.officer, day=TODAY, origin_id="TS-1", **TIP)) == (
        "已经按同一来源（投诉举报 TS-1）为该机构安排了检查 RQ-2026-0001。"
    )


def test_what_an_organ_has_published_beats_the_default_and_binds_whoever_comes(office, item, lab):
    chief = make_actor(office.city_chief)
    source = "市司法局公告2026年第1号"
    city, county = office.tree.city, office.county
    common = {"actor": chief, "now": NOW, "today": TODAY, "valid_from": TODAY, "source": source}
    set_parameter(organ=city, name="annual_cap", value=1, **common)
    assert settings_of(county, on=TODAY)["annual_cap"].text == f"云岭市市场监督管理局公布：{source}"
    set_parameter(organ=county, name="annual_cap", value=3, **common)
    assert settings_of(county, on=TODAY)["annual_cap"].value == 3
    assert settings_of(office.tree.other_county, on=TODAY)["annual_cap"].value == 1
    answer = guard.ask(institution=lab, organ=city, day=date(2026, 4, 1), on=TODAY)
    assert answer.cap == 3


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "luck"}, "没有“luck”这一参数。"),
        ({"value": 0}, "年度检查上限应当在 1 至 12 次之间。"),
        ({"source": " "}, "请写明公布这一数值的文件，例如“青桐县司法局公告2026年第3号”。"),
        ({"valid_from": date(2026, 1, 1)}, "参数不能追溯生效：起始日期不能早于今天。"),
    ],
)
def test_a_parameter_needs_a_source_a_sane_value_and_a_day_to_come(office, values, sentence):
    given = {"organ": office.county, "name": "annual_cap", "value": 2, "source": "公告", "valid_from": TODAY} | values
    assert said(lambda: set_parameter(**given, actor=make_actor(office.chief), now=NOW, today=TODAY)) == sentence


def test_nobody_enters_before_the_reservation_or_in_another_year_than_the_plan(office, item, lab):
    visit = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    actor = make_actor(office.officer)
    early = visit.reserved_at - timedelta(seconds=1)
    sentence = said(lambda: services.enter_visit(visit=visit, at=early, actor=actor, now=visit.reserved_at))
    assert f"早于{visit.number}登记预约的时间" in sentence
    late = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
    sentence = said(lambda: services.enter_visit(visit=visit, at=late, actor=actor, now=late))
    assert sentence == f"{item.number} 是2026年度的事项，不能在2027年入企。"


def test_entering_on_another_day_asks_the_guard_again(office, item, lab):
    first = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    reserve(lab, office.officer, day=date(2026, 6, 10), item=item)
    actor = make_actor(office.officer)
    late = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
    assert "两次检查至少相隔 60 日" in said(lambda: services.enter_visit(visit=first, at=late, actor=actor, now=late))
    at = datetime(2026, 3, 12, 1, 0, tzinfo=UTC)
    entered = services.enter_visit(visit=first, at=at, actor=actor, now=at)
    assert (entered.state, entered.day) == ("entered", date(2026, 3, 12))
    early = datetime(2026, 3, 11, tzinfo=UTC)
    assert said(lambda: services.finish_visit(visit=first, at=early, actor=actor, now=at)) == "结束时间早于入企时间。"
    assert services.finish_visit(visit=first, at=at, actor=actor, now=at).state == "done"


def test_a_visit_is_cancelled_with_a_reason_and_frees_the_cap(office, item, lab):
    actor = make_actor(office.officer)
    visit = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    cancel = services.cancel_visit
    assert said(lambda: cancel(visit=visit, reason=" ", actor=actor, now=NOW)) == "请写明取消的理由。"
    assert cancel(visit=visit, reason="机构停产检修", actor=actor, now=NOW).state == "cancelled"
    assert guard.ask(institution=lab, organ=office.county, day=date(2026, 3, 10), on=TODAY).used == 0


def test_a_visit_moves_only_where_the_guard_allows(office, item, lab):
    actor = make_actor(office.officer)
    visit = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    reserve(lab, office.officer, day=date(2026, 6, 10), item=item)
    change = {"visit": visit, "reason": "改期", "actor": actor, "now": NOW, "today": TODAY}
    assert "至少相隔" in said(lambda: services.move_visit(day=date(2026, 5, 1), **change))
    assert services.move_visit(day=date(2026, 3, 20), **change).day == date(2026, 3, 20)


def test_two_organs_make_one_visit_of_two_when_both_agree(office, item, lab):
    short_gap(office)
    host = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    guest = reserve(lab, office.city_officer, day=date(2026, 3, 20), item=plan_in_force_of_city(office, KEY))
    proposal = MergeProposal.objects.get()
    assert (proposal.host, proposal.guest, proposal.state) == (host, guest, "open")
    given = {"proposal": proposal, "now": NOW, "today": TODAY}
    with pytest.raises(NotAllowed):
        merging.agree(side="host", user=office.city_officer, **given)
    assert merging.agree(side="host", user=office.officer, **given).state == "host_agreed"
    assert merging.agree(side="guest", user=office.city_officer, **given).state == "accepted"
    guest.refresh_from_db()
    assert (guest.merged_with, guest.counted, guest.day) == (host, False, host.day)


def test_where_the_cap_is_reached_one_may_still_ask_to_go_along(office, item, lab):
    first = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    reserve(lab, office.officer, day=date(2026, 6, 10), item=item)
    given = {"origin_kind": "key_field", "origin_id": "Q-1", "item": item, "now": NOW, "today": TODAY}
    actor = make_actor(office.officer)
    proposal = merging.ask_to_join(host=first, organ=office.county, actor=actor, **given)
    assert (proposal.state, proposal.guest.state, proposal.guest.counted) == ("guest_agreed", "proposed", False)
    answer = guard.ask(institution=lab, organ=office.county, day=date(2026, 3, 10), on=TODAY)
    assert answer.used == 2
    merging.agree(proposal=proposal, side="host", user=office.officer, now=NOW, today=TODAY)
    guest = Visit.objects.get(pk=proposal.guest_id)
    assert (guest.state, guest.merged_with) == ("reserved", first)
    assert guard.ask(institution=lab, organ=office.county, day=date(2026, 3, 10), on=TODAY).used == 2


def test_a_declined_request_ends_with_its_reason(office, item, lab):
    first = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    given = {"origin_kind": "key_field", "origin_id": "Q-1", "item": item, "now": NOW, "today": TODAY}
    proposal = merging.ask_to_join(host=first, organ=office.county, actor=make_actor(office.officer), **given)
    declined = merging.decline(proposal=proposal, reason="内容不相干", user=office.chief, now=NOW, today=TODAY)
    assert (declined.state, Visit.objects.get(pk=proposal.guest_id).state) == ("declined", "cancelled")


def test_the_first_guest_stands_alone_when_its_host_is_called_off(office, item, lab):
    host = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    given = {"origin_kind": "key_field", "origin_id": "Q-1", "item": item, "now": NOW, "today": TODAY}
    actor = make_actor(office.officer)
    proposal = merging.ask_to_join(host=host, organ=office.county, actor=actor, **given)
    merging.agree(proposal=proposal, side="host", user=office.officer, now=NOW, today=TODAY)
    services.cancel_visit(visit=host, reason="改由他人检查", actor=actor, now=NOW)
    guest = Visit.objects.get(pk=proposal.guest_id)
    assert (guest.merged_with, guest.counted, guest.state) == (None, True, "reserved")


def test_a_joined_visit_is_entered_on_its_hosts_day(office, item, lab):
    host = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    given = {"origin_kind": "key_field", "origin_id": "Q-1", "item": item, "now": NOW, "today": TODAY}
    actor = make_actor(office.officer)
    proposal = merging.ask_to_join(host=host, organ=office.county, actor=actor, **given)
    merging.agree(proposal=proposal, side="host", user=office.officer, now=NOW, today=TODAY)
    guest = Visit.objects.get(pk=proposal.guest_id)
    at = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
    assert said(lambda: services.enter_visit(visit=guest, at=at, actor=actor, now=at)) == (
        f"{guest.number} 已并入 {host.number}（3月10日），必须同日入企。"
    )
    services.enter_visit(visit=host, at=at, actor=actor, now=at)
    assert services.enter_visit(visit=guest, at=at, actor=actor, now=at).state == "entered"


def test_another_organs_unannounced_visit_counts_but_is_not_named(office, lab):
    plan_in_force(office, SECRET)
    secret = plan_in_force_of_city(office)
    visit = reserve(lab, office.city_officer, day=date(2026, 3, 20), item=secret)
    answer = guard.ask(institution=lab, organ=office.county, day=date(2026, 3, 25), on=TODAY)
    assert (answer.code, answer.merge_candidates) == ("gap", ())
    assert visit.number not in answer.sentence
    assert answer.sentence.startswith(
        "已另有对该机构的检查安排，离这一天太近：两次检查至少相隔 60 日（涉企检查的年度频次和间隔（默认值）），"
        "请另选日期。"
    )
    assert answer.earliest is None
    assert guard.ask(institution=lab, organ=office.tree.city, day=date(2026, 3, 25), on=TODAY).merge_candidates


def short_gap(office) -> None:
    """A gap so short that two planned visits may stand near each other."""
    given = {"name": "min_gap_days", "value": 7, "source": "公告", "valid_from": TODAY}
    set_parameter(organ=office.county, **given, actor=make_actor(office.chief), now=NOW, today=TODAY)


@pytest.mark.parametrize("secret", [TIP, SECRET])
def test_a_secret_visit_is_not_proposed_to_another_organ(office, item, lab, secret):
    short_gap(office)
    reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    values = secret if secret is TIP else {"item": plan_in_force_of_city(office), "origin_kind": "campaign"}
    guest = reserve(lab, office.city_officer, day=date(2026, 3, 20), **values)
    assert is_secret(guest)
    assert not MergeProposal.objects.exists()
    sentence = guard.ask(institution=lab, organ=office.county, day=date(2026, 3, 21), on=TODAY).sentence
    assert guest.number not in sentence


def test_a_secret_visit_is_still_proposed_within_its_own_organ(office, item, lab):
    host = reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    guest = reserve(lab, office.officer, day=date(2026, 3, 20), **TIP)
    assert (MergeProposal.objects.get().host, MergeProposal.objects.get().guest) == (host, guest)


def test_nobody_of_another_organ_joins_a_visit_upon_a_tip(office, item, lab):
    host = reserve(lab, office.city_officer, day=date(2026, 3, 20), **TIP)
    given = {"origin_kind": "key_field", "origin_id": "Q-1", "item": item, "now": NOW, "today": TODAY}
    actor = make_actor(office.officer)
    assert said(lambda: merging.ask_to_join(host=host, organ=office.county, actor=actor, **given)) == (
        "不能并入这次检查：它在入企以前不公开。"
    )


def test_a_visit_that_has_begun_is_no_secret(office, lab):
    visit = reserve(lab, office.officer, day=date(2026, 3, 10), **TIP)
    at = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    assert is_secret(visit)
    assert not is_secret(services.enter_visit(visit=visit, at=at, actor=make_actor(office.officer), now=at))


def plan_in_force_of_city(office, *items):
    from tests.apps.plans.samples import file

    leader = make_user(office.tree.city, Role.LEADER)
    above = make_user(office.tree.province, Role.SECTION_CHIEF)
    plan = draft(office.city_officer, office.tree.city, *(items or (SECRET,)))
    return file(plan, drafter=office.city_officer, approver=leader, superior=above).items.get()


def test_items_that_the_plan_joins_become_one_visit(office):
    lab = make_institution(office.county)
    plan = draft(office.officer, office.county, KEY)
    from tests.apps.plans.samples import add_item, file

    add_item(plan, office.officer, title="价格检查", kind="campaign", share=100, joined_to=plan.items.get())
    plan = file(plan, drafter=office.officer, approver=office.leader, superior=office.city_chief)
    first, second = plan.items.order_by("number")
    host = reserve(lab, office.officer, day=date(2026, 3, 10), item=first)
    guest = reserve(lab, office.officer, day=date(2026, 8, 10), item=second, origin_kind="campaign")
    assert (guest.merged_with, guest.counted, guest.day) == (host, False, host.day)


def test_the_answers_of_a_roster_are_those_of_each(office, item, django_assert_max_num_queries):
    labs = [make_institution(office.county) for _ in range(5)]
    for lab in labs[:2]:
        reserve(lab, office.officer, day=date(2026, 3, 10), item=item)
    with django_assert_max_num_queries(4):
        answers = guard.ask_many(institutions=labs, organ=office.county, day=date(2026, 4, 1), on=TODAY)
    singly = {one.pk: guard.ask(institution=one, organ=office.county, day=date(2026, 4, 1), on=TODAY) for one in labs}
    assert answers == singly
    assert [answers[one.pk].allowed for one in labs] == [False, False, True, True, True]
