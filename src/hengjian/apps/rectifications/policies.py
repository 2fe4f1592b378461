"""Rights over the rectification ledger and look-backs. Institution users reach only their own institution's items."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare
from hengjian.apps.alerts.policies import has_to_avoid
from hengjian.apps.record.services import SYSTEM, Actor, Policy
from hengjian.kernel.errors import NotAllowed

HANDLERS = frozenset({Role.OFFICER, Role.SECTION_CHIEF})
CHIEFS = frozenset({Role.SECTION_CHIEF, Role.LEADER})
VERIFIERS = HANDLERS | CHIEFS
"""With the leader: in a county's small organ the others may all have had a part in the item."""

declare(
    Permission("rectification.view", "查看整改台账", OFFICIALS | {Role.INSTITUTION_USER}, for_bureau=True),
    Permission("rectification.count", "查看整改统计", OFFICIALS),
    Permission("rectification.answer", "提交整改材料", frozenset({Role.INSTITUTION_USER}), "institution"),
    Permission("rectification.record_answer", "代录书面整改材料", HANDLERS, "own", for_bureau=True),
    Permission("rectification.order", "下达整改", HANDLERS, "own", for_bureau=True),
    Permission("rectification.verify", "验收销号、退回再改", VERIFIERS, "own", for_bureau=True),
    Permission("rectification.extend", "批准整改延期", CHIEFS, "own"),
    Permission("rectification.assign", "改派整改承办人", CHIEFS, "own"),
    Permission("rectification.withdraw", "撤销整改事项", CHIEFS, "own"),
    Permission("rectification.reopen", "销号后重新整改", CHIEFS, "own"),
    Permission("look_back.view", "查看回头看", OFFICIALS),
    Permission("look_back.manage", "组织回头看", CHIEFS, "own"),
    Permission("look_back.record", "登记回头看结果", HANDLERS, "own"),
)

ESCALATE = "rectification.escalate"
"""Nobody's right: only the system reports what is overdue."""


def handling_policy(user: User, *, on: date) -> Policy:
    """The usual policy, and nobody handles an institution they are tied to."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if code == ESCALATE:
            return None
        if has_to_avoid(user, thing.institution.uscc, on=on):
            raise NotAllowed("您与该机构有回避关系，不能办理它的整改事项。")
        return usual(code, thing)

    return ask


def system_policy(code: str, thing: Any) -> Actor | None:
    """The system may report what is overdue, and nothing else."""
    return SYSTEM if code == ESCALATE else None
