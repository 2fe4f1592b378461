"""A sealed sample is not read off the coverage, the ledger, the record or another batch's exclusions."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Role
from hengjian.apps.draws.roster import exclusions_bytes
from hengjian.apps.plans import guard, services
from hengjian.apps.plans.coverage import coverage
from hengjian.apps.plans.models import MergeProposal, Visit
from hengjian.apps.plans.secrecy import draws_hidden_from, is_secret
from hengjian.apps.plans.selectors import visits_seen_by
from hengjian.apps.record.models import Event
from tests.apps.draws.samples import NOW, TODAY, Stage, draw_at, project
from tests.apps.factories import make_actor, make_user
from tests.apps.plans.samples import TODAY as DAY
from tests.apps.plans.samples import draft, file, reserve

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
YEAR = {"year": "2026", "meter": "drawn", "status": "yes"}
SECRET = {"title": "飞行检查", "kind": "campaign", "share": 100, "notice": "unannounced"}


@pytest.fixture(autouse=True)
def in_march(monkeypatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def page(user, name: str, *args: str, **query: str):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.get(reverse(f"plans:{name}", args=args), query)


def reserved_for(stage: Stage, draw) -> Visit:
    unit = draw.units.filter(selected=True).order_by("ticket")[0]
    return reserve(
        unit.institution, stage.chief, day=date(2026, 3, 12), item=stage.item, origin_kind="draw", origin_id=draw.number
    )


def test_the_coverage_counts_a_sealed_sample_and_lists_it_only_for_those_who_may_see_it(stage):
    draw = draw_at(stage, "drawn", mode="sealed")
    names = set(draw.units.filter(selected=True).values_list("institution__name", flat=True))
    assert coverage(draw.organ, 2026, TODAY).meter("drawn").done == len(names) > 0
    for user in (stage.officers[0], make_user(draw.organ, Role.ANALYST), stage.supervisor):
        answer = page(user, "covered", organ=str(draw.organ.pk), **YEAR)
        assert answer.context["listing"].total == 0
        assert not [name for name in names if name in answer.content.decode()]
        assert "公开以前只计家数" in answer.content.decode()
    assert page(stage.chief, "covered", organ=str(draw.organ.pk), **YEAR).context["listing"].total == len(names)


def test_an_opened_and_an_open_draw_are_listed_for_everybody(stage):
    draw = draw_at(stage, "published", mode="sealed")
    assert draws_hidden_from(stage.officers[0], on=TODAY) == []
    assert page(stage.officers[0], "covered", **YEAR).context["listing"].total == draw.sample_size


def test_a_visit_to_a_sealed_target_is_in_no_ledger_before_it_begins(stage):
    draw = draw_at(stage, "announced", mode="sealed")
    visit = reserved_for(stage, draw)
    officer, uscc = stage.officers[0], visit.institution.uscc
    assert is_secret(visit)
    assert not visits_seen_by(officer, on=DAY).exists()
    assert visits_seen_by(stage.chief, on=DAY).get() == visit
    assert page(officer, "visit", visit.number).status_code == 404
    assert page(stage.chief, "visit", visit.number).status_code == 200
    told = page(officer, "ledger", uscc, day="2026-03-20").content.decode()
    assert visit.number not in told
    assert "2026 年已安排 0 次" in told
    assert "可以安排" in told
    assert page(officer, "covered", **YEAR).context["listing"].total == 0
    assert ">1 次</a>" not in page(officer, "covered", year="2026", q=uscc).content.decode()
    assert ">1 次</a>" in page(stage.chief, "covered", year="2026", q=uscc).content.decode()
    assert "已预约" not in page(officer, "item", stage.item.number, q=uscc).content.decode()
    assert "已预约" in page(stage.chief, "item", stage.item.number, q=uscc).content.decode()


def test_the_seal_on_a_visit_ends_when_people_are_there(stage):
    visit = reserved_for(stage, draw_at(stage, "announced", mode="sealed"))
    at = NOW.replace(day=12)
    services.enter_visit(visit=visit, at=at, actor=make_actor(stage.chief), now=at)
    assert visits_seen_by(stage.officers[0], on=DAY).get() == visit


def test_a_sealed_visit_that_was_called_off_stays_hidden(stage):
    visit = reserved_for(stage, draw_at(stage, "announced", mode="sealed"))
    services.cancel_visit(visit=visit, reason="另行安排", actor=make_actor(stage.chief), now=NOW)
    assert not visits_seen_by(stage.officers[0], on=DAY).exists()


def test_the_guard_neither_names_nor_dates_a_sealed_visit_even_within_its_organ(stage):
    visit = reserved_for(stage, draw_at(stage, "announced", mode="sealed"))
    answer = guard.ask(institution=visit.institution, organ=visit.organ, day=date(2026, 3, 20), on=DAY)
    assert (answer.code, answer.merge_candidates, answer.earliest) == ("gap", (), None)
    assert visit.number not in answer.sentence
    tip = {"exception_code": "tip", "exception_note": "举报"}
    reserve(visit.institution, stage.officers[0], day=date(2026, 3, 13), **tip)
    assert not MergeProposal.objects.exists()


def test_events_about_a_sealed_visit_name_no_institution(stage):
    visit = reserved_for(stage, draw_at(stage, "announced", mode="sealed"))
    services.move_visit(
        visit=visit, day=date(2026, 3, 13), reason="改期", actor=make_actor(stage.chief), now=NOW, today=DAY
    )
    events = Event.objects.filter(thing_kind="plans.visit", thing_id=str(visit.pk))
    assert {one.verb for one in events} == {"visit.reserve", "visit.move"}
    for one in events:
        assert visit.institution.name not in f"{one.thing_label}{one.before}{one.after}{one.reason}"
        assert "institution" not in one.after


def test_another_batch_s_exclusions_do_not_tell_of_a_secret_visit(stage):
    city = stage.office.tree.city
    leader, above = make_user(city, Role.LEADER), make_user(stage.office.tree.province, Role.SECTION_CHIEF)
    plan = file(
        draft(stage.office.city_officer, city, SECRET),
        drafter=stage.office.city_officer,
        approver=leader,
        superior=above,
    )
    unannounced, tipped, told = stage.labs[:3]
    day = date(2026, 3, 18)
    reserve(unannounced, stage.office.city_officer, day=day, item=plan.items.get(), origin_kind="campaign")
    reserve(tipped, stage.office.city_officer, day=day, exception_code="tip", exception_note="举报")
    known = reserve(told, stage.officers[0], day=day, item=stage.item, origin_kind="draw")
    draw = project(stage)
    assert {one.institution_id: one.code for one in draw.exclusions.all()} == {told.pk: "burden_gap"}
    note = draw.exclusions.get().note
    assert known.number not in note
    assert not any(char.isdigit() for char in note)
    listed = exclusions_bytes(draw).decode()
    assert told.uscc in listed
    assert unannounced.uscc not in listed
    assert tipped.uscc not in listed


def test_another_items_exclusions_do_not_tell_of_a_sealed_sample(stage):
    visit = reserved_for(stage, draw_at(stage, "announced", mode="sealed"))
    answer = guard.ask_many(
        institutions=[visit.institution], organ=visit.organ, day=date(2026, 3, 20), on=DAY, secret_too=False
    )
    assert answer[visit.institution_id].allowed
