"""Pages of what the random leg says: rates with intervals by part, the risk leg beside it, and the rows behind."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import visible
from hengjian.apps.inspections import random_leg_estimates as estimates
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.origins import label_of
from hengjian.apps.inspections.random_leg import (
    OVERSEE,
    RISK_ORIGINS,
    SETTLED,
    Sample,
    hits_by_origin,
    read_sample,
    seen_of,
    together,
    with_problems,
    years_drawn,
)
from hengjian.apps.inspections.random_leg_estimates import MEASURES, METHODS, Part
from hengjian.apps.inspections.random_leg_rows import GROUPINGS, NO_VALUE, ROWS, rows_of
from hengjian.ui.figures import Estimated, share_intervals
from hengjian.ui.parts import Empty, Tab

HEAD = ("哪一部分", "推算比例", "95% 区间", "说明")
SHOWN_PEOPLE = 20


def _asked(request: HttpRequest, today: date) -> tuple[int, str, list[int]]:
    years = years_drawn(request.user, on=today)
    text = request.GET.get("year", "")
    year = next((one for one in years if str(one) == text), (years or [today.year])[0])
    measure = request.GET.get("of", "")
    return year, measure if measure in MEASURES else "problem", years


@require_GET
@needs("inspection.oversee")
def show_random_leg(request: HttpRequest) -> HttpResponse:
    """The rate that random inspections let us infer, by field, area, risk; and how often alerts hit against it."""
    today = timezone.localdate()
    year, measure, years = _asked(request, today)
    sample = read_sample(request.user, year=year, on=today)
    fewest = estimates.fewest_checked(today)
    whole = estimates.part_of(sample, "", "随机抽到的机构", lambda unit: True, measure=measure, fewest=fewest)
    hits = hits_by_origin(request.user, year=year, on=today)
    leg = estimates.leg_of(together(hits, RISK_ORIGINS), measure=measure, fewest=fewest)
    tables = [_table(sample, key, measure, fewest, whole) for key in GROUPINGS] if sample.units else []
    context = {
        "year": year,
        "measure": MEASURES[measure],
        "sample": sample,
        "whole": whole,
        "whole_row": _row(whole, year, "", measure),
        "leg": leg,
        "compared": estimates.compared(whole, leg),
        "both": _both(whole, leg) if whole.rate or leg.share is not None else None,
        "tables": tables,
        "origins": [(label_of(one.origin), one, _origin_url(one.origin)) for one in hits],
        "people": _people(request.user, year, today),
        "fewest": fewest,
        "method": METHODS[whole.rate.method] if whole.rate else "",
        "year_tabs": [Tab(f"{one} 年", _here(one, measure), one == year) for one in years],
        "measure_tabs": [Tab(label, _here(year, key), key == measure) for key, label in MEASURES.items()],
    }
    return render(request, "inspections/random_leg.html", context)


def _here(year: int, measure: str) -> str:
    return f"{reverse('inspections:random_leg')}?{urlencode({'year': year, 'of': measure})}"


def _origin_url(origin: str) -> str:
    return f"{reverse('inspections:list')}?{urlencode({'origin': origin, 'state': 'all'})}"


def _table(sample: Sample, key: str, measure: str, fewest: int, whole: Part) -> dict[str, Any]:
    heading, key_of, label_of_part = GROUPINGS[key]
    parts = estimates.parts_by(sample, key_of, label_of_part, measure=measure, fewest=fewest)
    told = [_estimated(part) for part in parts if part.rate]
    drawn = share_intervals(
        told,
        caption=f"{heading}推算的比例",
        head=HEAD,
        reference=whole.rate.estimate if whole.rate else None,
    )
    return {
        "key": key,
        "heading": heading,
        "figure": drawn,
        "rows": [_row(one, sample.year, key, measure) for one in parts],
    }


def _row(part: Part, year: int, grouping: str, measure: str) -> dict[str, Any]:
    mine = {"year": year} | ({grouping: part.key or NO_VALUE} if grouping else {})
    base = reverse("inspections:random_leg_rows")

    def link(**more: str) -> str:
        return f"{base}?{urlencode(mine | more)}"

    return {
        "part": part,
        "drawn_url": link(),
        "checked_url": link(seen="checked"),
        "pending_url": link(seen="pending"),
        "not_met_url": link(seen="not_met"),
        "hits_url": link(**{measure: "1"}),
    }


def _estimated(part: Part) -> Estimated:
    note = f"已检查 {part.checked} 家" + (f"，未检查 {part.pending} 家" if part.pending else "")
    if part.rate is None:
        return Estimated(part.label, None, note=part.why)
    return Estimated(part.label, part.rate.estimate, part.rate.low, part.rate.high, note)


def _both(whole: Part, leg: estimates.Leg) -> Any:
    pointed = Estimated("预警指到的机构", leg.share, leg.low, leg.high, leg.why or f"已检查 {leg.checked} 家", "amb")
    return share_intervals([_estimated(whole), pointed], caption="随机抽到的与预警指到的", head=HEAD)


def _people(user: Any, year: int, on: date) -> list[dict[str, Any]]:
    """Officers who found nothing in drawn inspections, least likely first."""
    rows = Inspection.objects.filter(origin_kind="draw", state__in=SETTLED, ended_on__year=year).select_related("visit")
    found = [one for one in with_problems(visible(user, OVERSEE, rows, on=on)) if seen_of(one) == "checked"]
    visits = [((str(one.lead_id), str(one.member_id)), one.n_problems > 0) for one in found]
    signals = estimates.people_without_problem(visits)[:SHOWN_PEOPLE]
    names = {str(one.pk): one.name for one in User.objects.filter(pk__in=[signal.names[0] for signal in signals])}
    counted = {person: sum(person in people for people, _ in visits) for person in names}
    return [
        {"name": names[one.names[0]], "visits": counted[one.names[0]], "signal": one}
        for one in signals
        if one.names[0] in names
    ]


@require_GET
@needs("inspection.oversee")
def show_rows(request: HttpRequest) -> HttpResponse:
    """The drawn institutions behind the numbers, with what came of each."""
    today = timezone.localdate()
    year, _, _ = _asked(request, today)
    sample = read_sample(request.user, year=year, on=today)
    rows, choices = rows_of(sample)
    listing = ROWS.open(request.GET, path=request.path, rows=rows, choices=choices)
    if listing.wants_export:
        now, title = timezone.now(), "随机抽到的机构"
        note_list_export(request=request, permission=OVERSEE, what=title, rows=listing.total, now=now)
        return listing.export(title, now=now)
    context = {
        "listing": listing,
        "year": year,
        "why_empty": Empty("没有抽到的机构", "抽取公布以后，抽到的机构和检查的结果列在这里。"),
    }
    return render(request, "inspections/random_leg_rows.html", context)
