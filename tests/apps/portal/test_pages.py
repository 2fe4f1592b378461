"""Every public page: dated, with its age, address and JSON; cacheable; nonsense answered; keys as documented."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile

import pytest
from django.test import Client
from django.utils import timezone

from hengjian.apps.portal.documentation import GUIDE
from tests.apps.factories import make_institution
from tests.apps.portal.walking import ROOT, beside, pages, read
from tests.paths import REPO

pytestmark = pytest.mark.django_db
GOLDEN = REPO / "tests" / "golden" / "portal_keys.json"
QUERIES = 15
NONSENSE = {"q": "\x00'%_", "code": "\x00", "on": "", "page": "-1", "format": "xml", "year": "", "size": "9" * 30}


def paths_of(value, prefix=""):
    """Key paths of JSON: `a.b`, lists as `a[].b`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            path = f"{prefix}.{key}" if prefix else key
            yield path
            yield from paths_of(inner, path)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict):
                yield from paths_of(inner, f"{prefix}[]")


def test_every_page_and_its_json_tell_date_age_and_address(town):
    client = Client()
    for name, addresses in pages(town).items():
        for address in addresses:
            page, told = client.get(address), client.get(beside(address)).json()
            html = page.content.decode()
            for words in (
                "页面日期",
                "数据截至",
                "永久地址",
                told["address"].replace("&", "&amp;"),
                told["json"].replace("&", "&amp;"),
            ):
                assert words in html, (name, words)
            assert set(told) == {"title", "address", "json", "date", "generated_at", "data_as_of", "data"}
            assert told["date"] == str(timezone.localdate())
            # the permanent address leads to the same page, its JSON to the same facts
            for one in (told["address"], told["json"].replace("&", "&amp;")):
                assert client.get(one.removeprefix("http://testserver")).status_code == 200
            assert client.get(told["json"].removeprefix("http://testserver")).json()["data"] == told["data"]


def test_a_page_asked_with_format_json_is_its_json(town):
    client = Client()
    for addresses in pages(town).values():
        address = addresses[0]
        asked = client.get(address + ("&" if "?" in address else "?") + "format=json").json()
        other = client.get(beside(address)).json()
        assert (asked["data"], asked["address"]) == (other["data"], other["address"])


def test_data_age_is_that_of_the_newest_fact(town):
    assert Client().get(f"{ROOT}results.json").json()["data_as_of"].startswith("2026-03-02T10:00:00+08:00")
    told = Client().get(f"{ROOT}draws/{town.open_draw.number}.json").json()
    assert told["data_as_of"] == timezone.localtime(town.open_draw.published_at).isoformat(timespec="seconds")


def test_json_has_exactly_the_documented_keys(town):
    for guided in GUIDE:
        served, empty = set(), set()
        for address in pages(town)[guided.name]:
            served |= set(paths_of(read(address)))
        documented = set(guided.keys)
        assert served <= documented, (guided.name, served - documented)
        empty = {path for path in documented if path not in served}
        for path in empty:
            holder = path.rpartition(".")[0].removesuffix("[]")
            assert holder and not any(one.startswith((f"{holder}.", f"{holder}[]")) for one in served), (
                guided.name, path,
            )  # fmt: skip


def test_documented_keys_are_those_that_others_rely_on():
    """A key may be added (and then here); none is renamed or taken away."""
    assert {one.name: sorted(one.keys) for one in GUIDE} == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_pages_need_few_queries(town, django_assert_max_num_queries):
    for addresses in pages(town).values():
        for address in addresses:
            with django_assert_max_num_queries(QUERIES):
                Client().get(address)


