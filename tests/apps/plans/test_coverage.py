"""Coverage comes from the ledger alone: drawn, checked, key fields, monitoring – and opens to its rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hengjian.apps.accounts.models import Role
from hengjian.apps.plans import services
from hengjian.apps.plans.coverage import counts_by_organ, coverage, coverage_below, flagged, narrowed
from hengjian.apps.plans.models import MonitoringLook, Visit
from hengjian.apps.plans.monitoring import due_for_look, record_clear_looks, record_look
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import NotAllowed, Refused
from tests.apps.factories import make_actor, make_institution, make_user
from tests.apps.plans.samples import ITEM, NOW, TODAY, draft, file, make_office, plan_in_force, reserve

pytestmark = pytest.mark.django_db
KEY = {"title": "重点领域", "kind": "key_field", "fields": ["food", "vehicle"]}
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
SCREENED = {"risk": 0.05, "risk_band": "green", "risk_run": "SC-2026-0001", "risk_at": NOW}


@pytest.fixture
def office():
    return make_office()


def done(visit: Visit, user) -> None:
    services.enter_visit(visit=visit, at=AT, actor=make_actor(user), now=AT)
    services.finish_visit(visit=visit, at=AT, actor=make_actor(user), now=AT)


def numbers(of) -> dict[str, tuple[int, int]]:
    return {one.key: (one.done, one.total) for one in of.meters}


def test_the_meter_moves_with_reservation_visit_and_look(office):
    food = make_institution(office.county, **SCREENED)
    fire = make_institution(office.county, fields=["fire"])
    make_institution(office.county, status="closed")
    plan = plan_in_force(office, ITEM, KEY)
    assert numbers(coverage(office.county, 2026, TODAY)) == {
        "drawn": (0, 2), "checked": (0, 2), "key_field": (0, 1), "monitoring": (0, 2),
    }  # fmt: skip
    day = date(2026, 3, 10)
    drawn = reserve(fire, office.officer, day=day, item=plan.items.get(kind="draw"), origin_kind="draw")
    assert numbers(coverage(office.county, 2026, TODAY))["drawn"] == (1, 2)
    done(drawn, office.officer)
    done(reserve(food, office.officer, day=day, item=plan.items.get(kind="key_field")), office.officer)
    record_look(institution=food, conclusion="clear", note="", user=office.officer, now=NOW, today=TODAY)
    assert numbers(coverage(office.county, 2026, TODAY)) == {
        "drawn": (1, 2), "checked": (1, 2), "key_field": (1, 1), "monitoring": (1, 2),
    }  # fmt: skip
    assert numbers(coverage(office.county, 2027, TODAY))["checked"] == (0, 2)


def test_each_number_opens_to_as_many_rows(office):
    labs = [make_institution(office.county, fields=["food"] if number % 2 else ["fire"]) for number in range(6)]
    plan = plan_in_force(office, ITEM, KEY)
    for lab in labs[1:4]:
        kind = "key_field" if "food" in lab.fields else "draw"
        visit = reserve(lab, office.officer, day=date(2026, 3, 10), item=plan.items.get(kind=kind), origin_kind=kind)
        done(visit, office.officer)
    rows = flagged(office.county, year=2026, on=TODAY)
    for meter in coverage(office.county, 2026, TODAY).meters:
        found = {status: narrowed(rows, meter=meter.key, status=status, on=TODAY).count() for status in ("yes", "no")}
        assert found == {"yes": meter.done, "no": meter.total - meter.done}, meter.key


def test_a_visit_upon_a_lead_covers_no_duty_and_is_told_apart(office):
    lab = make_institution(office.county)
    tip = reserve(lab, office.officer, day=date(2026, 3, 10), exception_code="tip", exception_note="举报")
    done(tip, office.officer)
    of = coverage(office.county, 2026, TODAY)
    assert (of.meter("key_field").done, of.by_lead) == (0, 1)


def test_the_shares_are_held_against_dated_law_and_rounded_up(office):
    for _ in range(7):
        make_institution(office.county)
    drawn = coverage(office.county, 2026, TODAY).meter("drawn")
    assert (drawn.required, drawn.wanted, drawn.missing, drawn.source) == (15, 2, 2, "上海双随机抽查比例（默认值）")


def test_bureaus_below_add_up_to_the_city(office, django_assert_max_num_queries):
    for organ in (office.county, office.county, office.tree.other_county):
        make_institution(organ)
    with django_assert_max_num_queries(10):
        below = coverage_below(office.tree.city, year=2026, on=TODAY)
    assert [(one.organ, one.meter("drawn").total) for one in below] == [
        (office.county, 2), (office.tree.other_county, 1),
    ]  # fmt: skip
    assert coverage(office.tree.city, 2026, TODAY).meter("drawn").total == 3
    assert set(counts_by_organ(office.county, year=2026, on=TODAY)) == {office.county.path}


def test_a_superiors_unannounced_visit_is_not_given_away_by_the_meter(office):
    lab = make_institution(office.county)
    city = office.tree.city
    plan = draft(office.city_officer, city, ITEM | {"notice": "unannounced"})
    leader, above = make_user(city, Role.LEADER), make_user(office.tree.province, Role.SECTION_CHIEF)
    plan = file(plan, drafter=office.city_officer, approver=leader, superior=above)
    visit = reserve(lab, office.city_officer, day=date(2026, 3, 10), item=plan.items.get(), origin_kind="draw")
    assert coverage(office.county, 2026, TODAY).meter("drawn").done == 0
    assert coverage(city, 2026, TODAY).meter("drawn").done == 1
    services.enter_visit(visit=visit, at=AT, actor=make_actor(office.city_officer), now=AT)
    assert coverage(office.county, 2026, TODAY).meter("drawn").done == 1


def test_monitoring_needs_this_years_screening_and_words_where_the_risk_is_not_low(office):
    def look(lab, conclusion="clear", note=""):
        return record_look(institution=lab, conclusion=conclusion, note=note, user=office.officer, now=NOW, today=TODAY)

    def said(*given):
        with pytest.raises(Refused) as refused:
            look(*given)
        return refused.value.sentence

    bare = make_institution(office.county, name="未筛所")
    assert said(bare) == "未筛所还没有筛查结果，不能作风险监测；请先完成一次筛查。"
    old = make_institution(office.county, name="旧筛所", **SCREENED | {"risk_at": datetime(2025, 5, 1, tzinfo=UTC)})
    assert said(old) == "旧筛所最近一次筛查不在2026年，请先完成本年度的筛查。"
    red = make_institution(office.county, name="高险所", **SCREENED | {"risk": 0.99, "risk_band": "red"})
    assert said(red) == "风险不是低风险的，记“未见异常”要写明理由。"
    assert said(red, "visit") == "建议现场检查的，请写明发现了什么。"
    assert said(red, "perhaps") == "请选择监测结论。"
    assert look(red, "visit", "二十份报告过程曲线相同").band == "red"
    assert said(red, "visit", "再看") == "高险所已按筛查 SC-2026-0001 作过风险监测，不必重复。"
    assert Event.objects.latest("sequence").verb == "monitoring.look"
    assert not Visit.objects.exists()


def test_looks_of_several_are_for_low_risk_only(office):
    green = [make_institution(office.county, **SCREENED) for _ in range(2)]
    red = make_institution(office.county, name="高险所", **SCREENED | {"risk_band": "red"})
    rows = due_for_look(office.county, year=2026)
    pks = [one.pk for one in (*green, red)]
    result = record_clear_looks(rows=rows, pks=pks, user=office.officer, now=NOW, today=TODAY)
    assert (result.written, result.refused) == (2, (("高险所", "风险不是低风险的，须逐家办理。"),))
    assert list(due_for_look(office.county, year=2026)) == [red]
    assert MonitoringLook.objects.count() == 2


def test_nobody_monitors_another_countys_institution(office):
    away = make_institution(office.tree.other_county, **SCREENED)
    with pytest.raises(NotAllowed):
        record_look(institution=away, conclusion="clear", note="", user=office.officer, now=NOW, today=TODAY)
