"""What helps people along a case: the paper to serve next, what is chosen beforehand, periods that just end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.cases import noticing
from hengjian.apps.cases.forms.entries import ContraventionForm
from hengjian.apps.cases.forms.moves import SubmitFilingForm
from hengjian.apps.cases.models import Case, Notice
from hengjian.apps.clocks.models import Clock
from hengjian.apps.clocks.presenting import line_of
from hengjian.law.deadlines import published_calendar
from tests.apps.cases import core_world as way
from tests.apps.cases.test_core_pages import BACKEND

pytestmark = pytest.mark.django_db


def period_of(case: Case) -> Clock:
    """The clock of the party's period."""
    notice = way.notice_of(case)
    return Clock.objects.get(thing_kind=Notice._meta.label_lower, thing_id=str(notice.pk))


def test_the_partys_period_comes_of_age_and_is_nobodys_delay() -> None:
    world = way.make_world()
    case = way.notified(world)
    clock = period_of(case)
    world.on(14)
    line = line_of(clock, today=world.day, now=way.noon(world.day), calendar=published_calendar())
    assert (line.kind, line.text) == ("done", "已期满")
    assert clock.responsible == world.one


def test_the_partys_period_ends_with_the_decision() -> None:
    world = way.make_world()
    clock = period_of(way.decided(world))
    assert (clock.state, clock.ended_on) == ("met", world.day)


def test_the_investigator_is_told_to_serve_the_notice_and_nobody_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    world = way.make_world()
    case = way.cleared(world)
    case = noticing.notify(case=case, user=world.one, **world.when, notices=[way.notice_entry(way.party_of(case))])
    monkeypatch.setattr("django.utils.timezone.now", lambda: way.noon(world.day))
    assert "下一步：制作告知书并送达" in shown(world.one, case)
    assert "下一步：制作告知书并送达" not in shown(world.leader, case)
    assert "还不能“作出处罚决定”" in shown(world.leader, case)
    noticing.record_service(
        notice=way.notice_of(case), user=world.one, **world.when, served_on=world.day, served_how="直接送达"
    )
    assert "下一步：制作告知书并送达" not in shown(world.one, case)


def shown(user: Any, case: Case) -> str:
    """The page of the case as this person sees it."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.get(reverse("cases:show", args=[case.number])).content.decode()


def test_where_there_is_one_party_it_is_chosen_and_who_asks_stands_first() -> None:
    world = way.make_world()
    case = way.proposed(world)
    form = ContraventionForm(case, world.two, world.day)
    assert form.fields["party"].initial == str(way.party_of(case).pk)
    people: Any = SubmitFilingForm(case, world.two, world.day).fields["officers"]
    assert people.choices[0] == (str(world.two.pk), world.two.name)


def test_a_sector_law_punishes_what_the_general_catalogue_defines() -> None:
    world = way.make_world()
    fact = replace(way.FALSE_REPORT, field="food")
    one = way.with_fact(world, way.filed(world), fact, fine=None)
    assert one.penalty_article.startswith("《中华人民共和国食品安全法》")
    assert one.article.startswith("《检验检测机构监督管理办法》")


def test_the_empty_list_leads_to_the_finished_cases() -> None:
    world = way.make_world()
    case = way.proposed(world)
    Case.objects.filter(pk=case.pk).update(state="archived")
    client = Client()
    client.force_login(world.one, backend=BACKEND)
    page = client.get(reverse("cases:list")).content.decode()
    assert "看已办结的 1 个" in page
    assert case.number in client.get(f"{reverse('cases:list')}?standing=finished").content.decode()
