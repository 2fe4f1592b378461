"""The law as of a day: right numbers, sentences for what is not there, every link leads somewhere."""

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from hengjian.apps.accounts.models import Role
from hengjian.apps.rulebook.lists import SECTIONS, rows_on
from hengjian.engines.screening.catalogue import DETECTORS
from tests.apps.factories import make_tree, make_user

pytestmark = pytest.mark.django_db


def reader(role=Role.ANALYST):
    user = make_user(make_tree().county, role, institution_id="x" if role == Role.INSTITUTION_USER else "")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer):
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


@pytest.mark.parametrize("role", [Role.EXPERT, Role.INSTITUTION_USER, Role.SYSADMIN])
def test_everybody_signed_in_may_read(role):
    assert "条规则" in text(reader(role).get("/rulebook/"))


def test_the_false_report_bears_the_number_of_the_day():
    client = reader()
    now, before = (text(client.get(f"/rulebook/articles/SUP-15/?on={day}")) for day in ("2026-01-01", "2024-01-01"))
    assert "<h1>第十五条" in now and "<h1>第十四条" in before
    assert "条号改过：第十四条（2021-06-01 至 2025-04-30），第十五条（2025-05-01 至 今）" in now


def test_two_days_of_one_article_lie_side_by_side():
    page = text(reader().get("/rulebook/articles/SUP-27/?from=2021-07-15&to=2025-05-01"))
    rows = re.findall(r'<th scope="row">(文号|条号|内容)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>', page)
    assert ("文号", "令第39号", "令第101号") in rows
    assert ("条号", "第二十六条", "第二十七条") in rows


def test_a_day_without_text_says_so_and_never_shows_the_later_one():
    client = reader()
    page = text(client.get("/rulebook/articles/SUP-15/?from=2019-01-01&to=2026-01-01&on=2019-01-01"))
    assert "该日没有生效" in page and "没有录入这一天有效的文本" in page
    assert "没有录入的条文" in text(client.get("/rulebook/articles/?on=1999-01-01"))


def test_a_violation_shows_its_penalty_by_day_of_conduct_and_the_sector_law_first():
    page = text(reader().get("/rulebook/violations/SUP-15.1/?on=2026-01-01"))
    for part in ("处3万元罚款", "处10万元以下罚款", "这些行业法先用", "授予其资质的主管部门", "修改前为第十四条"):
        assert part in page


def test_an_unsure_entry_says_so_with_its_note():
    page = text(reader().get("/rulebook/articles/SUP-07/"))
    assert "待核实" in page and "条文未逐字核对" in page


def test_a_day_that_is_none_is_said_and_today_shown():
    client = reader()
    for path in ("/rulebook/", "/rulebook/clocks/", "/rulebook/clocks/PEN-18/"):
        assert "2026年2月只有 28 日" in text(client.get(f"{path}?on=2026-02-30"))


def test_the_search_finds_by_number_and_words_of_the_day():
    client = reader()
    assert "/rulebook/clocks/PEN-18/" in text(client.get("/rulebook/?q=PEN-18"))
    assert "虚假报告" in text(client.get("/rulebook/?q=虚假 签名"))
    assert "没有找到" in text(client.get("/rulebook/?q=不存在的词"))
    assert "投诉举报处理办法" not in text(client.get("/rulebook/?q=令第121号&on=2026-01-01"))


def test_renumbered_articles_stand_old_beside_new():
    page = text(reader().get("/rulebook/numbering/"))
    assert re.search(r'虚假报告</a></th><td[^>]*class="was">第十四条</td><td[^>]*class="now">第十五条', page)
    assert "M13-1" in page


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_every_entry_of_a_section_opens_and_all_its_links_lead_somewhere(name):
    client, today = reader(), timezone.localdate()
    rows = rows_on(name, today, today=today)
    assert rows
    links = set()
    for row in rows[:: max(1, len(rows) // 25)]:
        links |= set(re.findall(r'href="(/rulebook/[^"]+)"', text(client.get(row.url))))
    for link in sorted(links)[:60]:
        assert client.get(link).status_code == 200, link


def test_every_detector_is_shown_with_what_to_look_for():
    client = reader()
    for detector in DETECTORS:
        page = text(client.get(f"/rulebook/detectors/{detector.id}/"))
        assert all(one in page for one in (detector.meaning, *detector.on_site, *detector.benign))


@pytest.mark.parametrize(
    "path", ["articles/XYZ-99", "violations/none", "nothing/SUP-15", "clocks/%00", "standards/GB/T 1"]
)
def test_what_is_not_in_the_book_is_a_404(path):
    assert reader().get(f"/rulebook/{path}/").status_code == 404


def test_a_list_is_filtered_sorted_and_exported():
    client = reader()
    only = text(client.get("/rulebook/instruments/?kind=部门规章"))
    assert "《检验检测机构监督管理办法》" in only and "《中华人民共和国行政处罚法》" not in only
    answer = client.get("/rulebook/clocks/?sort=-title&format=xlsx&on=2026-01-01")
    assert answer.status_code == 200 and answer.content[:2] == b"PK"
