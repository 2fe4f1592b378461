"""Two officers on 390 px: the network is cut, the browser killed, a colleague writes the same; nothing is lost."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.conftest import CHROMIUM, FLAGS, START_SECONDS, Started, _answers, _free_port
from tests.paths import REPO

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
JPEG = b"\xff\xd8\xff\xe0" + b"picture of a nameplate" * 400
PATH = "/inspections/phone/"
SHOTS = os.environ.get("HENGJIAN_SHOTS", "")
"""A folder where the pages are photographed on the way, for whoever wants to look."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Started, dict[str, Any]]]:
    """`./start --no-demo` in a folder of its own, with a county, two officers and six tasks."""
    home = tmp_path_factory.mktemp("phone-installation")
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
    filled = subprocess.run(
        [sys.executable, "-m", "tests.browser.phone_world"],
        cwd=REPO,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    yield Started(address, home, log), json.loads(filled.stdout)
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0


class Handset:
    """One phone: a browser with its own lasting profile, which can be killed and taken up again."""

    def __init__(self, playwright: Playwright, folder: Path, started: Started, names: dict[str, Any]) -> None:
        self.playwright, self.folder, self.started, self.names = playwright, folder, started, names
        self.context: BrowserContext | None = None

    def take_up(self, *, offline: bool = False) -> Page:
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport=PHONE,
            locale="zh-CN",
            device_scale_factor=2,
        )
        self.context.set_default_timeout(12_000)
        self.context.set_offline(offline)
        self.page = self.context.pages[0]
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("response", lambda r: self.troubles.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        return self.page

    def kill(self) -> None:
        """SIGKILL to this very browser: nothing gets a chance to tidy up."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            mine = f"--user-data-dir={self.folder}".encode() in words
            if mine and not any(word.startswith(b"--type=") for word in words):
                os.kill(int(entry.name), signal.SIGKILL)
        time.sleep(1)
        (self.folder / "SingletonLock").unlink(missing_ok=True)

    def put_away(self) -> None:
        if self.context:
            self.context.close()
        assert self.troubles == []

    def offline(self, value: bool) -> None:
        assert self.context
        self.context.set_offline(value)

    def sign_in(self, who: str) -> None:
        self.page.goto(f"{self.started.address}/sign-in/?next={PATH}")
        self.page.get_by_label("用户名").fill(self.names[who])
        self.page.get_by_label("密码").fill(self.names["password"])
        self.page.get_by_role("button", name="登录").click()
        self.ready()

    def ready(self) -> None:
        """The worker holds the shell and the tasks lie on the phone."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("现场检查", timeout=20_000)
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        expect(self.badge).to_contain_text("已同步", timeout=20_000)

    def open(self, route: str = "") -> None:
        self.page.goto(f"{self.started.address}{PATH}#/{route}")

    @property
    def badge(self) -> Any:
        return self.page.locator("[data-badge]")

    def shot(self, name: str) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, name
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)

    def enter_and_begin(self, task: str) -> None:
        page = self.page
        page.get_by_role("link", name="扫码入企").click()
        self.shot("enter")
        page.get_by_label("机构代码或检查编号").fill(task)
        page.get_by_label(re.compile("^同时为")).check()
        page.get_by_label(re.compile("^说明")).fill("同行，对方手机没电")
        page.get_by_role("button", name="登记入企").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("亮证", timeout=15_000)
        page.get_by_label("两名执法人员已出示执法证件").check()
        page.get_by_label("已告知当事人有权申请回避").check()
        page.get_by_label("现场陪同人员").fill("毕清和")
        self.shot("begin")
        page.get_by_role("button", name="开始检查").click()
        expect(page.get_by_role("link", name="从第一项开始")).to_be_visible()

    def answer(self, label: str, note: str = "") -> None:
        self.page.locator(".seg").get_by_text(label, exact=True).click()
        if note:
            self.page.get_by_label("现场看到").fill(note)

    def save(self) -> None:
        self.page.get_by_role("button", name=re.compile("^存本机")).click()


@pytest.fixture
def handset(playwright: Playwright, bare: Any, tmp_path: Path) -> Iterator[Callable[[str], Handset]]:
    made: list[Handset] = []

    def make(name: str) -> Handset:
        made.append(Handset(playwright, tmp_path / name, *bare))
        made[-1].take_up()
        return made[-1]

    yield make
    for one in made:
        one.put_away()


