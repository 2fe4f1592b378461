"""Rights over clocks and holiday notices."""

from __future__ import annotations

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.policies import STAFF
from hengjian.apps.accounts.rights import OFFICIALS, Permission, declare

declare(
    Permission("clock.view", "查看时限", OFFICIALS),
    Permission("clock.correct", "更正时限的起算", frozenset({Role.SECTION_CHIEF, Role.LEADER}), "own"),
    Permission("clock.calendar", "查看放假通知和时限重算", STAFF, "everywhere"),
    Permission("clock.notice", "录入放假通知、重算时限", frozenset({Role.SYSADMIN, Role.LEADER}), "everywhere"),
)
