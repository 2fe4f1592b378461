"""Whether the service answers: for monitors, load balancers and the benchmark's trivial view."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hengjian.apps.accounts.gates import public


@public("says only that the service answers")
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Plain `ok`; touches neither database nor session."""
    return HttpResponse("ok", content_type="text/plain")
