"""From an alert to the sealed file and the public penalty: five people of one county, each in a browser of their own.

All of it in Chromium in the demo city that `./start` made, with a clock that is set forward over the party's period.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City, shot

pytestmark = pytest.mark.browser

COUNTY = "qingtong"
DAYS_OF_THE_NOTICE = 20
DAYS_TO_PAYMENT = 5
ID_NO, PHONE = "110101199003070012", "13812345678"
SIGNED: Any = {"name": "签发页.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n" + b"signature page\n" * 120}
expect.set_options(timeout=20_000)


@dataclass
class Crew:
    """The county's people, who sign in again whenever the clock was set forward."""

    city: City
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, role: str) -> Page:
        """The browser of one of them."""
        if role not in self.pages:
            self.pages[role] = self.city.person(f"{COUNTY}.{role}")
        return self.pages[role]

    def at(self, role: str, path: str) -> Page:
        """Where one of them goes."""
        page = self.page(role)
        page.goto(f"{self.city.address}{path}")
        return page

    def name(self, role: str) -> str:
        """What one of them is called."""
        return str(self.city.rows("select name from accounts_user where username = ?", f"{COUNTY}.{role}")[0][0])

    def today(self) -> str:
        """The day as forms take it."""
        return f"{self.city.now():%Y-%m-%d}"

    def forward(self, days: int) -> None:
        """Days pass; sessions may have ended by then."""
        for page in self.pages.values():
            page.context.close()
        self.pages.clear()
        self.city.forward(days=days)


@dataclass
class Matter:
    """What the matter is called on its way."""

    alert: str = ""
    lab: str = ""
    lead: str = ""
    case: str = ""
    publication: str = ""
    fine: str = ""


def number_of(page: Page) -> str:
    """The number in the address of a matter's page."""
    return page.url.split("?")[0].rstrip("/").rsplit("/", 1)[1]


def done(page: Page, said: str) -> None:
    """The page says what was recorded."""
    expect(page.locator("main")).to_contain_text(said)


def take(page: Page, label: str) -> None:
    """Follow what the page offers this person now."""
    page.locator("#acts").get_by_role("link", name=label, exact=True).click()


def submit(page: Page, label: str) -> None:
    """Send the form."""
    page.locator("main form").get_by_role("button", name=label, exact=True).click()


def test_an_alert_becomes_a_case_that_is_punished_published_closed_and_archived(city: City) -> None:
    crew, matter = Crew(city), Matter()
    judge_the_alert(crew, matter)
    verify_the_lead(crew, matter)
    file_the_case(crew, matter)
    investigate(crew, matter)
    review(crew, matter)
    tell_the_party(crew, matter)
    decide(crew, matter)
    serve_the_decision(crew, matter)
    publish(crew, matter)
    close_and_archive(crew, matter)
    read_as_a_citizen(crew, matter)
    follow_both_ways(crew, matter)


def judge_the_alert(crew: Crew, matter: Matter) -> None:
    """The analyst confirms an alert of a food laboratory and makes it a lead."""
    page = crew.at("analyst", "/alerts/?sort=-risk")
    row = page.locator("tbody tr", has_text="食品").filter(has_text="待研判").first
    row.locator("th a").click()
    matter.alert = number_of(page)
    page.get_by_label("确认待跟进").check()
    page.get_by_label("理由").fill("授权签字人名单与报告核对不上，须核查。")
    page.get_by_role("button", name="提交").click()
    page.get_by_role("link", name="转为线索").click()
    submit(page, "登记为线索")
    done(page, "已登记为线索")
    matter.lead = number_of(page)
    expect(page.locator("main")).to_contain_text("青桐县（9901")
    found = city_name(crew, matter.lead)
    matter.lab = found


def city_name(crew: Crew, lead: str) -> str:
    """The laboratory that the lead is about."""
    rows = crew.city.rows(
        "select i.name from leads_lead l join registry_institution i on i.id = l.institution_id where l.number = ?",
        lead,
    )
    return str(rows[0][0])


def verify_the_lead(crew: Crew, matter: Matter) -> None:
    """The chief settles where it belongs and who verifies it."""
    page = crew.at("section_chief", f"/leads/{matter.lead}/")
    panel = page.locator("#triage")
    panel.get_by_label("反映事项").select_option(label="虚假报告")
    panel.get_by_label("去向").select_option(label="由本机关核查")
    panel.get_by_role("button", name="研判").click()
    done(page, "已记录：研判")
    page.locator("#verify").get_by_label("承办人").select_option(label=crew.name("officer"))
    page.locator("#verify").get_by_role("button", name="开始核查").click()
    done(page, "已记录：开始核查")


