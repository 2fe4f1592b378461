"""Pages of the organ tree and of who may do what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hengjian.apps.accounts import services
from hengjian.apps.accounts.forms import LastDayForm, OrganForm
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ, Role
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import may, permissions, visible
from hengjian.apps.accounts.selectors import in_force, organs_seen_by, people_seen_by
from hengjian.kernel.errors import Refused

REACH = {"own": "本机关及所属所、队", "subtree": "本机关及下级", "everywhere": "不分机关", "institution": "本机构"}


def managed_organs(user: Any, *, on: Any) -> Any:
    """Organs that the person manages and that exist that day."""
    return in_force(visible(user, "organ.manage", Organ.objects.all(), on=on, organ=""), on=on)


@needs("organ.view")
@require_GET
def organs(request: HttpRequest) -> HttpResponse:
    """The tree, as far as the person's organs reach."""
    today = timezone.localdate()
    now = Q(postings__valid_from__lte=today) & (Q(postings__valid_to__isnull=True) | Q(postings__valid_to__gte=today))
    rows = list(
        organs_seen_by(request.user, on=today).annotate(people=Count("postings__user", filter=now, distinct=True))
    )
    top = min((organ.path.count("/") for organ in rows), default=0)
    for organ in rows:
        organ.depth = min(organ.path.count("/") - top, 5)
        organ.closed = organ.valid_to is not None and organ.valid_to < today
    context = {
        "organs": rows,
        "may_manage": may(request.user, "organ.manage", on=today),
        "open": sum(not o.closed for o in rows),
    }
    return render(request, "accounts/organs.html", context)


@needs("organ.view")
@require_GET
def organ(request: HttpRequest, pk: int) -> HttpResponse:
    """One organ: where it stands, its people, what lies below it."""
    today = timezone.localdate()
    found = get_object_or_404(organs_seen_by(request.user, on=today), pk=pk)
    postings = people_seen_by(request.user, on=today).filter(organ=found)
    current = list(in_force(postings, on=today).order_by("role", "user__name"))
    context = {
        "organ": found,
        "current": current,
        "past_count": postings.exclude(pk__in=[one.pk for one in current]).count(),
        "children": in_force(found.children.all(), on=today),
        "closed": found.valid_to is not None and found.valid_to < today,
        "may_manage": may(request.user, "organ.manage", found, on=today),
    }
    return render(request, "accounts/organ.html", context)


@needs("organ.manage")
@require_http_methods(["GET", "POST"])
def new_organ(request: HttpRequest) -> HttpResponse:
    """Add an organ below one that the person manages."""
    today = timezone.localdate()
    parents = managed_organs(request.user, on=today)
    asked = {"parent": request.GET.get("parent"), "valid_from": today}
    form = OrganForm(request.POST or None, parents=parents, initial=asked)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        parent = get_object_or_404(parents, pk=data["parent"])
        actor = actor_or_refuse(request.user, "organ.manage", parent, on=today)
        try:
            made = services.create_organ(actor=actor, now=timezone.now(), **data | {"parent": parent})
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"已设立“{made.name}”。")
            return redirect("accounts:organ", pk=made.pk)
    return _form(request, form, title="设立机关", button="设立", back=("accounts:organs", "机关"))


@needs("organ.manage")
@require_http_methods(["GET", "POST"])
def close_organ(request: HttpRequest, pk: int) -> HttpResponse:
    """End an organ on a day."""
    today = timezone.localdate()
    found = get_object_or_404(organs_seen_by(request.user, on=today), pk=pk)
    actor = actor_or_refuse(request.user, "organ.manage", found, on=today)
    form = LastDayForm(request.POST or None, initial={"last_day": today})
    if request.method == "POST" and form.is_valid():
        try:
            services.close_organ(actor=actor, now=timezone.now(), organ_id=found.pk, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"“{found.name}”已撤销，记录保留。")
            return redirect("accounts:organ", pk=found.pk)
    return _form(request, form, title=f"撤销 {found.name}", button="撤销", back=("accounts:organs", "机关"))


@needs("organ.view")
@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    """Which role holds which permission, printed from the declarations that the program itself asks."""
    roles = list(Role.choices)
    rows = [
        {"permission": one, "reach": REACH[one.reach], "held": [(label, value in one.roles) for value, label in roles]}
        for one in permissions()
    ]
    return render(request, "accounts/rights.html", {"roles": roles, "rows": rows})


def _form(request: HttpRequest, form: Any, *, title: str, button: str, back: tuple[str, str]) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "back": back}
    return render(request, "accounts/form.html", context, status=422 if form.errors else 200)
