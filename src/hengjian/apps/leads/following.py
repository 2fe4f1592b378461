"""What can follow a lead: apps above offer their step here (a visit, a case), so that leads need not know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from hengjian.apps.accounts.models import User
from hengjian.apps.leads.models import Lead


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One step: words, address, and whether it is already under way (`running`) or still to be taken."""

    label: str
    url: str
    running: bool = False


Offer = Callable[[Lead, User, date], FollowUp | None]
_OFFERS: list[Offer] = []


def offer(function: Offer) -> None:
    """Register a step once; the function answers None where the person may not take it or it makes no sense."""
    if function not in _OFFERS:
        _OFFERS.append(function)


def follow_ups(lead: Lead, user: User, *, on: date) -> list[FollowUp]:
    """Steps that follow this lead for this person, running ones first."""
    found = [step for function in _OFFERS if (step := function(lead, user, on)) is not None]
    return sorted(found, key=lambda step: not step.running)
