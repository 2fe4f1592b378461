"""The way of a tip: every state × action, and what each move means for lead, clock and vault."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hengjian.apps.accounts.models import Avoidance
from hengjian.apps.clocks.models import Clock
from hengjian.apps.leads.services import mark_answered
from hengjian.apps.record.models import Event
from hengjian.apps.tips.handling import ACTIONS, act, refuse
from hengjian.apps.tips.models import Tip
from hengjian.apps.tips.procedures import REWARD, RUNNING, TIP
from hengjian.apps.tips.selectors import actions_for, tips_seen_by
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused
from hengjian.kernel.transitions import every_pair
from tests.apps.factories import LONG_AGO, NOW, TODAY, make_actor, make_user
from tests.apps.tips.samples import OTHER, TEXT, WHO, Desk, closed_tip, later, tip_of
from tests.kernel.procedure_contract import assert_every_pair_is_decided

pytestmark = pytest.mark.django_db


def test_every_state_and_action_is_decided_by_the_tables() -> None:
    assert assert_every_pair_is_decided(TIP) == 8 * 10
    assert assert_every_pair_is_decided(REWARD) == 5 * 4


def do(action: str, tip: Tip, user: Any, seen: str | None = None, now: Any = NOW, **values: Any) -> Tip:
    rows = tips_seen_by(user, on=TODAY)
    return act(action, rows=rows, pk=tip.pk, user=user, now=now, values=values, seen=seen)


def values_of(desk: Desk, action: str, tip: Tip) -> dict[str, Any]:
    other = Tip.objects.exclude(pk=tip.pk).filter(institution=desk.lab).order_by("pk").first()
    return {
        "ask_more": {"wanted": "哪一天", "told": "phone"},
        "supplement": {"text": "九月二十日上午"},
        "accept": {},
        "merge": {"into": other, "new_facts": "又有一份报告"},
        "mark_repeated": {"earlier": other, "told": "phone"},
        "redirect": {"authority": "衡州省生态环境厅", "told": "phone"},
        "send_back": {"reason": "不在本辖区"},
        "distribute": {"organ": desk.tree.other_county},
        "tell": {"basis": "TELL-FOOD", "text": "已处罚", "told": "phone"},
    }[action]


@pytest.mark.parametrize("state", TIP.states)
def test_the_services_do_what_the_table_says_from_every_state(desk: Desk, state: str) -> None:
    tip_of(desk, who=OTHER)
    for number, (_, action, move) in enumerate(pair for pair in every_pair(TIP) if pair[0] == state):
        if action not in ACTIONS:
            continue
        tip = tip_of(desk, who=None, text=f"{TEXT}{number}")
        Tip.objects.filter(pk=tip.pk).update(
            state=state, distributed_by=desk.tree.city if action == "send_back" else None
        )
        user = desk.chief
        if move is None:
            with pytest.raises(IllegalMove) as refused:
                do(action, tip, user, **values_of(desk, action, tip))
            assert TIP.states[state] in refused.value.sentence
        else:
            before = Event.objects.filter(verb=f"tip.{action}").count()
            assert do(action, tip, user, **values_of(desk, action, tip)).state == move.target
            assert Event.objects.filter(verb=f"tip.{action}").count() == before + 1


def test_a_tip_is_closed_by_the_answer_of_its_lead_and_by_nobody(desk: Desk) -> None:
    tip = closed_tip(desk)
    assert (tip.state, tip.outcome, tip.outcome_ref) == ("closed", "case", "罚决1号")
    open_one = tip_of(desk, who=OTHER)
    with pytest.raises((NotAllowed, NotFound)):
        refuse("close", rows=tips_seen_by(desk.leader, on=TODAY), pk=open_one.pk, user=desk.leader, now=NOW,
               facts={"outcome": "x"})  # fmt: skip
    assert all(move.action != "close" for move in actions_for(open_one, desk.leader, on=TODAY))


def test_new_facts_join_the_earlier_tip_whose_clock_starts_again_from_the_last_report(desk: Desk) -> None:
    first = tip_of(desk)
    assert first.lead is not None
    second = tip_of(desk, text="又发现一份报告没有检测就出具，时间是十月三日，尾号 99。")
    done = do("merge", second, desk.officer, into=first, new_facts="十月三日尾号 99 的报告")
    assert (done.state, done.merged_into) == ("merged", first)
    runs = Clock.objects.filter(thing_kind="leads.lead", thing_id=str(first.lead.pk), rule_id="PEN-18")
    assert [one.state for one in runs.order_by("pk")] == ["stopped", "running"]
    assert done.lead is not None
    done.lead.refresh_from_db()
    assert done.lead.state == "answered"


def test_new_facts_cannot_join_what_is_already_answered(desk: Desk) -> None:
    first = closed_tip(desk)
    second = tip_of(desk, text="又发现一份报告没有检测就出具，时间是十月三日，尾号 99。")
    with pytest.raises(Refused) as refused:
        do("merge", second, desk.officer, into=first, new_facts="十月三日尾号 99 的报告")
    assert refused.value.sentence == "前次举报已经办结，新的事实请作为这件举报单独核查。"
    second.refresh_from_db()
    assert second.state == "registered"


def test_a_unit_without_competence_returns_and_may_not_pass_on(desk: Desk) -> None:
    tip = tip_of(desk, organ=desk.tree.county)
    sent = do("distribute", tip, desk.chief, organ=desk.tree.other_county)
    assert (sent.organ, sent.distributed_by, sent.first_organ) == (
        desk.tree.other_county, desk.tree.county, desk.tree.county,
    )  # fmt: skip
    sent.informant.refresh_from_db()
    assert sent.informant.organ == desk.tree.other_county
    there = make_user(desk.tree.other_county, "section_chief")
    with pytest.raises(IllegalMove) as refused:
        do("distribute", sent, there, organ=desk.tree.city)
    assert refused.value.sentence == "这件是青石县市场监督管理局分送来的，没有处理权限的应当退回，不得自行再分送。"
    assert "distribute" not in {move.action for move in actions_for(sent, there, on=TODAY)}
    back = do("send_back", sent, there, reason="不在本辖区")
    assert (back.state, back.organ, back.distributed_by) == ("returned", desk.tree.county, None)
    again = do("distribute", back, desk.chief, organ=desk.tree.city)
    assert (again.state, again.organ) == ("registered", desk.tree.city)
    assert again.lead is not None
    assert again.lead.organ == desk.tree.city


def test_what_no_other_organ_sent_cannot_be_returned(desk: Desk) -> None:
    tip = tip_of(desk)
    with pytest.raises(IllegalMove) as refused:
        do("send_back", tip, desk.officer, reason="不在本辖区")
    assert refused.value.sentence.startswith("这件举报不是其他机关分送来的，不能退回")


def test_a_receiver_that_does_not_exist_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        do("distribute", tip_of(desk), desk.chief, organ=desk.tree.station)
    assert refused.value.sentence == "没有这个接收机关，请从列出的机关中选。"


def test_a_result_is_told_only_where_a_law_says_so(desk: Desk) -> None:
    tip = closed_tip(desk)
    with pytest.raises(Refused) as refused:
        do("tell", tip, desk.officer, basis="TELL-OTHER", law="", text="已处罚", told="phone")
    assert refused.value.sentence.startswith("法律、法规、规章规定应当告知的才告知结果")
    told = do("tell", tip, desk.officer, basis="TELL-FOOD", text="已处罚", told="phone")
    assert told.notes.get(kind="result").basis == "《中华人民共和国食品安全法》第一百一十五条"


def test_what_was_written_stays_out_of_the_events(desk: Desk) -> None:
    secret = "举报人是该机构的前员工王大力，住在青山路十二号，请注意保密，不要向任何人提起这一点，以免打击报复"
    do("ask_more", tip_of(desk), desk.officer, wanted=secret, told="phone")
    event = Event.objects.get(verb="tip.ask_more")
    assert secret not in str(event.after)
    assert "SHA-256" in event.after["facts"]["wanted"]


def test_somebody_tied_to_the_institution_does_not_handle_the_tip(desk: Desk) -> None:
    tip = tip_of(desk)
    Avoidance.objects.create(user=desk.officer, institution_id=desk.lab.uscc, kind="kin", valid_from=LONG_AGO)
    with pytest.raises(NotAllowed) as refused:
        do("accept", tip, desk.officer)
    assert refused.value.sentence == "您与被举报的机构有回避关系，不能办理这件举报。"
    assert actions_for(tip, desk.officer, on=TODAY) == ()


def test_who_was_slower_is_told_and_writes_nothing(desk: Desk) -> None:
    tip = tip_of(desk)
    do("accept", tip, desk.officer)
    with pytest.raises(IllegalMove) as refused:
        do("accept", tip, desk.chief, seen="registered:1:x")
    assert "刚刚有人办理过" in refused.value.sentence


def test_merged_tips_close_with_the_lead_they_joined(desk: Desk) -> None:
    first = tip_of(desk)
    assert first.lead is not None
    mark_answered(
        lead=first.lead, kind="no_violation", text="查无", ref_label="", ref_url="", actor=make_actor(desk.officer),
        now=later(1) + timedelta(hours=1),
    )  # fmt: skip
    first.refresh_from_db()
    assert first.state == "closed"
    assert first.state not in RUNNING
    assert WHO.name not in str(Event.objects.get(verb="tip.close").after)
