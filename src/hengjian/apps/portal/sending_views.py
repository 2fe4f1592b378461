"""Pages on which anybody reports or complains, comes back by code, checks a receipt. Nothing here is kept by caches.

Neither the address line nor session, messages or log hold what is typed or the code: answers are rendered on the POST
itself, and a form sent twice answers the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import public
from hengjian.apps.accounts.models import Level, Organ
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.complaints.services import Dispute
from hengjian.apps.informants import channel as channels
from hengjian.apps.informants import receipts, signing, subjects
from hengjian.apps.informants.limits import TooOften, note_attempt, refuse_locked
from hengjian.apps.informants.models import Channel
from hengjian.apps.portal import sending_forms as f
from hengjian.apps.portal.institution_facts import found_by
from hengjian.apps.portal.sending import Sending, send_complaint, send_tip
from hengjian.apps.portal.uploading import bounded, refuse_unbounded
from hengjian.apps.record.middleware import STATUS
from hengjian.apps.registry.models import Institution
from hengjian.apps.tips.services import Reported
from hengjian.kernel.errors import DomainError, Refused

OPEN_TO_ALL = "任何人都可以举报、投诉、查进度、验证回执，不用登录"
FOUND_MOST = 8
TYPED_LEAST = 2
View = Callable[..., HttpResponse]


def unkept(view: View) -> View:
    """No browser, no proxy keeps the answer, and no other site is told the address."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    return answered


