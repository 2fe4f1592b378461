"""Pages of graded response: the list, drafting, one measure with the moves open to this person."""

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
from hengjian.apps.documents.selectors import documents_of
from hengjian.apps.measures import services
from hengjian.apps.measures.acting import make_move
from hengjian.apps.measures.following import register_failed
from hengjian.apps.measures.forms import FORMS, MeasureForm
from hengjian.apps.measures.listing import measures_spec, standing_tag
from hengjian.apps.measures.models import Measure
from hengjian.apps.measures.procedures import MEASURE, UNFINISHED, WITH_INSTITUTION
from hengjian.apps.measures.selectors import actions_for, is_institution, measures_seen_by
from hengjian.apps.measures.sources import Source, source_of
from hengjian.apps.record.selectors import events_of
from hengjian.apps.record.wording import verb_label
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Empty, Event, Step
from hengjian.ui.wording import iso_date

PRIMARY = ("propose", "approve", "issue", "hold", "answer", "verify")
LABELS = {move.action: move.label for move in MEASURE.moves}


@require_GET
@needs("measure.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Measures, those with a limit first."""
    today = timezone.localdate()
    rows = measures_seen_by(request.user, today)
    counts = {
        "open": rows.filter(state__in=UNFINISHED).count(),
        "late": rows.filter(state__in=WITH_INSTITUTION, limit__lt=today).count(),
    }
    listing = measures_spec(today).open(request.GET, path=request.path, rows=rows, view_counts=counts)
    if listing.wants_export:
        now = timezone.now()
        note_list_export(request=request, permission="measure.view", what="分级处置", rows=listing.total, now=now)
        return listing.export("分级处置", now=now)
    why = Empty(
        "还没有分级处置", "在线索、检查发现、整改事项、预警或者机构档案上作出；不够处罚的，先指导、提醒、约谈。"
    )
    context = {
        "listing": listing,
        "counts": counts,
        "why_empty": why,
        "institution": is_institution(request.user, on=today),
    }
    return render(request, "measures/list.html", context)


def _source(request: HttpRequest) -> Source:
    kind, _, ref = request.GET.get("from", "").replace("\x00", "").partition(":")
    found = source_of(request.user, kind, ref[:60], on=timezone.localdate())
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@needs("measure.draft")
def draft(request: HttpRequest) -> HttpResponse:
    """Draft a measure from a lead, a finding, a problem, an alert, or towards an institution."""
    source = _source(request)
    today, now = timezone.localdate(), timezone.now()
    initial = {"title": source.title[:200], "facts": source.facts, "violation_id": source.violation_id}
    form = MeasureForm(request.POST or None, initial={"kind": "order" if source.violation_id else "reminder"} | initial)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            row = services.draft_measure(
                organ=source.organ,
                institution=source.institution,
                origin=source.origin,
                user=user,
                now=now,
                today=today,
                **form.values(),
            )
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, f"已拟定 {row.number}，核对后报请批准。")
            return redirect("measures:show", number=row.number)
    context = {"form": form, "source": source, "row": None}
    return render(request, "measures/draft.html", context, status=422 if form.errors else 200)


def _place(form: Any, error: DomainError) -> None:
    field = str((error.where or {}).get("field", ""))
    field = "planned_on" if field == "planned_at" else field
    form.add_error(field if field in form.fields else None, error.sentence)


def _row(request: HttpRequest, number: str) -> Measure:
    found: Measure = get_object_or_404(measures_seen_by(request.user, timezone.localdate()), number=number)
    return found


@require_http_methods(["GET", "POST"])
@needs("measure.draft")
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change a draft."""
    row = _row(request, number)
    today, now = timezone.localdate(), timezone.now()
    at = timezone.localtime(row.planned_at) if row.planned_at else None
    initial = {name: getattr(row, name) for name in ("kind", "title", "facts", "requirement", "violation_id", "limit")}
    initial |= {"place": row.place, "planned_on": at and at.date(), "planned_time": at and at.strftime("%H:%M")}
    form = MeasureForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            services.edit_measure(row=row, values=form.values(), user=user, now=now, today=today)
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("measures:show", number=number)
    return render(request, "measures/draft.html", {"form": form, "row": row}, status=422 if form.errors else 200)


@require_GET
@needs("measure.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One measure: why, what was asked, what came of it, and what this person may do now."""
    return _page(request, _row(request, number))


