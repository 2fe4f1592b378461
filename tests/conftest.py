"""What several folders of tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import Playwright, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from tests.databases import copied_into


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
