"""Reading the record: a thing's history, the chain's state, its verification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from hengjian.apps.record.chain import GENESIS, Break, Link, first_break, merkle_root
from hengjian.apps.record.models import ChainHead, DailyRoot, Event, Verification

CHUNK = 5_000

Progress = Callable[[int, int], None]
"""Told how many of how many events have been checked; may raise to stop."""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a verification found: how many events, the head's hash, the first broken link or None."""

    events: int
    head_hash: str
    broken: Break | None


def events_of(kind: str, pk: object) -> QuerySet[Event]:
    """All events of one thing, newest first."""
    return Event.objects.filter(thing_kind=kind, thing_id=str(pk)).order_by("-sequence")


def chain_head() -> tuple[int, str]:
    """Number and hash of the last event as the head row has them; (0, zeros) before the first."""
    head = ChainHead.objects.filter(pk=1).first()
    return (head.sequence, head.hash) if head else (0, GENESIS)


def latest_verification() -> Verification | None:
    """The last verification that came to an end, whatever it found."""
    return Verification.objects.filter(state="done").order_by("-pk").first()


def _links(last: int, progress: Progress | None) -> Iterator[tuple[Link, str]]:
    # by number and in chunks: no cursor stays open while the progress is written
    done = 0
    while True:
        rows = list(Event.objects.filter(sequence__gt=done, sequence__lte=last).order_by("sequence")[:CHUNK])
        if not rows:
            return
        for event in rows:
            yield Link(**{name: getattr(event, name) for name in Link.__slots__}), event.hash
        done = rows[-1].sequence
        if progress:
            progress(done, last)


def verify_chain(progress: Progress | None = None) -> ChainReport:
    """Recompute every link and every sealed day's root from the stored events.

    Events appended while it runs are left to the next verification.
    """
    head = chain_head()
    broken = first_break(_links(head[0], progress), head=head) or _beyond_head() or _first_broken_day()
    return ChainReport(events=Event.objects.filter(sequence__lte=head[0]).count(), head_hash=head[1], broken=broken)


def _beyond_head() -> Break | None:
    # the highest number first: whoever appends in between moves the head at least as far
    highest = Event.objects.aggregate(highest=Max("sequence"))["highest"] or 0
    head = chain_head()[0]
    return Break(head + 1, f"链尾为第 {head} 号事件，其后却还有到第 {highest} 号的记录") if highest > head else None


def _first_broken_day() -> Break | None:
    expected = 1
    for day in DailyRoot.objects.order_by("last_sequence"):
        if day.first_sequence != expected:
            return Break(expected, f"第 {expected} 号事件起缺少日根（{day.day} 的日根从第 {day.first_sequence} 号起）")
        span = Event.objects.filter(sequence__range=(day.first_sequence, day.last_sequence)).order_by("sequence")
        if merkle_root(list(span.values_list("hash", flat=True))) != day.root:
            return Break(day.first_sequence, f"{day.day} 的日根与当日事件不符")
        expected = day.last_sequence + 1
    return None
