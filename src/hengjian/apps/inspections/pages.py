"""What all views of inspections share: the task in view, and a service called with its refusals shown at the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections import presenting
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.selectors import inspections_seen_by
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed


def user_of(request: HttpRequest) -> User:
    """The signed-in person; the gate has made sure that there is one."""
    user = request.user
    if not isinstance(user, User):
        raise NotAllowed("请先登录。")
    return user


def clock() -> dict[str, Any]:
    """`on` and `now` for services."""
    return {"on": timezone.localdate(), "now": timezone.now()}


def today() -> date:
    """The day in the platform's zone."""
    return timezone.localdate()


def now() -> datetime:
    """This moment."""
    return timezone.now()


def task_of(request: HttpRequest, number: str) -> Inspection:
    """The task, if the person may see it; 404 otherwise."""
    found: Inspection = get_object_or_404(
        inspections_seen_by(request.user, on=today()).select_related("created_by", "visit__merged_with", "on_site"),
        number=number,
    )
    return found


def common(request: HttpRequest, inspection: Inspection) -> dict[str, Any]:
    """What every page of a task shows."""
    return {
        "task": inspection,
        "state_tag": presenting.tag_of(inspection),
        "can": presenting.what_may(inspection, request.user, on=today()),
    }


def tried(form: forms.Form, call: Callable[[], Any]) -> tuple[Any, int]:
    """The service's answer and 200, or None and a status with the sentence put at its field."""
    try:
        return call(), 200
    except DomainError as error:
        put_error(form, error)
        return None, 409 if isinstance(error, IllegalMove) else 403 if isinstance(error, NotAllowed) else 422


def put_error(form: forms.Form, error: DomainError) -> None:
    """The sentence beside the field it names, else above the form."""
    where = error.where or {}
    missing = where.get("missing")
    name = str(missing[0]) if isinstance(missing, list) and missing else str(where.get("field", ""))
    name = {"cancel_code": "code", "result_code": "code", "day": "planned_on"}.get(name, name)
    form.add_error(name if name in form.fields else None, error.sentence)


def told(request: HttpRequest, *sentences: str) -> None:
    """Sentences about the phone's clock and the like, above the next page."""
    for sentence in sentences:
        if sentence:
            messages.warning(request, sentence)
