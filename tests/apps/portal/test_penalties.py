"""Penalties on the portal: summary, text and period; what ended is gone with a sentence that names nobody."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.apps.portal.walking import ROOT, read

pytestmark = pytest.mark.django_db


def test_a_penalty_is_told_with_summary_text_period_and_corrections(town):
    told = read(f"{ROOT}penalties/{town.penalties['public']}/")["penalty"]
    assert (told["party"], told["institution"]["uscc"]) == (town.lab.name, town.lab.uscc)
    assert told["content"] == "罚款八万元"
    assert "［身份证件号码略］" in told["text"]
    assert "司徒朗" not in told["text"]
    assert told["period"]
    assert [one["version"] for one in told["corrections"]] == [2]


def test_what_is_over_withdrawn_or_not_yet_public_is_not_listed_and_answers_with_a_sentence(town):
    numbers = {one["number"] for one in read(f"{ROOT}penalties/")["penalties"]}
    assert numbers == {town.penalties["public"], town.penalties["person"]}
    sentences = {
        "over": f"公示 {town.penalties['over']} 的公示期已经结束，依法停止公示。",
        "gone": f"公示 {town.penalties['gone']} 已于2026年11月1日撤回。理由：处罚决定已经撤销",
        "draft": "没有这件行政处罚公示，或者还没有公开。",
    }
    for key, sentence in sentences.items():
        address = f"{ROOT}penalties/{town.penalties[key]}"
        beside, page = Client().get(f"{address}.json"), Client().get(f"{address}/")
        assert (beside.status_code, page.status_code) == (404, 404)
        assert beside.json() == {"error": sentence}
        assert sentence in page.content.decode()
        assert town.lab.name not in page.content.decode()


def test_penalties_are_found_by_party_code_number_and_tier(town):
    def count(query):
        return read(f"{ROOT}penalties/?{query}")["total"]

    assert (count(f"q={town.lab.uscc}"), count("q=司徒"), count("q=2026〕1号"), count("q=没有")) == (1, 1, 2, 0)
    assert (count("tier=general"), count("tier=serious"), count("kind=listing"), count("tier=x")) == (2, 0, 0, 2)


def test_the_page_of_an_institution_lists_what_is_public_of_it_and_no_more(town):
    told = read(f"{ROOT}institutions/{town.lab.uscc}/")["penalties"]
    assert [one["number"] for one in told] == [town.penalties["public"]]
    page = Client().get(f"{ROOT}institutions/{town.lab.uscc}/").content.decode()
    assert f"/public/penalties/{town.penalties['public']}/" in page
    assert town.penalties["over"] not in page and town.penalties["draft"] not in page


def test_a_typical_case_is_found_and_told(town):
    number = town.penalties["typical"]
    assert [one["number"] for one in read(f"{ROOT}cases/?field=food")["cases"]] == [number]
    assert read(f"{ROOT}cases/?q=原始")["total"] == 0
    told = read(f"{ROOT}cases/{number}/")["case"]
    assert told["organ"] == town.stage.office.county.name
    assert told["lesson"] == "检验检测报告须有原始记录支持。"
    assert Client().get(f"{ROOT}cases/DX-1999-0001/").status_code == 404
