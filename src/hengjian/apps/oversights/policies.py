"""Rights over major cases: the case's organ reports, the superior's leader decides."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import OFFICIALS, Permission, actor_for, declare, granting
from hengjian.apps.record.services import Actor, Policy

declare(
    Permission("oversight.view", "查看挂牌督办", OFFICIALS - {Role.REGISTRAR, Role.ANALYST}, for_bureau=True),
    Permission("oversight.report", "上报大案、报告进展", frozenset({Role.SECTION_CHIEF, Role.LEADER}), "own"),
    Permission("oversight.supervise", "挂牌督办", frozenset({Role.LEADER}), "own"),
    Permission("oversight.team", "组织联合专案组", frozenset({Role.LEADER}), "own"),
    Permission(
        "oversight.consult", "记录会商", frozenset({Role.SECTION_CHIEF, Role.LEADER, Role.LEGAL_REVIEWER}), "own"
    ),
)


def oversight_policy(user: User, *, on: date) -> Policy:
    """The superior's right is asked of the supervising organ, everything else of the case's organ."""
    usual = policy_of(user, on=on)

    def ask(code: str, thing: Any) -> Actor | None:
        if code != "oversight.supervise":
            return usual(code, thing)
        held = [one for one in granting(user, code, on) if one.organ_id == thing.superior_id]
        return actor_for(user, held[0]) if held else None

    return ask
