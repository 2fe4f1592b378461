"""A newcomer's first hour: sign in, import the real table, screen, judge an alert, read a dossier, verify the chain."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Started, sign_in
from tests.paths import REPO, SHARED

pytestmark = pytest.mark.browser

LEDGER = SHARED / "data" / "food_cn" / "cqn_unqualified_2019_with_header.csv"
MAPPING = REPO / "src" / "hengjian" / "engines" / "tables" / "mappings" / "food-unqualified-2019.json"
PHONE = {"width": 390, "height": 844}
PAGES = (
    "/",
    "/institutions/",
    "/alerts/",
    "/runs/",
    "/runs/risk/",
    "/intake/",
    "/intake/new/",
    "/rulebook/",
    "/account/",
)


def _wait_for(page: Page, heading: str, *, seconds: int = 120) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(heading), timeout=seconds * 1000)


def test_the_first_start_prints_the_address_and_the_accounts(started: Started) -> None:
    deadline = time.monotonic() + 20
    while "演示账号" not in (said := started.log.read_text(encoding="utf-8")) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert started.address.replace("127.0.0.1", "localhost") in said
    assert "qingtong.analyst" in said and "Hengjian-2026" in said


def test_a_wrong_password_is_answered_with_a_sentence_and_keeps_the_name(page: Page, started: Started) -> None:
    page.goto(f"{started.address}/alerts/")
    page.get_by_label("用户名").fill("wanglan.analyst")
    page.get_by_label("密码").fill("not-the-password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    expect(page.get_by_label("用户名")).to_have_value("wanglan.analyst")


@pytest.mark.skipif(not LEDGER.exists(), reason="the real ledger is not beside this checkout")
def test_the_real_ledger_comes_in_and_its_columns_are_remembered(page: Page, started: Started) -> None:
    sign_in(page, started, "qingtong.analyst")
    page.goto(f"{started.address}/intake/new/")
    page.get_by_label("台账文件").set_input_files(LEDGER)
    page.locator("input[name=mapping]").set_input_files(MAPPING)
    page.get_by_role("button", name="交来并试运行").click()
    _wait_for(page, "行可以收下")
    expect(page.get_by_text("上标丢失").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^收下")).click()
    _wait_for(page, "已收下")
    page.goto(f"{started.address}/intake/new/")
    page.get_by_label("台账文件").set_input_files(LEDGER)
    page.get_by_role("button", name="交来并试运行").click()
    expect(page.get_by_text(re.compile("同一份文件|同样的文件|交过")).first).to_be_visible()


def test_screening_runs_in_the_background_and_shows_what_it_found(page: Page, started: Started) -> None:
    sign_in(page, started, "qingtong.analyst")
    page.goto(f"{started.address}/runs/start/")
    page.get_by_role("button", name="启动筛查").click()
    _wait_for(page, "检测器")
    expect(page.get_by_text("已完成").first).to_be_visible(timeout=120_000)
    expect(page.get_by_role("table").first).to_contain_text("A6")


def test_an_alert_is_judged_and_its_judgement_stands_in_the_history(page: Page, started: Started) -> None:
    for county in ("qingtong", "linxi", "baishi", "gaoxin", "wanglan"):
        page.context.clear_cookies()
        sign_in(page, started, f"{county}.analyst")
        page.goto(f"{started.address}/alerts/?sort=-risk")
        if page.locator("tbody th a").count():
            break
    page.locator("tbody th a").first.click()
    expect(page.get_by_text("这是线索，不是认定").first).to_be_visible()
    page.get_by_label("确认待跟进").check()
    page.get_by_label("理由").fill("原始记录与仪器日志不符，列入下月现场核查。")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("确认待跟进").first).to_be_visible()
    expect(page.get_by_text("列入下月现场核查").first).to_be_visible()


def test_the_dossier_opens_from_the_search_and_has_everything_on_one_page(page: Page, started: Started) -> None:
    sign_in(page, started, "chengchuan.analyst")
    page.goto(f"{started.address}/runs/risk/")
    name = page.locator("tbody th a").first.inner_text()
    page.get_by_label("查机构、报告编号、人员").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    for section in ("概况", "风险", "资质认定证书", "仪器与检定", "时间线"):
        expect(page.get_by_role("heading", name=re.compile(section)).first).to_be_visible()


def test_the_chain_is_verified_over_the_page(page: Page, started: Started) -> None:
    sign_in(page, started, "chengchuan.supervisor")
    page.goto(f"{started.address}/record/chain/")
    page.get_by_role("button", name="校验事件链").click()
    expect(page.get_by_text(re.compile("完整")).first).to_be_visible(timeout=60_000)


def test_no_page_of_the_first_hour_scrolls_sideways_on_a_phone(page: Page, started: Started) -> None:
    sign_in(page, started, "qingtong.analyst")
    page.set_viewport_size(PHONE)
    for path in PAGES:
        page.goto(f"{started.address}{path}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
