"""The way of a complaint: every state × action, its clocks by the rule of their day, and the grounds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hengjian.apps.clocks.models import Clock
from hengjian.apps.complaints.handling import ACTIONS, act
from hengjian.apps.complaints.models import Complaint, ComplaintEntry
from hengjian.apps.complaints.procedures import COMPLAINT
from hengjian.apps.complaints.selectors import actions_for, complaints_seen_by, fraud_marked
from hengjian.apps.complaints.timing import MEDIATION
from hengjian.apps.informants.identity import Identity
from hengjian.apps.record.models import Event
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from hengjian.kernel.transitions import every_pair
from tests.apps.factories import NOW, TODAY, make_user
from tests.apps.tips.samples import WHO, Desk, complaint_of, later
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db


def test_every_state_and_action_is_decided_by_the_table() -> None:
    assert assert_every_pair_is_decided(COMPLAINT) == 10 * 18


def do(
    action: str, complaint: Complaint, user: Any, now: datetime = NOW, seen: str | None = None, **values: Any
) -> Complaint:
    rows = complaints_seen_by(user, on=TODAY)
    return act(action, rows=rows, pk=complaint.pk, user=user, now=now, values=values, seen=seen)


def values_of(desk: Desk, action: str) -> dict[str, Any]:
    return {
        "request_material": {"wanted": "身份证明", "limit": TODAY + timedelta(days=7), "told": "phone"},
        "supplement": {"text": "已提供"},
        "distribute": {"organ": desk.tree.other_county},
        "send_back": {"reason": "不在本辖区"},
        "accept": {"told": "phone"},
        "refuse": {"ground": "REF-1", "reason": "属于合同纠纷", "told": "phone"},
        "invite": {"meet_at": "2026-11-10 14:00", "place": "本局", "mediator": "甲"},
        "record": {"text": "双方各执一词"},
        "commission_test": {"agency": "乙检测公司", "item": "尾气", "payer": "投诉人"},
        "test_back": {"text": "不合格，报告 R1"},
        "agree": {"agreement": "退 300 元"},
        "end": {"ground": "END-2", "reason": "被投诉人拒绝"},
        "notify": {"told": "phone", "told_respondent": "letter"},
        "close": {"text": "已退款"},
        "found_clue": {"text": "调解中发现机构没有检测设备，仍然出具了检测报告。"},
        "split": {"text": "该机构没有检测设备，九月以来出具了上百份合格报告。"},
        "mark_abuse": {"factors": ["ABU-COUNT"], "text": "多次"},
        "mark_fraud": {"text": "伪造了付款凭证"},
    }[action]


def brought_to(desk: Desk, state: str) -> Complaint:
    """A complaint in that state by its own moves."""
    ways = {
        "received": (), "supplementing": ("request_material",), "accepted": ("accept",),
        "mediating": ("accept", "invite"), "testing": ("accept", "invite", "commission_test"),
        "agreed": ("accept", "agree"), "ended": ("accept", "end"), "closed": ("accept", "agree", "close"),
        "refused": ("refuse",), "returned": ("distribute", "send_back"),
    }  # fmt: skip
    complaint = complaint_of(desk)
    there = make_user(desk.tree.other_county, "section_chief") if state == "returned" else desk.chief
    for action in ways[state]:
        complaint = do(action, complaint, there if action == "send_back" else desk.chief, **values_of(desk, action))
    assert complaint.state == state
    return complaint


@pytest.mark.parametrize("state", COMPLAINT.states)
def test_the_services_do_what_the_table_says_from_every_state(
    desk: Desk, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hengjian.apps.complaints.abuse._reached", lambda factor, value: True)
    for _, action, move in (pair for pair in every_pair(COMPLAINT) if pair[0] == state):
        assert action in ACTIONS
        complaint = brought_to(desk, state)
        if action == "send_back" and state == "received":
            Complaint.objects.filter(pk=complaint.pk).update(distributed_by=desk.tree.city)
        before = Event.objects.filter(verb=f"complaint.{action}").count()
        if move is None:
            with pytest.raises(IllegalMove) as refused:
                do(action, complaint, desk.chief, **values_of(desk, action))
            assert COMPLAINT.states[state] in refused.value.sentence
            assert Event.objects.filter(verb=f"complaint.{action}").count() == before
        else:
            done = do(action, complaint, desk.chief, **values_of(desk, action))
            assert done.state == move.target
            assert Event.objects.filter(verb=f"complaint.{action}").count() == before + 1


def clock(complaint: Complaint, rule_id: str) -> Clock:
    return Clock.objects.get(thing_kind="complaints.complaint", thing_id=str(complaint.pk), rule_id=rule_id)


def test_acceptance_counts_seven_working_days_and_mediation_sixty_days(desk: Desk) -> None:
    complaint = complaint_of(desk)
    assert clock(complaint, "CMP-15").due_on == date(2026, 11, 10)
    accepted = do("accept", complaint, desk.officer, told="phone")
    assert clock(accepted, "CMP-15").state == "met"
    assert clock(accepted, MEDIATION).unit == "days"
    assert clock(accepted, MEDIATION).due_on == date(2026, 12, 31)


def test_what_was_received_before_the_new_rule_runs_by_the_old_one(desk: Desk) -> None:
    day = datetime(2026, 4, 13, 2, 0, tzinfo=NOW.tzinfo)
    complaint = complaint_of(desk, now=day, today=date(2026, 4, 13), known_on=None)
    accepted = do("accept", complaint, desk.officer, now=day, told="phone")
    assert (clock(accepted, MEDIATION).unit, clock(accepted, MEDIATION).rule_from) == ("working_days", date(2020, 1, 1))
    with pytest.raises(Refused):
        do("end", accepted, desk.officer, now=day, ground="END-1", reason="撤回")
    assert do("end", accepted, desk.officer, now=day, ground="END0-1", reason="撤回").ground == "END0-1"


def test_testing_is_left_out_of_the_mediation(desk: Desk) -> None:
    complaint = brought_to(desk, "testing")
    assert clock(complaint, MEDIATION).state == "paused"
    done = do("test_back", complaint, desk.chief, now=later(9), text="不合格")
    assert clock(done, MEDIATION).state == "running"
    assert clock(done, MEDIATION).due_on == date(2027, 1, 11)


def test_the_end_of_a_mediation_is_told_within_seven_working_days(desk: Desk) -> None:
    complaint = brought_to(desk, "ended")
    assert clock(complaint, "CMP-23.notice").due_on == date(2026, 11, 10)
    done = do("notify", complaint, desk.officer, told="phone", told_respondent="letter")
    assert (done.state, clock(done, "CMP-23.notice").state, clock(done, MEDIATION).state) == ("closed", "met", "met")


@pytest.mark.parametrize(
    ("ground", "changed", "sentence"),
    [
        ("REF-4", {}, "投诉人2026年9月21日知道权益受损，三年到2029年9月21日；2026年11月1日收到时没有超过。"),
        ("REF-4", {"known_on": None}, "没有登记投诉人知道权益受损的日期，不能以超过三年为由不予受理。"),
        ("REF-5", {}, "还没有通知投诉人限期提供材料，不能以没有提供材料为由不予受理。"),
        ("REF0-1", {}, "请选一种不予受理的情形。"),
    ],
)
def test_a_ground_must_be_borne_out_by_the_record(
    desk: Desk, ground: str, changed: dict[str, Any], sentence: str
) -> None:
    complaint = complaint_of(desk, **changed)
    with pytest.raises(Refused) as refused:
        do("refuse", complaint, desk.officer, ground=ground, reason="理由", told="phone")
    assert refused.value.sentence == sentence
    assert not ComplaintEntry.objects.exists()


def test_missing_material_is_a_ground_once_its_limit_has_passed(desk: Desk) -> None:
    complaint = brought_to(desk, "supplementing")
    with pytest.raises(Refused) as refused:
        do("refuse", complaint, desk.officer, ground="REF-5", reason="没有提供", told="phone")
    assert refused.value.sentence == "补正期限到2026年11月8日，还没有届满。"
    refused_late = do("refuse", complaint, desk.officer, now=later(8), ground="REF-5", reason="没有提供", told="phone")
    assert refused_late.state == "refused"


def test_a_mediation_does_not_end_for_its_limit_before_it(desk: Desk) -> None:
    complaint = brought_to(desk, "mediating")
    with pytest.raises(Refused) as refused:
        do("end", complaint, desk.officer, ground="END-5", reason="没有达成")
    assert refused.value.sentence == "调解期限到2026年12月31日，还没有届满。"
    with pytest.raises(Refused) as refused:
        do("end", complaint, desk.officer, ground="END-3", reason="没有达成")
    assert refused.value.sentence == "还没有调解记录：请先登记组织调解的经过。"
    assert do("end", complaint, desk.officer, now=later(61), ground="END-5", reason="没有达成").state == "ended"


def test_a_clue_seen_in_mediation_becomes_a_lead_once(desk: Desk) -> None:
    complaint = brought_to(desk, "mediating")
    done = do("found_clue", complaint, desk.officer, **values_of(desk, "found_clue"))
    assert done.lead is not None
    assert (done.lead.origin_kind, done.lead.origin_id) == ("complaint", str(done.pk))
    with pytest.raises(IllegalMove) as refused:
        do("found_clue", complaint, desk.officer, **values_of(desk, "found_clue"))
    assert done.lead.number in refused.value.sentence


def test_mixed_material_is_split_under_the_same_sealed_person(desk: Desk) -> None:
    done = do("split", complaint_of(desk), desk.officer, **values_of(desk, "split"))
    assert done.tip is not None
    assert (done.tip.kind, done.tip.channel) == ("named", "complaint")
    assert done.tip.informant != done.informant
    assert set(done.tip.informant.fingerprints.values_list("digest")) == set(
        done.informant.fingerprints.values_list("digest")
    )
    at_once = complaint_of(desk, who=Identity(name="赵六", phone="13611112222", address="乙路 1 号"),
                           report_text="该机构没有检测设备，九月以来出具了上百份合格报告。")  # fmt: skip
    assert at_once.tip is not None


def test_mass_complaints_are_marked_with_figures_and_go_on(desk: Desk) -> None:
    for number in range(5):
        complaint = complaint_of(desk, facts=f"第 {number} 次，九月送检，报告与实际不符。")
    with pytest.raises(Refused) as refused:
        do("mark_abuse", complaint, desk.officer, factors=["ABU-COUNT"], text="多次")
    assert refused.value.sentence.startswith("选的因素没有达到提示线")
    for number in range(5):
        complaint = complaint_of(desk, facts=f"又第 {number} 次，九月送检，报告与实际不符。")
    marked = do("mark_abuse", complaint, desk.officer, factors=["ABU-COUNT"], text="多次")
    assert marked.abuse_marked_at == NOW
    assert marked.state == "received"
    assert marked.entries.get().facts == {"ABU-COUNT": "10 件（12 个月内，提示线 10 件）"}
    assert do("accept", marked, desk.officer, told="phone").state == "accepted"


def test_fraud_is_marked_for_the_police(desk: Desk) -> None:
    marked = do("mark_fraud", complaint_of(desk), desk.officer, text="伪造付款凭证索要赔偿")
    assert list(fraud_marked(complaints_seen_by(desk.officer, on=TODAY))) == [marked]


def test_a_unit_without_competence_returns_and_may_not_pass_on(desk: Desk) -> None:
    sent = do("distribute", complaint_of(desk), desk.chief, organ=desk.tree.other_county)
    there = make_user(desk.tree.other_county, "section_chief")
    with pytest.raises(IllegalMove) as refused:
        do("distribute", sent, there, organ=desk.tree.city)
    assert refused.value.sentence.endswith("没有处理权限的应当退回，不得自行再分送。")
    assert {move.action for move in actions_for(sent, there, on=TODAY)} >= {"send_back", "accept"}
    states = Clock.objects.filter(rule_id="CMP-15").order_by("pk").values_list("state", "organ_id")
    assert list(states) == [("stopped", desk.tree.county.pk), ("running", desk.tree.other_county.pk)]


def test_another_organ_s_complaint_is_not_there(desk: Desk) -> None:
    stranger = make_user(desk.tree.other_county, "officer")
    with pytest.raises(NotFound):
        do("accept", complaint_of(desk), stranger, told="phone")


def test_two_officers_deciding_at_once(desk: Desk) -> None:
    complaint = complaint_of(desk)
    do("accept", complaint, desk.officer, told="phone")
    with pytest.raises(IllegalMove) as refused:
        do("refuse", complaint, desk.chief, seen="received:0:x", **values_of(desk, "refuse"))
    assert "刚刚有人办理过，现在是“已受理”" in refused.value.sentence


def test_nothing_outside_the_vault_holds_who_complained(desk: Desk) -> None:
    complaint = complaint_of(desk, facts="我是张三丰，电话13800001234，九月送检。")
    kept = str(list(Event.objects.values())) + str(Complaint.objects.values().get(pk=complaint.pk))
    assert not [value for value in (WHO.name, WHO.phone, WHO.id_no, WHO.address) if value in kept]
