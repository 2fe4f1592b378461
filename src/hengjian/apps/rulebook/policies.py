"""Everybody who is signed in may read the law."""

from __future__ import annotations

from hengjian.apps.accounts.models import Role
from hengjian.apps.accounts.rights import Permission, declare

VIEW = Permission("rulebook.view", "查看规则库", frozenset(Role), "everywhere")

declare(VIEW)
