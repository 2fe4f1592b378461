"""Context processor: what the shell around every page needs, worked out only when a template asks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from hengjian.ui import navigation


class Shell:
    """Navigation, organ, person and fixed places for one request; each is worked out once, on first use.

    The numbers beside the links are asked for after the page is there (`at` names the page they are for): a dozen
    apps counting would cost every page more than its own content.
    """

    def __init__(self, request: HttpRequest, *, at: str | None = None) -> None:
        self._request = request
        self.counted = at is not None
        self.path = request.path if at is None else at

    @property
    def user(self) -> Any:
        return getattr(self._request, "user", None)

    @property
    def signed_in(self) -> bool:
        return bool(getattr(self.user, "is_authenticated", False))

    @cached_property
    def nav(self) -> tuple[navigation.Section, ...]:
        return navigation.sections(self.user, self.path, counted=self.counted) if self.signed_in else ()

    @property
    def organ(self) -> Any:
        """The organ the person acts for; set on the request by the accounts app."""
        return getattr(self._request, "organ", None)

    @property
    def organs(self) -> Any:
        """All organs the person may act for: objects with `pk` and `name`; set on the request by the accounts app."""
        return getattr(self._request, "organs", ())

    @property
    def person_name(self) -> str:
        name = getattr(self.user, "full_name", "") or ""
        return str(name() if callable(name) else name) or (self.user.get_username() if self.signed_in else "")

    @cached_property
    def places(self) -> dict[str, str | None]:
        return {name: navigation.place_url(name) for name in navigation.PLACES}

    @cached_property
    def foot_notes(self) -> list[str]:
        return [note for note in (make(self._request) for make in navigation.registry.foot_notes) if note]


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Add `shell` to every template context."""
    return {"shell": Shell(request)}
