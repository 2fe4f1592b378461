"""Pages of complaints: the list, registering one, one complaint with the moves open to this person."""

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
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import may
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.complaints import handling, presenting
from hengjian.apps.complaints.abuse import signs_of
from hengjian.apps.complaints.forms import FORMS, ComplaintForm, MoveForm
from hengjian.apps.complaints.hints import hints_of
from hengjian.apps.complaints.listing import COMPLAINTS, TAGS
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.moving import stamp
from hengjian.apps.complaints.selectors import UNFINISHED, actions_for, complaints_seen_by, state_counts
from hengjian.apps.complaints.services import Dispute, receive_complaint
from hengjian.apps.documents.presenting import section_of
from hengjian.apps.tips.presenting import channel_url, history_of, lead_link
from hengjian.apps.tips.selectors import tips_seen_by
from hengjian.apps.tips.views import choices_of_organs, organs_for, panels_of, put_error
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Empty


@require_GET
@needs("complaint.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Complaints, the newest first; without a state in the URL those not ended."""
    today = timezone.localdate()
    rows = complaints_seen_by(request.user, on=today)
    counts = state_counts(rows)
    listing = COMPLAINTS.open(
        request.GET,
        path=request.path,
        rows=rows if request.GET.get("state") else rows.filter(state__in=UNFINISHED),
        choices={"organ": choices_of_organs(rows)},
        view_counts=counts,
    )
    if listing.wants_export:
        now = timezone.now()
        note_list_export(request=request, permission="complaint.view", what="投诉", rows=listing.total, now=now)
        return listing.export("投诉", now=now)
    context = {
        "listing": listing,
        "counts": counts,
        "may_register": may(request.user, "complaint.register", on=today) is not None,
        "why_empty": Empty(
            "没有未办结的投诉" if counts["all"] else "还没有投诉",
            "门户网站提交的投诉自动进入这里；来电、来信、来访和平台转来的由登记人员登记。",
        ),
    }
    return render(request, "complaints/list.html", context)


@require_http_methods(["GET", "POST"])
@needs("complaint.register")
def register(request: HttpRequest) -> HttpResponse:
    """Register one complaint that came by telephone, letter, visit or platform."""
    user: Any = request.user
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ComplaintForm(*given, organs=organs_for(user, "complaint.register"))
    if request.method == "POST" and form.is_valid():
        try:
            complaint = _receive(form, user)
        except DomainError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{complaint.number} 已登记，七个工作日内决定是否受理。")
            return redirect("complaints:show", number=complaint.number)
    return render(request, "complaints/new.html", {"form": form}, status=422 if form.errors else 200)


def _receive(form: ComplaintForm, user: Any) -> Complaint:
    found, today = form.cleaned_data, timezone.localdate()
    organ = form.chosen_organ()
    names = ("claim", "facts", "respondent_name", "respondent_uscc", "respondent_address", "area_code", "amount",
             "bought_on", "known_on", "client_kind", "daily_life", "report_text")  # fmt: skip
    return receive_complaint(
        organ=organ,
        dispute=Dispute(institution=form.institution(), **{name: found[name] for name in names}),
        identity=form.identity(),
        channel=found["channel"],
        actor=actor_or_refuse(user, "complaint.register", organ, on=today),
        now=timezone.now(),
        today=today,
        agent=form.agent(),
        has_mandate=found["has_mandate"],
        external_no=found["external_no"],
        files=found["files"],
    )


def _complaint(request: HttpRequest, number: str) -> Complaint:
    rows = complaints_seen_by(request.user, on=timezone.localdate())
    more = ("distributed_by", "tip", "lead", "agent")
    found: Complaint = get_object_or_404(rows.select_related(*more), number=number)
    return found


@require_GET
@needs("complaint.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One complaint: the dispute, what the system noticed, what this person may do now."""
    return _page(request, _complaint(request, number))


def _page(
    request: HttpRequest, complaint: Complaint, *, tried: tuple[str, MoveForm] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    user: Any = request.user
    signs = signs_of(complaint)
    reached = any(sign.reached for sign in signs)
    moves = [move for move in actions_for(complaint, user, on=today) if reached or move.action != "mark_abuse"]
    step = presenting.next_of(complaint, moves)
    primary = step.action.url.lstrip("#") if step and step.action else ""
    tip_seen = complaint.tip_id and tips_seen_by(user, on=today).filter(pk=complaint.tip_id).exists()
    context = {
        "complaint": complaint,
        "tag_kind": (TAGS[complaint.state], complaint.get_state_display()),
        "next_step": step,
        "steps": presenting.steps_of(complaint),
        "panels": panels_of(
            moves,
            primary,
            lambda action: _form(action, complaint),
            lambda action: reverse("complaints:act", args=[complaint.number, action]),
            tried,
        ),
        "hints": hints_of(complaint, today=today),
        "signs": signs,
        "reached": reached,
        "entries": presenting.entries_of(complaint),
        "ground": presenting.ground_text(complaint),
        "clocks": list(clocks_of(complaint)),
        "lead": lead_link(complaint.lead, user, on=today),
        "tip_url": reverse("tips:show", args=[complaint.tip.number]) if tip_seen and complaint.tip else "",
        "facts": presenting.facts_of(complaint),
        "documents": section_of(complaint, user=user, on=today),
        "channel_url": channel_url(complaint.informant, user, on=today),
        "history": history_of(complaint._meta.label_lower, complaint.pk, presenting.LABELS, presenting.KINDS_OF_EVENT),
    }
    return render(request, "complaints/show.html", context, status=status)


def _form(action: str, complaint: Complaint, data: Any = None) -> MoveForm:
    options: dict[str, Any] = {"prefix": action, "initial": {"seen": stamp(complaint)}}
    if data is not None:
        options["data"] = data
    return FORMS[action](thing=complaint, on=timezone.localdate(), **options)


@require_POST
@needs("complaint.view")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Take one move; what was typed stays when it is refused."""
    if action not in FORMS:
        raise Http404
    today = timezone.localdate()
    user: Any = request.user
    # a move needs the row and its organ; the page's joins would be paid for twice
    rows = complaints_seen_by(user, on=today).select_related(None).select_related("organ")
    complaint: Complaint = get_object_or_404(rows, number=number)
    if action not in {move.action for move in actions_for(complaint, user, on=today)}:
        handling.refuse(action, rows=rows, pk=complaint.pk, user=user, now=timezone.now())
    form = _form(action, complaint, data=request.POST)
    if not form.is_valid():
        return _page(request, _complaint(request, number), tried=(action, form), status=422)
    try:
        seen = form.cleaned_data["seen"] or None
        handling.act(action, rows=rows, pk=complaint.pk, user=user, now=timezone.now(), values=form.values(), seen=seen)
    except DomainError as error:
        put_error(form, error)
        status = 409 if isinstance(error, IllegalMove) else 422
        return _page(request, _complaint(request, number), tried=(action, form), status=status)
    messages.success(request, f"{complaint.number} 已记录：{presenting.LABELS[action]}。")
    if action in ("distribute", "send_back") and not rows.filter(pk=complaint.pk).exists():
        return redirect("complaints:list")
    return redirect("complaints:show", number=number)
