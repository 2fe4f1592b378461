"""Pages of the visit: entry, beginning, the list and its items, problems, files, the record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.inspections import presenting, services
from hengjian.apps.inspections.checklist import checklist_of, progress_of
from hengjian.apps.inspections.codes import read_token
from hengjian.apps.inspections.forms import (
    AnswerForm,
    EnterForm,
    FileForm,
    FindingForm,
    RecordForm,
    StartForm,
    WithdrawForm,
)
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.pages import clock, common, task_of, today, told, tried, user_of
from hengjian.apps.inspections.procedures import WORKING
from hengjian.apps.inspections.selectors import attachments_of, findings_of, inspections_seen_by, sampled_of
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import DomainError, Refused


@require_http_methods(["GET", "POST"])
@needs("inspection.carry_out")
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """What a scanned code leads to: the person's tasks here, and the button that registers the entry."""
    user = user_of(request)
    kind, name = read_token(token)
    rows = inspections_seen_by(user, on=today()).filter(state__in=WORKING)
    rows = rows.filter(institution__uscc=name) if kind == "institution" else rows.filter(number=name)
    tasks = [one for one in rows.order_by("visit__day", "number") if user.pk in one.officer_ids]
    if request.method == "POST":
        task = next((one for one in tasks if one.number == request.POST.get("number")), None)
        if task is None:
            raise Http404
        entry = services.enter(
            inspection=task,
            user=user,
            method=kind,
            token=token,
            client_id=request.POST.get("client_id", ""),
            **_place(request),
            **clock(),
        )
        messages.success(request, f"已登记入企，{presenting.moment_day(entry.happened_at)}。")
        told(request, entry.clock_sentence)
        return redirect("inspections:show", number=task.number)
    where = (
        Institution.objects.filter(uscc=name).first()
        if kind == "institution"
        else tasks[0].institution
        if tasks
        else None
    )
    lines = [{"task": one, "form": EnterForm(), "entered": one.entries.filter(by=user).exists()} for one in tasks]
    return render(request, "inspections/scan.html", {"lines": lines, "where": where, "token": token})


def _place(request: HttpRequest) -> dict[str, float]:
    """Coordinates as the browser gave them; a place that is no number is left out."""
    found = {}
    for name in ("lat", "lon", "accuracy_m"):
        try:
            found[name] = float(request.POST.get(name, ""))
        except ValueError:
            return {}
    return found


@require_http_methods(["GET", "POST"])
@needs("inspection.carry_out")
def enter(request: HttpRequest, number: str) -> HttpResponse:
    """Register an entry by hand, for oneself or for the colleague."""
    task, user = task_of(request, number), user_of(request)
    form = EnterForm(request.POST if request.method == "POST" else None, initial={"officer": str(user.pk)})
    people = {str(one.pk): one for one in presenting.people_of(task)}
    form.fields["officer"].choices = [(pk, one.name) for pk, one in people.items()]  # type: ignore[attr-defined]
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        given = form.given
        officer = people[given["officer"]]
        done, status = tried(
            form,
            lambda: services.enter(
                inspection=task, user=user, officer=officer, note=given["note"], client_id=given["client_id"], **clock()
            ),
        )
        if done is not None:
            messages.success(request, f"{officer.name}已登记入企。")
            return redirect("inspections:show", number=number)
    page = common(request, task) | {
        "form": form,
        "heading": "登记入企",
        "verb": "登记",
        "hint": "替同事登记时写明缘由。",
    }
    return render(request, "inspections/form.html", page, status=status)


@require_http_methods(["GET", "POST"])
@needs("inspection.carry_out")
def start(request: HttpRequest, number: str) -> HttpResponse:
    """Cards, recusal, the person present."""
    task = task_of(request, number)
    form = StartForm(request.POST if request.method == "POST" else None, initial={"recusal_answer": "不申请回避"})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        done, status = tried(
            form, lambda: services.start_check(inspection=task, user=user_of(request), **form.given, **clock())
        )
        if done is not None:
            return redirect("inspections:checklist", number=number)
    page = common(request, task) | {"form": form, "heading": "亮证，开始检查", "verb": "开始检查"}
    return render(request, "inspections/form.html", page, status=status)


