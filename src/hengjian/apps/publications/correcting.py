"""Correcting what is public: a new version beside the old one until another person has approved it; both are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.publications.guarding import clean_reason, require_clean, require_running
from hengjian.apps.publications.models import Publication, PublicationVersion
from hengjian.apps.publications.moving import move_publication, newest, said_of
from hengjian.apps.publications.services import show_summary, told_of, write_version
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import Refused
from hengjian.kernel.transitions import Move


@transaction.atomic
def correct(
    *,
    row: Publication,
    user: User,
    now: datetime,
    today: date,
    reason: str,
    violation: str = "",
    more: Sequence[str] = (),
    seen: int | None = None,
) -> Publication:
    """Propose a new version; until another person approves it the old one stays public."""
    said = said_of(reason, field="reason", label="更正理由")
    require_clean(said, field="reason", label="更正理由")
    words = said_of(violation, field="violation", label="违法行为类型")
    require_clean(words, field="violation", label="违法行为类型")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        require_running(held, today)
        told = told_of(held, violation=words, more=more)
        last = newest(held)
        shown = held.versions.get(number=held.shown)
        if told.summary == shown.summary and told.text == shown.text:
            raise Refused("更正后的内容与现在公示的相同，不必更正。", where={"field": "violation"})
        version = PublicationVersion(publication=held, number=last.number + 1, reason=clean_reason(held, said))
        write_version(held, version, told, user=user, now=now)

    facts = {"reason": bool(said) or None, "removed_besides": len(more)}
    return move_publication("correct", row, user=user, now=now, today=today, facts=facts, apply=apply, seen=seen)


@transaction.atomic
def decide_correction(
    *,
    row: Publication,
    user: User,
    now: datetime,
    today: date,
    approve: bool,
    reason: str = "",
    seen: int | None = None,
) -> Publication:
    """Another person puts the new version in the place of the old one, or refuses it with a reason."""
    said = said_of(reason, field="reason", label="理由")

    def apply(held: Publication, move: Move, actor: Actor) -> None:
        version = newest(held)
        version.approved_by, version.approved_at = user, now
        if approve:
            require_running(held, today)
            held.shown = version.number
            show_summary(held, version.summary)
        else:
            version.refused = True
            base = held.versions.get(number=held.shown)
            version.text, version.summary = base.text, base.summary
        version.save()

    action = "approve_correction" if approve else "reject_correction"
    facts = {"reason": said}
    return move_publication(
        action, row, user=user, now=now, today=today, facts=facts, reason=said, apply=apply, seen=seen
    )
