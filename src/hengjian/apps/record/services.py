"""Writing to the record: append an event, perform a transition, seal a day."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from hengjian.apps.record.chain import Link, link_hash, merkle_root
from hengjian.apps.record.models import ChainHead, DailyRoot, Event
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound
from hengjian.kernel.transitions import Move, Procedure, next_state


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, under which role and for which organ (its path in the tree)."""

    id: str
    name: str
    role: str
    organ_path: str


SYSTEM = Actor(id="system", name="系统", role="system", organ_path="/")

Policy = Callable[[str, models.Model], Actor | None]
"""Answers with the acting person (role and organ filled in) or None: no right to this permission on this thing."""


def plain(value: Any) -> Any:
    """The value as any database gives it back unchanged: dates, decimals and floats as text, keys as text."""
    return _without_floats(json.loads(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)))


def _without_floats(value: Any) -> Any:
    # jsonb rewrites 1e300 as an integer and refuses NaN: a float would break the link's hash
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _without_floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_floats(inner) for inner in value]
    return value


def snapshot(row: models.Model, *, without: Collection[str] = ()) -> dict[str, Any]:
    """The row's own fields as plain JSON values; many-to-many and the fields in `without` are left out."""
    return plain({f.name: f.value_from_object(row) for f in row._meta.concrete_fields if f.name not in without})


def append_event(
    *,
    now: datetime,
    actor: Actor,
    verb: str,
    thing: models.Model,
    organ_path: str | None = None,
    reason: str = "",
    basis: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Event:
    """Append one event in the caller's transaction; refuses to run outside one, or the change could be lost alone.

    Writers wait for each other on the head row, so the chain never forks.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is appended only inside the transaction of its change")
    # without a model for the row: every writer waits for the one before, so this has to be short
    head = ChainHead.objects.select_for_update().filter(pk=1)
    sequence, previous = head.values_list("sequence", "hash").get()
    link = Link(
        sequence=sequence + 1,
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        role=actor.role,
        organ_path=organ_path or actor.organ_path,
        verb=verb,
        thing_kind=thing._meta.label_lower,
        thing_id=str(thing.pk),
        thing_label=str(thing)[:200],
        reason=reason,
        basis=basis,
        before=plain(dict(before or {})),
        after=plain(dict(after or {})),
        previous_hash=previous,
    )
    event = Event.objects.create(**{name: getattr(link, name) for name in Link.__slots__}, hash=link_hash(link))
    ChainHead.objects.filter(pk=1).update(sequence=event.sequence, hash=event.hash)
    return event


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, both sides."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


@transaction.atomic
def perform(
    *,
    procedure: Procedure,
    action: str,
    thing: type[models.Model] | models.QuerySet[Any],
    pk: Any,
    policy: Policy,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
    apply: Callable[[Any, Move, Actor], None] | None = None,
    took_part: Callable[[Any, Move], Collection[str]] | None = None,
    look: Callable[[Any], None] | None = None,
    nothing: str = "没有这条记录，或者您无权查看。",
) -> Any:
    """Make one move of a procedure: lock the row, ask the policy, decide by the table, save, append the event.

    `look(row)` sees the locked row first and may refuse (somebody was faster). `apply(row, move, actor)` sets further
    fields before the row is saved; what changed is validated and written. `took_part(row, move)` gives the ids of the
    persons whom a `second_person` move excludes. Raises NotFound, NotAllowed or IllegalMove with a sentence; then
    nothing has changed.
    """
    rows = thing.objects.all() if isinstance(thing, type) else thing
    row = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotFound(nothing)
    if look is not None:
        look(row)
    move = next_state(procedure, row.state, action, facts or {})
    actor = policy(move.permission, row)
    if actor is None:
        raise NotAllowed(f"您没有“{move.label}”的权限。", article=move.basis)
    if move.second_person and actor.id in (took_part(row, move) if took_part else ()):
        raise IllegalMove(f"“{move.label}”须由另一人办理，提出人本人不能自己复核。", article=move.basis)
    before = snapshot(row)
    row.state = move.target
    if apply:
        apply(row, move, actor)
    old, new = _write_changes(row, before)
    append_event(
        now=now,
        actor=actor,
        verb=f"{procedure.name}.{action}",
        thing=row,
        organ_path=getattr(row, "organ_path", None),
        reason=reason,
        basis=move.basis,
        before=old,
        after=new | {"facts": plain(dict(facts or {}))},
    )
    return row


def _write_changes(row: models.Model, before: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Validate and save what differs from the snapshot; both sides of it.

    What stayed was validated when it was written: asking again whether every key exists costs a query each.
    """
    changed, _ = changed_fields(before, snapshot(row))
    kept = {f.name for f in row._meta.concrete_fields if f.name not in changed}
    row.clean_fields(exclude=kept)
    row.clean()
    row.validate_unique(exclude=kept)
    row.validate_constraints()
    row.save(update_fields=list(changed))
    values = {f.name: f.value_from_object(row) for f in row._meta.concrete_fields if f.name in changed}
    return {name: before[name] for name in values}, plain(values)


@transaction.atomic
def seal_day(*, day: date, now: datetime) -> DailyRoot | None:
    """Store the Merkle root of one finished day; a sealed day is never sealed again.

    The root covers every event appended since the previous root up to the last one of that day, so that the roots
    lie edge to edge even when a clock ran backwards over midnight. None when there is nothing to seal.
    """
    head = ChainHead.objects.select_for_update().get(pk=1)
    existing = DailyRoot.objects.filter(day=day).first()
    if existing:
        return existing
    latest = DailyRoot.objects.order_by("-last_sequence").first()
    first = latest.last_sequence + 1 if latest else 1
    fresh = Event.objects.filter(sequence__gte=first, sequence__lte=head.sequence)
    last = fresh.filter(at__date__lte=day).aggregate(last=models.Max("sequence"))["last"]
    if last is None:
        return None
    hashes = fresh.filter(sequence__lte=last).order_by("sequence").values_list("hash", flat=True)
    return DailyRoot.objects.create(
        day=day, first_sequence=first, last_sequence=last, root=merkle_root(list(hashes)), sealed_at=now
    )


def seal_missing_days(now: datetime) -> list[DailyRoot]:
    """Seal every finished day (Asia/Shanghai) that has events and no root yet, oldest first; answers the new roots."""
    today = timezone.localdate(now)
    latest = DailyRoot.objects.order_by("-last_sequence").first()
    fresh = Event.objects.filter(sequence__gt=latest.last_sequence if latest else 0, at__date__lt=today)
    days = sorted(set(fresh.values_list("at__date", flat=True).distinct()))
    sealed = [seal_day(day=day, now=now) for day in days if latest is None or day > latest.day]
    return [root for root in sealed if root is not None]
