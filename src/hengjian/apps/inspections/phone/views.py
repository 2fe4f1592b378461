"""Addresses of the phone page. Syncing needs no more than a session: what a person may write is asked per entry."""

from __future__ import annotations

import json

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.gates import needs, public, signed_in
from hengjian.apps.accounts.selectors import home_organ
from hengjian.apps.inspections.phone import shell
from hengjian.apps.inspections.phone.package import package_of, tasks_of
from hengjian.apps.inspections.phone.parsing import moment_of, read_batch, read_entry, read_json
from hengjian.apps.inspections.phone.syncing import note_copies, take_batch, take_entry
from hengjian.kernel.errors import Refused


@require_GET
@ensure_csrf_cookie
@needs("inspection.carry_out")
def page(request: HttpRequest) -> HttpResponse:
    """The shell; over plain HTTP from elsewhere it says that offline entry is off."""
    return HttpResponse(shell.shell_html(safe=shell.is_safe_place(request)))


@require_GET
@public("names the files of the phone page, nobody's data")
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, for the scope of the phone page alone."""
    answer = HttpResponse(shell.worker_script(), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = request.path.rpartition("/")[0] + "/"
    answer["Cache-Control"] = "no-cache"
    return answer


@require_GET
@public("names and icons of the phone page, nobody's data")
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the page."""
    return JsonResponse(
        shell.manifest(), content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@require_GET
@public("a phone must trust the authority before anybody can sign in over TLS")
def authority(request: HttpRequest) -> HttpResponse:
    """The installation's own certificate authority, where `./start --tls` made one."""
    if not settings.TLS_AUTHORITY.exists():
        raise Http404
    answer = HttpResponse(settings.TLS_AUTHORITY.read_bytes(), content_type="application/x-x509-ca-cert")
    answer["Content-Disposition"] = 'attachment; filename="hengjian-authority.crt"'
    return answer


@require_GET
@never_cache
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in, with the key to what lies on this person's phones."""
    get_token(request)
    organ = home_organ(request.user, on=timezone.localdate())
    return JsonResponse(
        {
            "id": request.user.pk,
            "name": request.user.name,  # type: ignore[union-attr]
            "organ": organ.short_name if organ else "",
            "key": shell.key_of(request.user),  # type: ignore[arg-type]
            "now": timezone.now().isoformat(),
        }
    )


@require_GET
@never_cache
@signed_in
def tasks(request: HttpRequest) -> HttpResponse:
    """The person's tasks, whole, to be kept on the phone."""
    on, now = timezone.localdate(), timezone.now()
    found = tasks_of(request.user, on=on)  # type: ignore[arg-type]
    note_copies(tasks=found, user=request.user, now=now)  # type: ignore[arg-type]
    packages = [package_of(one, request.user, on=on) for one in found]  # type: ignore[arg-type]
    return JsonResponse({"now": now.isoformat(), "tasks": packages})


@require_POST
@signed_in
def sync(request: HttpRequest) -> HttpResponse:
    """Entries without files, in their order; one answer each."""
    on, now = timezone.localdate(), timezone.now()
    try:
        sent_at, entries = read_batch(request.body)
    except Refused as error:
        return JsonResponse({"sentence": error.sentence}, status=422)
    outcomes = take_batch(entries=entries, sent_at=sent_at, user=request.user, on=on, now=now)  # type: ignore[arg-type]
    return JsonResponse({"now": now.isoformat(), "answers": [one.as_json for one in outcomes]})


@require_POST
@signed_in
def file(request: HttpRequest) -> HttpResponse:
    """One entry with its file."""
    on, now = timezone.localdate(), timezone.now()
    try:
        sent_at = moment_of(request.POST.get("sent_at"), "传送时间")
        sent = read_entry(read_json(request.POST.get("entry", "").encode()), sent_at=sent_at)
    except Refused as error:
        return JsonResponse({"sentence": error.sentence}, status=422)
    outcome = take_entry(sent=sent, user=request.user, on=on, now=now, file=request.FILES.get("file"))  # type: ignore[arg-type]
    return JsonResponse({"now": now.isoformat(), "answers": [outcome.as_json]})


@require_POST
@signed_in
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out from the phone page."""
    logout(request)
    return HttpResponse(json.dumps({}), content_type="application/json")
