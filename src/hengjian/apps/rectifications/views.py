"""Pages of the ledger: the list, one item with the moves open to this person, evidence, numbers."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.rectifications import counts, moving, presenting
from hengjian.apps.rectifications.evidence import MEDIA, open_checked
from hengjian.apps.rectifications.forms import FORMS, AssignForm, MoveForm
from hengjian.apps.rectifications.listing import ledger_spec, standing_counts, standing_tag
from hengjian.apps.rectifications.models import Evidence, Rectification
from hengjian.apps.rectifications.overdue import STANDINGS
from hengjian.apps.rectifications.procedures import UNFINISHED
from hengjian.apps.rectifications.raising import is_due
from hengjian.apps.rectifications.selectors import actions_for, is_institution, items_seen_by
from hengjian.apps.rectifications.services import longest_days, people_for, soon_days, stamp
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.figures import heat_table
from hengjian.ui.parts import Empty, Tab


@require_GET
@needs("rectification.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Items by limit; without a state in the URL those not ended."""
    today = timezone.localdate()
    rows = items_seen_by(request.user, on=today)
    found = standing_counts(rows, today)
    organs = list(rows.order_by("organ__path").values_list("organ_id", "organ__short_name").distinct())
    listing = ledger_spec(today).open(
        request.GET,
        path=request.path,
        rows=rows if request.GET.get("state") else rows.filter(state__in=UNFINISHED),
        choices={"organ": [(str(pk), name) for pk, name in organs]},
        view_counts=found,
    )
    if listing.wants_export:
        note_list_export(
            request=request, permission="rectification.view", what="整改台账", rows=listing.total, now=timezone.now()
        )
        return listing.export("整改台账", now=timezone.now())
    context = {
        "listing": listing,
        "counts": found,
        "institution": is_institution(request.user, on=today),
        "why_empty": Empty(
            "没有未办结的整改事项" if found["all"] else "台账上还没有整改事项",
            "检查笔录闭合以后，发现的每个问题自动成为一项；已办结的在“全部”里。",
        ),
    }
    return render(request, "rectifications/list.html", context)


def _item(request: HttpRequest, number: str) -> Rectification:
    rows = items_seen_by(request.user, on=timezone.localdate())
    item: Rectification = get_object_or_404(
        rows.select_related("finding__inspection", "handled_by", "verified_by"), number=number
    )
    return item


@require_GET
@needs("rectification.view")
def show_item(request: HttpRequest, number: str) -> HttpResponse:
    """One item: what is wrong, what was asked, what was answered, and what this person may do now."""
    return _page(request, _item(request, number))


