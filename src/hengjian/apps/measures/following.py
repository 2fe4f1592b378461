"""What follows: the lead behind a measure gets its answer; a measure without effect becomes a lead."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.leads.models import Lead
from hengjian.apps.leads.procedures import OWN
from hengjian.apps.leads.services import mark_answered, register_lead
from hengjian.apps.measures.models import Measure
from hengjian.apps.measures.policies import measure_policy
from hengjian.apps.measures.procedures import AFTER
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove, NotAllowed


def answer_lead(row: Measure, *, actor: Actor, now: datetime) -> None:
    """A lead on which this measure was taken is answered once the measure has been obeyed."""
    if row.origin_kind != "lead":
        return
    lead = Lead.objects.filter(number=row.origin_id, state__in=OWN).first()
    if lead is not None:
        mark_answered(
            lead=lead,
            kind="measure",
            text=f"已对机构作出{row.get_kind_display()}并核实落实。",
            ref_label=f"{row.get_kind_display()} {row.number}",
            ref_url=reverse("measures:show", args=[row.number]),
            actor=actor,
            now=now,
        )


@transaction.atomic
def register_failed(*, row: Measure, user: User, now: datetime, today: date) -> Lead:
    """Nothing was put right: a lead is registered, once. A lead from which the measure came goes its own way."""
    held = Measure.objects.select_for_update(of=("self",)).select_related("organ", "institution").get(pk=row.pk)
    actor = measure_policy(user, on=today)("measure.verify", held)
    if actor is None:
        raise NotAllowed("您没有把它转为线索的权限。")
    if held.state != "failed":
        raise IllegalMove("只有认定没有改正的处置才转为线索。", article=AFTER)
    if held.lead_number:
        raise IllegalMove(f"已经转为线索 {held.lead_number}。")
    lead = register_lead(
        organ=held.organ,
        channel="rectification",
        title=f"{held.get_kind_display()}后没有改正：{held.title}"[:200],
        text=f"{held.facts}\n要求：{held.requirement}\n核实：{held.note}"[:5000],
        institution=held.institution,
        origin_kind="measure",
        origin_id=held.number,
        origin_label=f"{held.get_kind_display()} {held.number}",
        origin_url=reverse("measures:show", args=[held.number]),
        actor=actor,
        now=now,
        today=today,
        user=user,
    )
    held.lead_number = lead.number
    held.save(update_fields=["lead_number"])
    append_event(
        now=now,
        actor=actor,
        verb="measure.to_lead",
        thing=held,
        organ_path=held.organ_path,
        basis=AFTER,
        after={"lead": lead.number},
    )
    return lead
