"""Pages of channels and openings. No page names an informant; only the answer to an approved opening does, once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.informants import channel, openings, subjects
from hengjian.apps.informants.files import MEDIA, opened_file
from hengjian.apps.informants.fingerprints import same_person
from hengjian.apps.informants.forms import MessageForm, OpeningForm, RefuseForm
from hengjian.apps.informants.listing import CHANNELS, OPENING_TAGS, OPENINGS, subject_label
from hengjian.apps.informants.models import Channel, Informant, Opening
from hengjian.apps.informants.policies import EXPIRE
from hengjian.apps.informants.procedures import OPENING
from hengjian.apps.informants.selectors import (
    informants_seen_by,
    may_read_revealing,
    openings_of,
    openings_shown_to,
    with_standing,
)
from hengjian.apps.record.services import append_event
from hengjian.kernel.errors import DomainError, NotAllowed
from hengjian.kernel.transitions import moves_from
from hengjian.ui.parts import Empty

NO_RIGHT = "您可以看到它，但没有办理它的权限。"


def unkept(response: HttpResponse) -> HttpResponse:
    """Nobody keeps a copy: no browser, no proxy."""
    response["Cache-Control"] = "no-store, private"
    return response


@require_GET
@needs("informant.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Channels of this organ, by the matter; no names."""
    today = timezone.localdate()
    rows = with_standing(informants_seen_by(request.user, on=today))
    listing = CHANNELS.open(
        request.GET, path=request.path, rows=rows, view_counts={"unread": rows.filter(unread=True).count()}
    )
    if listing.wants_export:
        now = timezone.now()
        note_list_export(
            request=request, permission="informant.view", what="举报人联系通道", rows=listing.total, now=now
        )
        return listing.export("举报人联系通道", now=now)
    empty = Empty("还没有举报人、投诉人联系通道", "群众在门户提交举报、投诉后，这里可以不知道姓名而与其联系。")
    return render(request, "informants/list.html", {"listing": listing, "why_empty": empty})


def _informant(request: HttpRequest, number: str) -> Informant:
    found: Informant = get_object_or_404(informants_seen_by(request.user, on=timezone.localdate()), number=number)
    return found


