"""Who wants to know that a lead got its answer or was filed: apps above register here."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hengjian.apps.leads.models import Lead
from hengjian.apps.record.services import Actor


class Listener(Protocol):
    """Called inside the transaction that ends the lead; what it raises undoes it."""

    def __call__(self, *, lead: Lead, actor: Actor, now: datetime) -> object: ...


_LISTENERS: list[Listener] = []


def on_closed(listener: Listener) -> None:
    """Register a listener once; called from `AppConfig.ready()`."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell_closed(*, lead: Lead, actor: Actor, now: datetime) -> None:
    """Tell everybody who registered that the lead has reached answered, filed or merged."""
    for listener in _LISTENERS:
        listener(lead=lead, actor=actor, now=now)
