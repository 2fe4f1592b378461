"""Visits of which others must not hear before they begin: unannounced ones, those upon a lead, and sealed samples.

Two questions are asked here. Another organ may know of none of these (`secret`, `is_secret`). Within the organ itself
only the sample of a sealed draw is kept from those who do not send people out (`hidden_from`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q

from hengjian.apps.plans.models import Visit
from hengjian.apps.plans.procedures import ON_SITE

COMING = ("reserved", "proposed")
Sealed = Callable[..., Any]
"""`(user=None, *, on=None)` → numbers of draws whose sample is not open; with a person, those he may not know."""

_SEALED: list[Sealed] = []


def tell_sealed(provider: Sealed) -> None:
    """Register who knows which draws are still sealed; the app of draws calls it from `ready()`."""
    if provider not in _SEALED:
        _SEALED.append(provider)


def _of_sealed(prefix: str, user: Any = None, on: date | None = None) -> Q:
    condition = Q(pk__in=[])
    for provider in _SEALED:
        numbers = provider(user, on=on)
        # a visit that goes along with a sealed one stands on its day and names it
        for path in (prefix, f"{prefix}merged_with__"):
            condition |= Q(**{f"{path}origin_kind": "draw", f"{path}origin_id__in": numbers})
    return condition


def sealed() -> Q:
    """Condition on visits: reserved for the sample of a draw that has not been opened."""
    return Q(state__in=COMING) & _of_sealed("")


def secret(prefix: str = "") -> Q:
    """Condition on visits that another organ must not hear of: not begun, and unannounced, upon a lead, or sealed."""
    unannounced = Q(**{f"{prefix}item__notice": "unannounced"})
    upon_lead = Q(**{f"{prefix}item__isnull": True})
    return Q(**{f"{prefix}state__in": COMING}) & (unannounced | upon_lead | _of_sealed(prefix))


def is_sealed(visit: Visit) -> bool:
    """Whether the visit goes to the sample of a draw that has not been opened."""
    return Visit.objects.filter(sealed(), pk=visit.pk).exists()


def is_secret(visit: Visit) -> bool:
    """Whether this visit, as it stands in the ledger, is one that another organ must not hear of."""
    return Visit.objects.filter(secret(), pk=visit.pk).exists()


def hidden_from(user: Any, *, on: date, prefix: str = "") -> Q:
    """Condition on visits of sealed samples that this person may not know; one called off would tell them, too."""
    return ~Q(**{f"{prefix}state__in": ON_SITE}) & _of_sealed(prefix, user, on)


def draws_hidden_from(user: Any, *, on: date) -> list[str]:
    """Numbers of the unopened sealed draws whose sample this person may not know."""
    return [number for provider in _SEALED for number in provider(user, on=on)]
