"""Choice of law on the real data: by date, by field, by region; what must come first; who decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hengjian.engines.penalties import Choice, Conduct
from hengjian.engines.penalties import choose as choose_from
from hengjian.kernel.errors import Refused
from hengjian.law.discretion import calculation_for
from hengjian.law.loader import lawbook
from hengjian.law.punishing import choice_for, limits_on, provisions

ON = date(2026, 11, 21)
NEW = date(2026, 3, 1)
WAN = 1_000_000


def choose(*violations: str, on: date = ON, day: date | None = NEW, **more: Any) -> Choice:
    return choice_for(Conduct(violation_ids=violations, occurred_from=day, **more), on=on)


def proposed(choice: Choice) -> tuple[str, int, int] | None:
    first = choice.first
    return (first.provision.id, first.range.low, first.range.high) if first and first.range else None


# --- by date


@pytest.mark.parametrize(
    ("violation", "day", "expected"),
    [
        ("SUP-15.1", date(2025, 4, 30), ("SUP-15.1@2021-06-01", 3 * WAN, 3 * WAN)),
        ("SUP-15.1", date(2025, 5, 1), ("SUP-15.1@2025-05-01", 0, 10 * WAN)),
        ("SUP-14.2", date(2025, 4, 30), ("SUP-14.2@2021-06-01", 3 * WAN, 3 * WAN)),
        ("SUP-14.2", date(2025, 5, 1), ("SUP-14.2@2025-05-01", 0, 5 * WAN)),
    ],
)
def test_the_text_of_the_day_of_conduct_applies(violation: str, day: date, expected: tuple[str, int, int]) -> None:
    found = choose(violation, day=day, effect="wrong")
    assert proposed(found) == expected
    assert found.outcome == "punish"


def test_the_old_article_number_is_cited_for_old_conduct() -> None:
    old, new = choose("SUP-15.1", day=date(2025, 4, 30)).first, choose("SUP-15.1").first
    assert old and old.article == "《检验检测机构监督管理办法》第二十六条"
    assert new and new.article == "《检验检测机构监督管理办法》第二十七条"
    assert old.provision.breach[0].text == "《检验检测机构监督管理办法》第十四条第二款第（一）项"
    assert (old.provision.articles[0].version, new.provision.articles[0].version) == ("令第39号", "令第101号")
    assert old.provision.articles[0].valid_to == date(2025, 4, 30)


def test_the_later_text_is_taken_only_when_it_is_lighter() -> None:
    found = choose("SUP-15.1", day=date(2025, 1, 10))
    assert any("从旧兼从轻" in step and "新规定不较轻" in step for step in found.steps)
    provision = next(one for one in provisions() if one.id == "SUP-15.1@2025-05-01")
    lighter = replace(provision, sums=tuple(replace(one, high=2 * WAN) for one in provision.sums))
    book = [lighter if one is provision else one for one in provisions()]
    conduct = Conduct(violation_ids=("SUP-15.1",), occurred_from=date(2025, 1, 10))
    switched = choose_from(conduct, book, on=ON, limits=limits_on(ON))
    assert proposed(switched) == ("SUP-15.1@2025-05-01", 0, 2 * WAN)
    assert any("新规定较轻，适用新规定" in step for step in switched.steps)


def test_conduct_over_the_change_is_judged_by_its_end_and_says_so() -> None:
    found = choose("SUP-15.1", day=date(2025, 3, 1), occurred_to=date(2025, 5, 1))
    assert proposed(found) == ("SUP-15.1@2025-05-01", 0, 10 * WAN)
    assert any("跨越2025年5月1日的修改" in step for step in found.steps)
    before = choose("SUP-15.1", day=date(2025, 3, 1), occurred_to=date(2025, 4, 30))
    assert proposed(before) == ("SUP-15.1@2021-06-01", 3 * WAN, 3 * WAN)


def test_separate_acts_over_the_change_must_be_listed_apart() -> None:
    found = choose("SUP-15.1", day=date(2025, 3, 1), occurred_to=date(2025, 6, 1), continuing=False)
    assert found.outcome == "none"
    assert found.blocked[0].sentence == (
        "多个独立的行为跨越2025年5月1日的法律修改，请按行为日分开列为两项违法事实，分别选用规定。"
    )
    same = choose("SUP-15.1", day=date(2025, 6, 1), occurred_to=date(2025, 9, 1), continuing=False)
    assert same.outcome == "punish"


def test_a_mere_renumbering_is_no_change_of_the_law() -> None:
    found = choose("SUP-12", day=date(2025, 3, 1), occurred_to=date(2025, 6, 1), continuing=False)
    assert found.outcome == "correct"
    assert not any("修改" in step for step in found.steps)


def test_without_the_day_of_conduct_nothing_is_chosen() -> None:
    found = choose("SUP-15.1", day=None)
    assert (found.outcome, found.applicable) == ("none", ())
    assert found.blocked[0].sentence == "没有查明违法行为发生的日期，不能确定适用哪一版规定；请先查明行为的起止日。"
    assert found.blocked[0].article == "《中华人民共和国行政处罚法》第三十七条"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "早于开始日"),
        (date(2026, 11, 22), None, "晚于2026年11月21日"),
        (date(2026, 11, 1), date(2026, 12, 1), "晚于2026年11月21日"),
    ],
)
def test_days_that_cannot_be_are_said(first: date, last: date | None, said: str) -> None:
    assert said in choose("SUP-15.1", day=first, occurred_to=last).blocked[0].sentence


def test_conduct_before_the_first_recorded_text_has_no_law() -> None:
    found = choose("ACC-36.2", day=date(2019, 2, 28), discovered_on=date(2020, 6, 1))
    assert (found.outcome, [one.code for one in found.blocked]) == ("none", ["no_law"])
    assert "不能作出没有依据的处罚" in found.blocked[0].sentence


@pytest.mark.parametrize(
    ("discovered", "health", "late"),
    [
        (date(2026, 3, 1), False, False),
        (date(2026, 3, 2), False, True),
        (date(2026, 3, 2), True, False),
    ],
)
def test_two_or_five_years_from_the_end_of_the_conduct(discovered: date, health: bool, late: bool) -> None:
    day = date(2024, 2, 1)
    found = choose("SUP-15.1", day=day, occurred_to=date(2024, 3, 1), discovered_on=discovered, harm_to_health=health)
    assert (found.outcome == "none") is late
    assert ("不再给予行政处罚" in "".join(found.steps)) is late


def test_what_still_goes_on_has_no_limitation() -> None:
    assert choose("SUP-15.1", day=date(2022, 1, 1), still_going_on=True).outcome == "punish"


# --- sector law first


@pytest.mark.parametrize(
    ("field", "more", "rule", "low", "high"),
    [
        ("product", {}, "SP-01", 5 * WAN, 10 * WAN),
        ("food", {"fee": 2 * WAN}, "SP-02", 10 * WAN, 20 * WAN),
        ("food", {"fee": WAN}, "SP-02", 5 * WAN, 10 * WAN),
        ("food", {"fee": WAN - 1}, "SP-02", 5 * WAN, 10 * WAN),
        ("medical_device", {}, "SP-03", 10 * WAN, 30 * WAN),
        ("medical_device", {"party_kind": "person", "income": 10 * WAN}, "SP-03", 3 * WAN, 30 * WAN),
        ("cosmetics", {}, "SP-04", 5 * WAN, 10 * WAN),
        ("special_equipment", {}, "SP-05", 5 * WAN, 20 * WAN),
        ("special_equipment", {"party_kind": "person"}, "SP-05", WAN // 2, 5 * WAN),
        ("other", {"area_code": "310101", "fee": 3 * WAN}, "SP-11", 15 * WAN, 30 * WAN),
        ("other", {"area_code": "330106"}, "SP-13", 3 * WAN, 10 * WAN),
    ],
)
def test_the_law_of_the_field_or_region_goes_first(
    field: str, more: dict[str, Any], rule: str, low: int, high: int
) -> None:
    found = choose("SUP-15.1", field=field, **more)
    assert found.outcome == "punish"
    assert found.first and found.first.provision.id.startswith(f"{rule}@")
    assert (found.first.range.low, found.first.range.high) == (low, high)
    aside = next(one for one in found.set_aside if one.provision.id == "SUP-15.1@2025-05-01")
    assert "不再适用" in aside.reasons[-1] or "没有对个人" in aside.reasons[-1]


@pytest.mark.parametrize(
    ("field", "more", "rule", "authority"),
    [
        ("environment", {}, "SP-09", "生态环境主管部门"),
        ("carbon", {"gain": 3 * WAN}, "SP-10", "生态环境主管部门"),
        ("construction", {}, "SP-16", "住房和城乡建设主管部门"),
        ("vehicle", {"test_kind": "safety", "fee": 100}, "SP-07", "公安机关交通管理部门"),
        ("vehicle", {"test_kind": "emission"}, "SP-08b", "生态环境主管部门"),
        ("food", {"traits": frozenset({"agricultural_sample"}), "fee": WAN}, "SP-06", "农业农村主管部门"),
    ],
)
def test_another_authority_punishes_and_this_organ_hands_over(
    field: str, more: dict[str, Any], rule: str, authority: str
) -> None:
    found = choose("SUP-15.1", field=field, **more)
    assert (found.outcome, found.authority) == ("transfer", authority)
    assert found.first and found.first.provision.id.startswith(f"{rule}@") and not found.first.fine_allowed
    assert any("应当移送，不得自行处罚" in step for step in found.steps)
    with pytest.raises(Refused, match="本机关应当移送，不计算罚款"):
        calculation_for(found.first, factors=(), on=ON)


def test_emission_conduct_falls_under_the_code_from_its_first_day_on() -> None:
    old = choose("SUP-15.1", field="vehicle", test_kind="emission", day=date(2026, 8, 14))
    new = choose("SUP-15.1", field="vehicle", test_kind="emission", day=date(2026, 8, 15))
    assert old.first and old.first.provision.id == "SP-08b@2018-10-26"
    assert new.first and new.first.provision.id == "SP-08@2026-08-15"
    assert any("从旧兼从轻" in step for step in old.steps)


def test_a_serious_case_under_the_code_is_another_range() -> None:
    found = choose("SUP-15.1", field="vehicle", test_kind="emission", day=date(2026, 9, 1), serious=True)
    assert proposed(found) == ("SP-08@2026-08-15", 50 * WAN, 200 * WAN)
    assert {one.action for one in found.first.consequences} == {"revoke", "close"}
    untrue = choose("SUP-14.2", field="vehicle", test_kind="emission", day=date(2026, 9, 1), effect="wrong")
    assert proposed(untrue) == ("SP-08@2026-08-15", 2 * WAN, 20 * WAN)


def test_an_untrue_emission_report_of_the_old_time_stays_with_the_general_penalty() -> None:
    found = choose("SUP-14.2", field="vehicle", test_kind="emission", day=NEW, effect="wrong")
    assert proposed(found) == ("SUP-14.2@2025-05-01", 0, 5 * WAN)


def test_a_law_that_only_grants_damages_does_not_push_the_general_penalty_aside() -> None:
    found = choose("SUP-14.2", field="product", effect="wrong")
    assert proposed(found) == ("SUP-14.2@2025-05-01", 0, 5 * WAN)
    assert any("没有设定行政处罚" in one.reasons[-1] for one in found.set_aside)


def test_local_law_stays_at_home() -> None:
    for area in ("", "320100", "990101"):
        assert proposed(choose("SUP-15.1", area_code=area)) == ("SUP-15.1@2025-05-01", 0, 10 * WAN)


def test_a_missing_fee_is_asked_for_and_no_range_made_up() -> None:
    found = choose("SUP-15.1", field="food")
    assert found.first and found.first.range is None and found.first.missing == ("检验检测费用",)
    assert "请查明检验检测费用：幅度按它计算。" in found.questions
    with pytest.raises(Refused, match="缺少检验检测费用，无法计算罚款幅度"):
        calculation_for(found.first, factors=(), on=ON)


def test_small_values_count_as_fifty_thousand_yuan() -> None:
    device = {"kinds": ("cheating_device",), "field": "vehicle", "day": date(2026, 9, 1)}
    found = choose(value=100, **device)
    assert proposed(found) == ("SP-15@2026-08-15", 5 * WAN, 25 * WAN)
    assert proposed(choose(value=10 * WAN, **device)) == ("SP-15@2026-08-15", 10 * WAN, 50 * WAN)


def test_of_several_readings_of_one_act_the_higher_fine() -> None:
    found = choose("ACC-37", "SUP-15.1")
    assert [one.provision.line for one in found.applicable] == ["SUP-15.1", "ACC-37"]
    assert any("按罚款数额高的规定处罚" in step for step in found.steps)


def test_a_second_fine_for_the_same_act_is_blocked() -> None:
    found = choose("SUP-15.1", fined_by_other=True)
    assert [one.code for one in found.blocked] == ["fined_before"]


# --- what must come first


@pytest.mark.parametrize("violation", ["SUP-11", "SUP-12", "ACC-35"])
def test_two_step_offences_need_the_order_and_the_failed_recheck(violation: str) -> None:
    plain = choose(violation)
    assert (plain.outcome, plain.first.fine_allowed) == ("correct", False)
    assert plain.blocked[0].sentence == "应当先责令限期改正并在期满后复查；没有责令改正记录的，不能罚款。"
    ordered = choose(violation, ordered_before=True)
    assert ordered.outcome == "correct" and "没有“逾期未改正" in ordered.blocked[0].sentence
    failed = choose(violation, ordered_before=True, recheck_failed=True)
    assert failed.outcome == "punish" and not failed.blocked


def test_shanghai_display_needs_an_order_first_but_its_other_items_do_not() -> None:
    here = {"area_code": "310101"}
    assert choose(kinds=("not_displayed",), **here).outcome == "correct"
    assert choose(kinds=("not_by_standard",), **here).outcome == "punish"
    seal = choose("SUP-15.5", party_kind="person", fee=1, **here)
    assert [one.range.high for one in seal.applicable] == [5 * WAN, 2 * WAN]


def test_an_untrue_report_needs_its_effect() -> None:
    found = choose("SUP-14.1")
    assert [one.code for one in found.blocked] == ["effect"]
    assert found.blocked[0].article == "《检验检测机构监督管理办法》第十四条"


def test_where_no_fine_is_set_only_soft_measures() -> None:
    for violation in ("SUP-08", "SUP-13"):
        found = choose(violation)
        assert (found.outcome, found.first.range) == ("soft", None)
    assert proposed(choose("SUP-08", field="special_equipment"))[0] == "SP-05@2014-01-01"


def test_the_general_penalty_reaches_no_person() -> None:
    found = choose("SUP-15.1", party_kind="person")
    assert (found.outcome, [one.code for one in found.blocked]) == ("none", ["no_law"])


def test_bans_and_licence_follow_the_law_of_the_field() -> None:
    person = choose("SUP-15.1", field="food", party_kind="person", fee=WAN)
    assert [(one.action, one.years, one.lifelong) for one in person.first.consequences] == [("ban", 10, False)]
    crime = choose("SUP-15.1", field="food", party_kind="person", fee=WAN, crime=True)
    assert any(one.lifelong for one in crime.first.consequences)
    institution = choose("SUP-15.1", field="medical_device")
    assert [(one.action, one.by, one.mandatory) for one in institution.first.consequences] == [
        ("revoke", "accreditor", True),
        ("bar", "accreditor", True),
    ]
    assert any("由授予资质的机关处罚" in step for step in institution.steps)


def test_unknown_and_missing_violations_are_refused() -> None:
    with pytest.raises(Refused, match="违法行为目录中没有“SUP-99”"):
        choose("SUP-99")
    assert "没有选定违法行为" in choose().blocked[0].sentence


# --- signs


@pytest.mark.parametrize(("units", "seen"), [(9, False), (10, True)])
def test_ten_vehicles_hint_at_a_serious_case_and_stay_unsure(units: int, seen: bool) -> None:
    found = choose("SUP-15.1", field="vehicle", test_kind="emission", units=units)
    assert bool(found.serious) is seen
    assert all(one.certainty == "unsure" and "须经法制审核" in one.sentence for one in found.serious)


@pytest.mark.parametrize(
    ("field", "gain", "hint"),
    [
        ("food", 10 * WAN, "CR-P"),
        ("food", 10 * WAN - 1, None),
        ("environment", 30 * WAN, "CR-E10"),
        ("environment", 30 * WAN - 1, None),
    ],
)
def test_the_gain_from_which_a_crime_is_suspected(field: str, gain: int, hint: str | None) -> None:
    found = choose("SUP-15.1", field=field, gain=gain, fee=WAN)
    assert [one.id for one in found.crimes] == ([hint] if hint else [])
    assert any("不得以行政处罚代替移送" in step for step in found.steps) is bool(hint)


def test_repeated_penalties_and_loss_and_tampering_are_hints_too() -> None:
    twice = (date(2025, 1, 1), date(2025, 12, 1))
    assert choose("SUP-15.1", field="environment", earlier_penalties=twice).crimes[0].id == "CR-E10"
    assert not choose("SUP-15.1", field="environment", earlier_penalties=(date(2023, 1, 1), twice[1])).crimes
    assert choose("SUP-14.1", effect="wrong", loss=100 * WAN).crimes[0].certainty == "unsure"
    assert choose("SUP-15.2", system_tampering=True).crimes[0].id == "CR-286"


# --- every provision


def test_every_provision_in_every_version_is_cited_with_its_text() -> None:
    for one in provisions():
        assert one.articles, one.id
        for cited in one.articles:
            assert cited.text.startswith("《") and cited.version and cited.valid_from <= one.valid_from, one.id


def test_every_violation_and_field_gives_a_law_or_a_named_reason() -> None:
    book = lawbook()
    for violation in book.violations:
        for field in book.fields:
            for party in ("institution", "person"):
                found = choose(violation.id, field=field.code, effect="wrong", party_kind=party, fee=WAN, gain=WAN)
                assert found.applicable or found.blocked, (violation.id, field.code)
                assert all(one.article for one in found.applicable)
                assert found.steps


def test_the_part_before_a_sector_law_existed_is_to_be_listed_apart() -> None:
    found = choose("SUP-15.2", field="environment", day=date(2025, 10, 1), occurred_to=date(2026, 2, 1))
    assert found.outcome == "transfer"
    assert "2026年1月1日以前的部分适用当时的规定，请另列一项违法事实选用。" in found.questions
    assert any("只能处罚2026年1月1日以后的部分" in step for step in found.steps)
