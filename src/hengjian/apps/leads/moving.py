"""One move of a lead: every step of its procedure is made here, under the table, the rights and the record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.leads.models import Answer, Lead
from hengjian.apps.leads.policies import handling_policy, taking_policy
from hengjian.apps.leads.procedures import LEAD
from hengjian.apps.record.services import Actor, Policy, perform
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from hengjian.kernel.transitions import Move

TEXT_MAX = 5_000
Apply = Callable[[Lead, Move, Actor], None]


def stamp(lead: Lead) -> str:
    """What a page shows of a lead's standing, so that a form tells whether somebody was faster."""
    return f"{lead.state}:{lead.organ_id}:{lead.state_at.isoformat()}"


@transaction.atomic
def move_lead(
    action: str,
    *,
    rows: QuerySet[Lead],
    pk: int,
    user: User,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    apply: Apply | None = None,
    check: Callable[[Lead], None] | None = None,
    took_part: Callable[[Lead, Move], Collection[str]] | None = None,
    seen: str | None = None,
) -> tuple[Lead, Actor]:
    """Make a person's move; `rows` are the leads the person may see, `seen` what the page showed of its standing.

    `check` looks at the locked lead before anything is written. Answers with the lead and under which posting it was
    done. Raises NotFound, NotAllowed, IllegalMove or Refused with a sentence; then nothing has changed.
    """
    lead = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if lead is None:
        raise NotFound("没有这条线索，或者您无权查看。")
    if seen is not None and seen != stamp(lead):
        raise IllegalMove(
            f"{lead.number} 刚刚有人办理过，现在是“{lead.get_state_display()}”，您提交的没有写入。请看过最新情况再办。"
        )
    if check is not None:
        _require_right(action, lead, user, now)
        check(lead)
    return _perform(
        action,
        pk,
        policy=handling_policy(user, on=timezone.localdate(now)),
        now=now,
        facts=facts,
        apply=apply,
        took_part=took_part,
    )


@transaction.atomic
def take_lead(
    action: str,
    *,
    lead: Lead,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    apply: Apply | None = None,
) -> Lead:
    """Make a move that another procedure brings about (a case filed, a complaint ended); it asked for the right."""
    return _perform(action, lead.pk, policy=taking_policy(actor), now=now, facts=facts, apply=apply)[0]


def _require_right(action: str, lead: Lead, user: User, now: datetime) -> None:
    """The table and the right come first: who may not make the move is not told what else is wrong."""
    move = next((one for one in LEAD.moves if one.action == action and one.source == lead.state), None)
    if move is None:
        return
    if handling_policy(user, on=timezone.localdate(now))(move.permission, lead) is None:
        raise NotAllowed(f"您没有“{move.label}”的权限。", article=move.basis)


def _perform(
    action: str,
    pk: int,
    *,
    policy: Policy,
    now: datetime,
    facts: Mapping[str, Any] | None,
    apply: Apply | None,
    took_part: Callable[[Lead, Move], Collection[str]] | None = None,
) -> tuple[Lead, Actor]:
    known = dict(facts or {})
    acting: list[Actor] = []

    def change(row: Lead, move: Move, actor: Actor) -> None:
        acting.append(actor)
        row.state_at = now
        row.reason = str(known.get("reason") or row.reason)
        if apply is not None:
            apply(row, move, actor)

    lead: Lead = perform(
        procedure=LEAD,
        action=action,
        thing=Lead,
        pk=pk,
        policy=policy,
        now=now,
        facts=known,
        reason=str(known.get("reason", "")),
        apply=change,
        took_part=took_part,
    )
    return lead, acting[0]


def check_text(text: str, *, field: str, label: str, most: int = TEXT_MAX) -> str:
    """The text without outer blanks and NUL; Refused where it is too long."""
    plain = text.replace("\x00", "").strip()
    if len(plain) > most:
        raise refused(field, f"{label}最多 {most} 字，现在是 {len(plain)} 字。")
    return plain


def refused(field: str, sentence: str, *, article: str | None = None) -> Refused:
    """A refusal that stands beside a form's field."""
    return Refused(sentence, where={"field": field}, article=article)


def write_answer(
    lead: Lead, *, kind: str, text: str, actor: Actor, now: datetime, ref_label: str = "", ref_url: str = ""
) -> Answer:
    """Note the answer, also for the leads merged into this one: each of them was somebody's own question."""
    made = Answer.objects.create(
        lead=lead, kind=kind, text=text, ref_label=ref_label[:200], ref_url=ref_url[:300], at=now, by_name=actor.name
    )
    for other in lead.merged.filter(state="merged"):
        Answer.objects.create(
            lead=other, kind="merged", text=text, ref_label=f"主线索 {lead.number}", at=now, by_name=actor.name
        )
        other.answered_on = timezone.localdate(now)
        other.save(update_fields=["answered_on"])
    return made


def on_day(day: date | None, *, field: str, label: str, today: date, first: date | None = None) -> date:
    """A day that has come and does not lie before `first`."""
    if day is None:
        raise refused(field, f"请填{label}。")
    if day > today:
        raise refused(field, f"{label} {day.isoformat()} 还没有到。")
    if first is not None and day < first:
        raise refused(field, f"{label} {day.isoformat()} 早于 {first.isoformat()}。")
    return day
