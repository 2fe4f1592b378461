"""Pages of calibrations: versions, one version line by line, and how right the detectors are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.calibrations import services
from hengjian.apps.calibrations.accuracy import accuracy_for
from hengjian.apps.calibrations.forms import OpinionForm, ReasonForm
from hengjian.apps.calibrations.models import Calibration
from hengjian.apps.calibrations.policies import PROPOSE, VIEW
from hengjian.apps.calibrations.procedures import CALIBRATION, EXPLAINED
from hengjian.apps.calibrations.selectors import actions_for, calibrations_seen_by, organs_to_calibrate
from hengjian.apps.inspections.random_leg import years_drawn
from hengjian.apps.inspections.random_leg_estimates import field_label
from hengjian.apps.runs.wording import title_of
from hengjian.engines.screening.weights import weights_file
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, Refused
from hengjian.ui.parts import Tab

LABELS = {move.action: move.label for move in CALIBRATION.moves}
TAGS = {
    "draft": "", "submitted": "warn", "in_force": "ok", "superseded": "line", "stopped": "line", "withdrawn": "line",
}  # fmt: skip
PRIMARY = ("approve", "submit")
SHOWN = 100


@require_GET
@needs(VIEW)
def show_list(request: HttpRequest) -> HttpResponse:
    """All versions, the newest first."""
    today = timezone.localdate()
    rows = calibrations_seen_by(request.user, on=today)[:SHOWN]
    context = {
        "rows": [(row, TAGS[row.state]) for row in rows],
        "organs": organs_to_calibrate(request.user, on=today),
    }
    return render(request, "calibrations/list.html", context)


@require_POST
@needs(PROPOSE)
def propose(request: HttpRequest) -> HttpResponse:
    """Count the judgements up to now and keep what follows as a draft."""
    today = timezone.localdate()
    organs = {str(one.pk): one for one in organs_to_calibrate(request.user, on=today)}
    chosen = request.POST.get("organ", "") or next(iter(organs), "")
    if chosen not in organs:
        raise NotAllowed("您不能为这个机关拟定校准。")
    user: Any = request.user
    try:
        row = services.propose_calibration(organ=organs[chosen], user=user, on=today, now=timezone.now())
    except (Refused, IllegalMove) as error:
        messages.error(request, error.sentence)
        return redirect("calibrations:list")
    messages.success(request, f"已按研判结果算出 {row.number}，请核对后提请审定。")
    return redirect("calibrations:show", number=row.number)


def _row(request: HttpRequest, number: str) -> Calibration:
    found: Calibration = get_object_or_404(calibrations_seen_by(request.user, on=timezone.localdate()), number=number)
    return found


@require_GET
@needs(VIEW)
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One version with every line, and what this person may do with it now."""
    return _page(request, _row(request, number))


def _page(
    request: HttpRequest, row: Calibration, *, tried: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    moves = actions_for(row, user, on=timezone.localdate())
    primary = next((one for one in PRIMARY if one in {move.action for move in moves}), "")
    panels = [
        {
            "action": move.action,
            "label": move.label,
            "basis": move.basis,
            "form": tried[1] if tried and tried[0] == move.action else _form(move.action),
            "open": move.action == primary or bool(tried and tried[0] == move.action),
            "url": reverse("calibrations:act", args=[row.number, move.action]),
        }
        for move in sorted(moves, key=lambda move: move.action != primary)
    ]
    context = {
        "row": row,
        "tag_kind": TAGS[row.state],
        "lines": [_line(one) for one in row.lines],
        "panels": panels,
        "may_take": bool(services.weights_of(row)),
        "facts": _facts(row),
    }
    return render(request, "calibrations/show.html", context, status=status)


def _facts(row: Calibration) -> list[tuple[str, str]]:
    def act_of(person: Any, at: Any) -> str:
        return f"{person.name}　{timezone.localtime(at):%Y-%m-%d}" if person else "—"

    return [
        ("机关", row.organ.name),
        ("拟定", act_of(row.proposed_by, row.proposed_at)),
        ("审定", act_of(row.decided_by, row.decided_at)),
        ("拟定时生效的版本", row.based_on or "检测器自带的权重"),
        ("研判截至", f"{timezone.localtime(row.judged_until):%Y-%m-%d %H:%M}"),
    ]


def _line(one: dict[str, Any]) -> dict[str, Any]:
    """A stored line with its words; percentages for people."""
    return one | {
        "title": title_of(one["detector"]),
        "field_label": field_label(one["field"]) if one["field"] else "全部领域",
        "percent": f"{float(one['share']):.1%}",
        "interval": f"{float(one['low']):.1%}–{float(one['high']):.1%}",
    }


def _form(action: str, data: Any = None) -> Any:
    return (ReasonForm if action in EXPLAINED else OpinionForm)(data, prefix=action)


@require_POST
@needs(VIEW)
def take_weights(request: HttpRequest, number: str) -> HttpResponse:
    """The weights of a version that has been approved, for `hengjian screen --weights`; who took them is on record."""
    row = _row(request, number)
    user: Any = request.user
    values = services.take_weights(row=row, user=user, on=timezone.localdate(), now=timezone.now())
    answer = JsonResponse(weights_file(row.number, values), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{row.number}-weights.json"'
    return answer


@require_POST
@needs(VIEW)
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One step."""
    if action not in LABELS or action == "supersede":
        raise Http404
    row = _row(request, number)
    today = timezone.localdate()
    user: Any = request.user
    offered = {move.action for move in actions_for(row, user, on=today)}
    form = _form(action, request.POST)
    if action in offered and not form.is_valid():
        return _page(request, row, tried=(action, form), status=422)
    form.full_clean()
    reason = getattr(form, "cleaned_data", {}).get("reason", "")
    try:
        services.decide_calibration(row=row, action=action, reason=reason, user=user, on=today, now=timezone.now())
    except DomainError as error:
        if action not in offered:
            raise
        field = str((error.where or {}).get("field", ""))
        form.add_error(field if field in form.fields else None, error.sentence)
        fresh = _row(request, number)
        return _page(request, fresh, tried=(action, form), status=409 if isinstance(error, IllegalMove) else 422)
    messages.success(request, f"{row.number} 已记录：{LABELS[action]}。")
    return redirect("calibrations:show", number=number)


@require_GET
@needs(VIEW)
def show_accuracy(request: HttpRequest) -> HttpResponse:
    """Precision by judgements and recall by the random leg, with intervals and numbers."""
    today = timezone.localdate()
    years = years_drawn(request.user, on=today)
    asked = request.GET.get("year", "")
    year = next((one for one in years if str(one) == asked), (years or [today.year])[0])
    found = accuracy_for(request.user, year=year, on=today)
    base = reverse("calibrations:accuracy")
    context = {
        "found": found,
        "tables": (
            ("detector", "按检测器", "检测器", found.detectors),
            ("field", "按领域", "领域", found.fields),
            ("organ", "按机关", "机关", found.organs),
        ),
        "year_tabs": [Tab(f"{one} 年", f"{base}?{urlencode({'year': one})}", one == year) for one in years],
    }
    return render(request, "calibrations/accuracy.html", context)
