"""The pages of cases: what they show to whom, what they ask of the database, and what a refused form says."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hengjian.apps.cases.models import Case
from tests.apps.cases import core_world as way

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the pages read the world's day."""

    def put(world: way.World) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: way.noon(world.day))

    return put


def as_(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def show(case: Case) -> str:
    return reverse("cases:show", args=[case.number])


def act(case: Case, action: str) -> str:
    return reverse("cases:act", args=[case.number, action])


def test_the_case_page_leads_with_the_next_lawful_step_of_this_person(on_day: Any) -> None:
    world = way.make_world()
    case = way.cleared(world)
    on_day(world)
    page = as_(world.one).get(show(case)).content.decode()
    assert "下一步：告知当事人" in page
    assert act(case, "notify") in page
    assert "2027年2月1日" in page
    page = as_(world.leader).get(show(case)).content.decode()
    assert "下一步：告知当事人" not in page
    assert act(case, "notify") not in page


@pytest.mark.parametrize("state", ["investigating", "ready"])
def test_the_case_page_asks_few_queries(state: str, on_day: Any) -> None:
    world = way.make_world()
    case = way.ready(world) if state == "ready" else way.filed(world)
    on_day(world)
    client = as_(world.leader)
    client.get(show(case))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(show(case)).status_code == 200
    counted = [one["sql"] for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(counted) <= (20 if state == "investigating" else 29), "\n".join(sql[:160] for sql in counted)


def test_a_move_that_is_held_up_says_by_what(on_day: Any) -> None:
    world = way.make_world()
    case = way.notified(world)
    on_day(world)
    page = as_(world.leader).get(show(case)).content.decode()
    assert "还不能作出处罚决定" in page
    assert "的陈述、申辩和要求听证的期限到2026年11月9日为止" in page


def test_a_refused_form_keeps_what_was_typed_and_shows_sentence_and_article(on_day: Any) -> None:
    world = way.make_world()
    case = way.proposed(world)
    on_day(world)
    data = {"conditions": ["evidence"], "officers": [world.one.pk, world.two.pk], "opinion": "理由写在这里"}
    answer = as_(world.one).post(act(case, "submit_filing"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "立案须四项条件全部符合，还缺：" in page
    assert "第十九条" in page
    assert "理由写在这里" in page
    assert Case.objects.get().state == "proposed"


def test_a_decision_is_made_on_the_page_for_each_party(on_day: Any) -> None:
    world = way.make_world()
    case = way.notified(world)
    world.on(14)
    on_day(world)
    party = way.party_of(case).pk
    data = {
        f"outcome_{party}": "penalty", f"measures_{party}": ["fine"], f"fine_{party}": "80,000",
        f"reasons_{party}": "事实清楚", "seen": case.version,
    }  # fmt: skip
    answer = as_(world.leader).post(act(case, "decide"), data)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert Case.objects.get().state == "decided"
    assert "罚款8万元" in as_(world.one).get(show(case)).content.decode()


def test_an_officer_who_does_not_hold_the_right_is_told_so(on_day: Any) -> None:
    world = way.make_world()
    case = way.submitted(world)
    on_day(world)
    answer = as_(world.one).get(act(case, "approve_filing"))
    assert answer.status_code == 403
    assert "您没有“批准立案”的权限。" in answer.content.decode()


def test_another_countys_case_does_not_exist_and_lists_do_not_tell_of_it(on_day: Any) -> None:
    world = way.make_world()
    case = way.filed(world)
    on_day(world)
    stranger = as_(way.make_user(world.tree.other_county, "leader"))
    for url in (show(case), act(case, "extend"), reverse("cases:enter", args=[case.number, "party"])):
        assert stranger.get(url).status_code == 404
    assert case.number not in stranger.get(reverse("cases:list"), {"standing": "all"}).content.decode()
    page = as_(world.city_leader).get(reverse("cases:list")).content.decode()
    assert case.number in page


def test_registering_a_case_on_the_page_fills_the_party_from_the_registry(on_day: Any) -> None:
    world = way.make_world()
    on_day(world)
    data = {
        "title": "涉嫌超范围检测案", "source_code": "supervision", "source_on": "2026-11-02", "organ": world.organ.pk,
        "uscc": world.institution.uscc, "violation_text": "超出资质认定范围", "facts": "检查发现",
    }  # fmt: skip
    client = as_(world.one)
    assert client.post(reverse("cases:register"), data).status_code == 302
    case = Case.objects.get()
    assert case.parties.get().name == world.institution.name
    answer = client.post(reverse("cases:register"), data | {"source_on": "2026-11-09"})
    assert answer.status_code == 422
    assert "2026年11月9日还没有到，不能预先填写。" in answer.content.decode()


@pytest.mark.parametrize("what", ["party", "contravention", "recusal", "consent"])
def test_every_form_of_entry_opens(what: str, on_day: Any) -> None:
    world = way.make_world()
    case = way.filed(world)
    on_day(world)
    assert as_(world.one).get(reverse("cases:enter", args=[case.number, what])).status_code == 200


def test_a_contravention_entered_on_the_page_shows_the_steps_of_the_choice(on_day: Any) -> None:
    world = way.make_world()
    case = way.filed(world)
    on_day(world)
    data = {
        "party": way.party_of(case).pk, "violation_id": "SUP-15.1", "title": "未经检验检测出具报告", "field": "other",
        "occurred_from": "2026-05-12", "occurred_to": "2026-07-30",
    }  # fmt: skip
    url = reverse("cases:enter", args=[case.number, "contravention"])
    client = as_(world.one)
    missing = client.post(url, data | {"occurred_from": ""})
    assert missing.status_code == 422
    assert "请填写行为日（首日）。" in missing.content.decode()
    assert client.post(url, data).status_code == 302
    one = case.contraventions.get()
    page = client.get(show(case)).content.decode()
    assert "第二十七条" in page
    assert one.choice["steps"][0] in page
    fine = reverse("cases:enter_on", args=[case.number, "fine", one.pk])
    assert "二年内因同类违法行为受过处罚" in client.get(fine).content.decode()
    refused = client.post(fine, {"amount": "120000", "deviation": "—"})
    assert refused.status_code == 422
    assert "超出法定幅度" in refused.content.decode()
