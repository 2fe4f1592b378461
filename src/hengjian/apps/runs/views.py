"""Pages of screening runs and of the risk ranking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import may
from hengjian.apps.runs import listing, presenting, services
from hengjian.apps.runs.explorer import finding_rows
from hengjian.apps.runs.exports import note_export
from hengjian.apps.runs.forms import StartForm
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.outcome import FILES, output
from hengjian.apps.runs.selectors import organs_to_screen, ranked_institutions, runs_seen_by
from hengjian.kernel.errors import DomainError
from hengjian.ui.parts import Action, Empty


def _run(request: HttpRequest, number: str) -> ScreeningRun:
    run: ScreeningRun = get_object_or_404(runs_seen_by(request.user, on=timezone.localdate()), number=number)
    return run


def _may_start(request: HttpRequest, run: ScreeningRun) -> bool:
    return may(request.user, "run.start", run, on=timezone.localdate()) is not None


@require_GET
@needs("run.view")
def list_runs(request: HttpRequest) -> HttpResponse:
    """Runs of the organ and those below it, newest first."""
    today = timezone.localdate()
    may_start = bool(organs_to_screen(request.user, on=today))
    start = Action("启动筛查", reverse("runs:start"), icon="pulse", kind="primary") if may_start else None
    rows = listing.RUNS.open(request.GET, path=request.path, rows=runs_seen_by(request.user, on=today))
    if rows.wants_export:
        note_export(request, "筛查运行", rows=rows.total)
        return rows.export("筛查运行", now=timezone.now())
    why = Empty("还没有筛查过", "收下报告数据以后，由分析员或科（股）长启动筛查。", (start,) if start else ())
    return render(request, "runs/list.html", {"listing": rows, "why_empty": why, "start": start})


@require_http_methods(["GET", "POST"])
@needs("run.start")
def start_run(request: HttpRequest) -> HttpResponse:
    """Ask for which organ and as of which day, then queue the run."""
    today = timezone.localdate()
    organs = organs_to_screen(request.user, on=today)
    form = StartForm(request.POST or None, organs=organs, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            run = services.start_run(
                organ=form.organ, user=request.user, today=form.cleaned_data["today"], on=today, now=timezone.now()
            )
        except DomainError as error:
            form.add_error("today" if (error.where or {}).get("field") == "today" else None, error.sentence)
        else:
            return redirect("runs:show", number=run.number)
    status = 422 if form.is_bound else 200
    return render(request, "runs/start.html", {"form": form}, status=status)


@require_GET
@needs("run.view")
def show_run(request: HttpRequest, number: str) -> HttpResponse:
    """One run: progress while it works, detectors and findings when it is done."""
    run = _run(request, number)
    state = presenting.shown_state(run)
    job = presenting.progress_of(run, now=timezone.now(), may_start=_may_start(request, run))
    context: dict[str, Any] = {
        "run": run,
        "state": state,
        "state_label": presenting.state_label(run),
        "state_tag": presenting.STATE_TAGS[state],
        "heading": presenting.heading(run),
        "job": job if state != "finished" else None,
        "refresh_seconds": 5 if job.running else None,
        "groups": presenting.detector_groups(run),
        "live": presenting.live_lines(run) if state != "finished" else (),
        "heat": presenting.heat_of(run),
        "downloads": _downloads(request, run),
        "inputs": presenting.inputs_of(run),
    }
    return render(request, "runs/show.html", context)


def _downloads(request: HttpRequest, run: ScreeningRun) -> list[tuple[str, str, str]]:
    """(file, what it is, digest) of what the person may take away."""
    if run.state != "finished" or may(request.user, "run.download", run, on=timezone.localdate()) is None:
        return []
    made = run.counts.get("files", {})
    return [(name, label, made[name]) for name, label in FILES.items() if name in made]


@require_GET
@needs("run.view")
def run_progress(request: HttpRequest, number: str) -> HttpResponse:
    """The progress part alone; the whole page is asked for anew once the run is in another state than it shows."""
    run = _run(request, number)
    job = presenting.progress_of(run, now=timezone.now(), may_start=_may_start(request, run))
    context = {"job": job, "live": presenting.live_lines(run), "again": True}
    answer = render(request, "runs/progress.html", context)
    now_shown = presenting.shown_state(run)
    if not job.running or request.GET.get("shown", now_shown) != now_shown:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@needs("run.start")
def cancel_run(request: HttpRequest, number: str) -> HttpResponse:
    """Stop a queued or running run."""
    run = services.cancel_run(
        pk=_run(request, number).pk, user=request.user, on=timezone.localdate(), now=timezone.now()
    )
    said = "已取消，没有写入任何结果。" if run.state == "cancelled" else "已要求停下，做完手上这一步就停。"
    messages.success(request, said)
    return redirect("runs:show", number=number)


@require_POST
@needs("run.start")
def restart_run(request: HttpRequest, number: str) -> HttpResponse:
    """Queue a failed, cancelled or interrupted run again."""
    services.restart_run(pk=_run(request, number).pk, user=request.user, on=timezone.localdate(), now=timezone.now())
    return redirect("runs:show", number=number)


@require_GET
@needs("run.view")
def latest_findings(request: HttpRequest) -> HttpResponse:
    """The findings of the newest finished run in view, as this URL filters them; the runs where there is none."""
    seen = runs_seen_by(request.user, on=timezone.localdate()).filter(state="finished")
    run = seen.order_by("-ended_at", "-pk").first()
    if run is None:
        messages.info(request, "还没有完成的筛查，所以没有发现可看。")
        return redirect("runs:list")
    query = request.META.get("QUERY_STRING", "")
    return redirect(reverse("runs:findings", args=[run.number]) + (f"?{query}" if query else ""))


@require_GET
@needs("run.view")
def list_findings(request: HttpRequest, number: str) -> HttpResponse:
    """The findings of one run in short, filtered and sorted; each opens to its alert. Who takes them is on record."""
    run, today = _run(request, number), timezone.localdate()
    rows = finding_rows(run)
    organs = Organ.objects.filter(pk__in=rows.values_of("organ")).order_by("path")
    may_take = may(request.user, "run.download", run, on=today) is not None
    found = replace(listing.FINDINGS, may_export=may_take).open(
        request.GET,
        path=request.path,
        rows=rows,
        choices={
            "detector": listing.detector_choices(run),
            "area": [(str(organ.pk), organ.short_name) for organ in organs],
        },
        view_counts=run.counts.get("severities", {}),
    )
    if found.wants_export:
        note_export(request, f"筛查发现 {run.number}", rows=found.total)
        return found.export(f"筛查发现-{run.number}", now=timezone.now())
    why = Empty("本次筛查没有发现", "没有发现不等于没有问题：弃权和跳过的检测器见运行页。")
    return render(request, "runs/findings.html", {"run": run, "listing": found, "why_empty": why})


@require_POST
@needs("run.download")
def download(request: HttpRequest, number: str, name: str) -> FileResponse:
    """One output file as screening wrote it; who took it goes on the record."""
    run = _run(request, number)
    if run.state != "finished" or name not in FILES or not output(run, name).exists():
        raise Http404
    services.note_download(run=run, name=name, user=request.user, on=timezone.localdate(), now=timezone.now())
    return FileResponse(output(run, name).open("rb"), as_attachment=True, filename=f"{run.number}-{name}")


@require_GET
@needs("risk.view")
def rank(request: HttpRequest) -> HttpResponse:
    """Institutions by the risk in force."""
    rows = ranked_institutions(request.user, on=timezone.localdate())
    ranked = listing.RANKING.open(request.GET, path=request.path, rows=rows)
    if ranked.wants_export:
        note_export(request, "风险排序", rows=ranked.total)
        return ranked.export("风险排序", now=timezone.now())
    why = Empty("还没有风险排序", "完成一次筛查以后，这里按风险列出机构。")
    return render(request, "runs/rank.html", {"listing": ranked, "why_empty": why})


@require_GET
@needs("risk.view")
def explain_risk(request: HttpRequest, uscc: str) -> HttpResponse:
    """Why an institution has the risk it has."""
    institution = get_object_or_404(ranked_institutions(request.user, on=timezone.localdate()), uscc=uscc)
    run = runs_seen_by(request.user, on=timezone.localdate()).filter(number=institution.risk_run).first()
    context = {"institution": institution, "run": run, "picture": presenting.risk_picture(institution, run)}
    context["risk"] = presenting.risk_text(institution.risk or 0.0)
    return render(request, "runs/risk.html", context)
