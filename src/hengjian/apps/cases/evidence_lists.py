"""The list of letters of assistance: those asked of this organ, and those it asked of others."""

from __future__ import annotations

from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.cases.assistance import letters_seen_by, letters_to
from hengjian.apps.cases.assistance_procedures import ASSISTANCE, KINDS, WAITING
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.parts import Empty

SPEC = ListSpec(
    columns=(
        Column("number", "编号", kind="id", sort="pk"),
        Column("subject", "事由", "subject"),
        Column("kind", "种类", "get_kind_display"),
        Column("from", "发函机关", "case.organ.short_name"),
        Column("to", "受函机关", "to_name"),
        Column("sent", "发函", "sent_on", kind="date", sort="sent_on"),
        Column("received", "收到", "received_on", kind="date", sort="received_on"),
        Column("state", "状态", "get_state_display", sort="state"),
    ),
    filters=(
        Filter("state", "状态", kind="choice", lookup="state"),
        Filter("kind", "种类", kind="choice", lookup="kind"),
        Filter("mine", "须本机关办理", kind="flag", lookup="waits"),
    ),
    views=(View("全部"), View("须本机关办理", {"mine": "1"}, key="mine")),
    default_sort="-pk",
    url=lambda row: reverse("cases:letter", args=[row.number]),
)


@require_GET
@needs("assistance.view")
def letters(request: HttpRequest) -> HttpResponse:
    """Letters to and from this person's organs."""
    today = timezone.localdate()
    own = letters_to(request.user, today).filter(state__in=WAITING)
    rows = letters_seen_by(request.user, today).annotate(
        waits=Case(When(pk__in=own.order_by().values("pk"), then=Value(True)), default=Value(False))
    )
    listing = SPEC.open(
        request.GET,
        path=request.path,
        rows=rows,
        choices={"state": list(ASSISTANCE.states.items()), "kind": list(KINDS.items())},
        view_counts={"mine": own.count()},
    )
    if listing.wants_export:
        now = timezone.now()
        note_list_export(request=request, permission="assistance.view", what="协助函", rows=listing.total, now=now)
        return listing.export("协助函", now=now)
    empty = Empty("没有协助函", "其他机关发来的、本机关在办案中发出的协助函都列在这里；在案件页发出。")
    return render(request, "cases/letters.html", {"listing": listing, "why_empty": empty})
