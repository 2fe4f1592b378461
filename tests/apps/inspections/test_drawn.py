"""Tasks of drawn targets: the people and the days are the draw's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.draws.models import Draw, DrawUnit
from hengjian.apps.draws.selectors import in_force, team_of
from hengjian.apps.inspections import services
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.selectors import inspections_of, inspections_seen_by
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import Refused
from tests.apps.draws.samples import LATER, Stage, draw_at, make_stage
from tests.apps.factories import make_user

BACKEND = "django.contrib.auth.backends.ModelBackend"
DAY = date(2026, 3, 10)
ON = timezone.localdate(LATER)


@pytest.fixture
def stage(db: None, settings: Any, tmp_path: Any) -> Stage:
    settings.DRAWS_ROOT = tmp_path / "d"
    return make_stage()


def first_target(draw: Draw) -> DrawUnit:
    return in_force(draw.units.select_related("draw", "institution")).order_by("pk")[0]


def drawn_task(stage: Stage, unit: DrawUnit, **changes: Any) -> Inspection:
    given = {"planned_on": DAY, "user": stage.chief, "on": ON, "now": LATER} | changes
    return services.create_task(origin_kind="draw", origin_id=f"{unit.draw.number}/{unit.unit_id}", **given)


@pytest.mark.parametrize("slot", ["lead", "member", "experts"])
def test_nobody_but_the_drawn_officers_is_sent(stage: Stage, slot: str):
    unit = first_target(draw_at(stage, "published"))
    team = team_of(unit)
    other = next(one for one in stage.officers if one.pk not in {who.pk for who in team.values()})
    with pytest.raises(Refused) as caught:
        drawn_task(stage, unit, **{slot: [other] if slot == "experts" else other})
    assert caught.value.sentence == "抽中的检查人员不能在建立任务时更换；须回避的在抽查页办理。"
    assert caught.value.where == {"field": slot}
    made = drawn_task(stage, unit)
    assert (made.lead, made.member) == (team["lead"], team["member"])


def test_the_form_of_a_drawn_target_names_its_officers_and_takes_no_others(stage: Stage, monkeypatch: Any):
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    unit = first_target(draw_at(stage, "published"))
    team = team_of(unit)
    other = next(one for one in stage.officers if one.pk not in {who.pk for who in team.values()})
    client = Client()
    client.force_login(stage.chief, backend=BACKEND)
    address = f"{reverse('inspections:create')}?kind=draw&id={unit.draw.number}/{unit.unit_id}"
    page = client.get(address).content.decode()
    assert 'name="lead"' not in page
    assert 'name="member"' not in page
    assert f"主检人员 {team['lead'].name}" in page
    given = {"planned_on": DAY.isoformat(), "kind": "unannounced", "groups": ["CK-A"]}
    assert client.post(address, given | {"lead": other.pk, "member": other.pk}).status_code == 302
    made = Inspection.objects.get()
    assert (made.lead, made.member) == (team["lead"], team["member"])


def test_a_target_without_two_drawn_officers_gets_no_task(stage: Stage):
    unit = first_target(draw_at(stage, "published"))
    unit.assignments.filter(slot="member").delete()
    with pytest.raises(Refused, match=r"还没有为.*派出两名执法人员。"):
        drawn_task(stage, unit, lead=stage.officers[0], member=stage.officers[1])


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 3, 21), date(2027, 1, 4)])
def test_the_day_lies_in_the_weeks_the_draw_has_fixed(stage: Stage, day: date):
    unit = first_target(draw_at(stage, "published"))
    with pytest.raises(Refused, match=r"的检查须在2026年3月9日至2026年3月20日进行，.*不在这一期间。") as caught:
        drawn_task(stage, unit, planned_on=day)
    assert caught.value.where is not None
    assert caught.value.where["field"] == "planned_on"
    assert drawn_task(stage, unit, planned_on=date(2026, 3, 9)).planned_on - timedelta(days=8) == date(2026, 3, 1)


def test_once_the_weeks_have_passed_a_late_visit_is_better_than_none(stage: Stage):
    unit = first_target(draw_at(stage, "published"))
    late = date(2026, 3, 25)
    assert drawn_task(stage, unit, planned_on=late, on=late).planned_on == late


@pytest.fixture
def sealed(stage: Stage) -> Inspection:
    return drawn_task(stage, first_target(draw_at(stage, "announced", mode="sealed")))


def seen(user: Any, on: date = ON) -> list[Inspection]:
    return list(inspections_seen_by(User.objects.get(pk=user.pk), on=on))


def test_the_task_of_a_sealed_draw_is_for_those_who_go_and_those_who_hold_the_targets(stage: Stage, sealed: Inspection):
    city_chief = make_user(stage.office.tree.city, Role.SECTION_CHIEF)
    analyst = make_user(stage.office.county, Role.ANALYST)
    for user in (stage.chief, stage.leader, sealed.lead, sealed.member):
        assert seen(user) == [sealed]
        assert list(inspections_of(sealed.institution, user, on=ON)) == [sealed]
    for user in (stage.legal, stage.supervisor, city_chief, analyst):
        assert seen(user) == []
        assert list(inspections_of(sealed.institution, user, on=ON)) == []
    assert all(seen(one) == [] for one in stage.officers if one.pk not in sealed.officer_ids)


def test_from_the_entry_on_or_once_the_draw_is_opened_overseers_see_the_task_again(stage: Stage, sealed: Inspection):
    Inspection.objects.filter(pk=sealed.pk).update(state="entered")
    assert seen(stage.legal) == [sealed]
    Inspection.objects.filter(pk=sealed.pk).update(state="cancelled")
    assert seen(stage.legal) == []
    Draw.objects.update(published_at=LATER)
    assert seen(stage.legal) == [sealed]


def test_no_event_names_the_institution_of_a_sealed_draw_before_the_entry(stage: Stage, sealed: Inspection):
    told = Event.objects.filter(verb__in=("inspection.create", "visit.reserve"))
    assert told.count() == 2
    for event in told:
        assert sealed.institution.name not in f"{event.thing_label}{event.before}{event.after}"
        assert sealed.institution.uscc not in f"{event.thing_label}{event.before}{event.after}"
        assert "institution" not in event.after
    at = timezone.make_aware(datetime(2026, 3, 10, 9, 0))
    services.notify(inspection=sealed, user=stage.chief, on=ON, now=LATER)
    services.enter(inspection=sealed, user=sealed.lead, on=DAY, now=at)
    assert Event.objects.get(verb="inspection.arrive").after["institution"] == sealed.institution.name
