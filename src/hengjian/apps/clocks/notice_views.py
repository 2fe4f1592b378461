"""Pages of holiday notices and of what each pass over the clocks moved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import may
from hengjian.apps.clocks import rederiving, selectors
from hengjian.apps.clocks.calendars import years_with
from hengjian.apps.clocks.forms import NoticeForm, text_of
from hengjian.apps.clocks.models import HolidayNotice, Rederivation
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import DomainError, NotAllowed

SHOWN = 50


@require_GET
@needs("clock.calendar")
def notices(request: HttpRequest) -> HttpResponse:
    """All years with a notice, newest first, the one that is missing, and the passes over the clocks."""
    today = timezone.localdate()
    entered = list(HolidayNotice.objects.select_related("entered_by").order_by("pk"))
    years = list(reversed(years_with(entered)))
    by_year = {one.year: one for one in entered}
    known = {one.year for one in years}
    context = {
        "years": [(one, by_year.get(one.year)) for one in years],
        "missing": [year for year in (today.year, today.year + 1) if year not in known],
        "passes": Rederivation.objects.all()[:10],
        "may_enter": may(request.user, "clock.notice", on=today) is not None,
    }
    return render(request, "clocks/notices.html", context)


@require_http_methods(["GET", "POST"])
@needs("clock.notice")
def add_notice(request: HttpRequest) -> HttpResponse:
    """Enter a notice: first what it would move, then, confirmed, for good."""
    today = timezone.localdate()
    if request.method == "GET":
        return render(request, "clocks/add_notice.html", {"form": NoticeForm(initial=_start_values(request))})
    form = NoticeForm(request.POST)
    if not form.is_valid():
        return render(request, "clocks/add_notice.html", {"form": form}, status=422)
    notice = HolidayNotice(**form.cleaned_data)
    try:
        rederiving.require_sound(notice, today=today)
        if request.POST.get("confirmed") != "1":
            context = {"form": form, "notice": notice, "preview": rederiving.preview(notice)}
            return render(request, "clocks/add_notice.html", context)
        run = rederiving.add_notice(
            notice=notice, user=request.user, actor=_actor(request), now=timezone.now(), today=today
        )
    except DomainError as error:
        form.add_error((error.where or {}).get("field") or None, error.sentence)
        return render(request, "clocks/add_notice.html", {"form": form}, status=422)
    messages.success(request, f"已录入，核算 {run.examined} 个时限，{run.moved} 个届满日变动。")
    return redirect("clocks:rederivation", pk=run.pk)


def _start_values(request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("year", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) == 4):
        return {}
    last = HolidayNotice.objects.filter(year=int(asked)).order_by("-pk").first()
    return {"year": int(asked)} | (text_of(last) if last else {})


def _actor(request: HttpRequest) -> Actor:
    actor = policy_of(request.user, on=timezone.localdate())("clock.notice", None)  # type: ignore[arg-type]
    if actor is None:
        raise NotAllowed("您没有录入放假通知的权限。")
    return actor


@require_POST
@needs("clock.notice")
def check_all(request: HttpRequest) -> HttpResponse:
    """Derive every running clock again, by hand."""
    now = timezone.now()
    run = rederiving.rederive_all(actor=_actor(request), now=now, today=timezone.localdate(now))
    messages.success(request, f"核算 {run.examined} 个时限，{run.moved} 个届满日变动。")
    return redirect("clocks:rederivation", pk=run.pk)


@require_GET
@needs("clock.calendar")
def show_rederivation(request: HttpRequest, pk: int) -> HttpResponse:
    """One pass: the counts for everybody, the single clocks as far as the person may see them."""
    run = get_object_or_404(Rederivation.objects.select_related("notice"), pk=pk)
    today = timezone.localdate()
    rows = run.moves.select_related("clock__organ").order_by("pk")
    seen = rows.filter(clock__in=selectors.clocks_seen_by(request.user, on=today).values("pk"))
    page = Paginator(seen, SHOWN).get_page(request.GET.get("page"))
    return render(request, "clocks/rederivation.html", {"run": run, "page": page})
