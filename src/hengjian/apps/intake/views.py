"""Pages of intake: the list, handing in, one submission and what may be done with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may
from hengjian.apps.intake import pages, refusals, services
from hengjian.apps.intake.columns import changed_mapping
from hengjian.apps.intake.forms import HandInForm, RereadForm, WithdrawForm
from hengjian.apps.intake.models import DryRun, Submission
from hengjian.apps.intake.procedures import SUBMISSION
from hengjian.apps.intake.selectors import WORKING, organs_to_hand_in, remembered_for, submissions_seen_by
from hengjian.engines.tables.ready import ready_mappings
from hengjian.kernel.errors import Refused
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.parts import Action, Empty

SUBMISSIONS = ListSpec(
    columns=(
        Column("number", "报送编号", sort="number", note=lambda row: row.file_name),
        Column("sender", "报送单位", sort="sender"),
        Column("organ", "接收机关", "organ.short_name", sort="organ__path"),
        Column("state", "状态", lambda row: row.get_state_display(), sort="state"),
        Column("accepted", "可收", lambda row: row.preview.get("accepted"), kind="num"),
        Column("refused", "拒收", lambda row: row.preview.get("refused"), kind="num"),
        Column("received_at", "交来", kind="datetime", sort="received_at"),
        Column("by", "经手人", "submitted_by.name", only_wide=True),
        Column("file_name", "文件名", only_export=True),
        Column("sha256", "摘要值", kind="id", only_export=True),
    ),
    filters=(
        Filter("q", "文件或编号", lookup=lambda rows, text: rows.filter(pages.named(text)), placeholder="文件名、编号"),
        Filter("sender", "报送单位"),
        Filter("state", "状态", kind="choice", choices=tuple(SUBMISSION.states.items())),
        Filter("received", "交来", kind="range", values="moment", lookup="received_at"),
    ),
    views=(
        View("全部"),
        View("待确认", {"state": "previewed"}),
        View("已收下", {"state": "accepted"}),
        View("读取失败", {"state": "failed"}),
    ),
    default_sort="-received_at",
    url=lambda row: reverse("intake:show", args=[row.number]),
    row_kind=lambda row: "mark" if row.state == "previewed" else "",
)


def _today() -> date:
    return timezone.localdate()


def _submission(request: HttpRequest, number: str) -> Submission:
    return get_object_or_404(submissions_seen_by(request.user, _today()), number=number)


@needs("intake.view")
@require_GET
def submissions(request: HttpRequest) -> HttpResponse:
    """The list of submissions within the person's reach."""
    listing = SUBMISSIONS.open(request.GET, path=request.path, rows=submissions_seen_by(request.user, _today()))
    if listing.wants_export:
        now = timezone.now()
        note_list_export(request=request, permission="intake.view", what="报送", rows=listing.total, now=now)
        return listing.export("报送", now=now)
    may_submit = may(request.user, "intake.submit", on=_today()) is not None
    hand_in_action = Action("交一份台账", reverse("intake:hand_in"), icon="up", kind="primary") if may_submit else None
    why_empty = Empty(
        "还没有报送",
        "没有数据就没有预警，不等于没有问题。先交一份台账，试运行不会写入任何数据。",
        [hand_in_action] if hand_in_action else [],
    )
    return render(
        request, "intake/list.html", {"listing": listing, "why_empty": why_empty, "hand_in_action": hand_in_action}
    )


@needs("intake.submit")
@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    """Hand in one file; the same file again leads to the submission that is known."""
    organs = organs_to_hand_in(request.user, _today())
    typed = request.POST if request.method == "POST" else None
    form = HandInForm(typed, request.FILES or None, organs=organs, initial={"sender": organs[0].name if organs else ""})
    if request.method == "POST" and form.is_valid():
        try:
            submission, fresh = _receive(request, form)
        except Refused as error:
            form.add_error("file", error.sentence)
        else:
            if not fresh:
                messages.info(
                    request,
                    f"这份文件 {timezone.localtime(submission.received_at):%Y年%m月%d日} 已经交过，"
                    f"编号 {submission.number}，没有再收一次。",
                )
            return redirect("intake:show", submission.number)
    status = 422 if form.is_bound else 200
    context = {"form": form, "tables": pages.template_links(), "ready_titles": [one.title for one in ready_mappings()]}
    return render(request, "intake/hand_in.html", context, status=status)


