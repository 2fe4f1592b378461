"""Pages by which a draw moves on: commitment, entropy, one-button moves, substitution, recusal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may, permission
from hengjian.apps.draws import aftermath, bundle, committing, drawing, entropy, services
from hengjian.apps.draws.forms import (
    DeadlineForm,
    RecuseForm,
    SourceFormSet,
    SubstituteForm,
    entropy_forms,
)
from hengjian.apps.draws.models import Draw, DrawUnit
from hengjian.apps.draws.presenting import bits_text
from hengjian.apps.draws.selectors import draws_seen_by
from hengjian.apps.draws.sources import KINDS
from hengjian.apps.draws.views import draw_or_404, draw_page, to_draw, unit_page
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed
from hengjian.law.drawing import draw_rules
from hengjian.ui.wording import size as size_text

PHOTO_MOST = 20 * 1024 * 1024


def _status(error: DomainError) -> int:
    return 409 if isinstance(error, IllegalMove) else 422


def _refuse_without(request: HttpRequest, draw: Draw, code: str) -> None:
    if may(request.user, code, draw, on=timezone.localdate()) is None:
        raise NotAllowed(f"您没有“{permission(code).label}”的权限。")


@require_http_methods(["GET", "POST"])
@needs("draw.view")
def commit(request: HttpRequest, number: str) -> HttpResponse:
    """Name the sources and publish the commitment."""
    draw = draw_or_404(request, number)
    _refuse_without(request, draw, "draw.commit")
    if draw.state != "frozen":
        return draw_page(request, draw, refused=_not_now(draw, "公布承诺"), status=409)
    if request.method != "POST":
        proposed = _suggested(timezone.now())
        deadline = DeadlineForm(initial={"deadline": proposed[0]["drawn_at"] + timedelta(hours=12)})
        return _commit_page(request, draw, SourceFormSet(initial=proposed), deadline)
    sources, deadline = SourceFormSet(request.POST), DeadlineForm(request.POST)
    if not (sources.is_valid() and deadline.is_valid()):
        return _commit_page(request, draw, sources, deadline, status=422)
    try:
        committing.commit_draw(
            pk=draw.pk,
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            sources=[row for row in sources.cleaned_data if row.get("kind")],
            deadline=deadline.cleaned_data["deadline"],
            seen_state=request.POST.get("seen_state", ""),
            rows=draws_seen_by(request.user, on=timezone.localdate()),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        return _commit_page(request, draw, sources, deadline, refused=error.sentence, status=_status(error))
    messages.success(request, "承诺已公布。此后名录、权重、配额、检查人员改动一字，承诺值即变。")
    return to_draw(draw)


def _not_now(draw: Draw, what: str) -> str:
    return f"现处于“{draw.get_state_display()}”状态，不能{what}。"


def _suggested(now: datetime) -> list[dict[str, Any]]:
    """Two lotteries that come out in the evening: tomorrow's, and a fallback two days later."""
    evening = timezone.localtime(now).replace(hour=21, minute=30, second=0, microsecond=0) + timedelta(days=1)
    return [{"kind": kind, "drawn_at": evening, "fallback_at": evening + timedelta(days=3)} for kind in ("ssq", "kl8")]


