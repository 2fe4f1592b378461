"""What all draws together look like (§2.4): who is never or always drawn, loads and pairs of people, the tickets.

Only draws whose sample the asking person may see; a sealed draw comes in when it is opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from hengjian.apps.draws.models import Draw, DrawAssignment, DrawUnit
from hengjian.apps.draws.policies import may_see_targets
from hengjian.apps.draws.procedures import RESULT_KNOWN
from hengjian.apps.registry.models import Institution
from hengjian.engines.draws.monitors import (
    Chance,
    Signal,
    load_spread,
    never_or_always,
    pair_frequencies,
    selection_chi_square,
    ticket_uniformity,
)

SHOWN = 30
LEAST_TICKETS = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One signal with the names that people read."""

    names: tuple[str, ...]
    signal: Signal
    times: int = 0


@dataclass(slots=True)
class Report:
    """The monitors; every part is empty where there is too little to say anything."""

    draws: int = 0
    tickets: int = 0
    strata: list[Line] = field(default_factory=list)
    never: list[Line] = field(default_factory=list)
    always: list[Line] = field(default_factory=list)
    pairs: list[Line] = field(default_factory=list)
    loads: list[Line] = field(default_factory=list)
    uniform: Signal | None = None

    @property
    def alarms(self) -> int:
        """How many things look unlike honest chance, multiplicity allowed for."""
        lines = [*self.strata, *self.never, *self.always, *self.pairs, *self.loads]
        return sum(line.signal.alarm for line in lines) + bool(self.uniform and self.uniform.alarm)


def report_on(rows: QuerySet[Draw], *, user: Any, on: date) -> Report:
    """Work the monitors out over the draws that have a result which this person may see."""
    draws = [one for one in rows.filter(state__in=RESULT_KNOWN) if may_see_targets(user, one, on=on)]
    report = Report(draws=len(draws))
    if not draws:
        return report
    ids = [one.pk for one in draws]
    chances, tickets = _chances(ids)
    report.tickets = len(tickets)
    if len(tickets) >= LEAST_TICKETS:
        report.uniform = ticket_uniformity(tickets)
    report.strata = [Line(one.names, one) for one in selection_chi_square(chances)]
    _extremes(report, chances)
    _people(report, ids)
    return report


def _chances(ids: Sequence[int]) -> tuple[list[list[Chance]], list[str]]:
    by_draw: dict[int, list[Chance]] = {}
    tickets = []
    rows = DrawUnit.objects.filter(draw_id__in=ids).order_by("draw_id", "pk")
    for draw, unit, stratum, pi, selected, ticket in rows.values_list(
        "draw_id", "unit_id", "stratum", "pi", "selected", "ticket"
    ):
        by_draw.setdefault(draw, []).append(Chance(unit, stratum, float(Fraction(pi)), selected))
        tickets.append(ticket)
    return list(by_draw.values()), tickets


def _extremes(report: Report, chances: Sequence[Sequence[Chance]]) -> None:
    times = Counter(one.unit for draw in chances for one in draw if 0 < one.pi < 1)
    found = [one for one in never_or_always(chances) if times[one.names[0]] > 1 or one.alarm]
    names = dict(Institution.objects.filter(uscc__in=[one.names[0] for one in found]).values_list("uscc", "name"))
    for kind, into in (("never", report.never), ("always", report.always)):
        for one in [signal for signal in found if signal.kind == kind][:SHOWN]:
            code = one.names[0]
            into.append(Line((names.get(code, code), code), one, times[code]))


def _people(report: Report, ids: Sequence[int]) -> None:
    teams: dict[int, list[str]] = {}
    loads: dict[int, dict[str, int]] = {}
    names: dict[str, str] = {}
    for draw in Draw.objects.filter(pk__in=ids).prefetch_related("inspectors__user"):
        loads[draw.pk] = {str(one.user_id): 0 for one in draw.inspectors.all() if not one.expert}
        names |= {str(one.user_id): one.user.name for one in draw.inspectors.all()}
    rows = DrawAssignment.objects.filter(draw_id__in=ids, current=True).exclude(slot="expert").order_by("pk")
    for draw_pk, unit, user in rows.values_list("draw_id", "unit_id", "user_id"):
        teams.setdefault(unit, []).append(str(user))
        loads[draw_pk][str(user)] = loads[draw_pk].get(str(user), 0) + 1
    for one in pair_frequencies(teams.values())[:SHOWN]:
        report.pairs.append(Line(tuple(names.get(name, name) for name in one.names), one))
    numbers = dict(Draw.objects.filter(pk__in=ids).values_list("pk", "number"))
    report.loads = [Line((numbers[pk],), load_spread(load)) for pk, load in sorted(loads.items()) if load]
