"""What a document of a case is filled from: parts of this app and upper apps contribute keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from hengjian.apps.cases.models import Case

Contributor = Callable[[Case, str, date], Mapping[str, Any]]

_CONTRIBUTORS: list[Contributor] = []


def register(contributor: Contributor) -> None:
    """Let `contributor(case, form id, day)` add its keys; called from `AppConfig.ready()`."""
    if contributor not in _CONTRIBUTORS:
        _CONTRIBUTORS.append(contributor)


def document_context(case: Case, form: str, on: date) -> dict[str, Any]:
    """All keys that a form may read by dotted path; what is registered later wins."""
    found: dict[str, Any] = {}
    for contributor in _CONTRIBUTORS:
        found |= contributor(case, form, on)
    return found
