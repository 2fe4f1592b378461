"""The calculator page: what is typed is judged by the same engine, with links, steps and sentences for bad input."""

import html
import re

import pytest
from django.test import Client

from hengjian.apps.accounts.models import Role
from hengjian.apps.record.models import Event
from tests.apps.factories import make_tree, make_user

pytestmark = pytest.mark.django_db
URL = "/rulebook/calculator/"


def ask(**typed):
    client = Client()
    user = make_user(make_tree().county, Role.OFFICER)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(URL, typed)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", html.unescape(answer.content.decode()))


def test_the_empty_page_asks_and_blames_nobody():
    page = ask()
    assert "裁量计算：适用哪一条，罚多少" in page and "请至少选一项" not in page


def test_a_conduct_gives_the_sum_the_steps_and_the_link_to_the_article():
    page = ask(violation="SUP-15.1", occurred_from="2026-03-01", decided_on="2026-11-20", factors=["F-31", "F-34"])
    assert "<h1>建议罚款 100,000 元，从重" in page
    assert "/rulebook/articles/SUP-27/" in page
    assert "达到听证标准10万元（含本数）" in page
    assert "情节合计 +4。" in page and "档次划分为本地参数" in page


def test_old_conduct_links_to_the_text_of_its_day():
    page = ask(violation="SUP-15.1", occurred_from="2025-04-30", decided_on="2026-11-20")
    assert "/rulebook/articles/SUP-27/?on=2021-06-01" in page
    assert "第二十六条" in page and "从旧兼从轻" in page


def test_a_transfer_case_has_no_sum():
    page = ask(violation="SUP-15.1", occurred_from="2026-09-01", decided_on="2026-11-20", field="environment")
    assert "移送有权机关，本机关不处罚" in page and "建议罚款" not in page


def test_a_proposed_sum_is_held_against_the_tier_and_the_law():
    typed = {"violation": "SUP-15.1", "occurred_from": "2026-03-01", "decided_on": "2026-11-20"}
    assert "须写明偏离裁量基准的理由" in ask(**typed, amount="90000")
    assert "超出法定幅度（10万元以下）" in ask(**typed, amount="100000.01")
    assert "在“一般”一档之内" in ask(**typed, amount="50000")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"violation": "SUP-15.1"}, "行为开始日"),
        ({"occurred_from": "2026-03-01"}, "请至少选一项违法行为，或者一项行业法单列的行为。"),
        ({"violation": "SUP-15.1", "occurred_from": "2026-02-30"}, "2026年2月只有 28 日"),
        ({"violation": "SUP-15.1", "occurred_from": "2026-03-01", "fee": "一万"}, "“一万”不是金额"),
        ({"violation": "SUP-15.1", "occurred_from": "2026-03-01", "fee": "0.001"}, "金额最多两位小数"),
        ({"violation": "SUP-15.1", "occurred_from": "2026-03-01", "fee": "1e999999999"}, "金额应在 0 至 1 万亿元之间"),
        ({"violation": "SUP-15.1", "occurred_from": "2026-03-01", "area": "上海"}, "“上海”不是区划代码"),
        ({"violation": "SUP-15.1", "occurred_from": "2026-03-01", "factors": "F-03"}, "只适用于个人"),
        ({"violation": "SUP-99", "occurred_from": "2026-03-01"}, "没有“SUP-99”这一选项。"),
        ({"violation": "SUP-15.1", "occurred_from": "2026-03-01", "units": "-1"}, "应是 0 至一千万之间的整数。"),
    ],
)
def test_bad_input_is_said_and_nothing_computed(typed, sentence):
    page = ask(decided_on="2026-11-20", **typed)
    assert sentence in page
    assert "建议罚款" not in page


def test_nothing_is_stored():
    before = Event.objects.count()
    ask(violation="SUP-15.1", occurred_from="2026-03-01", area="310101", fee="20000")
    assert Event.objects.count() == before


def test_the_benchmarks_name_their_tiers_and_what_is_unsure():
    client = Client()
    client.force_login(make_user(make_tree().county, Role.EXPERT), backend="django.contrib.auth.backends.ModelBackend")
    page = html.unescape(client.get("/rulebook/benchmarks/").content.decode())
    for part in ("行政处罚裁量通用档次", "幅度的 0/3 至 1/3", "待核实", "F-11", "须上一级同意", "自己认定的可以"):
        assert part in page
