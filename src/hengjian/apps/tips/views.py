"""Pages of tips: the list, registering one, one tip with the moves open to this person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import granting, may
from hengjian.apps.accounts.selectors import area_name
from hengjian.apps.clocks.selectors import clocks_of
from hengjian.apps.documents.presenting import section_of
from hengjian.apps.tips import handling, presenting
from hengjian.apps.tips.forms import FORMS, MoveForm, TipForm
from hengjian.apps.tips.listing import TIPS, standing
from hengjian.apps.tips.models import Reward, Tip
from hengjian.apps.tips.moving import stamp
from hengjian.apps.tips.selectors import UNFINISHED, actions_for, state_counts, tips_seen_by
from hengjian.apps.tips.services import Reported, receive_tip
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Empty


def choices_of_organs(rows: Any) -> list[tuple[str, str]]:
    """The organs that occur in the rows, in tree order."""
    found = Organ.objects.filter(pk__in=rows.order_by().values("organ_id")).order_by("path")
    return [(str(pk), name) for pk, name in found.values_list("pk", "short_name")]


@require_GET
@needs("tip.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Tips, the newest first; without a state in the URL those not ended."""
    today = timezone.localdate()
    rows = tips_seen_by(request.user, on=today)
    counts = state_counts(rows)
    listing = TIPS.open(
        request.GET,
        path=request.path,
        rows=rows if request.GET.get("state") else rows.filter(state__in=UNFINISHED),
        choices={"organ": choices_of_organs(rows)},
        view_counts=counts,
    )
    if listing.wants_export:
        note_list_export(request=request, permission="tip.view", what="举报", rows=listing.total, now=timezone.now())
        return listing.export("举报", now=timezone.now())
    context = {
        "listing": listing,
        "counts": counts,
        "may_register": may(request.user, "tip.register", on=today) is not None,
        "why_empty": Empty(
            "没有未办结的举报" if counts["all"] else "还没有举报",
            "门户网站提交的举报自动进入这里；来电、来信、来访和平台转来的由登记人员登记。",
        ),
    }
    return render(request, "tips/list.html", context)


def organs_for(user: Any, code: str) -> list[Organ]:
    """The organs for which this person may register; stations act in their bureau's name, on their own page."""
    seen = {posting.organ_id: posting.organ for posting in granting(user, code, timezone.localdate())}
    return sorted(seen.values(), key=lambda organ: organ.path)


def put_error(form: Any, error: DomainError) -> None:
    """The sentence beside its field, with the article where the law says it."""
    field = str((error.where or {}).get("field", ""))
    sentence = f"{error.sentence}（{error.article}）" if error.article else error.sentence
    form.add_error(field if field in form.fields else None, sentence)


@require_http_methods(["GET", "POST"])
@needs("tip.register")
def register(request: HttpRequest) -> HttpResponse:
    """Register one tip that came by telephone, letter, visit or platform."""
    user: Any = request.user
    now, today = timezone.now(), timezone.localdate()
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = TipForm(*given, organs=organs_for(user, "tip.register"))
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            organ = form.chosen_organ()
            tip = receive_tip(
                organ=organ,
                text=found["text"],
                about=Reported(
                    respondent_name=found["respondent_name"],
                    respondent_uscc=found["respondent_uscc"],
                    institution=form.institution(),
                    area_code=found["area_code"],
                    occurred_on=found["occurred_on"],
                ),
                channel=found["channel"],
                actor=actor_or_refuse(user, "tip.register", organ, on=today),
                now=now,
                today=today,
                identity=form.identity(anonymous=not found["name"].strip()),
                insider=found["kind"] == "insider",
                external_no=found["external_no"],
                files=found["files"],
            )
        except DomainError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{tip.number} 已登记：{tip.get_state_display()}。")
            return redirect("tips:show", number=tip.number)
    return render(request, "tips/new.html", {"form": form}, status=422 if form.errors else 200)


def _tip(request: HttpRequest, number: str) -> Tip:
    rows = tips_seen_by(request.user, on=timezone.localdate())
    found: Tip = get_object_or_404(rows.select_related("distributed_by", "merged_into"), number=number)
    return found


