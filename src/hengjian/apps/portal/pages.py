"""A public page: one set of facts, told as a page and as JSON at an address beside it, dated and cacheable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from hengjian.apps.accounts.gates import public
from hengjian.apps.record.middleware import STATUS
from hengjian.kernel.errors import DomainError

MAX_AGE = 300
"""Seconds for which anybody may keep a page; results and draws change seldom, and never back."""
JSON_TYPE = "application/json; charset=utf-8"
NOT_HERE = "没有这一页，或者还没有公开。"
Build = Callable[..., "Page | HttpResponse"]


@dataclass(slots=True)
class Page:
    """What a public page tells. `data` is the whole of it, in JSON as it is; `as_of` when the newest fact was made.

    `query` are the parameters that belong to the permanent address; `shown` is for the page alone and must hold
    nothing that `data` does not tell.
    """

    title: str
    data: dict[str, Any]
    as_of: datetime | None = None
    query: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)


def public_page(template: str, reason: str) -> Callable[[Build], Callable[..., HttpResponse]]:
    """A view that builds a `Page`, open to everybody, answered as HTML or, asked so, as JSON."""

    def wrap(build: Build) -> Callable[..., HttpResponse]:
        @wraps(build)
        def view(request: HttpRequest, as_json: bool = False, **kwargs: Any) -> HttpResponse:
            wants_json = as_json or request.GET.get("format") == "json"
            try:
                refuse_unprintable(*kwargs.values())
                made = build(request, **kwargs)
            except (DomainError, Http404) as error:
                if not wants_json:
                    raise
                return _json_error(error)
            if isinstance(made, HttpResponse):
                return made
            return _answer(request, made, template=template, wants_json=wants_json, kwargs=kwargs)

        found: Callable[..., HttpResponse] = public(reason)(require_safe(view))
        return found

    return wrap


def refuse_unprintable(*parts: str) -> None:
    """404 for a part of an address that no number or code can be: PostgreSQL does not even look for a NUL."""
    if not all(part.isprintable() for part in parts):
        raise Http404


def _answer(
    request: HttpRequest, page: Page, *, template: str, wants_json: bool, kwargs: dict[str, Any]
) -> HttpResponse:
    address, beside = addresses(request, page, kwargs)
    now = timezone.localtime()
    told = json.dumps(page.data, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    mark = f"{template}|{wants_json}|{address}|{now.date()}|{page.as_of}|{told}"
    etag = f'W/"{hashlib.sha256(mark.encode()).hexdigest()[:32]}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return cached(request, unchanged)
    if wants_json:
        envelope = {
            "title": page.title,
            "address": address,
            "json": beside,
            "date": now.date(),
            "generated_at": now.replace(microsecond=0),
            "data_as_of": timezone.localtime(page.as_of).replace(microsecond=0) if page.as_of else None,
            "data": page.data,
        }
        response = _json(envelope)
    else:
        name = request.resolver_match.url_name if request.resolver_match else ""
        context = {"page": page, "data": page.data, "address": address, "beside": beside, "now": now, "guide_key": name}
        context |= page.shown
        response = render(request, template, context)
    response["ETag"] = etag
    return cached(request, response)


def addresses(request: HttpRequest, page: Page, kwargs: dict[str, Any]) -> tuple[str, str]:
    """The permanent address of the page and that of its JSON."""
    match = request.resolver_match
    name = match.view_name.removesuffix("_json") if match else "portal:home"
    query = f"?{urlencode(page.query)}" if page.query else ""
    return (
        request.build_absolute_uri(reverse(name, kwargs=kwargs) + query),
        request.build_absolute_uri(reverse(f"{name}_json", kwargs=kwargs) + query),
    )


def cached(request: HttpRequest, response: HttpResponse, *, seconds: int = MAX_AGE) -> HttpResponse:
    """Shared caches may keep it, except for somebody signed in, whose answer may carry a session cookie."""
    scope = "private" if settings.SESSION_COOKIE_NAME in request.COOKIES else "public"
    response["Cache-Control"] = f"{scope}, max-age={seconds}"
    return response


def _json(values: dict[str, Any], *, status: int = 200) -> HttpResponse:
    text = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type=JSON_TYPE, status=status)
    response["Access-Control-Allow-Origin"] = "*"  # open data: pages of others may read it, without cookies
    return response


def _json_error(error: DomainError | Http404) -> HttpResponse:
    if isinstance(error, Http404):
        return _json({"error": NOT_HERE}, status=404)
    return _json({"error": error.sentence}, status=STATUS.get(type(error), 422))


def bytes_response(
    request: HttpRequest, data: bytes, *, kind: str, name: str = "", seconds: int = MAX_AGE
) -> HttpResponse:
    """A file as it is; with `name` to be saved, without it to be used by the page."""
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged if unchanged is not None else HttpResponse(data, content_type=kind)
    if name and unchanged is None:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = etag
    return cached(request, response, seconds=seconds)
