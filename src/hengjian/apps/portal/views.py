"""Public pages of institutions, plans, lists, caps, results, exceptions, rectification; first page and guide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from hengjian.apps.draws.selectors import public_draws
from hengjian.apps.inspections.selectors import published_results
from hengjian.apps.plans.presenting import shown_meters
from hengjian.apps.plans.selectors import coverage, published_exceptions, published_plans
from hengjian.apps.portal import draw_facts, institution_facts, penalty_facts, plan_facts, result_facts, rule_facts
from hengjian.apps.portal.asking import day, slice_of, words, year
from hengjian.apps.portal.discretion import cleaned
from hengjian.apps.portal.documentation import GUIDE, plain_guide
from hengjian.apps.portal.keys import ENVELOPE
from hengjian.apps.portal.pages import Page, public_page
from hengjian.apps.registry.asof import certificates_on
from hengjian.apps.registry.selectors import institution_by_code
from hengjian.kernel.errors import NotFound
from hengjian.law.inspecting import result_codes

NEWEST = 5
OPEN_FACTS = "依法公开的监管信息：计划、抽取、检查结果、机构资质"


def latest(*moments: datetime | None) -> datetime | None:
    """The newest of the moments known."""
    known = [one for one in moments if one is not None]
    return max(known) if known else None


@public_page("portal/home.html", OPEN_FACTS)
def home(request: HttpRequest) -> Page:
    """The first page: a search box, counters, what was published last."""
    results = list(result_facts.newest_first(published_results())[:NEWEST])
    draws = list(public_draws()[:NEWEST])
    counters = {
        "institutions": institution_facts.public_institutions().count(),
        "plans": published_plans().filter(state="in_force").count(),
        "draws": public_draws().count(),
        "results": published_results().count(),
        "exceptions": published_exceptions().count(),
    }
    return Page(
        title="检验检测公示与查询",
        data={
            "counters": counters,
            "results": result_facts.results(results),
            "draws": [draw_facts.line(one) for one in draws],
        },
        as_of=latest(
            institution_facts.registry_as_of(),
            plan_facts.plans_as_of(),
            draw_facts.as_of(draws),
            results[0].published_at if results else None,
        ),
    )


@public_page("portal/institutions.html", OPEN_FACTS)
def institutions(request: HttpRequest) -> Page:
    """Institutions by name, former name, credit code or certificate number."""
    asked = words(request)
    rows = institution_facts.found_by(asked)
    part = slice_of(request, rows, query={"q": asked} if asked else {})
    return Page(
        title=f"名称或者编号含“{asked}”的机构 {part.total} 家" if asked else f"检验检测机构 {part.total} 家",
        data={"q": asked, **part.plain(), "institutions": [institution_facts.facts(one) for one in part.rows]},
        as_of=institution_facts.registry_as_of(),
        query=part.address(),
        shown={"part": part},
    )


@public_page("portal/institution.html", OPEN_FACTS)
def institution(request: HttpRequest, uscc: str) -> Page | HttpResponse:
    """One institution: identity, certificates and scope as of a day, published results, penalties and draws."""
    code = uscc.strip().upper()
    found = institution_facts.public_institutions().filter(uscc=code).first()
    if found is None:
        other = institution_by_code(code)
        if other is None:
            raise NotFound(f"没有登记代码为“{code[:18]}”的检验检测机构。请核对统一社会信用代码，或者按名称查。")
        return redirect("portal:institution", uscc=other.uscc)
    today = timezone.localdate()
    on = day(request, today)
    held = certificates_on(found, on)
    query = {"on": on.isoformat()} if on != today else {}
    part = slice_of(request, institution_facts.scope_rows(found, on, held), query=query)
    sites = dict(found.sites.values_list("site_id", "address"))
    results = result_facts.newest_first(published_results().filter(institution=found))
    return Page(
        title=found.name,
        data={
            "institution": institution_facts.facts(found),
            "on": on,
            "certificates": institution_facts.certificates(held),
            "scope": {**part.plain(), "rows": institution_facts.scope(part.rows, sites)},
            "results": result_facts.results(list(results)),
            "penalties": penalty_facts.penalties(list(penalty_facts.penalties_of(found.uscc, today))),
            "draws": institution_facts.published_draws_of(found),
        },
        as_of=institution_facts.registry_as_of(found),
        query=part.address(),
        shown={"part": part, "today": today},
    )


@public_page("portal/plans.html", OPEN_FACTS)
def plans(request: HttpRequest) -> Page:
    """Annual plans that were filed with the superior organ, newest year first."""
    asked = year(request, timezone.localdate())
    rows = published_plans().order_by("-year", "organ__path", "-version")
    part = slice_of(request, rows.filter(year=asked) if asked else rows, query={"year": str(asked)} if asked else {})
    return Page(
        title=f"年度检查计划 {part.total} 份",
        data={"year": asked, **part.plain(), "plans": plan_facts.plans(part.rows)},
        as_of=plan_facts.plans_as_of(),
        query=part.address(),
        shown={"part": part, "years": published_plans().order_by("-year").values_list("year", flat=True).distinct()},
    )


@public_page("portal/plan.html", OPEN_FACTS)
def plan(request: HttpRequest, number: str) -> Page:
    """One filed plan with its items and the coverage of its year."""
    row = get_object_or_404(published_plans(), number=number)
    today = timezone.localdate()
    items = list(row.items.select_related("joined_to").prefetch_related("shares").order_by("number"))
    for item in items:
        item.plan = row
    basis, reason = cleaned([row.basis, row.change_reason])
    covered = coverage(row.organ, row.year, today)
    return Page(
        title=row.title,
        data={
            "plan": plan_facts.plan(row) | {"basis": basis, "change_reason": reason},
            "items": plan_facts.items(items, today),
            "coverage": plan_facts.meters(covered.meters),
        },
        as_of=plan_facts.plan_as_of(row),
        shown={"meters": shown_meters(covered)},
    )


@public_page("portal/checklists.html", OPEN_FACTS)
def checklists(request: HttpRequest) -> Page:
    """What is checked on site, with how and by which article."""
    today = timezone.localdate()
    on = day(request, today)
    groups = rule_facts.checklists(on)
    count = sum(len(group["items"]) for group in groups)
    return Page(
        title=f"检查事项清单：{len(groups)} 类 {count} 项",
        data={"on": on, "groups": groups},
        as_of=rule_facts.checklists_as_of(on),
        query={"on": on.isoformat()} if on != today else {},
    )


@public_page("portal/caps.html", OPEN_FACTS)
def caps(request: HttpRequest) -> Page:
    """How often an enterprise may be visited in a year, area by area."""
    today = timezone.localdate()
    on = day(request, today)
    return Page(
        title="涉企检查的频次上限",
        data={"on": on, "organs": plan_facts.caps(on)},
        as_of=plan_facts.caps_as_of(on),
        query={"on": on.isoformat()} if on != today else {},
    )


@public_page("portal/results.html", OPEN_FACTS)
def results(request: HttpRequest) -> Page:
    """Published results, newest first, by institution and by result."""
    asked, code = words(request), words(request, "code")
    codes = [one for one in result_codes(timezone.localdate()) if one.wording]
    code = code if any(one.id == code for one in codes) else ""
    query = {name: value for name, value in (("q", asked), ("code", code)) if value}
    part = slice_of(request, result_facts.found_results(asked, code), query=query)
    return Page(
        title=f"检查结果 {part.total} 件",
        data={"q": asked, "code": code, **part.plain(), "results": result_facts.results(part.rows)},
        as_of=result_facts.results_as_of(),
        query=part.address(),
        shown={"part": part, "codes": codes},
    )


@public_page("portal/result.html", OPEN_FACTS)
def result(request: HttpRequest, number: str) -> Page:
    """One published result."""
    row = get_object_or_404(result_facts.newest_first(published_results()), number=number)
    told: dict[str, Any] = result_facts.results([row])[0]
    told |= {"checklists": result_facts.checked_groups(row), "due_on": result_facts.publication_due(row)}
    return Page(title=f"{row.institution.name}：{row.public_wording}", data={"result": told}, as_of=row.published_at)


@public_page("portal/exceptions.html", OPEN_FACTS)
def exceptions(request: HttpRequest) -> Page:
    """Visits outside plan or cap, with their coded reason."""
    part = slice_of(request, result_facts.exception_rows())
    return Page(
        title=f"计划以外的入企检查 {part.total} 次",
        data={**part.plain(), "exceptions": result_facts.exceptions(part.rows)},
        as_of=result_facts.exceptions_as_of(),
        query=part.address(),
        shown={"part": part},
    )


@public_page("portal/rectifications.html", OPEN_FACTS)
def rectifications(request: HttpRequest) -> Page:
    """Problems of published results and what became of them, by field."""
    numbers = result_facts.rectification_numbers(timezone.localdate())
    return Page(
        title=f"查出的问题 {numbers['all']['problems']} 个，已销号 {numbers['all']['struck_off']} 个",
        data=numbers,
        as_of=result_facts.rectifications_as_of(),
    )


@public_page("portal/guide.html", "接口说明：公开数据的地址、字段和使用规则，任何人都要能读到")
def guide(request: HttpRequest) -> Page:
    """Open data: addresses, keys, rules of use."""
    return Page(
        title="开放数据与接口",
        data={"pages": plain_guide()},
        shown={"guide": GUIDE, "envelope": ENVELOPE, "timeless": True},
    )
