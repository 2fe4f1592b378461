"""What is printed or handed out: notice, record, codes, attachments, and the whole process on one page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.gates import needs
from hengjian.apps.inspections import presenting
from hengjian.apps.inspections.checklist import checklist_of
from hengjian.apps.inspections.codes import qr_svg, token_for
from hengjian.apps.inspections.models import Attachment
from hengjian.apps.inspections.officers import card_of
from hengjian.apps.inspections.pages import common, now, task_of, today
from hengjian.apps.inspections.selectors import attachments_of, findings_of, inspections_seen_by, sampled_of
from hengjian.apps.inspections.storage import read_attachment
from hengjian.apps.record.models import ChainHead
from hengjian.apps.registry.selectors import institution_seen_by
from hengjian.kernel.errors import IllegalMove, NotFound
from hengjian.law.catalogue import article_as_of

BASES = ("SUP-18", "PEN-22")


@require_GET
@needs("inspection.view")
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """The notice of inspection on A4."""
    task = task_of(request, number)
    if not task.notice_no:
        raise IllegalMove(f"检查 {number} 没有发出检查通知书。")
    page = common(request, task) | _document(task)
    return render(request, "inspections/notice.html", page)


@require_GET
@needs("inspection.view")
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """The record of inspection on A4; a draft says that it is one."""
    task = task_of(request, number)
    answers = {one.item_id: one for one in task.answers.all()}
    items = [item for group in checklist_of(task) for item in group.items]
    page = common(request, task) | _document(task)
    page |= {
        "site": getattr(task, "on_site", None),
        "entries": task.entries.select_related("by"),
        "answered": [(item, answers[item.id]) for item in items if item.id in answers],
        "unasked": "、".join(item.short for item in items if item.id not in answers),
        "findings": findings_of(task),
        "reports": sampled_of(task),
        "files": attachments_of(task),
        "head": ChainHead.objects.filter(pk=1).first(),
        "now": now(),
    }
    return render(request, "inspections/paper.html", page)


def _document(task: presenting.Inspection) -> dict[str, object]:
    day = task.ended_on or task.visit.day
    cards = [(one, card_of(one, on=day)) for one in presenting.people_of(task)]
    return {"cards": cards, "bases": [article_as_of(one, day).text for one in BASES], "day": day}


@require_GET
@needs("inspection.view")
def process(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that was done with the task, in order, and every file with its hash (全过程记录)."""
    task = task_of(request, number)
    files = attachments_of(task)
    page = common(request, task) | {"history": presenting.history_of(task), "files": files}
    return render(request, "inspections/process.html", page)


@require_GET
@needs("inspection.view")
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """One file, re-hashed before it is given out."""
    seen = inspections_seen_by(request.user, on=today()).order_by().values("pk")
    found = get_object_or_404(Attachment.objects.filter(inspection_id__in=seen), pk=pk)
    answer = HttpResponse(read_attachment(found), content_type=found.media_type)
    inline = found.media_type.startswith("image/") and found.media_type != "image/heic"
    answer["Content-Disposition"] = content_disposition_header(not inline, found.file_name)
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_GET
@needs("inspection.view")
def task_code(request: HttpRequest, number: str) -> HttpResponse:
    """The QR code of a task."""
    task = task_of(request, number)
    return _svg(request, token_for("task", task.number))


@require_GET
@needs("inspection.view")
def institution_code(request: HttpRequest, uscc: str) -> HttpResponse:
    """The QR code of an institution."""
    return _svg(request, token_for("institution", _institution(request, uscc)))


@require_GET
@needs("inspection.view")
def institution_sheet(request: HttpRequest, uscc: str) -> HttpResponse:
    """The sheet with the institution's code, to hang at its entrance."""
    _institution(request, uscc)
    institution = institution_seen_by(request.user, uscc, on=today())
    return render(request, "inspections/code_sheet.html", {"institution": institution, "now": now()})


def _institution(request: HttpRequest, uscc: str) -> str:
    found = institution_seen_by(request.user, uscc, on=today())
    if found is None:
        raise NotFound("没有这家机构，或者您无权查看。")
    return str(found.uscc)


def _svg(request: HttpRequest, token: str) -> HttpResponse:
    address = request.build_absolute_uri(reverse("inspections:scan", args=[token]))
    return HttpResponse(qr_svg(address), content_type="image/svg+xml")
