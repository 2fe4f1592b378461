"""Reading alerts: what a person may see, what waits for them, how often detectors were right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from hengjian.apps.accounts.rights import visible
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.procedures import NOT_A_VERDICT
from hengjian.apps.registry.models import Institution

UNFINISHED = ("open", "data_requested", "dismissal_proposed")
Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


def alerts_seen_by(user: Any, *, on: date) -> QuerySet[Alert]:
    """Alerts about institutions of the person's organ and of those below it, data questions included."""
    rows = Alert.objects.select_related("institution", "organ", "run", "last_run", "judged_by")
    return visible(user, "alert.view", rows, on=on)


def with_age(rows: QuerySet[Alert], *, now: datetime) -> QuerySet[Alert]:
    """Adds `age`, the time since the alert came into its present state."""
    age = ExpressionWrapper(Value(now) - F("state_at"), output_field=DurationField())
    return rows.annotate(age=age).defer("evidence", "judged_reports", "report_ids")


def queue(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Alerts that accuse: everything but data questions."""
    return rows.exclude(severity="weak")


def questions(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Weak findings, which go back to the institution as data questions."""
    return rows.filter(severity="weak")


def state_counts(rows: QuerySet[Alert]) -> dict[str, int]:
    """How many of the rows are in each state, those not ended together as `unfinished`."""
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return counts | {"unfinished": sum(counts.get(state, 0) for state in UNFINISHED), "all": sum(counts.values())}


def waiting_for(user: Any, *, on: date) -> QuerySet[Alert]:
    """What this person has to do: alerts to judge, and dismissals that somebody else proposed."""
    judge = visible(user, "alert.judge", Alert.objects.all(), on=on).filter(state="open").exclude(severity="weak")
    review = visible(user, "alert.review", Alert.objects.all(), on=on).filter(state="dismissal_proposed")
    pks = Q(pk__in=judge.values("pk")) | Q(pk__in=review.exclude(judged_by=user).values("pk"))
    return Alert.objects.filter(pks).select_related("institution", "organ")


def alerts_of(institution: Institution, user: Any, *, on: date) -> QuerySet[Alert]:
    """The alerts about one institution that the person may see, newest first; for the dossier."""
    return alerts_seen_by(user, on=on).filter(institution=institution)


@dataclass(frozen=True, slots=True)
class Precision:
    """How often a detector's alerts were confirmed: counts, share and its 95 % interval (Wilson)."""

    detector: str
    confirmed: int
    judged: int
    open: int
    by_code: dict[str, int]

    @property
    def share(self) -> float | None:
        return self.confirmed / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.confirmed, self.judged) if self.judged else None


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share of `hits` in `n` > 0 trials (Wilson 1927)."""
    share, square = hits / n, Z95 * Z95
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def precision_by_detector(rows: QuerySet[Alert]) -> list[Precision]:
    """Precision of every detector that raised one of these alerts, by the last judgement of each.

    Dismissals that say nothing about the detector (a duplicate of a running matter) count neither way.
    """
    counted = rows.order_by().values_list("detector", "verdict", "verdict_code").annotate(n=Count("pk"))
    found: dict[str, dict[str, Any]] = {}
    for detector, verdict, code, n in counted:
        one = found.setdefault(detector, {"confirmed": 0, "judged": 0, "open": 0, "by_code": {}})
        if not verdict:
            one["open"] += n
            continue
        if verdict == "dismissed":
            one["by_code"][code] = one["by_code"].get(code, 0) + n
        if code in NOT_A_VERDICT:
            continue
        one["judged"] += n
        one["confirmed"] += n if verdict == "confirmed" else 0
    return [Precision(detector=name, **found[name]) for name in sorted(found)]
