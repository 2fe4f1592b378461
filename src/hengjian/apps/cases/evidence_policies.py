"""Rights over evidence, measures, commissions and letters: the head approves, officers carry out."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare
from hengjian.apps.cases.policies import HEADS, INVESTIGATORS, case_policy
from hengjian.apps.record.services import SYSTEM, Actor, Policy

PERMISSIONS = (
    Permission("evidence.take", "取证、询问、委托检测鉴定", INVESTIGATORS, "own", for_bureau=True),
    Permission("evidence.exclude", "排除证据", INVESTIGATORS | {Role.LEGAL_REVIEWER}, "own", for_bureau=True),
    Permission("hold.take", "实施、解除登记保存和查封扣押", INVESTIGATORS, "own", for_bureau=True),
    Permission("hold.approve", "批准登记保存和查封扣押", HEADS, "own"),
    Permission("assistance.view", "查看协助函", OFFICIALS - {Role.REGISTRAR}, for_bureau=True),
    Permission("assistance.send", "发出、撤回协助函", INVESTIGATORS, "own", for_bureau=True),
    Permission("assistance.answer", "签收、回复协助函", INVESTIGATORS, "own", for_bureau=True),
)


def declared() -> None:
    """Declare the rights when the app starts."""
    declare(*PERMISSIONS)


LAPSE = "hold.lapse"
"""Nobody's right: the law lets it lapse, the system only writes it down."""


def matter_policy(user: User, *, on: date) -> Policy:
    """The policy of what belongs to a case: ties to its parties keep a person out; the asked organ answers letters."""
    ask_case, usual = case_policy(user, on=on), policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if code == LAPSE:
            return None
        if code == "assistance.answer":
            return usual(code, thing.to_organ) if thing.to_organ_id else None
        return ask_case(code, thing.case)

    return ask


def lapse_policy(code: str, thing: Any) -> Actor | None:
    """The system may write down that a preservation has lapsed, and nothing else."""
    return SYSTEM if code == LAPSE else None