def _receive(request: HttpRequest, form: HandInForm) -> tuple[Submission, bool]:
    given = form.cleaned_data
    return services.receive_file(
        chunks=given["file"].chunks(),
        file_name=given["file"].name,
        sender=given["sender"],
        organ=form.organs[given["organ"]],
        user=request.user,
        now=timezone.now(),
        today=_today(),  # type: ignore[arg-type]
        table=given["table"],
        mapping=given["mapping"] or ({"ready": given["ready"]} if given["ready"] else {}),
    )


@needs("intake.view")
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One submission: where it stands, what the dry run found, what may be done."""
    submission = _submission(request, number)
    return _page(request, submission)


def _page(
    request: HttpRequest,
    submission: Submission,
    *,
    withdraw_form: WithdrawForm | None = None,
    reread_form: RereadForm | None = None,
) -> HttpResponse:
    context = _context(request, submission)
    context |= {
        "withdraw_form": withdraw_form or WithdrawForm(),
        "reread_form": reread_form or _reread_form(submission, context["detail"]),
        "withdraw_open": withdraw_form is not None,
        "reread_open": reread_form is not None,
    }
    wrong = (withdraw_form and withdraw_form.errors) or (reread_form and reread_form.errors)
    return render(request, "intake/show.html", context, status=422 if wrong else 200)


def _context(request: HttpRequest, submission: Submission) -> dict[str, Any]:
    today, user = _today(), request.user
    rights = {
        code: may(user, f"intake.{code}", submission, on=today) is not None for code in ("submit", "accept", "original")
    }
    dry_run = DryRun.objects.filter(submission=submission).first()
    detail = dry_run.detail if dry_run else {}
    sheets = pages.sheets(detail, submission)
    signature = submission.preview.get("signature", "")
    remembered = remembered_for(submission.organ, submission.sender, signature) if signature else None
    reason = request.GET.get("reason", "")
    return {
        "submission": submission,
        "detail": detail,
        "remembered": remembered,
        "may": rights,
        "next_step": pages.next_step(submission, rights),
        "heading": pages.heading(submission),
        "state_tag": pages.state_tag(submission),
        "work": pages.work(submission, rights),
        "refresh_seconds": 3 if submission.state in WORKING else None,
        "many": pages.many(detail),
        "form_sheet": next((sheet for sheet in sheets if sheet["editable"]), None),
        "origin": pages.origin(submission),
        "heading_rows": pages.rows_to_take(submission),
        "records": pages.to_write(submission),
        "counts": pages.count_rows(submission),
        "bar": pages.share(submission),
        "sheets": sheets,
        "exact_sheets": [sheet for sheet in sheets if sheet.get("exact")],
        "tables": pages.tables(submission, sheets),
        "may_remember": bool(submission.preview.get("signature") and submission.preview.get("mapping")),
        "editable": rights["submit"] and submission.state in {"previewed", "failed"},
        "refused": refusals.page(submission, reason=reason, number=1, size=8),
        "reasons": pages.reason_tabs(submission, detail, reason, reverse("intake:show", args=[submission.number])),
        "facts": pages.facts(submission, detail),
        "may_withdraw": rights["submit"] and submission.state in {"received", "reading", "previewed", "failed"},
    }


@needs("intake.view")
@require_GET
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """The progress part alone, asked again by htmx; when the work has ended the whole page is called for."""
    submission = _submission(request, number)
    if submission.state not in WORKING:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("intake:show", args=[submission.number])
        return answer
    may_submit = may(request.user, "intake.submit", submission, on=_today()) is not None
    context = {"work": pages.work(submission, {"submit": may_submit})}
    return render(request, "intake/parts/work.html", context)


@needs("intake.view")
@require_GET
def refused(request: HttpRequest, number: str) -> HttpResponse:
    """All refused rows, by reason, page by page."""
    submission = _submission(request, number)
    dry_run = DryRun.objects.filter(submission=submission).first()
    reason = request.GET.get("reason", "")
    asked = request.GET.get("page", "1")
    found = refusals.page(submission, reason=reason, number=int(asked) if asked.isdecimal() and len(asked) < 7 else 1)
    here = reverse("intake:refused", args=[submission.number])
    tabs = pages.reason_tabs(submission, dry_run.detail if dry_run else {}, reason, here)
    return render(
        request, "intake/refused.html", {"submission": submission, "refused": found, "reasons": tabs, "reason": reason}
    )


@needs("intake.submit")
@require_POST
def reread(request: HttpRequest, number: str) -> HttpResponse:
    """Dry run again with other columns, with a mapping file, or with rows moved back."""
    submission = _submission(request, number)
    dry_run = DryRun.objects.filter(submission=submission).first()
    detail = dry_run.detail if dry_run else {}
    form = _reread_form(submission, detail, request)
    if not form.is_valid():
        return _page(request, submission, reread_form=form)
    try:
        mapping, table = _wanted(submission, detail, form.cleaned_data, request)
    except Refused as error:
        form.add_error("mapping", error.sentence)
        return _page(request, submission, reread_form=form)
    services.reread(
        pk=submission.pk,
        user=request.user,
        now=timezone.now(),
        today=_today(),
        mapping=mapping,  # type: ignore[arg-type]
        table=table,
    )
    return redirect("intake:show", submission.number)


def _reread_form(submission: Submission, detail: dict[str, Any], request: HttpRequest | None = None) -> RereadForm:
    sheets = detail.get("sheets", []) if submission.state == "failed" else []
    return RereadForm(
        request.POST if request else None,
        request.FILES if request else None,
        sheets=[sheet["sheet"] for sheet in sheets if sheet["sheet"]],
        initial={"table": submission.table, "sheet": _editable_sheet(detail)},
    )


def _editable_sheet(detail: dict[str, Any]) -> str:
    return next((str(sheet["sheet"]) for sheet in detail.get("sheets", []) if sheet["editable"]), "")


def _wanted(
    submission: Submission, detail: dict[str, Any], given: dict[str, Any], request: HttpRequest
) -> tuple[dict[str, Any], str | None]:
    """(mapping, table) that the person asks for; another table or sheet starts anew, else columns are changed."""
    if given["mapping"]:
        return given["mapping"], None
    if given["ready"]:
        return {"ready": given["ready"]}, ""
    other_table = "table" in request.POST and given["table"] != submission.table
    other_sheet = bool(given.get("sheet")) and given["sheet"] != _editable_sheet(detail)
    if other_table or other_sheet:
        sheet = {"sheet": given["sheet"]} if given.get("sheet") else {}
        return sheet, given["table"]
    return changed_mapping(submission, detail, request.POST), None


@needs("intake.accept")
@require_POST
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Order the acceptance of what the dry run showed."""
    submission = _submission(request, number)
    services.request_acceptance(
        pk=submission.pk,
        user=request.user,
        now=timezone.now(),
        today=_today(),  # type: ignore[arg-type]
        remember=request.POST.get("remember") == "1",
        seen=request.POST.get("seen", ""),
    )
    return redirect("intake:show", submission.number)


@needs("intake.submit")
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take the submission back, with a reason."""
    submission = _submission(request, number)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, submission, withdraw_form=form)
    services.withdraw(
        pk=submission.pk,
        user=request.user,
        now=timezone.now(),
        today=_today(),  # type: ignore[arg-type]
        reason=form.cleaned_data["reason"],
    )
    messages.success(request, f"{submission.number} 已撤回。原件仍按编号保存；同一份文件可以重新报送。")
    return redirect("intake:list")


@needs("intake.submit")
@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the running work to stop."""
    submission = _submission(request, number)
    services.request_cancel(pk=submission.pk, user=request.user, now=timezone.now(), today=_today())  # type: ignore[arg-type]
    return redirect("intake:show", submission.number)
