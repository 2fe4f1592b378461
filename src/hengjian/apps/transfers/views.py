"""Pages of transfers: the two lists, beginning one, one with the moves open to this person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.inspections.officers import officers_of
from hengjian.apps.transfers import referring, services
from hengjian.apps.transfers.forms import CRIMINAL_FORMS, REFERRAL_FORMS, BeginForm, ReferralForm
from hengjian.apps.transfers.listing import criminal_spec, referral_spec
from hengjian.apps.transfers.models import CriminalTransfer, Referral, Transfer
from hengjian.apps.transfers.presenting import page_of
from hengjian.apps.transfers.selectors import actions_for, criminal_seen_by, referrals_seen_by
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Empty


@require_GET
@needs("criminal_transfer.view")
def criminal_list(request: HttpRequest) -> HttpResponse:
    """Suspected crimes."""
    return _list(request, criminal_seen_by(request.user, timezone.localdate()), "criminal")


@require_GET
@needs("referral.view")
def referral_list(request: HttpRequest) -> HttpResponse:
    """Matters handed to other departments."""
    return _list(request, referrals_seen_by(request.user, timezone.localdate()), "referral")


def _list(request: HttpRequest, rows: QuerySet[Any], kind: str) -> HttpResponse:
    today, now = timezone.localdate(), timezone.now()
    spec = criminal_spec(today) if kind == "criminal" else referral_spec(today)
    listing = spec.open(request.GET, path=request.path, rows=rows)
    what = "涉嫌犯罪移送" if kind == "criminal" else "部门移送"
    if listing.wants_export:
        permission = "criminal_transfer.view" if kind == "criminal" else "referral.view"
        note_list_export(request=request, permission=permission, what=what, rows=listing.total, now=now)
        return listing.export(what, now=now)
    why = Empty(f"还没有{what}", "在案件上提出；没有立案的也可以在这里提出。")
    code = "criminal_transfer.handle" if kind == "criminal" else "referral.handle"
    context = {
        "listing": listing,
        "kind": kind,
        "what": what,
        "why_empty": why,
        "may_begin": may(request.user, code, on=today) is not None,
    }
    return render(request, "transfers/list.html", context)


def _case(request: HttpRequest) -> Case | None:
    number = request.GET.get("case", "").replace("\x00", "")[:30]
    if not number:
        return None
    found: Case = get_object_or_404(cases_seen_by(request.user, timezone.localdate()), number=number)
    return found


def _organ(request: HttpRequest, code: str, case: Case | None) -> Organ:
    """The case's organ, else the one whose people may do this here (a station's bureau)."""
    if case is not None:
        return case.organ
    posting = may(request.user, code, on=timezone.localdate())
    if posting is None:
        raise Http404
    organ = posting.organ
    return organ.parent if organ.level in ("station", "team") and organ.parent else organ


def _institution(case: Case | None) -> Any:
    if case is None:
        return None
    party = case.parties.filter(institution__isnull=False).select_related("institution").first()
    return party.institution if party else None


@require_http_methods(["GET", "POST"])
@needs("criminal_transfer.handle")
def begin(request: HttpRequest) -> HttpResponse:
    """Name the team of two."""
    case = _case(request)
    organ = _organ(request, "criminal_transfer.handle", case)
    today, now = timezone.localdate(), timezone.now()
    people = [one for one in officers_of(organ, on=today) if one.pk != request.user.pk]
    initial = {"title": case.title, "facts": case.facts} if case else {}
    form = BeginForm(request.POST or None, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        values = dict(form.cleaned_data)
        gain = values.pop("gain")
        try:
            row = services.begin_criminal(
                organ=organ,
                case=case,
                institution=_institution(case),
                gain_fen=gain,
                user=user,
                now=now,
                today=today,
                **values,
            )
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, f"已成立专案核实 {row.number}，核实后提出书面报告。")
            return redirect("transfers:criminal", number=row.number)
    context = {"form": form, "case": case, "kind": "criminal", "what": "涉嫌犯罪移送"}
    return render(request, "transfers/begin.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs("referral.handle")
def refer(request: HttpRequest) -> HttpResponse:
    """Draft a referral."""
    case = _case(request)
    organ = _organ(request, "referral.handle", case)
    today, now = timezone.localdate(), timezone.now()
    above = [one for one in Organ.objects.filter(level__in=("national", "province", "city")) if _above(one, organ)]
    initial = {"title": case.title, "facts": case.facts, "kind": "department"} if case else {"kind": "department"}
    form = ReferralForm(request.POST or None, above=above, initial=initial)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            row = referring.draft_referral(
                organ=organ,
                case=case,
                institution=_institution(case),
                user=user,
                now=now,
                today=today,
                **form.cleaned_data,
            )
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, f"已拟定 {row.number}，报请批准后发出。")
            return redirect("transfers:referral", number=row.number)
    context = {"form": form, "case": case, "kind": "referral", "what": "部门移送"}
    return render(request, "transfers/begin.html", context, status=422 if form.errors else 200)


def _above(one: Organ, organ: Organ) -> bool:
    return organ.path.startswith(one.path) and one.pk != organ.pk


def _place(form: Any, error: DomainError) -> None:
    field = str((error.where or {}).get("field", ""))
    form.add_error(field if field in form.fields else None, error.sentence)


def _criminal(request: HttpRequest, number: str) -> CriminalTransfer:
    found: CriminalTransfer = get_object_or_404(criminal_seen_by(request.user, timezone.localdate()), number=number)
    return found


def _referral(request: HttpRequest, number: str) -> Referral:
    found: Referral = get_object_or_404(referrals_seen_by(request.user, timezone.localdate()), number=number)
    return found


@require_GET
@needs("criminal_transfer.view")
def show_criminal(request: HttpRequest, number: str) -> HttpResponse:
    """One suspected crime."""
    return _page(request, _criminal(request, number))


@require_GET
@needs("referral.view")
def show_referral(request: HttpRequest, number: str) -> HttpResponse:
    """One referral."""
    return _page(request, _referral(request, number))


def _page(
    request: HttpRequest, row: Transfer, *, tried: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    return render(request, "transfers/show.html", page_of(row, user, timezone.localdate(), tried), status=status)


@require_POST
@needs("criminal_transfer.view")
def act_criminal(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One step of a criminal transfer."""
    return _act(request, _criminal(request, number), action, CRIMINAL_FORMS)


