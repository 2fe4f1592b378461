"""The pages on which something is entered into a case beside its moves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.entries import KINDS, Entered, Kind
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.views import case_or_404, put_error
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed


@require_http_methods(["GET", "POST"])
@needs("case.view")
def enter(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """Enter something into the case."""
    kind = KINDS.get(what)
    if kind is None or kind.model is not None:
        raise Http404
    return _page(request, case_or_404(request, number), kind, None)


@require_http_methods(["GET", "POST"])
@needs("case.view")
def enter_on(request: HttpRequest, number: str, what: str, pk: int) -> HttpResponse:
    """Enter something about one thing of the case."""
    kind = KINDS.get(what)
    if kind is None or kind.model is None:
        raise Http404
    case = case_or_404(request, number)
    thing = get_object_or_404(kind.model._default_manager.filter(case=case), pk=pk)
    return _page(request, case, kind, thing)


def _page(request: HttpRequest, case: Case, kind: Kind, thing: Any) -> HttpResponse:
    user: Any = request.user
    now = timezone.now()
    today = timezone.localdate(now)
    about = thing.organ_asked if kind.code == "case.consent" else case
    if may(user, kind.code, about, on=today) is None:
        raise NotAllowed(f"您没有“{kind.title}”的权限。")
    post = request.method == "POST"
    form = kind.form(case, user, today, data=request.POST if post else None)
    if kind.fill is not None:
        kind.fill(form, thing)
    status = 200
    if post:
        status = 422
        if form.is_valid():
            try:
                kind.make(Entered(case, thing, user, now, today, form.values))
            except DomainError as error:
                put_error(form, error)
                status = 409 if isinstance(error, IllegalMove) else 422
            else:
                messages.success(request, f"{case.number} 已记录：{kind.title}。")
                return redirect("cases:show", number=case.number)
    context = {"case": case, "kind": kind, "thing": thing, "form": form}
    return render(request, "cases/entry.html", context, status=status)
