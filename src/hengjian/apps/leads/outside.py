"""Transfer to departments outside market regulation: the list of them, the receipt, the result that comes back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.leads import timing
from hengjian.apps.leads.closings import tell_closed
from hengjian.apps.leads.models import Handing, Lead, OutsideBody
from hengjian.apps.leads.moving import check_text, move_lead, on_day, refused, write_answer
from hengjian.apps.leads.procedures import OUT
from hengjian.apps.record.services import Actor, append_event, snapshot
from hengjian.kernel.errors import Refused
from hengjian.kernel.transitions import Move
from hengjian.law.triaging import triage_rules

LONGEST_DAYS = 180
"""So far ahead feedback may at most be asked for (house rule)."""


def departments() -> dict[str, str]:
    """Departments by id, as the triage rules list them."""
    return {one.id: one.name for one in triage_rules().departments}


def body_named(name: str) -> OutsideBody:
    """The listed organ of this name; Refused where the list has none: nothing is sent to what does not exist."""
    plain = name.replace("\x00", "").strip()
    found = OutsideBody.objects.filter(name=plain, active=True).first() if plain else None
    if found is None:
        raise refused(
            "body", f"外部机关名录里没有“{plain[:40]}”，不能移送。请核对名称，或者先登记到名录。", article=OUT
        )
    return found


@transaction.atomic
def add_body(
    *,
    user: User,
    organ: Organ,
    name: str,
    department: str,
    area_code: str,
    address: str,
    phone: str,
    now: datetime,
) -> OutsideBody:
    """List an organ outside the tree."""
    actor = actor_or_refuse(user, "lead.directory", organ, on=timezone.localdate(now))
    plain = check_text(name, field="name", label="名称", most=80)
    if not plain:
        raise refused("name", "请填写名称。")
    if OutsideBody.objects.filter(name=plain).exists():
        raise refused("name", f"名录里已经有“{plain}”。")
    if department not in departments():
        raise refused("department", "没有这个部门，请从列出的里选。")
    if Organ.objects.filter(name=plain).exists():
        raise refused("name", f"“{plain}”是本系统内的机关，不登记为外部机关。")
    body = OutsideBody.objects.create(
        name=plain, department=department, area_code=area_code.strip()[:12], address=address.strip()[:200],
        phone=phone.strip()[:40], organ=organ,
    )  # fmt: skip
    append_event(now=now, actor=actor, verb="outside_body.add", thing=body, after=snapshot(body))
    return body


@transaction.atomic
def switch_body(*, user: User, body: OutsideBody, now: datetime) -> OutsideBody:
    """Take an organ off the list (it was dissolved), or put it back; transfers already made stay."""
    row = OutsideBody.objects.select_for_update().select_related("organ").get(pk=body.pk)
    actor = actor_or_refuse(user, "lead.directory", row.organ, on=timezone.localdate(now))
    row.active = not row.active
    row.save(update_fields=["active"])
    append_event(now=now, actor=actor, verb="outside_body.change", thing=row, after={"active": row.active})
    return row


@transaction.atomic
def transfer_out(
    *,
    rows: QuerySet[Lead],
    pk: int,
    user: User,
    now: datetime,
    body: str,
    reason: str,
    due: date | None,
    seen: str | None = None,
) -> Lead:
    """Hand the lead over to the competent department with a day by which its result is asked for (PEN-17, SHR-37)."""
    today = timezone.localdate(now)
    said = check_text(reason, field="reason", label="理由")
    found: list[OutsideBody] = []

    def check(lead: Lead) -> None:
        found.append(body_named(body))
        if lead.department and found[0].department != lead.department:
            wanted = departments().get(lead.department, lead.department)
            raise refused("body", f"研判结论是由{wanted}处罚，“{found[0].name}”不是这一部门。", article=OUT)
        if due is not None and not today < due <= today + timedelta(days=LONGEST_DAYS):
            raise refused("due", f"请求反馈的日期须在今天以后、{LONGEST_DAYS} 日以内，填的是 {due.isoformat()}。")

    lead, actor = move_lead(
        "transfer_out",
        rows=rows,
        pk=pk,
        user=user,
        now=now,
        facts={"body": body.strip(), "reason": said, "due": due},
        check=check,
        seen=seen,
    )
    if due is None:
        raise refused("due", "请填请求反馈的日期。")
    Handing.objects.create(
        lead=lead, kind="transfer_out", from_organ=lead.organ, body=found[0], reason=said, basis=OUT, sent_by=user,
        sent_at=now, due=due,
    )  # fmt: skip
    timing.stop(lead, timing.FORWARD, actor=actor, now=now)
    timing.stop(lead, timing.CHECK, actor=actor, now=now, met=False)
    timing.start_feedback(lead, due=due, actor=actor, now=now)
    return lead


def _open(lead: Lead) -> Handing:
    found = lead.handings.filter(kind="transfer_out", state__in=("sent", "received")).first()
    if found is None:
        raise Refused("没有待反馈的移送。")
    return found


@transaction.atomic
def record_receipt(
    *,
    rows: QuerySet[Lead],
    pk: int,
    user: User,
    now: datetime,
    receipt_no: str,
    on: date | None,
    received_by: str = "",
    seen: str | None = None,
) -> Lead:
    """Note the receipt that the department sent."""
    plain = check_text(receipt_no, field="receipt_no", label="回执编号", most=40)
    facts = {"receipt_no": plain, "on": on}
    lead, _ = move_lead("record_receipt", rows=rows, pk=pk, user=user, now=now, facts=facts, seen=seen)
    handing = _open(lead)
    day = _day(on, handing, now)
    handing.state, handing.receipt_no, handing.received_on = "received", plain, day
    handing.received_by = received_by.strip()[:80]
    handing.save()
    return lead


def _day(on: date | None, handing: Handing, now: datetime) -> date:
    first = timezone.localdate(handing.sent_at)
    return on_day(on, field="on", label="日期", today=timezone.localdate(now), first=first)


@transaction.atomic
def take_feedback(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, text: str, on: date | None, seen: str | None = None
) -> Lead:
    """The department told what came of it: the lead has its answer."""
    said = check_text(text, field="text", label="结果")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.answered_on = timezone.localdate(now)

    facts = {"text": said, "on": on}
    lead, actor = move_lead("feed_back", rows=rows, pk=pk, user=user, now=now, facts=facts, apply=apply, seen=seen)
    handing = _open(lead)
    handing.feedback_on = _day(on, handing, now)
    handing.state, handing.feedback = "fed_back", said
    handing.save()
    write_answer(lead, kind="transferred", text=said, ref_label=handing.target, actor=actor, now=now)
    timing.stop_all(lead, actor=actor, now=now)
    tell_closed(lead=lead, actor=actor, now=now)
    return lead


@transaction.atomic
def take_back(
    *, rows: QuerySet[Lead], pk: int, user: User, now: datetime, reason: str, on: date | None, seen: str | None = None
) -> Lead:
    """The department sent it back: it is this organ's again, to be triaged anew; its clock counts from the return."""
    said = check_text(reason, field="reason", label="理由")

    def apply(row: Lead, move: Move, actor: Actor) -> None:
        row.outcome = row.rule = row.special_law = row.department = ""

    facts = {"reason": said, "on": on}
    lead, actor = move_lead("come_back", rows=rows, pk=pk, user=user, now=now, facts=facts, apply=apply, seen=seen)
    handing = _open(lead)
    day = _day(on, handing, now)
    handing.state, handing.feedback, handing.feedback_on = "declined", said, day
    handing.save()
    timing.stop(lead, timing.FEEDBACK, actor=actor, now=now, met=False)
    timing.start(lead, timing.CHECK, on=day, actor=actor, now=now)
    return lead
