"""Pages that read draws: list, one draw, one institution in it, its files, the monitors."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import granting, may
from hengjian.apps.draws import bundle, monitors, presenting
from hengjian.apps.draws.aftermath import strata_to_review
from hengjian.apps.draws.figure import probabilities
from hengjian.apps.draws.forms import RecuseForm, SubstituteForm
from hengjian.apps.draws.listing import DRAWS, targets_spec
from hengjian.apps.draws.models import Draw, DrawAssignment
from hengjian.apps.draws.policies import may_see_targets
from hengjian.apps.draws.procedures import RESULT_KNOWN
from hengjian.apps.draws.scope import BANDS
from hengjian.apps.draws.selectors import draws_seen_by, open_items, standing_of
from hengjian.apps.record.services import append_event
from hengjian.kernel.errors import NotAllowed, Refused
from hengjian.ui.parts import Empty

FOUND_MOST = 20
FILE_KINDS = {".json": "application/json", ".tsv": "text/tab-separated-values", ".py": "text/x-python"}


@require_GET
@needs("draw.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """All draws of the person's reach, and the batches of the plan that wait to be drawn."""
    today = timezone.localdate()
    rows = draws_seen_by(request.user, on=today)
    organs = list(rows.order_by("organ__path").values_list("organ_id", "organ__short_name").distinct())
    listing = DRAWS.open(
        request.GET, path=request.path, rows=rows, choices={"organ": [(str(pk), name) for pk, name in organs]}
    )
    if listing.wants_export:
        note_list_export(
            request=request, permission="draw.view", what="随机抽查", rows=listing.total, now=timezone.now()
        )
        return listing.export("随机抽查", now=timezone.now())
    own = Organ.objects.filter(pk__in={one.organ_id for one in granting(request.user, "draw.prepare", today)})
    waiting = [(item, batches) for organ in own for item, batches in open_items(organ, year=today.year)]
    context = {
        "listing": listing,
        "waiting": waiting,
        "active": presenting.active_count(rows),
        "why_empty": Empty("还没有随机抽查", "年度计划备案以后，计划中的抽查事项列在上面，从那里立项。"),
    }
    return render(request, "draws/list.html", context)


def draw_or_404(request: HttpRequest, number: str) -> Draw:
    """The draw, if this person may see it; everything else is not there."""
    rows = draws_seen_by(request.user, on=timezone.localdate())
    people = ("frozen_by", "committed_by", "entropy_entered_by", "entropy_confirmed_by", "drawn_by", "published_by")
    found: Draw = get_object_or_404(rows.select_related(*people, "voided_by"), number=number)
    return found


@require_GET
@needs("draw.view")
def show_draw(request: HttpRequest, number: str) -> HttpResponse:
    """One draw: where it stands, what is to be done, what is fixed and proved."""
    return draw_page(request, draw_or_404(request, number))


def draw_page(request: HttpRequest, draw: Draw, *, refused: str = "", status: int = 200) -> HttpResponse:
    """The page of a draw; `refused` is the sentence why what was asked was not done."""
    today = timezone.localdate()
    open_book = may_see_targets(request.user, draw, on=today)
    known = draw.state in RESULT_KNOWN and open_book
    states = presenting.visit_states(draw) if known else {}
    listing = _targets(request, draw, states) if known else None
    if listing is not None and listing.wants_export:
        note_list_export(
            request=request, permission="draw.view", what=draw.number, rows=listing.total, now=timezone.now()
        )
        return listing.export(f"{draw.number} 抽中名单", now=timezone.now())
    if known and draw.mode == "sealed" and draw.published_at is None and status == 200:
        note_view(request, draw)
    quota = draw.result.get("quota") or presenting.planned_quota(draw)
    strata = presenting.strata_of(draw, quota=quota, open_book=open_book)
    context: dict[str, Any] = {
        "draw": draw,
        "heading": presenting.heading(draw),
        "state_kind": presenting.STATE_TAGS[draw.state],
        "steps": presenting.steps_of(draw, checked=sum(one == "done" for one in states.values())),
        "next_step": presenting.next_step(draw, request.user, on=today, now=timezone.now()),
        "actions": presenting.allowed(draw, request.user, on=today),
        "refused": refused,
        "open_book": open_book,
        "known": known,
        "listing": listing,
        "sources": presenting.sources_of(draw),
        "bits": presenting.bits_text(draw),
        "seed": draw.secret.seed if known else draw.seed,
        "strata": strata,
        "no_chance": [line.name for line in strata if line.quota == 0 and line.roster],
        "bands": [(band, label) for band, label in BANDS.items()],
        "figure": probabilities(strata) if draw.state in RESULT_KNOWN else None,
        "excluded": presenting.exclusion_counts(draw),
        "files": presenting.files_of(draw) if open_book else [],
        "people": presenting.people_of(draw, known=known),
        "keepers": draw.custodians.select_related("user", "organ"),
        "partners": draw.partners.select_related("organ"),
        "substitutions": draw.substitutions.select_related("original__institution", "substitute__institution")
        if known
        else (),
        "review": strata_to_review(draw) if known else (),
        "history": presenting.history_of(draw),
        "may_void": "void" in presenting.allowed(draw, request.user, on=today),
    }
    return render(request, "draws/show.html", context, status=status)


def _targets(request: HttpRequest, draw: Draw, states: dict[int, str]) -> Any:
    team = DrawAssignment.objects.filter(current=True).select_related("user").order_by("pk")
    rows = draw.units.filter(rank__isnull=False).exclude(selected=False, replaces__isnull=True)
    rows = rows.select_related("institution").prefetch_related(Prefetch("assignments", team, to_attr="team"))
    strata = [(name, name) for name in draw.population]
    return targets_spec(draw.number, states).open(
        request.GET, path=request.path, rows=rows, choices={"stratum": strata}
    )


