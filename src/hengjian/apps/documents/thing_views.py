"""The documents of one thing: the list, drawing up by hand, sets in the background, the whole file as one PDF."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.documents import presenting, sets
from hengjian.apps.documents.access import access_of, thing_seen_by
from hengjian.apps.documents.downloads import note_whole_file
from hengjian.apps.documents.forms import FactsForm, SetForm
from hengjian.apps.documents.models import DocumentSet
from hengjian.apps.documents.numbering import bureau_of
from hengjian.apps.documents.policies import actor_on
from hengjian.apps.documents.selectors import documents_of, sets_of, sets_seen_by
from hengjian.apps.documents.services import draw_up
from hengjian.apps.documents.typing_in import known_facts
from hengjian.apps.documents.volumes import whole_file
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import DomainError, NotAllowed, Refused
from hengjian.law.paper import form as form_on
from hengjian.ui.wording import zh_date


def _thing(request: HttpRequest, kind: str, pk: str) -> Any:
    user: Any = request.user
    return thing_seen_by(user, kind, pk, on=timezone.localdate())


def _drawing(request: HttpRequest, kind: str, thing: Any) -> Actor | None:
    user: Any = request.user
    return actor_on(user, kind, thing, "document.issue", on=timezone.localdate())


def _drawing_or_refuse(request: HttpRequest, kind: str, thing: Any) -> Actor:
    actor = _drawing(request, kind, thing)
    if actor is None:
        raise NotAllowed("您可以看到这一事项，但没有为它制作文书的权限。")
    return actor


@require_GET
@needs("document.view")
def show_of(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """All documents of a thing, those that stand no more included, and what may be drawn up."""
    return _page(request, kind, _thing(request, kind, pk))


def _page(request: HttpRequest, kind: str, thing: Any, *, error: str = "", status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    known = access_of(kind)
    may_draw = _drawing(request, kind, thing) is not None
    offered = presenting.offered_for(thing, on=today) if may_draw else []
    rows = list(documents_of(thing, everything=True))
    here = {"kind": kind, "pk": thing.pk}
    page = {
        "thing": thing,
        "kind": kind,
        "thing_url": known.url(thing) if known.url else "",
        "documents": [(one, presenting.TAGS[one.state]) for one in rows],
        "standing": sum(one.state == "issued" for one in rows),
        "sets": list(sets_of(thing)[:5]),
        "offered": [(one, reverse("documents:new", kwargs=here | {"form_id": one.id})) for one in offered],
        "set_form": SetForm(offered=[(one.id, one.title) for one in offered]) if offered else None,
        "whole_url": reverse("documents:whole", kwargs=here),
        "error": error,
    }
    return render(request, "documents/of.html", page, status=status)


@require_http_methods(["GET", "POST"])
@needs("document.issue")
def new(request: HttpRequest, kind: str, pk: str, form_id: str) -> HttpResponse:
    """Draw one document up by hand; what the record knows is prefilled."""
    thing = _thing(request, kind, pk)
    actor = _drawing_or_refuse(request, kind, thing)
    today = timezone.localdate()
    definition = form_on(form_id, today)
    if definition.id not in {one.id for one in presenting.offered_for(thing, on=today)}:
        raise Refused(f"这一事项不用《{definition.title}》。", where={"field": "form"})
    known = known_facts(definition, document=None, thing=thing)
    form = FactsForm(request.POST or None, definition=definition, known=known)
    if request.method == "POST" and form.is_valid():
        try:
            made = draw_up(
                form=form_id,
                thing=thing,
                organ=thing.organ,
                context=form.given(),
                actor=actor,
                now=timezone.now(),
                today=today,
                party=str(form.cleaned_data.get("party-name") or ""),
            )
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("documents:show", pk=made.pk)
    page = {
        "form": form,
        "thing": thing,
        "of_url": reverse("documents:of", args=[kind, thing.pk]),
        "title": definition.title,
        "law": definition.basis_text(today),
    }
    return render(request, "documents/type_in.html", page, status=422 if form.errors else 200)


@require_POST
@needs("document.issue")
def make_set(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """Have the ticked documents made in the background."""
    thing = _thing(request, kind, pk)
    actor = _drawing_or_refuse(request, kind, thing)
    today = timezone.localdate()
    offered = [(one.id, one.title) for one in presenting.offered_for(thing, on=today)]
    form = SetForm(request.POST, offered=offered)
    if not form.is_valid():
        return _page(request, kind, thing, error="选择的文书中有这一事项不用的式样，请重新选择。", status=422)
    wanted = form.cleaned_data["forms_wanted"]
    try:
        made = sets.draw_up_set(
            forms=wanted, thing=thing, organ=thing.organ, actor=actor, now=timezone.now(), today=today
        )
    except DomainError as error:
        return _page(request, kind, thing, error=error.sentence, status=422)
    return redirect("documents:set", pk=made.pk)


def _set(request: HttpRequest, pk: int) -> DocumentSet:
    user: Any = request.user
    found: DocumentSet = get_object_or_404(sets_seen_by(user, on=timezone.localdate()), pk=pk)
    return found


@require_GET
@needs("document.view")
def show_set(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a set is, and what could not be made and why."""
    sets.mark_cut_off(timezone.now())
    row = _set(request, pk)
    job = presenting.work_of(row)
    page = {
        "row": row,
        "job": job,
        "faults": [(form_on(one["form"], row.on).title, one["sentence"]) for one in row.faults],
        "of_url": reverse("documents:of", args=[row.thing_kind, row.thing_id]),
        "refresh_seconds": 5 if job.running else None,
    }
    if getattr(request, "htmx", False):
        return render(request, "documents/set_part.html", page)
    return render(request, "documents/set.html", page)


@require_POST
@needs("document.issue")
def act_on_set(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Stop a set after the document it is at, or go on with one that was cut off."""
    if action not in ("cancel", "resume"):
        raise Http404
    row = _set(request, pk)
    _drawing_or_refuse(request, row.thing_kind, _thing(request, row.thing_kind, row.thing_id))
    if action == "cancel":
        sets.cancel_set(row=row)
        messages.info(request, "做完手上这一份就停下。")
    else:
        sets.resume_set(row=row, now=timezone.now())
    return redirect("documents:set", pk=row.pk)


@require_GET
@needs("document.view")
def whole(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """The whole file as one PDF; `?volumes=main` gives the main volume alone, for a copy that leaves the organ."""
    thing = _thing(request, kind, pk)
    now, today = timezone.now(), timezone.localdate()
    volumes = ("main",) if request.GET.get("volumes") == "main" else ("main", "side")
    title = f"{thing}"
    content = whole_file(
        thing, title=title, organ_name=bureau_of(thing.organ).name, now=now, today=today, volumes=volumes
    )
    note_whole_file(request=request, thing=thing, volumes=volumes, now=now)
    answer = HttpResponse(content, content_type="application/pdf")
    part = "正卷" if volumes == ("main",) else "全卷"
    answer["Content-Disposition"] = content_disposition_header(True, f"{part} {zh_date(today)}.pdf")
    answer["Cache-Control"] = "private, no-store"
    return answer
