"""Pages of penalties on the spot: the list, a new one, one with its acts; made for a phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import OWN_LEVELS, granting, may
from hengjian.apps.cases.forms.spot import SPOT_FORMS, BeginForm
from hengjian.apps.cases.models import OnSpotPenalty
from hengjian.apps.cases.spot_listing import SPOT_SPEC, acts_for, facts_of
from hengjian.apps.cases.summary_penalty import begin_spot, limit_fen, spots_seen_by
from hengjian.apps.cases.views import put_error
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.law.catalogue import article_as_of
from hengjian.ui.parts import Action, Empty


@require_GET
@needs("case.view")
def show_spots(request: HttpRequest) -> HttpResponse:
    """Penalties on the spot, the latest first."""
    today = timezone.localdate()
    listing = SPOT_SPEC.open(request.GET, path=request.path, rows=spots_seen_by(request.user, on=today))
    if listing.wants_export:
        note_list_export(
            request=request, permission="case.view", what="当场处罚", rows=listing.total, now=timezone.now()
        )
        return listing.export("当场处罚", now=timezone.now())
    may_begin = bool(granting(request.user, "case.handle", today))
    acts = (Action("当场处罚", reverse("cases:spot_new"), kind="primary"),) if may_begin else ()
    why = Empty("还没有当场处罚", "违法事实确凿、数额在限额以内的，在现场登记、告知、决定并交付决定书。", acts)
    return render(request, "cases/after/spots.html", {"listing": listing, "why_empty": why, "may_begin": may_begin})


@require_http_methods(["GET", "POST"])
@needs("case.handle")
def new_spot(request: HttpRequest) -> HttpResponse:
    """Enter facts and party and tell what is meant; then the party is heard."""
    user: Any = request.user
    now = timezone.now()
    today = timezone.localdate(now)
    found = granting(user, "case.handle", today)
    bureaus = [one.organ.parent if one.organ.level in OWN_LEVELS and one.organ.parent else one.organ for one in found]
    organ = bureaus[0]
    form = BeginForm(organ, user, today, data=request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = begin_spot(organ=organ, entry=form.entry(), user=user, now=now, today=today)
            except DomainError as error:
                put_error(form, error)
            else:
                return redirect("cases:spot", made.number)
    limits = {kind: limit_fen(kind, today) for kind in ("person", "body")}
    context = {"form": form, "organ": organ, "limits": limits, "article": article_as_of("PEN-66", today).text}
    return render(request, "cases/after/spot_new.html", context, status=status)


@require_GET
@needs("case.view")
def show_spot(request: HttpRequest, number: str) -> HttpResponse:
    """One penalty on the spot: where it stands and what this person does next."""
    return _page(request, _spot(request, number))


@require_http_methods(["POST"])
@needs("case.view")
def act_spot(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Make one move; what was typed stays when it is refused."""
    entry = SPOT_FORMS.get(action)
    if entry is None:
        raise Http404
    spot = _spot(request, number)
    user: Any = request.user
    now = timezone.now()
    today = timezone.localdate(now)
    form = entry.form(spot, user, today, data=request.POST)
    if not form.is_valid():
        return _page(request, spot, tried=(action, form), status=422)
    try:
        entry.make(spot, form.cleaned_data, user=user, now=now, today=today)
    except DomainError as error:
        put_error(form, error)
        fresh = _spot(request, number)
        return _page(request, fresh, tried=(action, form), status=409 if isinstance(error, IllegalMove) else 422)
    messages.success(request, f"{spot.number} 已记录：{entry.title}。")
    return redirect("cases:spot", number)


def _spot(request: HttpRequest, number: str) -> OnSpotPenalty:
    rows = spots_seen_by(request.user, on=timezone.localdate()).select_related("obligation")
    found: OnSpotPenalty = get_object_or_404(rows, number=number)
    return found


def _page(
    request: HttpRequest, spot: OnSpotPenalty, *, tried: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    today = timezone.localdate()
    open_acts = acts_for(spot, user, on=today)
    panels = [
        {
            "action": action,
            "title": SPOT_FORMS[action].title,
            "form": tried[1] if tried and tried[0] == action else SPOT_FORMS[action].form(spot, user, today),
            "open": place == 0 or bool(tried and tried[0] == action),
        }
        for place, action in enumerate(open_acts)
    ]
    if tried and tried[0] not in open_acts:
        panels.insert(0, {"action": tried[0], "title": SPOT_FORMS[tried[0]].title, "form": tried[1], "open": True})
    context = {
        "spot": spot,
        "panels": panels,
        "facts": facts_of(spot),
        "clocks": list(clocks_of(spot)),
        "limit": limit_fen(spot.kind, today),
        "article": article_as_of("PEN-66", today).text,
        "may_handle": may(user, "case.handle", spot, on=today) is not None,
    }
    return render(request, "cases/after/spot.html", context, status=status)
