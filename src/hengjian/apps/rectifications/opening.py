"""From the findings of a closed record to items of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections.models import Finding, Inspection
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, perform, snapshot
from hengjian.apps.rectifications import timing
from hengjian.apps.rectifications.models import Rectification, Reply
from hengjian.apps.rectifications.procedures import RECTIFICATION
from hengjian.law.amending import kept
from hengjian.law.loader import lawbook

TITLE_MOST = 120
REQUIREMENT = "改正上述问题，写明原因和采取的措施，附证明材料。"
ON_THE_SPOT = "检查当场已改正，以检查笔录和现场附件为证。"


@kept
def group_of_items() -> Mapping[str, str]:
    """Check-list item → its group, over all editions of the lists."""
    return {item.id: group.id for group in lawbook().checklists for item in group.items}


@kept
def problem_types() -> dict[str, str]:
    """Groups of the check list with their titles, and "" for problems without an item."""
    return {group.id: group.title for group in lawbook().checklists} | {"": "清单以外"}


@transaction.atomic
def take_findings(*, inspection: Inspection, actor: Actor, now: datetime) -> list[Rectification]:
    """One item for each finding of the inspection that stands and has none yet; called when the record is closed.

    What was ordered on site with a day starts to run at once; what was put right on the spot waits for another
    person's verification; the rest waits for an order.
    """
    rows = Finding.objects.filter(inspection=inspection, state="found", rectification__isnull=True)
    made = [
        _take(finding, inspection, actor=actor, now=now) for finding in rows.select_related("by").order_by("number")
    ]
    return made


def _take(finding: Finding, inspection: Inspection, *, actor: Actor, now: datetime) -> Rectification:
    day = timezone.localdate(finding.happened_at)
    item = Rectification(
        number=next_number("ZG", timezone.localdate(now).year),
        organ=inspection.organ,
        institution=finding.institution,
        finding=finding,
        title=title_of(finding.text),
        field=field_of(inspection),
        problem_type=group_of_items().get(finding.item_id, ""),
        found_on=day,
        found_by=finding.by,
        responsible=inspection.lead,
        state_at=now,
    )
    item.full_clean()
    item.save()
    append_event(
        now=now,
        actor=actor,
        verb="rectification.take",
        thing=item,
        organ_path=item.organ_path,
        after=snapshot(item),
        reason=f"检查 {inspection.number} 发现",
    )
    if finding.handling == "order" and finding.limit_on is not None:
        return _ordered(item, finding, actor=actor, now=now)
    if finding.handling == "corrected":
        return _corrected(item, finding.by, actor=actor, now=now)
    return item


def _ordered(item: Rectification, finding: Finding, *, actor: Actor, now: datetime) -> Rectification:
    def apply(row: Rectification, move: Any, who: Actor) -> None:
        row.state_at, row.handled_by = now, finding.by
        row.limit = row.first_limit = finding.limit_on
        row.requirement = REQUIREMENT

    facts = {"limit": finding.limit_on, "requirement": REQUIREMENT}
    made = _move(item, "order", facts, apply, actor=actor, now=now)
    timing.start_limit(made, start=made.found_on, basis="现场责令限期改正", actor=actor, now=now)
    return made


def _corrected(item: Rectification, finder: User, *, actor: Actor, now: datetime) -> Rectification:
    def apply(row: Rectification, move: Any, who: Actor) -> None:
        row.state_at, row.handled_by, row.rounds = now, finder, 1
        row.answered_on = row.found_on
        row.requirement = REQUIREMENT

    made = _move(item, "correct", {"text": ON_THE_SPOT}, apply, actor=actor, now=now)
    Reply.objects.create(rectification=made, round=1, text=ON_THE_SPOT, on_paper=True, by=finder, at=now)
    return made


def _move(
    item: Rectification, action: str, facts: Mapping[str, Any], apply: Any, *, actor: Actor, now: datetime
) -> Rectification:
    # whoever closes the record may come from another organ (exchange team): the order given on site stands
    made: Rectification = perform(
        procedure=RECTIFICATION,
        action=action,
        thing=Rectification,
        pk=item.pk,
        policy=lambda code, thing: actor,
        now=now,
        facts=facts,
        apply=apply,
    )
    return made


def title_of(text: str) -> str:
    """The problem in one line."""
    line = " ".join(text.split()).rstrip("。")
    return line if len(line) <= TITLE_MOST else f"{line[: TITLE_MOST - 1]}…"


def field_of(inspection: Inspection) -> str:
    """The field under which it is counted: the inspection's first, else the institution's first, else other."""
    fields = [*inspection.fields, *inspection.institution.fields, "other"]
    return str(fields[0])
