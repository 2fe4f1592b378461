"""Pages of what belongs to one institution: parts as of a day, certificates and scope, people, instruments, forms."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.record.selectors import events_of
from hengjian.apps.registry import asof
from hengjian.apps.registry.forms import BY_HAND, PartForm
from hengjian.apps.registry.models import FormerValue, Institution
from hengjian.apps.registry.services import create_part, update_part
from hengjian.apps.registry.strips import calibration_strip
from hengjian.apps.registry.tables import PARTS
from hengjian.apps.registry.views import acting, seen_or_404
from hengjian.kernel.errors import Refused
from hengjian.ui.days import parse_day
from hengjian.ui.parts import Tab

SCOPE_PAGE = 100
INSTRUMENT_PAGE = 50


def day_asked(request: HttpRequest, today: date) -> tuple[date, str]:
    """The day of `?on=` and, where it cannot be read, the sentence (then the day is today)."""
    text = request.GET.get("on", "").strip()
    if not text:
        return today, ""
    try:
        return parse_day(text[:30]), ""
    except Refused as error:
        return today, f"{error.sentence}。已按今天显示。"


def _page(request: HttpRequest, uscc: str, current: str) -> dict[str, Any]:
    today = timezone.localdate()
    institution = seen_or_404(request, uscc)
    on, wrong = day_asked(request, today)
    asof.set_back([institution], former := asof.former_values(institution), on)
    query = "" if on == today else f"?on={on.isoformat()}"
    places = (("parts", "登记事项"), ("scope", "证书与能力"), ("people", "人员"), ("instruments", "仪器与检定"))
    base = f"/institutions/{institution.uscc}/"
    tabs = [Tab("一企一卷", f"{base}{query}")]
    tabs += [Tab(label, f"{base}{name}/{query}", name == current) for name, label in places]
    return {
        "institution": institution,
        "former": former,
        "on": on,
        "today": today,
        "wrong_day": wrong,
        "tabs": tabs,
        "may_edit": may(request.user, "institution.edit", institution, on=today) is not None,
    }


@require_GET
@needs("institution.view")
def parts(request: HttpRequest, uscc: str) -> HttpResponse:
    """What is registered of the institution: identity, sites, declarations, aliases, former values."""
    page = _page(request, uscc, "parts")
    institution: Institution = page["institution"]
    sites = list(institution.sites.all())
    asof.set_back(sites, page["former"], page["on"])
    labels = {f.name: str(f.verbose_name) for f in Institution._meta.concrete_fields}
    mine = [one for one in page["former"] if one.thing_kind == "institution"]
    page |= {
        "sites": sites,
        "declarations": institution.declarations.all()[:100],
        "aliases": institution.aliases.filter(withdrawn_at=None),
        "former_rows": [(labels.get(one.field, one.field), one) for one in sorted(mine, key=_newest)],
    }
    return render(request, "registry/parts.html", page)


def _newest(one: FormerValue) -> tuple[int, int]:
    return (-one.valid_to.toordinal(), -one.pk)


@require_GET
@needs("institution.view")
def scope(request: HttpRequest, uscc: str) -> HttpResponse:
    """Certificates and scope as of a day, of one site or of all."""
    page = _page(request, uscc, "scope")
    institution, on = page["institution"], page["on"]
    sites = list(institution.sites.all())
    asked = request.GET.get("site", "")
    site = next((one for one in sites if one.site_id == asked), None)
    known = institution.scope_items.count()
    history = list(institution.certificate_statuses.all())
    certificates = list(institution.certificates.all())
    asof.set_back(certificates, page["former"], on)
    states = [asof.certificate_state(one, history, on) for one in certificates]
    rows = asof.scope_on(site, on, items=asof.under_valid(institution.scope_items.all(), states))
    sheet = Paginator(rows, SCOPE_PAGE).get_page(request.GET.get("page"))
    page |= {
        "certificates": states,
        "history": history,
        "sites": sites,
        "site": site,
        "sheet": sheet,
        "known": known,
    }
    return render(request, "registry/scope.html", page)


@require_GET
@needs("institution.view")
def people(request: HttpRequest, uscc: str) -> HttpResponse:
    """Key people first, then everybody employed on the day, with their authorisations to sign."""
    page = _page(request, uscc, "people")
    institution, on = page["institution"], page["on"]
    everybody = list(asof.people_on(institution, on))
    asof.set_back(everybody, page["former"], on)
    signing: dict[str, list[Any]] = {}
    for one in asof.signatories_on(institution, on):
        signing.setdefault(one.person_id, []).append(one)
    leading = asof.key_people(everybody)
    leading += [one for one in everybody if one.person_id in signing and one not in leading]
    rest = [one for one in everybody if one not in leading]
    unknown = {code: rows for code, rows in signing.items() if code not in {one.person_id for one in everybody}}
    page |= {
        "leading": [(one, asof.signing_text(signing.get(one.person_id, []))) for one in leading],
        "rest": rest,
        "unknown": unknown,
    }
    return render(request, "registry/people.html", page)


@require_GET
@needs("institution.view")
def instruments(request: HttpRequest, uscc: str) -> HttpResponse:
    """Instruments with the strip of their calibrations over the year before the day; gaps are hatched."""
    page = _page(request, uscc, "instruments")
    institution, on = page["institution"], page["on"]
    sheet = Paginator(institution.instruments.all(), INSTRUMENT_PAGE).get_page(request.GET.get("page"))
    shown = list(sheet.object_list)
    asof.set_back(shown, page["former"], on)
    codes = [one.instrument_id for one in shown]
    rows = list(institution.calibrations.filter(instrument_id__in=codes, calibrated_on__lte=on))
    states = [asof.calibration_state(one, rows, on) for one in shown]
    start = on - timedelta(days=365)
    page |= {"sheet": sheet, "states": states, "strip": calibration_strip(states, start=start, on=on)}
    return render(request, "registry/instruments.html", page)


def _table_or_404(table: str) -> str:
    if table not in BY_HAND:
        raise Http404
    return table


BACK = {"certificates": "scope", "certificate_status": "scope", "scope": "scope", "people": "people"}
BACK |= {"signatories": "people", "instruments": "instruments", "calibrations": "instruments"}


@require_http_methods(["GET", "POST"])
@needs("institution.edit")
def new_part(request: HttpRequest, uscc: str, table: str) -> HttpResponse:
    """Add a row of a part table by hand."""
    now, today = timezone.now(), timezone.localdate()
    institution = seen_or_404(request, uscc)
    posting = acting(request, "institution.edit", institution, today=today)
    form = PartForm(_table_or_404(table), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            create_part(
                actor=actor_for(request.user, posting),  # type: ignore[arg-type]
                now=now,
                today=today,
                table=table,
                institution_id=institution.pk,
                values=form.values,
                demo=settings.DEMO,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, f"已登记一条“{PARTS[table].label}”。")
            return redirect(f"registry:{BACK.get(table, 'parts')}", uscc=institution.uscc)
    page = {"form": form, "institution": institution, "label": PARTS[table].label}
    return render(request, "registry/part_form.html", page, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs("institution.edit")
def edit_part(request: HttpRequest, uscc: str, table: str, pk: int) -> HttpResponse:
    """Change a row of a part table; shows the row's record."""
    now, today = timezone.now(), timezone.localdate()
    institution = seen_or_404(request, uscc)
    posting = acting(request, "institution.edit", institution, today=today)
    part = get_object_or_404(PARTS[_table_or_404(table)].model, pk=pk, institution=institution)
    known = {name: getattr(part, name) for name in PARTS[table].fields} | {"changed_on": today}
    if "by_commitment" in known:
        known["by_commitment"] = {True: "1", False: "0"}.get(known["by_commitment"], "")
    form = PartForm(table, request.POST if request.method == "POST" else None, change=True, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            update_part(
                actor=actor_for(request.user, posting),  # type: ignore[arg-type]
                now=now,
                today=today,
                table=table,
                part_id=part.pk,
                values=form.values,
                changed_on=form.cleaned_data["changed_on"],
                reason=form.cleaned_data["reason"],
                demo=settings.DEMO,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, "已变更，原来的值保留在历史里。")
            return redirect(f"registry:{BACK.get(table, 'parts')}", uscc=institution.uscc)
    events = events_of(part._meta.label_lower, part.pk)[:20]
    page = {"form": form, "institution": institution, "label": PARTS[table].label, "part": part, "events": events}
    return render(request, "registry/part_form.html", page, status=422 if form.errors else 200)
