"""Nobody is named, nothing sealed or unpublished is told: not by a page, JSON, file, search or count."""

from __future__ import annotations

import pytest
from django.test import Client

from hengjian.apps.draws import bundle
from hengjian.apps.portal.discretion import cleaned
from tests.apps.portal.samples import ENGINEER, IDENTITY, LEGAL_REP, PHONE, names_of_people
from tests.apps.portal.walking import ROOT, everything, read

pytestmark = pytest.mark.django_db


def test_no_person_phone_or_card_is_named_anywhere(town):
    told = everything(town)
    people = names_of_people()
    assert len(told) > 80
    assert len(people) > 20
    assert {(address, name) for address, text in told.items() for name in people if name in text} == set()


def test_nothing_secret_of_a_sealed_draw_is_told_anywhere(town):
    told = everything(town)
    found = {(address, secret[:8]) for address, text in told.items() for secret in town.secrets if secret in text}
    assert found == set()


def test_neither_risk_nor_alert_is_told_of_an_institution(town):
    text = str(read(f"{ROOT}institutions/{town.lab.uscc}/"))
    assert "0.9371" not in text
    assert "risk" not in text
    assert "red" not in text.replace("registered", "")
    assert "预警" not in text


def test_a_sealed_draw_tells_its_commitment_and_hides_the_rest(town):
    number = town.sealed.number
    data = read(f"{ROOT}draws/{number}/")
    draw = data["draw"]
    assert draw["commit_sha256"] == town.sealed.commit_sha256
    assert draw["committed_at"] < draw["not_before"]
    assert draw["result_sha256"] == town.sealed.result_sha256
    assert [draw[key] for key in ("seed", "salt", "sample_size", "exclusions", "people")] == [None] * 5
    assert data["sample"] == {"page": 1, "pages": 1, "page_size": 50, "total": 0, "rows": []}
    assert {one["quota"] for one in draw["strata"]} == {None}
    assert [one["name"] for one in draw["files"]] == ["commit.json", "rules.json"]


def test_looking_an_institution_up_in_a_sealed_draw_tells_everybody_the_same(town):
    def told(code):
        found = read(f"{ROOT}draws/{town.sealed.number}/find/?code={code}")["standing"]
        assert found.pop("asked") == code
        return str(found)

    codes = [unit.unit_id for unit in town.sealed.units.all()]
    assert len({told(code) for code in (*codes, "91990121MA00000000", "检验")}) == 1


@pytest.mark.parametrize("name", [*bundle.TOLD, bundle.README, "../commit.json", "photos", "verify_srd1.py"])
def test_a_sealed_draw_gives_only_commitment_and_rules_as_files(town, name):
    client = Client()
    status = client.get(f"{ROOT}draws/{town.sealed.number}/files/{name}").status_code
    assert status == (200 if name in ("commit.json", "rules.json") else 404)
    assert client.get(f"{ROOT}draws/{town.sealed.number}/proof.zip").status_code == 404


def test_what_is_not_public_is_not_there(town):
    client = Client()
    city_plan = type(town.plan).objects.exclude(pk=town.plan.pk).get()
    hidden = (
        f"draws/{town.unfinished.number}", f"draws/{town.unfinished.number}/find", "draws/CQ-1999-0001",
        f"plans/{city_plan.number}", f"results/{town.unpublished.number}", "results/JC-1999-0001",
        "institutions/91990121MA00000000",
    )  # fmt: skip
    for one in hidden:
        page, beside = client.get(f"{ROOT}{one}/"), client.get(f"{ROOT}{one}.json")
        assert (page.status_code, beside.status_code) == (404, 404), one
        assert set(beside.json()) == {"error"}
    assert client.get(f"{ROOT}draws/{town.unfinished.number}/files/commit.json").status_code == 404


def test_what_is_not_public_is_not_counted_or_found(town):
    counters = read(ROOT)["counters"]
    assert counters == {"institutions": 30, "plans": 1, "draws": 3, "results": 2, "exceptions": 2}
    assert read(f"{ROOT}draws/")["total"] == 3
    assert read(f"{ROOT}results/")["total"] == 2
    assert read(f"{ROOT}results/?q={town.unpublished.institution.name}")["total"] == 0
    hidden = read(f"{ROOT}institutions/{town.unpublished.institution.uscc}/")
    assert hidden["results"] == []
    assert town.sealed.number not in str(hidden)
    assert read(f"{ROOT}rectifications/")["all"]["problems"] == 2


@pytest.mark.parametrize("asked", [LEGAL_REP, ENGINEER, PHONE, "司空见惯", "P-PORTAL"])
def test_the_search_does_not_find_an_institution_by_its_people(town, asked):
    assert read(f"{ROOT}institutions/?q={asked}")["total"] == 0


def test_the_reason_of_a_void_draw_stays_without_the_people_in_it(town):
    told = read(f"{ROOT}draws/{town.void.number}/")["draw"]
    assert told["state"] == "void"
    assert told["void_reason"] == "经司***报告，端**（138****1111，证件 110101********1234）事先知道了名录。"


def test_an_exception_names_the_institution_only_after_its_result(town):
    rows = {one["number"]: one for one in read(f"{ROOT}exceptions/")["exceptions"]}
    assert set(rows) == {town.upon_lead.visit.number, "RQ-T-RUN"}
    assert rows["RQ-T-RUN"]["institution"] is None
    assert rows["RQ-T-RUN"]["reason"] == "投诉举报"
    assert rows[town.upon_lead.visit.number]["institution"]["uscc"] == town.upon_lead.institution.uscc


def test_a_result_upon_a_lead_does_not_tell_which(town):
    told = read(f"{ROOT}results/{town.upon_lead.number}/")["result"]
    assert (told["kind"], told["kind_name"], told["item"], told["draw"]) == ("lead", "线索核查", None, None)


def test_a_result_does_not_name_a_draw_that_is_still_sealed(town):
    type(town.published).objects.filter(pk=town.published.pk).update(origin_id=town.sealed.number)
    assert read(f"{ROOT}results/{town.published.number}/")["result"]["draw"] is None


def test_credit_codes_of_digits_are_not_taken_for_identity_cards(town):
    told = cleaned([f"机构 915301020123456789 的 {IDENTITY}", "座机 0871-63331234", ""])
    assert told == ["机构 915301020123456789 的 110101********1234", "座机 087****1234", ""]
