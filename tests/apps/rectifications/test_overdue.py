"""What is past its limit is seen on every reading, and reported upwards once for each level."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.apps.accounts.models import Role
from hengjian.apps.record.models import Event
from hengjian.apps.rectifications.models import Rectification
from hengjian.apps.rectifications.overdue import (
    STANDINGS,
    escalate_overdue,
    late_text,
    level_due,
    standing_filter,
    standing_of,
)
from hengjian.apps.rectifications.procedures import RECTIFICATION, WITH_INSTITUTION
from hengjian.apps.rectifications.selectors import due_for, overdue_below, overdue_for_chief
from tests.apps.factories import TODAY, make_tree, make_user
from tests.apps.rectifications.samples import World, day, later, make_world

DAYS = st.dates(date(2026, 1, 1), date(2027, 1, 1))


@given(st.sampled_from(list(RECTIFICATION.states)), st.none() | DAYS, DAYS)
def test_every_item_stands_in_exactly_one_place_and_only_the_institution_is_late(
    state: str, limit: date | None, today: date
) -> None:
    standing = standing_of(state, limit, today)
    assert standing in STANDINGS
    assert (standing == "late") == (state in WITH_INSTITUTION and limit is not None and today > limit)


@given(st.sampled_from(list(RECTIFICATION.states)), DAYS, DAYS, st.integers(1, 60), st.booleans())
def test_the_level_never_falls_while_days_pass(
    state: str, limit: date, today: date, superior_days: int, has_superior: bool
) -> None:
    options = {"superior_days": superior_days, "has_superior": has_superior}
    now = level_due(state, limit, today, **options)
    then = level_due(state, limit, today + timedelta(days=1), **options)
    assert then >= now
    assert now <= (2 if has_superior else 1)
    assert (now > 0) == (standing_of(state, limit, today) == "late")


@pytest.fixture
def world(db: None) -> World:
    return make_world(make_tree())


def test_the_last_day_is_in_time_and_the_next_is_not(world: World) -> None:
    item = world.item()
    assert late_text(item, day(10)) == ""
    assert late_text(item, day(11)) == "逾期 1 日，已报科长"
    assert late_text(item, day(25)) == "逾期 15 日，已报上级机关"


def test_the_condition_on_rows_says_the_same_as_the_rule(world: World) -> None:
    for state in RECTIFICATION.states:
        item = world.in_state(state)
        for today in (day(0), day(10), day(11), day(40)):
            found = [key for key in STANDINGS if Rectification.objects.filter(standing_filter(key, today), pk=item.pk)]
            assert found == [standing_of(state, item.limit, today)]


def test_overdue_items_are_reported_once_to_the_chief_and_once_to_the_superior(world: World) -> None:
    item, quiet = world.item(), world.in_state("answered")
    assert escalate_overdue(now=later(10)) == []
    assert [one.pk for one in escalate_overdue(now=later(11))] == [item.pk]
    assert escalate_overdue(now=later(12)) == []
    assert [one.escalation for one in escalate_overdue(now=later(25))] == [2]
    assert escalate_overdue(now=later(60)) == []
    events = Event.objects.filter(verb="rectification.escalate", thing_id=str(item.pk)).order_by("sequence")
    assert [(one.actor_name, one.after["facts"]["level"]) for one in events] == [
        ("系统", "已报科长"),
        ("系统", "已报上级机关"),
    ]
    assert not Event.objects.filter(verb="rectification.escalate", thing_id=str(quiet.pk)).exists()


def test_after_a_long_silence_the_system_reports_straight_to_the_superior(world: World) -> None:
    world.item()
    assert [one.escalation for one in escalate_overdue(now=later(40))] == [2]


def test_an_extension_ends_the_report_and_a_new_lateness_starts_anew(world: World) -> None:
    item = world.item()
    escalate_overdue(now=later(11))
    item = world.do("extend", item, world.people.chief, now=later(12), limit=day(20))
    assert (item.escalation, late_text(item, day(12))) == (0, "")
    assert [one.escalation for one in escalate_overdue(now=later(21))] == [1]


def test_an_item_waiting_for_verification_is_never_late(world: World) -> None:
    item = world.in_state("answered")
    assert item.days_late(day(300)) == 0
    assert escalate_overdue(now=later(300)) == []


def test_chiefs_see_the_overdue_of_their_organ_and_superiors_what_was_reported_to_them(world: World) -> None:
    world.item()
    city_chief = make_user(world.tree.city, Role.SECTION_CHIEF)
    province_chief = make_user(world.tree.province, Role.SECTION_CHIEF)
    other_chief = make_user(world.tree.other_county, Role.SECTION_CHIEF)
    chief = world.people.chief
    for who, on, own, below in (
        (chief, day(10), 0, 0), (chief, day(11), 1, 0), (chief, day(25), 1, 0), (city_chief, day(24), 0, 0),
        (city_chief, day(25), 0, 1), (province_chief, day(25), 0, 0), (other_chief, day(25), 0, 0),
    ):  # fmt: skip
        assert overdue_for_chief(who, on=on).count() == own, (who, on)
        assert overdue_below(who, on=on).count() == below, (who, on)
    assert due_for(chief, on=day(11)) == (1, 1)
    assert due_for(world.people.institution_user, on=TODAY) == (1, 0)
    assert due_for(world.people.institution_user, on=day(11)) == (1, 1)
