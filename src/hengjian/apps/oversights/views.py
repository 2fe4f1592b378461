"""Pages of major cases: supervision, joint team and consultations of a case, the link chart of a series."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.leads.models import Series
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.apps.oversights import services
from hengjian.apps.oversights.chart import chart_of
from hengjian.apps.oversights.forms import FORMS, ConsultationForm, ReportForm, TeamForm
from hengjian.apps.oversights.listing import oversights_spec, standing_tag
from hengjian.apps.oversights.models import Consultation, Oversight, TeamMember
from hengjian.apps.oversights.procedures import OVERSIGHT
from hengjian.apps.oversights.selectors import actions_for, oversights_seen_by, superiors_of, team_of
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Empty

LABELS = {move.action: move.label for move in OVERSIGHT.moves}
PRIMARY = ("list", "lift", "answer", "progress")


@require_GET
@needs("oversight.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Reported and listed cases."""
    today, now = timezone.localdate(), timezone.now()
    listing = oversights_spec(today).open(request.GET, path=request.path, rows=oversights_seen_by(request.user, today))
    if listing.wants_export:
        note_list_export(request=request, permission="oversight.view", what="挂牌督办", rows=listing.total, now=now)
        return listing.export("挂牌督办", now=now)
    why = Empty("没有上报或者挂牌督办的案件", "在案件页上“上报督办”；上级机关决定挂牌后在这里跟踪。")
    return render(request, "oversights/list.html", {"listing": listing, "why_empty": why})


def _case(request: HttpRequest, number: str) -> Case:
    found: Case = get_object_or_404(cases_seen_by(request.user, timezone.localdate()), number=number)
    return found


@require_http_methods(["GET", "POST"])
@needs("oversight.report")
def report(request: HttpRequest, number: str) -> HttpResponse:
    """Report a case up."""
    case = _case(request, number)
    form = ReportForm(request.POST or None, superiors=superiors_of(case))
    if request.method == "POST" and form.is_valid():
        try:
            row = services.report_up(case=case, **form.cleaned_data, **_who(request))
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, f"已上报 {row.superior.name}。")
            return redirect("oversights:show", number=row.number)
    return _form(request, case, form, "上报督办", "大案、要案、疑难案件报上级机关，由其决定是否挂牌督办。")


@require_http_methods(["GET", "POST"])
@needs("oversight.team")
def join(request: HttpRequest, number: str) -> HttpResponse:
    """Take somebody of another organ into the joint team."""
    case = _case(request, number)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.join_team(case=case, **form.cleaned_data, **_who(request))
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(
                request, f"{made.user.name}已参加专案组，{made.from_organ.name}可以查看本案至 {made.to_on}。"
            )
            return redirect("cases:show", number=case.number)
    note = "成员所在机关只能看到本案，到期自动收回。办案文书仍由本机关的执法人员签署。"
    return _form(request, case, form, "参加联合专案组", note)


@require_http_methods(["GET", "POST"])
@needs("oversight.consult")
def consult(request: HttpRequest, number: str) -> HttpResponse:
    """Write the minutes of a consultation."""
    case = _case(request, number)
    form = ConsultationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.write_consultation(case=case, values=form.cleaned_data, **_who(request))
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, f"会商纪要 {made.number} 已记录。")
            return redirect("cases:show", number=case.number)
    return _form(request, case, form, "记录会商", "写下以后不能改，需要更正的另记一份。")


@require_POST
@needs("oversight.team")
def leave(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """End a membership."""
    case = _case(request, number)
    row = get_object_or_404(TeamMember, pk=pk, case=case)
    services.leave_team(row=row, **_who(request))
    messages.success(request, f"{row.user.name}已退出专案组。")
    return redirect("cases:show", number=case.number)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"user": request.user, "now": timezone.now(), "today": timezone.localdate()}


def _form(request: HttpRequest, case: Case, form: Any, what: str, note: str) -> HttpResponse:
    context = {"case": case, "form": form, "what": what, "note": note}
    return render(request, "oversights/form.html", context, status=422 if form.errors else 200)


