"""The registry's pages: who sees what, filters, forms with bad input, export, number of queries."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.record.models import Event
from hengjian.apps.registry.models import Institution, MatchProposal
from hengjian.apps.registry.services import load_registry_table
from tests.apps.factories import NOW, Tree, make_actor, make_institution, make_tree, make_uscc, make_user

LIST = "/institutions/"


@pytest.fixture(autouse=True)
def demo(settings: Any) -> None:
    settings.DEMO = True


@pytest.fixture
def tree(db: None) -> Tree:
    return make_tree()


def signed_in(tree: Tree, role: str = "analyst", **values: Any) -> Client:
    client = Client()
    client.force_login(make_user(values.pop("organ", tree.county), role, **values))
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def add(tree: Tree, table: str, *rows: dict[str, Any]) -> None:
    actor = make_actor(make_user(tree.county, "registrar"))
    load_registry_table(table=table, rows=rows, actor=actor, now=NOW, organ=tree.county, source="test")


PLACES = ("registry:edit", "registry:parts", "registry:scope", "registry:people", "registry:instruments")


@pytest.mark.parametrize("place", PLACES)
def test_another_countys_institution_answers_404(tree: Tree, place: str) -> None:
    foreign = make_institution(tree.other_county)
    url = reverse(place, args=[foreign.uscc])
    assert signed_in(tree, "registrar").get(url).status_code == 404
    assert signed_in(tree, "registrar", organ=tree.city).get(url).status_code == 200


def test_an_institution_user_sees_only_their_own(tree: Tree) -> None:
    own, other = make_institution(tree.county), make_institution(tree.county)
    client = signed_in(tree, "institution_user", institution_id=own.uscc)
    page = text(client.get(LIST))
    assert own.name in page
    assert other.name not in page
    assert client.get(reverse("registry:parts", args=[own.uscc])).status_code == 200
    assert client.get(reverse("registry:parts", args=[other.uscc])).status_code == 404
    assert client.get(LIST + "?format=xlsx")["Content-Type"].startswith("text/html")


def test_filters_stand_in_the_url_and_a_wrong_one_is_a_sentence(tree: Tree) -> None:
    food = make_institution(tree.county, fields=["food"], kind="state")
    cars = make_institution(tree.county, fields=["vehicle", "tank"], risk=0.9, risk_band="red")
    client = signed_in(tree)
    for query, shown, hidden in (
        ("field=food", food, cars),
        ("class=state", food, cars),
        ("class=multi_field", cars, food),
        ("band=red", cars, food),
        (f"q={cars.uscc}", cars, food),
    ):
        page = text(client.get(f"{LIST}?{query}"))
        assert shown.name in page, query
        assert hidden.name not in page, query
    answer = client.get(f"{LIST}?field=nonsense&sort=x&page=99&size=7&expiry_from=2026-13-45")
    assert answer.status_code == 200
    assert "没有按它筛选" in text(answer)


def test_certificates_that_end_soon_are_found_by_expiry(tree: Tree) -> None:
    soon, later = make_institution(tree.county), make_institution(tree.county)
    for number, (one, end) in enumerate(((soon, date(2026, 12, 1)), (later, date(2029, 1, 1)))):
        no = f"21990534012{number}"
        row = {"certificate_no": no, "institution_id": one.uscc, "valid_from": date(2021, 1, 1), "valid_to": end}
        add(tree, "certificates", row)
    page = text(signed_in(tree).get(f"{LIST}?expiry_to=2026-12-31"))
    assert soon.name in page
    assert later.name not in page
    certificates = text(signed_in(tree).get(reverse("registry:certificates") + "?end_to=2026-12-31"))
    assert "219905340120" in certificates
    assert "219905340121" not in certificates


def test_export_has_the_pages_columns_and_is_an_event(tree: Tree) -> None:
    make_institution(tree.county, name="=1+1检测有限公司")
    make_institution(tree.other_county, name="别县检测有限公司")
    answer = signed_in(tree).get(f"{LIST}?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert {"机构", "统一社会信用代码", "管辖机关", "领域", "证书有效期至", "风险"} <= set(rows[0])
    assert len(rows) == 2
    assert sheet.cell(2, 1).data_type == "s"
    assert Event.objects.get(verb="institution.export").after["rows"] == 1


def test_a_wrong_code_is_told_with_the_expected_check_character(tree: Tree) -> None:
    client = signed_in(tree, "registrar")
    right = make_uscc("990121", 77)
    wrong = right[:17] + ("0" if right[17] != "0" else "1")
    values = {"uscc": wrong, "name": "甲检测有限公司", "area_code": "990121", "status": "active", "fields_": ["food"]}
    answer = client.post(reverse("registry:new"), values)
    assert answer.status_code == 422
    assert f"应为“{right[17]}”" in text(answer)
    assert "甲检测有限公司" in text(answer)
    assert not Institution.objects.exists()
    for code, sentence in ((right[:-1], "17"), (right + "00", "20"), (right[:3] + "I" + right[4:], "I")):
        page = text(client.post(reverse("registry:new"), values | {"uscc": code}))
        assert sentence in page, code
    assert client.post(reverse("registry:new"), values | {"uscc": right}).status_code == 302
    assert Institution.objects.get().organ == tree.county
    page = text(client.post(reverse("registry:new"), values | {"uscc": right}))
    assert "已经登记" in page


def test_a_change_needs_date_and_reason_and_keeps_what_was_typed(tree: Tree) -> None:
    institution = make_institution(tree.county, name="旧名检测有限公司")
    client = signed_in(tree, "registrar")
    url = reverse("registry:edit", args=[institution.uscc])
    values = {"name": "新名检测有限公司", "area_code": "990121", "status": "active", "fields_": ["food"]}
    answer = client.post(url, values | {"changed_on": "2026-02-30", "reason": ""})
    assert answer.status_code == 422
    assert "没有这一天" in text(answer)
    assert "新名检测有限公司" in text(answer)
    values |= {"kind": "third_party", "changed_on": "2026-03-01", "reason": "准予变更登记"}
    assert client.post(url, values).status_code == 302
    page = text(client.get(reverse("registry:parts", args=[institution.uscc])))
    assert "新名检测有限公司" in page
    assert "旧名检测有限公司" in page
    then = text(client.get(reverse("registry:parts", args=[institution.uscc]) + "?on=2026-02-28"))
    assert "<dd>旧名检测有限公司</dd>" in then


def test_parts_are_entered_and_changed_by_hand(tree: Tree) -> None:
    institution = make_institution(tree.county)
    client = signed_in(tree, "registrar")
    new = reverse("registry:new_part", args=[institution.uscc, "certificates"])
    values = {"certificate_no": "21990534012", "valid_from": "2021-03-15", "valid_to": "2020-03-14"}
    page = text(client.post(new, values))
    assert "有效期止早于有效期起" in page
    values |= {"certificate_no": "219901200001", "valid_to": "2027-03-14"}
    assert client.post(new, values).status_code == 302
    assert "已经登记过" in text(client.post(new, values))
    certificate = institution.certificates.get()
    edit = reverse("registry:edit_part", args=[institution.uscc, "certificates", certificate.pk])
    assert client.get(edit).status_code == 200
    values |= {"issuer": "衡州省局", "changed_on": "2026-01-01", "reason": "补录"}
    assert client.post(edit, values).status_code == 302
    certificate.refresh_from_db()
    assert certificate.issuer == "衡州省局"
    assert Event.objects.filter(verb="certificates.change", reason="补录").exists()
    assert client.get(reverse("registry:new_part", args=[institution.uscc, "nonsense"])).status_code == 404


@pytest.mark.parametrize("table", ["sites", "scope", "people", "signatories", "instruments", "calibrations"])
def test_every_form_opens_and_says_what_is_missing(tree: Tree, table: str) -> None:
    institution = make_institution(tree.county)
    client = signed_in(tree, "registrar")
    url = reverse("registry:new_part", args=[institution.uscc, table])
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 422


def test_who_may_not_edit_is_told_so(tree: Tree) -> None:
    institution = make_institution(tree.county)
    assert signed_in(tree, "analyst").get(reverse("registry:edit", args=[institution.uscc])).status_code == 403
    assert signed_in(tree, "analyst").get(reverse("registry:new")).status_code == 403


def test_as_of_pages_say_what_was_in_force(tree: Tree) -> None:
    institution = make_institution(tree.county)
    own = {"institution_id": institution.uscc}
    no = {"certificate_no": "219901200001"}
    add(tree, "certificates", own | no | {"valid_from": date(2021, 1, 1), "valid_to": date(2026, 12, 31)})
    add(tree, "scope", no | {"item_code": "pb", "item_name": "铅", "standard_no": "GB 2762-2022"})
    add(tree, "people", own | {"person_id": "P1", "name": "毕清和", "role": "技术负责人"})
    add(tree, "signatories", no | {"person_id": "P1", "field": "food"})
    add(tree, "instruments", own | {"instrument_id": "I1", "name": "天平"})
    add(tree, "calibrations", {"instrument_id": "I1", "calibrated_on": date(2026, 5, 1), "valid_to": date(2026, 8, 1)})
    client = signed_in(tree)
    for name, words in (("scope", "铅"), ("people", "毕清和"), ("instruments", "无有效检定校准")):
        page = text(client.get(reverse(f"registry:{name}", args=[institution.uscc]) + "?on=2026-10-01"))
        assert words in page, name
    before = text(client.get(reverse("registry:scope", args=[institution.uscc]) + "?on=2020-01-01"))
    assert "尚未生效" in before
    wrong = text(client.get(reverse("registry:scope", args=[institution.uscc]) + "?on=yesterday"))
    assert "不是日期" in wrong


def test_matching_pages_find_compare_and_decide(tree: Tree) -> None:
    left = make_institution(tree.county, name="青石县远衡检测有限公司", phone="139")
    make_institution(tree.county, name="远衡检测有限责任公司", phone="139")
    client = signed_in(tree, "registrar")
    assert client.post(reverse("registry:find_matches")).status_code == 302
    proposal = MatchProposal.objects.get()
    url = reverse("registry:match", args=[proposal.pk])
    assert url in text(client.get(reverse("registry:matches")))
    assert "联系电话相同" in text(client.get(url))
    missing = client.post(url, {"action": "merge", "reason": "同一家"})
    assert missing.status_code == 422
    assert "保留哪一家" in text(missing)
    assert client.post(url, {"action": "merge", "reason": "同一家", "survivor": left.uscc}).status_code == 302
    assert client.post(url, {"action": "fly", "reason": "x"}).status_code == 422
    assert signed_in(tree, organ=tree.other_county).get(url).status_code == 404
    assert signed_in(tree, "analyst").post(url, {"action": "separate", "reason": "x"}).status_code == 403


def test_the_list_asks_few_questions_whatever_its_length(tree: Tree, django_assert_max_num_queries: Any) -> None:
    for _ in range(25):
        make_institution(tree.county)
    client = signed_in(tree, organ=tree.city)
    with django_assert_max_num_queries(15):
        client.get(LIST + "?size=50")
