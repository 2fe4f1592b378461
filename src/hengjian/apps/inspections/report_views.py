"""Pages of report sampling: draw, trace, verify."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from hengjian.apps.accounts.gates import needs
from hengjian.apps.inspections import sampling, services
from hengjian.apps.inspections.forms import SampleForm, TraceForm
from hengjian.apps.inspections.pages import clock, common, task_of, today, tried, user_of
from hengjian.apps.inspections.selectors import sampled_of
from hengjian.apps.inspections.storage import read_kept
from hengjian.apps.inspections.tracing import ANSWERS, STATES
from hengjian.law.inspecting import report_weights

TAGS = {"found": "ok", "missing": "warn", "contradiction": "bad"}


@require_http_methods(["GET", "POST"])
@needs("inspection.view")
def reports(request: HttpRequest, number: str) -> HttpResponse:
    """Drawn reports with where they disagree; a form to draw."""
    task = task_of(request, number)
    weights = report_weights(today())
    initial = {
        "size": weights.default_size,
        "window_from": today() - timedelta(days=30 * weights.window_months + 5),
        "window_to": today(),
    }
    form = SampleForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        made, status = tried(
            form, lambda: services.sample_reports(inspection=task, user=user_of(request), **form.given, **clock())
        )
        if made is not None:
            messages.success(request, f"从 {made.listed} 份报告中抽出 {made.size} 份。")
            return redirect("inspections:reports", number=number)
    rows = [
        {"report": one, "told": _told(one.traced), "answered": len(one.traced["answers"])} for one in sampled_of(task)
    ]
    page = common(request, task) | {
        "form": form,
        "rows": rows,
        "samples": task.samples.select_related("by"),
        "weights": weights,
    }
    return render(request, "inspections/reports.html", page, status=status)


def _told(traced: dict[str, list[dict[str, str]]]) -> list[tuple[str, str]]:
    """(tag, words) of steps that are missing or contradict."""
    return [
        (TAGS[one["state"]], f"{one['label']}{STATES[one['state']]}")
        for one in traced["steps"]
        if one["state"] != "found"
    ]


@require_http_methods(["GET", "POST"])
@needs("inspection.view")
def report(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One drawn report: every step with what the data say, and what the officer sees."""
    task = task_of(request, number)
    drawn = get_object_or_404(task.reports, pk=pk)
    sent = TraceForm(request.POST) if request.method == "POST" else None
    status = 200
    if sent is not None:
        status = 422
        if sent.is_valid():
            done, status = tried(
                sent,
                lambda: services.trace_report(
                    inspection=task, report_id=drawn.report_id, user=user_of(request), **sent.given, **clock()
                ),
            )
            if done is not None:
                return redirect(f"{request.path}#{sent.given['step']}")
    lines = []
    for step in drawn.traced["steps"]:
        answer = drawn.traced["answers"].get(step["key"])
        mine = sent if sent is not None and sent.data.get("step") == step["key"] else None
        form = mine or TraceForm(
            initial={
                "step": step["key"],
                "answer": answer["answer"] if answer else "",
                "note": answer["note"] if answer else "",
            },
            auto_id=f"id_{step['key']}_%s",
        )
        lines.append(
            {
                "step": step,
                "tag": (TAGS[step["state"]], STATES[step["state"]]),
                "answer": answer,
                "form": form,
                "said": ANSWERS.get(answer["answer"], "") if answer else "",
            }
        )
    page = common(request, task) | {"report": drawn, "lines": lines, "findings": drawn.findings.filter(state="found")}
    return render(request, "inspections/report.html", page, status=status)


@require_GET
@needs("inspection.view")
def sample(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The proof of one drawing: list, seed, and the drawing repeated now."""
    task = task_of(request, number)
    found = get_object_or_404(task.samples.select_related("by", "inspection"), pk=pk)
    page = common(request, task) | {
        "sample": found,
        "differences": sampling.differences(found),
        "rows": found.reports.all(),
    }
    return render(request, "inspections/sample.html", page)


@require_GET
@needs("inspection.view")
def sample_list(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The frozen list as it was hashed."""
    found = get_object_or_404(task_of(request, number).samples, pk=pk)
    content = read_kept(found.list_path, found.list_sha256, "冻结的报告名单")
    answer = HttpResponse(content, content_type="text/tab-separated-values; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{number}-{found.list_sha256[:8]}.tsv"'
    return answer
