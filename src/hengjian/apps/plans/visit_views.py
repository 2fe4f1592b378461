"""Pages of the ledger: visits, exceptions, an institution's own, merges."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import granting, may
from hengjian.apps.plans import guard, merging, presenting, services
from hengjian.apps.plans.forms import AnswerForm, CancelVisitForm, JoinForm, MoveVisitForm
from hengjian.apps.plans.listing import MERGES, visit_list
from hengjian.apps.plans.models import MergeProposal, PlanItem, Visit
from hengjian.apps.plans.plan_views import field_of
from hengjian.apps.plans.procedures import EXPECTED, MERGE
from hengjian.apps.plans.scope import is_in_scope
from hengjian.apps.plans.secrecy import hidden_from, is_secret, secret
from hengjian.apps.plans.selectors import (
    exceptions_seen_by,
    items_open_for_tasks,
    merges_seen_by,
    visits_of_institution,
    visits_seen_by,
)
from hengjian.apps.plans.waiting import merges_waiting_for, sides_open_to
from hengjian.apps.registry.selectors import institution_seen_by
from hengjian.apps.runs.exports import note_export
from hengjian.kernel.errors import DomainError, Refused
from hengjian.ui.days import parse_day
from hengjian.ui.parts import Empty

LEDGER_SHOWN = 200


@require_GET
@needs("visit.view")
def list_visits(request: HttpRequest) -> HttpResponse:
    """The ledger of the person's organ and of those below."""
    today = timezone.localdate()
    seen = visits_seen_by(request.user, on=today)
    listing = visit_list(may_export=may(request.user, "plan.export", on=today) is not None).open(
        request.GET, path=request.path, rows=seen
    )
    if listing.wants_export:
        note_export(request, "入企检查台账", rows=listing.total)
        return listing.export("入企检查台账", now=timezone.now())
    why = Empty("还没有安排入企检查", "抽取结果、全覆盖检查和线索核查都先在这里预约；没有预约的检查不存在。")
    upcoming = seen.filter(state="reserved").count()
    context = {"listing": listing, "why_empty": why, "upcoming": upcoming}
    return render(request, "plans/visits.html", context)


@require_GET
@needs("visit.view")
def list_exceptions(request: HttpRequest) -> HttpResponse:
    """Visits beyond plan or cap, each with its coded reason; they are published once they have begun."""
    today = timezone.localdate()
    spec = visit_list(may_export=may(request.user, "plan.export", on=today) is not None, exceptions=True)
    listing = spec.open(request.GET, path=request.path, rows=exceptions_seen_by(request.user, on=today))
    if listing.wants_export:
        note_export(request, "例外检查", rows=listing.total)
        return listing.export("例外检查", now=timezone.now())
    why = Empty("没有例外检查", "计划外或者超过上限的检查，只能凭投诉举报等情形并写明理由；会列在这里并公示。")
    return render(request, "plans/exceptions.html", {"listing": listing, "why_empty": why})


@require_GET
@needs("visit.view")
def ledger(request: HttpRequest, uscc: str) -> HttpResponse:
    """One enterprise: every visit of a year by whomever, what the cap leaves, and what the guard says to a day."""
    today = timezone.localdate()
    institution = institution_seen_by(request.user, uscc, on=today)
    if institution is None:
        raise Http404("没有这家机构，或者您无权查看。")
    posting = may(request.user, "visit.view", on=today)
    organ = posting.organ if posting else institution.organ
    asked, complaint = _asked_day(request.GET.get("day", ""), today)
    own = set(visits_seen_by(request.user, on=today).filter(institution=institution).values_list("pk", flat=True))
    answer = guard.ask(institution=institution, organ=organ, day=asked, on=today, known=own)
    told = visits_of_institution(institution.pk).filter(~secret() | Q(pk__in=own))
    told = told.exclude(hidden_from(request.user, on=today))
    rows = [
        {"visit": visit, "own": visit.pk in own, "tag": presenting.visit_tag(visit)} for visit in told[:LEDGER_SHOWN]
    ]
    in_own = {entry.number for entry in answer.merge_candidates}
    context = {
        "institution": institution,
        "rows": rows,
        "answer": answer,
        "asked": asked,
        "complaint": complaint,
        "joinable": [one for one in answer.merge_candidates if one.number in in_own],
        "may_join": may(request.user, "visit.merge", on=today) is not None,
    }
    return render(request, "plans/ledger.html", context)


