"""The page of the result: proposed, fixed by somebody else, published or filed; one form, that of the present state."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from hengjian.apps.accounts.gates import needs
from hengjian.apps.inspections import presenting, services
from hengjian.apps.inspections.forms import OnceForm, ReviewForm, SubmitForm
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.pages import clock, common, task_of, tried, user_of
from hengjian.apps.inspections.selectors import findings_of
from hengjian.apps.inspections.services.outcome import codes_for

DONE = {
    "record_closed": "结果已提交，等检查组以外的人审核。",
    "in_review": "已审核。",
    "fixed": "已办结。",
}


@require_http_methods(["GET", "POST"])
@needs("inspection.view")
def result(request: HttpRequest, number: str) -> HttpResponse:
    """Submit, review, publish or file, whichever is this person's turn."""
    task = task_of(request, number)
    can = presenting.what_may(task, request.user, on=clock()["on"])
    form = _form(request, task, can)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form is None:
        _refuse(request, task)
    if request.method == "POST" and form is not None and form.is_valid():
        given = form
        done, status = tried(form, lambda: _act(request, task, given))
        if done is not None:
            messages.success(request, DONE[task.state])
            return redirect("inspections:show", number=number)
    page = common(request, task) | {
        "form": form,
        "standing": presenting.standing_of(task),
        "title": presenting.result_title(task.result_code),
        "findings": findings_of(task),
        "clocks": list(presenting.clocks_of(task)),
    }
    return render(request, "inspections/result.html", page, status=status)


def _form(request: HttpRequest, task: Inspection, can: presenting.Can) -> forms.Form | None:
    data = request.POST if request.method == "POST" else None
    codes = [(one.id, f"{one.id}　{one.title}{'' if one.public else '（不公示）'}") for one in codes_for(task)]
    if task.state == "record_closed" and can.officer:
        form: Any = SubmitForm(data, initial={"code": task.result_code, "note": task.result_note})
        form.fields["code"].choices = codes
        return form  # type: ignore[no-any-return]
    if can.review:
        form = ReviewForm(data, initial={"code": task.result_code, "decision": "approve"})
        form.fields["code"].choices = codes
        return form  # type: ignore[no-any-return]
    return OnceForm(data) if can.publish else None


def _act(request: HttpRequest, task: Inspection, form: forms.Form) -> Inspection:
    who: dict[str, Any] = {"inspection": task, "user": user_of(request), **clock()}
    given = form.cleaned_data
    if isinstance(form, SubmitForm):
        return services.submit_result(code=given["code"], note=given["note"], client_id=given["client_id"], **who)
    if isinstance(form, ReviewForm):
        approve = given["decision"] == "approve"
        return services.review(
            approve=approve, code=given["code"], note=given["note"], client_id=given["client_id"], **who
        )
    if task.public_wording:
        return services.publish_result(client_id=given["client_id"], **who)
    return services.file_result(**who)


def _refuse(request: HttpRequest, task: Inspection) -> None:
    """A move that the page did not offer: let the service say why not."""
    services.publish_result(inspection=task, user=user_of(request), **clock())
