"""By what a run is scored: learnt weights in force when it was asked for, published policy, last inspections.

The apps above put weights into force and tell when institutions were last inspected; this one only reads and keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from hengjian.apps.accounts.models import Organ
from hengjian.apps.runs.models import LearntWeights, ScreeningRun
from hengjian.backends.scoring_policy import policy_in_force
from hengjian.backends.standing import ScoredBy
from hengjian.engines.screening.weights import AS_WRITTEN, Weights

LastInspections = Callable[[Organ, date], dict[str, date]]
"""(organ, day) → {institution code: last day up to it on which somebody was there}."""

_INSPECTED: list[LastInspections] = []


def on_last_inspections(callback: LastInspections) -> None:
    """Register who knows when institutions were last inspected; apps above this one call it from `ready()`."""
    if callback not in _INSPECTED:
        _INSPECTED.append(callback)


def weights_row(organ: Organ, at: datetime) -> LearntWeights | None:
    """The row in force for an organ at a moment: its own, else that of the nearest organ above."""
    above = [int(part) for part in organ.path.split("/") if part]
    rows = LearntWeights.objects.filter(organ__in=above, from_at__lte=at).filter(
        Q(to_at__isnull=True) | Q(to_at__gt=at)
    )
    return max(rows.select_related("organ"), key=lambda row: len(row.organ.path), default=None)


def as_weights(row: LearntWeights | None) -> Weights:
    """The row as the engine takes it; without one the weights that the detectors were written with."""
    if row is None:
        return AS_WRITTEN
    values = {(str(one["detector"]), str(one["field"])): float(one["db"]) for one in row.values}
    return Weights(version=row.version, lr_db=values)


def scored_by(run: ScreeningRun) -> ScoredBy:
    """What this run is scored by."""
    inspected: dict[str, date] = {}
    for callback in _INSPECTED:
        for uscc, day in callback(run.organ, run.today).items():
            inspected[uscc] = max(day, inspected.get(uscc, day))
    weights = as_weights(weights_row(run.organ, run.requested_at))
    return ScoredBy(policy=policy_in_force(run.today), weights=weights, inspected=inspected)


def put_into_force(*, organ: Organ, version: str, values: Sequence[dict[str, Any]], now: datetime) -> LearntWeights:
    """Let weights take effect for runs asked for from now on; inside the transaction that records the decision."""
    end_force(organ=organ, now=now)
    return LearntWeights.objects.create(organ=organ, version=version, values=list(values), from_at=now)


def end_force(*, organ: Organ, now: datetime) -> None:
    """Let the organ's own weights stop; its runs go by those above it again, or by the detectors' own."""
    rows = LearntWeights.objects.select_for_update().filter(organ=organ, to_at__isnull=True)
    for row in rows:
        row.to_at = now
        row.save(update_fields=["to_at"])
