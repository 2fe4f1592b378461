"""Who wants to know that a case moved: parts of this app and upper apps register here."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hengjian.apps.cases.models import Case
from hengjian.apps.record.services import Actor


class Listener(Protocol):
    """Called inside the transaction of the move, after its change; what it raises undoes the move."""

    def __call__(self, *, case: Case, action: str, actor: Actor, now: datetime) -> object: ...


_LISTENERS: list[tuple[str, Listener]] = []


def on_moved(action: str, listener: Listener) -> None:
    """Call `listener` after every `action` ("*": any move); called from `AppConfig.ready()`."""
    if (action, listener) not in _LISTENERS:
        _LISTENERS.append((action, listener))


def tell(*, case: Case, action: str, actor: Actor, now: datetime) -> None:
    """Tell everybody who registered for the action."""
    for wanted, listener in _LISTENERS:
        if wanted in ("*", action):
            listener(case=case, action=action, actor=actor, now=now)
