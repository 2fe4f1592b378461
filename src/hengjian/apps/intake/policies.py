"""Rights over submissions."""

from __future__ import annotations

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import Permission, declare

HANDLERS = frozenset({Role.ANALYST, Role.REGISTRAR, Role.OFFICER, Role.SECTION_CHIEF})
ACCEPTERS = frozenset({Role.ANALYST, Role.REGISTRAR, Role.SECTION_CHIEF})

declare(
    Permission("intake.view", "查看报送", HANDLERS | {Role.LEADER, Role.SUPERVISOR}, "subtree"),
    Permission("intake.submit", "报送与导入数据", HANDLERS, "own"),
    Permission("intake.accept", "收下数据", ACCEPTERS, "own"),
    Permission("intake.original", "下载报送原件", ACCEPTERS, "own"),
)
