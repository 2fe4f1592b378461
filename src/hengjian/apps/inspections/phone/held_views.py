"""What came from phones of people who had no right any more: the chiefs of the task's organ decide, nothing is lost."""

from __future__ import annotations

import io

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.inspections import storage
from hengjian.apps.inspections.models import CheckAnswer, Finding, OnSite
from hengjian.apps.inspections.phone import deciding
from hengjian.apps.inspections.phone.applying import ADOPTABLE
from hengjian.apps.inspections.phone.models import PhoneEntry
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.parts import Empty

LABELS = {
    "item_id": "检查项", "answer": "结论", "note": "现场看到", "text": "问题", "violation_id": "违法情形",
    "conduct_on": "行为日", "severity": "程度", "handling": "处理", "effect": "对结果的影响", "limit_on": "改正期限",
    "report_id": "报告", "step": "溯源步骤", "facts_found": "检查情况", "statement": "被检查人陈述",
    "signing": "签字情况", "refusal_reason": "原因", "witness_name": "见证人", "witness_role": "见证人单位、职务",
    "caption": "说明", "file_name": "文件名", "sha256": "摘要值", "present_name": "陪同人员", "code": "所扫或所填",
    "reason": "理由", "keep": "所选",
}  # fmt: skip
WORDS = dict((*CheckAnswer.ANSWERS, *Finding.SEVERITIES, *Finding.HANDLINGS, *Finding.EFFECTS, *OnSite.SIGNINGS))

SPEC = ListSpec(
    columns=(
        Column(
            "what", "内容", note=lambda row: row.subject.removeprefix("CK-"), cell=lambda row: row.get_kind_display()
        ),
        Column("task", "检查", "inspection.number"),
        Column("institution", "机构", "inspection.institution.name"),
        Column("author", "填写人", "author.name"),
        Column("happened", "填写时间", "happened_at", kind="datetime", sort="happened_at"),
        Column("received", "收到时间", "received_at", kind="datetime", sort="received_at"),
        Column("state", "状态", cell=lambda row: row.get_state_display()),
    ),
    filters=(
        Filter(
            "state",
            "状态",
            kind="choice",
            choices=[("adopted", "已认领写入"), ("set_aside", "留存未写入"), ("all", "全部")],
            lookup=lambda rows, value: rows if value == "all" else rows.filter(state=value),
        ),
    ),
    views=(View("待认领", key="held"), View("全部", {"state": "all"}, key="all")),
    default_sort="-received_at",
    url=lambda row: row_url(row),
)


def row_url(row: PhoneEntry) -> str:
    """The page of one entry."""
    from django.urls import reverse

    return reverse("inspections:held_entry", args=[row.uuid])


class DecisionForm(forms.Form):
    """Adopt or set aside, with the reason."""

    action = forms.ChoiceField(choices=[("adopt", "认领写入"), ("set_aside", "留存不写入")])
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


@require_GET
@needs("inspection.review")
def show_held(request: HttpRequest) -> HttpResponse:
    """The list; without a state in the URL those that wait."""
    rows = deciding.held_seen_by(request.user, on=timezone.localdate())
    waiting = rows.filter(state="held")
    listing = SPEC.open(
        request.GET,
        path=request.path,
        rows=rows if request.GET.get("state") else waiting,
        view_counts={"held": waiting.count(), "all": rows.count()},
    )
    if listing.wants_export:
        now = timezone.now()
        note_list_export(
            request=request, permission="inspection.review", what="手机待认领", rows=listing.total, now=now
        )
        return listing.export("手机待认领", now=now)
    why = Empty("没有待认领的手机内容", "检查人员离线填写、同步时已经调离或者笔录已经闭合的内容会列在这里。")
    return render(request, "inspections/phone/held_list.html", {"listing": listing, "why_empty": why})


def _entry(request: HttpRequest, uuid: str) -> PhoneEntry:
    found: PhoneEntry = get_object_or_404(deciding.held_seen_by(request.user, on=timezone.localdate()), uuid=uuid)
    return found


@require_GET
@needs("inspection.review")
def show_entry(request: HttpRequest, uuid: str) -> HttpResponse:
    """One entry: what was written, why it was not written down, and the decision."""
    return _page(request, _entry(request, uuid), DecisionForm())


def _page(request: HttpRequest, entry: PhoneEntry, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    written = [
        (LABELS[key], WORDS.get(value, value)) for key, value in entry.payload.items() if key in LABELS and value
    ]
    context = {
        "entry": entry,
        "written": written,
        "form": form if entry.state == "held" else None,
        "adoptable": entry.kind in ADOPTABLE,
    }
    return render(request, "inspections/phone/held_entry.html", context, status=status)


@require_GET
@needs("inspection.review")
def show_photo(request: HttpRequest, uuid: str) -> HttpResponse:
    """The file of a held photo, after re-hashing."""
    entry = _entry(request, uuid)
    if not entry.file_path:
        raise Http404
    content = storage.read_kept(entry.file_path, entry.file_sha256, "手机照片")
    kind = storage.media_type_of(content[: storage.HEAD]) or "application/octet-stream"
    return FileResponse(io.BytesIO(content), content_type=kind)


@require_POST
@needs("inspection.review")
def decide(request: HttpRequest, uuid: str) -> HttpResponse:
    """Take the chief's decision; what was typed stays when it is refused."""
    entry = _entry(request, uuid)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, entry, form, status=422)
    decision = deciding.adopt if form.cleaned_data["action"] == "adopt" else deciding.set_aside
    try:
        decision(
            entry=entry,
            reason=form.cleaned_data["reason"],
            user=request.user,  # type: ignore[arg-type]
            on=timezone.localdate(),
            now=timezone.now(),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error("reason", error.sentence)
        return _page(request, _entry(request, uuid), form, status=409 if isinstance(error, IllegalMove) else 422)
    messages.success(request, "已记录。")
    return redirect("inspections:held")
