"""Uploads from citizens: what is too large or too many is let run by without being kept, and told afterwards."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from hengjian.apps.informants.files import FILE_MOST, FILES_MOST, too_large
from hengjian.kernel.errors import Refused

View = Callable[..., HttpResponse]


class Bounded(FileUploadHandler):
    """Reads over the rest of a file at its limit: the other fields of the form still arrive, nothing is on the disk."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.seen = 0
        self.files = 0
        self.too_large = False
        self.too_many = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.seen = 0
        self.files += 1
        if self.files > FILES_MOST:
            self.too_many = True
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.seen += len(raw_data)
        if self.seen > FILE_MOST:
            self.too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def bounded(view: View) -> View:
    """A view that takes files from anybody: bounded before the form is read, then checked for its token as usual."""
    protected = csrf_protect(view)

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            guard = Bounded(request)
            request.upload_handlers.insert(0, guard)
            request.upload_guard = guard  # type: ignore[attr-defined]
        return protected(request, *args, **kwargs)

    return csrf_exempt(limited)


def refuse_unbounded(request: HttpRequest) -> None:
    """Refused where something was read over."""
    guard: Bounded | None = getattr(request, "upload_guard", None)
    if guard is not None and guard.too_large:
        raise Refused(too_large(), where={"field": "files"})
    if guard is not None and guard.too_many:
        raise Refused(
            f"一次最多附 {FILES_MOST} 个附件，这次多于这个数，没有收下。其余的可以凭查询码再补充。",
            where={"field": "files"},
        )
