"""A chief commits, draws and publishes; a citizen verifies; two officers inspect offline; a problem is struck off.

All of it in Chromium in the demo city that `./start` made, with a clock that is set forward between the commitment and
the drawing of the lottery numbers.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from hengjian.apps.draws.lotteries import issue_from, issues_from
from hengjian.project.demo import PASSWORD
from tests.browser.city import BEIJING, City, shot
from tests.browser.conftest import Started
from tests.browser.test_phone import Handset

pytestmark = pytest.mark.browser

KINDS = ("ssq", "kl8")
NUMBERS = ("03 09 14 18 26 31 + 07", "1 4 9 13 17 20 22 28 31 36 40 44 47 51 55 60 66 70 75 79")
JPEG = b"\xff\xd8\xff\xe0" + b"corrected label" * 400
HOURS_TO_THE_NUMBERS = 4


def moment(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def commit(city: City, chief: Page) -> datetime:
    """Project, freeze and commit the waiting batch; when the named numbers come out."""
    chief.goto(f"{city.address}/draws/")
    chief.get_by_role("link", name="第 2 批", exact=True).click()
    chief.get_by_label("公开模式").check()
    chief.get_by_label("计划检查起").fill(f"{city.now() + timedelta(days=2):%Y-%m-%d}")
    chief.get_by_label("计划检查止").fill(f"{city.now() + timedelta(days=14):%Y-%m-%d}")
    chief.get_by_role("button", name="立项并编制名录").click()
    chief.get_by_role("button", name="冻结名录").click()
    expect(chief.get_by_text("名录和人员已冻结。")).to_be_visible()
    chief.get_by_role("link", name="公布承诺").first.click()
    at = city.now().replace(second=0, microsecond=0) + timedelta(hours=HOURS_TO_THE_NUMBERS)
    for place, kind in enumerate(KINDS):
        issue, fallback = issues_from(kind, at, at + timedelta(days=2))
        chief.locator(f"[name=form-{place}-kind]").select_option(kind)
        chief.locator(f"[name=form-{place}-issue]").fill(issue)
        chief.locator(f"[name=form-{place}-drawn_at]").fill(moment(at))
        chief.locator(f"[name=form-{place}-fallback_issue]").fill(fallback)
        chief.locator(f"[name=form-{place}-fallback_at]").fill(moment(at + timedelta(days=2)))
    chief.get_by_label("熵的截止时间").fill(moment(at + timedelta(hours=20)))
    chief.get_by_role("button", name="公布承诺").click()
    expect(chief.get_by_text("承诺已公布。")).to_be_visible()
    return at


def type_numbers(page: Page, url: str, at: datetime, button: str) -> None:
    page.goto(f"{url}entropy/")
    for place, (kind, numbers) in enumerate(zip(KINDS, NUMBERS, strict=True)):
        issue = issue_from(kind, at)
        page.locator(f"[name=s{place}-issue]").fill(issue)
        page.locator(f"[name=s{place}-published_at]").fill(moment(at))
        page.locator(f"[name=s{place}-values]").fill(numbers)
        page.locator(f"[name=s{place}-evidence]").fill("开奖公告")
    page.get_by_role("button", name=button, exact=True).click()


def draw(city: City) -> tuple[str, Page]:
    """From the plan to the published proof; the draw's number and the chief's page."""
    chief = city.person("qingtong.section_chief")
    at = commit(city, chief)
    url = chief.url
    number = url.rstrip("/").rsplit("/", 1)[1]
    # numbers of before the announcement are refused, however right they look
    type_numbers(chief, url, at, "录入")
    expect(chief.get_by_role("alert")).to_be_visible()
    commitment = city.visitor()
    commitment.goto(f"{city.address}/public/draws/{number}/")
    expect(commitment.get_by_text(city.rows("select commit_sha256 from draws_draw where number = ?", number)[0][0][:8]))
    city.forward(hours=HOURS_TO_THE_NUMBERS + 1)
    chief = city.person("qingtong.section_chief")
    type_numbers(chief, url, at, "录入")
    expect(chief.get_by_text("已录入。请另一人独立再录一遍。")).to_be_visible()
    type_numbers(city.person("qingtong.legal_reviewer"), url, at, "核对")
    chief.goto(url)
    chief.get_by_role("button", name="抽取", exact=True).click()
    chief.get_by_role("button", name="公开证明").click()
    expect(chief.get_by_text("证明已公开，任何人可以复算。")).to_be_visible()
    shot(chief, "draw")
    return number, chief


def verify(city: City, number: str, folder: Path) -> None:
    """A citizen takes the bundle and checks it, with the script and in the browser."""
    citizen = city.visitor(width=390)
    citizen.goto(f"{city.address}/public/draws/{number}/")
    shot(citizen, "public-draw")
    with citizen.expect_download() as download:
        citizen.get_by_role("link", name=re.compile("证明包")).first.click()
    bundle = folder / "proof.zip"
    download.value.save_as(bundle)
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder / "proof")
    script = next((folder / "proof").rglob("verify_srd1.py"))
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(script.parent)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    roster = script.parent / "roster.tsv"
    roster.write_bytes(roster.read_bytes().replace(b"\t1\n", b"\t2\n", 1))
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(script.parent)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    citizen.goto(f"{city.address}/public/verify/")
    citizen.locator("input[type=file]").first.set_input_files(bundle)
    expect(citizen.locator("body")).to_contain_text(re.compile("全部(相符|一致|通过)"), timeout=60_000)
    shot(citizen, "public-verify")
    chosen = json.loads((script.parent / "result.json").read_text(encoding="utf-8"))["target_order"][0]
    citizen.goto(f"{city.address}/public/draws/{number}/find.json?code={chosen}")
    assert chosen in citizen.content()


def test_a_draw_is_made_verified_inspected_and_its_problem_struck_off(
    city: City, playwright: Playwright, tmp_path: Path
) -> None:
    before = city.rows("select count(*) from plans_visit where state = 'done'")[0][0]
    number, chief = draw(city)
    verify(city, number, tmp_path)
    task = send_officers(city, chief, number)
    inspect(city, task, playwright, tmp_path)
    publish(city, task)
    strike_off(city, task)
    assert city.rows("select count(*) from plans_visit where state = 'done'")[0][0] == before + 1
    assert verified(city)


def send_officers(city: City, chief: Page, number: str) -> str:
    """Tasks for every target of the draw; one of them goes on."""
    chief.goto(f"{city.address}/inspections/new/")
    day = f"{city.now() + timedelta(days=2):%Y-%m-%d}"
    form = chief.locator(f'form[action="/inspections/new/draw/{number}/"]')
    form.locator("[name=planned_on]").fill(day)
    form.get_by_role("button", name=re.compile("建立任务")).click()
    expect(chief.locator("main")).to_contain_text("任务")
    found = city.rows(
        "select number from inspections_inspection where origin_kind = 'draw' and origin_id like ? order by number",
        f"{number}%",
    )
    assert found
    return str(found[0][0])


def inspect(city: City, task: str, playwright: Playwright, folder: Path) -> None:
    """Both officers on 390 px; the network is off between entry and the end of the record."""
    city.forward(days=2)
    found = city.rows(
        "select l.username, m.username, i.name from inspections_inspection t join accounts_user l on l.id = t.lead_id "
        "join accounts_user m on m.id = t.member_id join registry_institution i on i.id = t.institution_id "
        "where t.number = ?",
        task,
    )
    lead, member, name = found[0]
    names = {"lead": lead, "member": member, "password": PASSWORD}
    started = Started(city.address, city.home, city.home / "start.log")
    phones = [Handset(playwright, folder / who, started, names) for who in ("lead", "member")]
    for phone, who in zip(phones, ("lead", "member"), strict=True):
        phone.take_up()
        phone.sign_in(who)
    first, second = phones
    first.page.get_by_role("link", name=re.compile(name)).first.click()
    expect(first.page.get_by_role("link", name="扫码入企")).to_be_visible()
    first.offline(True)
    first.enter_and_begin(task)
    first.open(f"t/{task}/i/CK-D2")
    first.answer("不符合", "培养箱检定到期，使用记录显示每日在用")
    first.page.get_by_label("对应情形").select_option("SUP-14.2")
    first.page.get_by_label("行为发生日").fill("2026-09-02")
    first.page.get_by_label("无法复核").check()
    first.page.get_by_label("整改期限").fill(f"{city.now() + timedelta(days=25):%Y-%m-%d}")
    first.save()
    expect(first.badge).to_contain_text("离线")
    first.offline(False)
    expect(first.badge).to_contain_text("已同步", timeout=60_000)
    second.page.reload()
    second.ready()
    second.open(f"t/{task}/i/CK-A1")
    second.answer("符合", "证书原件在有效期内")
    second.save()
    expect(second.badge).to_contain_text("已同步", timeout=60_000)
    first.open("")
    first.page.get_by_role("button", name="立即同步").click()
    expect(first.badge).to_contain_text("已同步", timeout=60_000)
    first.open(f"t/{task}/record")
    first.page.get_by_label("被检查人陈述").fill("无异议")
    sign(first)
    first.page.get_by_role("button", name="存本机，闭合笔录").click()
    expect(first.page.get_by_text("笔录已闭合").first).to_be_visible(timeout=60_000)
    expect(first.badge).to_contain_text("已同步", timeout=60_000)
    for phone in phones:
        phone.put_away()
    assert city.rows("select state from inspections_inspection where number = ?", task) == [("record_closed",)]


def sign(phone: Handset) -> None:
    """The other side signs on the glass."""
    pad = phone.page.get_by_role("img", name="当事人签名")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    phone.page.mouse.move(box["x"] + 30, box["y"] + 40)
    phone.page.mouse.down()
    phone.page.mouse.move(box["x"] + 200, box["y"] + 90, steps=6)
    phone.page.mouse.up()


def publish(city: City, task: str) -> None:
    """The officer proposes the result, another person fixes and publishes it; the public reads the wording only."""
    found = city.rows(
        "select u.username from inspections_inspection t join accounts_user u on u.id in (t.lead_id, t.member_id) "
        "where t.number = ?",
        task,
    )
    officers = {row[0] for row in found}
    officer = city.person(sorted(officers)[0])
    officer.goto(f"{city.address}/inspections/{task}/result/")
    code = officer.locator("form [name=code]")
    if code.count() > 1:
        officer.locator("form [name=code][value='02']").check()
    else:
        code.select_option("02")
    officer.get_by_role("button", name="提交审核").click()
    chiefs = ("qingtong.leader", "qingtong.legal_reviewer", "qingtong.section_chief")
    reviewer = city.person(next(one for one in chiefs if one not in officers))
    reviewer.goto(f"{city.address}/inspections/{task}/result/")
    reviewer.get_by_label("同意，确定结果").check()
    reviewer.get_by_role("button", name="提交审核结论").click()
    expect(reviewer.locator("main")).to_contain_text("结果已定")
    publisher = city.person("qingtong.section_chief")
    publisher.goto(f"{city.address}/inspections/{task}/result/")
    publisher.get_by_role("button", name="公示", exact=True).click()
    expect(publisher.locator("main")).to_contain_text("已公示")
    shot(publisher, "result")
    citizen = city.visitor(width=390)
    citizen.goto(f"{city.address}/public/results/{task}/")
    expect(citizen.locator("main")).to_contain_text("发现问题已责令改正")
    shot(citizen, "public-result")


def strike_off(city: City, task: str) -> None:
    """The answer on paper is entered with its evidence; somebody else sees to it and strikes the item off."""
    found = city.rows(
        "select r.number, u.username from rectifications_rectification r "
        "join inspections_finding f on f.id = r.finding_id join inspections_inspection t on t.id = f.inspection_id "
        "join accounts_user u on u.id = r.responsible_id where t.number = ?",
        task,
    )
    item, responsible = found[0]
    officer = city.person(responsible)
    officer.goto(f"{city.address}/rectifications/{item}/")
    panel = officer.locator("#record_answer")
    if panel.evaluate("one => one.tagName") == "DETAILS":
        panel.locator("summary").click()
    panel.get_by_label("整改情况").fill("已停用该培养箱，送检合格后启用，并复测其间的三份报告。")
    panel.get_by_label("证明材料").set_input_files(
        {"name": "certificate.jpg", "mimeType": "image/jpeg", "buffer": JPEG}
    )
    panel.get_by_role("button", name="代录书面材料").click()
    expect(officer.locator("main")).to_contain_text("待验收")
    people = ("qingtong.section_chief", "qingtong.leader", "qingtong.officer", "qingtong.officer2")
    officers = city.rows(
        "select u.username from inspections_inspection t join accounts_user u on u.id in (t.lead_id, t.member_id) "
        "where t.number = ?",
        task,
    )
    involved = {responsible} | {row[0] for row in officers}
    verifier = city.person(next(one for one in people if one not in involved))
    verifier.goto(f"{city.address}/rectifications/{item}/")
    panel = verifier.locator("#strike_off")
    if panel.evaluate("one => one.tagName") == "DETAILS":
        panel.locator("summary").click()
    panel.get_by_role("radio").first.check()
    panel.get_by_label("验收意见").fill("现场看过检定证书和复测报告，已改到位。")
    panel.get_by_role("button", name="验收销号").click()
    expect(verifier.locator("main")).to_contain_text("已销号")
    shot(verifier, "struck-off")


def verified(city: City) -> bool:
    """The event chain still holds, whatever the clock said."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "hengjian"), "record", "verify"],
        env=os.environ | {"HENGJIAN_HOME": str(city.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0