@require_GET
@needs("inspection.view")
def checklist(request: HttpRequest, number: str) -> HttpResponse:
    """All items with their answers."""
    task = task_of(request, number)
    answers = {one.item_id: one for one in task.answers.select_related("by")}
    found = {one.item_id for one in findings_of(task)}
    groups = [
        {
            "group": group,
            "items": [
                {"item": item, "answer": answers.get(item.id), "found": item.id in found} for item in group.items
            ],
        }
        for group in checklist_of(task)
    ]
    done, asked = progress_of(task, answers.values())
    page = common(request, task) | {"groups": groups, "done": done, "asked": asked}
    return render(request, "inspections/checklist.html", page)


@require_http_methods(["GET", "POST"])
@needs("inspection.view")
def item(request: HttpRequest, number: str, item_id: str) -> HttpResponse:
    """One item: how to check, its articles, the answer."""
    task = task_of(request, number)
    items = [one for group in checklist_of(task) for one in group.items]
    place = next((index for index, one in enumerate(items) if one.id == item_id), None)
    if place is None:
        raise Http404
    asked = items[place]
    standing = task.answers.select_related("by").filter(item_id=item_id).first()
    initial = {"seen_version": 0}
    if standing:
        initial = {"answer": standing.answer, "note": standing.note, "seen_version": standing.version}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial)
    after = items[place + 1].id if place + 1 < len(items) else ""
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        done, status = tried(
            form,
            lambda: services.answer_item(
                inspection=task, item_id=item_id, user=user_of(request), **form.given, **clock()
            ),
        )
        if done is not None:
            if after and "next" in request.POST:
                return redirect("inspections:item", number=number, item_id=after)
            return redirect("inspections:checklist", number=number)
    page = common(request, task) | {
        "form": form,
        "item": asked,
        "answer": standing,
        "place": place + 1,
        "asked": len(items),
        "before": items[place - 1].id if place else "",
        "after": after,
        "findings": findings_of(task).filter(item_id=item_id),
        "files": attachments_of(task).filter(item_id=item_id),
        "file_form": FileForm(initial={"kind": "photo"}),
    }
    return render(request, "inspections/item.html", page, status=status)