def rows(started: Started, sql: str, *values: Any) -> list[Any]:
    """What the installation's database says."""
    base = sqlite3.connect(f"file:{started.home}/hengjian.sqlite3?mode=ro", uri=True)
    try:
        return base.execute(sql, values).fetchall()
    finally:
        base.close()


def until(true: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for something that no page tells."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def photo(handset: Handset, content: bytes = JPEG) -> None:
    taken = handset.folder.parent / "nameplate.jpg"
    taken.write_bytes(content)
    with handset.page.expect_file_chooser() as chooser:
        handset.page.get_by_text("拍照", exact=True).click()
    chooser.value.set_files(taken)


def test_two_officers_inspect_through_a_broken_connection_and_a_killed_browser(handset: Any, bare: Any) -> None:
    started, names = bare
    task = names["tasks"][0]
    lead, member = handset("lead"), handset("member")
    lead.sign_in("lead")
    member.sign_in("member")
    lead.shot("list")
    # the network goes: the page opens from the phone, the visit is written there
    lead.offline(True)
    lead.page.reload()
    lead.page.get_by_role("link", name=re.compile(names["lab"])).click()
    lead.shot("task")
    lead.enter_and_begin(task)
    expect(lead.badge).to_contain_text("离线 · 3")
    lead.open(f"t/{task}/i/CK-D2")
    lead.answer("不符合", "3月1日检定到期，使用记录显示每日在用")
    lead.page.get_by_label("对应情形").select_option("SUP-14.2")
    lead.page.get_by_label("行为发生日").fill("2026-09-02")
    lead.page.get_by_label("无法复核").check()
    lead.page.get_by_label("整改期限").fill("2027-12-25")
    photo(lead)
    expect(lead.page.get_by_text("待传", exact=True)).to_be_visible()
    lead.shot("item")
    lead.save()
    expect(lead.badge).to_contain_text("离线 · 6")
    # half a sentence is being typed when the browser dies
    lead.answer("符合", "证书出厂编号与铭牌一致，正在")
    lead.page.wait_for_timeout(600)
    lead.kill()
    lead.take_up(offline=True)
    lead.open(f"t/{task}/i/CK-D3")
    expect(lead.page.get_by_label("现场看到")).to_have_value("证书出厂编号与铭牌一致，正在", timeout=15_000)
    expect(lead.badge).to_contain_text("离线 · 6")
    lead.save()
    # the session is over (whether a killed browser still has its cookie is chance): signing in again is all it takes
    assert lead.context
    lead.context.clear_cookies()
    lead.offline(False)
    expect(lead.badge).to_contain_text("须登录 · 7", timeout=30_000)
    lead.sign_in("lead")
    # the colleague writes the same item differently, without a connection too
    assert rows(started, "select count(*) from inspections_attachment where kind = 'photo'") == [(1,)]
    member.page.reload()
    member.ready()
    member.open(f"t/{task}/i/CK-A1")
    expect(member.page.get_by_role("heading", name="资质认定证书")).to_be_visible()
    member.offline(True)
    member.answer("不符合", "证书复印件缺第 3 页")
    member.page.get_by_label("登记为问题").uncheck()
    member.save()
    expect(member.badge).to_contain_text("离线 · 1")
    lead.open(f"t/{task}/i/CK-A1")
    lead.answer("符合", "原件齐全")
    lead.save()
    # the badge said so before the line was written too: only the server knows that it has come first
    until(lambda: rows(started, "select 1 from inspections_checkanswer where item_id = 'CK-A1'"))
    member.offline(False)
    expect(member.badge).to_contain_text("有冲突 · 1", timeout=30_000)
    member.badge.click()
    expect(member.page.get_by_text("证书复印件缺第 3 页")).to_be_visible()
    expect(member.page.get_by_text("原件齐全")).to_be_visible()
    member.shot("conflict")
    member.page.get_by_label("理由").fill("两人共同看了原件，齐全")
    member.page.get_by_role("button", name="取沈砚秋的").click()
    expect(member.badge).to_contain_text("已同步", timeout=30_000)
    assert rows(started, "select answer, note from inspections_checkanswer where item_id = 'CK-A1'") == [
        ("ok", "原件齐全")
    ]
    kept = rows(started, "select state, payload from inspections_phoneentry where subject = 'CK-A1' order by id")
    assert [state for state, _ in kept] == ["accepted", "set_aside"]
    assert "缺第 3 页" in json.loads(kept[1][1])["note"]
    # record, signature, end
    lead.open("")
    lead.page.get_by_role("button", name="立即同步").click()
    expect(lead.badge).to_contain_text("已同步", timeout=30_000)
    lead.open(f"t/{task}/record")
    lead.page.get_by_label("被检查人陈述").fill("无")
    pad = lead.page.get_by_role("img", name="当事人签名")
    pad.evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = pad.bounding_box()
    assert box
    lead.page.mouse.move(box["x"] + 30, box["y"] + 40)
    lead.page.mouse.down()
    lead.page.mouse.move(box["x"] + 200, box["y"] + 90, steps=6)
    lead.page.mouse.up()
    lead.shot("record")
    lead.page.get_by_role("button", name="存本机，闭合笔录").click()
    expect(lead.page.get_by_text("笔录已闭合").first).to_be_visible(timeout=30_000)
    expect(lead.badge).to_contain_text("已同步", timeout=30_000)
    lead.shot("closed")
    assert rows(started, "select state from inspections_inspection where number = ?", task) == [("record_closed",)]
    assert rows(started, "select count(*) from inspections_finding") == [(1,)]
    assert rows(started, "select kind from inspections_attachment order by id") == [("photo",), ("signature",)]


def test_another_person_on_the_same_phone_sees_nothing_of_the_first_and_nothing_is_lost(
    handset: Any, bare: Any
) -> None:
    started, names = bare
    task = names["tasks"][1]
    phone = handset("shared")
    phone.sign_in("lead")
    phone.open(f"t/{task}")
    phone.enter_and_begin(task)
    expect(phone.badge).to_contain_text("已同步", timeout=30_000)
    phone.offline(True)
    phone.open(f"t/{task}/i/CK-A1")
    phone.answer("符合", "只有沈砚秋看得到")
    phone.save()
    expect(phone.badge).to_contain_text("离线 · 1")
    # without a connection nobody can sign out; with one the page warns of what is not sent
    said: list[str] = []
    phone.page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    phone.open("")
    phone.page.get_by_role("button", name="退出登录").click()
    deadline = time.monotonic() + 15
    while len(said) < 2 and time.monotonic() < deadline:
        phone.page.wait_for_timeout(100)
    expect(phone.badge).to_contain_text("离线 · 1")
    assert said[0].startswith("还有 1 项没有上传。退出后它们加密留在这部手机里")
    assert said[1].startswith("没有网络，现在不能退出登录。")
    assert phone.context
    phone.context.clear_cookies()
    phone.offline(False)
    phone.sign_in("member")
    expect(phone.page.get_by_text("应见山").first).to_be_visible()
    phone.open(f"t/{task}/i/CK-A1")
    expect(phone.page.get_by_label("现场看到")).to_have_value("")
    lying = phone.page.evaluate(
        """async () => {
        let text = "";
        for (const { name } of await indexedDB.databases()) {
            const base = await new Promise((go) => { const r = indexedDB.open(name); r.onsuccess = () => go(r.result); });
            for (const store of base.objectStoreNames) {
                const all = await new Promise((go) => { const r = base.transaction(store).objectStore(store).getAll(); r.onsuccess = () => go(r.result); });
                text += JSON.stringify(all, (key, value) => value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value);
            }
            base.close();
        }
        return text;
        }"""  # noqa: E501
    )
    assert "CK-A1" not in lying
    assert "只有沈砚秋看得到" not in lying
    assert rows(started, "select count(*) from inspections_checkanswer where note = '只有沈砚秋看得到'") == [(0,)]
    phone.context.clear_cookies()
    phone.sign_in("lead")
    assert rows(started, "select count(*) from inspections_checkanswer where note = '只有沈砚秋看得到'") == [(1,)]


def test_an_expired_session_asks_to_sign_in_again_and_loses_nothing(handset: Any, bare: Any) -> None:
    started, names = bare
    task = names["tasks"][2]
    phone = handset("expired")
    phone.sign_in("lead")
    phone.open(f"t/{task}")
    phone.enter_and_begin(task)
    expect(phone.badge).to_contain_text("已同步", timeout=30_000)
    assert phone.context
    phone.context.clear_cookies()
    phone.open(f"t/{task}/i/CK-A2")
    phone.answer("符合", "会话过期时写的")
    phone.save()
    expect(phone.badge).to_contain_text("须登录 · 1", timeout=15_000)
    expect(phone.page.get_by_text("手机上的内容都还在")).to_be_visible()
    phone.shot("expired")
    phone.page.get_by_role("link", name="重新登录").click()
    phone.page.get_by_label("用户名").fill(names["lead"])
    phone.page.get_by_label("密码").fill(names["password"])
    phone.page.get_by_role("button", name="登录").click()
    expect(phone.badge).to_contain_text("已同步", timeout=30_000)
    assert rows(started, "select count(*) from inspections_checkanswer where note = '会话过期时写的'") == [(1,)]


def test_a_photo_of_forty_megabytes_is_told_before_it_is_kept(handset: Any, bare: Any) -> None:
    _, names = bare
    phone = handset("photo")
    phone.sign_in("lead")
    phone.open(f"t/{names['tasks'][3]}/i/CK-A1")
    photo(phone, JPEG + b"\0" * (40 * 1024 * 1024))
    expect(phone.page.get_by_text("照片“nameplate.jpg”有 40.0 MB，超过 20 MB，没有收下。")).to_be_visible(
        timeout=15_000
    )
    phone.shot("large")
    expect(phone.page.locator("figure")).to_have_count(0)


def test_an_officer_moved_meanwhile_finds_the_entries_with_the_chief(handset: Any, bare: Any) -> None:
    started, names = bare
    task = names["tasks"][4]
    phone = handset("moved")
    phone.sign_in("lead")
    phone.open(f"t/{task}")
    phone.enter_and_begin(task)
    expect(phone.badge).to_contain_text("已同步", timeout=30_000)
    phone.offline(True)
    phone.open(f"t/{task}/i/CK-A1")
    phone.answer("符合", "调离以前看到的")
    phone.save()
    replace_lead(started, task)
    phone.offline(False)
    expect(phone.badge).to_contain_text("已同步", timeout=30_000)
    phone.badge.click()
    expect(phone.page.get_by_text("已交科长认领").first).to_be_visible()
    expect(phone.page.get_by_text("没有丢").first).to_be_visible()
    phone.shot("held")
    chief = handset("chief")
    chief.page.goto(f"{started.address}/sign-in/?next=/inspections/held/")
    chief.page.get_by_label("用户名").fill(names["chief"])
    chief.page.get_by_label("密码").fill(names["password"])
    chief.page.get_by_role("button", name="登录").click()
    chief.shot("held-list")
    chief.page.locator("tbody th a").first.click()
    expect(chief.page.get_by_text("调离以前看到的")).to_be_visible()
    chief.shot("held-entry")
    chief.page.get_by_label("理由").fill("已与沈砚秋核对")
    chief.page.get_by_role("button", name="认领，以填写人名义写入").click()
    expect(chief.page.get_by_text("已记录")).to_be_visible()
    assert rows(started, "select count(*) from inspections_checkanswer where note = '调离以前看到的'") == [(1,)]


def replace_lead(started: Started, task: str) -> None:
    """Another officer takes the lead's place on the task, as a chief would have it done."""
    base = sqlite3.connect(started.home / "hengjian.sqlite3", timeout=20)
    with base:
        other = "(select user_id from accounts_posting where enforcement_no = 'Z-C')"
        base.execute(f"update inspections_inspection set lead_id = {other} where number = ?", (task,))
    base.close()


def test_over_plain_http_from_elsewhere_the_page_says_that_offline_entry_is_off(
    playwright: Playwright, bare: Any
) -> None:
    started, names = bare
    port = started.address.rpartition(":")[2]
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*FLAGS, "--host-resolver-rules=MAP officer.example 127.0.0.1"]
    )
    page = browser.new_page(viewport=PHONE)
    page.goto(f"http://officer.example:{port}/sign-in/?next={PATH}")
    page.get_by_label("用户名").fill(names["lead"])
    page.get_by_label("密码").fill(names["password"])
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("离线填写已关闭。")).to_be_visible()
    assert page.evaluate("window.isSecureContext") is False
    browser.close()
