"""Pages of the rulebook: the dated law data, read as of a day."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.rulebook import wording
from hengjian.apps.rulebook.breach_pages import sector_matrix, sector_page, violation_page
from hengjian.apps.rulebook.check_pages import checklist_page, clock_page, standard_page, threshold_page
from hengjian.apps.rulebook.comparing import SECTION_WORDS
from hengjian.apps.rulebook.detector_pages import detector_named, detector_page
from hengjian.apps.rulebook.entry import entry_url
from hengjian.apps.rulebook.law_pages import article_page, difference, field_page, instrument_page
from hengjian.apps.rulebook.lists import SECTIONS, rows_on
from hengjian.apps.rulebook.policies import may_amend, may_read_detectors
from hengjian.kernel.citation import Citation
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.amending import amended, current_entries, overlay
from hengjian.law.catalogue import Entry, search
from hengjian.law.loader import lawbook, raw_data
from hengjian.ui.days import parse_day
from hengjian.ui.parts import Action, Empty, Step

PAGES = {
    "instruments": instrument_page,
    "articles": article_page,
    "violations": violation_page,
    "sector": sector_page,
    "clocks": clock_page,
    "thresholds": threshold_page,
    "checklists": checklist_page,
    "standards": standard_page,
    "fields": field_page,
    "detectors": detector_page,
}
QUERY_MAX = 100


def _day(request: HttpRequest, name: str, otherwise: date) -> tuple[date, str]:
    """The day asked for under that name, or the other one and a sentence."""
    text = request.GET.get(name, "").replace("\x00", "").strip()[:40]
    if not text:
        return otherwise, ""
    try:
        return parse_day(text), ""
    except Refused as error:
        return otherwise, f"{error.sentence}。现在显示的是 {otherwise} 的规则。"


@needs("rulebook.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What the rulebook holds as of a day, and the search over all of it."""
    today = timezone.localdate()
    on, error = _day(request, "on", today)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:QUERY_MAX]
    sections = [(name, one, len(rows_on(name, on, today=today))) for name, one in SECTIONS.items()]
    context = {
        "on": on,
        "today": today,
        "error": error,
        "words": words,
        "sections": sections,
        "groups": _grouped(search(words, on), on, today) if words else [],
        "unsure": sum(one.certainty == "unsure" for part in _certain() for one in part),
        "total": sum(count for _, _, count in sections),
    }
    return render(request, "rulebook/home.html", context)


def _certain() -> tuple[tuple[object, ...], ...]:
    book = lawbook()
    return (
        book.instruments,
        book.articles,
        book.violations,
        book.sector_rules,
        book.clocks,
        book.thresholds,
        book.test_standards,
    )


def _grouped(found: tuple[Entry, ...], on: date, today: date) -> list[tuple[str, list[tuple[Entry, str]]]]:
    order = list(wording.KINDS)
    ranked = sorted(found, key=lambda one: order.index(one.kind))
    return [
        (wording.KINDS[kind][1], [(one, entry_url(wording.KINDS[kind][0], one.id, on, today=today)) for one in group])
        for kind, group in groupby(ranked, key=lambda one: one.kind)
    ]


@needs("rulebook.view")
@require_GET
def section(request: HttpRequest, name: str) -> HttpResponse:
    """One section as a list, as of a day."""
    today = timezone.localdate()
    if name == "detectors" and not may_read_detectors(request.user, today):
        return redirect("portal:detectors")
    on, error = _day(request, "on", today)
    known = SECTIONS[name]
    rows = rows_on(name, on, today=today)
    listing = known.spec.open(request.GET, path=request.path, rows=rows)
    if error:
        listing.errors.append(error)
    if listing.wants_export:
        what, now = f"规则库-{known.label}", timezone.now()
        note_list_export(request=request, permission="rulebook.view", what=what, rows=listing.total, now=now)
        return listing.export(what, now=now)
    why = Empty(
        f"{on} 没有录入的{known.label}",
        "规则只录入到系统要用的年份；更早的日期没有文本，不会用新文本顶替。",
        (Action("看今天的", request.path),),
    )
    context = {"listing": listing, "section": known, "on": on, "name": name, "why_empty": why, "recorded": bool(rows)}
    if name == "sector":
        context["matrix"] = sector_matrix(on, today=today)
    return render(request, "rulebook/section.html", context)


@needs("rulebook.view")
@require_GET
def entry(request: HttpRequest, section: str, entry_id: str) -> HttpResponse:
    """One entry: what it says, since when, how sure it is, what it rests on and what uses it."""
    make = PAGES.get(section)
    if make is None:
        raise NotFound("规则库里没有这一类。")
    today = timezone.localdate()
    if section == "detectors" and not may_read_detectors(request.user, today):
        return redirect("portal:detector", detector_named(entry_id).id)
    on, error = _day(request, "on", today)
    page = make(entry_id, on, today=today)
    context = {"page": page, "on": on, "today": today, "error": error, "uses": _grouped(tuple(page.uses), on, today)}
    context["amend_url"] = amend_url(section, entry_id) if may_amend(request.user, today) else ""
    if section == "articles":
        first, wrong_first = _day(request, "from", date(2021, 7, 15))
        second, wrong_second = _day(request, "to", on)
        context |= {"difference": difference(entry_id, first, second), "first": first, "second": second}
        context["error"] = error or wrong_first or wrong_second
        steps = page.extra["versions"]
        context["steps"] = [Step(**one) for one in steps] if len(steps) > 1 else []
    return render(request, "rulebook/entry.html", context)


def amend_url(section: str, entry_id: str) -> str:
    """Where an amendment of this entry is drafted; empty for sections that are not amended."""
    name = next((name for name, page in SECTION_WORDS.items() if page == section), "")
    if not name or not current_entries(amended(raw_data(), overlay()), name, entry_id):
        return ""
    return f"{reverse('rulebook:amend')}?{urlencode({'section': name, 'entry': entry_id})}"


@needs("rulebook.view")
@require_GET
def numbering(request: HttpRequest) -> HttpResponse:
    """Old and new article numbers of the instruments that were renumbered, and the other names of entries."""
    today = timezone.localdate()
    book = lawbook()
    changes = []
    for change in book.renumberings:
        instrument = book.instrument(change.instrument)
        rows = []
        for article in book.articles:
            if article.id.partition("-")[0] != change.instrument:
                continue
            old = next((v.number for v in article.versions if v.valid_from < change.valid_from), None)
            new = next((v.number for v in article.versions if v.holds_on(change.valid_from)), None)
            rows.append((_place(old), _place(new), article, entry_url("articles", article.id, today, today=today)))
        changes.append({"instrument": instrument, "change": change, "rows": rows})
    ids = {one.id: "violations" for one in book.violations} | {one.id: "articles" for one in book.articles}
    ids |= {one.id: "sector" for one in book.sector_rules}
    aliases = [
        (one, entry_url(ids[one.target], one.target, today, today=today) if one.target in ids else "")
        for one in book.aliases
    ]
    return render(request, "rulebook/numbering.html", {"changes": changes, "aliases": aliases})


def _place(number: int | None) -> str:
    return Citation("", "", article=number).place if number is not None else "—"
