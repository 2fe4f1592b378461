"""One move of a publication, under the row's lock and on the record; two people at once: the second is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from hengjian.apps.accounts.models import User
from hengjian.apps.publications.models import Publication, PublicationVersion
from hengjian.apps.publications.policies import publication_policy
from hengjian.apps.publications.procedures import PUBLICATION
from hengjian.apps.publications.selectors import took_part
from hengjian.apps.record.services import Actor, Policy, perform
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move

Apply = Callable[[Publication, Move, Actor], None]


def move_publication(
    action: str,
    row: Publication,
    *,
    user: User | None,
    now: datetime,
    today: date,
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
    apply: Apply | None = None,
    seen: int | None = None,
    policy: Policy | None = None,
) -> Publication:
    """Make the move; raises NotFound, NotAllowed, IllegalMove or Refused with a sentence, then nothing has changed.

    `seen` is the version that the form showed.
    """

    asked = policy or (publication_policy(user, on=today) if user is not None else None)
    if asked is None:
        raise ValueError("a move needs a person or a policy")

    def make(held: Publication, move: Move, actor: Actor) -> None:
        if seen is not None and seen != held.version:
            raise IllegalMove(
                f"{held.number} 刚刚有人办理过，现在是“{PUBLICATION.states[move.source]}”，"
                f"您提交的“{move.label}”没有写入。"
                "请看过最新情况再办。"
            )
        held.version += 1
        if move.target != move.source:
            held.state_at = now
        if apply:
            apply(held, move, actor)

    done: Publication = perform(
        procedure=PUBLICATION,
        action=action,
        thing=Publication.objects.select_related(
            "organ", "case__organ", "decision__case__organ", "decision__party", "party", "institution"
        ),
        pk=row.pk,
        policy=asked,
        now=now,
        facts=dict(facts or {}),
        reason=reason,
        apply=make,
        took_part=took_part,
    )
    return done


def newest(row: Publication) -> PublicationVersion:
    """The version under work: the newest one."""
    found = row.versions.order_by("-number").first()
    if found is None:
        raise Refused(f"{row.number} 还没有拟定公示内容。")
    return found


def said_of(text: str, *, field: str, label: str, most: int = 300) -> str:
    """The text without blanks at its ends; Refused where it is too long."""
    plain = text.replace("\x00", "").strip()
    if len(plain) > most:
        raise Refused(f"{label}最多 {most} 字，现在是 {len(plain)} 字。", where={"field": field})
    return plain
