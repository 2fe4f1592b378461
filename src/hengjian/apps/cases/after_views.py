"""Pages of what follows the decision: entries, one service, one obligation, the file."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may, visible
from hengjian.apps.cases import after_presenting, archiving, proofs
from hengjian.apps.cases.after_kinds import CASE_KINDS, OWED_KINDS, Entered, Kind, entry_of
from hengjian.apps.cases.after_moving import owner_of
from hengjian.apps.cases.after_procedures import SERVICE
from hengjian.apps.cases.file_order import group_label, papers_of
from hengjian.apps.cases.forms.after import AdvanceForm
from hengjian.apps.cases.models import Case, CaseArchive, Obligation, Service, ServiceProof
from hengjian.apps.cases.sealed import read_again
from hengjian.apps.cases.serving import advance_service
from hengjian.apps.cases.views import case_or_404, put_error
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed
from hengjian.kernel.transitions import moves_from


def owed_seen_by(user: Any, *, on: Any) -> QuerySet[Obligation]:
    """What is owed to the person's organ and to those below it."""
    rows = Obligation.objects.select_related("organ", "case__organ", "spot__organ", "party", "decision")
    return visible(user, "case.view", rows.prefetch_related("payments", "deferrals"), on=on)


@require_http_methods(["GET", "POST"])
@needs("case.view")
def enter(request: HttpRequest, number: str, what: str, pk: int | None = None) -> HttpResponse:
    """Enter something about the case, or about one thing of it."""
    kind = CASE_KINDS.get(what)
    if kind is None or (kind.model is None) != (pk is None):
        raise Http404
    case = case_or_404(request, number)
    thing: Any = case
    if kind.model is not None:
        thing = get_object_or_404(kind.model._default_manager.filter(**{kind.lookup: case}), pk=pk)
    return _entry_page(request, kind, thing, case, back=("cases:show", number))


@require_http_methods(["GET", "POST"])
@needs("case.view")
def enter_owed(request: HttpRequest, pk: int, what: str, part: int | None = None) -> HttpResponse:
    """Enter something about an obligation, or about one part of it."""
    kind = OWED_KINDS.get(what)
    if kind is None or kind.model is None or (kind.model is Obligation) != (part is None):
        raise Http404
    owed = get_object_or_404(owed_seen_by(request.user, on=timezone.localdate()), pk=pk)
    thing: Any = owed
    if part is not None:
        thing = get_object_or_404(kind.model._default_manager.filter(obligation=owed), pk=part)
    return _entry_page(request, kind, thing, owed.case, back=("cases:owed", owed.pk))


def _entry_page(
    request: HttpRequest, kind: Kind, thing: Any, case: Case | None, *, back: tuple[str, Any]
) -> HttpResponse:
    user: Any = request.user
    now = timezone.now()
    today = timezone.localdate(now)
    if may(user, kind.code, owner_of(thing), on=today) is None:
        raise NotAllowed(f"您没有“{kind.title}”的权限。")
    post = request.method == "POST"
    form = kind.form(
        thing, case, user, today, data=request.POST if post else None, files=request.FILES if post else None
    )
    status = 200
    if post:
        status = 422
        if form.is_valid():
            try:
                kind.make(Entered(case, thing, user, now, today, form.cleaned_data))
            except DomainError as error:
                put_error(_named(form, error), error)
                status = 409 if isinstance(error, IllegalMove) else 422
            else:
                messages.success(request, f"已记录：{kind.title}。")
                return redirect(back[0], back[1])
    owner = owner_of(thing)
    context = {"kind": kind, "form": form, "owner": owner, "case": case, "thing": thing, "back": back}
    return render(request, "cases/after/entry.html", context, status=status)


def _named(form: Any, error: DomainError) -> Any:
    """Services name a day `on` and sums without their unit; the form's fields are told by their own names."""
    where = error.where or {}
    if where.get("field") == "on" and "on_day" in form.fields:
        error.where = where | {"field": "on_day"}
    return form


