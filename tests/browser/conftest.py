"""A real installation, started by the first command in a folder of its own, and a real Chromium."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from hengjian.project.demo import PASSWORD
from tests.browser.city import City
from tests.paths import REPO

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
START_SECONDS = 480
DEMO_REPORTS = 6_000


@dataclass(frozen=True)
class Started:
    """A running installation: its address, home folder and what the start printed."""

    address: str
    home: Path
    log: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/alive", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """`./start` with a small demo city; stopped by the signal that Ctrl+C sends, and both processes must be gone."""
    home = tmp_path_factory.mktemp("installation")
    port, log = _free_port(), home / "start.log"
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "PYTEST_VERSION", "DJANGO_SETTINGS_MODULE"}}
    env["HENGJIAN_HOME"] = str(home)
    words = [str(REPO / "start"), "--port", str(port), "--demo-reports", str(DEMO_REPORTS)]
    with log.open("wb") as stream:
        process = subprocess.Popen(words, cwd=REPO, env=env, stdout=stream, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(log.read_text(encoding="utf-8"))
        time.sleep(0.3)
    yield Started(address, home, log)
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0
    assert not _answers(address)
    assert "已停止。" in log.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Browser, started: Started) -> Iterator[Page]:
    """A fresh Chinese browser window at desk width; errors in its console or outside requests fail the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    opened, troubles = context.new_page(), []
    opened.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    opened.on("request", lambda r: None if r.url.startswith(started.address) else troubles.append(f"outside: {r.url}"))
    opened.on("response", lambda r: troubles.append(f"{r.status} {r.url}") if r.status >= 500 else None)
    yield opened
    context.close()
    assert troubles == []


@pytest.fixture(scope="module")
def city(started: Started, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A second server beside the first on the same installation, as its own clock has it."""
    offset = tmp_path_factory.mktemp("clock") / "seconds"
    offset.write_text("0")
    port = _free_port()
    env = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    words = [sys.executable, "-m", "tests.browser.clocked", str(port), str(offset)]
    process = subprocess.Popen(words, cwd=REPO, env=env | {"HENGJIAN_HOME": str(started.home)})
    address = f"http://localhost:{port}"
    deadline = time.monotonic() + 60
    while not _answers(address):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.3)
    yield City(address, started.home, offset, chromium)
    process.terminate()
    process.wait(20)


def sign_in(page: Page, started: Started, username: str) -> None:
    """Sign in through the page, as a person does."""
    page.goto(f"{started.address}/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{started.address}/")
