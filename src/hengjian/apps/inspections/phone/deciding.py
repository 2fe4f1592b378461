"""What people decide: a chief on what was held, the officers on what collided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import visible
from hengjian.apps.inspections import storage
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.phone.applying import ADOPTABLE, Context, apply_entry
from hengjian.apps.inspections.phone.models import PhoneEntry
from hengjian.apps.inspections.phone.parsing import Sent, text_in
from hengjian.apps.inspections.phone.procedures import PHONE_ENTRY
from hengjian.apps.inspections.policies import inspection_policy
from hengjian.apps.inspections.selectors import inspections_seen_by
from hengjian.apps.record.services import Actor, perform
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from hengjian.kernel.transitions import Move

NOTE_MOST = 300


def held_seen_by(user: Any, *, on: date) -> QuerySet[PhoneEntry]:
    """Entries of the person's organ (and its stations) that were ever held, for those who may decide on them."""
    rows = PhoneEntry.objects.filter(
        state__in=("held", "adopted", "set_aside"), standing={}
    )  # collisions are the officers'
    rows = rows.select_related("organ", "author", "decided_by", "inspection__institution", "inspection__organ")
    seen = inspections_seen_by(user, on=on).order_by().values("pk")
    return visible(user, "inspection.review", rows.filter(inspection_id__in=seen), on=on)


def conflicts_of(task: Inspection) -> QuerySet[PhoneEntry]:
    """Open collisions of one task."""
    return task.phone_entries.filter(state="conflict").select_related("author")


def adopt(*, entry: PhoneEntry, reason: str, user: User, on: date, now: datetime) -> PhoneEntry:
    """Write a held entry into the record in its author's name, on the chief's responsibility; somebody else than the
    author. Raises what the service raises: a closed record stays closed.
    """
    if entry.kind not in ADOPTABLE:
        raise IllegalMove(f"“{entry.get_kind_display()}”只能由现场的执法人员自己办理，不能认领；可以留存不写入。")

    def apply(row: PhoneEntry, move: Move, actor: Actor) -> None:
        task = _task(row)
        place = Path(storage.folder()) / row.file_path if row.file_path else None
        if place is None:
            _write_again(row, Context(task, row.author, on, now, None, actor))
        else:
            storage.read_kept(row.file_path, row.file_sha256, "手机照片")
            with place.open("rb") as stream:
                _write_again(row, Context(task, row.author, on, now, File(stream), actor))
        _decided(row, user, reason, now)

    return _decide(entry, "adopt", reason=reason, user=user, on=on, now=now, apply=apply)


def set_aside(*, entry: PhoneEntry, reason: str, user: User, on: date, now: datetime) -> PhoneEntry:
    """Keep a held entry beside the record without writing it; it stays readable with the reason."""

    def apply(row: PhoneEntry, move: Move, actor: Actor) -> None:
        _decided(row, user, reason, now)

    return _decide(entry, "set_aside", reason=reason, user=user, on=on, now=now, apply=apply)


def choose(*, entry: PhoneEntry, keep: str, reason: str, user: User, on: date, now: datetime) -> PhoneEntry:
    """One of the two officers picks the standing or the arrived version; both stay on record."""
    if keep not in ("standing", "arrived"):
        raise Refused("请选择取先到的还是后到的。", where={"field": "keep"})

    def apply(row: PhoneEntry, move: Move, actor: Actor) -> None:
        if keep == "arrived":
            _write_again(row, Context(_task(row), row.author, on, now), over=True)
        _decided(row, user, reason, now)

    return _decide(entry, f"keep_{keep}", reason=reason, user=user, on=on, now=now, apply=apply)


def choose_sent(sent: Sent, context: Context) -> PhoneEntry:
    """A choice made on a phone."""
    rows = PhoneEntry.objects.filter(inspection=context.task, uuid=text_in(sent.payload, "conflict"))
    entry = rows.first()
    if entry is None:
        raise NotFound("没有这一处冲突，可能已经处理过。")
    keep, reason = text_in(sent.payload, "keep"), text_in(sent.payload, "reason")
    return choose(entry=entry, keep=keep, reason=reason, user=context.user, on=context.on, now=context.now)


def _task(row: PhoneEntry) -> Inspection:
    rows = Inspection.objects.select_related("organ", "institution", "lead", "member", "visit", "on_site")
    return rows.get(pk=row.inspection_id)


def _write_again(row: PhoneEntry, context: Context, *, over: bool = False) -> None:
    base = None if over else row.base_version
    sent = Sent(
        row.uuid, row.number, row.kind, row.author_id, row.payload, base, made_at=row.made_at, sent_at=row.sent_at
    )
    # the clock of the phone was compared when it came in, not now
    late = context.now - row.received_at
    sent = Sent(*(getattr(sent, name) for name in Sent.__slots__[:-1]), sent_at=row.sent_at + late)
    apply_entry(sent, context)


def _decided(row: PhoneEntry, user: User, reason: str, now: datetime) -> None:
    row.decided_by, row.decided_at, row.decision_note = user, now, reason.strip()


@transaction.atomic
def _decide(
    entry: PhoneEntry, action: str, *, reason: str, user: User, on: date, now: datetime, apply: Any
) -> PhoneEntry:
    if len(reason.strip()) > NOTE_MOST:
        raise Refused(f"理由最多 {NOTE_MOST} 字，现在是 {len(reason.strip())} 字。", where={"field": "reason"})
    done: PhoneEntry = perform(
        procedure=PHONE_ENTRY,
        action=action,
        thing=PhoneEntry.objects.select_related("organ", "author", "inspection__lead", "inspection__member"),
        pk=entry.pk,
        policy=inspection_policy(user, on=on),
        now=now,
        facts={"reason": reason.strip()},
        reason=reason.strip(),
        apply=apply,
        took_part=_author,
    )
    return done


def _author(row: PhoneEntry, move: Move) -> Collection[str]:
    return (str(row.author_id),)
