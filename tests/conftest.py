"""What several folders of tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Playwright, sync_playwright
from pytest_django.plugin import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from tests.databases import copied_into

IN_THE_DEMO_CITY = ("test_case_path.py", "test_newcomer_path.py", "test_random_check_path.py")
"""Browser tests of the installation that `./start` makes with its demonstration; it is made once, in one room."""


class TwoRooms(LoadScopeScheduling):
    """Of two workers one has the demonstration, the other everything else."""

    def _split_scope(self, nodeid: str) -> str:
        return "demo" if nodeid.partition("::")[0].endswith(IN_THE_DEMO_CITY) else "no demo"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """`--dist loadgroup` asks for the two rooms (its own marks do nothing under this pytest)."""
    return TwoRooms(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all modules: a second one in the same thread is refused."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test database starts as a copy of one migrated template."""
    with django_db_blocker.unblock():  # PostgreSQL is asked for the template before any test holds a database
        kept = copied_into(connection)
    yield
    for held in kept or ():
        held.close()
