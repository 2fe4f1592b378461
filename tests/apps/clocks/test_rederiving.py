"""A new notice or a new text of the law moves running clocks, once, all together, and says what moved and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hengjian.apps.clocks import rederiving, services
from hengjian.apps.clocks.models import Clock, ClockEvent, HolidayNotice, Rederivation
from hengjian.apps.record.models import Event
from hengjian.apps.record.services import SYSTEM
from hengjian.engines.deadlines import SHANGHAI
from hengjian.kernel.errors import Refused
from tests.apps.clocks.conftest import World
from tests.apps.factories import make_actor, make_institution

DECEMBER = datetime(2026, 12, 28, 2, tzinfo=UTC)
YEAR_END = date(2026, 12, 28)


def notice(**changes: object) -> HolidayNotice:
    values = {
        "year": 2027,
        "number": "试验〔2026〕1号",
        "published_on": date(2026, 11, 20),
        "holidays": [{"name": "元旦", "first": "2027-01-01", "last": "2027-01-03"}],
        "makeup_days": ["2027-01-09"],
    }
    return HolidayNotice(**(values | changes))


def enter(world: World, one: HolidayNotice) -> Rederivation:
    return rederiving.add_notice(
        notice=one, user=world.admin, actor=make_actor(world.admin), now=DECEMBER, today=YEAR_END
    )


def test_a_new_notice_moves_what_it_touches_and_settles_what_was_provisional(world: World) -> None:
    moved = world.start("CMP-15", YEAR_END, now=DECEMBER)
    settled = world.start("PEN-64", YEAR_END, now=DECEMBER)
    firm = world.start("PEN-18", date(2026, 12, 1), now=DECEMBER)
    done = world.start("PUB-11", YEAR_END, now=DECEMBER)
    hours = world.start("PEN-33.report", datetime(2026, 12, 28, 9, tzinfo=SHANGHAI), now=DECEMBER)
    services.stop_clock(thing=world.lab, rule_id="PUB-11", on=YEAR_END, actor=world.actor, now=DECEMBER)
    assert (moved.due_on, moved.provisional) == (date(2027, 1, 6), True)
    assert (settled.due_on, settled.provisional) == (date(2027, 3, 29), True)
    assert rederiving.preview(notice()) == {"examined": 4, "moved": 1, "settled": 2}
    before = Event.objects.count()
    run = enter(world, notice())
    assert (run.examined, run.moved, run.settled, run.kept) == (4, 1, 2, 0)
    for clock in (moved, settled, firm, done, hours):
        clock.refresh_from_db()
    assert (moved.due_on, moved.provisional) == (date(2027, 1, 7), False)
    assert (settled.due_on, settled.provisional) == (date(2027, 3, 29), False)
    assert (firm.due_on, done.due_on) == (date(2026, 12, 22), date(2026, 12, 31))
    assert hours.due_at == datetime(2026, 12, 29, 1, tzinfo=UTC)
    row = ClockEvent.objects.get(clock=moved, kind="rederive")
    assert (row.due_before, row.due_after, row.rederivation) == ("2027-01-06", "2027-01-07", run)
    assert row.note == "录入2027年放假通知（试验〔2026〕1号）"
    assert moved.steps == row.steps
    assert "暂定" not in moved.steps
    # two events in the record however many clocks there are: the notice, and the pass
    assert list(Event.objects.order_by("sequence").values_list("verb", flat=True))[before:] == [
        "clock.notice",
        "clock.rederive_all",
    ]


def test_the_derivations_before_stay_in_the_history(world: World) -> None:
    clock = world.start("CMP-15", YEAR_END, now=DECEMBER)
    enter(world, notice())
    enter(
        world,
        notice(number="试验〔2026〕2号", holidays=[{"name": "元旦", "first": "2027-01-01", "last": "2027-01-05"}]),
    )
    dues = list(clock.events.values_list("kind", "due_before", "due_after"))
    assert dues == [
        ("start", "", "2027-01-06"),
        ("rederive", "2027-01-06", "2027-01-07"),
        ("rederive", "2027-01-07", "2027-01-09"),
    ]
    assert "暂定" in clock.events.first().steps
    assert HolidayNotice.objects.count() == 2


def test_nothing_to_change_writes_no_history(world: World) -> None:
    clock = world.start("PEN-18", date(2026, 12, 1), now=DECEMBER)
    run = rederiving.rederive_all(actor=SYSTEM, now=DECEMBER, today=YEAR_END)
    assert (run.examined, run.moved, run.settled) == (1, 0, 0)
    assert clock.events.count() == 1


def test_pauses_and_extensions_are_taken_into_account(world: World) -> None:
    world.start("PEN-18", date(2026, 12, 1), now=DECEMBER - timedelta(days=10))
    ask = {"thing": world.lab, "rule_id": "PEN-18", "actor": world.actor, "now": DECEMBER - timedelta(days=8)}
    services.extend_clock(days=None, approver="局长", **ask)
    services.pause_clock(first=date(2026, 12, 10), last=date(2026, 12, 16), reason="检测、检验、检疫、鉴定", **ask)
    # 17 working days are left in December; 1, 4-8, 11-15, 18, 19 January while Monday to Friday count
    assert Clock.objects.get().due_on == date(2027, 1, 19)
    run = enter(world, notice(makeup_days=[]))
    assert (run.moved, Clock.objects.get().due_on) == (1, date(2027, 1, 20))


def test_a_new_text_of_the_law_derives_again_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.start("PEN-18", date(2026, 12, 1), now=DECEMBER)
    first = rederiving.rederive_if_law_changed(now=DECEMBER, today=YEAR_END)
    assert first is not None
    assert rederiving.rederive_if_law_changed(now=DECEMBER, today=YEAR_END) is None
    monkeypatch.setattr(rederiving, "edition", lambda: "ffffffff")
    second = rederiving.rederive_if_law_changed(now=DECEMBER, today=YEAR_END)
    assert second is not None
    assert (second.cause, second.examined, second.note) == ("law", 1, "规则库更新为 ffffffff")


def test_a_clock_whose_text_is_gone_stays_and_is_counted(world: World) -> None:
    clock = world.start("PEN-18", date(2026, 12, 1), now=DECEMBER)
    Clock.objects.filter(pk=clock.pk).update(rule_id="GONE-01")
    run = rederiving.rederive_all(actor=SYSTEM, now=DECEMBER, today=YEAR_END)
    assert (run.examined, run.kept, run.moved) == (1, 1, 0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"published_on": date(2027, 1, 1)}, "发文日期 2027-01-01 还没有到。"),
        ({"holidays": [{"name": "元旦", "first": "2027-01-03", "last": "2027-01-01"}]}, "“元旦”的止日早于起日。"),
        ({"holidays": [{"name": "元旦", "first": "2028-01-01", "last": "2028-01-03"}]}, "“元旦”不在 2027 年。"),
        ({"makeup_days": ["2027-01-08"]}, "调休上班的 2027-01-08 不是周末。"),
        (
            {"makeup_days": ["2027-01-02"]},
            "假期之间有重叠，或者有的日子不在这一年、既放假又上班，请对照通知原文改正。",
        ),
    ],
)
def test_a_notice_that_cannot_be_is_refused_and_moves_nothing(world: World, changes: dict, sentence: str) -> None:
    clock = world.start("CMP-15", YEAR_END, now=DECEMBER)
    with pytest.raises(Refused) as refused:
        enter(world, notice(**changes))
    assert refused.value.sentence == sentence
    assert (HolidayNotice.objects.count(), Rederivation.objects.count(), clock.events.count()) == (0, 0, 1)


def test_many_clocks_of_many_things_move_in_one_pass(world: World) -> None:
    labs = [make_institution(world.tree.county) for _ in range(12)]
    for n, lab in enumerate(labs):
        world.start("CMP-15", YEAR_END - timedelta(days=n % 4), thing=lab, now=DECEMBER)
    run = enter(world, notice())
    assert (run.examined, run.moved) == (12, 12)
    assert set(Clock.objects.values_list("started_on", "due_on")) == {
        (date(2026, 12, 28), date(2027, 1, 7)),
        (date(2026, 12, 27), date(2027, 1, 6)),
        (date(2026, 12, 26), date(2027, 1, 6)),
        (date(2026, 12, 25), date(2027, 1, 6)),
    }
    assert not Clock.objects.filter(provisional=True).exists()
