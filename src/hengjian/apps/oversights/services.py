"""Reporting a major case up, supervising it, joining people of other organs to it, consulting on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.accounts.rights import postings_on
from hengjian.apps.accounts.services import end_share, share_matter
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.cases.models import Case
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.clocks.services import FIXED, change_limit, start_fixed_clock, stop_clock
from hengjian.apps.oversights.models import Consultation, Oversight, Progress, TeamMember
from hengjian.apps.oversights.policies import oversight_policy
from hengjian.apps.oversights.procedures import GROUNDS, OVERSIGHT, REPORT
from hengjian.apps.oversights.selectors import superiors_of
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move

LONGEST_DAYS = 365
TEAM_DAYS = 180


@transaction.atomic
def report_up(
    *, case: Case, superior: Organ, ground: str, text: str, user: User, now: datetime, today: date
) -> Oversight:
    """Report a case to an organ above; once at a time to each. Refused for an organ that is not above."""
    actor = actor_or_refuse(user, "oversight.report", case, on=today)
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if superior.pk not in {one.pk for one in superiors_of(case)}:
        raise Refused(f"{superior.name}不是{case.organ.name}的上级机关。", where={"field": "superior"}, article=REPORT)
    if ground not in GROUNDS:
        raise Refused("请选上报的情形。", where={"field": "ground"})
    known = Oversight.objects.filter(case=case, superior=superior, state__in=("reported", "listed", "answered")).first()
    if known is not None:
        raise Refused(f"已经上报：{known.number}（{known.get_state_display()}）。")
    row = Oversight(
        number=next_number("DB", today.year),
        case=case,
        superior=superior,
        ground=ground,
        text=_text(text, "text", "情况", 4000),
        state_at=now,
        reported_by=user,
        reported_at=now,
    )
    row.full_clean()
    row.save()
    append_event(
        now=now,
        actor=actor,
        verb="oversight.report",
        thing=row,
        organ_path=row.organ_path,
        basis=REPORT,
        after={"number": row.number, "case": case.number, "superior": superior.name, "ground": ground},
    )
    return row


def _text(text: str, field: str, label: str, most: int) -> str:
    plain = text.replace("\x00", "").strip()
    if not plain:
        raise Refused(f"请写明{label}。", where={"field": field})
    if len(plain) > most:
        raise Refused(f"{label}最多 {most} 字，现在是 {len(plain)} 字。", where={"field": field})
    return plain


@transaction.atomic
def move_oversight(
    *, row: Oversight, action: str, values: Mapping[str, Any], user: User, now: datetime, today: date
) -> Oversight:
    """One step of the supervision; what was written is kept as progress, the record keeps that it was written."""
    due: date | None = values.get("due")
    said = str(values.get("text") or values.get("reason") or values.get("requirement") or "").strip()
    if due is not None and not today < due <= date.fromordinal(today.toordinal() + LONGEST_DAYS):
        raise Refused(f"期限须在今天以后、{LONGEST_DAYS} 日以内。", where={"field": "due"})
    if len(said) > 4000:
        raise Refused(f"最多 4000 字，现在是 {len(said)} 字。", where={"field": "text"})

    def apply(held: Oversight, move: Move, actor: Actor) -> None:
        held.state_at = now
        if said:
            Progress.objects.create(oversight=held, kind=action, text=said, by=user, at=now)
        if action == "list":
            held.requirement, held.listed_by, held.listed_on = said[:2000], user, today
        if action in ("lift", "decline", "withdraw"):
            held.ended_on, held.note = today, said[:2000]
        _keep_clock(held, action, due, actor=actor, now=now, today=today)

    facts = {
        name: (bool(value) or None) if name in ("text", "requirement") else value for name, value in values.items()
    }
    done: Oversight = perform(
        procedure=OVERSIGHT,
        action=action,
        thing=Oversight.objects.select_related("case__organ", "superior"),
        pk=row.pk,
        policy=oversight_policy(user, on=today),
        now=now,
        facts=facts,
        reason=str(values.get("reason") or "").strip(),
        apply=apply,
    )
    return done


def _keep_clock(row: Oversight, action: str, due: date | None, *, actor: Actor, now: datetime, today: date) -> None:
    if action == "extend" and due is not None:
        if row.due is not None and due <= row.due:
            raise Refused("延长后的期限须晚于现在的期限。", where={"field": "due"})
        row.due = due
        change_limit(thing=row, due=due, reason="督办机关延长期限", actor=actor, now=now)
    elif action in ("list", "return") and due is not None:
        row.due = due
        start_fixed_clock(
            due=due,
            basis="挂牌督办要求",
            title="督办期限",
            thing=row,
            organ=row.organ,
            start=today,
            label=f"{row.number} {row.case.number}",
            actor=actor,
            now=now,
            url=reverse("oversights:show", args=[row.number]),
            responsible=row.reported_by,
        )
    elif action in ("answer", "lift"):
        rows = Clock.objects.filter(thing_kind=row._meta.label_lower, thing_id=str(row.pk), state__in=UNFINISHED)
        if rows.exists():
            stop_clock(thing=row, rule_id=FIXED, on=today, actor=actor, now=now, outcome="met")


@transaction.atomic
def join_team(
    *, case: Case, member: User, task: str, until: date, user: User, now: datetime, today: date
) -> TeamMember:
    """Take somebody of another organ into the joint team: that organ sees this case, and nothing else, till a day.

    Refused: somebody tied to a party, of the same organ, already in the team, a day out of reach.
    """
    actor = actor_or_refuse(user, "oversight.team", case, on=today)
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not today < until <= date.fromordinal(today.toordinal() + TEAM_DAYS):
        raise Refused(f"止日须在今天以后、{TEAM_DAYS} 日以内；到期可以再延。", where={"field": "until"})
    posting = next((one for one in postings_on(member, today) if one.role in ("officer", "section_chief")), None)
    if posting is None:
        raise Refused(f"{member.name}今天没有执法岗位，不能参加专案组。", where={"field": "member"})
    organ = posting.organ
    if organ.path.startswith(case.organ.path):
        raise Refused(f"{member.name}是本机关的人，直接列为办案人员。", where={"field": "member"})
    for party in case.parties.select_related("institution"):
        if party.institution is not None and has_to_avoid(member, party.institution.uscc, on=today):
            raise Refused(f"{member.name}与当事人有回避关系，不能参加专案组。", where={"field": "member"})
    if case.team_members.filter(user=member, ended_on__isnull=True).exists():
        raise Refused(f"{member.name}已经在专案组里。", where={"field": "member"})
    share = share_matter(
        actor=actor,
        now=now,
        thing=case,
        organ=organ,
        user=user,
        reason=f"联合专案组：{task.strip()}"[:200],
        days=(until - today).days,
    )
    made = TeamMember(
        case=case,
        user=member,
        from_organ=organ,
        task=_text(task, "task", "分工", 120),
        share=share,
        from_on=today,
        to_on=until,
    )
    made.full_clean()
    made.save()
    append_event(
        now=now,
        actor=actor,
        verb="team_member.join",
        thing=made,
        organ_path=case.organ_path,
        after={"case": case.number, "organ": organ.name, "until": until},
    )
    return made


@transaction.atomic
def leave_team(*, row: TeamMember, user: User, now: datetime, today: date) -> TeamMember:
    """End a membership; the share ends with the organ's last member."""
    held = TeamMember.objects.select_for_update(of=("self",)).select_related("case__organ", "share").get(pk=row.pk)
    actor = actor_or_refuse(user, "oversight.team", held.case, on=today)
    if held.ended_on is not None:
        raise IllegalMove("已经退出专案组。")
    held.ended_on = today
    held.save(update_fields=["ended_on"])
    others = TeamMember.objects.filter(case=held.case, from_organ=held.from_organ, ended_on__isnull=True)
    if held.share is not None and not others.exists():
        yesterday = date.fromordinal(today.toordinal() - 1)
        end_share(actor=actor, now=now, share_id=held.share.pk, thing=held.case, last_day=yesterday)
    append_event(
        now=now, actor=actor, verb="team_member.leave", thing=held, organ_path=held.organ_path,
        after={"case": held.case.number},
    )  # fmt: skip
    return held


@transaction.atomic
def write_consultation(
    *, case: Case, values: Mapping[str, Any], user: User, now: datetime, today: date
) -> Consultation:
    """Write the minutes of a consultation; they are not changed afterwards."""
    actor = actor_or_refuse(user, "oversight.consult", case, on=today)
    held_on: date = values["held_on"]
    if held_on > today:
        raise Refused("会商日期还没有到。", where={"field": "held_on"})
    made = Consultation(
        case=case,
        number=next_number("HS", today.year),
        held_on=held_on,
        written_by=user,
        written_at=now,
        **{
            name: _text(str(values.get(name, "")), name, label, most)
            for name, label, most in (
                ("place", "地点", 120), ("attendees", "参加人员", 500), ("question", "会商事项", 2000),
                ("opinions", "意见", 4000), ("conclusion", "结论", 2000),
            )
        },
    )  # fmt: skip
    made.full_clean()
    made.save()
    append_event(
        now=now,
        actor=actor,
        verb="consultation.write",
        thing=made,
        organ_path=made.organ_path,
        after={"number": made.number, "case": case.number, "held_on": held_on},
    )
    return made