def _page(
    request: HttpRequest, row: Measure, *, tried: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    user: Any = request.user
    institution = is_institution(user, on=today)
    moves = [move for move in actions_for(row, user, on=today) if move.action in FORMS]
    primary = next((one for one in PRIMARY if one in {move.action for move in moves}), "")
    panels = [
        {
            "action": move.action,
            "label": move.label,
            "form": tried[1] if tried and tried[0] == move.action else FORMS[move.action](prefix=move.action),
            "open": move.action == primary or bool(tried and tried[0] == move.action),
            "url": reverse("measures:act", args=[row.number, move.action]),
        }
        for move in sorted(moves, key=lambda move: move.action != primary)
    ]
    context = {
        "row": row,
        "institution": institution,
        "tag_kind": standing_tag(row, today),
        "steps": _steps(row),
        "panels": panels,
        "facts": _facts(row),
        "documents": documents_of(row),
        "history": [] if institution else _history(row),
        "may_edit": row.state == "draft" and any(m.action == "edit" for m in actions_for(row, user, on=today)),
        "may_follow": row.state == "failed" and not row.lead_number and not institution,
        "lead_url": reverse("leads:show", args=[row.lead_number]) if row.lead_number and not institution else "",
    }
    return render(request, "measures/show.html", context, status=status)


def _steps(row: Measure) -> list[Step]:
    if row.state == "dropped":
        return [Step("拟定", "done"), Step("撤销", "now")]
    place = {"draft": 0, "proposed": 1, "approved": 2, "issued": 3, "held": 3, "answered": 4, "closed": 6, "failed": 5}
    labels = [
        ("拟定", iso_date(row.drafted_at.date())),
        ("批准", row.approved_by.name if row.approved_by else ""),
        ("送达", iso_date(row.served_on) if row.served_on else ""),
        ("约谈" if row.kind == "interview" and row.state == "issued" else "机构落实", ""),
        ("核实", ""),
        ("没有改正" if row.state == "failed" else "办结", iso_date(row.ended_on) if row.ended_on else ""),
    ]
    here = place[row.state]
    return [
        Step(label, "done" if index < here else "now" if index == here else "", note)
        for index, (label, note) in enumerate(labels)
    ]


def _facts(row: Measure) -> list[tuple[str, str]]:
    found = [
        ("机关", row.organ.name),
        ("承办人", row.drafted_by.name),
        ("批准人", row.approved_by.name if row.approved_by else "—"),
        ("依据", row.basis),
        ("送达", f"{iso_date(row.served_on)}　{row.recipient}" if row.served_on else "—"),
        ("期限", iso_date(row.limit) if row.limit else "没有定期限"),
    ]
    if row.violation_id:
        found.append(("违法行为", row.violation_id))
    if row.verified_by:
        found.append(("核实人", row.verified_by.name))
    return found


def _history(row: Measure) -> list[Event]:
    rows = events_of(Measure._meta.label_lower, row.pk)
    return [Event(one.at, f"{one.actor_name}：{verb_label(one.verb)}", "act", one.reason) for one in rows]


@require_POST
@needs("measure.view")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Take one move; what was typed stays when it is refused."""
    if action not in FORMS:
        raise Http404
    row = _row(request, number)
    today, now = timezone.localdate(), timezone.now()
    user: Any = request.user
    form = FORMS[action](request.POST, prefix=action)
    offered = {move.action for move in actions_for(row, user, on=today)}
    if action in offered and not form.is_valid():
        return _page(request, row, tried=(action, form), status=422)
    form.full_clean()
    try:
        make_move(action, row, getattr(form, "cleaned_data", {}), user=user, now=now, today=today)
    except DomainError as error:
        if action not in offered:
            raise
        _place(form, error)
        return _page(
            request, _row(request, number), tried=(action, form), status=409 if isinstance(error, IllegalMove) else 422
        )
    messages.success(request, f"{row.number} 已记录：{LABELS[action]}。")
    return redirect("measures:show", number=number)


@require_POST
@needs("measure.verify")
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Register a lead because nothing was put right."""
    row = _row(request, number)
    user: Any = request.user
    lead = register_failed(row=row, user=user, now=timezone.now(), today=timezone.localdate())
    messages.success(request, f"已转为线索 {lead.number}。")
    return redirect("leads:show", number=lead.number)
