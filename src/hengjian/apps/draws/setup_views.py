"""Pages that set a draw up: project, settings, roster and exclusions, people, partners, keepers of salts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import may, permission
from hengjian.apps.accounts.selectors import JURISDICTION, in_force
from hengjian.apps.draws import partners, pool, presenting, services
from hengjian.apps.draws.forms import ExcludeForm, SettingsForm, choices_of, settings_initial
from hengjian.apps.draws.listing import roster_spec
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.policies import may_see_targets
from hengjian.apps.draws.selectors import draws_seen_by
from hengjian.apps.draws.views import draw_or_404, draw_page, to_draw
from hengjian.apps.plans.models import PlanItem
from hengjian.apps.plans.scope import strata_of
from hengjian.apps.plans.selectors import items_seen_by
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, Refused
from hengjian.ui.parts import Empty


@require_http_methods(["GET", "POST"])
@needs("draw.prepare")
def new_draw(request: HttpRequest, item: str, batch: int) -> HttpResponse:
    """Project the draw of one batch; everything is proposed from the plan."""
    today = timezone.localdate()
    found: PlanItem = get_object_or_404(items_seen_by(request.user, on=today), number=item)
    if may(request.user, "draw.prepare", found.organ, on=today) is None:
        raise NotAllowed(f"您没有为{found.organ.name}立项抽查的权限。")
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=_proposed(found, batch))
    if request.method == "POST" and form.is_valid():
        try:
            draw = services.create_draw(
                item=found,
                batch=batch,
                user=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                today=today,
                id_salt=secrets.token_hex(32),
                settings=form.settings(),
            )
        except DomainError as error:
            return _settings_page(request, form, item=found, batch=batch, error=error)
        messages.success(request, f"{draw.number} 已立项，名录 {draw.roster_size} 家。请核对名录和人员。")
        return to_draw(draw)
    return _settings_page(request, form, item=found, batch=batch)


def _proposed(item: PlanItem, batch: int) -> dict[str, Any]:
    day = timezone.localdate() + timedelta(days=7)
    strata = strata_of(item)
    n = -(-sum(one.wanted for one in strata) // item.batches)
    # many small strata cannot all give one: then the largest remainders decide
    least = sum(min(item.min_per_stratum, one.size) for one in strata)
    return {
        "title": f"{item.title}第 {batch} 批",
        "mode": "sealed" if item.notice == "unannounced" else "open",
        "method": item.method,
        "stratify": "field",
        "n": n,
        "min_per_stratum": item.min_per_stratum if least <= n else 0,
        "team": "own",
        "planned_from": day,
        "planned_to": day + timedelta(days=11),
        "open_by": day + timedelta(days=41) if item.notice == "unannounced" else None,
    }


def _settings_page(
    request: HttpRequest,
    form: SettingsForm,
    *,
    item: PlanItem,
    batch: int,
    draw: Draw | None = None,
    error: DomainError | None = None,
) -> HttpResponse:
    status = 200
    if error is not None:
        field = (error.where or {}).get("field")
        form.add_error(str(field) if field in form.fields else None, error.sentence)
        status = 409 if isinstance(error, IllegalMove) else 422
    elif form.errors:
        status = 422
    context = {"form": form, "item": item, "batch": batch, "draw": draw, "strata": strata_of(item)}
    return render(request, "draws/settings.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("draw.view")
def edit_settings(request: HttpRequest, number: str) -> HttpResponse:
    """Change the settings while the roster is being built."""
    draw = draw_or_404(request, number)
    today = timezone.localdate()
    _refuse_outsider(request, draw)
    if draw.state != "draft":
        raise IllegalMove("名录冻结以后不能修改方案。需要修改的，先退回名录。")
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=settings_initial(draw))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_settings(
                pk=draw.pk,
                user=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                today=today,
                settings=form.settings(),
                rows=draws_seen_by(request.user, on=today),
            )
        except DomainError as error:
            return _settings_page(request, form, item=draw.item, batch=draw.batch, draw=draw, error=error)
        messages.success(request, "方案已修改，名录已重新编制。")
        return to_draw(draw)
    return _settings_page(request, form, item=draw.item, batch=draw.batch, draw=draw)


def _refuse_outsider(request: HttpRequest, draw: Draw, code: str = "draw.prepare") -> None:
    if may(request.user, code, draw, on=timezone.localdate()) is None:
        raise NotAllowed(f"您没有“{permission(code).label}”的权限。")


@require_GET
@needs("draw.view")
def show_roster(request: HttpRequest, number: str) -> HttpResponse:
    """The roster and the exclusions, the counts that must agree with the registry."""
    draw = draw_or_404(request, number)
    return _roster_page(request, draw)


def _roster_page(
    request: HttpRequest, draw: Draw, *, form: ExcludeForm | None = None, status: int = 200
) -> HttpResponse:
    strata = [(name, name) for name in draw.population]
    rows = draw.units.select_related("institution")
    listing = roster_spec(draw.number, linked=may_see_targets(request.user, draw, on=timezone.localdate())).open(
        request.GET, path=request.path, rows=rows, choices={"stratum": strata}
    )
    if listing.wants_export:
        note_list_export(
            request=request, permission="draw.view", what=f"{draw.number} 名录", rows=listing.total, now=timezone.now()
        )
        return listing.export(f"{draw.number} 名录", now=timezone.now())
    mine = may(request.user, "draw.prepare", draw, on=timezone.localdate()) is not None
    editable = mine and draw.state == "draft"
    context = {
        "draw": draw,
        "listing": listing,
        "editable": editable,
        "form": (form or ExcludeForm()) if editable else None,
        "exclusions": draw.exclusions.select_related("institution", "by"),
        "strata": presenting.strata_of(draw, quota={}, open_book=False),
        "why_empty": Empty("名录里没有机构", "计划事项的领域和区域里没有在册机构，或者全部被剔除。"),
    }
    return render(request, "draws/roster.html", context, status=status)


@require_POST
@needs("draw.view")
def exclude(request: HttpRequest, number: str) -> HttpResponse:
    """Leave an institution out by hand."""
    draw = draw_or_404(request, number)
    _refuse_outsider(request, draw)
    form = ExcludeForm(request.POST)
    if not form.is_valid():
        return _roster_page(request, draw, form=form, status=422)
    today = timezone.localdate()
    try:
        services.exclude_unit(
            pk=draw.pk,
            user=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            today=today,
            rows=draws_seen_by(request.user, on=today),
            **form.cleaned_data,
        )
    except IllegalMove as error:
        return draw_page(request, draw, refused=error.sentence, status=409)
    except Refused as error:
        field = (error.where or {}).get("field")
        form.add_error(str(field) if field in form.fields else None, error.sentence)
        return _roster_page(request, draw, form=form, status=422)
    messages.success(request, "已剔除，写入事件链。")
    return redirect("draws:roster", number=number)


@require_POST
@needs("draw.view")
def include(request: HttpRequest, number: str) -> HttpResponse:
    """Take an exclusion by hand back."""
    draw = draw_or_404(request, number)

    def do(user: User, pk: int) -> None:
        today = timezone.localdate()
        services.include_unit(pk=draw.pk, user=user, now=timezone.now(), today=today, exclusion_pk=pk)

    return _one_of(request, draw, "draw.prepare", {"include": do}, "draws:roster")


Do = Callable[[User, int], Any]


def _one_of(request: HttpRequest, draw: Draw, code: str, todo: dict[str, Do], back: str) -> HttpResponse:
    """Do the one thing that the form names with the number it gives; a refusal shows the draw with the sentence."""
    if code:
        _refuse_outsider(request, draw, code)
    action, given = request.POST.get("action", ""), request.POST.get("pk", "")
    pk = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else 0
    do = todo.get(action)
    if do is None:
        return draw_page(request, draw, refused="没有这一操作，请从页面上的按钮办理。", status=422)
    try:
        do(request.user, pk)  # type: ignore[arg-type]
    except NotAllowed:
        raise
    except DomainError as error:
        status = 409 if isinstance(error, IllegalMove) else 422
        return people_page(request, draw, refused=error.sentence, status=status)
    return redirect(back, number=draw.number)


@require_GET
@needs("draw.view")
def show_people(request: HttpRequest, number: str) -> HttpResponse:
    """The pool with who is left out and why, ties, partners, keepers of salts."""
    return people_page(request, draw_or_404(request, number))


def people_page(request: HttpRequest, draw: Draw, *, refused: str = "", status: int = 200) -> HttpResponse:
    """Before the freeze the pool is worked out as it would be; afterwards it is what was fixed."""
    today = timezone.localdate()
    fixed = draw.state != "draft"
    gathered = pool.gather(draw, on=today) if not fixed else None
    mine = may(request.user, "draw.prepare", draw, on=today) is not None
    rows = list(draw.partners.select_related("organ", "agreed_by"))
    for one in rows:
        one.may_join = draw.state == "draft" and not one.agreed_at and may(request.user, "draw.join", one, on=today)
    editable = mine and draw.state == "draft"
    keepers_open = draw.mode == "sealed" and draw.state in ("draft", "frozen")
    context = {
        "draw": draw,
        "refused": refused,
        "fixed": fixed,
        "members": sorted(gathered.members.values(), key=lambda one: one.user.name) if gathered else (),
        "inspectors": draw.inspectors.select_related("user", "organ", "draw") if fixed else (),
        "left_out": gathered.left_out if gathered else draw.left_out,
        "ties": draw.conflicts.select_related("inspector__user", "institution") if fixed else (),
        "partners": rows,
        "organs": _organs(draw, today) if editable and draw.team != "own" else (),
        "editable": editable,
        "keepers": draw.custodians.select_related("user", "organ"),
        "keepers_editable": mine and keepers_open,
        "keeper_choices": _keepers(draw, today) if mine and keepers_open else (),
        "my_salt": draw.custodians.filter(user=request.user).first(),
    }
    return render(request, "draws/people.html", context, status=status)


def _organs(draw: Draw, today: Any) -> list[tuple[str, str]]:
    taken = draw.partners.values_list("organ_id", flat=True)
    rows = in_force(Organ.objects.filter(level__in=JURISDICTION), on=today)
    return choices_of(list(rows.exclude(pk=draw.organ_id).exclude(pk__in=taken).order_by("path")))


def _keepers(draw: Draw, today: Any) -> list[tuple[str, str]]:
    roles = permission("draw.keep_salt").roles
    rows = partners.possible_keepers(draw, on=today).order_by("name")
    found = []
    for one in rows.prefetch_related("postings__organ"):
        held = [p for p in one.postings.all() if p.role in roles and (p.valid_to is None or p.valid_to >= today)]
        if held:
            found.append((str(one.pk), f"{one.name}（{held[0].organ.short_name} {held[0].get_role_display()}）"))
    return found


@require_POST
@needs("draw.view")
def change_partners(request: HttpRequest, number: str) -> HttpResponse:
    """Ask an organ, take the request back, agree."""
    draw = draw_or_404(request, number)
    now, today = timezone.now(), timezone.localdate()

    def invite(user: User, pk: int) -> None:
        organ = get_object_or_404(in_force(Organ.objects.all(), on=today), pk=pk)
        partners.invite_organ(pk=draw.pk, user=user, now=now, today=today, organ=organ)

    def withdraw(user: User, pk: int) -> None:
        partners.withdraw_invitation(pk=draw.pk, user=user, now=now, today=today, partner_pk=pk)

    def join(user: User, pk: int) -> None:
        partners.join_draw(pk=draw.pk, user=user, now=now, today=today, partner_pk=pk)

    return _one_of(request, draw, "", {"invite": invite, "withdraw": withdraw, "join": join}, "draws:people")


@require_POST
@needs("draw.view")
def change_keepers(request: HttpRequest, number: str) -> HttpResponse:
    """Name or dismiss a keeper; a keeper hands in the hash before the commitment, the salt for the draw."""
    draw = draw_or_404(request, number)
    now, today = timezone.now(), timezone.localdate()

    def name(user: User, pk: int) -> None:
        keeper = get_object_or_404(partners.possible_keepers(draw, on=today), pk=pk)
        partners.name_custodian(pk=draw.pk, user=user, now=now, today=today, keeper=keeper)

    def dismiss(user: User, pk: int) -> None:
        partners.dismiss_custodian(pk=draw.pk, user=user, now=now, today=today, custodian_pk=pk)

    def hand_hash(user: User, pk: int) -> None:
        digest = request.POST.get("salt_sha256", "")
        partners.hand_in_hash(pk=draw.pk, user=user, now=now, today=today, salt_sha256=digest)

    def hand_salt(user: User, pk: int) -> None:
        partners.hand_in_salt(pk=draw.pk, user=user, now=now, today=today, salt=request.POST.get("salt", ""))

    todo: dict[str, Do] = {"name": name, "dismiss": dismiss, "hash": hand_hash, "salt": hand_salt}
    return _one_of(request, draw, "", todo, "draws:people")
