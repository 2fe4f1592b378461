"""Sets of documents made in the background: one transaction a document: a set cut off goes on where it stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from hengjian.apps.accounts.models import Organ
from hengjian.apps.documents.access import access_of, kind_of
from hengjian.apps.documents.models import DocumentSet
from hengjian.apps.documents.printing import print_document
from hengjian.apps.documents.services import draw_up, draw_up_and_issue
from hengjian.apps.record.services import Actor, append_event, plain
from hengjian.kernel.errors import DomainError, IllegalMove, Refused
from hengjian.law.paper import form

SILENT_AFTER = timedelta(minutes=5)
MOST = 200
UNFINISHED = ("waiting", "running")
CUT_OFF = "制作中断：后台任务停止过。可以点“继续制作”，已经做好的不会重做。"


@transaction.atomic
def draw_up_set(
    *,
    forms: Sequence[str],
    thing: Model,
    organ: Organ,
    actor: Actor,
    now: datetime,
    today: date,
    contexts: Mapping[str, Mapping[str, Any]] | None = None,
    party: str = "",
    issue: bool = True,
) -> DocumentSet:
    """Have several documents of a thing made in the background; what cannot be made is told form by form at the end.

    Each form is filled from `contexts[form]`, else from what the thing's own app knows when it is made.
    """
    if not forms:
        raise Refused("请至少选择一种文书。", where={"field": "forms"})
    if len(forms) > MOST:
        raise Refused(f"一次最多制作 {MOST} 份文书，选了 {len(forms)} 份。", where={"field": "forms"})
    for one in forms:
        form(one, today)
    mark_cut_off(now)
    given = contexts or {}
    wanted = [{"form": one, "context": plain(dict(given[one])) if one in given else None} for one in forms]
    row = DocumentSet.objects.create(
        organ=organ,
        thing_kind=kind_of(thing),
        thing_id=str(thing.pk),
        requested_by=asdict(actor) | {"party": party, "issue": issue},
        requested_at=now,
        on=today,
        wanted=wanted,
        total=len(wanted),
        touched_at=now,
    )
    append_event(
        now=now,
        actor=actor,
        verb="document_set.request",
        thing=row,
        organ_path=row.organ_path,
        after={"forms": list(forms), "of": [row.thing_kind, row.thing_id]},
    )
    transaction.on_commit(lambda: _enqueue(row.pk))
    return row


@transaction.atomic
def resume_set(*, row: DocumentSet, now: datetime) -> None:
    """Go on with a set that was cut off or cancelled."""
    found = DocumentSet.objects.select_for_update().get(pk=row.pk)
    if found.state not in ("failed", "cancelled"):
        raise IllegalMove("这套文书没有中断，不需要继续。")
    found.state, found.label, found.touched_at, found.finished_at = "waiting", "", now, None
    found.cancel_requested = False
    found.save()
    transaction.on_commit(lambda: _enqueue(found.pk))


def cancel_set(*, row: DocumentSet) -> None:
    """Ask the work to stop after the document it is at."""
    DocumentSet.objects.filter(pk=row.pk, state__in=UNFINISHED).update(cancel_requested=True)


def mark_cut_off(now: datetime) -> int:
    """Mark sets that were found half-done and silent; answers how many."""
    silent = DocumentSet.objects.filter(state__in=UNFINISHED, touched_at__lt=now - SILENT_AFTER)
    return silent.update(state="failed", label=CUT_OFF, finished_at=now)


def work_on(pk: int, *, clock: Callable[[], datetime]) -> None:
    """Make what is still to be made; progress after every document, a document and its progress in one transaction."""
    begun = DocumentSet.objects.filter(pk=pk, state__in=UNFINISHED)
    if not begun.update(state="running", touched_at=clock()):
        return
    row = DocumentSet.objects.select_related("organ").get(pk=pk)
    thing = _thing(row)
    if thing is None:
        begun.update(state="failed", label="事项已经不在，没有继续制作。", finished_at=clock())
        return
    while row.done < row.total:
        if DocumentSet.objects.filter(pk=pk, cancel_requested=True).exists():
            begun.update(state="cancelled", label="按要求停下，已经做好的保留。", finished_at=clock())
            return
        _one(row, thing, clock)
    begun.update(state="done", label="", finished_at=clock())


def _thing(row: DocumentSet) -> Any:
    return apps.get_model(row.thing_kind)._default_manager.filter(pk=row.thing_id).first()


def _one(row: DocumentSet, thing: Model, clock: Callable[[], datetime]) -> None:
    wanted = row.wanted[row.done]
    now = clock()
    made = None
    try:
        with transaction.atomic():
            made = _made(row, thing, wanted, now)
            _step(row, wanted["form"], now)
    except DomainError as error:
        row.faults.append({"form": wanted["form"], "sentence": error.sentence})
        _step(row, wanted["form"], now)
    row.done += 1
    if made is not None:
        print_document(made, now=now)


def _made(row: DocumentSet, thing: Model, wanted: Mapping[str, Any], now: datetime) -> int | None:
    asked = dict(row.requested_by)
    party, issue = asked.pop("party", ""), asked.pop("issue", True)
    context = wanted["context"]
    if context is None:
        context = access_of(row.thing_kind).context(thing, wanted["form"], row.on)
    common: dict[str, Any] = {
        "form": wanted["form"],
        "thing": thing,
        "organ": row.organ,
        "context": context,
        "actor": Actor(**asked),
        "now": now,
        "today": row.on,
        "party": party,
    }
    if not issue:
        draw_up(**common)
        return None
    return draw_up_and_issue(**common, printing="on_demand").pk


def _step(row: DocumentSet, form_id: str, now: datetime) -> None:
    title = form(form_id, row.on).title
    DocumentSet.objects.filter(pk=row.pk).update(done=row.done + 1, label=title, faults=row.faults, touched_at=now)


def _enqueue(pk: int) -> None:
    from hengjian.apps.documents.tasks import make_set_in_background  # the task imports what imports this

    make_set_in_background.enqueue(pk)
