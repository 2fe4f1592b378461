"""Pages of people: who serves where in which role, avoidance, experts, and one's own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from axes.utils import reset as unlock
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from hengjian.apps.accounts import services
from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.forms import (
    AvoidanceForm,
    LastDayForm,
    PasswordForm,
    PersonForm,
    PostingForm,
    ReasonForm,
    ResetForm,
    field_choices,
)
from hengjian.apps.accounts.gates import needs, signed_in
from hengjian.apps.accounts.models import Posting, Role, User
from hengjian.apps.accounts.organ_views import managed_organs
from hengjian.apps.accounts.policies import actor_or_refuse, manager_of
from hengjian.apps.accounts.rights import actor_for, may, postings_on
from hengjian.apps.accounts.selectors import avoidances_seen_by, in_force, people_seen_by, persons_seen_by
from hengjian.apps.record.services import SYSTEM, Actor
from hengjian.kernel.errors import NotAllowed, Refused
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.parts import Empty


def _field_names(posting: Posting) -> str:
    titles = dict(field_choices())
    return "、".join(titles.get(code, code) for code in posting.fields)


def _by_name(rows: Any, text: str) -> Any:
    return rows.filter(Q(user__name__icontains=text) | Q(user__username=text) | Q(enforcement_no=text))


def _by_state(rows: Any, value: str) -> Any:
    now = in_force(rows, on=timezone.localdate())
    return now if value == "now" else rows.exclude(pk__in=now.order_by().values("pk"))


PEOPLE = ListSpec(
    columns=(
        Column("name", "姓名", "user.name", sort="user__name", note=lambda row: row.user.username),
        Column("role", "角色", "get_role_display", sort="role", note=lambda row: row.title),
        Column("organ", "机关", "organ.name", sort="organ__path"),
        Column("no", "执法证号", "enforcement_no", kind="id"),
        Column("until", "执法证至", "enforcement_valid_to", kind="date", sort="enforcement_valid_to"),
        Column("from", "任职起", "valid_from", kind="date", sort="valid_from"),
        Column("to", "任职止", "valid_to", kind="date", sort="valid_to"),
        Column("active", "登录", lambda row: "可登录" if row.user.is_active else "已停用"),
    ),
    filters=(
        Filter("q", "姓名、用户名、执法证号", lookup=_by_name),
        Filter("organ", "机关", kind="choice", lookup="organ_id"),
        Filter("role", "角色", kind="choice", lookup="role", choices=Role.choices),
        Filter("state", "任职", kind="choice", lookup=_by_state, choices=[("now", "现任"), ("not", "不在任")]),
        Filter("until", "执法证至", kind="range", values="day", lookup="enforcement_valid_to"),
    ),
    views=(View("全部"), View("现任", {"state": "now"})),
    default_sort="organ",
    url=lambda row: reverse("accounts:person", args=[row.user_id]),
)
EXPERTS = ListSpec(
    columns=(
        Column("name", "姓名", "user.name", sort="user.name"),
        Column("fields", "业务领域", _field_names),
        Column("title", "职称、单位", "title"),
        Column("organ", "聘用机关", "organ.name", sort="organ.path"),
        Column("from", "聘期起", "valid_from", kind="date", sort="valid_from"),
        Column("to", "聘期止", "valid_to", kind="date", sort="valid_to"),
    ),
    filters=(
        Filter("q", "姓名", lookup="user.name"),
        Filter("field", "领域", kind="choice", lookup=lambda rows, code: [row for row in rows if code in row.fields]),
    ),
    default_sort="name",
    url=lambda row: reverse("accounts:person", args=[row.user_id]),
)


@needs("organ.view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Postings in the person's part of the tree, one row each."""
    today = timezone.localdate()
    rows = people_seen_by(request.user, on=today)
    organs = list(rows.order_by("organ__path").values_list("organ_id", "organ__name").distinct())
    listing = PEOPLE.open(request.GET, path=request.path, rows=rows, choices={"organ": organs})
    if listing.wants_export:
        note_list_export(
            request=request, permission="organ.view", what="人员与任职", rows=listing.total, now=timezone.now()
        )
        return listing.export("人员与任职", now=timezone.now())
    context = {
        "listing": listing,
        "may_manage": may(request.user, "organ.manage", on=today),
        "why_empty": Empty("还没有人员", "本机关及下级还没有人任职。请系统管理员新增。"),
    }
    return render(request, "accounts/people.html", context)


