"""Pages of alerts: queue, data questions, one alert, judgement, precision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import visible
from hengjian.apps.alerts import presenting, services
from hengjian.apps.alerts.following import follow_ups
from hengjian.apps.alerts.forms import JudgeForm
from hengjian.apps.alerts.listing import QUESTIONS, QUEUE
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.packet import REPORTS_SHOWN, packet_of
from hengjian.apps.alerts.pictures import pictures_of
from hengjian.apps.alerts.procedures import DISMISSAL_CODES, WAITING
from hengjian.apps.alerts.records import records_of
from hengjian.apps.alerts.selectors import (
    UNFINISHED,
    alerts_seen_by,
    precision_by_detector,
    questions,
    queue,
    state_counts,
    with_age,
)
from hengjian.apps.runs.exports import note_export
from hengjian.apps.runs.selectors import runs_seen_by
from hengjian.apps.runs.wording import title_of
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.law.scoring import tier_named
from hengjian.ui.lists import ListSpec
from hengjian.ui.parts import Action, Empty, NextStep

BULK_MOST = 200


@require_GET
@needs("alert.view")
def show_queue(request: HttpRequest) -> HttpResponse:
    """Alerts by risk and age; without a state in the URL those not ended."""
    why = Empty("没有未办结的预警", "完成一次筛查以后，发现会列在这里；已办结的在“全部”里。")
    rows = queue(alerts_seen_by(request.user, on=timezone.localdate()))
    return _list(request, QUEUE, rows, "alerts/queue.html", "预警", why)


@require_GET
@needs("alert.view")
def show_questions(request: HttpRequest) -> HttpResponse:
    """Weak findings: questions about data, which accuse nobody."""
    why = Empty("没有未办结的数据质询", "一处录入差错就能解释的发现列在这里，由机构核实。")
    rows = questions(alerts_seen_by(request.user, on=timezone.localdate()))
    return _list(request, QUESTIONS, rows, "alerts/questions.html", "数据质询", why)


def _list(
    request: HttpRequest, spec: ListSpec, rows: QuerySet[Alert], template: str, title: str, why: Empty
) -> HttpResponse:
    counts = state_counts(rows)
    areas = list(rows.order_by("organ__path").values_list("organ_id", "organ__short_name").distinct())
    rows = with_age(rows, now=timezone.now())
    shown = rows if request.GET.get("state") else rows.filter(state__in=UNFINISHED)
    listing = spec.open(
        request.GET,
        path=request.path,
        rows=shown,
        choices={"area": [(str(pk), name) for pk, name in areas]},
        view_counts=counts,
    )
    if listing.wants_export:
        note_export(request, title, rows=listing.total)
        return listing.export(title, now=timezone.now())
    may_ask = visible(request.user, "alert.judge", rows.filter(state="open"), on=timezone.localdate()).exists()
    context = {"listing": listing, "why_empty": why, "counts": counts, "may_ask": may_ask}
    return render(request, template, context)


def _alert(request: HttpRequest, number: str) -> Alert:
    alert: Alert = get_object_or_404(alerts_seen_by(request.user, on=timezone.localdate()), number=number)
    return alert


@require_GET
@needs("alert.view")
def show_alert(request: HttpRequest, number: str) -> HttpResponse:
    """One alert: its evidence packet and the judgement that this person may give now."""
    return _page(request, _alert(request, number))


def _page(request: HttpRequest, alert: Alert, *, form: JudgeForm | None = None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    moves = services.actions_for(alert, request.user, on=today)
    packet = packet_of(alert)
    standing = presenting.next_text(alert, mine=bool(moves))
    seen = alerts_seen_by(request.user, on=today)
    found = precision_by_detector(seen.filter(detector=alert.detector))
    runs = {alert.run.number, alert.last_run.number}
    in_view = set(runs_seen_by(request.user, on=today).filter(number__in=runs).values_list("number", flat=True))
    context: dict[str, Any] = {
        "alert": alert,
        "tags": presenting.tags_of(alert),
        "packet": packet,
        "reports": [packet.numbers.get(one, one) for one in alert.report_ids[:REPORTS_SHOWN]],
        "reports_more": max(0, len(alert.report_ids) - REPORTS_SHOWN),
        "law": presenting.law_of(alert),
        "sure": presenting.how_sure(alert, packet, found[0] if found else None),
        "peers": presenting.peers_of(alert),
        "tier": tier_named(str(alert.evidence.get("tier", ""))),
        "uncounted": alert.evidence.get("uncounted", ""),
        "ticks": presenting.ticks_of(packet),
        "origin": presenting.origin_of(alert, in_view),
        "history": presenting.history_of(alert),
        "form": (form or JudgeForm(None, moves=moves, state=alert.state)) if moves else None,
        "next_step": NextStep(standing, action=Action("去研判", "#judge"))
        if moves and alert.state in WAITING
        else None,
        "standing": standing,
        "follow_ups": follow_ups(alert, request.user, on=today),  # type: ignore[arg-type]
        "code": DISMISSAL_CODES.get(alert.reason_code, ""),
    }
    return render(request, "alerts/show.html", context, status=status)


@require_POST
@needs("alert.view")
def judge(request: HttpRequest, number: str) -> HttpResponse:
    """Take one judgement; what was typed stays when it is refused."""
    today = timezone.localdate()
    alert = _alert(request, number)
    moves = services.actions_for(alert, request.user, on=today)
    form = JudgeForm(request.POST, moves=moves, state=alert.state)
    asked = request.POST.get("action", "")
    if asked and asked not in {move.action for move in moves}:
        return _refused_move(request, alert, asked)
    if not form.is_valid():
        return _page(request, alert, form=form, status=422)
    try:
        services.judge_alert(
            pk=alert.pk,
            action=asked,
            user=request.user,
            on=today,
            now=timezone.now(),
            seen_state=form.cleaned_data["seen_state"],
            reason=form.cleaned_data["reason"],
            reason_code=form.cleaned_data.get("reason_code", ""),
            rows=alerts_seen_by(request.user, on=today),
        )
    except DomainError as error:
        field = _field_of(error)
        form.add_error(field if field in form.fields else None, error.sentence)
        fresh = _alert(request, number)
        return _page(request, fresh, form=form, status=409 if isinstance(error, IllegalMove) else 422)
    messages.success(request, f"{alert.number} 已记录。")
    return redirect("alerts:show", number=number)


def _refused_move(request: HttpRequest, alert: Alert, action: str) -> HttpResponse:
    """A move that the page did not offer: let the service say why not, or that the person lacks the right."""
    services.judge_alert(
        pk=alert.pk,
        action=action,
        user=request.user,  # type: ignore[arg-type]
        on=timezone.localdate(),
        now=timezone.now(),
        seen_state=request.POST.get("seen_state", ""),
        reason=request.POST.get("reason", ""),
        reason_code=request.POST.get("reason_code", ""),
        rows=alerts_seen_by(request.user, on=timezone.localdate()),
    )
    return redirect("alerts:show", number=alert.number)


def _field_of(error: DomainError) -> str | None:
    """The form's field that an error is about: the first missing fact, or the field it names."""
    where = error.where or {}
    missing = where.get("missing")
    if isinstance(missing, list) and missing:
        return str(missing[0])
    return str(where["field"]) if "field" in where else None


