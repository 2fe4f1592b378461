"""The calculator of discretion and the benchmarks it goes by; nothing is stored, no record is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.gates import needs
from hengjian.apps.rulebook.calculator_form import CalculatorForm
from hengjian.apps.rulebook.entry import Cell, Table, cited, entry_url, span
from hengjian.engines.penalties import Applicable, Calculation, Choice, Deviation, tier_bounds
from hengjian.engines.penalties.benchmark import EFFECTS
from hengjian.engines.penalties.procedure import LEVELS
from hengjian.engines.penalties.reading import PARTIES, yuan
from hengjian.engines.penalties.wording import span as money_span
from hengjian.kernel.errors import DomainError
from hengjian.law.discretion import as_benchmark, calculation_for, competence_rows, deviation, discretion
from hengjian.law.punishing import choice_for

OUTCOMES = {
    "punish": ("ok", "本机关可以处罚"),
    "correct": ("warn", "先责令改正，现在不能罚款"),
    "transfer": ("warn", "移送有权机关，本机关不处罚"),
    "soft": ("", "没有设定罚款：说服教育、提醒敦促、约谈纠正"),
    "none": ("bad", "不能处罚"),
}
SAMPLE = 10_000_000
RIGHTS = {
    "yes": "可以",
    "own": "自己认定的可以",
    "consent": "须上一级同意",
    "propose": "提出建议",
    "name": "以所属局名义",
    "no": "不可以",
}


@dataclass(frozen=True)
class Answer:
    """What the page shows of one calculation."""

    choice: Choice
    kind: str
    title: str
    rows: list[tuple[Applicable, list[tuple[str, str]]]]
    calculation: Calculation | None
    judged: Deviation | None


@needs("rulebook.view")
@require_GET
def calculator(request: HttpRequest) -> HttpResponse:
    """Which law applies to a conduct and what sum the benchmark suggests, step by step."""
    today = timezone.localdate()
    asked = any(name in request.GET for name in ("violation", "kinds", "occurred_from"))
    form = CalculatorForm(request.GET if asked else None)
    answer, error = None, None
    if asked and form.is_valid():
        try:
            answer = _answer(form, today)
        except DomainError as refused:
            error = refused
    return render(request, "rulebook/calculator.html", {"form": form, "answer": answer, "error": error, "today": today})


def _answer(form: CalculatorForm, today: date) -> Answer:
    conduct, on = form.conduct(), form.day(today)
    choice = choice_for(conduct, on=on)
    kind, title = OUTCOMES[choice.outcome]
    calculation = judged = None
    first = choice.first
    fine_open = not any(one.what == "fine" for one in choice.blocked)
    if choice.outcome == "punish" and first is not None and first.range is not None and fine_open:
        factors = form.cleaned_data["factors"]
        calculation = calculation_for(first, factors=factors, on=on, party_kind=conduct.party_kind)
        if form.cleaned_data["amount"]:
            judged = deviation(calculation, yuan(form.cleaned_data["amount"]), on=on)
    rows = [(one, _articles(one, today)) for one in choice.applicable]
    return Answer(choice, kind, title, rows, calculation, judged)


def _articles(one: Applicable, today: date) -> list[tuple[str, str]]:
    """The articles with their links, as of the day from which the version holds."""
    made = []
    for article in one.provision.articles:
        section = "articles" if "-" in article.id else "instruments"
        made.append((article.text, entry_url(section, article.id, one.provision.valid_from, today=today)))
    return made


@needs("rulebook.view")
@require_GET
def benchmarks(request: HttpRequest) -> HttpResponse:
    """The benchmarks in force, their tiers and factors, and which level may take which action."""
    today = timezone.localdate()
    rows = [one for one in discretion().benchmarks if one.holds_on(today)]
    context: dict[str, Any] = {
        "benchmarks": [(one, _tiers(one, today)) for one in rows],
        "factors": _factors(today),
        "levels": _levels(today),
        "unsure": sum(one.certainty == "unsure" for one in (*rows, *discretion().factors)),
    }
    return render(request, "rulebook/benchmarks.html", context)


def _tiers(row: Any, today: date) -> Table:
    made = as_benchmark(row, today)
    rows = []
    for tier in made.tiers:
        low, high = tier_bounds(made, tier.code, 0, SAMPLE)
        share = f"幅度的 {tier.first}/{made.parts} 至 {tier.last}/{made.parts}" if tier.last else "低于法定最低额"
        rows.append([Cell(tier.title), Cell(share), Cell(money_span(low, high))])
    return Table("档次", ("档次", "在法定幅度中的位置", "以“10万元以下罚款”为例"), rows, note=span(row))


def _factors(today: date) -> Table:
    rows = [
        [
            Cell(one.id, kind="nw"),
            Cell(one.title, note="" if len(one.parties) > 1 else f"只适用于{PARTIES[one.parties[0]]}"),
            Cell(EFFECTS[one.effect]),
            Cell(f"{one.points:+d}" if one.points else "—", kind="n"),
            Cell("、".join(cited(basis, today) for basis in one.basis), note=one.note or ""),
        ]
        for one in discretion().factors
    ]
    return Table("情节", ("编号", "情节", "方向", "分值", "依据"), rows)


def _levels(today: date) -> Table:
    rows = [
        [
            Cell(one.title, note="、".join(cited(basis, today) for basis in one.basis)),
            *(Cell(RIGHTS[getattr(one.rights, level)]) for level in LEVELS),
        ]
        for one in competence_rows()
        if one.holds_on(today)
    ]
    return Table("哪一级可以决定", ("事项", *LEVELS.values()), rows)