def test_anybody_may_keep_a_page_and_ask_whether_it_changed(town):
    client = Client()
    for addresses in pages(town).values():
        for address in (addresses[0], beside(addresses[0])):
            first = client.get(address)
            assert first["Cache-Control"] == "public, max-age=300"
            again = client.get(address, headers={"if-none-match": first["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
    assert not client.cookies


def test_a_signed_in_visitor_is_told_the_same_but_no_cache_shares_it(town):
    client = Client()
    address = f"{ROOT}draws/{town.sealed.number}.json"
    stranger = client.get(address).json()["data"]
    client.force_login(town.stage.chief, backend="django.contrib.auth.backends.ModelBackend")
    mine = client.get(address)
    assert mine.json()["data"] == stranger
    assert mine["Cache-Control"].startswith("private")


def test_pages_take_nothing_but_reading(town):
    for addresses in pages(town).values():
        assert Client().head(addresses[0]).status_code == 200
        assert Client().post(addresses[0]).status_code == 405


def test_other_sites_may_read_the_json(town):
    assert Client().get(f"{ROOT}results.json")["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in Client().get(f"{ROOT}results/")


def test_nonsense_is_answered(town):
    for addresses in pages(town).values():
        path = addresses[0].partition("?")[0]
        assert Client().get(path, NONSENSE).status_code == 200
    for part in ("draws", "plans", "results", "institutions"):
        assert Client().get(f"{ROOT}{part}/%00/").status_code == 404
        assert Client().get(f"{ROOT}{part}/%00.json").status_code == 404
    assert Client().get(f"{ROOT}draws/%00/proof.zip").status_code == 404


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("caps.json?on=2026-02-30", "没有这一天：2026年2月只有 28 日"),
        ("checklists.json?on=x", "“x”不是日期，请写成 2026-11-20 这样"),
        ("plans.json?year=20260", "“20260”不是年度，请写成"),
        ("institutions/X.json", "没有登记代码为“X”的检验检测机构"),
        ("caps.json?on=2199-01-01", "2199-01-01 还没有到，只能查今天"),
    ],
)
def test_a_wrong_parameter_is_a_sentence(town, path, sentence):
    answer = Client().get(ROOT + path)
    assert answer.status_code in (404, 422)
    assert answer.json()["error"].startswith(sentence)


def test_no_page_has_script_or_style_in_line(town):
    for addresses in pages(town).values():
        html = Client().get(addresses[0]).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", html)
        assert not re.search(r"<style|\sstyle=|\son\w+=", html)


def test_an_institution_is_told_with_certificates_and_scope_of_the_day(town):
    lab = town.lab
    now = read(f"{ROOT}institutions/{lab.uscc}/")
    assert now["institution"]["address"] == "青石县环城路 18 号"
    assert [one["state"] for one in now["certificates"]] == ["valid"]
    assert [one["standard_no"] for one in now["scope"]["rows"]] == ["GB 5009.3-2016"]
    assert now["scope"]["rows"][0]["site"] == "青石县南门外 2 号"
    assert [one["number"] for one in now["results"]] == [town.published.number]
    assert [one["number"] for one in now["draws"]] == [town.open_draw.number]
    then = read(f"{ROOT}institutions/{lab.uscc}/?on=2025-06-01")
    assert then["scope"]["total"] == 2
    before = read(f"{ROOT}institutions/{lab.uscc}/?on=2019-06-01")
    assert [one["state_name"] for one in before["certificates"]] == ["尚未生效"]
    assert before["scope"]["total"] == 0


@pytest.mark.parametrize("asked", ["旧名", "269901340001"])
def test_an_institution_is_found_by_former_name_and_certificate(town, asked):
    assert [one["uscc"] for one in read(f"{ROOT}institutions/?q={asked}")["institutions"]] == [town.lab.uscc]


def test_the_code_of_a_merged_institution_leads_to_the_one_that_stands(town):
    other = make_institution(town.stage.office.county, merged_into=town.lab)
    answer = Client().get(f"{ROOT}institutions/{other.uscc}/")
    assert answer["Location"] == f"{ROOT}institutions/{town.lab.uscc}/"


def test_a_published_draw_is_told_whole_and_its_bundle_verifies_with_the_script_inside(town, tmp_path):
    number = town.open_draw.number
    data = read(f"{ROOT}draws/{number}/")
    assert data["draw"]["committed_at"] < data["draw"]["not_before"] < data["draw"]["published_at"]
    assert data["draw"]["seed"] == town.open_draw.seed
    assert data["sample"]["total"] == town.open_draw.sample_size == 9
    packed = Client().get(f"{ROOT}draws/{number}/proof.zip")
    assert packed["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / number
    assert hashlib.sha256((folder / "commit.json").read_bytes()).hexdigest() == data["draw"]["commit_sha256"]
    words = [sys.executable, "-I", str(folder / "verify_srd1.py"), str(folder)]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
    (folder / "roster.tsv").write_bytes((folder / "roster.tsv").read_bytes().replace(b"\t1\n", b"\t2\n", 1))
    assert subprocess.run(words, capture_output=True, check=False).returncode != 0


def test_the_files_of_a_published_draw_are_those_whose_hashes_are_told(town):
    files = read(f"{ROOT}draws/{town.open_draw.number}/")["draw"]["files"]
    assert {"commit.json", "roster.tsv", "reveal.json", "result.json"} <= {one["name"] for one in files}
    for one in files:
        assert hashlib.sha256(Client().get(one["address"]).content).hexdigest() == one["sha256"]


def test_anybody_learns_probability_and_ticket_of_an_institution(town):
    unit = town.open_draw.units.filter(selected=True).first()
    told = read(f"{ROOT}draws/{town.open_draw.number}/find/?code={unit.unit_id}")["standing"]
    assert told["place"] == "in"
    assert told["unit"]["ticket"] == unit.ticket
    assert told["unit"]["pi"] == unit.pi
    assert told["unit"]["selected"]
    outside = read(f"{ROOT}draws/{town.open_draw.number}/find/?code=91990121MA00000000")["standing"]
    assert (outside["place"], outside["unit"]) == ("outside", None)
    several = read(f"{ROOT}draws/{town.open_draw.number}/find/?code=vehicle")["standing"]
    assert several["place"] == "several"
    assert len(several["candidates"]) > 1
    assert several["sentence"].endswith("家，请选一家。")
    many = read(f"{ROOT}draws/{town.open_draw.number}/find/?code=检验")["standing"]
    size = town.open_draw.roster_size
    assert many["sentence"] == f"名录中名称含“检验”的有 {size} 家，先列 10 家，多写几个字再查。"
    assert len(many["candidates"]) == 10


def test_the_verifier_page_runs_from_files_of_its_own(town):
    html = Client().get(f"{ROOT}verify/").content.decode()
    assert html.count("<main") == 1
    for path, kind in (("page.js", "text/javascript"), ("page.css", "text/css")):
        assert f"{ROOT}verify/{path}" in html
        answer = Client().get(f"{ROOT}verify/{path}")
        assert answer["Content-Type"].startswith(kind)
        assert len(answer.content) > 500
    for one in read(f"{ROOT}verify/")["verifiers"]:
        answer = Client().get(one["address"])
        assert answer["Content-Disposition"] == f'attachment; filename="{one["name"]}"'
        assert hashlib.sha256(answer.content).hexdigest() == one["sha256"]


def test_a_cap_set_by_the_county_stands_beside_the_default(town):
    lines = {one["organ"]: one["values"]["annual_cap"] for one in read(f"{ROOT}caps/")["organs"]}
    county = lines[town.stage.office.county.name]
    assert (county["value"], county["source"]) == (
        3,
        f"{town.stage.office.county.short_name}公布：青石县公告2026年第1号",
    )
    assert lines[None]["value"] == lines[town.stage.office.tree.city.name]["value"] == 2


def test_plan_check_lists_and_results_hang_together(town):
    plan = read(f"{ROOT}plans/{town.plan.number}/")
    assert plan["plan"]["receipt_no"] == "云市监备〔2026〕3号"
    assert [one["number"] for one in plan["items"]] == [town.stage.item.number]
    assert plan["items"][0]["visits_done"] == 2
    assert {one["key"] for one in plan["coverage"]} == {"drawn", "checked", "key_field", "monitoring"}
    result = read(f"{ROOT}results/{town.published.number}/")["result"]
    assert (result["result"], result["draw"]) == ("发现问题已责令改正", town.open_draw.number)
    groups = {one["id"] for one in read(f"{ROOT}checklists/")["groups"]}
    assert {one["id"] for one in result["checklists"]} <= groups
    assert all(item["articles"] for group in read(f"{ROOT}checklists/")["groups"] for item in group["items"][:1])


def test_the_portal_and_the_sign_in_page_lead_to_each_other(town):
    assert f'href="{ROOT}"' in Client().get("/sign-in/").content.decode()
    assert 'href="/sign-in/"' in Client().get(ROOT).content.decode()
