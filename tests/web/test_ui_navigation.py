"""Navigation shows what a person may open, marks where they are, and no link leads nowhere."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path

from hengjian.ui import navigation
from hengjian.ui.navigation import Count, Item


def _page(request: object) -> HttpResponse:
    return HttpResponse("")


_inner = ([path("", _page, name="queue"), path("ranking/", _page, name="ranking")], "t_alerts")
urlpatterns = [path("desk/", _page, name="t_desk"), path("alerts/", include(_inner))]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(navigation, "registry", navigation.Registry())
    with override_settings(ROOT_URLCONF=__name__):
        yield


USER = SimpleNamespace(is_authenticated=True, holds={"alerts.view"})


def fill() -> None:
    navigation.use_rights(lambda user, permission: permission in user.holds)
    navigation.register(
        Item("desk", "工作台", "t_desk"),
        Item("data", "风险排序", "t_alerts:ranking", permission="alerts.rank", order=60),
        Item("data", "预警", "t_alerts:queue", permission="alerts.view", counter=lambda user: Count(3, late=True)),
    )


def test_only_what_the_person_may_open_is_shown() -> None:
    fill()
    shown = [(s.label, [link.label for link in s.links]) for s in navigation.sections(USER, "/desk/")]
    assert shown == [("工作台", ["工作台"]), ("数据与预警", ["预警"])]


def test_the_longest_address_that_begins_the_page_is_current() -> None:
    fill()
    user = SimpleNamespace(holds={"alerts.view", "alerts.rank"})
    data = navigation.sections(user, "/alerts/ranking/2026/")[1]
    assert data.current and [(link.label, link.current) for link in data.links] == [("预警", False), ("风险排序", True)]
    assert data.count == Count(3, late=True)


def test_a_named_permission_nobody_answers_for_stays_hidden_and_is_an_error() -> None:
    navigation.register(Item("data", "预警", "t_alerts:queue", permission="alerts.view"))
    assert navigation.sections(USER, "/") == ()
    assert [message.id for message in navigation.check_places()] == ["ui.E002"]


def test_a_link_that_leads_nowhere_is_an_error_at_start() -> None:
    fill()
    navigation.register(Item("rules", "条文", "nosuch:page"))
    navigation.place("search", "nosuch:search")
    assert [message.id for message in navigation.check_places()] == ["ui.E001", "ui.E001"]


def test_unknown_groups_and_places_are_refused() -> None:
    with pytest.raises(ValueError, match="no navigation group"):
        navigation.register(Item("misc", "杂项", "t_desk"))
    with pytest.raises(ValueError, match="no place"):
        navigation.place("moon", "t_desk")
