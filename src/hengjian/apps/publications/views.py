"""Pages of publications and of typical cases, for officials."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.apps.publications import curating
from hengjian.apps.publications.acting import make_move
from hengjian.apps.publications.curating import Story
from hengjian.apps.publications.forms import FORMS, TYPICAL_FORMS, StoryForm
from hengjian.apps.publications.listing import publications_spec, todo, typical_spec
from hengjian.apps.publications.models import Publication, TypicalCase
from hengjian.apps.publications.presenting import page_of, typical_page
from hengjian.apps.publications.selectors import (
    actions_for,
    publications_seen_by,
    typical_actions_for,
    typical_seen_by,
)
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Empty


@require_GET
@needs("publication.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Publications of this organ and of those below it."""
    today, now = timezone.localdate(), timezone.now()
    rows = publications_seen_by(request.user, today)
    waiting = rows.filter(todo(today)).count()
    listing = publications_spec(today).open(request.GET, path=request.path, rows=rows, view_counts={"todo": waiting})
    if listing.wants_export:
        note_list_export(request=request, permission="publication.view", what="处罚公示", rows=listing.total, now=now)
        return listing.export("处罚公示", now=now)
    why = Empty("还没有要公示的处罚决定", "普通程序作出处罚决定时自动产生；仅受到警告的不公示。")
    return render(request, "publications/list.html", {"listing": listing, "why_empty": why, "waiting": waiting})


def _row(request: HttpRequest, number: str) -> Publication:
    found: Publication = get_object_or_404(publications_seen_by(request.user, timezone.localdate()), number=number)
    return found


@require_GET
@needs("publication.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One publication."""
    return _page(request, _row(request, number))


def _page(request: HttpRequest, row: Publication, *, tried: Any = None, status: int = 200) -> HttpResponse:
    user: Any = request.user
    return render(request, "publications/show.html", page_of(row, user, timezone.localdate(), tried), status=status)


@require_POST
@needs("publication.view")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One step of a publication."""
    row = _row(request, number)
    if action not in FORMS:
        raise Http404
    user: Any = request.user
    today, now = timezone.localdate(), timezone.now()
    form = FORMS[action](request.POST, prefix=action)
    offered = {move.action for move in actions_for(row, user, on=today)}
    if action in offered and not form.is_valid():
        return _page(request, row, tried=(action, form), status=422)
    form.full_clean()
    values = dict(getattr(form, "cleaned_data", {}))
    try:
        make_move(row, action, _complete(form, values), user=user, now=now, today=today)
    except DomainError as error:
        if action not in offered:
            raise
        _place(form, error)
        return _page(
            request, _row(request, number), tried=(action, form), status=409 if isinstance(error, IllegalMove) else 422
        )
    messages.success(request, f"{row.number} 已记录。")
    return redirect("publications:show", number=row.number)


def _complete(form: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Every value that the service asks for: what is missing from a form that was refused is empty."""
    empty: dict[str, Any] = {"on": None, "grounds": []}
    return {name: values.get(name, empty.get(name, "" if name != "seen" else None)) for name in form.fields}


def _place(form: Any, error: DomainError) -> None:
    field = (error.where or {}).get("field")
    said = error.sentence + (f"（{error.article}）" if error.article else "")
    form.add_error(field if field in form.fields else None, said)


@require_GET
@needs("typical_case.view")
def typical_list(request: HttpRequest) -> HttpResponse:
    """Typical cases of this organ and of those below it."""
    now = timezone.now()
    rows = typical_seen_by(request.user, timezone.localdate())
    counts = {"nominated": rows.filter(state="nominated").count()}
    listing = typical_spec().open(request.GET, path=request.path, rows=rows, view_counts=counts)
    if listing.wants_export:
        note_list_export(request=request, permission="typical_case.view", what="典型案例", rows=listing.total, now=now)
        return listing.export("典型案例", now=now)
    why = Empty("还没有典型案例", "在已经作出决定的案件上编写，经负责人批准后公布，或者推荐上级选用。")
    return render(request, "publications/typical_list.html", {"listing": listing, "why_empty": why})


@require_http_methods(["GET", "POST"])
@needs("typical_case.draft")
def write(request: HttpRequest) -> HttpResponse:
    """Write a typical case upon a case or a lead."""
    today, now = timezone.localdate(), timezone.now()
    user: Any = request.user
    number = request.GET.get("case", "").replace("\x00", "")[:24]
    lead_number = request.GET.get("lead", "").replace("\x00", "")[:24]
    case = get_object_or_404(cases_seen_by(user, today), number=number) if number else None
    lead = get_object_or_404(leads_seen_by(user, today), number=lead_number) if lead_number else None
    if case is None and lead is None:
        return redirect("publications:typical_list")
    source: Any = case or lead
    form = StoryForm(request.POST or None, initial={"title": source.title})
    if request.method == "POST" and form.is_valid():
        organ = source.organ
        try:
            row = curating.write_typical(
                organ=organ, case=case, lead=lead, story=Story(**form.cleaned_data), user=user, now=now, today=today
            )
        except DomainError as error:
            if may(user, "typical_case.draft", source, on=today) is None:
                raise
            _place(form, error)
        else:
            messages.success(request, f"{row.number} 已保存。")
            return redirect("publications:typical", number=row.number)
    status = 422 if form.errors else 200
    return render(request, "publications/write.html", {"form": form, "case": case, "lead": lead}, status=status)


def _typical(request: HttpRequest, number: str) -> TypicalCase:
    found: TypicalCase = get_object_or_404(typical_seen_by(request.user, timezone.localdate()), number=number)
    return found


@require_GET
@needs("typical_case.view")
def typical(request: HttpRequest, number: str) -> HttpResponse:
    """One typical case."""
    return _typical_page(request, _typical(request, number))


def _typical_page(request: HttpRequest, row: TypicalCase, *, tried: Any = None, status: int = 200) -> HttpResponse:
    user: Any = request.user
    return render(
        request, "publications/typical.html", typical_page(row, user, timezone.localdate(), tried), status=status
    )


@require_POST
@needs("typical_case.view")
def act_typical(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One step of a typical case."""
    row = _typical(request, number)
    if action not in TYPICAL_FORMS:
        raise Http404
    user: Any = request.user
    today, now = timezone.localdate(), timezone.now()
    form = TYPICAL_FORMS[action](request.POST, prefix=action)
    offered = {move.action for move in typical_actions_for(row, user, on=today)}
    if action in offered and not form.is_valid():
        return _typical_page(request, row, tried=(action, form), status=422)
    form.full_clean()
    values = dict(getattr(form, "cleaned_data", {}))
    story = Story(**{name: values.get(name, "") for name in ("title", "text", "lesson", "field")})
    try:
        curating.move_typical(
            action,
            row,
            user=user,
            now=now,
            today=today,
            reason=values.get("reason", ""),
            story=story if action == "edit" else None,
        )
    except DomainError as error:
        if action not in offered:
            raise
        _place(form, error)
        fresh = _typical(request, number)
        return _typical_page(
            request, fresh, tried=(action, form), status=409 if isinstance(error, IllegalMove) else 422
        )
    messages.success(request, f"{row.number} 已记录。")
    return redirect(reverse("publications:typical", args=[row.number]))
