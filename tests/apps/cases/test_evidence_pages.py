"""Pages of evidence and measures: what is entered by form, the sentences beside the fields, what strangers get."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import may
from hengjian.apps.cases import evidence_sections as sections
from hengjian.apps.cases.evidence_forms import MomentField
from hengjian.apps.cases.models import Case, Hold
from tests.apps.cases.core_world import World, card, filed, make_world
from tests.apps.cases.evidence_world import (
    appraisal,
    bare_fact,
    evidence,
    held,
    inquiry,
    letter,
    request,
    seizing,
    upload,
)
from tests.apps.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_ROOT = tmp_path / "uploads"


@pytest.fixture
def world() -> World:
    made = make_world()
    made.day = timezone.localdate()
    return made


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def stamp() -> str:
    """The minute that has just begun."""
    return timezone.localtime().strftime("%Y-%m-%d %H:%M")


def shown(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def test_evidence_is_entered_by_form_and_its_file_is_handed_out_checked(world: World):
    case = filed(world)
    fact = bare_fact(world, case)
    client = browser(world.one)
    url = reverse("cases:new_item", args=[case.number])
    assert "未经检验检测出具报告 83 份" in shown(client.get(url))
    data = {
        "kind": "documentary", "name": "登记簿", "proves": "样品没有进入实验室", "way": "on_site",
        "obtained_on": world.day.isoformat(), "place": "青石路 1 号", "officer_one": world.one.pk,
        "carrier": "original", "contraventions": [fact.pk], "files": upload(),
    }  # fmt: skip
    page = shown(client.post(url, data), 422)
    assert "执法人员不得少于两人，请选两名不同的执法人员。（《市场监督管理行政处罚程序规定》第二十二条）" in page
    assert "样品没有进入实验室" in page
    answer = client.post(url, data | {"officer_two": world.two.pk, "files": upload()})
    item = case.evidence.get()
    assert answer.headers["Location"] == reverse("cases:item", args=[case.number, item.pk])
    assert "沈砚秋（ZF-01）、阮知白（ZF-02）" in shown(client.get(answer.headers["Location"]))
    file = client.get(reverse("cases:evidence_file", args=[case.number, item.files.get().pk]))
    assert b"".join(file.streaming_content) == b"%PDF-1.4 page"
    assert file["Content-Disposition"].startswith("attachment")
    assert "Z-01" in shown(client.get(reverse("cases:show", args=[case.number])))


def test_a_broken_chain_stands_on_the_page_and_on_the_case(world: World):
    case = filed(world)
    item = evidence(world, case)
    client = browser(world.one)
    url = reverse("cases:add_to_item", args=[case.number, item.pk, "custody"])
    data = {
        "custody-at": stamp(), "custody-giver": "另一人", "custody-taker": "仓管员", "custody-purpose": "store",
        "custody-place": "物证室", "custody-seal_state": "none",
    }  # fmt: skip
    assert "中间没有交接记录" in shown(client.post(url, data), 422)
    assert client.post(url, data | {"custody-note": "补登"}).status_code == 302
    assert "保管链没有闭合" in shown(client.get(reverse("cases:item", args=[case.number, item.pk])))
    assert "保管链断 1 处" in shown(client.get(reverse("cases:show", args=[case.number])))


def test_seizure_is_proposed_approved_and_carried_out_by_form(world: World):
    case = filed(world)
    client, head = browser(world.one), browser(world.leader)
    url = reverse("cases:new_hold", args=[case.number])
    data = {
        "kind": "seize", "holder": "青石县检测公司", "grounds": "存在严重质量问题", "within_scope": "on",
        "officer_one": world.one.pk, "officer_two": world.two.pk,
    }  # fmt: skip
    page = shown(client.post(url, data), 422)
    assert "没有规定查封、扣押，不能作为依据" in page and "第三十六条" in page
    assert client.post(url, data | {"legal_basis": "SZ-PQL"}).status_code == 302
    hold = Hold.objects.get()
    there = reverse("cases:hold", args=[case.number, hold.pk])
    assert client.post(f"{there}act/approve/", {"approve-opinion": "同意"}).status_code == 403
    assert head.post(f"{there}act/approve/", {"approve-opinion": "同意"}).status_code == 302
    carried = {"carry_out-taken_at": stamp(), "carry_out-place": "库房",
               "carry_out-storage": "own", "carry_out-items": "安全帽｜产品｜A 型｜很多｜顶"}  # fmt: skip
    assert "第 1 行的数量“很多”不是数字。" in shown(client.post(f"{there}act/carry_out/", carried), 422)
    carried["carry_out-items"] = "安全帽｜产品｜A 型｜12｜顶｜封 002"
    assert client.post(f"{there}act/carry_out/", carried).status_code == 302
    page = shown(client.get(there))
    assert "封 002" in page and "第 25 日" in page and "《中华人民共和国产品质量法》第十八条" in page
    assert "扣押 C-01" in shown(client.get(reverse("desk:home")))


def test_an_action_out_of_turn_says_why(world: World):
    case = filed(world)
    hold = held(world, case, seizing(world))
    there = reverse("cases:hold", args=[case.number, hold.pk])
    page = shown(browser(world.leader).post(f"{there}act/approve/", {}), 409)
    assert "查封扣押现处于“实施中”状态，不能“批准”。" in page
    assert browser(world.one).post(f"{there}act/lapse/", {}).status_code == 404


def test_the_asked_organ_sees_the_letter_and_not_the_case(world: World):
    case = filed(world)
    one = letter(world, case)
    client = browser(card(make_user(world.tree.other_county, Role.OFFICER), "ZF-90"))
    assert client.get(reverse("cases:show", args=[case.number])).status_code == 404
    page = shown(client.get(reverse("cases:letter", args=[one.number])))
    assert "签收" in page and case.title not in page and case.number not in page
    there = reverse("cases:act_letter", args=[one.number, "receive"])
    assert client.post(there, {"receive-received_on": world.day.isoformat()}).status_code == 302
    assert one.number in shown(client.get(reverse("cases:letters")))


def test_the_sections_of_a_case_ask_ten_times_however_much_there_is(world: World, django_assert_max_num_queries: Any):
    case: Case = filed(world)
    for n in range(3):
        evidence(world, case, name=f"证据 {n}", files=[upload(f"{n}".encode(), f"{n}.txt")])
        held(world, case, seizing(world))
        appraisal(world, case)
        inquiry(world, case)
        request(world, case, world.day + timedelta(days=5))
        letter(world, case)
    user, fresh = User.objects.get(pk=world.one.pk), Case.objects.select_related("organ").get(pk=case.pk)
    may(user, "evidence.take", fresh, on=world.day)
    with django_assert_max_num_queries(10):
        shown_sections = [
            part(fresh, user, world.day) for part in (sections.evidence, sections.measures, sections.asking)
        ]
        for one in shown_sections[0]["lines"]:
            assert list(one.thing.files.all())
    assert [line.clock.rule_id for line in shown_sections[1]["holds"]] == ["PEN-38"] * 3
    assert [line.clock.rule_id for line in shown_sections[2]["requests"]] == ["LIMIT"] * 3


def test_a_moment_is_typed_as_text():
    field = MomentField(required=False)
    assert isinstance(field.clean("2026-11-20 09:30"), datetime)
    for wrong in ("昨天", "2026-11-20 25:00", "2026-11-31 09:00"):
        with pytest.raises(ValidationError, match=r"不是|没有这一天"):
            field.clean(wrong)
