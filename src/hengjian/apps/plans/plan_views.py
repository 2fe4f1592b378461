"""Pages of annual plans and their items."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields import CharField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import granting, may
from hengjian.apps.plans import planning, presenting
from hengjian.apps.plans.burden import certain_items, expected_visits
from hengjian.apps.plans.coverage import coverage
from hengjian.apps.plans.forms import ItemForm, MoveForm, PlanForm, PlanTextForm, VersionForm
from hengjian.apps.plans.listing import plan_list, scope_list
from hengjian.apps.plans.models import AnnualPlan, MonitoringLook, PlanItem, Visit
from hengjian.apps.plans.parameters import settings_of
from hengjian.apps.plans.procedures import EDITABLE, EXPECTED
from hengjian.apps.plans.scope import scope_of, strata_of, supervised
from hengjian.apps.plans.secrecy import hidden_from
from hengjian.apps.plans.selectors import expected_under, items_seen_by, plans_seen_by
from hengjian.apps.plans.waiting import moves_for, plans_waiting_for
from hengjian.apps.runs.exports import note_export
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.ui.parts import Action, Empty

BURDEN_SHOWN = 200


def field_of(error: DomainError, form: Any) -> str | None:
    """The form's field that an error is about, where the form has it."""
    where = error.where or {}
    missing = where.get("missing")
    name = str(missing[0]) if isinstance(missing, list) and missing else str(where.get("field", ""))
    name = {"fields": "fields_"}.get(name, name)
    return name if name in form.fields else None


@require_GET
@needs("plan.view")
def list_plans(request: HttpRequest) -> HttpResponse:
    """Plans of the person's organ and of those below."""
    today = timezone.localdate()
    seen = plans_seen_by(request.user, on=today)
    rows = seen.annotate(item_count=Count("items"))
    organs = list(seen.order_by("organ__path").values_list("organ_id", "organ__short_name").distinct())
    years = sorted(set(seen.order_by().values_list("year", flat=True)), reverse=True)
    listing = plan_list(may_export=may(request.user, "plan.export", on=today) is not None).open(
        request.GET,
        path=request.path,
        rows=rows,
        choices={"organ": [(str(pk), name) for pk, name in organs], "year": [(str(y), f"{y} 年") for y in years]},
    )
    if listing.wants_export:
        note_export(request, "年度检查计划", rows=listing.total)
        return listing.export("年度检查计划", now=timezone.now())
    may_draft = may(request.user, "plan.draft", on=today) is not None
    actions = (Action("起草年度计划", "new/", kind="primary"),) if may_draft else ()
    why = Empty("还没有年度检查计划", "计划写明查什么、查多少、什么时候查；备案以后才能据以抽取和检查。", actions)
    context = {
        "listing": listing,
        "why_empty": why,
        "may_draft": may_draft,
        "waiting": plans_waiting_for(request.user, on=today),
    }
    return render(request, "plans/list.html", context)


