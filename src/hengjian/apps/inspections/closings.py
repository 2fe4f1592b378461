"""Who wants to know that a record was closed: apps above register here, so that inspections need not know them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hengjian.apps.inspections.models import Inspection
from hengjian.apps.record.services import Actor


class Listener(Protocol):
    """Called inside the transaction that closes the record; what it raises undoes the closing."""

    def __call__(self, *, inspection: Inspection, actor: Actor, now: datetime) -> object: ...


_LISTENERS: list[Listener] = []


def on_closed(listener: Listener) -> None:
    """Register a listener once; called from `AppConfig.ready()`."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell_closed(*, inspection: Inspection, actor: Actor, now: datetime) -> None:
    """Tell everybody who registered that the record is closed and its findings will not change any more."""
    for listener in _LISTENERS:
        listener(inspection=inspection, actor=actor, now=now)