@needs("organ.view")
@require_GET
def experts(request: HttpRequest) -> HttpResponse:
    """The pool of experts in force today, by field."""
    today = timezone.localdate()
    rows = list(in_force(people_seen_by(request.user, on=today).filter(role=Role.EXPERT), on=today))
    listing = EXPERTS.open(request.GET, path=request.path, rows=rows, choices={"field": field_choices()})
    if listing.wants_export:
        note_list_export(request=request, permission="organ.view", what="专家", rows=listing.total, now=timezone.now())
        return listing.export("专家", now=timezone.now())
    why = Empty("还没有在聘的专家", "在“人员与任职”里新增人员，角色选“专家”并选定业务领域。")
    return render(request, "accounts/experts.html", {"listing": listing, "why_empty": why})


@needs("organ.view")
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: postings over time, avoidance, what was recorded."""
    today = timezone.localdate()
    found = get_object_or_404(persons_seen_by(request.user, on=today), pk=pk)
    postings = list(people_seen_by(request.user, on=today).filter(user=found).order_by("-valid_from", "pk"))
    manager = manager_of(request.user, found, on=today)
    avoidances = list(found.avoidances.all())
    for row in [*postings, *avoidances]:
        row.over = row.valid_to is not None and row.valid_to < today
        row.coming = row.valid_from > today
    for posting in postings:
        posting.field_names = _field_names(posting)
        posting.may_end = posting.valid_to is None and may(request.user, "organ.manage", posting, on=today) is not None
    context = {
        "person": found,
        "postings": postings,
        "avoidances": avoidances,
        "manager": manager,
        "may_add": may(request.user, "organ.manage", on=today),
        "himself": request.user.pk == found.pk,
        "now_serving": [one for one in postings if not one.over and not one.coming],
    }
    return render(request, "accounts/person.html", context)


@needs("organ.manage")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """A new person with the first posting."""
    today = timezone.localdate()
    organs = managed_organs(request.user, on=today)
    form = PersonForm(
        request.POST or None, organs=organs, initial={"valid_from": today, "organ": request.GET.get("organ")}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        organ = get_object_or_404(organs, pk=data["organ"])
        actor = actor_or_refuse(request.user, "organ.manage", organ, on=today)
        who = {name: data[name] for name in ("username", "name", "password", "phone")}
        now = timezone.now()
        try:
            with transaction.atomic():
                made = services.create_user(actor=actor, now=now, organ_path=organ.path, **who)
                services.create_posting(actor=actor, now=now, user=made, organ=organ, **form.posting())
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"已新增 {made.name}。请把初始密码当面交给本人。")
            return redirect("accounts:person", pk=made.pk)
    return _form(request, form, title="新增人员", button="新增", back=("accounts:people", "人员与任职"))


@needs("organ.manage")
@require_http_methods(["GET", "POST"])
def new_posting(request: HttpRequest, pk: int) -> HttpResponse:
    """One more role for a person."""
    today = timezone.localdate()
    found = get_object_or_404(persons_seen_by(request.user, on=today), pk=pk)
    organs = managed_organs(request.user, on=today)
    form = PostingForm(request.POST or None, organs=organs, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        organ = get_object_or_404(organs, pk=form.cleaned_data["organ"])
        actor = actor_or_refuse(request.user, "organ.manage", organ, on=today)
        try:
            services.create_posting(actor=actor, now=timezone.now(), user=found, organ=organ, **form.posting())
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"{found.name}的任职已登记。")
            return redirect("accounts:person", pk=found.pk)
    return _form(request, form, title=f"{found.name}：新增任职", button="登记", back=("accounts:people", "人员与任职"))


@needs("organ.manage")
@require_http_methods(["GET", "POST"])
def end_posting(request: HttpRequest, pk: int) -> HttpResponse:
    """End one role on a day."""
    today = timezone.localdate()
    posting = get_object_or_404(people_seen_by(request.user, on=today), pk=pk)
    actor = actor_or_refuse(request.user, "organ.manage", posting, on=today)

    def act(data: dict[str, Any]) -> None:
        services.end_posting(actor=actor, now=timezone.now(), posting_id=posting.pk, **data)

    form = LastDayForm(request.POST or None, initial={"last_day": today})
    return _do(
        request,
        form,
        act,
        person=posting.user,
        title=f"免去 {posting}",
        button="免去",
        said="任职已终止，经手的记录保留。",
    )


@needs("organ.manage")
@require_http_methods(["GET", "POST"])
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend or restore somebody's sign-in."""
    found, actor = _managed(request, pk)
    turn_on = not found.is_active

    def act(data: dict[str, Any]) -> None:
        services.set_active(
            actor=actor, now=timezone.now(), user_id=found.pk, active=turn_on, organ_path=actor.organ_path, **data
        )

    word = "恢复登录" if turn_on else "停用登录"
    return _do(
        request,
        ReasonForm(request.POST or None),
        act,
        person=found,
        title=f"{found.name}：{word}",
        button=word,
        said=f"已{word}。",
    )


