"""Pages of coverage, off-site looks, and the numbers that hold for an organ."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import granting, may
from hengjian.apps.plans import presenting
from hengjian.apps.plans.coverage import METERS, STATUSES, coverage, coverage_below, flagged, narrowed, open_to
from hengjian.apps.plans.forms import LookForm, ParameterForm
from hengjian.apps.plans.listing import covered_list, due_list, look_list
from hengjian.apps.plans.models import AnnualPlan
from hengjian.apps.plans.monitoring import due_for_look, record_clear_looks, record_look
from hengjian.apps.plans.parameters import NAMED, set_parameter, settings_of
from hengjian.apps.plans.plan_views import field_of
from hengjian.apps.plans.procedures import EXPECTED
from hengjian.apps.plans.scope import key_fields
from hengjian.apps.plans.secrecy import draws_hidden_from, hidden_from
from hengjian.apps.plans.selectors import looks_seen_by, organs_with_plans_seen_by, parameters_seen_by
from hengjian.apps.registry.selectors import institution_seen_by
from hengjian.apps.runs.exports import note_export
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.errors import DomainError
from hengjian.law.weighing import weight_table
from hengjian.ui.parts import Empty, Tab
from hengjian.ui.wording import listed

BULK_MOST = 200
PK_DIGITS = 18
"""More do not fit a database's big integer; such a row cannot exist."""
YEARS_BACK = 3


def organ_and_year(request: HttpRequest) -> tuple[Organ, int, list[Organ]]:
    """Which organ and year the page is about: by the URL, else the person's own and this year; 404 without any."""
    today = timezone.localdate()
    organs = organs_with_plans_seen_by(request.user, on=today)
    if not organs:
        raise Http404("没有可以查看覆盖率的机关。")
    asked = request.GET.get("organ", "")
    organ = next((one for one in organs if str(one.pk) == asked), None) or _own(request, organs)
    year = request.GET.get("year", "")
    known = [str(one) for one in years(today.year)]
    return organ, int(year) if year in known else today.year, organs


def _own(request: HttpRequest, organs: list[Organ]) -> Organ:
    held = {posting.organ_id for posting in granting(request.user, "plan.view", timezone.localdate())}
    return next((one for one in organs if one.pk in held), organs[0])


def years(this_year: int) -> list[int]:
    """Years for which coverage may be asked."""
    return [this_year + 1, *range(this_year, this_year - YEARS_BACK - 1, -1)]


@require_GET
@needs("plan.view")
def show_coverage(request: HttpRequest) -> HttpResponse:
    """An organ's coverage of a year, and that of each bureau below."""
    today = timezone.localdate()
    organ, year, organs = organ_and_year(request)
    of = coverage(organ, year, today)
    below = coverage_below(organ, year=year, on=today)
    plan = AnnualPlan.objects.filter(organ=organ, year=year, state__in=("in_force", "closed")).first()
    context = {
        "organ": organ,
        "year": year,
        "organs": organs,
        "years": years(today.year),
        "coverage": of,
        "meters": presenting.shown_meters(of),
        "below": [{"of": one, "meters": presenting.shown_meters(one)} for one in below],
        "labels": list(METERS.values()),
        "plan": plan,
        "key_fields": listed(FIELD_CODES.get(code, code) for code in key_fields(today)),
        "short": [one for one in of.meters if not one.is_met],
    }
    return render(request, "plans/coverage.html", context)


@require_GET
@needs("plan.view")
def list_covered(request: HttpRequest) -> HttpResponse:
    """The institutions behind one number of the coverage page."""
    today = timezone.localdate()
    organ, year, organs = organ_and_year(request)
    meter = request.GET.get("meter", "")
    meter = meter if meter in METERS else "checked"
    status = request.GET.get("status", "")
    hidden = draws_hidden_from(request.user, on=today)
    rows = narrowed(flagged(organ, year=year, on=today, without=hidden), meter=meter, status=status, on=today)
    this_year = Q(visits__day__year=year, visits__state__in=EXPECTED) & open_to(organ, "visits__")
    this_year &= ~hidden_from(request.user, on=today, prefix="visits__")
    rows = rows.annotate(visit_count=Count("visits", filter=this_year))
    below = [one for one in organs if one.path.startswith(organ.path)]
    listing = covered_list(may_export=may(request.user, "plan.export", on=today) is not None).open(
        request.GET,
        path=request.path,
        rows=rows,
        choices={
            "area": [(str(one.pk), one.short_name) for one in below],
            "organ": [(str(one.pk), one.short_name) for one in organs],
            "year": [(str(one), f"{one} 年") for one in years(today.year)],
        },
    )
    title = f"{METERS[meter]}{f'：{STATUSES[status]}' if status in STATUSES else ''}"
    if listing.wants_export:
        note_export(request, f"{organ.short_name}{year}年{title}", rows=listing.total)
        return listing.export(title, now=timezone.now())
    why = Empty("没有这样的机构", "换一项或者换一个年度再看。")
    context = {"listing": listing, "why_empty": why, "organ": organ, "year": year, "title": title}
    context["sealed"] = bool(hidden) and meter == "drawn"
    return render(request, "plans/covered.html", context)


