"""My desk and the search over everything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.gates import signed_in
from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import granting, postings_on
from hengjian.apps.desk import finding, sections
from hengjian.apps.desk.cases import cases_on_desk
from hengjian.apps.desk.deadlines import deadlines_of
from hengjian.apps.desk.drawn import draws_waiting
from hengjian.apps.desk.evidenced import measures_over_things
from hengjian.apps.desk.executing import executing_waiting
from hengjian.apps.desk.inspected import inspections_waiting
from hengjian.apps.desk.leads import leads_waiting
from hengjian.apps.desk.measured import measures_waiting
from hengjian.apps.desk.publishing import publications_waiting
from hengjian.apps.desk.rectified import rectifications_waiting
from hengjian.apps.desk.tasks import Task, grouped
from hengjian.apps.desk.tips import complaints_waiting, tips_waiting
from hengjian.apps.desk.transferred import transfers_waiting
from hengjian.ui.context import Shell
from hengjian.ui.figures import share_bar
from hengjian.ui.parts import Tab

FIRST_VISIT = timedelta(days=7)
LIVE, ALL, ONE_KIND = 3, 10, 100
BAR = {"late": "red", "month": "amb", "week": "mid", "fresh": "blue"}


@signed_in
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """The navigation with what waits behind each link, fetched once a page stands; `at` is that page's path."""
    return render(request, "ui/parts/navigation.html", {"shell": Shell(request, at=request.GET.get("at", "")[:200])})


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, oldest first; what happened since the last visit."""
    now, today = timezone.now(), timezone.localdate()
    user: Any = request.user
    waiting = [
        sections.alerts_to_judge(user, now=now, today=today),
        sections.submissions_to_confirm(user, now=now, today=today),
        draws_waiting(user, now=now, today=today),
        inspections_waiting(user, now=now, today=today),
        leads_waiting(user, now=now, today=today),
        tips_waiting(user, now=now, today=today),
        complaints_waiting(user, now=now, today=today),
        rectifications_waiting(user, now=now, today=today),
        cases_on_desk(user, now=now, today=today),
        executing_waiting(user, now=now, today=today),
        measures_waiting(user, now=now, today=today),
        transfers_waiting(user, now=now, today=today),
        publications_waiting(user, now=now, today=today),
        measures_over_things(user, now=now, today=today),
    ]
    view = request.GET.get("view", "")
    chosen = [one for one in waiting if one.view == view] or waiting
    groups = grouped((task for one in chosen for task in one.tasks), now)
    deadlines = deadlines_of(user, now=now, today=today, elsewhere={one.url for one in _tasks(waiting)})
    since = user.previous_visit_at or now - FIRST_VISIT
    certificates, expiring = ([], 0)
    if granting(user, "institution.view", today):
        certificates, expiring = sections.expiring_certificates(user, today=today)
    postings = postings_on(user, today)
    context = {
        "now": now,
        "total": sum(one.total for one in waiting),
        "deadlines": None if view else deadlines,
        "late": deadlines.late,
        "overdue": sum(len(group.tasks) for group in groups if group.key == "late"),
        "old": sum(len(group.tasks) for group in groups if group.key == "month"),
        "waiting": waiting,
        "hidden": [one for one in chosen if one.total > len(one.tasks)],
        "groups": groups,
        "ages": _ages(groups),
        "tabs": _tabs(waiting, view),
        "running": sections.running_work(user, today=today) if granting(user, "run.view", today) else [],
        "certificates": certificates,
        "expiring": expiring,
        "changes": sections.changes_since(user, since=since, today=today),
        "since": since,
        "postings": postings,
        "own": _own(user, postings, today),
    }
    return render(request, "desk/home.html", context)


def _tasks(waiting: list[sections.Waiting]) -> list[Task]:
    return [task for one in waiting for task in one.tasks]


def _ages(groups: list[Any]) -> Any:
    if not groups:
        return None
    return share_bar([(group.title, len(group.tasks), BAR[group.key]) for group in groups], unit=" 件")


def _tabs(waiting: list[sections.Waiting], view: str) -> list[Tab]:
    here = reverse("desk:home")
    shown = [one for one in waiting if one.total]
    if len(shown) < 2:
        return []
    known = any(one.view == view for one in shown)
    tabs = [Tab("全部", here, current=not known, count=sum(one.total for one in shown))]
    return tabs + [
        Tab(one.label, f"{here}?view={one.view}", current=one.view == view, count=one.total) for one in shown
    ]


def _own(user: Any, postings: list[Any], today: Any) -> list[Any]:
    if not any(posting.role == Role.INSTITUTION_USER for posting in postings):
        return []
    return list(sections.own_institution(user, today=today)[:5])


@signed_in
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Institutions, reports, alerts, submissions, people and rules, as far as the person may see them.

    Asked by script while somebody types, it answers with the few first of each kind.
    """
    typed = request.GET.get("q", "").replace("\x00", "").strip()[: finding.WORDS_MAX]
    only, words = finding.split_prefix(typed)
    asked = request.GET.get("kind", "")
    only = asked if asked in finding.KINDS else only
    live = bool(request.htmx) and not request.htmx.boosted
    limit = LIVE if live else ONE_KIND if only else ALL
    found = finding.find(request.user, words, on=timezone.localdate(), limit=limit, only=only)
    context = {
        "found": found,
        "words": words,
        "typed": typed,
        "search_words": typed,
        "only": only,
        "advice": finding.code_advice(words),
        "prefixes": [(prefix, label) for label, prefix, _ in finding.KINDS.values()],
        "here": reverse("desk:search"),
        "count": sum(one.total for one in found),
    }
    return render(request, "desk/live.html" if live else "desk/search.html", context)