@require_http_methods(["GET", "POST"])
@needs("case.view")
def show_service(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One service: how it went, what proves it, the next act."""
    case = case_or_404(request, number)
    rows = Service.objects.select_related("case__organ", "document", "party", "officer_a", "officer_b", "confirmation")
    service = get_object_or_404(rows.filter(case=case), pk=pk)
    user: Any = request.user
    now = timezone.now()
    today = timezone.localdate(now)
    moves = moves_from(SERVICE, service.state) if may(user, "case.handle", case, on=today) else ()
    wanted = request.POST.get("action", "")
    panels, status = [], 200
    for move in moves:
        tried = request.method == "POST" and wanted == move.action
        form: Any = AdvanceForm(
            service, case, user, today, data=request.POST if tried else None, files=request.FILES if tried else None
        )
        form.narrow(move.action)
        if tried:
            status = 422
            if form.is_valid():
                try:
                    entry = entry_of(form.cleaned_data)
                    advance_service(service=service, action=move.action, entry=entry, user=user, now=now, today=today)
                except DomainError as error:
                    put_error(_named(form, error), error)
                    status = 409 if isinstance(error, IllegalMove) else 422
                else:
                    messages.success(request, f"已记录：{move.label}。")
                    return redirect("cases:service", number, pk)
        panels.append({"move": move, "form": form, "open": tried or len(moves) == 1})
    if request.method == "POST" and status == 200:
        raise IllegalMove(f"送达现处于“{service.get_state_display()}”状态，不能这样办理，请看过最新情况再办。")
    context = {
        "case": case,
        "service": service,
        "panels": panels,
        "facts": after_presenting.service_facts(service),
        "proofs": list(service.proofs.all()),
        "clocks": list(clocks_of(service)),
    }
    return render(request, "cases/after/service.html", context, status=status)


@require_GET
@needs("case.view")
def show_proof(request: HttpRequest, number: str, pk: int, proof: int) -> StreamingHttpResponse:
    """One photo, video or scan, after its digest was compared; never opened inside the page."""
    case = case_or_404(request, number)
    file = get_object_or_404(ServiceProof, pk=proof, service_id=pk, service__case=case)
    answer = StreamingHttpResponse(proofs.open_proof(file.sha256, file.name), content_type=proofs.MEDIA[file.kind])
    answer["Content-Length"] = file.size
    answer["Content-Disposition"] = f"attachment; filename=\"proof.{file.kind}\"; filename*=UTF-8''{quote(file.name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
@needs("case.view")
def show_owed(request: HttpRequest, pk: int) -> HttpResponse:
    """What one party owes today, how lateness is derived, payments, deferral, demand and court."""
    today = timezone.localdate()
    owed = get_object_or_404(owed_seen_by(request.user, on=today), pk=pk)
    return render(request, "cases/after/owed.html", after_presenting.owed_page(owed, request.user, on=today))


@require_GET
@needs("case.view")
def show_file(request: HttpRequest, number: str) -> HttpResponse:
    """The file: as it would be sealed, or as it was sealed, with its check, notes and readings."""
    case = case_or_404(request, number)
    archive = CaseArchive.objects.filter(case=case).select_related("sealed_by", "case").first()
    today = timezone.localdate()
    kept: list[Any] = list(archive.papers.select_related("document")) if archive else list(papers_of(case))
    volumes = [
        {
            "label": label,
            "rows": [{"paper": one, "group": group_label(name, one.group)} for one in kept if one.volume == name],
            "pages": sum(one.pages for one in kept if one.volume == name),
        }
        for name, label in archiving.VOLUMES.items()
    ]
    read = read_again(archive, now=timezone.now(), today=today) if archive and "verify" in request.GET else None
    context = {
        "case": case,
        "archive": archive,
        "volumes": volumes,
        "read": read,
        "wrong": [*archiving.verify_archive(archive), *(read.wrong if read else ())] if archive else [],
        "notes": list(archive.notes.select_related("by")) if archive else [],
        "retrievals": list(archive.retrievals.all()) if archive else [],
        "may_archive": may(request.user, "case.archive", case, on=today) is not None,
    }
    return render(request, "cases/after/file.html", context)
