"""Pages of tasks: the list, where a task may come from, making one, the task, notice, officers, cancelling."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.inspections import origins, presenting, services
from hengjian.apps.inspections.checklist import all_groups, usual_groups
from hengjian.apps.inspections.forms import BulkForm, CancelForm, CreateForm, OfficerForm, first_day
from hengjian.apps.inspections.listing import TASKS, origin_choices
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.officers import experts_of, officers_of
from hengjian.apps.inspections.pages import clock, common, now, task_of, today, tried, user_of
from hengjian.apps.inspections.procedures import UNFINISHED, WORKING
from hengjian.apps.inspections.selectors import findings_of, inspections_seen_by, state_counts, waiting_for
from hengjian.apps.inspections.sources import draws_for, open_targets
from hengjian.apps.plans.scope import scope_of
from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.selectors import institutions_seen_by
from hengjian.apps.runs.exports import note_export
from hengjian.kernel.errors import NotAllowed
from hengjian.ui.parts import Action, Empty

CHOICES_MOST = 300


@require_GET
@needs("inspection.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """Tasks in view; without a state those not ended."""
    rows = inspections_seen_by(request.user, on=today())
    mine = waiting_for(request.user, on=today())
    counts = state_counts(rows) | {"mine": mine.count()}
    shown = rows if request.GET.get("state") else rows.filter(state__in=UNFINISHED)
    if request.GET.get("mine") == "1":
        shown = shown.filter(pk__in=mine.order_by().values("pk"))
    organs = Organ.objects.filter(pk__in=rows.order_by().values("organ_id")).order_by("path")
    listing = TASKS.open(
        request.GET,
        path=request.path,
        rows=shown,
        choices={"origin": origin_choices(), "organ": [(str(one.pk), one.short_name) for one in organs]},
        view_counts=counts,
    )
    if listing.wants_export:
        note_export(request, "检查任务", rows=listing.total)
        return listing.export("检查任务", now=now())
    may_assign = presenting.may(request.user, "inspection.assign", on=today()) is not None
    why = Empty("没有检查任务", "任务从抽查结果、年度计划、已确认的预警等来源建立。", _new_action(may_assign))
    context = {"listing": listing, "why_empty": why, "counts": counts, "may_assign": may_assign}
    context["may_inspect"] = presenting.may(request.user, "inspection.carry_out", on=today()) is not None
    return render(request, "inspections/list.html", context)


def _new_action(may_assign: bool) -> list[Action]:
    return [Action("建立检查任务", reverse("inspections:new"), kind="primary")] if may_assign else []


@require_GET
@needs("inspection.assign")
def show_origins(request: HttpRequest) -> HttpResponse:
    """Everything from which this person may make a task now, by kind; draws can be served in one go."""
    user, day = user_of(request), today()
    kinds = [
        {"kind": one.kind, "label": one.label, "sources": one.open_for(user, day)}
        for one in origins.offered()
        if one.kind != "draw"
    ]
    draws = [
        {"draw": draw, "targets": open_targets(draw), "day": first_day(draw.planned_from, day)}
        for draw in draws_for(user, day)
    ]
    nothing = "、".join(str(one["label"]) for one in kinds if not one["sources"])
    context = {"kinds": kinds, "draws": [one for one in draws if one["targets"]], "nothing": nothing}
    return render(request, "inspections/new.html", context)


@require_POST
@needs("inspection.assign")
def create_from_draw(request: HttpRequest, number: str) -> HttpResponse:
    """Make the tasks of all targets of a draw that have none, on one day."""
    user = user_of(request)
    draw = next((one for one in draws_for(user, today()) if one.number == number), None)
    if draw is None:
        raise Http404
    form = BulkForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return redirect("inspections:new")
    done = services.create_all_from_draw(
        units=open_targets(draw), planned_on=form.cleaned_data["planned_on"], user=user, **clock()
    )
    if done.made:
        messages.success(request, f"抽查 {number}：已建立 {len(done.made)} 项检查任务。")
    for name, sentence in done.refused[:10]:
        messages.warning(request, f"{name}没有建：{sentence}")
    return redirect("inspections:list" if done.made else "inspections:new")


@require_http_methods(["GET", "POST"])
@needs("inspection.assign")
def create(request: HttpRequest) -> HttpResponse:
    """Make one task from the origin in the URL; where the origin covers many, the institution is chosen here."""
    user = user_of(request)
    source = origins.source(request.GET.get("kind", ""), request.GET.get("id", ""), user=user, on=today())
    form = _create_form(request, source)
    status = 200
    if request.method == "POST" and form.is_valid():
        made, status = tried(form, lambda: _create(form, source, user))
        if made is not None:
            messages.success(request, f"已建立检查任务 {made.number}。")
            return redirect("inspections:show", number=made.number)
    elif request.method == "POST":
        status = 422
    context = {"form": form, "source": source, "label": origins.label_of(source.kind), "near": _choices_of(source)}
    return render(request, "inspections/create.html", context, status=status)


def _create_form(request: HttpRequest, source: origins.Source) -> CreateForm:
    day = first_day(source.planned_on, today())
    initial = {
        "planned_on": day,
        "kind": "notice" if source.notice in ("required", "notice") else "unannounced",
        "groups": list(source.groups) or usual_groups(day),
        "exception_note": source.exception_note,
        "institution": source.institution.uscc if source.institution else request.GET.get("uscc", ""),
    }
    form = CreateForm(request.POST if request.method == "POST" else None, initial=initial)
    if source.lead:
        del form.fields["lead"], form.fields["member"]
    else:
        form.offer(officers_of(source.organ, on=day))
    form.fields["groups"].choices = all_groups(day)  # type: ignore[attr-defined]
    experts = [(str(one.pk), one.name) for one in experts_of(source.organ, on=day)]
    form.fields["experts"].choices = experts  # type: ignore[attr-defined]
    if not experts or source.lead:
        del form.fields["experts"]
    if source.institution:
        del form.fields["institution"]
    if not source.exception_code:
        del form.fields["exception_note"]
    return form


def _choices_of(source: origins.Source) -> list[Institution]:
    """Institutions that the source's item covers and that are still to be visited; the riskiest first."""
    if source.institution or source.item is None:
        return []
    covered = scope_of(source.item).filter(organ__path__startswith=source.organ.path)
    covered = covered.exclude(inspections__origin_kind=source.kind, inspections__origin_id=source.id)
    return list(covered.order_by("-risk", "name")[:CHOICES_MOST])