def file_the_case(crew: Crew, matter: Matter) -> None:
    """The officer registers the case from the lead and asks for its filing; the leader files it."""
    page = crew.at("officer", "/")
    page.get_by_role("link", name=re.compile("核查线索")).filter(has_text=matter.lab).first.click()
    page.get_by_role("link", name="登记案件").first.click()
    page.get_by_label("案由").fill("涉嫌冒用授权签字人签名出具虚假检验检测报告案")
    page.get_by_label("案件来源").select_option(label="监督检查")
    page.get_by_label("涉嫌违法行为").fill("冒用授权签字人签名出具检验检测报告")
    page.get_by_label("行为日（首日）").fill("2026-03-09")
    page.get_by_label("行为日（末日）").fill("2026-09-10")
    submit(page, "登记")
    done(page, "已登记 AJ-")
    matter.case = number_of(page)
    take(page, "报请立案")
    for one in page.locator("[name=conditions]").all():
        one.check()
    for role in ("officer", "section_chief"):
        page.get_by_role("checkbox", name=crew.name(role), exact=True).check()
    page.get_by_label("立案理由").fill("签名人均不在授权签字人名单内，四项条件均符合。")
    submit(page, "报请立案")
    done(page, "已办理：报请立案")
    expect(page.locator("#officers")).to_contain_text(re.compile(f"主办\\s*{crew.name('officer')}"))
    page = crew.at("leader", f"/cases/{matter.case}/")
    take(page, "批准立案")
    page.get_by_label("意见").fill("同意立案。")
    submit(page, "批准立案")
    done(page, "已办理：批准立案")


def investigate(crew: Crew, matter: Matter) -> None:
    """What was done, what it costs by the calculator, and what proves it; without proof nothing is concluded."""
    page = crew.at("officer", f"/cases/{matter.case}/")
    page.get_by_role("link", name="登记违法事实").click()
    page.get_by_label("违法情形").select_option("SUP-15.5")
    page.get_by_label("违法事实", exact=True).fill("冒用授权签字人签名出具虚假检验报告 7 份")
    page.get_by_label("检验检测费用（元）").fill("4200")
    page.get_by_label("涉案数量（份、辆次）").fill("7")
    submit(page, "保存")
    expect(page.locator("#contraventions")).to_contain_text("《检验检测机构监督管理办法》第")
    expect(page.locator("#acts")).to_contain_text("还没有可用的证据，不能调查终结")
    page.get_by_role("link", name="裁量计算").click()
    page.get_by_role("checkbox", name=re.compile("数量少、持续时间短")).check()
    submit(page, "保存")
    found = page.locator("#contraventions td[data-l=拟罚款]").first.inner_text()
    matter.fine = re.sub(r"[^\d]", "", found)
    assert 50_000 <= int(matter.fine) < 100_000
    take_evidence(crew, page)
    page.goto(f"{crew.city.address}/cases/{matter.case}/")
    take(page, "调查终结")
    page.get_by_label("调查终结报告").fill("经查，冒用授权签字人签名出具报告 7 份，有报告签发页和批准文件证实。")
    page.get_by_label("处理建议").fill("拟罚款。")
    page.get_by_label("应当法制审核的情形").select_option(label="案情疑难复杂、涉及多个法律关系")
    submit(page, "调查终结")
    take(page, "送交审核")
    submit(page, "送交审核")
    done(page, "已办理：送交审核")


def take_evidence(crew: Crew, page: Page) -> None:
    """A document taken by both officers, with its file."""
    page.get_by_role("link", name="登记证据").click()
    page.get_by_label("证据种类").select_option(label="书证")
    page.get_by_label("名称").fill("检验报告签发页及授权签字人批准文件")
    page.get_by_label("证明事项").fill("签名人不在授权签字人名单内")
    page.locator("[name=contraventions]").check()
    page.get_by_label("取得方式").select_option(label="现场提取")
    page.get_by_label("取得日期").fill(crew.today())
    page.get_by_label("取得地点").fill("检验场所档案室")
    page.get_by_label("取证人一").select_option(label=crew.name("officer"))
    page.get_by_label("取证人二").select_option(label=crew.name("section_chief"))
    page.get_by_label("载体", exact=True).select_option(label="原件、原物、原始载体")
    page.locator("input[type=file]").set_input_files(SIGNED)
    submit(page, "登记证据")
    done(page, "签发页.pdf")


