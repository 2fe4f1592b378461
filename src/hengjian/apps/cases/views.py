"""Pages of cases: the list, one case, registering one, and the moves."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import OWN_LEVELS, granting
from hengjian.apps.cases import acts, gates, presenting, sections, timing
from hengjian.apps.cases.entering import refused
from hengjian.apps.cases.forms.entries import RegisterForm
from hengjian.apps.cases.forms.parts import CaseForm
from hengjian.apps.cases.listing import UNDONE, case_spec, standing_counts, with_facts
from hengjian.apps.cases.models import Case
from hengjian.apps.cases.moving import move_case
from hengjian.apps.cases.origins import origin_of
from hengjian.apps.cases.procedures import CASE
from hengjian.apps.cases.reading import load_for_page
from hengjian.apps.cases.registering import Entry, register_case
from hengjian.apps.cases.selectors import actions_for, cases_seen_by
from hengjian.apps.documents.presenting import section_of
from hengjian.apps.registry.selectors import institution_seen_by
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Action, Empty


@require_GET
@needs("case.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Cases by the clock that ends first; without a standing in the URL those not finished."""
    today = timezone.localdate()
    rows = with_facts(cases_seen_by(request.user, today))
    counts = standing_counts(cases_seen_by(request.user, today), request.user, today)
    narrowed = request.GET.get("standing") or request.GET.get("state")
    organs = list(rows.order_by("organ__path").values_list("organ_id", "organ__short_name").distinct())
    listing = case_spec(request.user, today).open(
        request.GET,
        path=request.path,
        rows=rows if narrowed else rows.filter(state__in=UNDONE),
        choices={"organ": [(str(pk), name) for pk, name in organs]},
        view_counts=counts,
    )
    if listing.wants_export:
        note_list_export(request=request, permission="case.view", what="案件", rows=listing.total, now=timezone.now())
        return listing.export("案件", now=timezone.now())
    may_register = bool(granting(request.user, "case.register", today))
    finished = (Action(f"看已办结的 {counts['finished']} 个", f"{request.path}?standing=finished"),)
    why = Empty(
        "没有未办结的案件" if counts["all"] else "还没有案件",
        "案件从线索、检查发现的问题、整改事项登记，也可以直接登记。",
        (Action("登记案件", reverse("cases:register"), kind="primary"),) * may_register
        + finished * bool(counts["finished"]),
    )
    context = {"listing": listing, "counts": counts, "why_empty": why, "may_register": may_register}
    return render(request, "cases/list.html", context)


def case_or_404(request: HttpRequest, number: str) -> Case:
    """The case, if this person sees it."""
    case: Case = get_object_or_404(cases_seen_by(request.user, timezone.localdate()), number=number)
    return case


@require_GET
@needs("case.view")
def show_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case: where it stands, what this person may do next, clocks, sections, timeline."""
    case = case_or_404(request, number)
    load_for_page(case)
    now, user = timezone.now(), request.user
    today = timezone.localdate(now)
    clocks = timing.clocks_of(case)
    ways = presenting.ways_of(case, actions_for(case, user, today), user, now=now, today=today)  # type: ignore[arg-type]
    context = {
        "case": case,
        "today": today,
        "tag_kind": presenting.TAGS.get(case.state, "blue"),
        "next_step": presenting.next_step(case, ways, clocks) or presenting.to_serve(case, user, today=today),  # type: ignore[arg-type]
        "steps": presenting.steps_of(case),
        "ways": ways,
        "turn": presenting.TURN.get(case.state, case.get_state_display()),
        "limit": next((one for one in clocks if one.rule_id == timing.LIMIT), None),
        "clocks": [one for one in clocks if one.rule_id != timing.LIMIT],
        "facts": presenting.facts_of(case),
        "history": presenting.history_of(case),
        "documents": section_of(case, user=user, on=today),  # type: ignore[arg-type]
        "main": sections.shown(case, user, today, column="main"),  # type: ignore[arg-type]
        "aside": sections.shown(case, user, today, column="aside"),  # type: ignore[arg-type]
    }
    return render(request, "cases/show.html", context)


@require_http_methods(["GET", "POST"])
@needs("case.view")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One move: its form, what stands in the way, and making it. A move that is not open says why not."""
    entry = acts.act_of(action)
    if entry is None:
        raise Http404
    case = case_or_404(request, number)
    user: Any = request.user
    now = timezone.now()
    today = timezone.localdate(now)
    move = next((one for one in actions_for(case, user, today) if one.action == action), None)
    if move is None:
        _refuse(case, action, user=user, today=today)
    blocks = gates.blocks(case, gates.Attempt(action, user, now, today))
    post = request.method == "POST"
    form: Any = acts.form_of(
        entry, case, user, today, data=request.POST if post else None, files=request.FILES if post else None
    )
    status = 200
    if post:
        status = 422
        if form.is_valid():
            done, status = make(entry, case, form, user=user, today=today)
            if done is not None:
                messages.success(request, f"{done.number} 已办理：{CASE_LABELS[action]}。")
                return redirect("cases:show", number=number)
    context = {"case": case, "form": form, "move": move, "blocks": blocks, "hint": entry.hint}
    return render(request, entry.template, context, status=status)


