"""View decorators: every view is either behind a permission or openly public with a reason; a test walks the URLs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hengjian.apps.accounts.rights import may, permission
from hengjian.kernel.errors import NotAllowed

View = Callable[..., HttpResponse]


def needs(code: str) -> Callable[[View], View]:
    """Sign-in and at least one posting with this permission; which rows it reaches is the selector's business."""

    def wrap(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if may(request.user, code, on=timezone.localdate()) is None:
                raise NotAllowed(f"您的角色没有“{permission(code).label}”的权限。")
            return view(request, *args, **kwargs)

        gated.permission_code = code  # type: ignore[attr-defined]
        return gated

    return wrap


def signed_in(view: View) -> View:
    """Any signed-in person, whatever the role."""

    @wraps(view)
    def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    gated.permission_code = "signed-in"  # type: ignore[attr-defined]
    return gated


def public(reason: str) -> Callable[[View], View]:
    """Open to everybody, for the reason given."""

    def wrap(view: View) -> View:
        view.permission_code = "public"  # type: ignore[attr-defined]
        view.public_reason = reason  # type: ignore[attr-defined]
        return view

    return wrap
