"""Making, notifying, re-staffing and cancelling tasks: what the chiefs do before anybody goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.draws.models import DrawAssignment, DrawUnit
from hengjian.apps.inspections import origins
from hengjian.apps.inspections.checklist import check_groups, usual_groups
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.officers import check_officers, why_not
from hengjian.apps.inspections.procedures import CANCEL_CODES, INSPECTION, WORKING
from hengjian.apps.inspections.selectors import sealed_draws, unfinished_of
from hengjian.apps.inspections.services.writing import already, locked, move, note_receipt, text_of
from hengjian.apps.plans.models import Visit
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.plans.services import cancel_visit, reserve_visit
from hengjian.apps.record.services import Actor, append_event, snapshot
from hengjian.apps.registry.models import Institution
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, Refused
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_date

REASON_MOST = 2_000
DRAWN_ONLY = "抽中的检查人员不能在建立任务时更换；须回避的在抽查页办理。"


@transaction.atomic
def create_task(
    *,
    origin_kind: str,
    origin_id: str,
    institution: Institution | None = None,
    planned_on: date,
    lead: User | None = None,
    member: User | None = None,
    experts: Sequence[User] = (),
    kind: str = "",
    groups: Sequence[str] = (),
    title: str = "",
    exception_note: str = "",
    user: User,
    on: date,
    now: datetime,
    client_id: str = "",
) -> Inspection:
    """Make one task from a plan or a lead, with its visit in the ledger.

    `institution` is asked where the origin covers many, people where no draw has named them.
    Raises NotFound, NotAllowed or Refused with a sentence: no such origin, two officers not fit that day, the burden
    guard says no, another task serves the origin.
    """
    earlier = already(client_id, "create", inspection=None, user=user, model=Inspection)
    if earlier is not None:
        return earlier
    source = origins.source(origin_kind, origin_id, user=user, on=on)
    actor = _assigning(user, source.organ, on=on)
    where = _where(source, institution)
    _check_day(source, planned_on, on=on)
    lead, member = _team(source, where, lead, member, experts, on=planned_on)
    visit = _reserved(source, where, planned_on, exception_note, actor=actor, now=now, today=on)
    row = Inspection(
        number=next_number("JC", planned_on.year),
        organ=source.organ,
        institution=where,
        visit=visit,
        origin_kind=source.kind,
        origin_id=source.id,
        origin_label=source.label,
        title=text_of(title, name="检查事项", field="title", most=200) or source.title,
        kind=_kind(kind or source.notice),
        state_at=now,
        lead=lead,
        member=member,
        groups=check_groups(groups or source.groups or usual_groups(planned_on), planned_on),
        fields=list(source.fields) or list(where.fields),
        created_by=user,
        created_at=now,
    )
    row.full_clean()
    row.save()
    _engage(row, experts or source.experts, on=planned_on)
    after = _told(row) | {"experts": [one.name for one in row.experts.all()]}
    append_event(now=now, actor=actor, verb="inspection.create", thing=row, organ_path=row.organ_path, after=after)
    note_receipt(client_id, "create", inspection=row, thing=row, user=user, now=now)
    return row


def _where(source: origins.Source, institution: Institution | None) -> Institution:
    """The institution that the origin or the person names, with no other task of the same origin under way."""
    where = source.institution or institution
    if where is None:
        raise Refused("请选择要检查的机构。", where={"field": "institution"})
    _refuse_double(source, where)
    return where


def _told(row: Inspection) -> dict[str, Any]:
    """The task as its event tells it; the target of a sealed draw is told by the event of entry, not before."""
    sealed = row.origin_kind == "draw" and sealed_draws().filter(number=row.origin_id).exists()
    return snapshot(row, without=("institution", "fields") if sealed else ())


def _team(
    source: origins.Source,
    where: Institution,
    lead: User | None,
    member: User | None,
    experts: Sequence[User],
    *,
    on: date,
) -> tuple[User, User]:
    """The two officers; where a draw names them nobody else, or drawing them would have been for nothing."""
    if source.kind == "draw" and (source.lead is None or source.member is None):
        raise Refused(f"抽查 {source.id} 还没有为{where.name}派出两名执法人员。")
    named = {"lead": (source.lead, lead), "member": (source.member, member)}
    for field, (drawn, given) in named.items():
        if drawn is not None and given is not None and drawn.pk != given.pk:
            raise Refused(DRAWN_ONLY, where={"field": field})
    drawn_experts = {one.pk for one in source.experts}
    if experts and source.lead is not None and {one.pk for one in experts} != drawn_experts:
        raise Refused(DRAWN_ONLY, where={"field": "experts"})
    lead, member = source.lead or lead, source.member or member
    if lead is None or member is None:
        raise Refused("请选择主检人员和检查人员。", where={"field": "member" if lead else "lead"})
    check_officers(lead=lead, member=member, institution=where, on=on)
    return lead, member


def _check_day(source: origins.Source, day: date, *, on: date) -> None:
    """The day lies in the weeks that were drawn for; once they have passed, a late visit is better than none."""
    if source.planned_on is None or source.planned_until is None or source.planned_on <= day <= source.planned_until:
        return
    if on > source.planned_until and day >= on:
        return
    window = f"{zh_date(source.planned_on)}至{zh_date(source.planned_until)}"
    raise Refused(
        f"{source.label}的检查须在{window}进行，{zh_date(day)}不在这一期间。",
        where={"field": "planned_on", "value": day.isoformat()},
    )


def _reserved(
    source: origins.Source, where: Institution, day: date, note: str, *, actor: Actor, now: datetime, today: date
) -> Visit:
    """The visit in the ledger; raises Refused with the guard's sentence."""
    return reserve_visit(
        institution=where,
        organ=source.organ,
        day=day,
        origin_kind=source.visit_kind,
        origin_id=source.id,
        item=source.item,
        exception_code=source.exception_code,
        exception_note=note.strip() or source.exception_note,
        actor=actor,
        now=now,
        today=today,
    )


