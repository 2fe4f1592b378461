"""Reading the record: a thing's history, the chain's state, its verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from hengjian.apps.record.chain import Break, Link, first_break, merkle_root
from hengjian.apps.record.models import ChainHead, DailyRoot, Event

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a verification found: how many events, the head's hash, the first broken link or None."""

    events: int
    head_hash: str
    broken: Break | None


def events_of(kind: str, pk: object) -> QuerySet[Event]:
    """All events of one thing, newest first."""
    return Event.objects.filter(thing_kind=kind, thing_id=str(pk)).order_by("-sequence")


def _links() -> Iterator[tuple[Link, str]]:
    for event in Event.objects.order_by("sequence").iterator(chunk_size=CHUNK):
        yield Link(**{name: getattr(event, name) for name in Link.__slots__}), event.hash


def verify_chain() -> ChainReport:
    """Recompute every link and every sealed day's root from the stored events."""
    head = ChainHead.objects.filter(pk=1).first()
    stored = (head.sequence, head.hash) if head else (0, "0" * 64)
    broken = first_break(_links(), head=stored) or _first_broken_day()
    return ChainReport(events=Event.objects.count(), head_hash=stored[1], broken=broken)


def _first_broken_day() -> Break | None:
    for day in DailyRoot.objects.order_by("day"):
        span = Event.objects.filter(sequence__range=(day.first_sequence, day.last_sequence)).order_by("sequence")
        if merkle_root(list(span.values_list("hash", flat=True))) != day.root:
            return Break(day.first_sequence, f"{day.day} 的日根与当日事件不符")
    return None
