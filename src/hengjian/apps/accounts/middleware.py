"""Ends idle sessions and remembers when a person was last here."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from hengjian.apps.accounts.selectors import home_organ

TOUCH_SECONDS = 300


class SessionClockMiddleware:
    """Signs a person out after `SESSION_IDLE_SECONDS` without a request; writes at most every five minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            raise Http404  # PostgreSQL takes no NUL in a text: asked for by such a name, nothing is there
        stamp = request.session.get("touched")
        if stamp is not None:
            idle = timezone.now().timestamp() - float(stamp)
            if idle > settings.SESSION_IDLE_SECONDS:
                logout(request)
            elif idle > TOUCH_SECONDS:
                request.session["touched"] = timezone.now().timestamp()
        request.organ = SimpleLazyObject(lambda: home_organ(request.user, on=timezone.localdate()))  # type: ignore[attr-defined]
        return self.get_response(request)