def _engage(row: Inspection, experts: Sequence[User], *, on: date) -> None:
    for expert in experts:
        if has_to_avoid(expert, row.institution.uscc, on=on):
            sentence = f"专家{expert.name}与{row.institution.name}有回避关系，不能参加检查。"
            raise Refused(sentence, where={"field": "experts"})
        row.experts.add(expert)


def _assigning(user: User, organ: Organ, *, on: date) -> Actor:
    try:
        return actor_or_refuse(user, "inspection.assign", organ, on=on)
    except NotAllowed as error:
        raise NotAllowed(f"检查任务由{organ.name}的科长或者局领导交办，您没有这项权限。") from error


def _kind(notice: str) -> str:
    # plans say "required", tasks say "notice"
    known = {"required": "notice"} | {kind: kind for kind, _ in Inspection.KINDS}
    if notice not in known:
        raise Refused("请选择事先通知还是不预先告知。", where={"field": "kind"})
    return known[notice]


def _refuse_double(source: origins.Source, institution: Institution) -> None:
    standing = unfinished_of(source.kind, source.id, institution)
    if standing is not None:
        raise Refused(f"{source.label}已有检查任务 {standing.number}，不能再建一项。", where={"field": "origin"})


def create_from_draw(
    *, unit: DrawUnit, planned_on: date, user: User, on: date, now: datetime, client_id: str = ""
) -> Inspection:
    """Make the task of one drawn target: institution, officers, experts and list come from the draw and its item."""
    return create_task(
        origin_kind="draw",
        origin_id=f"{unit.draw.number}/{unit.unit_id}",
        planned_on=planned_on,
        user=user,
        on=on,
        now=now,
        client_id=client_id,
    )


@dataclass(frozen=True, slots=True)
class Bulk:
    """Tasks made, and for the others the institution's name and the sentence why not."""

    made: tuple[Inspection, ...]
    refused: tuple[tuple[str, str], ...]


def create_all_from_draw(*, units: Sequence[DrawUnit], planned_on: date, user: User, on: date, now: datetime) -> Bulk:
    """Make the tasks of several targets, each in its own transaction."""
    made, refused = [], []
    for unit in units:
        try:
            made.append(create_from_draw(unit=unit, planned_on=planned_on, user=user, on=on, now=now))
        except DomainError as error:
            refused.append((unit.institution.name, error.sentence))
    return Bulk(tuple(made), tuple(refused))