def _commit_page(
    request: HttpRequest,
    draw: Draw,
    sources: Any,
    deadline: DeadlineForm,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "draw": draw,
        "sources": sources,
        "deadline": deadline,
        "refused": refused,
        "rules": draw_rules(timezone.localdate()),
        "kinds": list(KINDS.values()),
        "strengths": [(kind.name, sum(part.bits for part in kind.parts)) for kind in KINDS.values()],
        "keepers": draw.custodians.select_related("user", "organ"),
    }
    return render(request, "draws/commit.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("draw.view")
def type_entropy(request: HttpRequest, number: str) -> HttpResponse:
    """Type the entropy, or as a second person type it again without seeing the first."""
    draw = draw_or_404(request, number)
    second = draw.state == "entropy_entered"
    _refuse_without(request, draw, "draw.confirm_entropy" if second else "draw.enter_entropy")
    if draw.state not in ("committed", "entropy_entered"):
        return draw_page(request, draw, refused=_not_now(draw, "录入熵"), status=409)
    if second and draw.entropy_entered_by_id == request.user.pk:
        return draw_page(request, draw, refused="您已经录入，须由另一人独立核对；录错了的可以撤回重录。", status=409)
    if request.method != "POST":
        return _entropy_page(request, draw, entropy_forms(draw))
    pairs = entropy_forms(draw, request.POST)
    valid = [form.is_valid() for _, form in pairs]  # every one, so that every fault is shown
    if not all(valid):
        return _entropy_page(request, draw, pairs, status=422)
    do = entropy.confirm_entropy if request.POST.get("seen_state") == "entropy_entered" else entropy.enter_entropy
    try:
        do(
            pk=draw.pk,
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            today=timezone.localdate(),
            given=[form.cleaned_data for _, form in pairs],
            seen_state=request.POST.get("seen_state", ""),
            rows=draws_seen_by(request.user, on=timezone.localdate()),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        draw.refresh_from_db()
        return _entropy_page(request, draw, pairs, refused=error.sentence, status=_status(error))
    messages.success(request, "两人录入一致，熵已到齐。" if second else "已录入。请另一人独立再录一遍。")
    return to_draw(draw)


def _entropy_page(
    request: HttpRequest, draw: Draw, pairs: list[Any], *, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "draw": draw,
        "pairs": pairs,
        "refused": refused,
        "second": draw.state == "entropy_entered",
        "bits": bits_text(draw),
        "now": timezone.now(),
    }
    return render(request, "draws/entropy.html", context, status=status)


MOVES: dict[str, tuple[Callable[..., Any], str]] = {
    "build": (services.build_roster, "名录已按现在的登记重新编制。"),
    "freeze": (services.freeze_roster, "名录和人员已冻结。下一步写明熵的来源，公布承诺。"),
    "thaw": (services.thaw_roster, "已退回编制。"),
    "withdraw_entropy": (entropy.withdraw_entropy, "已撤回，可以重新录入。"),
    "draw": (drawing.draw_now, "已抽取。"),
    "publish": (drawing.publish_draw, "证明已公开，任何人可以复算。"),
    "announce": (drawing.publish_draw, "结果的摘要值已公布。"),
    "open": (drawing.open_draw, "盐已揭示，证明已公开。"),
    "void": (services.void_draw, "已作废，理由公开，留在承诺链中。"),
}
WITH_REASON = ("thaw", "withdraw_entropy", "void")
WITH_SEEN = ("freeze", "draw", "publish", "announce", "open")


@require_POST
@needs("draw.view")
def move(request: HttpRequest, number: str) -> HttpResponse:
    """One button: what the procedure and the rights allow is done, everything else is told with a sentence."""
    draw = draw_or_404(request, number)
    action = request.POST.get("action", "")
    if action not in MOVES:
        return draw_page(request, draw, refused="没有这一操作，请从页面上的按钮办理。", status=422)
    do, told = MOVES[action]
    more: dict[str, Any] = {}
    if action in WITH_REASON:
        more["reason"] = request.POST.get("reason", "")[:2000]
        if "\x00" in more["reason"]:  # PostgreSQL stores no NUL
            return draw_page(request, draw, refused="理由里有看不见的控制字符（NUL），请重新输入。", status=422)
    if action in WITH_SEEN:
        more["seen_state"] = request.POST.get("seen_state", "")
    today = timezone.localdate()
    try:
        do(
            pk=draw.pk,
            user=request.user,
            now=timezone.now(),
            today=today,
            rows=draws_seen_by(request.user, on=today),
            **more,
        )
    except NotAllowed:
        raise
    except DomainError as error:
        return draw_page(request, draw_or_404(request, number), refused=error.sentence, status=_status(error))
    messages.success(request, told)
    return to_draw(draw)


@require_POST
@needs("draw.view")
def substitute(request: HttpRequest, number: str, uscc: str) -> HttpResponse:
    """Ask that a drawn target be replaced by coded reason, or as another person confirm it."""
    draw = draw_or_404(request, number)
    _refuse_without(request, draw, "draw.substitute")
    unit = get_object_or_404(draw.units, unit_id=uscc)
    if request.POST.get("action") == "confirm":
        return _confirm_substitute(request, draw, unit)
    form = SubstituteForm(request.POST, request.FILES)
    if not form.is_valid():
        return unit_page(request, draw, uscc, substitute=form, status=422)
    photo: UploadedFile | None = form.cleaned_data["photo"]
    if photo is not None and (photo.size or 0) > PHOTO_MOST:
        form.add_error(
            "photo", f"照片 {size_text(photo.size)}，超过 {size_text(PHOTO_MOST)}。请压缩后再传，说明已保留。"
        )
        return unit_page(request, draw, uscc, substitute=form, status=422)
    today = timezone.localdate()
    data = photo.read() if photo is not None else b""
    try:
        aftermath.ask_substitution(
            pk=draw.pk,
            unit_pk=unit.pk,
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            today=today,
            code=form.cleaned_data["code"],
            note=form.cleaned_data["note"],
            photo_sha256=hashlib.sha256(data).hexdigest() if data else "",
            rows=draws_seen_by(request.user, on=today),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        field = (error.where or {}).get("field")
        form.add_error(str(field) if field in form.fields else None, error.sentence)
        return unit_page(request, draw, uscc, substitute=form, status=_status(error))
    if data:
        bundle.keep_photo(data)
    messages.success(request, "已提出替换，须由另一人确认后递补。")
    return redirect("draws:unit", number=number, uscc=uscc)


def _confirm_substitute(request: HttpRequest, draw: Draw, unit: DrawUnit) -> HttpResponse:
    today = timezone.localdate()
    try:
        row = aftermath.substitute_unit(
            pk=draw.pk,
            unit_pk=unit.pk,
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            today=today,
            rows=draws_seen_by(request.user, on=today),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        return draw_page(request, draw, refused=error.sentence, status=_status(error))
    messages.success(request, f"已由备选第一位 {row.substitute.institution.name} 递补。")
    return redirect("draws:unit", number=draw.number, uscc=row.substitute.unit_id)


@require_POST
@needs("draw.view")
def recuse(request: HttpRequest, number: str, uscc: str, assignment: int) -> HttpResponse:
    """A person steps back from a target; the next of the order steps in."""
    draw = draw_or_404(request, number)
    _refuse_without(request, draw, "draw.substitute")
    row = get_object_or_404(draw.assignments, pk=assignment, unit__unit_id=uscc)
    form = RecuseForm(request.POST, auto_id=f"id_{row.pk}_%s")
    if not form.is_valid():
        return unit_page(request, draw, uscc, recuse=(row.pk, form), status=422)
    today = timezone.localdate()
    try:
        fresh = aftermath.recuse_inspector(
            pk=draw.pk,
            assignment_pk=row.pk,
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            today=today,
            code=form.cleaned_data["code"],
            note=form.cleaned_data["note"],
            rows=draws_seen_by(request.user, on=today),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error(None, error.sentence)
        return unit_page(request, draw, uscc, recuse=(row.pk, form), status=_status(error))
    messages.success(request, f"已由 {fresh.user.name} 递补。")
    return redirect("draws:unit", number=number, uscc=uscc)
