"""Pages of clocks: the calendar with the list by last day, one clock's derivation, correcting its start."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import may
from hengjian.apps.clocks import selectors, services
from hengjian.apps.clocks.calendars import current_calendar
from hengjian.apps.clocks.forms import CorrectForm
from hengjian.apps.clocks.listing import clock_list
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.months import month_asked, month_of, span_of
from hengjian.apps.clocks.presenting import entered_later, line_of
from hengjian.kernel.errors import DomainError, NotFound
from hengjian.law.deadlines import clock_on
from hengjian.ui.parts import Empty, Event

WHY_EMPTY = Empty("没有正在计时的事项", "事项立案、受理、送达、检查结束等起算以后，它的时限会列在这里。")


@require_GET
@needs("clock.view")
def show_calendar(request: HttpRequest) -> HttpResponse:
    """The month with what ends on each day, and all clocks by last day; `mine=1` those of the person."""
    now = timezone.now()
    today = timezone.localdate(now)
    mine = request.GET.get("mine") == "1"
    rows = (
        selectors.clocks_of_person(request.user, on=today) if mine else selectors.clocks_seen_by(request.user, on=today)
    )
    calendar = current_calendar()
    counts = selectors.counts(rows, on=today, now=now)
    first = month_asked(request.GET.get("month", ""), today)
    begins, ends = span_of(first)
    month = month_of(first, today=today, calendar=calendar, counts=selectors.by_day(rows, first=begins, last=ends))
    shown = rows if request.GET.get("state") else rows.filter(state__in=UNFINISHED)
    organs = rows.order_by("organ__path").values_list("organ_id", "organ__short_name").distinct()
    listing = clock_list(today=today, now=now, calendar=calendar).open(
        request.GET,
        path=request.path,
        rows=shown.defer("steps"),
        choices={"organ": [(str(pk), name) for pk, name in organs]},
        view_counts=counts,
    )
    context = {
        "listing": listing,
        "why_empty": WHY_EMPTY,
        "counts": counts,
        "month": month,
        "today": today,
        "mine": mine,
    }
    return render(request, "clocks/calendar.html", context)


def _clock(request: HttpRequest, pk: int) -> Clock:
    clock: Clock = get_object_or_404(selectors.clocks_seen_by(request.user, on=timezone.localdate()), pk=pk)
    return clock


@require_GET
@needs("clock.view")
def show_clock(request: HttpRequest, pk: int) -> HttpResponse:
    """One clock: how its last day is derived, what happened to it, what moved and why."""
    return _page(request, _clock(request, pk))


def _page(request: HttpRequest, clock: Clock, *, form: CorrectForm | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    line = line_of(clock, today=today, now=now, calendar=current_calendar())
    events = list(clock.events.select_related("rederivation"))
    correctable = clock.state in UNFINISHED and may(request.user, "clock.correct", clock, on=today) is not None
    empty = CorrectForm(initial={"seen": clock.started_on.isoformat()}, auto_id="id_%s")
    context = {
        "clock": clock,
        "line": line,
        "facts": _facts(clock),
        "alarms": _alarms(clock, today),
        "events": [_event(one) for one in reversed(events)],
        "earlier": [one for one in reversed(events[:-1]) if one.has_moved or one.kind == "start"][:10],
        "form": (form or empty) if correctable and clock.unit != "hours" else None,
        "overdue": _overdue_text(clock) if line.kind == "late" else "",
    }
    return render(request, "clocks/show.html", context, status=status)


def _facts(clock: Clock) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [
        ("编号", clock.rule_id, clock.get_kind_display()),
        ("依据", clock.basis),
        ("承办机关", clock.organ.name),
        ("责任人", clock.responsible.name if clock.responsible else "未指定"),
    ]
    found += [
        ("延长", f"第 {n} 次", f"{one['approver']}批准，{one['on']}") for n, one in enumerate(clock.extensions, 1)
    ]
    found += [("暂停", f"{one['first']} 至 {one['last'] or '尚未恢复'}", one["reason"]) for one in clock.pauses]
    if clock.ended_on is not None:
        entered = timezone.localdate(clock.ended_at) if clock.ended_at else None
        found.append((clock.get_state_display(), clock.ended_on.isoformat(), entered_later(clock, entered)))
    return found


def _alarms(clock: Clock, today: date) -> list[tuple[str, date, bool]]:
    marks = (("过半", clock.half_on), ("八成", clock.pressing_on), ("届满", clock.due_on))
    return [(label, day, day <= today) for label, day in marks if day is not None]


def _event(one: Any) -> Event:
    moved = one.has_moved and one.kind != "start"
    due = f"届满日 {one.due_before or '无'} → {one.due_after or '无'}" if moved else ""
    firm = "由暂定转为确定" if one.provisional_before and not one.provisional_after else ""
    note = "；".join(part for part in (one.note, due, firm, one.actor_name) if part)
    kind = {"stop": "good", "rederive": "hot" if moved else "", "start": "act"}.get(one.kind, "act")
    return Event(one.at, one.get_kind_display(), kind, note)


def _overdue_text(clock: Clock) -> str:
    if clock.kind != "rule":
        return ""
    try:
        return clock_on(clock.rule_id, clock.started_on).overdue or ""
    except NotFound:
        return ""


@require_POST
@needs("clock.view")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Take another starting day; what was typed stays when it is refused."""
    clock = _clock(request, pk)
    now = timezone.now()
    actor = actor_or_refuse(request.user, "clock.correct", clock, on=timezone.localdate(now))
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _page(request, clock, form=form, status=422)
    try:
        services.correct_start(
            clock_pk=clock.pk,
            start=form.cleaned_data["start"],
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            actor=actor,
            now=now,
        )
    except DomainError as error:
        form.add_error((error.where or {}).get("field") or None, error.sentence)
        return _page(request, _clock(request, pk), form=form, status=409)
    messages.success(request, "已更正起算，届满日重新推算过。")
    return redirect("clocks:show", pk=pk)