def review(crew: Crew, matter: Matter) -> None:
    """Who investigated may not review; the legal reviewer passes, the leader approves the proposal."""
    page = crew.at("section_chief", f"/cases/{matter.case}/act/pass_review/")
    done(page, f"须由没有参加调查的人办理：{crew.name('section_chief')}是（或者曾是）本案办案人员")
    page = crew.at("legal_reviewer", "/")
    page.get_by_role("link", name=re.compile("审核案件")).first.click()
    take(page, "审核通过")
    page.get_by_label("意见").fill("事实清楚，证据充分，程序合法。")
    submit(page, "审核通过")
    page = crew.at("leader", f"/cases/{matter.case}/")
    take(page, "批准处罚建议")
    page.get_by_label("意见").fill("同意，依法告知。")
    submit(page, "批准处罚建议")
    done(page, "已办理：批准处罚建议")


def serve(crew: Crew, page: Page, paper: str, *, told: bool = False) -> None:
    """Make the paper of the party and hand it over."""
    page.locator("#party_papers").get_by_role("button", name="制作并编号").click()
    done(page, f"已制作《{paper}》")
    more = page.locator("#service summary", has_text="送达文书")
    link = page.get_by_role("link", name="直接送达", exact=True)
    if not link.is_visible():
        more.click()
    link.click()
    page.get_by_label("文书", exact=True).select_option(index=1)
    page.get_by_label("日期", exact=True).fill(crew.today())
    page.get_by_label("签收人", exact=True).fill("方鉴白")
    page.get_by_label("签收人身份").select_option(label="法定代表人、主要负责人")
    if told:
        submit(page, "直接送达")
        done(page, "须书面告知当事人处罚信息将向社会公示")
        page.get_by_label("已书面告知当事人").check()
    submit(page, "直接送达")
    done(page, "已记录：直接送达")


def tell_the_party(crew: Crew, matter: Matter) -> None:
    """The notice is made and served; before its days are over nothing is decided."""
    page = crew.at("officer", f"/cases/{matter.case}/")
    take(page, "告知当事人")
    facts = page.get_by_label("事实和理由")
    expect(facts).not_to_have_value(re.compile("违反$"))
    said = f"法定代表人方鉴白（身份证号{ID_NO}，电话{PHONE}）安排他人冒签。"
    facts.fill(f"{facts.input_value()}。{said}")
    submit(page, "告知当事人")
    expect(page.locator("main")).to_contain_text("下一步：制作告知书并送达")
    serve(crew, page, "行政处罚告知书")
    page = crew.at("leader", f"/cases/{matter.case}/")
    expect(page.locator("#acts")).to_contain_text("期限内没有书面放弃的，不能作出处罚决定")
    expect(page.locator("main")).to_contain_text("还不能“作出处罚决定”")
    shot(page, "case-notified")


def decide(crew: Crew, matter: Matter) -> None:
    """After the days of the notice: discussed, since it was complex, and decided."""
    crew.forward(DAYS_OF_THE_NOTICE)
    page = crew.at("leader", f"/cases/{matter.case}/")
    take(page, "集体讨论")
    page.get_by_label("讨论日期").fill(crew.today())
    page.get_by_label("主持人").fill(crew.name("leader"))
    page.get_by_label("参加人员").fill(f"{crew.name('leader')}、{crew.name('legal_reviewer')}")
    page.get_by_label("讨论意见").fill("事实清楚，同意从轻处罚。")
    page.get_by_label("讨论结论").fill("同意处罚建议。")
    submit(page, "集体讨论")
    take(page, "作出处罚决定")
    expect(page.locator("[name^=fine_]")).to_have_value(matter.fine)
    submit(page, "作出处罚决定")
    done(page, "已办理：作出处罚决定")


def serve_the_decision(crew: Crew, matter: Matter) -> None:
    """Served with word of the publication; the party's period is over and nobody's delay."""
    page = crew.at("officer", f"/cases/{matter.case}/")
    expect(page.locator("main")).to_contain_text("下一步：制作决定书并送达")
    serve(crew, page, "行政处罚决定书", told=True)
    page.goto(f"{crew.city.address}/")
    expect(page.locator("main")).to_contain_text("等我办")
    expect(page.locator("main")).not_to_contain_text("陈述申辩和听证要求")


def publish(crew: Crew, matter: Matter) -> None:
    """The officer prepares what is told, another person publishes it."""
    page = crew.at("officer", f"/cases/{matter.case}/")
    page.locator("#publicity").get_by_role("link", name=re.compile("GS-")).click()
    matter.publication = number_of(page)
    expect(page.locator("#summary")).to_contain_text("罚决〔")
    expect(page.locator("#preview")).to_contain_text("自动隐去")
    page.get_by_role("button", name="送交审核").click()
    done(page, "待审核公示")
    page = crew.at("section_chief", f"/publications/{matter.publication}/")
    page.get_by_role("button", name="公示", exact=True).click()
    done(page, "公示中")
    shot(page, "case-publication")


