"""Whoever changes the record behind the program's back is found, with number and reason."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from hengjian.apps.record.chain import Link, link_hash
from hengjian.apps.record.models import ChainHead, DailyRoot, Event, Verification
from hengjian.apps.record.selectors import verify_chain
from hengjian.apps.record.services import SYSTEM, append_event, seal_day, seal_missing_days
from hengjian.apps.record.verification import (
    SILENT_AFTER,
    cancel_verification,
    mark_interrupted,
    request_verification,
    run_verification,
)
from tests.apps.factories import make_organ

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)


@pytest.fixture
def organ():
    return make_organ("青石县市场监督管理局", "county", "990121")


def append(organ, *, at=NOW, times=1):
    for number in range(times):
        append_event(now=at, actor=SYSTEM, verb="organ.create", thing=organ, after={"n": number})


def without_guard():
    """What an attacker with the database's password would do first."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER record_event_no_update")
            cursor.execute("DROP TRIGGER record_event_no_delete")
        else:
            cursor.execute("ALTER TABLE record_event DISABLE TRIGGER USER")


@pytest.mark.parametrize("change", [lambda rows: rows.update(reason="x"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_or_delete_an_event(organ, change):
    append(organ)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(Event.objects.filter(sequence=1))
    assert Event.objects.get(sequence=1).reason == ""


def test_a_changed_row_is_found(organ):
    append(organ, times=5)
    without_guard()
    Event.objects.filter(sequence=3).update(actor_name="别人")
    broken = verify_chain().broken
    assert (broken.sequence, broken.reason) == (3, "内容与其摘要不符，事件被改动过")


def test_a_removed_row_and_a_removed_end_are_found(organ):
    append(organ, times=5)
    without_guard()
    Event.objects.filter(sequence=5).delete()
    assert verify_chain().broken.reason == "链尾应为第 5 号事件，实际只到第 4 号"
    Event.objects.filter(sequence=2).delete()
    assert verify_chain().broken.sequence == 2


def test_two_swapped_rows_are_found(organ):
    append(organ, times=4)
    without_guard()
    Event.objects.filter(sequence=2).update(sequence=99)
    Event.objects.filter(sequence=3).update(sequence=2)
    Event.objects.filter(sequence=99).update(sequence=3)
    broken = verify_chain().broken
    assert (broken.sequence, broken.reason) == (2, "所记的上一事件摘要与上一事件不符")


def test_an_event_put_behind_the_head_is_found(organ):
    append(organ, times=2)
    last = Event.objects.get(sequence=2)
    Event.objects.create(
        **{f.name: getattr(last, f.name) for f in Event._meta.fields} | {"sequence": 3, "hash": "f" * 64}
    )
    assert "第 3 号" in verify_chain().broken.reason


def test_a_chain_rewritten_to_its_end_still_breaks_the_sealed_root(organ):
    append(organ, times=3)
    seal_day(day=date(2026, 11, 3), now=NOW + timedelta(days=1))
    without_guard()
    previous = Event.objects.get(sequence=1).hash
    for event in Event.objects.filter(sequence__gt=1).order_by("sequence"):
        values = {name: getattr(event, name) for name in Link.__slots__} | {"reason": "改写", "previous_hash": previous}
        previous = link_hash(Link(**values))
        Event.objects.filter(sequence=event.sequence).update(
            reason="改写", previous_hash=values["previous_hash"], hash=previous
        )
    ChainHead.objects.update(hash=previous)
    broken = verify_chain().broken
    assert (broken.sequence, broken.reason) == (1, "2026-11-03 的日根与当日事件不符")


def test_a_removed_root_is_found(organ):
    for day in (1, 2, 3):
        append(organ, at=datetime(2026, 11, day, 2, 0, tzinfo=UTC))
    seal_missing_days(datetime(2026, 11, 5, 2, 0, tzinfo=UTC))
    DailyRoot.objects.filter(day=date(2026, 11, 2)).delete()
    assert "缺少日根" in verify_chain().broken.reason


def test_every_finished_day_is_sealed_once_and_today_is_left_open(organ):
    for day in (1, 1, 3, 5):
        append(organ, at=datetime(2026, 11, day, 2, 0, tzinfo=UTC))
    now = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)
    sealed = seal_missing_days(now)
    assert [(root.day.day, root.first_sequence, root.last_sequence) for root in sealed] == [(1, 1, 2), (3, 3, 3)]
    assert seal_missing_days(now) == []
    assert verify_chain().broken is None


def test_a_day_ends_at_midnight_in_shanghai(organ):
    append(organ, at=datetime(2026, 11, 1, 15, 59, tzinfo=UTC))
    append(organ, at=datetime(2026, 11, 1, 16, 0, tzinfo=UTC))
    root = seal_day(day=date(2026, 11, 1), now=NOW)
    assert (root.first_sequence, root.last_sequence) == (1, 1)


def test_roots_lie_edge_to_edge_even_when_a_clock_ran_backwards(organ):
    append(organ, at=datetime(2026, 11, 1, 15, 0, tzinfo=UTC))
    append(organ, at=datetime(2026, 11, 1, 17, 0, tzinfo=UTC))
    append(organ, at=datetime(2026, 11, 1, 15, 59, tzinfo=UTC))
    append(organ, at=datetime(2026, 11, 2, 3, 0, tzinfo=UTC))
    sealed = seal_missing_days(datetime(2026, 11, 4, 3, 0, tzinfo=UTC))
    assert [(root.first_sequence, root.last_sequence) for root in sealed] == [(1, 3), (4, 4)]
    assert verify_chain().broken is None


def ask(now=NOW):
    return request_verification(requested_by="甲", now=now, start=lambda pk: None)


def test_a_verification_tells_what_it_found(organ):
    append(organ, times=3)
    row = ask()
    run_verification(row.pk, clock=lambda: NOW)
    row.refresh_from_db()
    assert (row.state, row.total, row.broken_sequence) == ("done", 3, None)
    without_guard()
    Event.objects.filter(sequence=2).update(reason="x")
    second = ask()
    run_verification(second.pk, clock=lambda: NOW)
    second.refresh_from_db()
    assert (second.state, second.broken_sequence) == ("done", 2)


def test_asking_twice_joins_the_one_under_way():
    assert ask().pk == ask().pk
    assert Verification.objects.count() == 1


def test_a_verification_can_be_cancelled_and_one_left_by_a_dead_worker_is_marked(organ):
    append(organ, times=3)
    row = ask()
    cancel_verification(row.pk)
    run_verification(row.pk, clock=lambda: NOW)
    row.refresh_from_db()
    assert row.state == "cancelled"
    dead = ask()
    assert mark_interrupted(NOW + SILENT_AFTER - timedelta(seconds=1)) == 0
    assert mark_interrupted(NOW + SILENT_AFTER + timedelta(seconds=1)) == 1
    dead.refresh_from_db()
    assert (dead.state, "中断" in dead.broken_reason) == ("failed", True)
    assert ask(NOW + SILENT_AFTER * 2).pk != dead.pk
