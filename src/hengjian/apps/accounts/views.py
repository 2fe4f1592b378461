"""Sign-in and sign-out, organs and people, and the pages of the edge: 403, 404, 500."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from hengjian.apps.accounts.gates import public
from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.services import note_visit

log = logging.getLogger("hengjian")


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


@public("whoever wants to sign in is not yet known")
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password; five failures lock the pair of name and address for a quarter of an hour."""
    if request.user.is_authenticated:
        return redirect(_safe_next(request))
    context: dict[str, Any] = {"next": request.GET.get("next", ""), "username": "", "error": ""}
    if request.method == "POST":
        username = request.POST.get("username", "").strip()[:40]
        user = authenticate(request, username=username, password=request.POST.get("password", ""))
        if isinstance(user, User):
            login(request, user)
            request.session["touched"] = timezone.now().timestamp()
            note_visit(user=user, now=timezone.now())
            return redirect(_safe_next(request))
        context |= {
            "username": username,
            "next": request.POST.get("next", ""),
            "error": "用户名或密码不对。连续 5 次输错，账号将锁定 15 分钟。",
        }
    return render(request, "accounts/sign_in.html", context, status=422 if context["error"] else 200)


@public("signing out needs no right")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("accounts:sign_in")


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """What a locked account sees; the same sentence whether or not the account exists."""
    context = {
        "username": (credentials or {}).get("username", ""),
        "next": "",
        "error": "连续输错 5 次，已锁定。15 分钟后再试，或请系统管理员核实身份后重设密码。",
        "locked": True,
    }
    return render(request, "accounts/sign_in.html", context, status=429)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token: too old a page, or cookies switched off."""
    return render(request, "403_csrf.html", status=403)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 with a sentence."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not yours to see; the page does not say which."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with an id that the log carries too."""
    number = f"E-{timezone.localtime():%Y%m%d-%H%M}-{secrets.token_hex(2).upper()}"
    view = request.resolver_match.view_name if request.resolver_match else "?"
    log.error("error page %s of %s", number, view)
    return render(request, "500.html", {"error_id": number}, status=500)