def _create(form: CreateForm, source: origins.Source, user: User) -> Any:
    given = form.given
    asked = [given[name] for name in ("lead", "member") if name in given]
    people = {one.pk: one for one in User.objects.filter(pk__in=[*asked, *given.get("experts", [])])}
    uscc = given.pop("institution", "").strip().upper()
    where = Institution.objects.filter(uscc=uscc).select_related("organ").first() if uscc else None
    return services.create_task(
        origin_kind=source.kind,
        origin_id=source.key,
        institution=where,
        planned_on=given["planned_on"],
        lead=people[int(given["lead"])] if "lead" in given else None,
        member=people[int(given["member"])] if "member" in given else None,
        experts=[people[int(one)] for one in given.get("experts", [])],
        kind=given["kind"],
        groups=given["groups"],
        exception_note=given.get("exception_note", ""),
        client_id=given["client_id"],
        user=user,
        **clock(),
    )


@require_GET
@needs("inspection.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One task: what to do next first, then where it stands and what was done."""
    task = task_of(request, number)
    page = common(request, task)
    step = presenting.next_step_for(task, page["can"])
    page |= {
        "next_step": step,
        "standing": presenting.standing_of(task),
        "steps": presenting.steps_of(task),
        "facts": presenting.facts_of(task),
        "site_facts": presenting.site_facts_of(task),
        "summary": presenting.summary_of(task),
        "findings": findings_of(task),
        "clocks": list(presenting.clocks_of(task)),
        "history": presenting.history_of(task, short=True),
        "result": presenting.result_title(task.result_code),
        "working": task.state in WORKING,
        "known": institutions_seen_by(request.user, on=today()).filter(pk=task.institution_id).exists(),
    }
    return render(request, "inspections/show.html", page)


@require_POST
@needs("inspection.assign")
def notify(request: HttpRequest, number: str) -> HttpResponse:
    """Issue the notice of inspection."""
    task = services.notify(inspection=task_of(request, number), user=user_of(request), **clock())
    messages.success(request, f"检查通知书 {task.notice_no} 已发出，请打印送达。")
    return redirect("inspections:show", number=number)


def _assignable(request: HttpRequest, number: str) -> Inspection:
    """The task, for somebody who may change it now; NotAllowed with a sentence for others who see it."""
    task = task_of(request, number)
    if not presenting.what_may(task, request.user, on=today()).assign:
        raise NotAllowed(f"检查 {number} 现在不由您交办：{presenting.standing_of(task)}。")
    return task


@require_http_methods(["GET", "POST"])
@needs("inspection.assign")
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Call a task off by code and reason."""
    task = _assignable(request, number)
    form = CancelForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        given = {"code": form.given["code"], "reason": form.given["reason"]}
        done, status = tried(
            form, lambda: services.cancel_task(inspection=task, user=user_of(request), **given, **clock())
        )
        if done is not None:
            messages.success(request, f"检查 {number} 已取消。")
            return redirect("inspections:show", number=number)
    page = common(request, task) | {"form": form, "heading": "取消检查", "verb": "取消检查"}
    return render(request, "inspections/form.html", page, status=status)


@require_http_methods(["GET", "POST"])
@needs("inspection.assign")
def replace_officer(request: HttpRequest, number: str) -> HttpResponse:
    """Send somebody else in one of the two slots."""
    task = _assignable(request, number)
    form = OfficerForm(request.POST if request.method == "POST" else None)
    people = {str(one.pk): one for one in officers_of(task.organ, on=max(today(), task.visit.day))}
    form.fields["person"].choices = [("", "请选择"), *((pk, one.name) for pk, one in people.items())]  # type: ignore[attr-defined]
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        given = form.given
        done, status = tried(
            form,
            lambda: services.replace_officer(
                inspection=task,
                slot=given["slot"],
                person=people[given["person"]],
                reason=given["reason"],
                user=user_of(request),
                **clock(),
            ),
        )
        if done is not None:
            messages.success(request, "检查人员已更换。")
            return redirect("inspections:show", number=number)
    page = common(request, task) | {"form": form, "heading": "更换检查人员", "verb": "更换"}
    return render(request, "inspections/form.html", page, status=status)
