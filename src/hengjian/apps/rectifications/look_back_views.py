"""Pages of look-backs: the list, one with its targets, tasks and results."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ, Posting, User
from hengjian.apps.accounts.rights import may, visible
from hengjian.apps.accounts.selectors import in_force
from hengjian.apps.inspections.selectors import inspections_seen_by
from hengjian.apps.rectifications import look_backs
from hengjian.apps.rectifications.forms import LookBackForm, ResultForm, TaskForm
from hengjian.apps.rectifications.look_backs import FINISHED, ORIGIN, proposed_outcomes, tasks_of
from hengjian.apps.rectifications.models import LookBack, LookBackItem, LookBackTarget
from hengjian.apps.rectifications.policies import HANDLERS
from hengjian.apps.rectifications.procedures import LOOK_BACK, OUTCOMES
from hengjian.apps.rectifications.selectors import look_backs_seen_by, targets_seen_by
from hengjian.kernel.errors import DomainError
from hengjian.kernel.transitions import moves_from
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.parts import Empty
from hengjian.ui.templatetags.ui import tag

TAGS = {"draft": "warn", "running": "blue", "closed": "ok", "cancelled": "line"}
OUTCOME_TAGS = {"recurred": "bad", "not_recurred": "ok", "not_seen": "line"}
SPEC = ListSpec(
    columns=(
        Column("title", "回头看", note=lambda row: row.number, sort="title"),
        Column("number", "编号", kind="id", only_export=True),
        Column("organ", "组织机关", "organ.short_name"),
        Column("period", "问题发现日", lambda row: f"{row.found_from} 至 {row.found_to}", sort="found_from"),
        Column("take", "选取", lambda row: row.get_take_display(), only_wide=True),
        Column("n_targets", "对象", kind="num"),
        Column("n_done", "有结果", kind="num"),
        Column("n_recurred", "再次发生的问题", kind="num"),
        Column(
            "state",
            "状态",
            lambda row: row.get_state_display(),
            cell=lambda row: tag(TAGS[row.state], row.get_state_display(), ""),
        ),
        Column("created_at", "拟定", kind="date", sort="created_at", only_wide=True),
    ),
    filters=(
        Filter(
            "q", "名称、编号", lookup=lambda rows, text: rows.filter(Q(title__icontains=text) | Q(number=text.upper()))
        ),
        Filter("state", "状态", kind="choice", choices=list(LOOK_BACK.states.items())),
    ),
    views=(View("全部", key="all"), View("进行中", {"state": "running"}, key="running")),
    default_sort="-created_at",
    url=lambda row: reverse("rectifications:look_back", args=[row.number]),
)


def _counted(rows: Any) -> Any:
    return rows.annotate(
        n_targets=Count("targets", filter=Q(targets__left_out=""), distinct=True),
        n_done=Count("targets", filter=Q(targets__recorded_at__isnull=False), distinct=True),
        n_recurred=Count("targets__items", filter=Q(targets__items__outcome="recurred"), distinct=True),
    )


@require_GET
@needs("look_back.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """All look-backs with how far they are."""
    today = timezone.localdate()
    rows = _counted(look_backs_seen_by(request.user, on=today))
    listing = SPEC.open(request.GET, path=request.path, rows=rows)
    if listing.wants_export:
        note_list_export(
            request=request, permission="look_back.view", what="回头看", rows=listing.total, now=timezone.now()
        )
        return listing.export("回头看", now=timezone.now())
    context = {
        "listing": listing,
        "running": rows.filter(state="running").count(),
        "may_manage": may(request.user, "look_back.manage", on=today) is not None,
        "why_empty": Empty(
            "还没有组织过回头看", "从上年或者某段时间的整改事项列出对象，逐家复查，登记问题有没有再发生。"
        ),
    }
    return render(request, "rectifications/look_backs.html", context)


@require_http_methods(["GET", "POST"])
@needs("look_back.manage")
def new(request: HttpRequest) -> HttpResponse:
    """Draw up a look-back from the items of a period; last year's is offered."""
    today = timezone.localdate()
    organs = list(visible(request.user, "look_back.manage", Organ.objects.all(), on=today, organ=""))
    last = today.year - 1
    initial = {
        "title": f"{last} 年问题整改回头看",
        "found_from": date(last, 1, 1),
        "found_to": date(last, 12, 31),
        "take": "both",
    }
    form = LookBackForm(request.POST or None, organs=organs, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        organ = form.organs[values.pop("organ")]
        try:
            made = look_backs.create_look_back(organ=organ, user=_user(request), now=timezone.now(), **values)
        except DomainError as error:
            field = str((error.where or {}).get("field", ""))
            form.add_error(field if field in form.fields else None, error.sentence)
        else:
            messages.success(request, f"{made.number} 已拟定，请核对名单。")
            return redirect("rectifications:look_back", number=made.number)
    status = 422 if request.method == "POST" else 200
    return render(request, "rectifications/look_back_form.html", {"form": form}, status=status)


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def _look_back(request: HttpRequest, number: str) -> LookBack:
    found: LookBack = get_object_or_404(look_backs_seen_by(request.user, on=timezone.localdate()), number=number)
    return found


@require_GET
@needs("look_back.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One look-back: its targets, the task of each, what came of it."""
    return _page(request, _look_back(request, number))


def _page(
    request: HttpRequest, look_back: LookBack, *, form: TaskForm | None = None, wrong: str = "", status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    user = _user(request)
    rows = targets_seen_by(user, on=today).filter(look_back=look_back).prefetch_related("items__rectification")
    targets = list(rows)
    tasks = tasks_of(targets)
    visible_tasks = set(
        inspections_seen_by(user, on=today)
        .filter(pk__in=[one.pk for one in tasks.values()])
        .values_list("pk", flat=True)
    )
    lines = [_line(one, tasks.get(one.ref), visible_tasks) for one in targets]
    manages = may(user, "look_back.manage", look_back, on=today) is not None
    open_targets = [line for line in lines if line["may_task"]] if look_back.state == "running" else []
    assigns = bool(open_targets) and may(user, "inspection.assign", look_back, on=today) is not None
    outcomes = LookBackItem.objects.filter(target__in=[one.pk for one in targets])
    counted = {key: sum(one.outcome == key for one in outcomes) for key in OUTCOMES}
    context = {
        "look_back": look_back,
        "tag": TAGS[look_back.state],
        "lines": lines,
        "kept": sum(not one.left_out for one in targets),
        "done": sum(one.recorded_at is not None for one in targets),
        "counted": [(OUTCOMES[key], counted[key]) for key in OUTCOMES],
        "recurred": counted["recurred"],
        "moves": moves_from(LOOK_BACK, look_back.state) if manages else (),
        "manages": manages,
        "form": (form or TaskForm(people=_people(look_back.organ, today), today=today)) if assigns else None,
        "open_targets": open_targets,
        "wrong": wrong,
    }
    return render(request, "rectifications/look_back.html", context, status=status)


def _line(target: LookBackTarget, task: Any, visible_tasks: set[int]) -> dict[str, Any]:
    items = list(target.items.all())
    return {
        "target": target,
        "task": task,
        "task_url": reverse("inspections:show", args=[task.number]) if task and task.pk in visible_tasks else "",
        "items": items,
        "outcomes": [(OUTCOME_TAGS[one.outcome], one.get_outcome_display()) for one in items if one.outcome],
        "may_task": task is None and not target.left_out,
        "url": reverse("rectifications:look_back_target", args=[target.look_back.number, target.pk]),
    }


def _people(organ: Organ, on: date) -> list[User]:
    postings = in_force(Posting.objects.filter(organ=organ, role__in=HANDLERS), on=on)
    return list(User.objects.filter(pk__in=postings.values("user_id"), is_active=True).order_by("name", "pk"))


@require_POST
@needs("look_back.manage")
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Settle the list, end or cancel a look-back."""
    look_back = _look_back(request, number)
    rows, user, now = look_backs_seen_by(request.user, on=timezone.localdate()), _user(request), timezone.now()
    try:
        if action == "start":
            look_backs.start_look_back(rows=rows, pk=look_back.pk, user=user, now=now)
        elif action == "close":
            look_backs.close_look_back(rows=rows, pk=look_back.pk, user=user, now=now)
        elif action == "cancel":
            reason = request.POST.get("reason", "")
            look_backs.cancel_look_back(rows=rows, pk=look_back.pk, user=user, now=now, reason=reason)
        else:
            raise Http404
    except DomainError as error:
        return _page(request, _look_back(request, number), wrong=error.sentence, status=422)
    messages.success(request, f"{number} 已记录。")
    return redirect("rectifications:look_back", number=number)


@require_POST
@needs("look_back.manage")
def make_tasks(request: HttpRequest, number: str) -> HttpResponse:
    """Make the inspection tasks of the chosen targets, each in its own transaction; refusals are told one by one."""
    from hengjian.apps.inspections.services import create_task

    look_back = _look_back(request, number)
    today = timezone.localdate()
    form = TaskForm(request.POST, people=_people(look_back.organ, today), today=today)
    chosen = [int(pk) for pk in request.POST.getlist("target") if pk.isascii() and pk.isdigit() and len(pk) < 15]
    targets = list(targets_seen_by(request.user, on=today).filter(look_back=look_back, pk__in=chosen))
    if not form.is_valid() or not targets:
        wrong = "" if targets else "没有选中任何一家机构。请先勾选。"
        return _page(request, look_back, form=form, wrong=wrong, status=422)
    made = 0
    for target in targets:
        try:
            task = create_task(
                origin_kind=ORIGIN,
                origin_id=target.ref,
                planned_on=form.cleaned_data["planned_on"],
                lead=form.people[form.cleaned_data["lead"]],
                member=form.people[form.cleaned_data["member"]],
                user=_user(request),
                on=today,
                now=timezone.now(),
            )
        except DomainError as error:
            messages.warning(request, f"{target.institution.name}没有下达：{error.sentence}")
        else:
            made += 1
            messages.success(request, f"{target.institution.name}：检查任务 {task.number} 已下达。")
    return redirect("rectifications:look_back", number=number)


@require_http_methods(["GET", "POST"])
@needs("look_back.view")
def target(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One institution of a look-back: its earlier problems, whether it is left out, what came of it."""
    today = timezone.localdate()
    rows = targets_seen_by(request.user, on=today)
    found: LookBackTarget = get_object_or_404(rows, pk=pk, look_back__number=number)
    items = list(found.items.select_related("rectification__finding"))
    proposed = proposed_outcomes(found)
    form = ResultForm(request.POST if "record" in request.POST else None, items=items, proposed=proposed)
    wrong = ""
    if request.method == "POST":
        try:
            if "record" not in request.POST:
                reason = "" if "take_in" in request.POST else request.POST.get("reason", "").strip() or "—"
                if reason == "—":
                    wrong = "请写明为什么不纳入。"
                else:
                    look_backs.leave_out(rows=rows, pk=pk, user=_user(request), now=timezone.now(), reason=reason)
            elif form.is_valid():
                look_backs.record_result(
                    rows=rows, pk=pk, user=_user(request), now=timezone.now(),
                    outcomes=form.outcomes, note=form.cleaned_data["note"],
                )  # fmt: skip
            else:
                wrong = "还有结果没有填。"
        except DomainError as error:
            wrong = error.sentence
        if not wrong:
            messages.success(request, f"{found.institution.name}：已记录。")
            return redirect("rectifications:look_back", number=number)
    return _target_page(request, found, form=form, items=items, wrong=wrong, proposed=proposed)


def _target_page(
    request: HttpRequest, found: LookBackTarget, *, form: ResultForm, items: list[Any], wrong: str, proposed: Any
) -> HttpResponse:
    today = timezone.localdate()
    user = _user(request)
    task = tasks_of([found]).get(found.ref)
    seen = task is not None and inspections_seen_by(user, on=today).filter(pk=task.pk).exists()
    running = found.look_back.state == "running"
    ready = running and task is not None and task.state in FINISHED
    context = {
        "target": found,
        "look_back": found.look_back,
        "items": [(one, OUTCOME_TAGS.get(one.outcome, "")) for one in items],
        "task": task,
        "task_url": reverse("inspections:show", args=[task.number]) if task is not None and seen else "",
        "form": form if ready and may(user, "look_back.record", found, on=today) else None,
        "proposed": bool(proposed),
        "may_leave_out": found.look_back.state in ("draft", "running")
        and task is None
        and may(user, "look_back.manage", found.look_back, on=today) is not None,
        "wrong": wrong,
    }
    return render(request, "rectifications/look_back_target.html", context, status=422 if wrong else 200)
