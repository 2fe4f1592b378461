"""Rights over transfers: the team handles, the head decides, nobody decides what they reported."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.record.services import Actor, Policy
from hengjian.kernel.errors import NotAllowed

HANDLERS = frozenset({Role.OFFICER, Role.SECTION_CHIEF})
SEERS = OFFICIALS - {Role.REGISTRAR, Role.ANALYST}

declare(
    Permission("criminal_transfer.view", "查看涉嫌犯罪移送", SEERS, for_bureau=True),
    Permission("criminal_transfer.handle", "承办涉嫌犯罪移送", HANDLERS, "own", for_bureau=True),
    Permission("criminal_transfer.decide", "决定涉嫌犯罪移送", frozenset({Role.LEADER}), "own"),
    Permission("referral.view", "查看部门移送", SEERS, for_bureau=True),
    Permission("referral.handle", "承办部门移送", HANDLERS, "own", for_bureau=True),
    Permission("referral.decide", "批准部门移送", frozenset({Role.SECTION_CHIEF, Role.LEADER}), "own"),
)


def transfer_policy(user: User, *, on: date) -> Policy:
    """The usual policy, and nobody handles an institution they are tied to."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if thing.institution is not None and has_to_avoid(user, thing.institution.uscc, on=on):
            raise NotAllowed("您与该机构有回避关系，不能办理移送。")
        return usual(code, thing)

    return ask