def _asked_day(text: str, today: date) -> tuple[date, str]:
    if not text.strip():
        return today, ""
    try:
        return parse_day(text), ""
    except Refused as error:
        return today, error.sentence


def visit_or_404(request: HttpRequest, number: str) -> Visit:
    """The visit of that number, if the person may see it."""
    visit: Visit = get_object_or_404(visits_seen_by(request.user, on=timezone.localdate()), number=number)
    return visit


@require_GET
@needs("visit.view")
def show_visit(request: HttpRequest, number: str) -> HttpResponse:
    """One visit: where it stands, what it counts for, how to move or cancel it."""
    return _visit_page(request, visit_or_404(request, number))


def _visit_page(
    request: HttpRequest, visit: Visit, *, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    manages = may(request.user, "visit.manage", visit, on=today) is not None
    open_ = visit.state in ("reserved", "proposed")
    given = forms or {}
    proposals = merges_seen_by(request.user, on=today)
    context: dict[str, Any] = {
        "visit": visit,
        "tag": presenting.visit_tag(visit),
        "steps": presenting.visit_steps(visit),
        "facts": presenting.visit_facts(visit),
        "guests": visit.guests.select_related("organ", "item"),
        "proposals": [*proposals.filter(host=visit), *proposals.filter(guest=visit)],
        "history": presenting.history_of(visit),
        "move_form": given.get("move", MoveVisitForm())
        if manages and visit.state == "reserved" and visit.merged_with_id is None
        else None,
        "cancel_form": given.get("cancel", CancelVisitForm()) if manages and open_ else None,
        "past_due": visit.state == "reserved" and visit.day < today,
    }
    return render(request, "plans/visit.html", context, status=status)


@require_POST
@needs("visit.manage")
def move_visit(request: HttpRequest, number: str) -> HttpResponse:
    """Another day for a visit."""
    today = timezone.localdate()
    visit = visit_or_404(request, number)
    actor = actor_or_refuse(request.user, "visit.manage", visit, on=today)
    form = MoveVisitForm(request.POST)
    if form.is_valid():
        try:
            services.move_visit(visit=visit, actor=actor, now=timezone.now(), today=today, **form.cleaned_data)
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            messages.success(request, f"{number} 已改期。")
            return redirect("plans:visit", number=number)
    return _visit_page(request, visit, forms={"move": form}, status=422)


@require_POST
@needs("visit.manage")
def cancel_visit(request: HttpRequest, number: str) -> HttpResponse:
    """Call a visit off."""
    visit = visit_or_404(request, number)
    actor = actor_or_refuse(request.user, "visit.manage", visit, on=timezone.localdate())
    form = CancelVisitForm(request.POST)
    if form.is_valid():
        try:
            services.cancel_visit(visit=visit, actor=actor, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            messages.success(request, f"{number} 已取消。")
            return redirect("plans:visit", number=number)
    return _visit_page(request, visit, forms={"cancel": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("visit.merge")
def join(request: HttpRequest, uscc: str, number: str) -> HttpResponse:
    """Ask to go along with a reserved visit at this institution, with an item of one's own plan."""
    today = timezone.localdate()
    institution = institution_seen_by(request.user, uscc, on=today)
    if institution is None:
        raise Http404("没有这家机构，或者您无权查看。")
    host = visits_of_institution(institution.pk).filter(number=number, state="reserved", merged_with=None).first()
    if host is None or (host.pk not in _own_visits(request) and is_secret(host)):
        raise Http404("没有可以并入的这次检查。")
    offers = {
        item.pk: (item, organ)
        for organ in _organs(request)
        for item in items_open_for_tasks(organ, host.day.year)
        if is_in_scope(item, institution) and item.is_on_site
    }
    form = JoinForm(request.POST or None, items=[item for item, _ in offers.values()])
    if form.is_valid():
        item, organ = offers[form.item.pk]
        try:
            proposal = _ask(request, host, item, organ)
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{proposal.number} 已提出，等{host.organ.short_name}同意。")
            return redirect("plans:merge", number=proposal.number)
    context = {"form": form, "institution": institution, "host": host, "offers": offers}
    return render(request, "plans/join.html", context, status=422 if form.is_bound else 200)


def _own_visits(request: HttpRequest) -> set[int]:
    return set(visits_seen_by(request.user, on=timezone.localdate()).values_list("pk", flat=True))


def _organs(request: HttpRequest) -> list[Organ]:
    return list(dict.fromkeys(one.organ for one in granting(request.user, "visit.merge", timezone.localdate())))


def _ask(request: HttpRequest, host: Visit, item: PlanItem, organ: Organ) -> MergeProposal:
    today = timezone.localdate()
    return merging.ask_to_join(
        host=host,
        organ=organ,
        origin_kind=item.kind,
        origin_id=item.number,
        item=item,
        actor=actor_or_refuse(request.user, "visit.merge", organ, on=today),
        now=timezone.now(),
        today=today,
    )


@require_GET
@needs("visit.view")
def list_merges(request: HttpRequest) -> HttpResponse:
    """Proposals to make two visits one."""
    today = timezone.localdate()
    listing = MERGES.open(request.GET, path=request.path, rows=merges_seen_by(request.user, on=today))
    why = Empty("没有合并检查的提议", "两个机关或者两个事项要在相近的日子到同一家机构，系统就提议进一次门查多项事。")
    waiting = merges_waiting_for(request.user, on=today)
    return render(request, "plans/merges.html", {"listing": listing, "why_empty": why, "waiting": waiting})


def merge_or_404(request: HttpRequest, number: str) -> MergeProposal:
    """The proposal of that number, if the person may see one of its sides."""
    found: MergeProposal = get_object_or_404(merges_seen_by(request.user, on=timezone.localdate()), number=number)
    return found


@require_GET
@needs("visit.view")
def show_merge(request: HttpRequest, number: str) -> HttpResponse:
    """One proposal: both visits side by side, who has agreed, what this person may say."""
    return _merge_page(request, merge_or_404(request, number))


def _merge_page(
    request: HttpRequest, proposal: MergeProposal, *, form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    sides = sides_open_to(proposal, request.user, on=timezone.localdate())
    seen = _own_visits(request) & {proposal.host_id, proposal.guest_id}
    context = {
        "proposal": proposal,
        "state": MERGE.states[proposal.state],
        "sides": [(f"agree_{side}", merging.SIDES[side]) for side in sides],
        "pair": [
            {"title": "主查检查", "visit": proposal.host, "own": proposal.host_id in seen},
            {"title": "并入检查", "visit": proposal.guest, "own": proposal.guest_id in seen},
        ],
        "history": presenting.history_of(proposal),
        "form": form,
        "counts": proposal.guest.state in EXPECTED,
    }
    return render(request, "plans/merge.html", context, status=status)


@require_POST
@needs("visit.merge")
def answer_merge(request: HttpRequest, number: str) -> HttpResponse:
    """Consent for one side, or keep the visits apart."""
    today = timezone.localdate()
    proposal = merge_or_404(request, number)
    form = AnswerForm(request.POST)
    if form.is_valid():
        action = form.cleaned_data["action"]
        common: dict[str, Any] = {"proposal": proposal, "user": request.user, "now": timezone.now(), "today": today}
        try:
            if action == "decline":
                proposal = merging.decline(reason=form.cleaned_data["reason"], **common)
            else:
                proposal = merging.agree(side=action.removeprefix("agree_"), **common)
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            messages.success(request, f"{number}：{MERGE.states[proposal.state]}。")
            return redirect("plans:merge", number=number)
    return _merge_page(request, merge_or_404(request, number), form=form, status=422)
