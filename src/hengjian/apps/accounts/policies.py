"""Rights over organs, people and the record."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import OFFICIALS, Permission, actor_for, declare, may
from hengjian.apps.record.services import Actor, Policy

STAFF = OFFICIALS | {Role.SYSADMIN}

declare(
    Permission("organ.view", "查看机关与人员", STAFF),
    Permission("organ.manage", "管理机关与人员", frozenset({Role.SYSADMIN})),
    Permission("matter.share", "向其他机关共享事项", frozenset({Role.LEADER, Role.SECTION_CHIEF}), "own"),
    Permission(
        "record.view",
        "查看事件链",
        frozenset({Role.LEADER, Role.SUPERVISOR, Role.SYSADMIN, Role.ANALYST, Role.SECTION_CHIEF, Role.LEGAL_REVIEWER}),
    ),
    Permission(
        "record.verify",
        "校验事件链",
        frozenset({Role.LEADER, Role.SUPERVISOR, Role.SYSADMIN, Role.ANALYST}),
        "everywhere",
    ),
)


def policy_of(user: User, *, on: date) -> Policy:
    """The policy that `record.perform` asks: may this person use this permission on this thing today?"""

    def ask(code: str, thing: Any) -> Actor | None:
        posting = may(user, code, thing, on=on)
        return actor_for(user, posting) if posting else None

    return ask
