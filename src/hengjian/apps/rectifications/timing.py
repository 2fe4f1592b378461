"""The clock of an item: runs while the institution has to act, rests while the organ verifies, ends with the item."""

from __future__ import annotations

from datetime import date, datetime

from hengjian.apps.record.services import Actor
from hengjian.apps.rectifications.models import Rectification


def start_limit(item: Rectification, *, actor: Actor, now: datetime) -> None:
    pass


def rest_limit(item: Rectification, *, today: date, actor: Actor, now: datetime) -> None:
    pass


def move_limit(item: Rectification, *, reason: str, actor: Actor, now: datetime) -> None:
    pass


def end_limit(item: Rectification, *, actor: Actor, now: datetime, outcome: str) -> None:
    pass