@require_GET
@needs("informant.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One channel: what was written, which files, which openings."""
    return _page(request, _informant(request, number))


def _page(request: HttpRequest, row: Informant, *, tried: Form | None = None, status: int = 200) -> HttpResponse:
    on, now = timezone.localdate(), timezone.now()
    user: Any = request.user
    found = subjects.subject_of(row)
    talk: Channel | None = getattr(row, "channel", None)
    told = channel.messages(talk) if talk else []
    visible = informants_seen_by(user, on=on)
    context = {
        "row": row,
        "label": subject_label(row),
        "subject_url": found[0].url(found[1]) if found else "",
        "channel": talk,
        "messages_told": told,
        "fresh": any(one.fresh for one in told),
        "files": list(row.files.filter(message__isnull=True)),
        "reveal": may_read_revealing(user, row, now=now),
        "openings": openings_of(row),
        "tags": OPENING_TAGS,
        "others": list(visible.filter(pk__in=same_person(row).values("pk")).exclude(subject_number="")[:20]),
        "may_write": may(user, "informant.write", row, on=on),
        "may_request": may(user, "informant.request_opening", row, on=on),
        "message_form": tried if isinstance(tried, MessageForm) else MessageForm(),
        "opening_form": tried if isinstance(tried, OpeningForm) else OpeningForm(),
        "opening_tried": isinstance(tried, OpeningForm),
    }
    return unkept(render(request, "informants/show.html", context, status=status))


@require_POST
@needs("informant.write")
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Write to the informant; the reader of the code sees it under the organ's name."""
    row, form, now = _informant(request, number), MessageForm(request.POST), timezone.now()
    user: Any = request.user
    posting = may(user, "informant.write", row, on=timezone.localdate())
    if posting is None:
        raise NotAllowed(NO_RIGHT)
    talk = get_object_or_404(Channel.objects.select_related("informant__organ"), informant=row)
    if not form.is_valid():
        return _page(request, row, tried=form, status=422)
    channel.post_message(
        channel=talk,
        side="organ",
        text=form.cleaned_data["text"],
        actor=actor_for(user, posting),
        by=user,
        now=now,
    )
    messages.success(request, "已经写入通道，举报人凭查询码看到。")
    return redirect("informants:show", number=row.number)


@require_POST
@needs("informant.write")
def note_read(request: HttpRequest, number: str) -> HttpResponse:
    """What the informant wrote has been read."""
    row = _informant(request, number)
    if may(request.user, "informant.write", row, on=timezone.localdate()) is None:
        raise NotAllowed(NO_RIGHT)
    channel.note_read(channel=get_object_or_404(Channel, informant=row), now=timezone.now())
    return redirect("informants:show", number=row.number)


@require_GET
@needs("informant.view")
def show_file(request: HttpRequest, number: str, ordinal: int) -> HttpResponse:
    """One file, under its number; those that name the informant only while this person's opening runs."""
    row, now = _informant(request, number), timezone.now()
    user: Any = request.user
    file = get_object_or_404(row.files, ordinal=ordinal)
    posting = may(user, "informant.view", row, on=timezone.localdate())
    if posting is None or (file.revealing and not may_read_revealing(user, row, now=now)):
        raise NotAllowed("这个附件含有举报人的身份信息，须先申请开启，由另一人批准。")
    pieces = opened_file(file)
    with transaction.atomic():
        append_event(
            now=now,
            actor=actor_for(user, posting),
            verb="informant.read_file",
            thing=row,
            organ_path=row.organ_path,
            after={"file": file.label, "sha256": file.sha256},
        )
    response = StreamingHttpResponse(pieces, content_type=MEDIA[file.kind])
    response["Content-Disposition"] = f'attachment; filename="{row.number}-{file.ordinal}.{file.kind}"'
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
@needs("informant.request_opening")
def request_opening(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for an opening."""
    row, form = _informant(request, number), OpeningForm(request.POST)
    user: Any = request.user
    if form.is_valid():
        try:
            made = openings.request_opening(number=row.number, user=user, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(str((error.where or {}).get("field", "")) or None, error.sentence)
        else:
            messages.success(request, f"申请 {made.number} 已提出，等另一人批准。")
            return redirect("informants:opening", number=made.number)
    return _page(request, row, tried=form, status=422)


@require_GET
@needs("informant.see_openings")
def show_openings(request: HttpRequest) -> HttpResponse:
    """Every opening that this person oversees, may approve or asked for."""
    rows = openings_shown_to(request.user, on=timezone.localdate())
    listing = OPENINGS.open(
        request.GET, path=request.path, rows=rows, view_counts={"opened": rows.filter(state="opened").count()}
    )
    if listing.wants_export:
        now = timezone.now()
        note_list_export(
            request=request, permission="informant.see_openings", what="开启申请", rows=listing.total, now=now
        )
        return listing.export("举报人信息开启申请", now=now)
    empty = Empty("没有开启申请", "谁在什么时候、为什么开启了举报人信息，由谁批准，都列在这里。")
    return render(request, "informants/openings.html", {"listing": listing, "why_empty": empty})


def _opening(request: HttpRequest, number: str) -> Opening:
    found: Opening = get_object_or_404(openings_shown_to(request.user, on=timezone.localdate()), number=number)
    return found


@require_GET
@needs("informant.see_openings")
def show_opening(request: HttpRequest, number: str) -> HttpResponse:
    """One request: who asked, why, who decided, whether it was used."""
    return _opening_page(request, _opening(request, number))


def _opening_page(
    request: HttpRequest, row: Opening, *, form: RefuseForm | None = None, status: int = 200
) -> HttpResponse:
    on, now = timezone.localdate(), timezone.now()
    user: User = request.user  # type: ignore[assignment]
    mine = row.requested_by_id == user.pk
    running = row.valid_until > now
    moves = [move for move in moves_from(OPENING, row.state) if move.permission != EXPIRE]
    allowed = {move.action for move in moves if may(user, move.permission, row, on=on)}
    context = {
        "row": row,
        "tag_kind": OPENING_TAGS[row.state],
        "running": running,
        "may_decide": "approve" in allowed and not mine and running,
        "may_open": "open" in allowed and mine and running,
        "may_withdraw": "withdraw" in allowed and mine,
        "may_see_channel": informants_seen_by(user, on=on).filter(pk=row.informant_id).exists(),
        "revealed": row.scope == "files" and may_read_revealing(user, row.informant, now=now),
        "form": form or RefuseForm(),
        "view_minutes": int(openings.VIEW_TIME.total_seconds() // 60),
    }
    return unkept(render(request, "informants/opening.html", context, status=status))


@require_POST
@needs("informant.see_openings")
def decide(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Approve, refuse or withdraw."""
    row, now = _opening(request, number), timezone.now()
    user: Any = request.user
    if action == "refuse":
        form = RefuseForm(request.POST)
        if not form.is_valid():
            return _opening_page(request, row, form=form, status=422)
        openings.refuse_opening(number=row.number, user=user, now=now, reason=form.cleaned_data["reason"])
    elif action == "approve":
        openings.approve_opening(number=row.number, user=user, now=now)
    else:
        openings.withdraw_opening(number=row.number, user=user, now=now)
    return redirect("informants:opening", number=row.number)


@require_http_methods(["GET", "POST"])
@needs("informant.see_openings")
def open_sealed(request: HttpRequest, number: str) -> HttpResponse:
    """Open once: the answer itself shows it, leaves by itself after its time, and cannot be loaded again."""
    row = _opening(request, number)
    back = reverse("informants:opening", args=[row.number])
    if request.method == "GET":
        return redirect(back)
    user: Any = request.user
    opened = openings.open_sealed(number=row.number, user=user, now=timezone.now())
    context = {"opened": opened, "row": opened.opening, "informant": opened.opening.informant}
    response = unkept(render(request, "informants/opened.html", context))
    response["Refresh"] = f"{int(openings.VIEW_TIME.total_seconds())}; url={back}"
    return response