def _show(request: HttpRequest, template: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
    context["page"] = {"title": title}
    return render(request, f"portal/{template}.html", context, status=status)


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


@public(OPEN_TO_ALL)
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Complaint or report: what is which, and where it goes."""
    return _show(request, "send_choose", "投诉还是举报")


def _organs() -> list[Organ]:
    rows = in_force(Organ.objects.filter(level__in=(Level.COUNTY, Level.CITY)), on=timezone.localdate())
    return list(rows.order_by("path"))


def _found(data: QueryDict) -> list[Institution]:
    """Institutions that may be meant; an exact code or name stands alone and is chosen."""
    typed = " ".join("".join(char for char in data.get("respondent", "") if char.isprintable()).split())
    if len(typed) < TYPED_LEAST:
        return []
    found = list(found_by(typed)[:FOUND_MOST])
    exact = [one for one in found if typed.upper() == one.uscc or typed == one.name]
    if len(exact) == 1:
        if data.get("institution") != "none":
            data["institution"] = exact[0].uscc
        return exact
    return found


def _form(request: HttpRequest, kind: type[f.AboutForm]) -> tuple[Any, bool]:
    """The form as it was sent and whether it is only searching; an old form comes back with a fresh mark."""
    organs = _organs()
    if request.method == "GET":
        return kind(organs=organs, initial={"mark": f.new_mark()}), True
    data = request.POST.copy()
    found = _found(data)
    if "find" in data:
        form = kind(organs=organs, found=found, initial=data.dict())
        form.searched = True  # type: ignore[attr-defined]
        return form, True
    stale = False
    try:
        f.mark_of(data.get("mark", ""))
    except f.forms.ValidationError:
        data["mark"], stale = f.new_mark(), True
    form = kind(data, request.FILES, organs=organs, found=found or None)
    form.full_clean()
    if stale:
        form.add_error(None, f.TOO_OLD)
    return form, False


def _sending(request: HttpRequest, form: Any, identity: Any) -> Sending:
    values = form.cleaned_data
    institution = form.chosen()
    organ = form.organs.get(values.get("organ", "")) or institution.organ
    return Sending(
        form=values["mark"],
        address=_address(request),
        organ=organ,
        identity=identity,
        files=values["files"],
        revealing=values["revealing"],
        now=timezone.now(),
        today=timezone.localdate(),
    )


def _answer(request: HttpRequest, kind: type[f.AboutForm], template: str, title: str, act: Callable[[Any], Any]) -> Any:
    form, unsent = _form(request, kind)
    if unsent:
        return _show(request, template, title, form=form)
    status = 422
    try:
        refuse_unbounded(request)
        if form.is_valid():
            return _show(request, "sent", "已经收到", sent=act(form), status=200)
    except DomainError as error:
        field = str((error.where or {}).get("field", ""))
        sentence = error.sentence + (f"（{error.article}）" if error.article else "")
        form.add_error(field if field in form.fields else None, sentence)
        status = 429 if isinstance(error, TooOften) else STATUS.get(type(error), 422)
    return _show(request, template, title, form=form, status=status)


@public(OPEN_TO_ALL)
@unkept
@bounded
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """我要举报."""

    def act(form: f.TipForm) -> Any:
        values, institution = form.cleaned_data, form.chosen()
        about = Reported(
            respondent_name=values["respondent"],
            institution=institution,
            occurred_on=values.get("occurred_on"),
            report_numbers=form.report_numbers(),
            area_code="" if institution else form.organs[values["organ"]].area_code[:6],
        )
        sending = _sending(request, form, form.identity_given())
        return send_tip(sending, text=values["text"], about=about, insider=values["kind"] == "insider")

    made: HttpResponse = _answer(request, f.TipForm, "send_tip", "我要举报", act)
    return made


@public(OPEN_TO_ALL)
@unkept
@bounded
@require_http_methods(["GET", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """我要投诉."""

    def act(form: f.ComplaintForm) -> Any:
        values, institution = form.cleaned_data, form.chosen()
        dispute = Dispute(
            claim=values["claim"],
            facts=values["facts"],
            respondent_name=values["respondent"],
            institution=institution,
            area_code="" if institution else form.organs[values["organ"]].area_code[:6],
            amount=values["amount"],
            bought_on=values.get("bought_on"),
            known_on=values.get("known_on"),
            client_kind=values["client_kind"],
            daily_life=values["client_kind"] == "person",
            report_text=values["report_text"],
        )
        return send_complaint(_sending(request, form, form.identity()), dispute=dispute)

    made: HttpResponse = _answer(request, f.ComplaintForm, "send_complaint", "我要投诉", act)
    return made


@public(OPEN_TO_ALL)
@unkept
@bounded
@require_http_methods(["GET", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """How far it is, by code; reading, answering and adding files on the same page."""
    if request.method == "GET":
        return _show(request, "progress", "凭查询码看进度", form=f.CodeForm())
    form = f.CodeForm(request.POST)
    now = timezone.now()
    if not form.is_valid():
        return _show(request, "progress", "凭查询码看进度", form=form, status=422)
    try:
        found = channels.enter(code=form.cleaned_data["code"], address=_address(request), now=now)
    except DomainError as error:
        form.add_error("code", error.sentence)
        status = 429 if isinstance(error, TooOften) else STATUS.get(type(error), 422)
        return _show(request, "progress", "凭查询码看进度", form=form, status=status)
    if "add" not in request.POST:
        return _standing(request, found, form.cleaned_data["code"])
    added = f.AddForm(request.POST, request.FILES)
    try:
        refuse_unbounded(request)
        if added.is_valid():
            _add(request, found, added)
            return _standing(request, found, form.cleaned_data["code"], done=True)
    except DomainError as error:
        field = str((error.where or {}).get("field", ""))
        added.add_error(field if field in added.fields else None, error.sentence)
        status = 429 if isinstance(error, TooOften) else 422
        return _standing(request, found, form.cleaned_data["code"], added=added, status=status)
    return _standing(request, found, form.cleaned_data["code"], added=added, status=422)


def _add(request: HttpRequest, found: Channel, added: f.AddForm) -> None:
    now, values = timezone.now(), added.cleaned_data
    if channels.said_just_now(channel=found, text=values["text"], files=len(values["files"]), now=now):
        return
    refuse_locked(kind="send", address=_address(request), now=now)
    channels.post_message(
        channel=found,
        side="informant",
        text=values["text"],
        actor=channels.sender_of(found.organ),
        now=now,
        files=values["files"],
        revealing=values["revealing"],
    )
    note_attempt(kind="send", address=_address(request), now=now)


def _standing(
    request: HttpRequest,
    found: Channel,
    code: str,
    *,
    added: f.AddForm | None = None,
    done: bool = False,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    told = channels.own_messages(found)
    channels.visit(channel=found, now=timezone.now())
    matter = subjects.subject_of(found.informant)
    how_far = matter[0].progress(matter[1], today) if matter else None
    return _show(
        request,
        "standing",
        f"{matter[0].label if matter else '材料'} {found.informant.subject_number}",
        status=status,
        informant=found.informant,
        label=matter[0].label if matter else "材料",
        progress=how_far,
        told=told,
        code=code,
        added=added or f.AddForm(initial={"code": code}),
        done=done,
    )


@public(OPEN_TO_ALL)
@unkept
@require_POST
def receipt_file(request: HttpRequest) -> HttpResponse:
    """The receipt as a file, by code: it stands in no address."""
    form = f.CodeForm(request.POST)
    if not form.is_valid():
        raise Refused("请输入查询码，一共 20 位。", where={"field": "code"})
    found = channels.enter(code=form.cleaned_data["code"], address=_address(request), now=timezone.now())
    receipt = signing.receipt_of(kind=found.informant.subject_kind, pk=found.informant.subject_id)
    if receipt is None:
        raise Refused("这件材料没有回执。")
    text = receipts.file_text(receipt.body, receipt.signature)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{found.informant.subject_number}.json"'
    return response


@public(OPEN_TO_ALL)
@unkept
@bounded
@require_http_methods(["GET", "POST"])
def verify_receipt(request: HttpRequest) -> HttpResponse:
    """Whether a receipt is genuine; the keys that are published."""
    keys = signing.published_keys()
    form = f.ReceiptForm(request.POST, request.FILES) if request.method == "POST" else f.ReceiptForm()
    verdict, status = None, 200
    if request.method == "POST":
        status = 422
        try:
            refuse_unbounded(request)
            if form.is_valid():
                verdict, status = receipts.verify_receipt(_receipt_text(form), keys), 200
        except DomainError as error:
            form.add_error("file", error.sentence)
    return _show(request, "receipts", "验证回执", form=form, verdict=verdict, keys=keys, status=status)


def _receipt_text(form: f.ReceiptForm) -> str:
    upload = form.cleaned_data["file"]
    if upload is None:
        if not form.cleaned_data["text"].strip():
            raise Refused("请选择回执文件，或者粘贴回执的内容。")
        return str(form.cleaned_data["text"])
    if upload.size > receipts.SIZE_MOST:
        raise Refused(receipts.NO_RECEIPT)
    try:
        return str(upload.read().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused(receipts.NO_RECEIPT) from error


@public("回执公钥：任何人都要能自己验证回执")
@require_GET
def receipt_keys(request: HttpRequest) -> HttpResponse:
    """The published keys as a file for `hengjian receipt verify FILE --keys KEYS`."""
    text = receipts.keys_text(signing.published_keys())
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response
