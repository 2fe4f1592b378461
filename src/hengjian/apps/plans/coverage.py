"""Coverage of an organ in a year, read live from the ledger: drawn, checked, key fields, monitoring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from hengjian.apps.accounts.models import Level, Organ
from hengjian.apps.plans.models import MonitoringLook, Visit
from hengjian.apps.plans.parameters import Setting, settings_of
from hengjian.apps.plans.procedures import EXPECTED, ON_SITE
from hengjian.apps.plans.scope import key_fields, supervised
from hengjian.apps.plans.secrecy import secret
from hengjian.apps.registry.models import Institution
from hengjian.law.catalogue import threshold

METERS = {
    "drawn": "双随机已抽取",
    "checked": "双随机已检查",
    "key_field": "重点领域全覆盖",
    "monitoring": "风险监测全覆盖",
}
Drawn = Callable[..., QuerySet[Any]]
"""(organ whose area is read, year, *, without) → ids of institutions that a draw of the year has selected and the area
may know; `without` are numbers of draws left out because the reader may not know their sample."""

_DRAWN: list[Drawn] = []
STATUSES = {"yes": "已完成", "no": "未完成"}


@dataclass(frozen=True, slots=True)
class Meter:
    """One duty: `done` of `total` institutions, held against `required` percent; `source` says who asks for it."""

    key: str
    label: str
    done: int
    total: int
    required: int
    source: str

    @property
    def share(self) -> float | None:
        return self.done / self.total if self.total else None

    @property
    def wanted(self) -> int:
        """How many institutions the duty asks for, rounded up."""
        return -(-self.total * self.required // 100)

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.done)

    @property
    def is_met(self) -> bool:
        return self.missing == 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """An organ's meters of a year; `by_lead` institutions were visited upon a lead only, which covers no duty."""

    organ: Organ
    year: int
    meters: tuple[Meter, ...]
    by_lead: int

    def meter(self, key: str) -> Meter:
        """The meter of one duty (a key of `METERS`)."""
        return next(one for one in self.meters if one.key == key)


def tell_drawn(provider: Drawn) -> None:
    """Register who knows what was drawn before anybody is sent; the app of draws calls it from `ready()`."""
    if provider not in _DRAWN:
        _DRAWN.append(provider)


def flagged(organ: Organ, *, year: int, on: date, without: Collection[str] = ()) -> QuerySet[Institution]:
    """Institutions under supervision with the flags is_drawn, is_checked, is_visited, has_lead, is_looked of the year.

    A superior's unannounced visit counts once it has begun: before, it would be given away to those below.
    Rows that are shown one by one leave out the draws `without`, whose sample their reader may not know: who is in it
    stands there as not drawn. Counts are asked without it.
    """
    visits = Visit.objects.filter(open_to(organ), institution=OuterRef("pk"), day__year=year)
    done = visits.filter(state="done")
    looks = MonitoringLook.objects.filter(institution=OuterRef("pk"), year=year)
    upon_draw = visits.filter(state__in=EXPECTED, origin_kind="draw")
    upon_draw = upon_draw.exclude(state="reserved", origin_id__in=list(without)) if without else upon_draw
    drawn = Q(Exists(upon_draw))
    for provider in _DRAWN:
        drawn |= Q(pk__in=provider(organ, year, without=without))
    return supervised(organ).annotate(
        is_drawn=Case(When(drawn, then=Value(True)), default=Value(False)),
        is_checked=Exists(done.filter(origin_kind="draw")),
        is_visited=Exists(done.exclude(item=None)),
        has_lead=Exists(done.filter(item=None)),
        is_looked=Exists(looks),
    )


def open_to(organ: Organ, prefix: str = "") -> Q:
    """Condition on visits that this organ's area may know of: its own and those below, begun, or not secret."""
    own = Q(**{f"{prefix}organ__path__startswith": organ.path})
    begun = Q(**{f"{prefix}state__in": ON_SITE})
    return own | begun | ~secret(prefix)


def is_key(on: date) -> Q:
    """Condition: works in a key field."""
    condition = Q(pk__in=[])
    for field in key_fields(on):
        condition |= Q(fields__icontains=f'"{field}"')
    return condition


def narrowed(rows: QuerySet[Institution], *, meter: str, status: str, on: date) -> QuerySet[Institution]:
    """The institutions behind one number: those of the meter's duty that are done (`yes`) or not (`no`), or all."""
    if meter == "key_field":
        rows = rows.filter(is_key(on))
    flag = {"drawn": "is_drawn", "checked": "is_checked", "key_field": "is_visited", "monitoring": "is_looked"}[meter]
    return rows.filter(**{flag: status == "yes"}) if status in STATUSES else rows


def counts_by_organ(organ: Organ, *, year: int, on: date) -> dict[str, dict[str, int]]:
    """Counts of every organ that owns institutions in the area, by its path; one query."""
    key = is_key(on)
    rows = (
        flagged(organ, year=year, on=on)
        .order_by()
        .values("organ__path")
        .annotate(
            total=Count("pk"),
            key=Count("pk", filter=key),
            drawn=Count("pk", filter=Q(is_drawn=True)),
            checked=Count("pk", filter=Q(is_checked=True)),
            key_field=Count("pk", filter=key & Q(is_visited=True)),
            monitoring=Count("pk", filter=Q(is_looked=True)),
            by_lead=Count("pk", filter=Q(has_lead=True, is_visited=False)),
        )
    )
    return {row.pop("organ__path"): row for row in rows}


def _meters(
    counts: Iterable[dict[str, int]], *, settings: dict[str, Setting], on: date
) -> tuple[tuple[Meter, ...], int]:
    total: dict[str, int] = {}
    for row in counts:
        for name, value in row.items():
            total[name] = total.get(name, 0) + value
    full = threshold("DR-09", on).title
    draw = settings["draw_percent"]

    def of(key: str, whole: str, required: int, source: str) -> Meter:
        return Meter(key, METERS[key], total.get(key, 0), total.get(whole, 0), required, source)

    meters = (
        of("drawn", "total", draw.value, draw.text),
        of("checked", "total", draw.value, draw.text),
        of("key_field", "key", 100, full),
        of("monitoring", "total", 100, full),
    )
    return meters, total.get("by_lead", 0)


def coverage(organ: Organ, year: int, on: date) -> Coverage:
    """The organ's coverage in a year; rules and key fields as of `on`."""
    counts = counts_by_organ(organ, year=year, on=on)
    meters, by_lead = _meters(counts.values(), settings=settings_of(organ, on=on), on=on)
    return Coverage(organ, year, meters, by_lead)


def coverage_below(organ: Organ, *, year: int, on: date) -> list[Coverage]:
    """The coverage of each bureau directly below; empty for the lowest. One query for the counts."""
    below = organ.children.exclude(level__in=(Level.STATION, Level.TEAM)).order_by("path")
    counts: dict[str, Any] = counts_by_organ(organ, year=year, on=on) if below else {}
    found = []
    for child in below:
        rows = [row for path, row in counts.items() if path.startswith(child.path)]
        meters, by_lead = _meters(rows, settings=settings_of(child, on=on), on=on)
        found.append(Coverage(child, year, meters, by_lead))
    return found
