"""Rights over complaints. Respondents have none: what they may know they are told in the mediation."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import Permission, declare
from hengjian.apps.leads.policies import has_to_avoid
from hengjian.apps.record.services import Actor, Policy
from hengjian.apps.tips.policies import CLERKS, HANDLERS, READERS
from hengjian.kernel.errors import NotAllowed

declare(
    Permission("complaint.view", "查看投诉（不含投诉人身份）", READERS, for_bureau=True),
    Permission("complaint.register", "登记投诉", CLERKS, "own", for_bureau=True),
    Permission("complaint.handle", "办理投诉", HANDLERS, "own", for_bureau=True),
    Permission("complaint.distribute", "分送投诉", frozenset({Role.SECTION_CHIEF, Role.REGISTRAR}), "own"),
)


def handling_policy(user: User, *, on: date) -> Policy:
    """The usual policy, and nobody handles a complaint about an institution they are tied to."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if has_to_avoid(user, thing.respondent_uscc, on=on):
            raise NotAllowed("您与被投诉的机构有回避关系，不能办理这件投诉。")
        return usual(code, thing)

    return ask


VERBS = {"complaint.receive": "登记投诉"}
