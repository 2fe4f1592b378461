"""Pages of documents: search, one document with its preview, files, comparison, and what may be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.documents import services
from hengjian.apps.documents.access import access_of, thing_seen_by
from hengjian.apps.documents.composing import Sheet
from hengjian.apps.documents.downloads import note_download
from hengjian.apps.documents.forms import FactsForm, ReasonForm
from hengjian.apps.documents.listing import SPEC
from hengjian.apps.documents.models import Document
from hengjian.apps.documents.policies import actor_on
from hengjian.apps.documents.presenting import TAGS
from hengjian.apps.documents.printing import MEDIA, bytes_of, compare, form_of, sheet_of
from hengjian.apps.documents.selectors import documents_seen_by, versions_of
from hengjian.apps.documents.typing_in import known_facts
from hengjian.apps.documents.volumes import VOLUMES, rank_of
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, Refused
from hengjian.ui.parts import Action, Empty

ACTIONS = {"issue": "document.issue", "discard": "document.issue", "void": "document.void", "confirm": "document.view"}
DONE = {"issue": "已制作", "discard": "草稿已弃用", "void": "已作废，文号保留", "confirm": "已确认"}


def document_of(request: HttpRequest, pk: int) -> Document:
    """The document if the person sees its thing; 404 otherwise."""
    user: Any = request.user
    found: Document = get_object_or_404(documents_seen_by(user, on=timezone.localdate()), pk=pk)
    return found


def thing_of(request: HttpRequest, document: Document) -> Any:
    """The thing the document belongs to, as this person sees it."""
    user: Any = request.user
    return thing_seen_by(user, document.thing_kind, document.thing_id, on=timezone.localdate())


@require_GET
@needs("document.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Documents of all things that this person sees; search by number, title, party."""
    user: Any = request.user
    listing = SPEC.open(
        request.GET, path=request.path, rows=documents_seen_by(user, on=timezone.localdate()).order_by("-pk")
    )
    if listing.wants_export:
        now = timezone.now()
        note_list_export(request=request, permission="document.view", what="文书", rows=listing.total, now=now)
        return listing.export("文书", now=now)
    why = Empty("没有符合条件的文书", "文书在案件、投诉等事项中制作，制作后可以在这里按文号查找。")
    return render(request, "documents/list.html", {"listing": listing, "why_empty": why})


