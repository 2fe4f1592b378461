"""Reading calibrations, and counting judgements."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.procedures import NOT_A_VERDICT
from hengjian.apps.calibrations.models import Calibration
from hengjian.apps.calibrations.policies import PROPOSE, VIEW
from hengjian.apps.calibrations.procedures import CALIBRATION
from hengjian.engines.screening.calibration import Judged
from hengjian.kernel.transitions import Move, moves_from


def calibrations_seen_by(user: Any, *, on: date) -> QuerySet[Calibration]:
    """Calibrations of the person's organ and of those below it."""
    rows = Calibration.objects.select_related("organ", "proposed_by", "decided_by")
    return visible(user, VIEW, rows, on=on)


def organs_to_calibrate(user: Any, *, on: date) -> list[Organ]:
    """The organs for which the person may propose weights, each once."""
    return list({posting.organ_id: posting.organ for posting in granting(user, PROPOSE, on)}.values())


def actions_for(row: Calibration, user: User, *, on: date) -> tuple[Move, ...]:
    """The moves that this person may make now."""
    ask = policy_of(user, on=on)
    return tuple(
        move
        for move in moves_from(CALIBRATION, row.state)
        if move.permission != "calibration.work"
        and ask(move.permission, row) is not None
        and not (move.second_person and row.proposed_by_id == user.pk)
    )


def verdicts(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Alerts with a judgement that says whether the detector was right; data questions say nothing."""
    return rows.exclude(severity="weak").exclude(verdict="").exclude(verdict_code__in=NOT_A_VERDICT)


def judged_by(rows: QuerySet[Alert], key: str) -> list[Judged]:
    """Counts of judgements by detector and another column of the alert (`field` or a lookup of the organ)."""
    counted = verdicts(rows).order_by().values_list("detector", key, "verdict").annotate(n=Count("pk"))
    whole: Counter[tuple[str, str]] = Counter()
    confirmed: Counter[tuple[str, str]] = Counter()
    for detector, value, verdict, n in counted:
        whole[detector, value] += n
        confirmed[detector, value] += n if verdict == "confirmed" else 0
    return [
        Judged(detector=detector, field=value, confirmed=confirmed[detector, value], judged=n)
        for (detector, value), n in sorted(whole.items())
    ]


def judged_in(organ: Organ, *, until: datetime) -> list[Judged]:
    """What people of the organ and of those below judged up to a moment, by detector and field."""
    return judged_by(Alert.objects.filter(organ__path__startswith=organ.path, judged_at__lte=until), "field")


def waiting_for(user: Any, *, on: date) -> QuerySet[Calibration]:
    """Calibrations that wait for this person's approval."""
    rows = Calibration.objects.filter(state="submitted").exclude(proposed_by=user)
    return visible(user, "calibration.approve", rows, on=on)
