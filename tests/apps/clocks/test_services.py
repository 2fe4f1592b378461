"""Clocks of matters: started from facts, paused and extended as the rule allows, never back-dated."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from hengjian.apps.clocks import services
from hengjian.apps.clocks.models import Clock, ClockEvent
from hengjian.apps.clocks.selectors import clocks_of, clocks_of_person, clocks_seen_by, counts
from hengjian.apps.record.models import Event
from hengjian.engines.deadlines import SHANGHAI
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from tests.apps.clocks.conftest import NOW, TODAY, World
from tests.apps.factories import make_institution, make_user

TESTING = "检测、检验、检疫、鉴定"


def test_a_clock_holds_its_derivation_and_says_when_it_was_entered(world: World) -> None:
    clock = world.start("PEN-18", date(2026, 10, 12))
    assert (clock.due_on, clock.provisional, clock.state) == (date(2026, 11, 2), False, "running")
    assert (clock.half_on, clock.pressing_on) == (date(2026, 10, 22), date(2026, 10, 28))
    assert clock.registered_at == NOW
    assert "第十八条" in clock.basis
    assert clock.step_list[-1] == "届满：第 15 个工作日为2026年11月2日（星期一）。"
    event = Event.objects.latest("sequence")
    assert (event.verb, event.at, event.organ_path) == ("clock.start", NOW, world.tree.county.path)
    assert clock.institution_uscc == world.lab.uscc


def test_the_same_clock_does_not_run_twice_for_a_thing(world: World) -> None:
    first = world.start("PEN-18", date(2026, 10, 12))
    with pytest.raises(Refused, match="“线索核查”已经在计时"):
        world.start("PEN-18", date(2026, 10, 13))
    with pytest.raises(IntegrityError), transaction.atomic():
        twin = Clock.objects.get(pk=first.pk)
        twin.pk = None
        twin.save(force_insert=True)
    world.start("PEN-64", date(2026, 10, 12))
    services.stop_clock(thing=world.lab, rule_id="PEN-18", on=TODAY, actor=world.actor, now=NOW)
    assert world.start("PEN-18", date(2026, 10, 20)).pk != first.pk


def test_an_event_still_to_come_starts_nothing_but_a_period_before_it(world: World) -> None:
    with pytest.raises(Refused, match="起算日 2026-11-03 还没有到"):
        world.start("PEN-18", date(2026, 11, 3))
    assert world.start("HEAR-22", date(2026, 11, 16)).due_on == date(2026, 11, 11)
    with pytest.raises(Refused, match="起算时刻还没有到"):
        world.start("PEN-33.report", datetime(2026, 11, 2, 23, tzinfo=SHANGHAI))
    with pytest.raises(NotFound, match="适用的文本没有录入"):
        world.start("PEN-18", date(2020, 1, 20))


def test_hours_have_a_moment(world: World) -> None:
    clock = world.start("PEN-33.report", datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI))
    assert clock.due_at == datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
    assert clock.due_on == date(2026, 11, 3)


def test_an_open_pause_holds_the_clock_and_its_end_moves_the_last_day(world: World) -> None:
    world.start("PEN-64", date(2026, 9, 1))
    held = services.pause_clock(
        thing=world.lab,
        rule_id="PEN-64",
        first=date(2026, 10, 20),
        last=None,
        reason=TESTING,
        actor=world.actor,
        now=NOW,
    )
    assert (held.state, held.due_on, held.left) == ("paused", None, 42)
    later = NOW + timedelta(days=8)
    going = services.resume_clock(
        thing=world.lab, rule_id="PEN-64", last=date(2026, 11, 8), actor=world.actor, now=later
    )
    # ninety days end on 30 November; twenty paused days move that to Sunday 20 December, and on to Monday
    assert (going.state, going.due_on, going.left) == ("running", date(2026, 12, 21), None)
    kinds = list(ClockEvent.objects.filter(clock=going).values_list("kind", "due_before", "due_after"))
    assert kinds == [
        ("start", "", "2026-11-30"),
        ("pause", "2026-11-30", ""),
        ("resume", "", "2026-12-21"),
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": "领导出差"}, "“线索核查”可以扣除的只有：检测、检验、检疫、鉴定；权利人辨认或者鉴别。"),
        ({"first": date(2026, 11, 3)}, "暂停的首日 2026-11-03 还没有到。"),
        ({"first": date(2026, 10, 1)}, "暂停的首日 2026-10-01 早于起算日 2026-10-19。"),
        ({"first": date(2026, 10, 26), "last": date(2026, 10, 25)}, "暂停的末日 2026-10-25 早于首日 2026-10-26。"),
    ],
)
def test_a_pause_against_the_rule_or_the_facts_is_refused(world: World, change: dict, sentence: str) -> None:
    world.start("PEN-18", date(2026, 10, 19))
    values = {"first": date(2026, 10, 26), "last": None, "reason": TESTING} | change
    with pytest.raises(Refused) as refused:
        services.pause_clock(thing=world.lab, rule_id="PEN-18", actor=world.actor, now=NOW, **values)
    assert refused.value.sentence == sentence
    assert Clock.objects.get().pauses == []


def test_a_rule_without_pauses_takes_none_and_one_pause_at_a_time(world: World) -> None:
    world.start("CMP-15", date(2026, 10, 26))
    with pytest.raises(Refused, match="没有规定可以扣除的期间"):
        services.pause_clock(
            thing=world.lab, rule_id="CMP-15", first=TODAY, last=None, reason=TESTING, actor=world.actor, now=NOW
        )
    world.start("PEN-18", date(2026, 10, 26))
    pause = {"thing": world.lab, "rule_id": "PEN-18", "last": None, "reason": TESTING, "actor": world.actor, "now": NOW}
    services.pause_clock(first=date(2026, 10, 28), **pause)
    with pytest.raises(IllegalMove, match="已经暂停，请先恢复"):
        services.pause_clock(first=date(2026, 10, 29), **pause)
    with pytest.raises(Refused, match="早于暂停的首日"):
        services.resume_clock(thing=world.lab, rule_id="PEN-18", last=date(2026, 10, 27), actor=world.actor, now=NOW)


def test_extensions_come_in_order_and_never_after_the_last_day(world: World) -> None:
    world.start("PEN-64", date(2026, 8, 10))
    ask = {"thing": world.lab, "rule_id": "PEN-64", "actor": world.actor, "approver": "局长", "now": NOW}
    with pytest.raises(Refused, match="法定为 30 日，不能另写天数 10"):
        services.extend_clock(days=10, **ask)
    assert services.extend_clock(days=None, **ask).due_on == date(2026, 12, 8)
    assert services.extend_clock(days=20, **ask).due_on == date(2026, 12, 28)
    with pytest.raises(Refused, match="只能延长 2 次"):
        services.extend_clock(days=20, **ask)
    assert [one["days"] for one in Clock.objects.get().extensions] == [None, 20]
    with pytest.raises(Refused, match="已于 2026-12-28 届满，不能再延长"):
        services.extend_clock(days=20, **(ask | {"now": datetime(2026, 12, 29, 2, tzinfo=UTC)}))


def test_an_act_done_in_time_but_entered_late_keeps_both_days(world: World) -> None:
    world.start("PEN-18", date(2026, 10, 12))
    entered = NOW + timedelta(days=9)
    clock = services.stop_clock(
        thing=world.lab, rule_id="PEN-18", on=date(2026, 10, 30), actor=world.actor, now=entered
    )
    assert (clock.state, clock.ended_on, clock.ended_at) == ("met", date(2026, 10, 30), entered)
    with pytest.raises(NotFound, match="没有正在计时的时限“PEN-18”"):
        services.stop_clock(thing=world.lab, rule_id="PEN-18", on=TODAY, actor=world.actor, now=NOW)


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (date(2026, 10, 11), "办结日 2026-10-11 早于起算日 2026-10-12。"),
        (date(2026, 11, 3), "办结日 2026-11-03 还没有到。"),
    ],
)
def test_an_act_before_the_event_or_to_come_ends_nothing(world: World, on: date, sentence: str) -> None:
    world.start("PEN-18", date(2026, 10, 12))
    with pytest.raises(Refused) as refused:
        services.stop_clock(thing=world.lab, rule_id="PEN-18", on=on, actor=world.actor, now=NOW)
    assert refused.value.sentence == sentence
    assert Clock.objects.get().state == "running"


def test_a_corrected_event_derives_again_and_keeps_what_was(world: World) -> None:
    clock = world.start("PEN-18", date(2026, 10, 12))
    fixed = services.correct_start(
        clock_pk=clock.pk, start=date(2026, 10, 15), reason="收文章为15日", actor=world.actor, now=NOW
    )
    assert fixed.due_on == date(2026, 11, 5)
    last = fixed.events.last()
    assert (last.kind, last.due_before, last.due_after) == ("correct", "2026-11-02", "2026-11-05")
    assert last.note == "起算由 2026-10-12 改为 2026-10-15：收文章为15日"
    with pytest.raises(IllegalMove, match="刚刚被改为 2026-10-15"):
        services.correct_start(
            clock_pk=clock.pk, start=date(2026, 10, 13), reason="x", actor=world.actor, now=NOW, seen=date(2026, 10, 12)
        )
    with pytest.raises(Refused, match="请写明更正的理由"):
        services.correct_start(clock_pk=clock.pk, start=date(2026, 10, 13), reason=" ", actor=world.actor, now=NOW)


def test_a_correction_across_a_change_of_law_takes_the_version_of_the_right_day(world: World) -> None:
    clock = world.start("CMP-23", date(2026, 4, 15))
    assert (clock.due_on, clock.rule_from) == (date(2026, 6, 15), date(2026, 4, 15))
    fixed = services.correct_start(
        clock_pk=clock.pk, start=date(2026, 4, 14), reason="受理日误记", actor=world.actor, now=NOW
    )
    assert (fixed.due_on, fixed.rule_from) == (date(2026, 6, 18), date(2020, 1, 1))


def test_a_limit_set_by_a_person_runs_beside_the_law_and_can_be_set_anew(world: World) -> None:
    values = {"thing": world.lab, "actor": world.actor, "now": NOW}
    clock = services.start_fixed_clock(
        due=date(2026, 11, 15),
        basis="责令改正通知书第3号",
        title="整改期限",
        organ=world.tree.county,
        start=TODAY,
        label="整改：青石检测",
        **values,
    )
    assert (clock.due_on, clock.provisional, clock.kind) == (date(2026, 11, 15), False, "fixed")
    assert clock.step_list[-1] == "期限：至2026年11月15日 星期日，由责令改正通知书第3号指定，共 13 日；遇休息日不顺延。"
    with pytest.raises(IllegalMove, match="不能暂停，请另定期限"):
        services.pause_clock(rule_id="LIMIT", first=TODAY, last=None, reason="x", **values)
    moved = services.change_limit(due=date(2026, 11, 30), reason="设备待检定", **values)
    assert moved.due_on == date(2026, 11, 30)
    with pytest.raises(Refused, match="新的期限 2026-10-01 已经过去"):
        services.change_limit(due=date(2026, 10, 1), reason="x", **values)
    services.stop_clock(rule_id="LIMIT", on=TODAY, **values)
    with pytest.raises(Refused, match="早于起算日"):
        services.start_fixed_clock(
            due=date(2026, 10, 1), basis="b", title="t", organ=world.tree.county, start=TODAY, label="l", **values
        )


def test_who_sees_a_clock_and_whose_it_is(world: World) -> None:
    mine = world.start("PEN-18", date(2026, 10, 12), responsible=world.officer)
    ours = world.start("PEN-64", date(2026, 10, 12))
    foreign = world.start(
        "PEN-18", date(2026, 10, 12), thing=make_institution(world.tree.other_county), organ=world.tree.other_county
    )
    city = make_user(world.tree.city, "leader")
    assert set(clocks_seen_by(city, on=TODAY)) == {mine, ours, foreign}
    assert set(clocks_seen_by(world.officer, on=TODAY)) == {mine, ours}
    assert set(clocks_of_person(world.officer, on=TODAY)) == {mine, ours}
    assert set(clocks_of_person(world.chief, on=TODAY)) == {ours}
    assert set(clocks_of_person(city, on=TODAY)) == set()
    assert list(clocks_of(world.lab)) == [mine, ours]
    assert counts(clocks_seen_by(city, on=TODAY), on=TODAY, now=NOW) == {
        "unfinished": 3, "late": 0, "today": 2, "pressing": 2, "paused": 0, "provisional": 1, "ended": 0,
    }  # fmt: skip
    tomorrow = TODAY + timedelta(days=1)
    assert counts(clocks_seen_by(city, on=TODAY), on=tomorrow, now=NOW + timedelta(days=1))["late"] == 2