@transaction.atomic
def notify(*, inspection: Inspection, user: User, on: date, now: datetime, client_id: str = "") -> Inspection:
    """Issue the notice of inspection under a document number; only where the task is one with notice."""
    row = locked(inspection)
    earlier = already(client_id, "notify", inspection=row, user=user, model=Inspection)
    if earlier is not None:
        return earlier
    if row.kind != "notice":
        raise IllegalMove(f"检查 {row.number} 不预先告知，不能发出检查通知书。")
    number = next_number("检通", on.year) if row.state == "assigned" else row.notice_no

    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.notice_no, one.notified_at, one.state_at = number, now, now

    move(row, "notify", user=user, on=on, now=now, facts={"notice_no": number}, apply=apply)
    note_receipt(client_id, "notify", inspection=row, thing=row, user=user, now=now)
    return locked(row)


@transaction.atomic
def cancel_task(*, inspection: Inspection, code: str, reason: str, user: User, on: date, now: datetime) -> Inspection:
    """Call the task and its visit off, by one of the coded reasons and a sentence."""
    row = locked(inspection)
    reason = text_of(reason, name="取消说明", field="reason", most=REASON_MOST)
    if code and code not in CANCEL_CODES:
        raise Refused("请从列出的原因中选一项取消原因。", where={"field": "cancel_code"})

    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.cancel_code, one.cancel_note, one.state_at = code, reason, now
        if one.visit.state in ("reserved", "proposed"):
            cancel_visit(visit=one.visit, reason=f"{CANCEL_CODES[code]}：{reason}"[:300], actor=actor, now=now)

    move(
        row,
        "cancel",
        user=user,
        on=on,
        now=now,
        facts={"cancel_code": code, "reason": reason},
        reason=reason,
        apply=apply,
    )
    return locked(row)


@transaction.atomic
def replace_officer(
    *, inspection: Inspection, slot: str, person: User, reason: str, user: User, on: date, now: datetime
) -> Inspection:
    """Send somebody else in a slot (lead or member). People whom a draw named change only as the draw records it."""
    row = locked(inspection)
    actor = _assigning(user, row.organ, on=on)
    reason = text_of(reason, name="更换理由", field="reason", most=REASON_MOST, needed=True)
    if slot not in ("lead", "member"):
        raise Refused("请选择更换主检人员还是检查人员。", where={"field": "slot"})
    if row.state not in WORKING:
        raise IllegalMove(f"检查 {row.number} 已是“{INSPECTION.states[row.state]}”，不能再更换检查人员。")
    if row.origin_kind == "draw":
        _refuse_other_than_drawn(row, slot, person)
    other = row.member if slot == "lead" else row.lead
    lead, member = (person, other) if slot == "lead" else (other, person)
    day = max(on, row.visit.day)
    if other.pk == person.pk or why_not(person, row.institution, on=day):
        check_officers(lead=lead, member=member, institution=row.institution, on=day)
    before = {"lead": row.lead.name, "member": row.member.name}
    row.lead, row.member = lead, member
    row.full_clean()
    row.save()
    append_event(
        now=now,
        actor=actor,
        verb="inspection.replace_officer",
        thing=row,
        organ_path=row.organ_path,
        reason=reason,
        before=before,
        after={"lead": lead.name, "member": member.name},
    )
    return row


def _refuse_other_than_drawn(row: Inspection, slot: str, person: User) -> None:
    number = row.origin_id
    drawn = DrawAssignment.objects.filter(draw__number=number, unit__institution=row.institution_id, current=True)
    named = drawn.filter(slot=slot).select_related("user").first()
    if named is None or named.user_id != person.pk:
        who = f"现在抽定的是{named.user.name}" if named else "现在没有抽定人员"
        raise Refused(
            f"检查人员由抽查 {number} 产生，{who}。更换须先在抽查中按回避事由递补。", where={"field": "person"}
        )
