"""Pages of institutions: list with heat table, registration and change, certificates, entity matching."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.registry.forms import ChangeInstitutionForm, DecisionForm, NewInstitutionForm
from hengjian.apps.registry.lists import PROPOSALS, certificate_list, institution_list
from hengjian.apps.registry.matching import find_matches
from hengjian.apps.registry.merging import decide_match
from hengjian.apps.registry.models import Certificate, Institution
from hengjian.apps.registry.procedures import MATCH
from hengjian.apps.registry.selectors import (
    area_field_counts,
    class_counts,
    institution_seen_by,
    institutions_seen_by,
    proposals_seen_by,
    with_expiry,
)
from hengjian.apps.registry.services import create_institution, record_export, update_institution
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.errors import DomainError, NotAllowed, Refused
from hengjian.kernel.transitions import moves_from
from hengjian.ui.figures import heat_table
from hengjian.ui.parts import Action, Empty

HEAT_FIELDS = 9  # so many columns fit beside the side navigation


def seen_or_404(request: HttpRequest, uscc: str) -> Institution:
    """The institution a code leads to, 404 where it is another organ's or unknown."""
    found = institution_seen_by(request.user, uscc, on=timezone.localdate())
    if found is None:
        raise Http404
    return found


def acting(request: HttpRequest, code: str, thing: Any, *, today: date) -> Any:
    """The posting that gives this right on this thing; raises NotAllowed."""
    posting = may(request.user, code, thing, on=today)
    if posting is None:
        raise NotAllowed("您没有在这里办理此事的权限。")
    return posting


def _heat(rows: QuerySet[Institution], path: str) -> tuple[str, list[tuple[str, str]]]:
    """The area × field table and the areas as choices of the filter."""
    counts = area_field_counts(rows)
    areas = sorted({area for area, _ in counts if area})
    totals = Counter({code: sum(counts.get((area, code), 0) for area in areas) for code in FIELD_CODES})
    fields = [code for code, total in totals.most_common(HEAT_FIELDS) if total]
    names = dict(Organ.objects.filter(area_code__in=areas).order_by("-path").values_list("area_code", "short_name"))
    words = [names.get(area, area) for area in areas]
    choices = list(zip(areas, words, strict=True))
    if not fields:
        return "", choices
    table = heat_table(
        "机构数，按区县与领域",
        "区县",
        words,
        [FIELD_CODES[code] for code in fields],
        [[counts.get((area, code), 0) for code in fields] for area in areas],
        url=lambda row, column: f"{path}?{urlencode({'area': areas[row], 'field': fields[column]})}",
    )
    return table, choices


@require_GET
@needs("institution.view")
def institutions(request: HttpRequest) -> HttpResponse:
    """The list of institutions."""
    today = timezone.localdate()
    seen = institutions_seen_by(request.user, on=today)
    exporting = may(request.user, "institution.export", on=today)
    heat, areas = _heat(seen, request.path)
    listing = institution_list(today=today, may_export=exporting is not None).open(
        request.GET,
        path=request.path,
        rows=with_expiry(seen).select_related("organ"),
        choices={"area": areas},
        view_counts=(counts := class_counts(seen)),
    )
    if listing.wants_export:
        return _export(request, exporting, listing, "检验检测机构")
    registrar = may(request.user, "institution.edit", on=today)
    actions = [Action("登记机构", reverse("registry:new"), icon="plus")] if registrar else []
    reason = (
        "没有符合筛选条件的机构，请放宽条件。"
        if counts["all"]
        else "本机关辖区内还没有登记机构，可以登记或导入机构台账。"
    )
    empty = Empty("没有机构", reason, actions)
    page = {"listing": listing, "heat": heat, "counts": counts, "actions": actions, "why_empty": empty}
    return render(request, "registry/institutions.html", page)


def _export(request: HttpRequest, posting: Any, listing: Any, what: str) -> HttpResponse:
    now = timezone.now()
    answer = listing.export(what, now=now)
    record_export(
        actor=actor_for(request.user, posting),  # type: ignore[arg-type]
        now=now,
        organ=posting.organ,
        what=what,
        rows=listing.total,
        query=request.GET.urlencode(),
    )
    return answer


@require_GET
@needs("institution.view")
def certificates(request: HttpRequest) -> HttpResponse:
    """Certificates of all institutions within reach."""
    today = timezone.localdate()
    exporting = may(request.user, "institution.export", on=today)
    seen = institutions_seen_by(request.user, on=today)
    rows = Certificate.objects.filter(institution__in=seen).select_related("institution")
    spec = certificate_list(today=today, may_export=exporting is not None)
    listing = spec.open(request.GET, path=request.path, rows=rows)
    if listing.wants_export:
        return _export(request, exporting, listing, "资质认定证书")
    empty = Empty("没有证书", "没有符合条件的资质认定证书。证书随证书台账导入，也可以在机构的证书页登记。")
    return render(request, "registry/certificates.html", {"listing": listing, "why_empty": empty})


