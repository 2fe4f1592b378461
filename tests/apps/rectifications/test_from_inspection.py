"""From the closed record of a real inspection to the ledger, and from there to the strike-off."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hengjian.apps.inspections import closings
from hengjian.apps.rectifications import services
from hengjian.apps.rectifications.models import Rectification
from hengjian.kernel.errors import Refused
from tests.apps.factories import NOW, TODAY
from tests.apps.inspections.samples import World, make_world
from tests.apps.rectifications.samples import evidence


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def test_a_problem_is_found_ordered_put_right_and_struck_off(world: World) -> None:
    task = world.on_site()
    world.found(task)
    world.found(task, handling="follow_up", limit_on=None, text="原始记录缺少签名")
    assert not Rectification.objects.exists(), "before the record is closed a problem may still be taken back"
    world.written(task)
    world.act("finish_visit", task)
    ordered, waiting = Rectification.objects.order_by("pk")
    assert (ordered.state, ordered.limit, ordered.organ) == ("open", TODAY + timedelta(days=20), world.county)
    assert (ordered.found_by, ordered.responsible) == (world.lead, task.lead)
    assert (waiting.state, waiting.title) == ("registered", "原始记录缺少签名")
    rows = Rectification.objects.all()
    services.answer_item(
        rows=rows, pk=ordered.pk, user=world.member, now=NOW, text="已送检", files=[evidence()], on_paper=True
    )
    done = services.strike_off(rows=rows, pk=ordered.pk, user=world.chief, now=NOW, method="papers", note="已改到位")
    assert done.state == "struck_off"


def test_what_the_ledger_refuses_leaves_the_record_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise Refused("台账没有写入。")

    monkeypatch.setattr(closings, "_LISTENERS", [*closings._LISTENERS, refuse])
    task = world.on_site()
    world.found(task)
    world.written(task)
    with pytest.raises(Refused, match="台账没有写入"):
        world.act("finish_visit", task)
    task.refresh_from_db()
    assert task.state == "on_site"
    assert not Rectification.objects.exists()
