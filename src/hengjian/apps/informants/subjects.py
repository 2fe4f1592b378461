"""Whose matter an informant sent: tips, complaints … tell this app who may see them and how far they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from hengjian.apps.informants.models import Informant
from hengjian.ui.parts import Step


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a matter is, in words fit for its sender: nothing of the respondent's or the officials' own."""

    state: str
    steps: Sequence[Step] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of matter. `seen_by` gives the rows whose content a person may see; `progress` what the sender reads.

    `about` is the field of the rows that holds the respondent's code: who is tied to it is kept out.
    """

    label: str
    model: type[Any]
    seen_by: Callable[[Any, date], QuerySet[Any]]
    progress: Callable[[Any, date], Progress]
    url: Callable[[Any], str]
    about: str = ""


_SUBJECTS: dict[str, Subject] = {}


def register(kind: str, subject: Subject) -> None:
    """Make a kind known, such as `tips.tip`; two different ones under one name are an error."""
    if _SUBJECTS.setdefault(kind, subject) != subject:
        raise ValueError(f"subject {kind} registered twice")


def subject_of(informant: Informant) -> tuple[Subject, Any] | None:
    """The kind and the matter itself, None while nothing is bound."""
    subject = _SUBJECTS.get(informant.subject_kind)
    thing = subject.model._default_manager.filter(pk=informant.subject_id).first() if subject else None
    return (subject, thing) if subject and thing is not None else None


def kinds() -> dict[str, Subject]:
    """All kinds made known."""
    return dict(_SUBJECTS)
