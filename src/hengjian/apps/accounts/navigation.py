"""What accounts adds to the shell: its pages, and the function that answers which pages a person may open."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from hengjian.apps.accounts.rights import may
from hengjian.ui import navigation
from hengjian.ui.navigation import Item


def holds(user: Any, code: str) -> bool:
    """Whether any posting of today carries the permission."""
    return may(user, code, on=timezone.localdate()) is not None


def register_places() -> None:
    """Register the links of the system group and the account's fixed places."""
    navigation.use_rights(holds)
    navigation.place("sign_in", "accounts:sign_in")
    navigation.place("sign_out", "accounts:sign_out")
    navigation.place("account", "accounts:account")
    navigation.register(
        Item("system", "机关", "accounts:organs", permission="organ.view", order=10),
        Item("system", "人员与任职", "accounts:people", permission="organ.view", order=20),
        Item("system", "专家", "accounts:experts", permission="organ.view", order=30),
        Item("system", "权限", "accounts:rights", permission="organ.view", order=40),
        Item("system", "事件链", "accounts:events", permission="record.view", order=50),
    )
