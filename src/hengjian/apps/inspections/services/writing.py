"""What every write on site shares: one lock, one right, one receipt per client number, two clocks."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections.models import Inspection, Receipt
from hengjian.apps.inspections.phone_clock import Timing, earliest_of, time_of
from hengjian.apps.inspections.policies import inspection_policy, officer_actor
from hengjian.apps.inspections.procedures import INSPECTION
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from hengjian.ui.wording import zh_datetime

Row = TypeVar("Row", bound=models.Model)
TEXT_MOST = 10_000


class Conflict(IllegalMove):
    """Somebody else wrote the same thing since this device last saw it; `where["theirs"]` tells what stands now."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A write under way: the locked task, who writes, and when."""

    inspection: Inspection
    actor: Actor
    timing: Timing


def locked(inspection: Inspection) -> Inspection:
    """The task as it stands now, locked till the end of the transaction."""
    rows = Inspection.objects.select_related("institution", "organ", "lead", "member", "visit")
    found = rows.select_for_update(of=("self",)).filter(pk=inspection.pk).first()
    if found is None:
        raise NotFound("没有这项检查任务，或者您无权查看。")
    return found


def begin_writing(
    row: Inspection,
    *,
    user: User,
    on: date,
    now: datetime,
    states: Collection[str],
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
    adopter: Actor | None = None,
    entering: bool = False,
) -> Writing:
    """Ask the right of one of the two officers and the state; NotAllowed or IllegalMove with a sentence.

    `adopter` is the chief who answers for what an officer wrote who has no right any more; the chief's own right has
    been asked by the caller.
    """
    actor = adopter or officer_actor(user, row, on=on)
    if row.state not in states:
        raise IllegalMove(_too_late(row))
    earliest = earliest_of(row, entering=entering)
    return Writing(row, actor, time_of(made_at=made_at, sent_at=sent_at, now=now, earliest=earliest))


def move(
    row: Inspection,
    action: str,
    *,
    user: User,
    on: date,
    now: datetime,
    facts: dict[str, object],
    apply: Any,
    reason: str = "",
) -> Inspection:
    """One move of the procedure by this person."""
    return perform(  # type: ignore[no-any-return]
        procedure=INSPECTION,
        action=action,
        thing=Inspection.objects.select_related("organ", "institution", "lead", "member", "visit"),
        pk=row.pk,
        policy=inspection_policy(user, on=on),
        now=now,
        facts=facts,
        reason=reason,
        apply=apply,
        took_part=lambda one, _: {str(pk) for pk in (*one.officer_ids, one.proposed_by_id)},
    )


def tell(writing: Writing, verb: str, thing: Any, after: dict[str, Any], *, now: datetime, before: Any = None) -> None:
    """Append the event of a write to the task; a phone's wrong clock is told with it."""
    path = writing.inspection.organ_path
    said = after | ({"clock": thing.clock_sentence} if getattr(thing, "clock_flag", False) else {})
    append_event(
        now=now, actor=writing.actor, verb=verb, thing=writing.inspection, organ_path=path, before=before, after=said
    )


def _too_late(row: Inspection) -> str:
    label = INSPECTION.states[row.state]
    if row.state in ("assigned", "notified"):
        return f"检查 {row.number} 还没有登记入企，不能写入现场记录。请先扫码入企。"
    if row.state == "entered":
        return f"检查 {row.number} 还没有亮证开始，不能写入检查内容。请先登记亮证和陪同人员。"
    since = zh_datetime(row.state_at)
    return (
        f"检查 {row.number} 已于{since}变为“{label}”，这条内容没有写入。笔录闭合以后不能再改，请作为补充材料另行提交。"
    )


def already(client_id: str, action: str, *, inspection: Inspection | None, user: User, model: type[Row]) -> Row | None:
    """What an earlier sending of the same client number wrote; None when it is new.

    Refused when the number is no UUID or was used for something else.
    """
    if not client_id:
        return None
    checked = check_client_id(client_id)
    row = Receipt.objects.filter(client_id=checked).first()
    if row is None:
        return None
    same = row.action == action and row.by_id == user.pk and (inspection is None or row.inspection_id == inspection.pk)
    if not same:
        raise Refused(
            "同一个离线编号用在了两件不同的事上，没有写入。请在手机上重新填写这一条。", where={"field": "client_id"}
        )
    return model._default_manager.get(pk=row.thing_id)


def check_client_id(client_id: str) -> str:
    """The number in canonical form; Refused when it is no UUID."""
    try:
        return str(uuid.UUID(client_id))
    except (ValueError, AttributeError) as error:
        raise Refused("离线编号格式不对，应为 UUID。", where={"field": "client_id"}) from error


def note_receipt(
    client_id: str, action: str, *, inspection: Inspection, thing: models.Model, user: User, now: datetime
) -> None:
    """Remember that this client number is written."""
    if client_id:
        Receipt.objects.create(
            client_id=check_client_id(client_id),
            action=action,
            inspection=inspection,
            thing_id=thing.pk,
            by=user,
            at=now,
        )


def text_of(value: str, *, name: str, field: str, most: int = TEXT_MOST, needed: bool = False) -> str:
    """The trimmed text; Refused when too long, or empty where it is needed."""
    text = value.strip()
    if needed and not text:
        raise Refused(f"请填写{name}。", where={"field": field})
    if len(text) > most:
        raise Refused(f"{name}最多 {most} 字，现在是 {len(text)} 字。", where={"field": field})
    return text
