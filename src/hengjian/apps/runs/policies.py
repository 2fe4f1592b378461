"""Rights over screening runs."""

from __future__ import annotations

from typing import Any

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare
from hengjian.apps.record.services import SYSTEM, Actor

STARTERS = frozenset({Role.ANALYST, Role.SECTION_CHIEF})

declare(
    Permission("run.view", "查看筛查运行", OFFICIALS),
    Permission("run.start", "启动、取消筛查运行", STARTERS, "own"),
    Permission("run.download", "下载筛查结果", STARTERS | {Role.LEADER, Role.SUPERVISOR}),
    Permission("risk.view", "查看风险排序", OFFICIALS),
)


def system_policy(permission: str, thing: Any) -> Actor | None:
    """The background worker may make the moves that belong to the work itself, and no person's moves."""
    return SYSTEM if permission in {"run.work", "alert.take"} else None