@require_POST
@needs("alert.judge")
def ask_many(request: HttpRequest) -> HttpResponse:
    """Ask the institutions for data on several alerts at once, with one sentence."""
    today = timezone.localdate()
    back = "alerts:questions" if request.POST.get("from") == "questions" else "alerts:queue"
    pks = [int(pk) for pk in request.POST.getlist("selected") if pk.isascii() and pk.isdigit()][:BULK_MOST]
    if not pks:
        messages.error(request, "没有选中任何一条。请先在列表左边勾选。")
        return redirect(back)
    try:
        done = services.judge_many(
            rows=alerts_seen_by(request.user, on=today),
            pks=pks,
            action="request_data",
            user=request.user,  # type: ignore[arg-type]
            on=today,
            now=timezone.now(),
            reason=request.POST.get("reason", ""),
        )
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect(back)
    if done.moved:
        messages.success(request, f"{done.moved} 条已要求机构补充。")
    for number, sentence in done.refused[:5]:
        messages.warning(request, f"{number} 没有办：{sentence}")
    return redirect(back)


@require_GET
@needs("alert.view")
def show_pictures(request: HttpRequest, number: str) -> HttpResponse:
    """The pictures of one alert: a part of its page, or a page of its own without script."""
    alert = _alert(request, number)
    asked = request.GET.get("pair", "1")
    pair = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    shown = pictures_of(alert, pair=pair)
    drawn = packet_of(alert).figure if not shown.pictures and not shown.vectors else None
    whole = not request.htmx  # type: ignore[attr-defined]
    context = {"alert": alert, "shown": shown, "drawn": drawn, "whole": whole}
    return render(request, "alerts/pictures_page.html" if whole else "alerts/pictures.html", context)


@require_GET
@needs("alert.view")
def show_records(request: HttpRequest, number: str) -> HttpResponse:
    """The accused reports side by side as they were screened; asked for by the alert's page after it is shown."""
    alert = _alert(request, number)
    context = {"alert": alert, "records": records_of(alert)}
    return render(request, "alerts/records.html" if request.htmx else "alerts/records_page.html", context)  # type: ignore[attr-defined]


@require_GET
@needs("alert.view")
def by_key(request: HttpRequest, key: str) -> HttpResponse:
    """The alert of a finding key: where a run's list of findings leads."""
    rows = alerts_seen_by(request.user, on=timezone.localdate())
    alert = get_object_or_404(rows, finding_key=key)
    return redirect("alerts:show", number=alert.number)


@require_GET
@needs("alert.view")
def show_precision(request: HttpRequest) -> HttpResponse:
    """How often each detector was right, by what people judged."""
    found = precision_by_detector(alerts_seen_by(request.user, on=timezone.localdate()))
    lines = [
        {
            "of": one,
            "title": title_of(one.detector),
            "interval": one.interval,
            "codes": "，".join(f"{DISMISSAL_CODES.get(code, code)} {n}" for code, n in sorted(one.by_code.items())),
        }
        for one in found
    ]
    return render(request, "alerts/precision.html", {"lines": lines})