def make(entry: acts.Act, case: Case, form: Any, *, user: Any, today: date) -> tuple[Case | None, int]:
    """Call the service with what the form holds; a refusal goes onto the form, with the status to answer."""
    values = form.values if isinstance(form, CaseForm) else dict(form.cleaned_data)
    seen = form.cleaned_data.get("seen")
    try:
        return entry.make(case=case, user=user, now=timezone.now(), today=today, seen=seen, **values), 200
    except DomainError as error:
        put_error(form, error)
        return None, 409 if isinstance(error, IllegalMove) else 422


def put_error(form: Any, error: DomainError) -> None:
    """The sentence and its article beside the field it concerns, or above the form."""
    field = str((error.where or {}).get("field", ""))
    sentence = f"{error.sentence}（{error.article}）" if error.article else error.sentence
    form.add_error(field if field in form.fields else None, sentence)


def _refuse(case: Case, action: str, *, user: Any, today: date) -> None:
    """Say why a move that is not offered is not open: by table, right, tie, or second person; always raises."""
    facts = {name: "—" for one in CASE.moves if one.action == action for name in one.facts}

    def stop(row: Case, move: Any, actor: Any) -> None:
        raise IllegalMove(f"“{move.label}”现在不能办理，请看过最新情况再办。", article=move.basis)

    move_case(case=case, action=action, user=user, now=timezone.now(), today=today, facts=facts, apply=stop)


CASE_LABELS = {move.action: move.label for move in CASE.moves}


@require_http_methods(["GET", "POST"])
@needs("case.register")
def register(request: HttpRequest) -> HttpResponse:
    """A new case, from `?from=lead|finding|rectification&ref=<number>` or directly."""
    user: Any = request.user
    today = timezone.localdate()
    origin = origin_of(request.GET.get("from", ""), request.GET.get("ref", ""), user=user, on=today)
    organs = [one.organ.parent if one.organ.level in OWN_LEVELS and one.organ.parent else one.organ
              for one in granting(user, "case.register", today)]  # fmt: skip
    form = RegisterForm(list(dict.fromkeys(organs)), origin, data=request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                case = _register(form, origin, user=user, today=today)
            except DomainError as error:
                put_error(form, error)
            else:
                messages.success(request, f"已登记 {case.number}。")
                return redirect("cases:show", number=case.number)
    return render(request, "cases/register.html", {"form": form, "origin": origin}, status=status)


def _register(form: RegisterForm, origin: Any, *, user: Any, today: date) -> Case:
    given = form.cleaned_data
    institution = None
    if given["uscc"]:
        institution = institution_seen_by(user, given["uscc"].strip().upper(), on=today)
        if institution is None:
            raise refused("uscc", "没有这个代码的在册机构，或者您无权查看；请填当事人名称。")
    organ: Organ = form.organs[given["organ"]]
    names = ("title", "source_code", "source_on", "violation_text", "facts", "place", "field")
    entry = Entry(
        **{name: given[name] for name in names},
        occurred_from=given["occurred_from"],
        occurred_to=given["occurred_to"],
    )
    return register_case(
        organ=organ,
        entry=entry,
        user=user,
        now=timezone.now(),
        today=today,
        origin=origin,
        institution=institution,
        respondent=given["respondent"],
    )
