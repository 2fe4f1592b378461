"""Rights over calibrations: analysts propose, a chief or leader who did not propose approves."""

from __future__ import annotations

from typing import Any

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare
from hengjian.apps.record.services import SYSTEM, Actor

VIEW, PROPOSE, APPROVE = "calibration.view", "calibration.propose", "calibration.approve"

declare(
    Permission(VIEW, "查看检测器准确率和校准", OFFICIALS, for_bureau=True),
    Permission(PROPOSE, "拟定检测器校准", frozenset({Role.ANALYST, Role.SECTION_CHIEF}), "own"),
    Permission(APPROVE, "审定检测器校准", frozenset({Role.SECTION_CHIEF, Role.LEADER}), "own"),
)


def replacing_policy(permission: str, thing: Any) -> Actor | None:
    """A version that takes force ends the one before it; nobody has to do that by hand."""
    return SYSTEM if permission == "calibration.work" else None