@needs("organ.manage")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a new password after checking who asks; lifts a lock-out too."""
    found, actor = _managed(request, pk)

    def act(data: dict[str, Any]) -> None:
        services.reset_password(actor=actor, now=timezone.now(), user_id=found.pk, organ_path=actor.organ_path, **data)
        unlock(username=found.username)

    form = ResetForm(request.POST or None)
    return _do(
        request,
        form,
        act,
        person=found,
        title=f"{found.name}：重设密码",
        button="重设",
        said="密码已重设，锁定已解除。",
    )


@needs("organ.manage")
@require_http_methods(["GET", "POST"])
def new_avoidance(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a tie that keeps the person out of an institution's matters."""
    found, actor = _managed(request, pk)

    def act(data: dict[str, Any]) -> None:
        services.add_avoidance(actor=actor, now=timezone.now(), user=found, organ_path=actor.organ_path, **data)

    form = AvoidanceForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    return _do(request, form, act, person=found, title=f"{found.name}：登记回避", button="登记", said="回避已登记。")


@needs("organ.manage")
@require_http_methods(["GET", "POST"])
def end_avoidance(request: HttpRequest, pk: int) -> HttpResponse:
    """The tie has ended."""
    today = timezone.localdate()
    row = get_object_or_404(avoidances_seen_by(request.user, on=today), pk=pk)
    found, actor = _managed(request, row.user_id)

    def act(data: dict[str, Any]) -> None:
        services.end_avoidance(
            actor=actor, now=timezone.now(), avoidance_id=row.pk, organ_path=actor.organ_path, **data
        )

    form = LastDayForm(request.POST or None, initial={"last_day": today})
    return _do(
        request, form, act, person=found, title=f"{found.name}：解除回避", button="解除", said="回避已解除，记录保留。"
    )


@signed_in
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: postings and password."""
    today = timezone.localdate()
    user = request.user
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        now_serving = postings_on(user, today)
        actor = actor_for(user, now_serving[0]) if now_serving else _without_posting(user)
        try:
            services.change_password(actor=actor, now=timezone.now(), user=user, password=form.cleaned_data["new"])
        except Refused as error:
            form.add_error("new", error.sentence)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已改，其他地方的登录都已退出。")
            return redirect("accounts:account")
    postings = list(user.postings.select_related("organ").order_by("-valid_from"))
    current = {one.pk for one in postings_on(user, today)}
    for posting in postings:
        posting.now = posting.pk in current
    context = {"form": form, "postings": postings, "avoidances": user.avoidances.all()}
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


def _without_posting(user: User) -> Actor:
    return Actor(id=str(user.pk), name=user.name, role="", organ_path=SYSTEM.organ_path)


def _managed(request: HttpRequest, pk: int) -> tuple[User, Actor]:
    today = timezone.localdate()
    found = get_object_or_404(persons_seen_by(request.user, on=today), pk=pk)
    actor = manager_of(request.user, found, on=today)
    if actor is None:
        raise NotAllowed(f"{found.name}还在您管理范围以外的机关任职，请由共同的上级机关办理。")
    return found, actor


def _do(
    request: HttpRequest,
    form: Any,
    act: Callable[[dict[str, Any]], None],
    *,
    person: User,
    title: str,
    button: str,
    said: str,
) -> HttpResponse:
    """Show the form; when it is right, act and go back to the person; a refusal stands in the form."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, said)
            return redirect("accounts:person", pk=person.pk)
    return _form(request, form, title=title, button=button, back=("accounts:people", "人员与任职"))


def _form(request: HttpRequest, form: Any, *, title: str, button: str, back: tuple[str, str]) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "back": back}
    return render(request, "accounts/form.html", context, status=422 if form.errors else 200)
