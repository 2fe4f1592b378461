"""Pages of the event chain, as far as a person's organs reach; the record itself knows nobody."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.accounts.rights import may
from hengjian.apps.accounts.selectors import events_seen_by
from hengjian.apps.record import verification as verifications
from hengjian.apps.record import wording
from hengjian.apps.record.models import DailyRoot, Event, Verification
from hengjian.apps.record.selectors import chain_head, latest_verification
from hengjian.apps.record.tasks import verify_in_background
from hengjian.apps.record.verification import SMALL_CHAIN, run_verification
from hengjian.ui.lists import Column, Filter, ListSpec
from hengjian.ui.parts import Action, Empty, Work

ROOTS_SHOWN = 30

EVENTS = ListSpec(
    columns=(
        Column("sequence", "编号", kind="num", sort="sequence"),
        Column("at", "时间", kind="datetime", sort="at"),
        Column("verb", "做了什么", lambda row: wording.verb_label(row.verb), sort="verb"),
        Column("thing", "对象", "thing_label", note=lambda row: wording.kind_label(row.thing_kind)),
        Column("actor", "谁", "actor_name", note=lambda row: wording.role_label(row.role), sort="actor_name"),
        Column("reason", "理由", "reason", only_wide=True),
        Column("hash", "摘要", "hash", kind="id", only_export=True),
    ),
    filters=(
        Filter(
            "q",
            "对象、人",
            lookup=lambda rows, text: (
                rows.filter(thing_label__icontains=text) | rows.filter(actor_name__icontains=text)
            ),
        ),
        Filter("verb", "做了什么", kind="choice"),
        Filter("kind", "对象种类", kind="choice", lookup="thing_kind"),
        Filter("at", "时间", kind="range", values="moment"),
    ),
    default_sort="-sequence",
    key="sequence",
    url=lambda row: reverse("accounts:event", args=[row.sequence]),
)


@needs("record.view")
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """What happened in the person's part of the tree."""
    today = timezone.localdate()
    kinds = [
        (kind, wording.kind_label(kind))
        for kind in sorted(
            set(events_seen_by(request.user, on=today).order_by().values_list("thing_kind", flat=True).distinct())
        )
    ]
    verbs = sorted(wording.known_verbs().items(), key=lambda pair: pair[1])
    rows = events_seen_by(request.user, on=today)
    listing = EVENTS.open(request.GET, path=request.path, rows=rows, choices={"verb": verbs, "kind": kinds})
    if listing.wants_export:
        note_list_export(
            request=request, permission="record.view", what="事件链", rows=listing.total, now=timezone.now()
        )
        return listing.export("事件链", now=timezone.now())
    context = {
        "listing": listing,
        "verified": latest_verification(),
        "why_empty": Empty("还没有事件", "本机关及下级还没有办过需要留痕的事。"),
    }
    return render(request, "accounts/events.html", context)


@needs("record.view")
@require_GET
def event(request: HttpRequest, sequence: int) -> HttpResponse:
    """One link: who, under which role, what, why, before and after, and its hashes."""
    found = get_object_or_404(events_seen_by(request.user, on=timezone.localdate()), sequence=sequence)
    context = {
        "event": found,
        "verb": wording.verb_label(found.verb),
        "kind": wording.kind_label(found.thing_kind),
        "role": wording.role_label(found.role),
        "changes": wording.changes_of(found),
        "same_thing": events_seen_by(request.user, on=timezone.localdate())
        .filter(thing_kind=found.thing_kind, thing_id=found.thing_id)
        .exclude(sequence=sequence)
        .order_by("-sequence")[:10],
    }
    return render(request, "accounts/event.html", context)


@needs("record.view")
@require_GET
def chain(request: HttpRequest) -> HttpResponse:
    """State of the whole chain: head, daily roots, verifications."""
    today = timezone.localdate()
    under_way = Verification.objects.filter(state__in=["waiting", "running"]).first()
    context = {
        "head": chain_head(),
        "verified": latest_verification(),
        "under_way": under_way,
        "roots": DailyRoot.objects.all()[:ROOTS_SHOWN],
        "runs": Verification.objects.all()[:10],
        "may_verify": may(request.user, "record.verify", on=today),
        "last_at": Event.objects.order_by("-sequence").values_list("at", flat=True).first(),
    }
    return render(request, "accounts/chain.html", context)


@needs("record.verify")
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the whole chain: a short one at once, a long one in the background."""
    at_once = connection.vendor == "sqlite" and chain_head()[0] <= SMALL_CHAIN

    def start(pk: int) -> None:
        if at_once:
            run_verification(pk, clock=timezone.now)
        else:
            verify_in_background.enqueue(pk)

    row = verifications.request_verification(requested_by=request.user.name, now=timezone.now(), start=start)
    return redirect("accounts:verification", pk=row.pk)


@needs("record.verify")
@require_GET
def verification(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress or result of one verification."""
    verifications.mark_interrupted(timezone.now())
    row = get_object_or_404(Verification, pk=pk)
    job = _work(row)
    if request.htmx and job.running:
        return render(request, "accounts/verification_work.html", {"job": job})
    context: dict[str, Any] = {"row": row, "job": job, "refresh_seconds": 3 if job.running else None}
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "accounts/verification.html", context)


@needs("record.verify")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a running verification to stop."""
    row = get_object_or_404(Verification, pk=pk)
    verifications.cancel_verification(row.pk)
    return redirect("accounts:verification", pk=row.pk)


def _work(row: Verification) -> Work:
    share = row.done / row.total if row.total else None
    here = reverse("accounts:verification", args=[row.pk])
    stop = Action("取消", reverse("accounts:cancel_verification", args=[row.pk]), method="post")
    return Work(
        title="校验事件链",
        state=row.state,
        share=share,
        progress=f"已校验 {row.done} / {row.total} 条",
        cancel=stop,
        cancel_note="取消不影响事件链。",
        error=row.broken_reason if row.state == "failed" else "",
        poll_url=here,
    )
