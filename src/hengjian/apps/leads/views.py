"""Pages of leads: the list, search, one lead with the moves open to this person, likeness, series."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may
from hengjian.apps.leads import acting, joining, presenting, services
from hengjian.apps.leads.following import follow_ups
from hengjian.apps.leads.forms import FORMS, MoveForm
from hengjian.apps.leads.listing import AGES, backlog, lead_spec, state_counts, state_tag, with_due
from hengjian.apps.leads.models import Lead, Series
from hengjian.apps.leads.procedures import ENDED
from hengjian.apps.leads.respondents import candidates
from hengjian.apps.leads.searching import search_leads
from hengjian.apps.leads.selectors import UNFINISHED, actions_for, leads_seen_by, organs_reached
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Empty


@require_GET
@needs("lead.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Leads by receipt; without a state in the URL those that have no answer yet."""
    today = timezone.localdate()
    rows = leads_seen_by(request.user, on=today)
    found = state_counts(rows)
    organs = list(rows.order_by("organ__path").values_list("organ_id", "organ__short_name").distinct())
    listing = lead_spec(today).open(
        request.GET,
        path=request.path,
        rows=with_due(rows if request.GET.get("state") else rows.filter(state__in=UNFINISHED)),
        choices={"organ": [(str(pk), name) for pk, name in organs]},
        view_counts=found,
    )
    if listing.wants_export:
        note_list_export(request=request, permission="lead.view", what="线索", rows=listing.total, now=timezone.now())
        return listing.export("线索", now=timezone.now())
    context = {
        "listing": listing,
        "counts": found,
        "may_register": bool(may(request.user, "lead.register", on=today)),
        "why_empty": Empty(
            "没有未答复的线索" if found["all"] else "还没有线索",
            "来信、来电、热线工单、筛查预警、检查发现都登记成线索；已答复的在“全部”里。",
        ),
    }
    return render(request, "leads/list.html", context)


@require_GET
@needs("lead.view")
def search(request: HttpRequest) -> HttpResponse:
    """Leads in which everything typed stands, the newest fifty."""
    today = timezone.localdate()
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    context: dict[str, Any] = {"typed": typed, "asked": bool(typed)}
    if typed:
        try:
            context["rows"] = [
                {"lead": lead, "tag": state_tag(lead)} for lead in search_leads(request.user, typed, on=today)
            ]
        except DomainError as error:
            context["fault"] = error.sentence
            return render(request, "leads/search.html", context, status=422)
    return render(request, "leads/search.html", context)


@require_GET
@needs("lead.view")
def show_backlog(request: HttpRequest) -> HttpResponse:
    """Every lead ends in an answer: what has none yet, by organ and age."""
    today = timezone.localdate()
    rows = Lead.objects.filter(organ_id__in=organs_reached(request.user, on=today))
    lines = backlog(rows, today=today)
    answered = rows.filter(answered_on__year=today.year).count()
    totals = [sum(line["ages"][number] for line in lines) for number in range(len(AGES))]
    oldest = rows.filter(state__in=UNFINISHED).order_by("received_on", "pk").select_related("organ", "responsible")
    context = {
        "lines": [line | {"url": f"{reverse('leads:list')}?state=unfinished&organ={line['organ']}"} for line in lines],
        "ages": [label for _, label in AGES],
        "totals": totals,
        "total": sum(line["n"] for line in lines),
        "old": sum(totals[3:]),
        "answered": answered,
        "oldest": [
            {"lead": lead, "tag": state_tag(lead), "days": (today - lead.received_on).days} for lead in oldest[:20]
        ],
        "year": today.year,
    }
    return render(request, "leads/backlog.html", context)


def _lead(request: HttpRequest, number: str) -> Lead:
    rows = leads_seen_by(request.user, on=timezone.localdate())
    lead: Lead = get_object_or_404(
        rows.select_related("series", "merged_into", "organ__parent", "triaged_by", "proposed_by"), number=number
    )
    return lead


@require_GET
@needs("lead.view")
def show_lead(request: HttpRequest, number: str) -> HttpResponse:
    """One lead: what it says, who is competent, what is like it, and what this person may do now."""
    return _page(request, _lead(request, number))