def close_and_archive(crew: Crew, matter: Matter) -> None:
    """No closing while the fine is owed; paid, closed by the leader, sealed."""
    crew.forward(DAYS_TO_PAYMENT)
    page = crew.at("officer", f"/cases/{matter.case}/")
    ask_to_close(crew, page)
    done(page, "罚没款还没有")
    page.goto(f"{crew.city.address}/cases/{matter.case}/")
    page.locator("#money").get_by_role("link").first.click()
    page.get_by_role("link", name="登记缴款").click()
    page.get_by_role("radio", name="罚款", exact=True).check()
    page.get_by_label("缴款途径").select_option(label="指定银行")
    page.get_by_label("金额（元）").fill(matter.fine)
    page.get_by_label("缴款日期").fill(crew.today())
    page.get_by_label("票据号码").fill("0026117735")
    submit(page, "登记缴款")
    done(page, "已缴清")
    page.goto(f"{crew.city.address}/cases/{matter.case}/")
    ask_to_close(crew, page)
    done(page, "已记录：报请结案")
    head = crew.at("leader", f"/cases/{matter.case}/")
    head.get_by_role("link", name="审批结案").click()
    head.get_by_label("审批意见").fill("同意结案。")
    submit(head, "结案")
    done(head, "已办理：结案")
    page = crew.at("officer", f"/cases/{matter.case}/")
    take(page, "归档")
    page.get_by_label("保管期限（年）").fill("30")
    page.get_by_label("保管位置").fill("档案室 3 柜 2 层")
    page.get_by_label("检查人").fill(crew.name("section_chief"))
    submit(page, "归档")
    expect(page.locator("main")).to_contain_text("卷内缺少《立案审批表》")
    page.get_by_label("备考").fill("立案审批表等为纸质原件，随卷存放。")
    submit(page, "归档")
    done(page, "已办理：归档")
    shot(page, "case-archived")


def ask_to_close(crew: Crew, page: Page) -> None:
    """The request to close."""
    page.get_by_role("link", name="报请结案").click()
    page.get_by_label("行政处罚决定执行完毕").check()
    page.get_by_label("情形出现日期").fill(crew.today())
    page.get_by_label("执行和结案情况").fill("罚款已全部缴纳。")
    submit(page, "报请结案")


def read_as_a_citizen(crew: Crew, matter: Matter) -> None:
    """On a phone: the penalty with what must not be told left out, from the list and from the institution's page."""
    page = crew.city.visitor(width=390)
    page.goto(f"{crew.city.address}/public/penalties/")
    page.locator("main").get_by_role("link", name=matter.lab).first.click()
    assert number_of(page) == matter.publication
    told = page.locator("main").inner_text()
    assert "［身份证件号码略］" in told and "方某" in told and "第一百三十八条" in told
    for secret in (ID_NO, PHONE, "方鉴白", "研判意见", matter.alert):
        assert secret not in told
    shot(page, "case-public")
    code = re.search(r"\b9199\w{14}\b", told)
    assert code
    page.goto(f"{crew.city.address}/public/institutions/{code.group()}/")
    page.locator("#penalties").get_by_role("link").first.click()
    assert number_of(page) == matter.publication
    officer = crew.at("officer", f"/institutions/{code.group()}/")
    expect(officer.locator("#penalties")).to_contain_text("罚款")


def follow_both_ways(crew: Crew, matter: Matter) -> None:
    """From the alert to the case and back again, by links alone."""
    page = crew.at("officer", f"/alerts/{matter.alert}/")
    page.locator("main").get_by_role("link", name=re.compile(matter.lead)).first.click()
    done(page, "立案查处办结")
    page.locator("main").get_by_role("link", name=re.compile(matter.case)).first.click()
    done(page, "已归档")
    page.locator("#publicity").get_by_role("link", name=re.compile(matter.publication)).click()
    page.get_by_role("link", name=re.compile(matter.case)).first.click()
    page.locator("main").get_by_role("link", name=re.compile(matter.lead)).first.click()
    page.locator("main").get_by_role("link", name=re.compile(matter.alert)).first.click()
    assert number_of(page) == matter.alert
    crew.at("officer", "/cases/?standing=finished")
    expect(crew.page("officer").locator("main")).to_contain_text(matter.case)
    shot(crew.page("officer"), "case-list")