@require_POST
@needs("referral.view")
def act_referral(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One step of a referral."""
    return _act(request, _referral(request, number), action, REFERRAL_FORMS)


def _act(request: HttpRequest, row: Transfer, action: str, forms: dict[str, Any]) -> HttpResponse:
    if action not in forms:
        raise Http404
    user: Any = request.user
    today, now = timezone.localdate(), timezone.now()
    form = forms[action](request.POST, prefix=action)
    offered = {move.action for move in actions_for(row, user, on=today)}
    if action in offered and not form.is_valid():
        return _page(request, row, tried=(action, form), status=422)
    form.full_clean()
    values = dict(getattr(form, "cleaned_data", {}))
    try:
        _make(row, action, values, user=user, now=now, today=today)
    except DomainError as error:
        if action not in offered:
            raise
        _place(form, error)
        row.refresh_from_db()
        return _page(request, row, tried=(action, form), status=409 if isinstance(error, IllegalMove) else 422)
    messages.success(request, f"{row.number} 已记录。")
    return redirect(_address(row))


def _address(row: Transfer) -> str:
    return reverse(f"transfers:{'criminal' if isinstance(row, CriminalTransfer) else 'referral'}", args=[row.number])


def _make(row: Transfer, action: str, values: dict[str, Any], **who: Any) -> None:
    if isinstance(row, Referral):
        referring.move_referral(row=row, action=action, values=values, **who)
    elif isinstance(row, CriminalTransfer):
        if action == "report":
            services.report_crime(row=row, crime=values.get("crime", ""), report=values.get("report", ""), **who)
        elif action in ("approve", "refuse", "send_back"):
            services.decide_crime(row=row, action=action, reason=values.get("reason", ""), **who)
        elif action == "hand":
            services.hand_over(
                row=row,
                body=values.get("body", ""),
                procuratorate=values.get("procuratorate", ""),
                papers=values.get("papers", []),
                **who,
            )
        else:
            services.note_answer(row=row, action=action, values=values, **who)