@require_http_methods(["GET", "POST"])
@needs("institution.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Register an institution by hand."""
    now, today = timezone.now(), timezone.localdate()
    posting = acting(request, "institution.edit", None, today=today)
    form = NewInstitutionForm(
        request.POST if request.method == "POST" else None, initial={"area_code": posting.organ.area_code}
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = create_institution(
                actor=actor_for(request.user, posting),  # type: ignore[arg-type]
                now=now,
                today=today,
                organ=posting.organ,
                uscc=form.cleaned_data["uscc"],
                values=form.values,
                demo=settings.DEMO,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"已登记 {made.name}，由{made.organ.short_name}管辖。")
            target = reverse("registry:parts", args=[made.uscc])
            return redirect(target if institution_seen_by(request.user, made.uscc, on=today) else "registry:list")
    return render(request, "registry/institution_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs("institution.edit")
def edit(request: HttpRequest, uscc: str) -> HttpResponse:
    """Change what is registered of an institution; old values stay."""
    now, today = timezone.now(), timezone.localdate()
    institution = seen_or_404(request, uscc)
    posting = acting(request, "institution.edit", institution, today=today)
    known = {
        name: getattr(institution, name) for name in ChangeInstitutionForm.base_fields if hasattr(institution, name)
    }
    known |= {"fields_": institution.fields, "changed_on": today}
    form = ChangeInstitutionForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            update_institution(
                actor=actor_for(request.user, posting),  # type: ignore[arg-type]
                now=now,
                today=today,
                institution_id=institution.pk,
                values=form.values,
                changed_on=form.cleaned_data["changed_on"],
                reason=form.cleaned_data["reason"],
                demo=settings.DEMO,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "已变更，原来的值保留在历史里。")
            return redirect("registry:parts", uscc=institution.uscc)
    page = {"form": form, "institution": institution}
    return render(request, "registry/institution_form.html", page, status=422 if form.errors else 200)


@require_GET
@needs("match.view")
def matches(request: HttpRequest) -> HttpResponse:
    """Proposals of entries that may be one institution."""
    today = timezone.localdate()
    seen = proposals_seen_by(request.user, on=today)
    listing = PROPOSALS.open(request.GET, path=request.path, rows=seen)
    finder = may(request.user, "match.find", on=today)
    find = Action("查找疑似同一主体", reverse("registry:find_matches"), icon="find", method="post") if finder else None
    reason = "没有符合条件的匹配提示。名称、代码、证书编号相近的登记会列在这里，由登记员决定合并或驳回。"
    empty = Empty("没有待决定的匹配", reason, [find] if find else [])
    return render(request, "registry/matches.html", {"listing": listing, "find": find, "why_empty": empty})


@require_http_methods(["POST"])
@needs("match.find")
def find(request: HttpRequest) -> HttpResponse:
    """Look for pairs among the institutions of the person's organ."""
    posting = acting(request, "match.find", None, today=timezone.localdate())
    actor = actor_for(request.user, posting)  # type: ignore[arg-type]
    made = find_matches(actor=actor, now=timezone.now(), organ=posting.organ)
    messages.success(request, f"查找完毕，新提出 {made} 对。" if made else "查找完毕，没有新的疑似同一主体。")
    return redirect("registry:matches")


COMPARED = (
    ("name", "名称"),
    ("uscc", "统一社会信用代码"),
    ("area_code", "行政区划代码"),
    ("address", "地址"),
    ("legal_rep", "法定代表人"),
    ("phone", "联系电话"),
    ("registered_on", "成立日期"),
)


@require_http_methods(["GET", "POST"])
@needs("match.view")
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Two entries side by side and the decision."""
    today = timezone.localdate()
    proposal = get_object_or_404(proposals_seen_by(request.user, on=today), pk=pk)
    entries = [(one.uscc, f"{one.name}（{one.uscc}）") for one in (proposal.first, proposal.second)]
    form = DecisionForm(request.POST if request.method == "POST" else None, entries=entries)
    if request.method == "POST" and form.is_valid():
        try:
            decide_match(
                user=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
                proposal_id=proposal.pk,
                action=request.POST.get("action", "")[:20],
                reason=form.cleaned_data["reason"],
                survivor=form.cleaned_data["survivor"],
            )
        except NotAllowed:
            raise
        except DomainError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "已记录决定。")
            return redirect("registry:match", pk=proposal.pk)
    decider = may(request.user, "match.decide", proposal, on=today)
    pairs = [(label, getattr(proposal.first, name), getattr(proposal.second, name)) for name, label in COMPARED]
    page = {
        "proposal": proposal,
        "form": form,
        "rows": [(label, left, right, left == right) for label, left, right in pairs],
        "moves": moves_from(MATCH, proposal.state) if decider else (),
        "state": MATCH.states[proposal.state],
        "asks_survivor": proposal.state == "open",
    }
    return render(request, "registry/match.html", page, status=422 if form.errors else 200)