@require_GET
@needs("tip.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One tip: what was reported, how far it is, what this person may do now."""
    return _page(request, _tip(request, number))


def panels_of(moves: Any, primary: str, form_of: Any, url_of: Any, tried: Any) -> list[dict[str, Any]]:
    """The forms of the moves that are open, the next one first and unfolded; each action once."""
    unique = {move.action: move for move in moves}
    return [
        {
            "action": action,
            "label": move.label,
            "basis": move.basis,
            "form": tried[1] if tried and tried[0] == action else form_of(action),
            "open": action == primary or bool(tried and tried[0] == action),
            "url": url_of(action),
        }
        for action, move in sorted(unique.items(), key=lambda pair: pair[0] != primary)
    ]


def _page(
    request: HttpRequest, tip: Tip, *, tried: tuple[str, MoveForm] | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    user: Any = request.user
    moves = actions_for(tip, user, on=today)
    step = presenting.next_of(tip, moves)
    primary = step.action.url.lstrip("#") if step and step.action else ""
    rows = tips_seen_by(user, on=today)
    reward = Reward.objects.filter(tip=tip).first()
    context = {
        "tip": tip,
        "tag_kind": standing(tip),
        "next_step": step,
        "steps": presenting.steps_of(tip),
        "panels": panels_of(
            moves,
            primary,
            lambda action: _form(action, tip),
            lambda action: reverse("tips:act", args=[tip.number, action]),
            tried,
        ),
        "notes": list(tip.notes.all()),
        "lead": presenting.lead_link(tip.lead, user, on=today),
        "lead_clocks": list(clocks_of(tip.lead)) if tip.lead else [],
        "facts": presenting.facts_of(tip),
        "area": area_name(tip.area_code, on=today),
        "documents": section_of(tip, user=user, on=today),
        "channel_url": presenting.channel_url(tip.informant, user, on=today),
        "earlier": presenting.earlier_tips(tip, user, rows),
        "reward": reward if reward and may(user, "reward.view", reward, on=today) else None,
        "may_reward": reward is None
        and tip.state == "closed"
        and tip.outcome == "case"
        and may(user, "reward.propose", tip, on=today) is not None,
        "history": presenting.history_of(tip._meta.label_lower, tip.pk, presenting.LABELS, presenting.KINDS_OF_EVENT),
    }
    return render(request, "tips/show.html", context, status=status)


def _form(action: str, tip: Tip, data: Any = None) -> MoveForm:
    options: dict[str, Any] = {"prefix": action, "initial": {"seen": stamp(tip)}}
    if data is not None:
        options["data"] = data
    return FORMS[action](thing=tip, on=timezone.localdate(), **options)


@require_POST
@needs("tip.view")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Take one move; what was typed stays when it is refused."""
    if action not in FORMS:
        raise Http404
    today = timezone.localdate()
    user: Any = request.user
    # a move needs the row and its organ; the page's joins would be paid for twice
    rows = tips_seen_by(user, on=today).select_related(None).select_related("organ")
    tip: Tip = get_object_or_404(rows, number=number)
    offered = action in {move.action for move in actions_for(tip, user, on=today)}
    form = _form(action, tip, data=request.POST)
    if offered and not form.is_valid():
        return _page(request, _tip(request, number), tried=(action, form), status=422)
    if not offered:
        refuse_move(request, rows, tip, action)
    try:
        seen = form.cleaned_data["seen"] or None
        handling.act(action, rows=rows, pk=tip.pk, user=user, now=timezone.now(), values=form.values(), seen=seen)
    except DomainError as error:
        put_error(form, error)
        status = 409 if isinstance(error, IllegalMove) else 422
        return _page(request, _tip(request, number), tried=(action, form), status=status)
    messages.success(request, f"{tip.number} 已记录：{presenting.LABELS[action]}。")
    seen_still = tips_seen_by(user, on=today).filter(pk=tip.pk).exists()
    return redirect("tips:show", number=number) if seen_still else redirect("tips:list")


def refuse_move(request: HttpRequest, rows: Any, tip: Tip, action: str) -> None:
    """A move that the page did not offer is asked of the table and the rights all the same: they say why not."""
    from hengjian.apps.tips.procedures import TIP

    facts = {name: "—" for move in TIP.moves if move.action == action for name in move.facts}
    handling.refuse(action, rows=rows, pk=tip.pk, user=request.user, now=timezone.now(), facts=facts)
