"""What stands in the way of a move beside the table: registered checks, each with its sentence and article.

An app (or a part of this one) registers a check for an action, or for every action with "*". A check raises a
DomainError; it never changes anything. `standing` checks look at the case alone and are also asked by the page, so
that it can say beforehand what is missing; the others need the facts of the move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.models import Case
from hengjian.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries to make which move with which facts, and when."""

    action: str
    user: User
    now: datetime
    today: date
    facts: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[Case, Attempt], None]


@dataclass(frozen=True, slots=True)
class Gate:
    """One check of one action."""

    action: str
    check: Check
    standing: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Why a move cannot be made yet."""

    sentence: str
    article: str


_GATES: list[Gate] = []


def register(action: str, check: Check, *, standing: bool = False) -> None:
    """Ask `check` whenever `action` ("*": any action) is tried; called from `AppConfig.ready()`."""
    gate = Gate(action, check, standing)
    if gate not in _GATES:
        _GATES.append(gate)


def require_open(case: Case, attempt: Attempt) -> None:
    """Ask every check of the action; the first that objects is raised."""
    for gate in _of(attempt.action):
        gate.check(case, attempt)


def blocks(case: Case, attempt: Attempt) -> list[Block]:
    """What the standing checks object to now, all of it; empty where the form may be filled in."""
    found = []
    for gate in _of(attempt.action):
        if gate.standing:
            try:
                gate.check(case, attempt)
            except DomainError as refused:
                found.append(Block(refused.sentence, refused.article or ""))
    return found


def _of(action: str) -> list[Gate]:
    return [gate for gate in _GATES if gate.action in ("*", action)]
