"""Clocks on the desk: late before due before coming, held apart, each person's own."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hengjian.apps.clocks import services
from hengjian.apps.desk.deadlines import deadlines_of
from tests.apps.clocks.conftest import NOW, TODAY, World
from tests.apps.factories import make_institution


@pytest.fixture
def world(db: Any) -> World:
    made = World()
    for start, label in (
        (date(2026, 9, 29), "逾期的线索"),
        (date(2026, 10, 12), "今天的线索"),
        (date(2026, 10, 14), "将到期的线索"),
        (date(2026, 10, 30), "其后的线索"),
    ):
        made.start("PEN-18", start, thing=make_institution(made.tree.county), label=label)
    held = made.lab
    made.start("PEN-64", date(2026, 9, 1), thing=held, label="暂停的案件")
    services.pause_clock(
        thing=held, rule_id="PEN-64", first=date(2026, 10, 20), last=None, reason="听证", actor=made.actor, now=NOW
    )
    return made


def test_clocks_are_grouped_by_how_they_press(world: World) -> None:
    found = deadlines_of(world.officer, now=NOW, today=TODAY)
    assert [(group.key, [task.clock.label for task in group.tasks]) for group in found.groups] == [
        ("late", ["逾期的线索"]),
        ("today", ["今天的线索"]),
        ("pressing", ["将到期的线索"]),
        ("coming", ["其后的线索"]),
        ("paused", ["暂停的案件"]),
    ]
    assert (found.late, found.today, found.paused, found.total, found.more) == (1, 1, 1, 5, False)
    assert deadlines_of(world.admin, now=NOW, today=TODAY).groups == ()


def test_two_queries_however_many_clocks_there_are(world: World, django_assert_num_queries: Any) -> None:
    for n in range(70):
        world.start("PEN-18", date(2026, 10, 30), thing=make_institution(world.tree.county), label=f"事项{n}")
    deadlines_of(world.officer, now=NOW, today=TODAY)
    with django_assert_num_queries(2):
        found = deadlines_of(world.officer, now=NOW, today=TODAY)
    coming = next(group for group in found.groups if group.key == "coming")
    assert (len(coming.tasks), coming.hidden > 0, found.more) == (8, True, True)


def test_a_matter_that_stands_elsewhere_on_the_desk_is_not_told_twice(world: World) -> None:
    world.start("CMP-15", date(2026, 10, 26), thing=world.lab, label="另处已有", url="/x/1/")
    found = deadlines_of(world.officer, now=NOW, today=TODAY, elsewhere={"/x/1/"})
    assert not any(task.clock.label == "另处已有" for group in found.groups for task in group.tasks)


def test_the_desk_says_what_is_late_first(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    client.force_login(world.officer, backend="django.contrib.auth.backends.ModelBackend")
    page = re.sub(r"\s+", " ", client.get("/").content.decode())
    assert "1 个时限已逾期" in page
    assert page.index("逾期的线索") < page.index("今天的线索") < page.index("暂停的案件")
    assert "暂停 14 日" in page
