from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from hengjian.apps.accounts.models import Role
from hengjian.apps.clocks.services import start_clock
from tests.apps.factories import make_actor, make_institution, make_tree, make_user

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)


class World:
    """A county with a chief, an officer, an administrator, and laboratories whose clocks run."""

    def __init__(self) -> None:
        self.tree = make_tree()
        self.chief = make_user(self.tree.county, Role.SECTION_CHIEF, name="科长")
        self.officer = make_user(self.tree.county, Role.OFFICER, name="执法员")
        self.admin = make_user(self.tree.county, Role.SYSADMIN, name="管理员")
        self.actor = make_actor(self.chief)
        self.lab = make_institution(self.tree.county)

    def start(self, rule_id: str, start: Any, *, thing: Any = None, now: datetime = NOW, **more: Any) -> Any:
        return start_clock(
            rule_id=rule_id,
            thing=thing or self.lab,
            organ=more.pop("organ", self.tree.county),
            start=start,
            label=more.pop("label", "核查线索：青石检测"),
            actor=self.actor,
            now=now,
            **more,
        )


@pytest.fixture
def world(db: Any) -> World:
    return World()