def _place(form: Any, error: DomainError) -> None:
    field = str((error.where or {}).get("field", ""))
    form.add_error(field if field in form.fields else None, error.sentence)


@require_GET
@needs("oversight.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One supervision."""
    return _page(request, _row(request, number))


def _row(request: HttpRequest, number: str) -> Oversight:
    found: Oversight = get_object_or_404(oversights_seen_by(request.user, timezone.localdate()), number=number)
    return found


def _page(
    request: HttpRequest, row: Oversight, *, tried: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    user: Any = request.user
    moves = actions_for(row, user, on=today)
    primary = next((one for one in PRIMARY if one in {move.action for move in moves}), "")
    panels = [
        {
            "action": move.action,
            "label": move.label,
            "basis": move.basis,
            "form": tried[1] if tried and tried[0] == move.action else FORMS[move.action](prefix=move.action),
            "open": move.action == primary or bool(tried and tried[0] == move.action),
            "url": reverse("oversights:act", args=[row.number, move.action]),
        }
        for move in sorted(moves, key=lambda move: move.action != primary)
    ]
    context = {
        "row": row,
        "tag_kind": standing_tag(row, today),
        "panels": panels,
        "progress": [(LABELS.get(one.kind, one.kind), one) for one in row.progress.select_related("by")],
        "facts": [
            ("承办机关", row.case.organ.name),
            ("督办机关", row.superior.name),
            ("情形", row.get_ground_display()),
            ("上报", f"{row.reported_by.name}　{timezone.localtime(row.reported_at):%Y-%m-%d}"),
            ("挂牌", f"{row.listed_by.name}　{row.listed_on}" if row.listed_by else "—"),
            ("期限", str(row.due or "—")),
        ],
    }
    return render(request, "oversights/show.html", context, status=status)


@require_POST
@needs("oversight.view")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One step."""
    if action not in FORMS:
        raise Http404
    row = _row(request, number)
    today: date = timezone.localdate()
    user: Any = request.user
    form = FORMS[action](request.POST, prefix=action)
    offered = {move.action for move in actions_for(row, user, on=today)}
    if action in offered and not form.is_valid():
        return _page(request, row, tried=(action, form), status=422)
    form.full_clean()
    try:
        values = getattr(form, "cleaned_data", {})
        services.move_oversight(row=row, action=action, values=values, **_who(request))
    except DomainError as error:
        if action not in offered:
            raise
        _place(form, error)
        fresh = _row(request, number)
        return _page(request, fresh, tried=(action, form), status=409 if isinstance(error, IllegalMove) else 422)
    messages.success(request, f"{row.number} 已记录：{LABELS[action]}。")
    return redirect("oversights:show", number=number)


@require_GET
@needs("lead.view")
def series(request: HttpRequest, number: str) -> HttpResponse:
    """The link chart of a series: what its leads and cases share."""
    today = timezone.localdate()
    found = get_object_or_404(Series.objects.select_related("organ"), number=number)
    leads = list(leads_seen_by(request.user, on=today).filter(series=found))
    if not leads:
        raise Http404
    context = {"series": found, "leads": leads, "chart": chart_of(found, request.user, on=today)}
    return render(request, "oversights/series.html", context)


def of_case(case: Case, user: Any, today: date) -> dict[str, Any] | None:
    """What the case page shows: supervision, team, consultations, and what this person may add."""
    rights = {
        name: may(user, f"oversight.{name}", case, on=today) is not None for name in ("report", "team", "consult")
    }
    there = Case.objects.filter(pk=case.pk).values_list(
        Exists(Oversight.objects.filter(case=OuterRef("pk"))),
        Exists(TeamMember.objects.filter(case=OuterRef("pk"))),
        Exists(Consultation.objects.filter(case=OuterRef("pk"))),
    )
    has_rows, has_team, has_minutes = there[0]  # one question for the many cases that have none of them
    rows = list(case.oversights.select_related("superior")) if has_rows else []
    team = list(team_of(case)) if has_team else []
    consultations = list(case.consultations.select_related("written_by")) if has_minutes else []
    if not (rows or team or consultations or any(rights.values())):
        return None
    return {"rows": rows, "team": team, "consultations": consultations, "rights": rights}