@require_GET
@needs("document.view")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One document as it stands on paper, where it came from, and what this person may do with it."""
    return _page(request, document_of(request, pk))


def _page(
    request: HttpRequest, document: Document, *, form: ReasonForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    user: Any = request.user
    today = timezone.localdate()
    thing = thing_of(request, document)
    known = access_of(document.thing_kind)
    sheet, unreadable = _sheet(document)
    draws = actor_on(user, document.thing_kind, thing, "document.issue", on=today) is not None
    voids = actor_on(user, document.thing_kind, thing, "document.void", on=today) is not None
    places = services.places_of(document, user) if sheet and document.state == "draft" else []
    page = {
        "document": document,
        "thing_url": known.url(thing) if known.url else "",
        "of_url": reverse("documents:of", args=[document.thing_kind, document.thing_id]),
        "sheet": sheet,
        "unreadable": unreadable,
        "tag_kind": TAGS[document.state],
        "versions": versions_of(document),
        "confirmations": list(document.confirmations.all()),
        "places": places,
        "error": error,
        "facts": _facts(document),
        "issue": Action("制作", _act(document, "issue"), method="post", kind="primary")
        if draws and document.state == "draft"
        else None,
        "renews": draws and document.state in ("draft", "issued"),
        "ends": "discard"
        if draws and document.state == "draft"
        else "void"
        if voids and document.state == "issued"
        else "",
        "form": form or ReasonForm(),
    }
    return render(request, "documents/show.html", page, status=status)


def _act(document: Document, action: str) -> str:
    return reverse("documents:act", args=[document.pk, action])


def _sheet(document: Document) -> tuple[Sheet | None, str]:
    try:
        return sheet_of(document), ""
    except Refused as refused:
        return None, refused.sentence


def _facts(document: Document) -> list[tuple[str, str]]:
    volume, _ = rank_of(document)
    return [
        ("式样", document.form),
        ("文号", document.number or "无文号"),
        ("当事人", document.party or "—"),
        ("归入", VOLUMES[volume]),
        ("拟制", f"{document.drawn_by}，{document.drawn_on:%Y-%m-%d}"),
        ("制作", f"{document.issued_by}，{document.issued_on:%Y-%m-%d}" if document.issued_on else "尚未制作"),
        ("页数", str(document.pdf_pages or "—")),
    ]


@require_GET
@needs("document.view")
def download(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The PDF or Word file, re-hashed; that it was taken is an event."""
    if kind not in MEDIA:
        raise Http404
    document = document_of(request, pk)
    now = timezone.now()
    content = bytes_of(document, kind, now=now)
    note_download(request=request, document=document, kind=kind, now=now)
    answer = HttpResponse(content, content_type=MEDIA[kind])
    name = f"{document.title}{document.number}{'（草稿）' if document.issued_at is None else ''}.{kind}"
    answer["Content-Disposition"] = content_disposition_header(True, name.replace("/", "、"))
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
@needs("document.view")
def show_comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the document is reproduced to the byte from what it keeps."""
    document = document_of(request, pk)
    return render(request, "documents/compare.html", {"document": document, "found": compare(document)})


@require_POST
@needs("document.view")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Issue, discard, void or confirm; a refusal stands beside the form with what was typed."""
    if action not in ACTIONS:
        raise Http404
    document = document_of(request, pk)
    form = ReasonForm(request.POST)
    user: Any = request.user
    actor = _actor(request, document, ACTIONS[action])
    if not form.is_valid():
        return _page(request, document, form=form, status=422)
    try:
        _make(action, document, form.cleaned_data["reason"], request.POST.get("place", ""), user, actor)
    except DomainError as error:
        document.refresh_from_db()
        status = 409 if isinstance(error, IllegalMove) else 422
        return _page(request, document, form=form, error=error.sentence, status=status)
    messages.success(request, f"《{document.title}》{DONE[action]}。")
    return redirect("documents:show", pk=document.pk)


def _actor(request: HttpRequest, document: Document, code: str) -> Actor:
    user: Any = request.user
    thing, today = thing_of(request, document), timezone.localdate()
    if code == "document.view":
        return actor_or_refuse(user, code, thing, on=today)
    actor = actor_on(user, document.thing_kind, thing, code, on=today)
    if actor is None:
        raise NotAllowed("您可以看到这份文书，但没有办理它的权限。")
    return actor


def _make(action: str, document: Document, reason: str, place: str, user: User, actor: Actor) -> None:
    now, today = timezone.now(), timezone.localdate()
    if action == "issue":
        services.issue_document(document=document, actor=actor, now=now, today=today)
    elif action == "confirm":
        services.confirm_document(document=document, place=place, person=user, actor=actor, now=now, opinion=reason)
    else:
        if (action == "discard") != (document.state == "draft"):
            raise IllegalMove("文书的状态刚刚变了，请看清后再办理。")
        services.void_document(document=document, reason=reason, actor=actor, now=now)


@require_http_methods(["GET", "POST"])
@needs("document.issue")
def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version in place of this one; the facts are prefilled from it, or from the record on demand."""
    document = document_of(request, pk)
    actor = _actor(request, document, "document.issue")
    definition = form_of(document)
    fresh = request.GET.get("from") == "record"
    known = known_facts(definition, document=None if fresh else document, thing=thing_of(request, document))
    form = FactsForm(request.POST or None, definition=definition, known=known, reason=True)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.new_version(
                document=document,
                context=form.given(),
                reason=form.cleaned_data["reason"],
                actor=actor,
                now=timezone.now(),
                today=timezone.localdate(),
            )
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("documents:show", pk=made.pk)
    page = {
        "form": form,
        "document": document,
        "title": definition.title,
        "law": definition.basis_text(document.drawn_on),
    }
    return render(request, "documents/type_in.html", page, status=422 if form.errors else 200)
