"""Taking in complaints: what the rule asks for, the proxy, and what the system notices."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hengjian.apps.complaints.hints import hints_of
from hengjian.apps.complaints.models import Complaint
from hengjian.apps.informants.identity import Identity
from hengjian.kernel.errors import Refused
from tests.apps.factories import TODAY
from tests.apps.tips.samples import WHO, Desk, complaint_of, later

pytestmark = pytest.mark.django_db
NAME, PHONE, PLACE = "张三丰", "13800001234", "青石县青山路 8 号"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        (
            {"who": Identity(phone=PHONE, address=PLACE)},
            "name",
            "投诉应当提供投诉人的真实姓名；不愿意写姓名的，可以改为举报。",
        ),
        ({"who": Identity(anonymous=True)}, "name", "投诉应当提供投诉人的真实姓名；不愿意写姓名的，可以改为举报。"),
        ({"who": Identity(name=NAME, address=PLACE)}, "phone", "请写明投诉人的电话，这是投诉必须提供的。"),
        ({"who": Identity(name=NAME, phone=PHONE)}, "address", "请写明投诉人的通讯地址，这是投诉必须提供的。"),
        (
            {"respondent_name": "", "institution": None},
            "respondent_name",
            "请写明被投诉人的名称，这是投诉必须提供的。",
        ),
        ({"claim": " "}, "claim", "请写明具体的投诉请求，这是投诉必须提供的。"),
        ({"facts": ""}, "facts", "请写明消费者权益争议的事实，这是投诉必须提供的。"),
        ({"known_on": date(2026, 11, 2)}, "known_on", "知道日期 2026-11-02 还没有到。"),
        (
            {"agent": Identity(name="孙七", phone="13500001111")},
            "has_mandate",
            "委托他人代为投诉的，应当提供授权委托书原件；请收到原件以后再登记。",
        ),
        ({"agent": Identity(name="孙七")}, "agent_name", "委托他人代为投诉的，请写明代理人的姓名和电话。"),
    ],
)
def test_what_is_missing_is_told_with_its_place(desk: Desk, changed: dict[str, Any], field: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        complaint_of(desk, **changed)
    assert refused.value.sentence == sentence
    assert refused.value.where == {"field": field}
    assert not Complaint.objects.exists()


def test_a_proxy_is_sealed_like_the_complainant(desk: Desk) -> None:
    complaint = complaint_of(desk, agent=Identity(name="孙七", phone="13500001111"), has_mandate=True)
    assert complaint.agent is not None
    assert complaint.agent.subject_number == complaint.informant.subject_number == complaint.number


def said(complaint: Complaint) -> str:
    return " ".join(f"{hint.text}{hint.article}" for hint in hints_of(complaint, today=TODAY))


def test_a_company_that_had_something_tested_is_normally_a_reporter(desk: Desk) -> None:
    assert "委托检测的单位通常不是消费者" in said(complaint_of(desk, client_kind="company"))
    assert said(complaint_of(desk)) == ""


def test_the_first_receiver_handles_and_no_other_organ_s_record_is_shown(desk: Desk) -> None:
    first = complaint_of(desk, organ=desk.tree.other_county)
    second = complaint_of(desk, who=WHO, now=later(1))
    assert "已向白河县市场监督管理局投诉（2026年11月1日收到），由先收到的处理" in said(second)
    assert first.number not in said(second)


def test_three_years_territory_and_daily_life_are_noticed(desk: Desk) -> None:
    old = complaint_of(desk, known_on=date(2023, 1, 1), daily_life=False)
    assert "可能超过三年" in said(old)
    assert "不是为生活消费需要" in said(old)
    assert "白河县市场监督管理局辖区" in said(complaint_of(desk, area_code="990122"))
