"""Pages by which leads come in and the lists behind them: register, import, outside organs, trying a rule set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import granting, may
from hengjian.apps.leads import outside, raising
from hengjian.apps.leads.forms import BodyForm, ImportForm, RaiseForm, RegisterForm, RulesForm
from hengjian.apps.leads.importing import import_file
from hengjian.apps.leads.models import ImportFile, OutsideBody
from hengjian.apps.leads.selectors import organs_reached
from hengjian.apps.leads.services import register_lead
from hengjian.apps.leads.simulating import simulate, sum_up
from hengjian.kernel.errors import DomainError
from hengjian.law.triaging import rules_text, triage_rules

FILES_SHOWN = 20


def _organs(request: HttpRequest) -> list[Organ]:
    """The organs for which this person registers."""
    today = timezone.localdate()
    found = {posting.organ_id: posting.organ for posting in granting(request.user, "lead.register", today)}
    return list(found.values())


@require_http_methods(["GET", "POST"])
@needs("lead.register")
def register(request: HttpRequest) -> HttpResponse:
    """Enter one lead by hand."""
    today = timezone.localdate()
    form = RegisterForm(request.POST or None, organs=_organs(request), today=today)
    if request.method != "POST":
        return render(request, "leads/register.html", {"form": form})
    if form.is_valid():
        values = form.values()
        user: Any = request.user
        try:
            actor = actor_or_refuse(user, "lead.register", values["organ"], on=today)
            lead = register_lead(actor=actor, now=timezone.now(), today=today, user=user, **values)
        except DomainError as error:
            named = str((error.where or {}).get("field", ""))
            field = {"fields": "field", "origin": "outside_number"}.get(named, named)
            form.add_error(field if field in form.fields else None, error.sentence)
        else:
            messages.success(request, f"已登记为线索 {lead.number}。")
            return redirect("leads:show", number=lead.number)
    return render(request, "leads/register.html", {"form": form}, status=422)


@require_http_methods(["GET", "POST"])
@needs("lead.register")
def raise_from(request: HttpRequest, kind: str, ref: str) -> HttpResponse:
    """Make a lead from an alert, a finding of an inspection or an overdue problem."""
    today = timezone.localdate()
    found = raising.source(kind, ref, user=request.user, on=today)
    user: Any = request.user
    actor_or_refuse(user, "lead.register", found.organ, on=today)
    form = RaiseForm(request.POST or None, initial={"title": found.title, "text": found.text})
    context = {"form": form, "source": found}
    if request.method != "POST":
        return render(request, "leads/raise.html", context)
    if form.is_valid():
        try:
            lead = raising.raise_lead(found=found, user=user, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            named = str((error.where or {}).get("field", ""))
            form.add_error(named if named in form.fields else None, error.sentence)
        else:
            messages.success(request, f"已登记为线索 {lead.number}。")
            return redirect("leads:show", number=lead.number)
    return render(request, "leads/raise.html", context, status=422)


@require_http_methods(["GET", "POST"])
@needs("lead.register")
def import_leads(request: HttpRequest) -> HttpResponse:
    """Take in a file of a hotline: all its rows or none."""
    form = ImportForm(request.POST or None, request.FILES or None, organs=_organs(request))
    context: dict[str, Any] = {"form": form, "files": _files(request)}
    if request.method != "POST":
        return render(request, "leads/import.html", context)
    if not form.is_valid():
        return render(request, "leads/import.html", context, status=422)
    file = form.cleaned_data["file"]
    user: Any = request.user
    try:
        taken = import_file(
            chunks=file.chunks(),
            name=file.name,
            organ=form.organs[form.cleaned_data["organ"]],
            channel=form.cleaned_data["channel"],
            user=user,
            now=timezone.now(),
        )
    except DomainError as error:
        form.add_error("file", error.sentence)
        return render(request, "leads/import.html", context, status=422)
    context |= {"taken": taken, "files": _files(request)}
    if taken.faults:
        return render(request, "leads/import.html", context, status=422)
    messages.success(request, f"{file.name}：新登记 {taken.created} 条，{taken.known} 条以前登记过。")
    return render(request, "leads/import.html", context)


def _files(request: HttpRequest) -> Any:
    reached = organs_reached(request.user, on=timezone.localdate())
    return ImportFile.objects.filter(organ_id__in=reached).select_related("organ", "by")[:FILES_SHOWN]


@require_http_methods(["GET", "POST"])
@needs("lead.view")
def bodies(request: HttpRequest) -> HttpResponse:
    """The organs outside the tree to which leads may be transferred."""
    today = timezone.localdate()
    posting = may(request.user, "lead.directory", on=today)
    form = BodyForm(request.POST or None)
    status = 200
    if request.method == "POST":
        user: Any = request.user
        organ = posting.organ if posting else granting(user, "lead.view", today)[0].organ
        status = 422
        actor_or_refuse(user, "lead.directory", organ, on=today)
        if form.is_valid():
            try:
                body = outside.add_body(user=user, organ=organ, now=timezone.now(), **form.cleaned_data)
            except DomainError as error:
                named = str((error.where or {}).get("field", ""))
                form.add_error(named if named in form.fields else None, error.sentence)
            else:
                messages.success(request, f"{body.name} 已登记。")
                return redirect("leads:bodies")
    names = outside.departments()
    rows = [
        {"body": body, "department": names.get(body.department, body.department),
         "mine": bool(may(request.user, "lead.directory", body.organ, on=today))}
        for body in OutsideBody.objects.select_related("organ")
    ]  # fmt: skip
    return render(request, "leads/bodies.html", {"rows": rows, "form": form if posting else None}, status=status)


@require_POST
@needs("lead.directory")
def switch_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an organ off the list or put it back."""
    body = get_object_or_404(OutsideBody.objects.select_related("organ"), pk=pk)
    user: Any = request.user
    done = outside.switch_body(user=user, body=body, now=timezone.now())
    messages.success(request, f"{done.name} {'恢复使用' if done.active else '已停用'}。")
    return redirect("leads:bodies")


@require_GET
@needs("lead.view")
def show_rules(request: HttpRequest) -> HttpResponse:
    """The rules of triage as they are in force."""
    today = timezone.localdate()
    rules = triage_rules()
    context = {
        "rules": [one for one in rules.rules if one.holds_on(today)],
        "doubts": list(rules.doubts.values()),
        "may_try": bool(may(request.user, "lead.triage", on=today)),
    }
    return render(request, "leads/rules.html", context)


@require_http_methods(["GET", "POST"])
@needs("lead.triage")
def try_rules(request: HttpRequest) -> HttpResponse:
    """This rule set on last year's leads: what would change. Nothing is saved."""
    today = timezone.localdate()
    form = RulesForm(request.POST or None, initial={"text": rules_text()})
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = simulate(user=request.user, text=form.cleaned_data["text"], on=today)
            except DomainError as error:
                form.add_error("text", error.sentence)
            else:
                context |= {"found": found, "ways": sum_up(found)}
                status = 200
    return render(request, "leads/simulate.html", context, status=status)