def plan_or_404(request: HttpRequest, number: str) -> AnnualPlan:
    """The plan of that number, if the person may see it."""
    plan: AnnualPlan = get_object_or_404(plans_seen_by(request.user, on=timezone.localdate()), number=number)
    return plan


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.draft")
def new_plan(request: HttpRequest) -> HttpResponse:
    """Begin the plan of a year."""
    today = timezone.localdate()
    organs = list(dict.fromkeys(one.organ for one in granting(request.user, "plan.draft", today)))
    form = PlanForm(
        request.POST or None, organs=organs, today=today, initial={"title": f"{today.year}年度检验检测机构检查计划"}
    )
    if form.is_valid():
        data = form.cleaned_data
        try:
            plan = planning.create_plan(
                organ=form.organ,
                year=data["year"],
                title=data["title"],
                basis=data["basis"],
                user=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                today=today,
            )
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            messages.success(request, f"{plan.number} 已建立，请写检查事项。")
            return redirect("plans:show", number=plan.number)
    return render(request, "plans/new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
@needs("plan.view")
def show_plan(request: HttpRequest, number: str) -> HttpResponse:
    """One plan: where it stands, its items, the coverage meter, what this person may do."""
    return _page(request, plan_or_404(request, number))


def _page(request: HttpRequest, plan: AnnualPlan, *, form: MoveForm | None = None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    moves = moves_for(plan, request.user, on=today)
    items = list(plan.items.select_related("plan__organ", "joined_to").prefetch_related("shares"))
    of = coverage(plan.organ, plan.year, today)
    drafting = plan.state in EDITABLE and may(request.user, "plan.draft", plan, on=today) is not None
    groups = presenting.group_titles(today)
    versions = plans_seen_by(request.user, on=today).filter(organ=plan.organ, year=plan.year).order_by("version")
    lines = _lines(items)
    required = settings_of(plan.organ, on=today)["draw_percent"]
    context: dict[str, Any] = {
        "plan": plan,
        "tag": presenting.tag_of(plan),
        "steps": presenting.steps_of(plan),
        "next_step": presenting.next_of(plan, moves),
        "items": lines,
        "groups": groups,
        "meters": presenting.shown_meters(of),
        "coverage": of,
        "drafting": drafting,
        "may_renew": plan.state == "in_force" and may(request.user, "plan.draft", plan, on=today) is not None,
        "form": (form or MoveForm(None, moves=moves, state=plan.state)) if moves else None,
        "versions": versions,
        "history": presenting.history_of(plan),
        "planned": _planned(plan, lines, required.value),
        "required": required,
        "has_certain": bool([one for one in items if one.is_full and one.is_on_site]),
    }
    return render(request, "plans/show.html", context, status=status)


def _lines(items: list[PlanItem]) -> list[dict[str, Any]]:
    """Each item with its amount, how many it covers, and what the ledger says: one query for all of them."""
    done = Count("pk", filter=Q(state="done"))
    rows = Visit.objects.filter(item__lineage__in=[one.lineage for one in items], state__in=EXPECTED)
    visits = {
        lineage: (arranged, finished)
        for lineage, arranged, finished in rows.order_by()
        .values_list("item__lineage")
        .annotate(arranged=Count("pk"), finished=done)
    }
    return [_line(one, *visits.get(one.lineage, (0, 0))) for one in items]


def _line(item: PlanItem, arranged: int, done: int) -> dict[str, Any]:
    line: dict[str, Any] = {"item": item, "amount": presenting.amount_of(item), "scope": scope_of(item).count()}
    if item.is_on_site:
        return line | {"arranged": arranged, "done": done}
    return line | {"arranged": None, "done": MonitoringLook.objects.filter(item__lineage=item.lineage).count()}


def _planned(plan: AnnualPlan, lines: list[dict[str, Any]], required: int) -> dict[str, Any] | None:
    """What the plan's draws ask for, held against everybody under supervision; None without a draw."""
    draws = [line for line in lines if line["item"].kind == "draw"]
    if not draws:
        return None
    wanted, total = sum(_wanted(line) for line in draws), supervised(plan.organ).count()
    return {"wanted": wanted, "total": total, "short": wanted * 100 < total * required}


def _wanted(line: dict[str, Any]) -> int:
    item: PlanItem = line["item"]
    if item.shares.all():
        return sum(stratum.wanted for stratum in strata_of(item))
    return min(item.n or -(-line["scope"] * (item.share or 0) // 100), line["scope"])


@require_POST
@needs("plan.view")
def move_plan(request: HttpRequest, number: str) -> HttpResponse:
    """Take one step; what was typed stays when it is refused."""
    today = timezone.localdate()
    plan = plan_or_404(request, number)
    moves = moves_for(plan, request.user, on=today)
    form = MoveForm(request.POST, moves=moves, state=plan.state)
    asked = request.POST.get("action", "")
    offered = asked in {move.action for move in moves}
    if offered and not form.is_valid():
        return _page(request, plan, form=form, status=422)
    try:
        moved = planning.move_plan(
            pk=plan.pk,
            rows=plans_seen_by(request.user, on=today),
            action=asked,
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            today=today,
            seen_state=request.POST.get("seen_state", ""),
            reason=request.POST.get("reason", ""),
            receipt_no=request.POST.get("receipt_no", ""),
        )
    except DomainError as error:
        if not offered:
            raise
        form.add_error(field_of(error, form), error.sentence)
        conflict = isinstance(error, IllegalMove)
        return _page(request, plan_or_404(request, number), form=form, status=409 if conflict else 422)
    messages.success(request, f"{moved.number}：{moved.get_state_display()}。")
    return redirect("plans:show", number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.draft")
def edit_plan(request: HttpRequest, number: str) -> HttpResponse:
    """Title and basis of a draft."""
    plan = plan_or_404(request, number)
    planning.require_draft(plan)
    form = PlanTextForm(request.POST or None, initial={"title": plan.title, "basis": plan.basis})
    if form.is_valid():
        try:
            planning.edit_plan(
                plan=plan, user=request.user, now=timezone.now(), today=timezone.localdate(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            return redirect("plans:show", number=number)
    return render(request, "plans/edit.html", {"form": form, "plan": plan}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.draft")
def new_version(request: HttpRequest, number: str) -> HttpResponse:
    """A draft of the next version; the one in force holds until that is filed."""
    plan = plan_or_404(request, number)
    form = VersionForm(request.POST or None)
    if form.is_valid():
        try:
            new = planning.start_new_version(
                plan=plan,
                reason=form.cleaned_data["reason"],
                user=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                today=timezone.localdate(),
            )
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            messages.success(request, f"新版本 {new.number} 已建立；备案以前仍按 {plan.number} 执行。")
            return redirect("plans:show", number=new.number)
    return render(request, "plans/version.html", {"form": form, "plan": plan}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.draft")
def new_item(request: HttpRequest, number: str) -> HttpResponse:
    """Another item of a draft."""
    return _item_page(request, plan_or_404(request, number), None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("plan.draft")
def edit_item(request: HttpRequest, number: str) -> HttpResponse:
    """One item of a draft."""
    item = item_or_404(request, number)
    return _item_page(request, item.plan, item)


def _item_page(request: HttpRequest, plan: AnnualPlan, item: PlanItem | None) -> HttpResponse:
    today = timezone.localdate()
    planning.require_draft(plan)
    form = ItemForm(request.POST or None, plan=plan, item=item, today=today)
    if form.is_valid():
        try:
            planning.save_item(
                plan=plan,
                item=item,
                values=form.values,
                shares=form.shares,
                user=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                today=today,
            )
        except DomainError as error:
            form.add_error(field_of(error, form), error.sentence)
        else:
            return redirect("plans:show", number=plan.number)
    context = {"form": form, "plan": plan, "item": item}
    return render(request, "plans/item_form.html", context, status=422 if form.is_bound else 200)


def item_or_404(request: HttpRequest, number: str) -> PlanItem:
    """The item of that number, if the person may see it."""
    item: PlanItem = get_object_or_404(items_seen_by(request.user, on=timezone.localdate()), number=number)
    return item


@require_POST
@needs("plan.draft")
def remove_item(request: HttpRequest, number: str) -> HttpResponse:
    """Take an item out of a draft."""
    item = item_or_404(request, number)
    plan = item.plan
    try:
        planning.remove_item(
            item=item,
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            today=timezone.localdate(),
        )
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{number} 已去掉。")
    return redirect("plans:show", number=plan.number)


@require_GET
@needs("plan.view")
def show_item(request: HttpRequest, number: str) -> HttpResponse:
    """One item: particulars, strata, and everybody in its scope with what happened to them."""
    today = timezone.localdate()
    item = item_or_404(request, number)
    listing = scope_list(item, may_export=may(request.user, "plan.export", on=today) is not None).open(
        request.GET, path=request.path, rows=_with_progress(item, request.user)
    )
    if listing.wants_export:
        note_export(request, f"检查事项 {item.number}", rows=listing.total)
        return listing.export(item.title, now=timezone.now())
    context = {
        "item": item,
        "facts": presenting.facts_of(item, presenting.group_titles(today)),
        "strata": strata_of(item),
        "shares": presenting.shares_of(item),
        "listing": listing,
        "why_empty": Empty("没有机构在这个事项的范围内", "本机关辖区没有这些领域、区域的机构。"),
        "drafting": item.plan.state in EDITABLE and may(request.user, "plan.draft", item.plan, on=today) is not None,
    }
    return render(request, "plans/item.html", context)


def _with_progress(item: PlanItem, user: Any) -> QuerySet[Any]:
    rows = scope_of(item)
    if not item.is_on_site:
        looks = MonitoringLook.objects.filter(institution=OuterRef("pk"), year=item.plan.year)
        return rows.annotate(is_looked=Exists(looks), is_done=Exists(looks))
    visits = expected_under(item).exclude(hidden_from(user, on=timezone.localdate()))
    visits = visits.filter(institution=OuterRef("pk")).order_by("-day", "-pk")
    return rows.annotate(
        visit_day=Subquery(visits.values("day")[:1]),
        visit_state=Subquery(visits.values("state")[:1], output_field=CharField()),
        is_done=Exists(visits.filter(state="done")),
    )


@require_GET
@needs("plan.view")
def show_burden(request: HttpRequest, number: str) -> HttpResponse:
    """What the plan's full-coverage items certainly bring upon each enterprise, against the cap."""
    plan = plan_or_404(request, number)
    lines = expected_visits(plan, on=timezone.localdate())
    over = [one for one in lines if one.coming and one.expected > one.cap]
    context = {
        "plan": plan,
        "lines": lines[:BURDEN_SHOWN],
        "total": len(lines),
        "over": len(over),
        "certain": certain_items(plan),
    }
    return render(request, "plans/burden.html", context)
