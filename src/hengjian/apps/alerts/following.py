"""What can follow a confirmed alert: apps above offer their step here, so that alerts need not know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hengjian.apps.accounts.models import User
from hengjian.apps.alerts.models import Alert


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One step: words, address, and whether it is already under way (`running`) or still to be taken."""

    label: str
    url: str
    running: bool = False


Offer = Callable[[Alert, User, date], FollowUp | None]
_OFFERS: list[Offer] = []


def offer(function: Offer) -> None:
    """Register a step once; the function answers None where the person may not take it or it makes no sense."""
    if function not in _OFFERS:
        _OFFERS.append(function)


def follow_ups(alert: Alert, user: User, *, on: date) -> list[FollowUp]:
    """Steps that follow this alert for this person, running ones first."""
    found = [step for function in _OFFERS if (step := function(alert, user, on)) is not None]
    return sorted(found, key=lambda step: not step.running)
