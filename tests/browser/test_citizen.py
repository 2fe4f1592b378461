"""A citizen without an account finds an institution and its result, and verifies a draw in the browser."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import START_SECONDS, Started, _answers, _free_port
from tests.paths import REPO

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Started, dict[str, str]]]:
    """`./start --no-demo` in a folder of its own, with a county's public things."""
    home = tmp_path_factory.mktemp("portal-installation")
    port, log = _free_port(), home / "start.log"
    without = {"DATABASE_URL", "PYTEST_VERSION", "DJANGO_SETTINGS_MODULE"}
    env = {key: value for key, value in os.environ.items() if key not in without} | {"HENGJIAN_HOME": str(home)}
    words = [str(REPO / "start"), "--no-demo", "--port", str(port)]
    with log.open("wb") as stream:
        process = subprocess.Popen(words, cwd=REPO, env=env, stdout=stream, stderr=subprocess.STDOUT)
    address = f"http://localhost:{port}"
    deadline = time.monotonic() + START_SECONDS
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(log.read_text(encoding="utf-8"))
        time.sleep(0.3)
    filling = [sys.executable, "-m", "tests.browser.portal_world"]
    filled = subprocess.run(filling, cwd=REPO, env=env, capture_output=True, text=True, check=False)
    assert filled.returncode == 0, filled.stderr
    yield Started(address, home, log), json.loads(filled.stdout)
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0


@pytest.fixture(params=[1440, 390])
def visitor(request: pytest.FixtureRequest, chromium: Browser, town: tuple[Started, dict[str, str]]) -> Iterator[Page]:
    """A window without a session; a blocked script, an outside request or a server error fails the test."""
    context = chromium.new_context(viewport={"width": request.param, "height": 844}, locale="zh-CN")
    page, troubles, address = context.new_page(), [], town[0].address
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("console", lambda line: troubles.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("request", lambda r: None if r.url.startswith((address, "blob:")) else troubles.append(f"outside: {r.url}"))
    page.on("response", lambda r: troubles.append(f"{r.status} {r.url}") if r.status >= 500 else None)
    yield page
    context.close()
    assert troubles == []


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_citizen_finds_an_institution_and_its_result(visitor, town):
    started, names = town
    visitor.goto(f"{started.address}/sign-in/")
    visitor.get_by_role("link", name="公示与查询").click()
    visitor.get_by_label("机构名称、统一社会信用代码或者证书编号").fill(names["result"])
    visitor.get_by_role("button", name="查询").click()
    visitor.get_by_role("link", name=names["result"]).click()
    expect(visitor.get_by_role("heading", level=1)).to_contain_text(names["result"])
    assert fits(visitor)
    visitor.get_by_role("link", name="发现问题已责令改正").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text(f"{names['result']}：发现问题已责令改正")
    assert fits(visitor)


def test_a_citizen_verifies_a_draw_in_the_browser_and_sees_an_altered_bundle_fail(visitor, town, tmp_path):
    started, names = town
    visitor.goto(f"{started.address}/public/draws/{names['draw']}/")
    assert fits(visitor)
    with visitor.expect_download() as waiting:
        visitor.get_by_role("link", name="下载证明包").click()
    packed = tmp_path / "proof.zip"
    waiting.value.save_as(packed)
    visitor.get_by_role("link", name="自己验证").click()
    visitor.locator("#srd1-files").set_input_files(packed)
    expect(visitor.locator("#srd1-verdict")).to_contain_text("全部一致")
    expect(visitor.locator("#srd1-facts")).to_contain_text(names["commit"])
    assert fits(visitor)
    visitor.locator("#srd1-id").fill(names["uscc"])
    visitor.locator("#srd1-form button").click()
    expect(visitor.locator("#srd1-unit")).to_contain_text(names["ticket"][:8])
    visitor.locator("#srd1-files").set_input_files(altered(packed, tmp_path))
    expect(visitor.locator("#srd1-verdict")).not_to_contain_text("全部一致")


def altered(packed: Path, folder: Path) -> list[Path]:
    """The unpacked files with one weight raised by one."""
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
        names = [folder / name for name in archive.namelist() if name.endswith((".json", ".tsv"))]
    roster = next(one for one in names if one.name == "roster.tsv")
    roster.write_bytes(roster.read_bytes().replace(b"\t1\n", b"\t2\n", 1))
    wanted = ("commit.json", "roster.tsv", "inspectors.json", "coi.json", "reveal.json", "result.json")
    return [one for one in names if one.name in wanted]


def test_a_citizen_looks_an_institution_up_and_learns_nothing_of_a_sealed_draw(visitor, town):
    started, names = town
    visitor.goto(f"{started.address}/public/draws/{names['draw']}/find/")
    visitor.get_by_label("统一社会信用代码，或者名称中的字").fill(names["uscc"])
    visitor.get_by_role("button", name="查", exact=True).click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text(names["name"])
    expect(visitor.get_by_text("抽中。")).to_be_visible()
    assert fits(visitor)
    visitor.goto(f"{started.address}/public/draws/{names['sealed']}/find/?code={names['uscc']}")
    expect(visitor.get_by_text("这次抽查的证明还没有公开")).to_be_visible()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("我的机构在名录里吗，机会有多大")
