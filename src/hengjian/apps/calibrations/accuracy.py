"""How often detectors are right (judgements) and how much they see (the random leg), by detector, field and organ.

Precision counts what people judged. Recall is inferred from institutions that were drawn at random: of those where the
inspection found a problem, the share that screening had pointed to before – weighted by the declared probabilities, so
that looking where the screening points does not flatter it. A detector answers for problems of its own violation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from hengjian.apps.alerts.selectors import alerts_seen_by
from hengjian.apps.calibrations.selectors import judged_by
from hengjian.apps.inspections.models import Finding, Inspection
from hengjian.apps.inspections.random_leg import Drawn, Sample, read_sample
from hengjian.apps.inspections.random_leg_estimates import Part, fewest_checked, field_label, part_of
from hengjian.apps.runs.wording import title_of
from hengjian.engines.screening.calibration import Judged, jeffreys
from hengjian.engines.screening.catalogue import DETECTORS

ANY = ""


@dataclass(frozen=True, slots=True)
class Precision:
    """Confirmed out of judged with Jeffreys' limits; without a share too few were judged."""

    confirmed: int
    judged: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page; `recall` is None where the random leg has no institution with such a problem."""

    key: str
    label: str
    precision: Precision
    recall: Part


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The whole page: everything together, and by detector, field and organ."""

    year: int
    fewest: int
    sample: Sample
    whole: Line
    detectors: tuple[Line, ...]
    fields: tuple[Line, ...]
    organs: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """What the random leg says of each inspection: violations found, and detectors that had pointed there before."""

    sample: Sample
    found: Mapping[str, frozenset[str]]
    pointed: Mapping[str, frozenset[str]]

    def part(self, key: str, label: str, *, detector: str, keep: Callable[[Drawn], bool], fewest: int) -> Part:
        """Of the institutions kept with a problem (of the detector's violation), the share pointed to."""
        wanted = next((one.violation for one in DETECTORS if one.id == detector), "")
        units = tuple(replace(unit, problems=int(self._pointed(unit, detector))) for unit in self.sample.units)

        def inside(unit: Drawn) -> bool:
            seen = self.found.get(unit.inspection, frozenset())
            return keep(unit) and (wanted in seen if detector else bool(seen))

        return part_of(replace(self.sample, units=units), key, label, inside, measure="problem", fewest=fewest)

    def _pointed(self, unit: Drawn, detector: str) -> bool:
        known = self.pointed.get(unit.inspection, frozenset())
        return detector in known if detector else bool(known)


def accuracy_for(user: Any, *, year: int, on: date) -> Accuracy:
    """What the person may see of both, for drawn inspections of a year and all judgements."""
    fewest = fewest_checked(on)
    sample = read_sample(user, year=year, on=on)
    leg = _leg(user, sample, on=on)
    alerts = alerts_seen_by(user, on=on)
    by_field, by_organ = judged_by(alerts, "field"), judged_by(alerts, "organ__short_name")
    everybody: Callable[[Drawn], bool] = lambda unit: True  # noqa: E731
    known = {one.detector for one in by_field}

    def line(key: str, label: str, judged: list[Judged], *, detector: str, keep: Callable[[Drawn], bool]) -> Line:
        return Line(
            key=key,
            label=label,
            precision=_precision(judged, fewest),
            recall=leg.part(key, label, detector=detector, keep=keep, fewest=fewest),
        )

    names = sorted({one.field for one in by_organ} | {unit.organ for unit in sample.units})
    fields = sorted({one.field for one in by_field} | {unit.field for unit in sample.units})
    return Accuracy(
        year=year,
        fewest=fewest,
        sample=sample,
        whole=line(ANY, "全部检测器", by_field, detector=ANY, keep=everybody),
        detectors=tuple(
            line(
                one,
                title_of(one),
                [row for row in by_field if row.detector == one],
                detector=one,
                keep=everybody,
            )
            for one in (detector.id for detector in DETECTORS)
            if one in known
        ),
        fields=tuple(
            line(one, field_label(one), [r for r in by_field if r.field == one], detector=ANY, keep=_in_field(one))
            for one in fields
        ),
        organs=tuple(
            line(one, one, [r for r in by_organ if r.field == one], detector=ANY, keep=_of_organ(one)) for one in names
        ),
    )


def _in_field(code: str) -> Callable[[Drawn], bool]:
    return lambda unit: unit.field == code


def _of_organ(name: str) -> Callable[[Drawn], bool]:
    return lambda unit: unit.organ == name


def _precision(judged: list[Judged], fewest: int) -> Precision:
    confirmed, n = sum(one.confirmed for one in judged), sum(one.judged for one in judged)
    share, low, high = jeffreys(confirmed, n)
    return Precision(confirmed, n, share if n >= fewest else None, low, high)


def _leg(user: Any, sample: Sample, *, on: date) -> Leg:
    """Three queries: inspections with their days, what was found there, what had been pointed to before."""
    checked = {unit.inspection: unit.institution for unit in sample.units if unit.seen == "checked"}
    found: dict[str, set[str]] = defaultdict(set)
    rows = Finding.objects.filter(inspection__number__in=list(checked), state="found")
    for number, violation in rows.values_list("inspection__number", "violation_id"):
        found[number].add(violation)
    begun = Inspection.objects.filter(number__in=list(checked), on_site__started_at__isnull=False)
    alerts: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    pointing = alerts_seen_by(user, on=on).filter(institution__in=set(checked.values())).exclude(severity="weak")
    for institution, detector, seen in pointing.values_list("institution_id", "detector", "first_seen"):
        alerts[institution].append((detector, seen))
    pointed = {
        number: frozenset(name for name, seen in alerts[checked[number]] if seen < started)
        for number, started in begun.values_list("number", "on_site__started_at")
    }
    return Leg(sample, {number: frozenset(seen) for number, seen in found.items()}, pointed)
