"""Pages of complaints and tips: what is shown, what stays typed, which papers can be drawn up; never who sent them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hengjian.apps.complaints.models import Complaint
from hengjian.apps.complaints.papers import context as complaint_context
from hengjian.apps.complaints.papers import forms_for
from hengjian.apps.documents.access import access_of
from hengjian.apps.documents.services import draw_up
from hengjian.apps.tips import papers as tip_papers
from hengjian.apps.tips.models import Tip
from tests.apps.complaints.test_procedure import brought_to
from tests.apps.complaints.test_procedure import do as do_complaint
from tests.apps.factories import NOW, TODAY, make_actor
from tests.apps.tips.samples import WHO, Desk, closed_tip, complaint_of, reward_of, tip_of
from tests.apps.tips.test_procedure import do as do_tip

pytestmark = pytest.mark.django_db
FORM = {
    "channel": "visit", "respondent_name": "远衡检测有限公司", "claim": "退费 300 元",
    "facts": "报告结论与实际不符，拒绝退费。",
    "amount": "300.50", "client_kind": "person", "daily_life": "on", "name": WHO.name, "phone": WHO.phone,
    "address": WHO.address,
}  # fmt: skip


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_complaint_goes_from_the_form_to_its_page_without_its_sender(desk: Desk) -> None:
    client = signed_in(desk.officer)
    answer = client.post(reverse("complaints:new"), FORM | {"organ": str(desk.tree.county.pk)})
    complaint = Complaint.objects.get()
    assert answer["Location"] == reverse("complaints:show", args=[complaint.number])
    assert complaint.amount == 30_050
    page = client.get(answer["Location"]).content.decode()
    assert complaint.informant.number in page
    assert "投诉受理" in page
    listed = client.get(reverse("complaints:list")).content.decode()
    assert complaint.number in listed
    for value in (WHO.name, WHO.phone, WHO.address):
        assert value not in page + listed


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "请写明投诉人的真实姓名；不愿意写姓名的，可以改为举报。"),
        ({"amount": "三百"}, "请写成数字，例如 1234.50，单位是元。"),
        ({"amount": "-1"}, "金额须不小于 0，最多两位小数，单位是元。"),
        ({"area_code": "99"}, "行政区划代码是 6、9 或者 12 位数字。"),
        ({"respondent_uscc": "123"}, "统一社会信用代码不对，请核对 18 位代码；不确定的可以不填。"),
        ({"known_on": "2026-13-01"}, "没有 2026 年 13 月"),
        ({"agent_name": "孙七", "agent_phone": "13500001111"}, "应当提供授权委托书原件"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    desk: Desk, changed: dict[str, str], sentence: str
) -> None:
    answer = signed_in(desk.officer).post(
        reverse("complaints:new"), FORM | {"organ": str(desk.tree.county.pk)} | changed
    )
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "退费 300 元" in answer.content.decode()
    assert not Complaint.objects.exists()


def test_a_move_on_the_page_and_one_that_came_too_late(desk: Desk) -> None:
    complaint = complaint_of(desk)
    client = signed_in(desk.officer)
    url = reverse("complaints:act", args=[complaint.number, "accept"])
    assert client.post(url, {"accept-told": ""}).status_code == 422
    assert client.post(url, {"accept-told": "phone"}).status_code == 302
    late = client.post(url, {"accept-told": "phone"})
    assert late.status_code == 409
    assert "不能“受理”" in late.content.decode()


def test_pages_of_tips_and_rewards(desk: Desk) -> None:
    client = signed_in(desk.chief)
    tip = tip_of(desk)
    page = client.get(reverse("tips:show", args=[tip.number])).content.decode()
    assert tip.informant.number in page
    assert not [value for value in (WHO.name, WHO.phone, WHO.address, WHO.id_no) if value in page]
    assert client.post(reverse("tips:act", args=[tip.number, "accept"]), {}).status_code == 302
    tip.refresh_from_db()
    assert (tip.state, tip.responsible) == ("verifying", desk.chief)
    reward = reward_of(desk, closed_tip(desk, who=None, text="另一份没有检测就出具的合格报告，尾号 12，十月一日。"))
    leader = signed_in(desk.leader)
    url = reverse("tips:reward_act", args=[reward.number, "approve"])
    shown = leader.post(url, {"approve-amount": str(reward.amount)}).content.decode()
    assert "领取码" in shown
    assert "领取码 <b" not in leader.get(reverse("tips:reward", args=[reward.number])).content.decode()
    payer = signed_in(desk.registrar).get(reverse("tips:reward", args=[reward.number])).content.decode()
    assert "凭码发放" in payer


def test_a_tip_is_registered_on_its_form(desk: Desk) -> None:
    values = {
        "organ": str(desk.tree.county.pk), "channel": "phone", "respondent_name": desk.lab.name, "kind": "anonymous",
        "text": "九月二十日没有上线检测就出具了合格报告。",
    }  # fmt: skip
    client = signed_in(desk.registrar)
    assert client.post(reverse("tips:new"), values | {"kind": "named"}).status_code == 422
    assert client.post(reverse("tips:new"), values).status_code == 302
    assert Tip.objects.get().institution == desk.lab


def test_every_paper_of_a_complaint_can_be_drawn_up_from_the_record(desk: Desk) -> None:
    asked = brought_to(desk, "supplementing")
    agreed = brought_to(desk, "mediating")
    agreed = do_complaint("agree", agreed, desk.chief, agreement="退 300 元")
    found = {
        form
        for one in (asked, brought_to(desk, "refused"), agreed, brought_to(desk, "ended"), sent(desk))
        for form in _drawn(desk, one)
    }
    assert found == {f"CMP-{n}" for n in (1, 3, 4, 5, 6, 7, 8, 9)}


def sent(desk: Desk) -> Complaint:
    return do_complaint("distribute", complaint_of(desk), desk.chief, organ=desk.tree.other_county)


def _drawn(desk: Desk, complaint: Complaint) -> list[str]:
    forms = forms_for(complaint)
    for form in forms:
        draw_up(
            form=form, thing=complaint, organ=complaint.organ, context=complaint_context(complaint, form, TODAY),
            actor=make_actor(desk.officer), now=NOW, today=TODAY,
        )  # fmt: skip
    return list(forms)


def test_the_papers_of_a_tip_never_name_the_informant(desk: Desk) -> None:
    tip = do_tip("tell", closed_tip(desk), desk.officer, basis="TELL-FOOD", text="已处罚", told="phone")
    for form in ("CMP-2", "CMP-10"):
        assert form in tip_papers.forms_for(tip)
        document = draw_up(
            form=form, thing=tip, organ=tip.organ, context=tip_papers.context(tip, form, TODAY),
            actor=make_actor(desk.officer), now=NOW, today=TODAY,
        )  # fmt: skip
        assert not [value for value in (WHO.name, WHO.phone, WHO.address) if value in document.context]
    seen = access_of("tips.tip").seen_by(desk.officer, timezone.localdate() + timedelta(0))
    assert tip in seen
