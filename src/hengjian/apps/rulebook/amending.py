"""Drafting, proposing and approving amendments; what is approved is written where every process reads it."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse, policy_of
from hengjian.apps.record.services import append_event, perform, snapshot
from hengjian.apps.rulebook.faults import refused
from hengjian.apps.rulebook.models import Amendment
from hengjian.apps.rulebook.policies import AMEND, VIEW, keeper
from hengjian.apps.rulebook.procedures import AMENDMENT, RULE
from hengjian.kernel.errors import IllegalMove, NotAllowed
from hengjian.law import amending as law
from hengjian.law.errors import LawError
from hengjian.law.loader import Lawbook, book_of, edition, edition_with, raw_data


def amendments_seen_by(user: User, *, on: date) -> QuerySet[Amendment]:
    """All of them: the rulebook and its history are open to everybody who may read the law."""
    from hengjian.apps.accounts.rights import may

    rows = Amendment.objects.select_related("organ", "drafted_by", "decided_by", "moved")
    return rows if may(user, VIEW.code, on=on) else rows.none()


def in_force(*, before: int | None = None) -> list[Amendment]:
    """What was approved, in the order of approval; `before` a place: what stood before that one."""
    rows = Amendment.objects.filter(state="approved").order_by("place")
    return list(rows if before is None else rows.filter(place__lt=before))


def as_law(row: Amendment) -> law.Amendment:
    """The row as the law data take it."""
    return law.Amendment(
        number=row.number,
        section=row.section,
        entry=row.entry,
        mode=row.mode,  # type: ignore[arg-type]  # the choices of the field
        body=row.body,
        valid_from=row.valid_from,
        version=row.version,
    )


def raw_with(rows: Sequence[Amendment]) -> law.Raw:
    """The data as written with these amendments."""
    return law.amended(raw_data(), [as_law(one) for one in rows])


def book_with(row: Amendment) -> Lawbook:
    """The whole book as it would stand with this amendment; Refused with place and sentence where it fits not."""
    earlier = in_force(before=row.place)
    try:
        return book_of(raw_with([*earlier, row]))
    except LawError as fault:
        raise refused(fault) from None


def digest_of(section: str, entry: str) -> str:
    """A digest of the entry's versions as they stand now."""
    found = law.current_entries(raw_with(in_force()), section, entry)
    return sha256(repr(found).encode()).hexdigest()


@transaction.atomic
def draft_amendment(*, values: dict[str, Any], user: User, now: datetime, today: date) -> Amendment:
    """Begin an amendment; `values` are section, entry, mode, version, valid_from, body, source, reason.

    NotAllowed for people outside the organ that keeps the rulebook; Refused where the book would not hold together.
    """
    organ = _keeper()
    actor = actor_or_refuse(user, AMEND.code, organ, on=today)
    count = Amendment.objects.filter(number__startswith=f"GX-{now.year}-").count()
    row = Amendment(
        number=f"GX-{now.year}-{count + 1:04d}",
        organ=organ,
        drafted_by=user,
        drafted_at=now,
        based_on=edition(),
        target=digest_of(values["section"], values["entry"]),
        **values,
    )
    book_with(row)
    row.full_clean()
    row.save()
    append_event(
        now=now,
        actor=actor,
        verb="amendment.draft",
        thing=row,
        organ_path=organ.path,
        reason=row.reason,
        basis=RULE,
        after=snapshot(row),
    )
    return row


def _keeper() -> Organ:
    found = keeper()
    if found is None:
        raise NotAllowed("还没有机关，不能修订规则库。")
    return Organ.objects.select_for_update().get(pk=found.pk)


def edit_amendment(*, pk: int, values: dict[str, Any], user: User, now: datetime, today: date) -> Amendment:
    """Change a draft; the book is checked again."""

    def apply(row: Amendment, move: object, actor: object) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        row.drafted_by, row.based_on, row.target = user, edition(), digest_of(row.section, row.entry)
        book_with(row)

    return _move("edit", pk, user=user, now=now, today=today, facts=values, apply=apply, reason=values["reason"])


def decide_amendment(*, pk: int, action: str, note: str, user: User, now: datetime, today: date) -> Amendment:
    """Propose, send back, withdraw or approve. Approving checks the whole book again and lets it take effect."""
    if action != "approve":
        row = Amendment.objects.filter(pk=pk).first()
        facts = {"note": note, "body": row.body, "source": row.source, "reason": row.reason} if row else {}

        def keep(row: Amendment, move: object, actor: object) -> None:
            row.note = note.strip()

        return _move(action, pk, user=user, now=now, today=today, facts=facts, apply=keep, reason=note)
    return _approve(pk, note=note, user=user, now=now, today=today)


@transaction.atomic
def _approve(pk: int, *, note: str, user: User, now: datetime, today: date) -> Amendment:
    _keeper()  # two approvals one after the other: the second sees the book with the first

    def apply(row: Amendment, move: object, actor: object) -> None:
        if row.target != digest_of(row.section, row.entry):
            raise IllegalMove(f"条目 {row.entry} 在起草以后已被修订，请退回，按现在的文本重新起草。", article=RULE)
        row.place = (Amendment.objects.aggregate(last=Max("place"))["last"] or 0) + 1
        book_with(row)
        row.decided_by, row.decided_at, row.note = user, now, note.strip()
        # the edition is that of the data with this one, known before the file is written
        row.edition = _edition_with(row)

    row = _move("approve", pk, user=user, now=now, today=today, apply=apply, reason=note)
    transaction.on_commit(lambda: _take_effect(row.pk))
    return row


def _edition_with(row: Amendment) -> str:
    return edition_with(overlay_text([*in_force(), row]).encode())


def _move(action: str, pk: int, *, user: User, now: datetime, today: date, **more: Any) -> Amendment:
    done: Amendment = perform(
        procedure=AMENDMENT,
        action=action,
        thing=Amendment,
        pk=pk,
        policy=policy_of(user, on=today),
        now=now,
        took_part=lambda row, move: {str(row.drafted_by_id)},
        **more,
    )
    return done


def overlay_text(rows: Sequence[Amendment]) -> str:
    """The file of the amendments in force, byte for byte the same for the same rows."""
    entries = []
    for row in rows:
        facts = {"number": row.number, "section": row.section, "entry": row.entry, "mode": row.mode, "body": row.body}
        dates = {"valid_from": row.valid_from, "version": row.version}
        entries.append(facts | {name: day for name, day in dates.items() if day})
    return yaml.safe_dump({"amendments": entries}, allow_unicode=True, sort_keys=False)


def restore_overlay() -> bool:
    """Write the file from the database where it differs; answers whether it did. Also after a crash or a restore."""
    with transaction.atomic():
        found = keeper()
        if found is not None:  # the slower of two approvals must not write the older set over the newer one
            Organ.objects.select_for_update().get(pk=found.pk)
        return _write_overlay(in_force())


def _write_overlay(rows: Sequence[Amendment]) -> bool:
    wanted = overlay_text(rows).encode() if rows else b""
    if law.overlay_bytes() == wanted:
        return False
    path = settings.LAW_OVERLAY
    if not wanted:
        path.unlink(missing_ok=True)
        return True
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.part")
    part.write_bytes(wanted)
    part.replace(path)
    return True


def _take_effect(pk: int) -> None:
    from hengjian.apps.rulebook.tasks import settle

    restore_overlay()
    settle.enqueue(pk)