@require_POST
@needs("inspection.carry_out")
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Take one file; where it came from is where the person goes back to."""
    task = task_of(request, number)
    form = FileForm(request.POST, request.FILES)
    item_id, finding = request.POST.get("item_id", ""), None
    if "\0" in item_id + request.POST.get("finding", ""):
        raise Refused("附件所属的检查项或者问题的编号不对，没有收下。", where={"field": "item_id"})
    if request.POST.get("finding"):
        finding = get_object_or_404(task.findings, number=request.POST["finding"])
    if not form.is_valid():
        raise Refused(str(next(iter(form.errors.values()))[0]))
    upload = form.cleaned_data["file"]
    kept = services.attach(
        inspection=task,
        user=user_of(request),
        kind=form.cleaned_data["kind"],
        file_name=upload.name,
        chunks=upload.chunks(),
        declared_size=upload.size,
        caption=form.cleaned_data["caption"],
        item_id=item_id,
        finding=finding,
        client_id=form.cleaned_data["client_id"],
        **clock(),
    )
    messages.success(request, f"已收下“{kept.file_name}”，摘要值 {kept.sha256[:8]}…。")
    if item_id:
        return redirect("inspections:item", number=number, item_id=item_id)
    return redirect("inspections:record" if kept.kind == "signature" else "inspections:show", number=number)


@require_http_methods(["GET", "POST"])
@needs("inspection.carry_out")
def find(request: HttpRequest, number: str) -> HttpResponse:
    """Write one problem."""
    task = task_of(request, number)
    items = [one for group in checklist_of(task) for one in group.items]
    known = {one.id: one for item_ in items for one in item_.violations}
    chosen = next((one for one in items if one.id == request.GET.get("item")), None)
    initial: dict[str, Any] = {"conduct_on": today()}
    if chosen is not None:
        answer = task.answers.filter(item_id=chosen.id).first()
        initial |= {"item_id": chosen.id, "text": answer.note if answer else ""}
        initial |= {"violation_id": chosen.violations[0].id} if len(chosen.violations) == 1 else {}
    if request.GET.get("report"):
        initial["report_id"] = request.GET["report"]
    form = FindingForm(
        request.POST if request.method == "POST" else None,
        items=[(one.id, f"{one.short}　{one.text}") for one in items],
        violations=[(one.id, f"{one.title}（{one.id}）") for one in known.values()],
        reports=[(one.report_id, one.report_no or one.report_id) for one in sampled_of(task)],
        initial=initial,
    )
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        done, status = tried(
            form, lambda: services.add_finding(inspection=task, user=user_of(request), **form.given, **clock())
        )
        if done is not None:
            messages.success(request, f"问题 {done.number} 已登记：{done.article}。")
            return redirect("inspections:show", number=number)
    page = common(request, task) | {"form": form, "heading": "登记问题", "verb": "登记"}
    return render(request, "inspections/finding.html", page, status=status)


@require_http_methods(["GET", "POST"])
@needs("inspection.view")
def finding(request: HttpRequest, number: str, finding_no: str) -> HttpResponse:
    """One problem with its files; while the record is open it may be withdrawn with a reason."""
    task = task_of(request, number)
    found = get_object_or_404(task.findings.select_related("by", "report"), number=finding_no)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        reason = form.given["reason"]
        done, status = tried(
            form, lambda: services.withdraw_finding(finding=found, reason=reason, user=user_of(request), **clock())
        )
        if done is not None:
            messages.success(request, f"问题 {found.number} 已撤回。")
            return redirect("inspections:show", number=number)
    page = common(request, task) | {
        "finding": found,
        "form": form,
        "files": found.attachments.select_related("by"),
        "file_form": FileForm(initial={"kind": "photo"}),
    }
    return render(request, "inspections/finding_page.html", page, status=status)


@require_http_methods(["GET", "POST"])
@needs("inspection.view")
def record(request: HttpRequest, number: str) -> HttpResponse:
    """The record of inspection: write it, keep it, close it."""
    task = task_of(request, number)
    site = getattr(task, "on_site", None)
    names = ("facts_found", "statement", "signing", "refusal_reason", "witness_name", "witness_role")
    initial = {name: getattr(site, name) for name in names} if site else {}
    initial["seen_version"] = site.version if site else 0
    form = RecordForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        done, status = tried(form, lambda: _write_record(request, task, form))
        if done is not None:
            return done
    page = common(request, task) | {
        "form": form,
        "site": site,
        "open": task.state in ("entered", "on_site"),
        "signatures": attachments_of(task).filter(kind="signature"),
        "file_form": FileForm(initial={"kind": "signature"}),
        "draft": _draft_facts(task),
    }
    return render(request, "inspections/record.html", page, status=status)


def _write_record(request: HttpRequest, task: Inspection, form: RecordForm) -> HttpResponse:
    services.record_statement(inspection=task, user=user_of(request), **form.given, **clock())
    if "close" not in request.POST:
        messages.success(request, "笔录已保存，还没有闭合。")
        return redirect("inspections:record", number=task.number)
    try:
        services.finish_visit(inspection=task, user=user_of(request), **clock())
    except DomainError as error:
        messages.warning(request, f"笔录已保存，没有闭合：{error.sentence}")
        return redirect("inspections:record", number=task.number)
    messages.success(request, "笔录已闭合。请选检查结果并提交审核。")
    return redirect("inspections:result", number=task.number)


def _draft_facts(task: Inspection) -> list[str]:
    """Sentences to begin the record with, from what was answered and found."""
    lines = []
    words = {one.item_id: one for one in task.answers.all()}
    for group in checklist_of(task):
        done = [item_ for item_ in group.items if item_.id in words and words[item_.id].answer != "unchecked"]
        bad = [item_.short for item_ in done if words[item_.id].answer == "problem"]
        if done:
            lines.append(
                f"{group.title}：检查 {len(done)} 项，{'不符合 ' + '、'.join(bad) if bad else '未发现不符合'}。"
            )
    drawn = list(sampled_of(task))
    lines += (
        [f"抽查报告 {len(drawn)} 份：{'、'.join(one.report_no or one.report_id for one in drawn)}。"] if drawn else []
    )
    lines += [f"问题 {one.number}：{one.text}（{one.article}）。" for one in findings_of(task)]
    return lines
