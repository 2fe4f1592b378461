"""Files that intake gives out: blank templates, refused rows, the mapping, the original."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.intake import refusals, services, storage
from hengjian.apps.intake.models import Submission
from hengjian.apps.intake.selectors import submissions_seen_by
from hengjian.engines.tables.column import Column
from hengjian.engines.tables.contract import TABLES
from hengjian.kernel.errors import NotFound
from hengjian.ui.spreadsheet import CONTENT_TYPE, write_workbook

TYPES = {
    "id": "文本，前导零保留",
    "text": "文字",
    "int": "整数",
    "num": "数",
    "bool": "是 / 否",
    "date": "日期，如 2026-07-02",
    "ts": "时间，如 2026-07-02 09:12",
    "list": "多项用 | 隔开",
    "numlist": "一列数，如 [0.1,0.2]",
}


def _submission(request: HttpRequest, number: str) -> Submission:
    today: date = timezone.localdate()
    return get_object_or_404(submissions_seen_by(request.user, today), number=number)


def _named(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@needs("intake.submit")
@require_GET
def template(request: HttpRequest, table: str) -> HttpResponseBase:
    """A blank workbook for one table: its headings, and a second sheet that explains every column."""
    known = TABLES.get(table)
    if known is None:
        raise Http404
    columns = list(known.all_columns)
    explained = [
        [column.header, "必填" if column.required else "", TYPES[column.type], _codes(column), column.name]
        for column in columns
    ]
    headings = [("列", "text"), ("必填", "text"), ("写法", "text"), ("可填的值", "text"), ("英文列名", "id")]
    content = write_workbook(
        [(known.header, [(column.header, "id") for column in columns], []), ("填写说明", headings, explained)]
    )
    return _named(HttpResponse(content, content_type=CONTENT_TYPE), f"{known.header}-模板.xlsx")


def _codes(column: Column) -> str:
    return "、".join(word or code for code, word in column.codes.items())


@needs("intake.view")
@require_GET
def refused(request: HttpRequest, number: str, kind: str) -> HttpResponseBase:
    """The refused rows to repair, as xlsx or csv."""
    submission = _submission(request, number)
    if kind not in {"xlsx", "csv"}:
        raise Http404
    if not storage.refused_rows(submission):
        raise NotFound("这份报送没有拒收的行。")
    name = f"拒收的行-{submission.number}.{kind}"
    if kind == "xlsx":
        return _named(HttpResponse(refusals.as_xlsx(submission), content_type=CONTENT_TYPE), name)
    return _named(StreamingHttpResponse(refusals.as_csv(submission), content_type="text/csv; charset=utf-8"), name)


@needs("intake.view")
@require_GET
def mapping(request: HttpRequest, number: str) -> HttpResponseBase:
    """The columns of this submission as a mapping file, to be used again here or on the command line."""
    submission = _submission(request, number)
    raw = submission.preview.get("mapping") or submission.mapping
    if not raw:
        raise NotFound("这份报送还没有列对应。")
    text = json.dumps(raw, ensure_ascii=False, indent=2)
    return _named(
        HttpResponse(text, content_type="application/json; charset=utf-8"), f"列对应-{submission.number}.json"
    )


@needs("intake.original")
@require_POST
def original(request: HttpRequest, number: str) -> HttpResponseBase:
    """The file as it was handed in; who took it goes onto the record."""
    submission = _submission(request, number)
    path = storage.original(submission.sha256)
    if not path.exists():
        raise NotFound("这份报送的原件已不在存储中。请联系系统管理员从备份恢复。")
    services.note_download(pk=submission.pk, user=request.user, now=timezone.now(), today=timezone.localdate())  # type: ignore[arg-type]
    return FileResponse(path.open("rb"), as_attachment=True, filename=submission.file_name)
