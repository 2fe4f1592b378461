"""Rights over graded response: whoever drafts does not approve, whoever handled it does not verify."""

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
CHIEFS = frozenset({Role.SECTION_CHIEF, Role.LEADER})

declare(
    Permission("measure.view", "查看分级处置", OFFICIALS | {Role.INSTITUTION_USER}, for_bureau=True),
    Permission("measure.draft", "承办分级处置", HANDLERS, "own", for_bureau=True),
    Permission("measure.approve", "批准分级处置", CHIEFS, "own"),
    Permission("measure.verify", "核实落实情况", HANDLERS | CHIEFS, "own", for_bureau=True),
    Permission("measure.answer", "报告落实情况", frozenset({Role.INSTITUTION_USER}), "institution"),
)


def measure_policy(user: User, *, on: date) -> Policy:
    """The usual policy, and nobody handles an institution they are tied to."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if has_to_avoid(user, thing.institution.uscc, on=on):
            raise NotAllowed("您与该机构有回避关系，不能对它作出处置。")
        return usual(code, thing)

    return ask
