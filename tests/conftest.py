"""What several folders of tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for all modules: a second one in the same thread is refused."""
    with sync_playwright() as started:
        yield started
