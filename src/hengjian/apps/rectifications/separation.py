"""Who may not judge an item because of the part they had in it: the second person of a verification or withdrawal.

Organs of a county are small: the leader, who is never made responsible, can verify whatever the others took part in.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from hengjian.apps.accounts.models import User
from hengjian.apps.record.models import Event
from hengjian.apps.rectifications.models import Rectification, Reply
from hengjian.kernel.errors import IllegalMove
from hengjian.kernel.transitions import Move

KIND = Rectification._meta.label_lower
ASSIGN = "rectification.assign"


def parts_in(row: Rectification, move: Move) -> dict[str, str]:
    """Ids of the people whom the second-person move excludes, each with the part they had, in Chinese.

    A withdrawal excludes the finder. A verification also excludes both officers of the inspection, everybody who was
    ever responsible (a chief may not hand the item on and then strike it off), who last acted for the organ, and
    whoever entered an answer that came on paper.
    """
    parts: list[tuple[int | None, str]] = [(row.found_by_id, "是发现人")]
    if move.action != "withdraw":
        parts += [(pk, "参加了这次检查") for pk in row.finding.inspection.officer_ids]
        parts.append((row.responsible_id, "是承办人"))
        parts += [(pk, "承办过这一事项") for pk in _once_responsible(row)]
        parts += [(pk, "代录过书面材料") for pk in _entered_papers(row)]
        parts.append((row.handled_by_id, "办理过这一事项"))
    found: dict[str, str] = {}
    for pk, part in parts:
        if pk:
            found.setdefault(str(pk), part)
    return found


def require_second_person(row: Rectification, move: Move, user: User) -> None:
    """Raise IllegalMove naming the part that this person had, where the move wants somebody without one."""
    part = parts_in(row, move).get(str(user.pk)) if move.second_person else None
    if part:
        who = "请科长指定他人或者由局领导办理" if move.action != "withdraw" else "请其他负责人办理"
        raise IllegalMove(f"“{move.label}”须由另一人办理：{user.name}{part}，{who}。", article=move.basis)


def without_part_of(rows: QuerySet[Rectification], user: Any) -> QuerySet[Rectification]:
    """The items that this person may verify as far as their part in them goes; says the same as `parts_in`."""
    # IS NULL stands beside each, or NOT (NULL = …) would lose the row
    for person in ("responsible", "handled_by"):
        rows = rows.filter(Q(**{f"{person}__isnull": True}) | ~Q(**{person: user}))
    for person in ("found_by", "finding__inspection__lead", "finding__inspection__member"):
        rows = rows.filter(~Q(**{person: user}))
    papers = Reply.objects.filter(rectification=OuterRef("pk"), on_paper=True, by=user)
    handed = Event.objects.filter(thing_kind=KIND, thing_id=Cast(OuterRef("pk"), TextField()), verb=ASSIGN)
    mine = handed.filter(Q(before__responsible=user.pk) | Q(after__responsible=user.pk))
    return rows.filter(~Exists(papers), ~Exists(mine))


def _once_responsible(row: Rectification) -> list[int | None]:
    handed = Event.objects.filter(thing_kind=KIND, thing_id=str(row.pk), verb=ASSIGN)
    return [
        side.get("responsible")
        for event in handed.order_by("sequence").only("before", "after")
        for side in (event.before, event.after)
    ]


def _entered_papers(row: Rectification) -> list[int]:
    return list(row.replies.filter(on_paper=True).values_list("by_id", flat=True))
