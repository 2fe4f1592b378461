"""Searching leads: Chinese words of two characters and more, numbers, rights kept."""

from __future__ import annotations

import pytest

from hengjian.apps.leads.searching import index_lead, search_leads
from hengjian.kernel.errors import Refused
from tests.apps.factories import TODAY, Tree, make_tree
from tests.apps.leads.samples import People, make_lead, make_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def people(tree: Tree) -> People:
    return make_people(tree.county)


@pytest.mark.parametrize(
    "typed",
    ["未检先出", "原始 记录", "远衡检测", "XS-2026-0001", "xs-2026-0001", "BG-2026-0042", "BG-2026-004",
     "ＢＧ-2026-0042", "怀疑", "检测 BG-2026"],
)  # fmt: skip
def test_what_stands_in_a_lead_is_found(tree: Tree, people: People, typed: str):
    lead = make_lead(tree.county, people.officer, report_numbers=["BG-2026-0042"])
    assert list(search_leads(people.officer, typed, on=TODAY)) == [lead]


@pytest.mark.parametrize("typed", ["测检", "报告先出", "BG-2026-0043", "原始 火星", "' OR 1", '" OR "', "a:*|b", "\\"])
def test_what_does_not_stand_there_is_not_found(tree: Tree, people: People, typed: str):
    make_lead(tree.county, people.officer, report_numbers=["BG-2026-0042"])
    try:
        assert list(search_leads(people.officer, typed, on=TODAY)) == []
    except Refused as nothing_to_ask:
        assert nothing_to_ask.sentence == "请至少输入两个字，或者一个编号。"


@pytest.mark.parametrize("typed", ["检", "。，", "  ", "\x00"])
def test_too_little_to_ask_for_is_told(tree: Tree, people: People, typed: str):
    with pytest.raises(Refused, match="请至少输入两个字，或者一个编号。"):
        search_leads(people.officer, typed, on=TODAY)


def test_another_organs_leads_are_not_found_and_a_superior_finds_those_below(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer)
    there, above = make_people(tree.other_county), make_people(tree.city)
    assert list(search_leads(there.officer, "未检先出", on=TODAY)) == []
    assert list(search_leads(above.officer, "未检先出", on=TODAY)) == [lead]


def test_the_newest_come_first_and_a_changed_text_is_found_by_its_new_words(tree: Tree, people: People):
    leads = [make_lead(tree.county, people.officer) for _ in range(3)]
    assert list(search_leads(people.officer, "未检先出", on=TODAY)) == leads[::-1]
    leads[0].text = "水质监测数据可疑"
    leads[0].title = "反映监测站"
    leads[0].save()
    index_lead(leads[0])
    assert list(search_leads(people.officer, "水质监测", on=TODAY)) == leads[:1]
    assert leads[0] not in search_leads(people.officer, "未检先出", on=TODAY)
