"""The demo city behind a server whose clock a test sets forward, and the people who sign in to it."""

from __future__ import annotations

import os
import sqlite3
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from hengjian.project.demo import PASSWORD

SHOTS = os.environ.get("HENGJIAN_SHOTS", "")
BEIJING = timezone(timedelta(hours=8))


@dataclass
class City:
    """The demo city behind a server whose clock the test moves."""

    address: str
    home: Path
    offset: Path
    browser: Browser

    def now(self) -> datetime:
        """What the server takes for now, in Beijing's time."""
        return datetime.fromtimestamp(time.time() + float(self.offset.read_text()), BEIJING)

    def forward(self, **by: float) -> None:
        """Set the clock forward; everybody's session may end by it."""
        self.offset.write_text(str(float(self.offset.read_text()) + timedelta(**by).total_seconds()))

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """What the database says."""
        base = sqlite3.connect(f"file:{self.home}/hengjian.sqlite3?mode=ro", uri=True)
        try:
            return base.execute(sql, values).fetchall()
        finally:
            base.close()

    def person(self, username: str, *, width: int = 1440) -> Page:
        """Somebody signed in, in a browser of their own."""
        page = self.visitor(width=width)
        page.goto(f"{self.address}/sign-in/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    def visitor(self, *, width: int = 1440) -> Page:
        """Somebody who is not signed in."""
        context: BrowserContext = self.browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN")
        context.set_default_timeout(20_000)
        return context.new_page()


def shot(page: Page, name: str) -> None:
    """No page may scroll sideways; a picture of it where somebody asked for pictures."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, name
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