@require_GET
@needs("plan.view")
def list_due(request: HttpRequest) -> HttpResponse:
    """Institutions that nobody has looked at this year."""
    today = timezone.localdate()
    organ, _, organs = organ_and_year(request)
    below = [one for one in organs if one.path.startswith(organ.path)]
    rows = due_for_look(organ, year=today.year)
    listing = due_list(may_export=may(request.user, "plan.export", on=today) is not None).open(
        request.GET,
        path=request.path,
        rows=rows,
        choices={"area": [(str(one.pk), one.short_name) for one in below]},
    )
    if listing.wants_export:
        note_export(request, f"{today.year}年待风险监测机构", rows=listing.total)
        return listing.export("待风险监测机构", now=timezone.now())
    of = coverage(organ, today.year, today)
    context = {
        "listing": listing,
        "why_empty": Empty("本年度的风险监测已全部完成", "每家机构今年都已由人看过筛查结果。"),
        "meter": presenting.shown_meters(of)[-1],
        "organ": organ,
        "may_look": may(request.user, "monitoring.look", on=today) is not None,
    }
    return render(request, "plans/due.html", context)


@require_GET
@needs("plan.view")
def list_looks(request: HttpRequest) -> HttpResponse:
    """Looks that were made."""
    today = timezone.localdate()
    rows = looks_seen_by(request.user, on=today)
    listing = look_list(may_export=may(request.user, "plan.export", on=today) is not None).open(
        request.GET, path=request.path, rows=rows
    )
    if listing.wants_export:
        note_export(request, "风险监测记录", rows=listing.total)
        return listing.export("风险监测记录", now=timezone.now())
    why = Empty("还没有风险监测记录", "从待监测的机构里逐家看筛查结果，记下结论。")
    return render(request, "plans/looks.html", {"listing": listing, "why_empty": why})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.view")
def look(request: HttpRequest, uscc: str) -> HttpResponse:
    """Look at one institution's screening and write down what it says."""
    today = timezone.localdate()
    institution = institution_seen_by(request.user, uscc, on=today)
    if institution is None:
        raise Http404("没有这家机构，或者您无权查看。")
    form = LookForm(request.POST or None)
    if form.is_valid():
        try:
            record_look(
                institution=institution,
                user=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                today=today,
                **form.cleaned_data,
            )
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            messages.success(request, f"{institution.name}：风险监测已记录。")
            return redirect("plans:due")
    context: dict[str, Any] = {
        "institution": institution,
        "form": form if may(request.user, "monitoring.look", institution, on=today) else None,
        "looks": looks_seen_by(request.user, on=today).filter(institution=institution)[:20],
    }
    return render(request, "plans/look.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs("monitoring.look")
def clear_looks(request: HttpRequest) -> HttpResponse:
    """未见异常 for the selected institutions of low risk."""
    today = timezone.localdate()
    organ, _, _ = organ_and_year(request)
    pks = [int(pk) for pk in request.POST.getlist("selected")[:BULK_MOST] if _is_pk(pk)]
    if not pks:
        messages.error(request, "没有选中任何一家。请先在列表左边勾选。")
        return redirect("plans:due")
    done = record_clear_looks(
        rows=due_for_look(organ, year=today.year),
        pks=pks,
        user=request.user,  # type: ignore[arg-type]
        now=timezone.now(),
        today=today,
    )
    if done.written:
        messages.success(request, f"{done.written} 家已记为未见异常。")
    for name, sentence in done.refused[:5]:
        messages.warning(request, f"{name}没有记录：{sentence}")
    return redirect("plans:due")


def _is_pk(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= PK_DIGITS


@require_GET
@needs("plan.view")
def show_parameters(request: HttpRequest) -> HttpResponse:
    """The numbers that hold for an organ and where each comes from; the published weights."""
    today = timezone.localdate()
    organ, _, organs = organ_and_year(request)
    own = parameters_seen_by(request.user, on=today).filter(organ__path__startswith=organ.path)
    context = {
        "organ": organ,
        "organs": organs,
        "settings": list(settings_of(organ, on=today).values()),
        "rows": [{"row": row, "named": NAMED.get(row.name)} for row in own[:100]],
        "tables": [weight_table("rating", today), weight_table("risk_band", today)],
        "may_set": may(request.user, "parameter.set", on=today) is not None,
        "tabs": [Tab("检查频次和比例", "#numbers"), Tab("抽取权重", "#weights")],
    }
    return render(request, "plans/parameters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("parameter.set")
def new_parameter(request: HttpRequest) -> HttpResponse:
    """Publish a number for one's own organ's area."""
    today = timezone.localdate()
    organs = list(dict.fromkeys(one.organ for one in granting(request.user, "parameter.set", today)))
    form = ParameterForm(request.POST or None, organs=organs, today=today)
    if form.is_valid():
        data = form.cleaned_data
        try:
            set_parameter(
                organ=form.organ,
                name=data["name"],
                value=data["value"],
                source=data["source"],
                valid_from=data["valid_from"],
                actor=actor_or_refuse(request.user, "parameter.set", form.organ, on=today),
                now=timezone.now(),
                today=today,
            )
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            messages.success(request, "已公布。")
            return redirect("plans:parameters")
    return render(request, "plans/parameter.html", {"form": form}, status=422 if form.is_bound else 200)
