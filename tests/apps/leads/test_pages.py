"""Pages of leads: what a person sees and does in the browser, and what another organ does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hengjian.apps.accounts.models import Role
from hengjian.apps.leads.models import Lead, OutsideBody
from hengjian.law.triaging import rules_text
from tests.apps.factories import TODAY, Tree, make_institution, make_tree, make_user
from tests.apps.leads.samples import People, lead_things, make_lead, make_people, verifying

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    return make_tree()


@pytest.fixture
def people(tree: Tree) -> People:
    return make_people(tree.county)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_lead_entered_by_hand_gets_its_page_with_a_proposal(tree: Tree, people: People):
    client = signed_in(people.officer)
    answer = client.post(
        reverse("leads:new"),
        {
            "organ": tree.county.pk, "channel": "letter", "received_on": "2026-01-05", "title": "反映尾气检测造假",
            "text": "该站给不合格车辆出具虚假的尾气排放检测报告", "area_code": "990121", "report_numbers": "A-1，A-2",
        },
        follow=True,
    )  # fmt: skip
    assert answer.status_code == 200
    page = text(answer)
    assert "生态环境主管部门" in page and "大气污染防治法" in page and "把握" in page
    assert Lead.objects.get().report_numbers == ["A-1", "A-2"]


def test_what_is_wrong_with_an_entry_stands_beside_its_field(tree: Tree, people: People):
    answer = signed_in(people.officer).post(
        reverse("leads:new"), {"organ": tree.county.pk, "channel": "pigeon", "received_on": "2026-13-40"}
    )
    page = text(answer)
    assert answer.status_code == 422
    assert "来源渠道里没有“pigeon”这一项，请从列出的里选。" in page and "请填写标题。" in page


@pytest.mark.parametrize("name", ["list", "search", "backlog", "new", "import", "bodies", "rules", "try_rules"])
def test_every_list_opens_empty_and_full(tree: Tree, people: People, name: str):
    client = signed_in(people.chief)
    assert client.get(reverse(f"leads:{name}")).status_code == 200
    make_lead(tree.county, people.officer)
    OutsideBody.objects.create(name="青石县生态环境局", department="environment", organ=tree.county)
    answer = client.get(reverse(f"leads:{name}"))
    assert answer.status_code == 200


def test_another_organs_lead_is_not_there(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer)
    stranger = signed_in(make_user(tree.other_county, Role.SECTION_CHIEF))
    assert stranger.get(reverse("leads:show", args=[lead.number])).status_code == 404
    assert stranger.post(reverse("leads:act", args=[lead.number, "triage"])).status_code == 404


def test_the_search_page_says_what_is_too_short_and_finds_what_is_there(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer)
    client = signed_in(people.officer)
    short = client.get(reverse("leads:search"), {"q": "检"})
    assert short.status_code == 422 and "请至少输入两个字，或者一个编号。" in text(short)
    assert lead.number in text(client.get(reverse("leads:search"), {"q": "原始记录"}))
    assert "没有找到" in text(client.get(reverse("leads:search"), {"q": "火星"}))


def test_a_lead_goes_through_triage_and_verification_on_its_page(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer)
    client = signed_in(people.chief)
    url = reverse("leads:show", args=[lead.number])
    assert "研判：建议由本机关核查" in text(client.get(url))
    act = reverse("leads:act", args=[lead.number, "triage"])
    client.post(
        act, {"triage-subject": "false_report", "triage-field": "product", "triage-area_code": "990121",
              "triage-complexity": "ordinary", "triage-outcome": "own"},
    )  # fmt: skip
    lead.refresh_from_db()
    assert lead.outcome == "own" and lead.rule == "TRG-06"
    client.post(reverse("leads:act", args=[lead.number, "verify"]), {"verify-responsible": people.officer.pk})
    lead.refresh_from_db()
    assert lead.state == "verifying" and lead.responsible == people.officer
    assert "核查清楚：立案，或者提请不予立案" in text(signed_in(people.officer).get(url))


def test_a_lead_that_the_law_gives_to_another_authority_can_only_be_transferred(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer, fields=["environment"])
    answer = signed_in(people.chief).post(
        reverse("leads:act", args=[lead.number, "triage"]),
        {"triage-subject": "false_report", "triage-field": "environment", "triage-complexity": "ordinary",
         "triage-outcome": "own", "triage-reason": "我局想办"},
    )  # fmt: skip
    assert answer.status_code == 409
    assert "生态环境主管部门对这类行为有处罚权，本机关应当移送，不能自行核查处罚（SP-09）。" in text(answer)
    lead.refresh_from_db()
    assert lead.outcome == ""


def test_somebody_faster_is_told(tree: Tree, people: People):
    lead = verifying(make_lead(tree.county, people.officer), people)
    answer = signed_in(people.chief).post(
        reverse("leads:act", args=[lead.number, "assign"]),
        {"assign-seen": "registered:1:x", "assign-responsible": people.officer.pk},
    )
    assert answer.status_code == 409 and "刚刚有人办理过" in text(answer)


def test_a_move_not_open_to_the_person_is_refused_with_a_sentence(tree: Tree, people: People):
    lead = verifying(make_lead(tree.county, people.officer), people)
    answer = signed_in(people.officer).post(reverse("leads:act", args=[lead.number, "extend"]))
    assert answer.status_code == 403
    gone = signed_in(people.chief).post(reverse("leads:act", args=[lead.number, "split"]))
    assert gone.status_code == 409


def test_a_likeness_is_decided_on_the_page(tree: Tree, people: People):
    things = lead_things(tree, people.chief)
    client = signed_in(people.chief)
    second = Lead.objects.exclude(number=things["lead"]).get()
    shown = text(client.get(reverse("leads:show", args=[second.number])))
    assert "疑似重复" in shown and "并入" in shown
    client.post(
        reverse("leads:decide", args=[second.number, things["likeness"]]), {"kind": "merge", "reason": "同一封信"}
    )
    second.refresh_from_db()
    assert second.state == "merged" and second.merged_into.number == things["lead"]
    assert "并入本线索" in text(client.get(reverse("leads:show", args=[things["lead"]])))


def test_a_rule_set_is_tried_on_last_years_leads_and_nothing_changes(tree: Tree, people: People):
    lead = make_lead(tree.county, people.officer, complexity="complex")
    client = signed_in(people.chief)
    changed = rules_text().replace(
        "    complexity: [complex]\n    level: [county]\n", "    complexity: [cross_region]\n"
    )
    answer = client.post(reverse("leads:try_rules"), {"text": changed})
    page = text(answer)
    assert answer.status_code == 200 and "1 条线索会改变去向" in page and lead.number in page
    lead.refresh_from_db()
    assert lead.outcome == ""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("outcome: superior", "outcome: mars", "规则集有错：TRG-02 / outcome：取值不在允许的范围里。"),
        ('sure: "0.95"', 'sure: "1.95"', "规则集有错：TRG-01 / sure：须大于 0、不超过 1。"),
        ("triage_rules:", "triage_ruls:", "规则集有错：triage_ruls：不认识这一段。"),
        ("special_law: true", "specal_law: true", "规则集有错：TRG-01 / specal_law：不认识这个键。"),
        ("basis: [PEN-07]", "basis: [PEN-99]", "规则集有错："),
    ],
)
def test_a_faulty_rule_set_is_told_where(tree: Tree, people: People, before: str, after: str, said: str):
    make_lead(tree.county, people.officer, area_code="990122")
    answer = signed_in(people.chief).post(reverse("leads:try_rules"), {"text": rules_text().replace(before, after)})
    assert answer.status_code == 422 and said in text(answer)


def test_the_backlog_counts_every_lead_without_an_answer(tree: Tree, people: People):
    from datetime import timedelta

    make_lead(tree.county, people.officer)
    make_lead(tree.county, people.officer, received_on=TODAY - timedelta(days=40))
    page = text(signed_in(people.chief).get(reverse("leads:backlog")))
    assert "未答复 2 条" in page


def test_a_page_of_a_lead_costs_few_queries(tree: Tree, people: People, django_assert_max_num_queries: Any):
    things = lead_things(tree, people.chief)
    client = signed_in(people.chief)
    client.get(reverse("leads:show", args=[things["lead"]]))
    with django_assert_max_num_queries(38):
        client.get(reverse("leads:show", args=[things["lead"]]))


def test_who_it_is_about_is_put_right_by_code_with_a_reason(tree: Tree, people: People):
    lab = make_institution(tree.county, name="青石县远衡检测有限公司")
    lead = make_lead(tree.county, people.officer)
    client = signed_in(people.chief)
    assert lead.institution is None and lab.uscc in text(client.get(reverse("leads:show", args=[lead.number])))
    url = reverse("leads:link", args=[lead.number])
    wrong = client.post(url, {"uscc": "00", "reason": "核对"}, follow=True)
    assert "登记册里没有统一社会信用代码为“00”的机构。" in text(wrong)
    assert "请写明理由。" in text(client.post(url, {"uscc": lab.uscc, "reason": ""}, follow=True))
    client.post(url, {"uscc": lab.uscc, "reason": "执照核对"})
    lead.refresh_from_db()
    assert lead.institution == lab
