"""The values that the page parts show: what a view hands to a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person may do now. `method` "post" makes a one-button form, `fields` go with it as hidden inputs."""

    label: str
    url: str
    icon: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    kind: str = ""  # "", "primary", "quiet"


@dataclass(frozen=True, slots=True)
class NextStep:
    """The band under a matter's head: what to do, till when and why, and the one primary action.

    Hand over None where the procedure allows this person nothing: then there is no band.
    """

    text: str
    detail: str = ""
    action: Action | None = None
    due: str = ""
    due_url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a procedure: state is "done", "now" or ""."""

    label: str
    state: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline. kind: "" plain, "act" a step of procedure, "hot" late or found, "good" done well."""

    when: date | datetime
    text: str
    kind: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """Something checked. state: "ok" excluded or fulfilled, "bad" not, "open" still to be seen, "none" not done."""

    text: str
    state: str = "ok"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """Why a list is empty and what to do."""

    title: str
    reason: str
    actions: Sequence[Action] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """Long work: what, how far, how long. `poll_url` answers with the same part while it runs.

    `share` is 0–1 or None where the end is not known; `state` is "waiting", "running", "done", "failed", "cancelled".
    """

    title: str
    state: str
    share: float | None = None
    progress: str = ""
    facts: str = ""
    steps: Sequence[Step] = ()
    cancel: Action | None = None
    cancel_note: str = ""
    after: Action | None = None
    error: str = ""
    poll_url: str = ""

    @property
    def running(self) -> bool:
        return self.state in {"waiting", "running"}

    @property
    def percent(self) -> int:
        return round((self.share or 0) * 100)


@dataclass(frozen=True, slots=True)
class Tab:
    """A remembered view or a place in the local contents."""

    label: str
    url: str
    current: bool = False
    count: int | None = None
