"""The dossier of an institution as a page and as PDF."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may
from hengjian.apps.dossiers.models import DossierPrint
from hengjian.apps.dossiers.printing import dossier_pdf, load_weasyprint
from hengjian.apps.dossiers.sections import Dossier, open_dossier
from hengjian.apps.dossiers.services import DIRECT_ROWS, order_print, print_folder, record_print, rows_of
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.part_views import day_asked
from hengjian.apps.registry.selectors import institution_by_code, institutions_seen_by
from hengjian.kernel.errors import Refused
from hengjian.ui.parts import Action, Tab, Work

WORK = {"waiting": "waiting", "running": "running", "done": "done", "failed": "failed"}


def _institution(request: HttpRequest, uscc: str) -> Institution:
    """Straight by its code; an alias or a merged entry's code leads to the survivor."""
    seen = institutions_seen_by(request.user, on=timezone.localdate()).select_related("organ")
    found = seen.filter(uscc=uscc).first()
    if found is None and (other := institution_by_code(uscc)) is not None:
        found = seen.filter(pk=other.pk).first()
    if found is None:
        raise Http404
    return found


def _contents(dossier: Dossier) -> list[Tab]:
    tabs = [Tab("概况", "#facts", True)]
    if dossier.alerts is not None:
        tabs.append(Tab("风险", "#risk"))
    tabs += [
        Tab("证书与能力", "#cert", count=dossier.scope.total),
        Tab("人员", "#people", count=dossier.people),
        Tab("仪器与检定", "#inst", count=dossier.instrument_count),
        Tab("报告", "#reports"),
    ]
    if dossier.alerts is not None:
        tabs.append(Tab("预警", "#alerts", count=dossier.alert_count))
    if dossier.inspected is not None:
        tabs.append(Tab("检查", "#checks", count=dossier.inspected.total))
    if dossier.rectified is not None:
        tabs.append(Tab("整改", "#rectified", count=dossier.rectified.total))
    tabs.append(Tab("处罚", "#penalties", count=dossier.penalised.total))
    return [*tabs, Tab("时间线", "#time", count=dossier.event_count)]


@require_GET
@needs("dossier.view")
def dossier(request: HttpRequest, uscc: str) -> HttpResponse:
    """Everything known of one institution as of a day."""
    today = timezone.localdate()
    institution = _institution(request, uscc)
    if institution.uscc != uscc:
        messages.info(request, f"代码 {uscc} 已并入本机构，以下是合并后的案卷。")
        return redirect("dossiers:dossier", uscc=institution.uscc)
    on, wrong_day = day_asked(request, today)
    opened = open_dossier(request.user, institution, on=on, today=today)  # type: ignore[arg-type]
    query = "" if on == today else f"?on={on.isoformat()}"
    printing = may(request.user, "dossier.print", on=today) is not None
    pdf = Action("下载 PDF", reverse("dossiers:pdf", args=[uscc]) + query, icon="down") if printing else None
    page = {
        "dossier": opened,
        "institution": institution,
        "contents": _contents(opened),
        "next_step": opened.next_step,
        "wrong_day": wrong_day,
        "query": query,
        "pdf": pdf,
        "certificate": next((one for one in opened.certificates if one.is_valid), None),
    }
    return render(request, "dossiers/dossier.html", page)


@require_GET
@needs("dossier.print")
def pdf(request: HttpRequest, uscc: str) -> HttpResponse:
    """The dossier as PDF: at once while small, else ordered and fetched when ready."""
    now, today = timezone.now(), timezone.localdate()
    institution = _institution(request, uscc)
    on, wrong_day = day_asked(request, today)
    if wrong_day:
        raise Refused(wrong_day)
    load_weasyprint()
    opened = open_dossier(request.user, institution, on=on, today=today, whole=True)  # type: ignore[arg-type]
    if rows_of(opened) > DIRECT_ROWS:
        order = order_print(user=request.user, now=now, institution=institution, on=on)  # type: ignore[arg-type]
        return redirect("dossiers:order", uscc=institution.uscc, pk=order.pk)
    content = dossier_pdf(opened, user=request.user, now=now)  # type: ignore[arg-type]
    record_print(user=request.user, now=now, institution=institution, on=on)  # type: ignore[arg-type]
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = _disposition(institution, on.isoformat())
    return answer


def _disposition(institution: Institution, on: str) -> str:
    name = quote(f"一企一卷-{institution.name}-{on}.pdf")
    return f"attachment; filename=\"dossier.pdf\"; filename*=UTF-8''{name}"


def _order(request: HttpRequest, uscc: str, pk: int) -> DossierPrint:
    institution = _institution(request, uscc)
    return get_object_or_404(DossierPrint, pk=pk, institution=institution, ordered_by=request.user)


@require_GET
@needs("dossier.print")
def order(request: HttpRequest, uscc: str, pk: int) -> HttpResponse:
    """How far an ordered PDF is; only the person who ordered it sees it."""
    mine = _order(request, uscc, pk)
    here = reverse("dossiers:order", args=[uscc, pk])
    fetch = Action("下载 PDF", reverse("dossiers:fetch", args=[uscc, pk]), icon="down")
    again = Action("重新生成", reverse("dossiers:pdf", args=[uscc]) + f"?on={mine.on.isoformat()}", icon="sync")
    job = Work(
        title=f"生成案卷 PDF（截至 {mine.on.isoformat()}）",
        state=WORK[mine.state],
        progress="" if mine.state == "done" else "案卷较大，在后台排版",
        after={"done": fetch, "failed": again}.get(mine.state),
        error=mine.message,
        poll_url=here,
    )
    page = {"job": job, "institution": mine.institution}
    if request.headers.get("HX-Request"):
        return render(request, "dossiers/order_work.html", page)
    return render(request, "dossiers/order.html", {**page, "refresh_seconds": 3 if job.running else None})


@require_GET
@needs("dossier.print")
def fetch(request: HttpRequest, uscc: str, pk: int) -> HttpResponse:
    """The finished PDF."""
    mine = _order(request, uscc, pk)
    path = print_folder() / mine.path
    if mine.state != "done" or not path.is_file():
        raise Refused("这份 PDF 还没有生成好，或者已经清理，请重新生成。")
    record_print(user=request.user, now=timezone.now(), institution=mine.institution, on=mine.on)  # type: ignore[arg-type]
    answer = FileResponse(path.open("rb"), content_type="application/pdf")
    answer["Content-Disposition"] = _disposition(mine.institution, mine.on.isoformat())
    return answer
