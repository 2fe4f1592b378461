"""Sections of the case page: parts of this app and upper apps put their own on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.models import Case

Context = Callable[[Case, User, date], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Section:
    """One section: `template` is rendered with what `context` answers, plus `case` and `today`; None: not shown.

    `column` is main or aside; `title` is the heading that the template of the page writes, with `key` as its anchor.
    """

    key: str
    title: str
    order: int
    template: str
    context: Context
    column: str = "main"


@dataclass(frozen=True, slots=True)
class Shown:
    """A section with its values, ready for the page."""

    section: Section
    values: Mapping[str, Any]


_SECTIONS: dict[str, Section] = {}


def register(*sections: Section) -> None:
    """Put sections on the case page; called from `AppConfig.ready()`."""
    for one in sections:
        _SECTIONS[one.key] = one


def shown(case: Case, user: User, today: date, *, column: str) -> list[Shown]:
    """The sections of a column that have something to show to this person, in their order."""
    found = []
    for one in sorted(_SECTIONS.values(), key=lambda one: (one.order, one.key)):
        if one.column != column:
            continue
        values = one.context(case, user, today)
        if values is not None:
            found.append(Shown(one, values))
    return found
