"""Rights over documents: who sees one is asked of its thing, what may be done hangs on the right to the thing too."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import OFFICIALS, Permission, actor_for, declare, may
from hengjian.apps.documents.access import access_of
from hengjian.apps.record.services import Actor

declare(
    Permission("document.view", "查看文书", OFFICIALS, for_bureau=True),
    Permission(
        "document.issue",
        "制作文书",
        frozenset({Role.OFFICER, Role.SECTION_CHIEF, Role.LEGAL_REVIEWER, Role.LEADER}),
        "own",
        for_bureau=True,
    ),
    Permission(
        "document.void",
        "作废文书",
        frozenset({Role.SECTION_CHIEF, Role.LEGAL_REVIEWER, Role.LEADER}),
        "own",
        for_bureau=True,
    ),
    Permission("form.view", "查看文书式样", OFFICIALS, "everywhere"),
)


def actor_on(user: User, kind: str, thing: Any, code: str, *, on: date) -> Actor | None:
    """The person as who may do this to documents of the thing; None without the right or where the thing forbids it.

    Both are asked: the right over documents and the thing's own right to have documents drawn up by hand.
    """
    write = access_of(kind).write
    if not write or may(user, write, thing, on=on) is None:
        return None
    posting = may(user, code, thing, on=on)
    return actor_for(user, posting) if posting else None