def _page(
    request: HttpRequest, lead: Lead, *, tried: tuple[str, MoveForm] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    user: Any = request.user
    rows = leads_seen_by(user, on=today)
    moves = [move for move in actions_for(lead, user, on=today) if move.action in FORMS]
    clocks = presenting.clocks_shown(lead)
    moves = presenting.fitting(moves, lead, clocks)
    primary = presenting.primary_of(moves, lead)
    proposal = presenting.proposal_of(lead, on=today)
    others = presenting.other_sides(lead)
    in_view = set(rows.filter(pk__in=others).order_by().values_list("pk", flat=True)) if others else set()
    context = {
        "lead": lead,
        "tag_kind": state_tag(lead),
        "next_step": presenting.next_step(lead, primary, proposal),
        "steps": presenting.steps_of(lead),
        "panels": presenting.panels_of(lead, moves, user, on=today, primary=primary, tried=tried),
        "proposal": proposal,
        "proposal_sure": presenting.percent(proposal.found.sure) if proposal else "",
        "settled_sure": presenting.percent(lead.triage["sure"]) if lead.outcome and lead.triage else "",
        "likenesses": presenting.likenesses(lead, in_view),
        "may_merge": bool(may(user, "lead.merge", lead, on=today)),
        "handings": lead.handings.select_related("from_organ", "to_organ", "body", "superior", "sent_by"),
        "answers": lead.answers.all(),
        "merged": lead.merged.order_by("pk"),
        "facts": presenting.facts_of(lead, on=today),
        "clocks": clocks,
        "named": candidates(lead.respondent_name) if lead.institution is None else [],
        "may_link": lead.state not in ENDED and bool(may(user, "lead.triage", lead, on=today)),
        "history": presenting.history_of(lead),
        "follow_ups": follow_ups(lead, user, on=today),
    }
    return render(request, "leads/show.html", context, status=status)


@require_POST
@needs("lead.view")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Take one move; what was typed stays when it is refused."""
    if action not in FORMS:
        raise Http404
    lead = _lead(request, number)
    today = timezone.localdate()
    user: Any = request.user
    form = presenting.form_for(action, lead, user, on=today, data=request.POST)
    offered = action in {move.action for move in actions_for(lead, user, on=today)}
    if offered and not form.is_valid():
        return _page(request, lead, tried=(action, form), status=422)
    rows = leads_seen_by(user, on=today)
    try:
        acting.make_move(action, form, rows=rows, lead=lead, user=user, now=timezone.now(), offered=offered)
    except DomainError as error:
        if not offered:
            raise
        named = str((error.where or {}).get("field", ""))
        field = "field" if named == "fields" else named
        sentence = f"{error.sentence}（{error.article}）" if error.article else error.sentence
        form.add_error(field if field in form.fields else None, sentence)
        return _page(
            request,
            _lead(request, number),
            tried=(action, form),
            status=409 if isinstance(error, IllegalMove) else 422,
        )
    messages.success(request, f"{lead.number} 已记录：{presenting.LABELS[action]}。")
    if not leads_seen_by(user, on=today).filter(pk=lead.pk).exists():
        return redirect("leads:list")
    return redirect("leads:show", number=number)


@require_POST
@needs("lead.view")
def decide(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Accept a likeness (merge or series), reject it or take that back."""
    lead = _lead(request, number)
    user: Any = request.user
    kind = request.POST.get("kind", "")
    action = {"reject": "reject", "undo": "undo"}.get(kind, "accept")
    try:
        joining.decide_likeness(
            rows=leads_seen_by(user, on=timezone.localdate()),
            pk=pk,
            action=action,
            user=user,
            now=timezone.now(),
            reason=request.POST.get("reason", ""),
            kind=kind if action == "accept" else "",
            main_pk=_other(lead, pk),
        )
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{lead.number} 已记录。")
    return redirect(f"{reverse('leads:show', args=[number])}#likeness")


def _other(lead: Lead, pk: int) -> int | None:
    """The lead that stays: the other one of the pair."""
    for one in presenting.likenesses_of(lead):
        if one.pk == pk:
            return int(one.other_id if one.lead_id == lead.pk else one.lead_id)
    return None


@require_POST
@needs("lead.view")
def link(request: HttpRequest, number: str) -> HttpResponse:
    """Say which institution of the register the lead is about, by its code."""
    lead = _lead(request, number)
    user: Any = request.user
    today = timezone.localdate()
    code = request.POST.get("uscc", "").replace("\x00", "").strip().upper()
    found = Institution.objects.filter(uscc=code, merged_into=None).first() if code else None
    if code and found is None:
        messages.error(request, f"登记册里没有统一社会信用代码为“{code[:20]}”的机构。")
        return redirect("leads:show", number=number)
    try:
        services.link_institution(
            rows=leads_seen_by(user, on=today),
            pk=lead.pk,
            institution=found,
            user=user,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{lead.number} 已记录：{found.name if found else '不是登记的机构'}。")
    return redirect("leads:show", number=number)


@require_POST
@needs("lead.view")
def leave_series(request: HttpRequest, number: str) -> HttpResponse:
    """Take a lead out of its series."""
    lead = _lead(request, number)
    user: Any = request.user
    try:
        rows = leads_seen_by(user, on=timezone.localdate())
        joining.leave_series(
            rows=rows, pk=lead.pk, user=user, now=timezone.now(), reason=request.POST.get("reason", "")
        )
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{lead.number} 已移出线索串。")
    return redirect("leads:show", number=number)


@require_GET
@needs("lead.view")
def show_series(request: HttpRequest, number: str) -> HttpResponse:
    """The leads of one series that this person may see."""
    rows: QuerySet[Lead] = leads_seen_by(request.user, on=timezone.localdate()).filter(series__number=number)
    leads = list(rows.order_by("received_on", "pk"))
    if not leads:
        raise Http404
    series = get_object_or_404(Series.objects.select_related("organ", "created_by"), number=number)
    context = {
        "series": series,
        "rows": [{"lead": lead, "tag": state_tag(lead)} for lead in leads],
        "unanswered": sum(lead.state in UNFINISHED for lead in leads),
    }
    return render(request, "leads/series.html", context)