def _page(
    request: HttpRequest, item: Rectification, *, tried: tuple[str, MoveForm] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    user: Any = request.user
    institution = is_institution(user, on=today)
    moves = actions_for(item, user, on=today)
    step = presenting.next_step(item, moves, today)
    primary = next((one for one in presenting.PRIMARY if one in {move.action for move in moves}), "")
    panels = [
        {
            "action": move.action,
            "label": move.label,
            "form": tried[1] if tried and tried[0] == move.action else form_for(move.action, item, on=today),
            "open": move.action == primary or bool(tried and tried[0] == move.action),
            "url": reverse("rectifications:act", args=[item.number, move.action]),
        }
        for move in sorted(moves, key=lambda move: move.action != primary)
    ]
    replies = list(item.replies.select_related("by", "verdict_by").prefetch_related("evidence"))
    context = {
        "item": item,
        "finding": item.finding,
        "institution": institution,
        "tag_kind": standing_tag(item, today),
        "clock": presenting.limit_clock(item, today, soon_days(today)),
        "next_step": step,
        "steps": presenting.steps_of(item),
        "panels": panels,
        "turn": presenting.whose_turn(item),
        "replies": replies,
        "facts": presenting.facts_of(item, today=today, institution=institution),
        "history": presenting.history_of(item, institution=institution),
        "check": presenting.check_item_of(item),
        "task_url": presenting.task_url(item, user, on=today),
        "longest": longest_days(today),
        "today": today,
        "may_lead": not institution and is_due(item, today),
    }
    return render(request, "rectifications/show.html", context, status=status)


def form_for(action: str, item: Rectification, *, on: date, data: Any = None, files: Any = None) -> MoveForm:
    """The form of a move on this item, with the standing that the page shows."""
    options: dict[str, Any] = {"prefix": action, "initial": {"seen": stamp(item)}}
    if data is not None:
        options |= {"data": data, "files": files}
    kind = FORMS[action]
    return kind(people=people_for(item, on=on), **options) if kind is AssignForm else kind(**options)


@require_POST
@needs("rectification.view")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Take one move; what was typed stays when it is refused."""
    if action not in FORMS:
        raise Http404
    item = _item(request, number)
    today = timezone.localdate()
    form = form_for(action, item, on=today, data=request.POST, files=request.FILES)
    offered = {move.action for move in actions_for(item, request.user, on=today)}  # type: ignore[arg-type]
    if action in offered and not form.is_valid():
        return _page(request, item, tried=(action, form), status=422)
    try:
        user: Any = request.user
        rows = items_seen_by(user, on=today)
        moving.make_move(action, form, rows=rows, item=item, user=user, now=timezone.now(), offered=action in offered)
    except DomainError as error:
        if action not in offered:
            raise
        field = str((error.where or {}).get("field", ""))
        form.add_error(field if field in form.fields else None, error.sentence)
        fresh = _item(request, number)
        return _page(request, fresh, tried=(action, form), status=409 if isinstance(error, IllegalMove) else 422)
    messages.success(request, f"{item.number} 已记录：{presenting.LABELS[action]}。")
    return redirect("rectifications:show", number=number)


@require_GET
@needs("rectification.view")
def show_evidence(request: HttpRequest, number: str, pk: int) -> StreamingHttpResponse:
    """One file that was handed in, after its digest was compared; never opened inside the page."""
    item = _item(request, number)
    file = get_object_or_404(Evidence, pk=pk, reply__rectification=item)
    answer = StreamingHttpResponse(open_checked(file.sha256, file.name), content_type=MEDIA[file.kind])
    answer["Content-Length"] = file.size
    answer["Content-Disposition"] = (
        f"attachment; filename=\"evidence.{file.kind}\"; filename*=UTF-8''{quote(file.name)}"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_GET
@needs("rectification.count")
def show_numbers(request: HttpRequest) -> HttpResponse:
    """Numbers by organ, field, problem type; each opens to its rows."""
    today = timezone.localdate()
    rows = items_seen_by(request.user, on=today)
    by = request.GET.get("by", "organ")
    by = by if by in counts.GROUPINGS else "organ"
    years = sorted({day.year for day in rows.dates("found_on", "year")}, reverse=True)
    # compared as text: int() refuses thousands of digits with an error of its own
    asked = request.GET.get("year", "")
    year = next((one for one in years if str(one) == asked), None)
    period: dict[str, str] = {}
    if year:
        rows = rows.filter(found_on__year=year)
        period = {"found_from": f"{year}-01-01", "found_to": f"{year}-12-31"}
    lines = counts.count_by(rows, by, today=today)
    types, fields, matrix = counts.cross(rows)
    here = reverse("rectifications:numbers")

    def link(**more: str) -> str:
        return f"{reverse('rectifications:list')}?{urlencode({'state': 'all', **period, **more})}"

    heat = heat_table(
        "问题类型 × 领域",
        "问题类型",
        [label for _, label in types],
        [label for _, label in fields],
        matrix,
        url=lambda r, c: link(type=types[r][0], field=fields[c][0]),
    )
    context = {
        "rows": [_counted(line, by, link) for line in lines],
        "whole": _counted(counts.whole(lines), by, link) if len(lines) > 1 else None,
        "total": counts.whole(lines),
        "standings": list(STANDINGS.items()),
        "heading": counts.GROUPINGS[by][1],
        "heat": heat if len(types) and len(fields) else None,
        "year": year,
        "by_tabs": [
            Tab(label, f"{here}?{urlencode({'by': key, **({'year': year} if year else {})})}", key == by)
            for key, (_, label) in counts.GROUPINGS.items()
        ],
        "year_tabs": [
            Tab("全部年份", f"{here}?by={by}", year is None),
            *(Tab(f"{one} 年发现", f"{here}?by={by}&year={one}", one == year) for one in years),
        ],
    }
    return render(request, "rectifications/numbers.html", context)


def _counted(line: counts.Line, by: str, link: Any) -> dict[str, Any]:
    mine = {by: line.key} if line.key else {}
    return {
        "line": line,
        "total_url": link(**mine),
        "cells": [
            {"label": label, "n": line.standings[key], "url": link(**{**mine, "state": key}), "key": key}
            for key, label in STANDINGS.items()
        ],
        "late_url": link(**mine, late_answer="1"),
    }
