"""Turns domain errors that reach the edge of a view into their page: never a 500 for what a user did."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, NotFound

STATUS = {NotFound: 404, NotAllowed: 403, IllegalMove: 409}


class DomainErrorMiddleware:
    """404, 403, 409 or 422 with the error's own sentence and article; a page for the bare 405 as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED or answer.streaming or answer.content:
            return answer
        # an address that only takes a form is opened after signing in anew, or from the history
        page = render(request, "405.html", status=answer.status_code)
        page["Allow"] = answer["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        status = STATUS.get(type(exception), 422)
        return render(request, "record/domain_error.html", {"error": exception, "status": status}, status=status)