@transaction.atomic
def note_view(request: HttpRequest, draw: Draw) -> None:
    """Who looked at a sealed sample before it was opened goes on the record."""
    actor = actor_or_refuse(request.user, "draw.targets", draw, on=timezone.localdate())
    append_event(now=timezone.now(), actor=actor, verb="draw.view_sealed", thing=draw, organ_path=draw.organ_path)


@require_GET
@needs("draw.view")
def find_unit(request: HttpRequest, number: str) -> HttpResponse:
    """Look an institution up by code: was it in the roster, with which probability, which ticket, which rank?"""
    draw = draw_or_404(request, number)
    text = request.GET.get("q", "").replace("\x00", "").strip()
    open_book = may_see_targets(request.user, draw, on=timezone.localdate())
    code, named = text.upper(), []
    if text and not draw.units.filter(unit_id=code).exists():
        named = list(draw.units.filter(institution__name__icontains=text).select_related("institution")[:FOUND_MOST])
        code = named[0].unit_id if len(named) == 1 else code
    found = standing_of(draw, code, open_book=open_book) if text and len(named) < 2 else None
    context = {"draw": draw, "text": text, "found": found, "named": named if len(named) > 1 else ()}
    return render(request, "draws/find.html", context, status=404 if found and found.place == "outside" else 200)


@require_GET
@needs("draw.view")
def show_unit(request: HttpRequest, number: str, uscc: str) -> HttpResponse:
    """One institution of the roster: its chance, its ticket, who goes; substitution and recusal by those who may."""
    return unit_page(request, draw_or_404(request, number), uscc)


def unit_page(
    request: HttpRequest,
    draw: Draw,
    uscc: str,
    *,
    substitute: SubstituteForm | None = None,
    recuse: tuple[int, RecuseForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one institution in a draw; in a sealed draw only for those who may see the sample."""
    today = timezone.localdate()
    unit = get_object_or_404(draw.units.select_related("institution", "replaces__institution"), unit_id=uscc)
    if not may_see_targets(request.user, draw, on=today):
        raise NotAllowed("密封的名单在公开以前只有负责人和执法监督人员可以看。")
    may_change = draw.state in RESULT_KNOWN and may(request.user, "draw.substitute", draw, on=today) is not None
    chosen = may_change and unit.in_force
    team = list(unit.assignments.select_related("user", "inspector__organ").order_by("pk"))
    context = {
        "draw": draw,
        "unit": unit,
        "standing": standing_of(draw, unit.unit_id, open_book=True),
        "team": [one for one in team if one.current],
        "former": [one for one in team if not one.current],
        "substitution": draw.substitutions.filter(original=unit).select_related("substitute__institution").first(),
        "asked": draw.substitutions_asked.filter(unit=unit, done_at__isnull=True).select_related("by").first(),
        "substitute_form": (substitute or SubstituteForm()) if chosen else None,
        "recuse_forms": _recuse_forms(team, recuse) if chosen else [],
        "state": presenting.visit_states(draw).get(unit.institution_id, ""),
        "band": BANDS[unit.band],
    }
    return render(request, "draws/unit.html", context, status=status)


def _recuse_forms(team: list[DrawAssignment], given: tuple[int, RecuseForm] | None) -> list[Any]:
    made = []
    for one in team:
        if one.current:
            form = given[1] if given and given[0] == one.pk else RecuseForm(auto_id=f"id_{one.pk}_%s")
            made.append((one, form))
    return made


@require_POST
@needs("draw.view")
def download_bundle(request: HttpRequest, number: str) -> HttpResponse:
    """The proof as one archive: public once published, before that for those who may see the sample."""
    draw = draw_or_404(request, number)
    today = timezone.localdate()
    if not draw.commit_sha256:
        raise Refused("承诺还没有公布，没有证明包。")
    actor = actor_or_refuse(request.user, "draw.view", draw, on=today)
    if may_see_targets(request.user, draw, on=today):
        files = bundle.files(draw) | {bundle.README: bundle.readme(draw).encode()} | bundle.verifiers()
    else:
        files = bundle.public_files(draw)
    with transaction.atomic():
        append_event(
            now=timezone.now(),
            actor=actor,
            verb="draw.download",
            thing=draw,
            organ_path=draw.organ_path,
            after={"files": sorted(files)},
        )
    response = HttpResponse(bundle.as_zip(draw, files), content_type="application/zip")
    name = f"{draw.number} 证明包.zip"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@require_GET
@needs("draw.view")
def show_file(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One file of the bundle, as it is."""
    draw = draw_or_404(request, number)
    if name in bundle.verifiers():
        data = bundle.verifiers()[name]
    elif name not in draw.files:
        raise Http404
    else:
        if name not in bundle.PUBLIC_BEFORE_RESULT and not may_see_targets(request.user, draw, on=timezone.localdate()):
            raise NotAllowed("密封抽查的文件在公开以前只有负责人和执法监督人员可以看。")
        data = bundle.read(draw, name)
    ending = name[name.rfind(".") :]
    response = HttpResponse(data, content_type=FILE_KINDS.get(ending, "application/octet-stream") + "; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@require_GET
@needs("draw.view")
def show_monitors(request: HttpRequest) -> HttpResponse:
    """What all draws together look like: never or always drawn, loads, pairs, tickets."""
    today = timezone.localdate()
    rows = draws_seen_by(request.user, on=today)
    context = {"report": monitors.report_on(rows, user=request.user, on=today)}
    return render(request, "draws/monitors.html", context)


def to_draw(draw: Draw) -> HttpResponse:
    """Back to the draw's page."""
    return redirect("draws:show", number=draw.number)
