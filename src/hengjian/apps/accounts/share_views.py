"""Opening one matter to another organ, whatever kind it is."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hengjian.apps.accounts import services, sharing
from hengjian.apps.accounts.forms import ShareForm
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.selectors import in_force
from hengjian.kernel.errors import Refused


@needs("matter.share")
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """With whom the matter is shared, and a form to share it."""
    today = timezone.localdate()
    known, thing = sharing.find(kind, pk, request.user, on=today)
    actor = actor_or_refuse(request.user, "matter.share", thing, on=today)
    organs = in_force(Organ.objects.exclude(pk=thing.organ_id), on=today)
    form = ShareForm(request.POST or None, organs=organs)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        organ = get_object_or_404(organs, pk=data["organ"])
        try:
            services.share_matter(
                actor=actor,
                now=timezone.now(),
                thing=thing,
                organ=organ,
                user=request.user,
                reason=data["reason"],
                days=data["days"],
            )
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"已共享给{organ.name}，{data['days']} 日内有效。")
            return redirect("accounts:share", kind=kind, pk=pk)
    shares = list(sharing.shares_of(thing))
    for one in shares:
        one.over = one.valid_to is not None and one.valid_to < today
    context = {
        "form": form,
        "thing": thing,
        "known": known,
        "kind": kind,
        "pk": pk,
        "shares": shares,
        "thing_url": known.url(thing),
    }
    return render(request, "accounts/share.html", context, status=422 if form.errors else 200)


@needs("matter.share")
@require_POST
def end_share(request: HttpRequest, kind: str, pk: str, share_id: int) -> HttpResponse:
    """Take it back from today on."""
    today = timezone.localdate()
    _, thing = sharing.find(kind, pk, request.user, on=today)
    actor = actor_or_refuse(request.user, "matter.share", thing, on=today)
    row = get_object_or_404(sharing.shares_of(thing), pk=share_id)
    services.end_share(
        actor=actor, now=timezone.now(), share_id=row.pk, thing=thing, last_day=today - timedelta(days=1)
    )
    messages.success(request, f"已收回，{row.organ.name}不再看得到。")
    return redirect("accounts:share", kind=kind, pk=pk)
