"""Rights over tips and rewards. Institution users and experts have none: handling is secret from them (CMP-37)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import Permission, declare
from hengjian.apps.leads.policies import has_to_avoid
from hengjian.apps.record.services import Actor, Policy
from hengjian.kernel.errors import NotAllowed

HANDLERS = frozenset({Role.OFFICER, Role.SECTION_CHIEF})
CLERKS = HANDLERS | {Role.REGISTRAR}
READERS = CLERKS | {Role.LEADER}
PAYERS = frozenset({Role.REGISTRAR, Role.SECTION_CHIEF})

declare(
    Permission("tip.view", "查看举报（不含举报人身份）", READERS, for_bureau=True),
    Permission("tip.register", "登记举报", CLERKS, "own", for_bureau=True),
    Permission("tip.handle", "办理举报", HANDLERS, "own", for_bureau=True),
    Permission("tip.distribute", "分送举报", frozenset({Role.SECTION_CHIEF, Role.REGISTRAR}), "own"),
    Permission("tip.tell", "告知举报处理结果", HANDLERS, "own"),
    Permission("reward.view", "查看举报奖励", READERS),
    Permission("reward.propose", "提出举报奖励", HANDLERS, "own"),
    Permission("reward.approve", "审批举报奖励", frozenset({Role.LEADER}), "own"),
    Permission("reward.pay", "发放举报奖励", PAYERS, "own"),
)

CLOSE = "tip.close"
"""Nobody's right: a tip is closed by the answer that its lead got."""


def handling_policy(user: User, *, on: date) -> Policy:
    """The usual policy, and nobody handles a tip about an institution they are tied to."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if code == CLOSE:
            return None
        if has_to_avoid(user, thing.respondent_uscc, on=on):
            raise NotAllowed("您与被举报的机构有回避关系，不能办理这件举报。")
        return usual(code, thing)

    return ask


def closing_policy(actor: Actor) -> Policy:
    """For the closing that follows the lead's answer: its own right was asked there."""

    def ask(code: str, thing: Any) -> Actor | None:
        return actor if code == CLOSE else None

    return ask


VERBS = {"tip.receive": "登记举报", "reward.propose": "提出举报奖励"}
