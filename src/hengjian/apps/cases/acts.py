"""How each action is entered: its form and the service behind it. Parts of the app register their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.models import Case

FormMaker = Callable[..., forms.Form]


@dataclass(frozen=True, slots=True)
class Act:
    """One action of the procedure as people enter it.

    `form(case, user, on, data=None, files=None)` makes the form; `make(case=, user=, now=, today=, seen=, **values)`
    is the service, called with the form's cleaned values (but `seen`, which the page fills in); `hint` says what the
    step means, `template` renders more than the fields where it is set.
    """

    action: str
    form: FormMaker
    make: Callable[..., Case]
    hint: str = ""
    template: str = "cases/act.html"


_ACTS: dict[str, Act] = {}


def register(*acts: Act) -> None:
    """Offer actions on the case page; called from `AppConfig.ready()`."""
    for one in acts:
        _ACTS[one.action] = one


def act_of(action: str) -> Act | None:
    """The registered entry of an action, None where only another app or the system makes it."""
    return _ACTS.get(action)


def form_of(act: Act, case: Case, user: User, on: date, *, data: Any = None, files: Any = None) -> forms.Form:
    """The act's form."""
    return act.form(case, user, on, data=data, files=files)
