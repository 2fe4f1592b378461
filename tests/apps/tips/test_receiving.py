"""Taking in tips: the vault, the lead, repeats, and what is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest

from hengjian.apps.clocks.models import Clock
from hengjian.apps.informants.identity import Identity
from hengjian.apps.leads.models import Lead
from hengjian.apps.record.models import Event
from hengjian.apps.tips.models import Tip
from hengjian.apps.tips.services import Reported, receive_tip
from hengjian.kernel.errors import Refused
from tests.apps.factories import NOW, TODAY, make_actor
from tests.apps.tips.samples import FACTS, OTHER, TEXT, WHO, Desk, tip_of

pytestmark = pytest.mark.django_db


def test_a_tip_has_a_lead_whose_verification_runs_from_the_day_of_receipt(desk: Desk) -> None:
    tip = tip_of(desk)
    assert tip.state == "registered"
    assert tip.kind == "named"
    assert tip.lead is not None
    assert (tip.lead.origin_kind, tip.lead.origin_id, tip.lead.received_on) == ("tip", str(tip.pk), TODAY)
    clock = Clock.objects.get(rule_id="PEN-18")
    assert clock.started_on == TODAY
    assert clock.thing_id == str(tip.lead.pk)


def test_nothing_outside_the_vault_holds_who_reported(desk: Desk) -> None:
    tip = tip_of(desk)
    told = json.dumps([list(Event.objects.values("after", "before", "reason", "thing_label"))], ensure_ascii=False)
    rows = [*Tip.objects.values(), *Lead.objects.values()]
    kept = told + repr(rows)
    for value in (WHO.name, WHO.phone, WHO.id_no, WHO.address):
        assert value not in kept
    assert FACTS in tip.text
    assert FACTS not in told


def test_an_anonymous_tip_and_an_insider_s_tip_are_told_apart(desk: Desk) -> None:
    assert tip_of(desk, who=None).kind == "anonymous"
    assert tip_of(desk, who=OTHER, insider=True).kind == "insider"


def test_the_same_person_with_the_same_text_is_told_and_gets_no_new_lead(desk: Desk) -> None:
    first, second = tip_of(desk), tip_of(desk)
    assert (second.state, second.merged_into, second.lead) == ("repeated", first, None)
    assert first.number in second.notes.get().text
    third = tip_of(desk)
    assert third.merged_into == first


def test_another_person_with_the_same_text_is_verified(desk: Desk) -> None:
    tip_of(desk)
    assert tip_of(desk, who=OTHER).state == "registered"
    assert tip_of(desk, who=None).state == "registered"


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"respondent_name": " "}, "respondent_name", "请写明被举报的机构：举报应当提供涉嫌违法的具体线索。"),
        ({"occurred_on": date(2026, 11, 2)}, "occurred_on", "发生日期 2026-11-02 还没有到。"),
    ],
)
def test_what_is_missing_is_told_with_its_place(
    desk: Desk, changed: dict[str, object], field: str, sentence: str
) -> None:
    values: dict[str, object] = {"respondent_name": "甲检测公司"} | changed
    with pytest.raises(Refused) as refused:
        receive(desk, about=Reported(**values))  # type: ignore[arg-type]
    assert refused.value.sentence == sentence
    assert refused.value.where == {"field": field}
    assert not Tip.objects.exists()


def receive(desk: Desk, **changed: object) -> Tip:
    values: dict[str, object] = {
        "organ": desk.tree.county, "text": TEXT, "about": Reported(respondent_name="甲检测公司"), "channel": "phone",
        "actor": make_actor(desk.officer), "now": NOW, "today": TODAY,
    }  # fmt: skip
    return receive_tip(**(values | changed))  # type: ignore[arg-type]


def test_a_tip_without_concrete_facts_is_refused_with_the_article(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        receive(desk, text="他们造假")
    expected = "请写明具体的线索和事实（什么时间、什么报告、做了什么），至少 10 字；现在是 4 字。"
    assert refused.value.sentence == expected
    assert refused.value.article == "《市场监督管理投诉举报处理办法》第二十八条"


def test_a_platform_s_number_is_registered_once(desk: Desk) -> None:
    first = receive(desk, external_no="12315-1")
    with pytest.raises(Refused) as refused:
        receive(desk, external_no="12315-1", identity=Identity(name="王五", phone="13700001111"))
    assert refused.value.sentence == f"平台编号 12315-1 已经登记为 {first.number}，不重复登记。"


def test_a_video_of_200_megabytes_is_refused_and_nothing_is_half_done(desk: Desk) -> None:
    class Video:
        name, size = "a.mp4", 200 * 1024 * 1024

        def chunks(self) -> list[bytes]:
            raise AssertionError("nothing is read")

    with pytest.raises(Refused) as refused:
        receive(desk, files=[Video()])
    assert "200" in refused.value.sentence
    assert "50" in refused.value.sentence
    assert not Tip.objects.exists()
    assert not Lead.objects.exists()
