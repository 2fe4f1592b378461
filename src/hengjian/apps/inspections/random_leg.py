"""What the random leg saw: every drawn institution of a year with its probability and what its inspection found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from django.db.models import Count, Q, QuerySet

from hengjian.apps.accounts.rights import visible
from hengjian.apps.draws.models import Draw, DrawUnit
from hengjian.apps.draws.policies import may_see_targets
from hengjian.apps.draws.procedures import RESULT_KNOWN
from hengjian.apps.draws.selectors import in_force
from hengjian.apps.inspections.models import Inspection
from hengjian.kernel.errors import NotFound
from hengjian.law.inspecting import result_code

OVERSEE = "inspection.oversee"
SETTLED = ("fixed", "published", "filed")
"""States in which the result of an inspection stands."""
RISK_ORIGINS = ("alert",)
"""Origins that send people where the screening points."""

Seen = Literal["checked", "pending", "not_met"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn institution: where it stood in its draw and what came of it.

    `seen`: checked (a result stands), pending (drawn, not inspected to the end yet), not_met (closed, moved away, gone:
    nobody to inspect). `problems` and `serious` count standing findings, 0 unless checked.
    """

    draw: str
    stratum: str
    pi: Fraction
    institution: int
    field: str
    organ: str
    band: str
    seen: Seen
    problems: int = 0
    serious: int = 0
    inspection: str = ""

    @property
    def layer(self) -> tuple[str, str]:
        """The stratum within which it was drawn."""
        return self.draw, self.stratum


@dataclass(frozen=True, slots=True)
class Sample:
    """All drawn institutions of a year, and the size of each layer (draw and stratum) in its frozen roster."""

    year: int
    draws: tuple[Draw, ...]
    units: tuple[Drawn, ...]
    layers: dict[tuple[str, str], int]

    def of(self, keep: Callable[[Drawn], bool]) -> list[Drawn]:
        """The drawn institutions of one part."""
        return [unit for unit in self.units if keep(unit)]

    @property
    def unreached(self) -> int:
        """Institutions of layers that were given no place in the sample: nothing can be said of them."""
        reached = {unit.layer for unit in self.units}
        return sum(size for layer, size in self.layers.items() if layer not in reached)

    def count(self, seen: Seen) -> int:
        """How many drawn institutions came to that."""
        return sum(unit.seen == seen for unit in self.units)


def years_drawn(user: Any, *, on: date) -> list[int]:
    """Years in which something was drawn that the person may see, the newest first."""
    rows = _draws(user, on).values_list("planned_from", flat=True)
    return sorted({day.year for day in rows}, reverse=True)


def _draws(user: Any, on: date) -> QuerySet[Draw]:
    rows = Draw.objects.filter(state__in=RESULT_KNOWN).select_related("organ")
    return visible(user, OVERSEE, rows, on=on).order_by("planned_from", "pk")


def read_sample(user: Any, *, year: int, on: date) -> Sample:
    """The drawn institutions of the year's draws whose targets the person may see; five queries whatever the size."""
    draws = tuple(one for one in _draws(user, on).filter(planned_from__year=year) if may_see_targets(user, one, on=on))
    everybody = DrawUnit.objects.filter(draw__in=[one.pk for one in draws])
    counted = everybody.order_by().values("draw__number", "stratum").annotate(n=Count("pk"))
    layers = {(row["draw__number"], row["stratum"]): row["n"] for row in counted}
    units = in_force(everybody).select_related("draw", "institution__organ").order_by("draw_id", "stratum", "rank")
    tasks = _tasks([one.number for one in draws])
    drawn = [_drawn(unit, tasks.get((unit.draw.number, unit.institution_id))) for unit in units]
    return Sample(year, draws, tuple(drawn), layers)


def _tasks(numbers: Sequence[str]) -> dict[tuple[str, int], Inspection]:
    rows = Inspection.objects.filter(origin_kind="draw", origin_id__in=numbers).exclude(state="cancelled")
    return {(one.origin_id, one.institution_id): one for one in with_problems(rows)}


def with_problems(rows: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Adds how many findings stand, and how many of them are serious."""
    standing = Q(findings__state="found")
    return rows.annotate(
        n_problems=Count("findings", filter=standing),
        n_serious=Count("findings", filter=standing & Q(findings__severity="serious")),
    )


def _drawn(unit: DrawUnit, task: Any) -> Drawn:
    seen = seen_of(task)
    checked = seen == "checked"
    return Drawn(
        draw=unit.draw.number,
        stratum=unit.stratum,
        pi=Fraction(unit.pi or "1"),
        institution=unit.institution_id,
        field=unit.field,
        organ=unit.institution.organ.short_name,
        band=unit.band,
        seen=seen,
        problems=task.n_problems if checked else 0,
        serious=task.n_serious if checked else 0,
        inspection=task.number if task else "",
    )


def seen_of(task: Inspection | None) -> Seen:
    """What came of a drawn institution, from its inspection task (None: there is none yet)."""
    if task is None or task.state not in SETTLED:
        return "pending"
    try:
        met = result_code(task.result_code, task.ended_on or task.planned_on).met
    except NotFound:
        return "pending"
    return "checked" if met else "not_met"


@dataclass(frozen=True, slots=True)
class Hits:
    """How often one way of choosing found a problem: settled inspections, and those with a problem, a serious one."""

    origin: str
    checked: int
    problems: int
    serious: int


def hits_by_origin(user: Any, *, year: int, on: date) -> list[Hits]:
    """Settled inspections of the year by origin, for all that the person may oversee; institutions not met left out."""
    rows = Inspection.objects.filter(state__in=SETTLED, ended_on__year=year).select_related("visit")
    checked: Counter[str] = Counter()
    problems: Counter[str] = Counter()
    serious: Counter[str] = Counter()
    for one in with_problems(visible(user, OVERSEE, rows, on=on)).order_by("pk"):
        if seen_of(one) != "checked":
            continue
        checked[one.origin_kind] += 1
        problems[one.origin_kind] += one.n_problems > 0
        serious[one.origin_kind] += one.n_serious > 0
    return [Hits(origin, checked[origin], problems[origin], serious[origin]) for origin in sorted(checked)]


def together(hits: Iterable[Hits], origins: Sequence[str]) -> Hits:
    """Several origins as one."""
    mine = [one for one in hits if one.origin in origins]
    return Hits(
        "、".join(origins),
        sum(one.checked for one in mine),
        sum(one.problems for one in mine),
        sum(one.serious for one in mine),
    )
